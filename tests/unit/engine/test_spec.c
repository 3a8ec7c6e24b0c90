/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "engine/spec.h"

const struct action_ops *const action_all[] = {NULL};

static void same(const char *a, const char *b)
{
    assert_int_equal(!a, !b);
    if (a)
        assert_string_equal(a, b);
}

static void what_is_written_is_read_again(void **state)
{
    struct action_input with[] = {{"title", "a \"quoted\"\nline \xe2\x82\xac"}, {"empty", ""}};
    struct action_input env[] = {{"A", "1"}, {"B", "\\ \t \x7f"}, {"A", "twice"}};
    const struct step_spec specs[] = {
        {.script = "echo \"$A\"\n\n", .shell = "sh", .workdir = "a/b", .env = env, .n_env = 3},
        {.script = ""},
        {.uses = "issue", .with = with, .n_with = 2, .env = env, .n_env = 1},
        {.uses = "checkout"},
        {.script = "x", .once = true, .checkpoint = CHECKPOINT_WORKSPACE, .limits = {.silence_ms = 5, .log = 4096},
         .retry = {.said = true, .attempts = 1, .backoff = 1, .max_backoff = 1, .on = FAILURE_BIT(FAILURE_TEST)}},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
        const struct step_spec *s = &specs[i];
        AUTO(arena_free) struct arena a = {0};
        AUTO(buf_free) struct buf json = {0}, again = {0};
        struct step_spec r;
        struct err e = {0};
        step_spec_write(s, &json);
        assert_int_equal(step_spec_read(json.p, &a, &r, &e), 0);
        same(r.script, s->script);
        same(r.shell, s->shell);
        same(r.workdir, s->workdir);
        same(r.uses, s->uses);
        assert_int_equal(r.once, s->once);
        assert_int_equal(r.checkpoint, s->checkpoint);
        assert_int_equal(r.limits.silence_ms, s->limits.silence_ms);
        assert_int_equal(r.limits.log, s->limits.log);
        assert_int_equal(r.retry.said, s->retry.said);
        assert_int_equal(r.retry.on, s->retry.on);
        assert_int_equal(r.n_with, s->n_with);
        assert_int_equal(r.n_env, s->n_env);
        for (size_t k = 0; k < s->n_with; k++)
            same(r.with[k].value, s->with[k].value);
        for (size_t k = 0; k < s->n_env; k++)
            same(r.env[k].name, s->env[k].name);
        step_spec_write(&r, &again);
        assert_string_equal(again.p, json.p);
    }
}

static void a_damaged_row_is_an_error_and_no_step(void **state)
{
    static const char *const rows[] = {
        "", "{", "[]", "null", "{}", "\"x\"", "{\"script\":5}", "{\"env\":[]}", "{\"script\":\"x\",\"env\":[[\"A\"]]}",
        "{\"script\":\"x\",\"env\":[[\"A\",1]]}", "{\"script\":\"x\",\"env\":[\"A\",\"B\"]}",
        "{\"uses\":\"x\",\"with\":[[null,\"v\"]]}", "{\"script\":\"x\"} trailing",
        "{\"script\":\"x\",\"env\":[],\"with\":[],\"checkpoint\":\"all\"}",
        "{\"script\":\"x\",\"env\":[],\"with\":[],\"retry\":{\"attempts\":0,\"on\":[]}}",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        struct step_spec r;
        struct err e = {0};
        if (step_spec_read(rows[i], &a, &r, &e) == 0)
            fail_msg("%s is taken", rows[i]);
        assert_true(e.msg[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(a_damaged_row_is_an_error_and_no_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
