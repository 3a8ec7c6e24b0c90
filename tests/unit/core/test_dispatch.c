/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/dispatch.h"

static const char *options[] = {"patch", "minor"};
static struct wf_input declared[] = {
    {.name = "version", .type = INPUT_STRING, .required = true},
    {.name = "level", .type = INPUT_CHOICE, .preset = "patch", .options = options, .n_options = 2},
    {.name = "dry", .type = INPUT_BOOLEAN},
    {.name = "count", .type = INPUT_NUMBER},
    {.name = "where", .type = INPUT_ENVIRONMENT, .required = true, .preset = "staging"},
};
static const struct wf_trigger trigger = {.event = WF_WORKFLOW_DISPATCH, .inputs = declared, .n_inputs = 5};

static void inputs_are_what_the_workflow_declares(void **state)
{
    (void)state;
    static const struct {
        const char *inputs, *want; /* NULL = taken */
    } rows[] = {
        {"{\"version\":\"1\"}", NULL},
        {"{\"version\":\"1\",\"level\":\"minor\",\"dry\":\"true\",\"count\":\"7\",\"where\":\"x\"}", NULL},
        {"{\"version\":\"1\",\"dry\":false,\"count\":7.5}", NULL},
        {"{\"version\":\"1\",\"count\":\"-1e3\",\"level\":\"\"}", NULL},
        {"{}", "the input \"version\" is required"},
        {"{\"version\":\"\"}", "the input \"version\" is required, and is empty"},
        {"{\"version\":7}", "the input \"version\" must be a text"},
        {"{\"version\":null}", "the input \"version\" must be a text"},
        {"{\"Version\":\"1\"}", "the input \"Version\" is written \"version\""},
        {"{\"version\":\"1\",\"levle\":\"minor\"}", "there is no input \"levle\" (did you mean \"level\"?)"},
        {"{\"version\":\"1\",\"something\":\"x\"}", "there is no input \"something\": the workflow has others"},
        {"{\"version\":\"1\",\"level\":\"major\"}", "the input \"level\" must be one of: patch, minor"},
        {"{\"version\":\"1\",\"level\":[]}", "the input \"level\" must be one of its choices"},
        {"{\"version\":\"1\",\"dry\":\"yes\"}", "the input \"dry\" must be true or false"},
        {"{\"version\":\"1\",\"dry\":1}", "the input \"dry\" must be true or false"},
        {"{\"version\":\"1\",\"count\":\"0x7\"}", "the input \"count\" must be a number"},
        {"{\"version\":\"1\",\"count\":true}", "the input \"count\" must be a number"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(jdoc_free) struct jdoc *d = NULL;
        struct err e = {0};
        assert_int_equal(jdoc_parse(sv_of(rows[i].inputs), NULL, &d, &e), 0);
        int rc = dispatch_check(&trigger, jdoc_root(d), &e);
        if (rc != (rows[i].want ? -1 : 0) || (rows[i].want && strcmp(e.msg, rows[i].want) != 0))
            fail_msg("%s: %s", rows[i].inputs, rc ? e.msg : "taken");
    }
}

static void a_workflow_without_inputs_takes_none(void **state)
{
    (void)state;
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct err e = {0};
    static const struct wf_trigger bare = {.event = WF_WORKFLOW_DISPATCH};
    assert_int_equal(dispatch_check(&bare, NULL, &e), 0);
    assert_int_equal(jdoc_parse(SV("{\"x\":\"1\"}"), NULL, &d, &e), 0);
    assert_int_equal(dispatch_check(&bare, jdoc_root(d), &e), -1);
    assert_string_equal(e.msg, "there is no input \"x\": the workflow has none");
}

static void refs_become_full_or_are_none(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    static const char *const rows[][2] = {
        {"main", "refs/heads/main"}, {"feature/x", "refs/heads/feature/x"}, {"refs/tags/v1", "refs/tags/v1"},
        {"", NULL},  {"a..b", NULL}, {"-x", NULL}, {"/x", NULL}, {"x/", NULL}, {"a b", NULL}, {"a~1", NULL},
        {"a@{1}", NULL}, {"a\nb", NULL}, {"a//b", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *got = dispatch_ref(sv_of(rows[i][0]), &a);
        if (!got != !rows[i][1] || (got && strcmp(got, rows[i][1]) != 0))
            fail_msg("%s: %s", rows[i][0], got ? got : "none");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inputs_are_what_the_workflow_declares),
        cmocka_unit_test(a_workflow_without_inputs_takes_none),
        cmocka_unit_test(refs_become_full_or_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
