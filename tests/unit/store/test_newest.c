/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json.h"
#include "unit/store/desk.h"

static void run_of(struct change_set *cs, int64_t id, int64_t delivery, const char *workflow, const char *ref)
{
    struct run *r = desk_run(cs, id, 1);
    r->delivery_id = delivery;
    r->workflow = workflow;
    r->repo_id = "github:acme/api";
    r->ref = ref;
}

static void keep(void *ctx, struct sv json)
{
    struct jdoc *doc;
    struct err e;
    OK(jdoc_parse(json, NULL, &doc, &e));
    const struct jval *x = jdoc_root(doc);
    struct sv id = jval_str(jval_get(x, jval_get(x, "run") ? "run" : "id"));
    int64_t no;
    assert_true(id_parse(id, &no));
    buf_fmt(ctx, "%lld %.*s, ", (long long)no, SV_ARG(jval_str(jval_get(x, "workflow"))));
    jdoc_free(&doc);
}

static void the_newest_run_of_each_workflow_on_a_branch_is_told_and_of_a_delivery_all(void **state)
{
    (void)state;
    struct desk d;
    struct err e;
    AUTO(buf_free) struct buf got = {0};
    desk_open(&d);
    struct change_set *cs = change_set_new();
    run_of(cs, 1000, 5, "ci", "refs/heads/main");
    run_of(cs, 2000, 6, "ci", "refs/heads/main");
    run_of(cs, 3000, 6, "ci", "refs/heads/topic");
    run_of(cs, 4000, 6, "issues", NULL);
    run_of(cs, 5000, 7, "docs", "refs/heads/main");
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    assert_int_equal(read_runs_of_branch(r, "github:acme/api", "refs/heads/main", 10, keep, &got, &e), 0);
    assert_non_null(strstr(got.p, "5000 docs, "));
    assert_non_null(strstr(got.p, "4000 issues, "));
    assert_non_null(strstr(got.p, "2000 ci, "));
    assert_int_equal(got.n, strlen("5000 docs, 4000 issues, 2000 ci, "));
    buf_clear(&got);
    assert_int_equal(read_runs_of_branch(r, "github:acme/api", "refs/heads/topic", 10, keep, &got, &e), 0);
    assert_non_null(strstr(got.p, "3000 ci, "));
    buf_clear(&got);
    assert_int_equal(read_runs_of_branch(r, "github:acme/api", "refs/heads/main", 1, keep, &got, &e), 1);
    assert_non_null(strstr(got.p, "2000 ci, "));
    assert_null(strstr(got.p, "docs"));
    buf_clear(&got);
    OK(read_runs_of_delivery(r, 6, 10, keep, &got, &e));
    assert_string_equal(got.p, "4000 issues, 3000 ci, 2000 ci, ");
    buf_clear(&got);
    OK(read_runs_of_delivery(r, 6, 1, keep, &got, &e));
    assert_string_equal(got.p, "4000 issues, ");
    reader_close(&r);
    desk_close(&d);
}

static void effect_of(struct change_set *cs, int64_t id, const char *serial, enum effect_state state)
{
    struct effect *x = arena_new(&cs->arena, sizeof *x);
    AUTO(buf_free) struct buf body = {0};
    *x = (struct effect){.id = id,
                         .key = arena_fmt(&cs->arena, "key-%lld", (long long)id),
                         .kind = EFFECT_STATUS,
                         .forge = "github",
                         .repo = "acme/api",
                         .serial_key = serial,
                         .status = {.sha = "a1", .context = "fettle/ci", .description = "d"},
                         .state = state,
                         .version = 1};
    effect_body_write(x, &body);
    x->body = arena_dup(&cs->arena, buf_view(&body));
    change_add(cs, CHANGE_EFFECT_NEW)->effect = x;
}

static int64_t newer_than(struct reader *r, int64_t id)
{
    AUTO(arena_free) struct arena a = {0};
    struct effect x;
    struct err e;
    int64_t newer = -1;
    OK(read_effect(r, id, &a, &x, &newer, &e));
    assert_int_equal(x.id, id);
    assert_string_equal(x.status.context, "fettle/ci");
    return newer;
}

static void an_effect_is_read_with_the_newest_of_the_same_that_was_sent(void **state)
{
    (void)state;
    struct desk d;
    struct err e;
    struct effect x;
    int64_t newer;
    AUTO(arena_free) struct arena a = {0};
    desk_open(&d);
    struct change_set *cs = change_set_new();
    effect_of(cs, 100, "status:a", EFFECT_DEAD);
    effect_of(cs, 101, "status:a", EFFECT_SENT);
    effect_of(cs, 102, "status:a", EFFECT_DEAD);
    effect_of(cs, 103, "status:b", EFFECT_SENT);
    effect_of(cs, 104, "status:a", EFFECT_COALESCED);
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    assert_int_equal(newer_than(r, 100), 101);
    assert_int_equal(newer_than(r, 101), 0);
    assert_int_equal(newer_than(r, 102), 0);
    assert_int_equal(read_effect(r, 105, &a, &x, &newer, &e), 1);
    reader_close(&r);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_run_of_each_workflow_on_a_branch_is_told_and_of_a_delivery_all),
        cmocka_unit_test(an_effect_is_read_with_the_newest_of_the_same_that_was_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
