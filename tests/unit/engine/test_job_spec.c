/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "engine/job_spec.h"
#include "port/action.h"

const struct action_ops *const action_all[] = {NULL};

static struct wf_env texts(const char **names, const char **values, size_t n)
{
    return (struct wf_env){.names = names, .values = values, .n = n};
}

/* Writing what was read gives the same text: nothing of a job is lost on its way through a row. */
static void what_is_written_is_read_again(void **state)
{
    (void)state;
    static const char *names[] = {"A", "B"}, *values[] = {"${{ github.sha }}", "q\"\n\\"}, *needs[] = {"x", "y"};
    struct step steps[] = {{.key = "s", .name = "n", .spec = "{\"script\":\"true\"}", .cond = COND_EXPR, .timeout_ms = 5}};
    struct wf_input inputs[] = {{.name = "i", .type = INPUT_NUMBER, .required = true},
                                {.name = "k", .type = INPUT_STRING, .preset = "p"}};
    struct wf_secret secrets[] = {{.name = "S", .required = true}};
    struct job_spec inner = {.job = {.key = "in", .needs = needs, .n_needs = 1, .line = 3}, .file = "in.yml", .prefix = "",
                             .steps = steps, .n_steps = 1};
    struct callee callee = {.name = "c", .file = "c.yml", .alias = "web", .inputs = inputs, .n_inputs = 2,
                            .secrets = secrets, .n_secrets = 1, .outputs = texts(names, values, 2), .jobs = &inner,
                            .n_jobs = 1};
    struct job_spec spec = {
        .job = {.key = "build", .name = "b ${{ matrix.n }}", .repo = "api", .needs = needs, .n_needs = 2, .runs_on = needs,
                .n_runs_on = 1, .cond = COND_EXPR, .cond_text = "a == b", .env = texts(names, values, 2),
                .timeout_ms = 9, .timeout_text = "${{ 1 }}", .continue_text = "${{ true }}", .continue_on_error = true,
                .matrix = "{\"n\":[1]}", .fail_fast = "false", .max_parallel = "2", .outputs = texts(names, values, 1),
                .defaults = {.shell = "sh", .workdir = "d"},
                .concurrency = {.group = "g", .cancel_in_progress = "true", .queue_all = true}, .environment = "prod",
                .environment_url = "https://x", .uses = "c", .with = texts(names, values, 2),
                .secrets = texts(names, values, 1), .secrets_inherit = true, .line = 12},
        .file = "ci.yml", .alias = "api", .prefix = "caller / ", .workflow_env = texts(names, values, 1),
        .permissions = {.said = true, .at = {[PERM_ISSUES] = ACCESS_WRITE}}, .steps = steps, .n_steps = 1,
        .callee = &callee};
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf json = {0}, again = {0};
    struct job_spec *r;
    struct err e = {0};
    job_spec_write(&spec, &json);
    assert_int_equal(job_spec_read(json.p, &a, &r, &e), 0);
    job_spec_write(r, &again);
    assert_string_equal(again.p, json.p);
    assert_string_equal(r->job.env.values[1], "q\"\n\\");
    assert_int_equal(r->permissions.at[PERM_ISSUES], ACCESS_WRITE);
    assert_int_equal(r->callee->inputs[0].type, INPUT_NUMBER);
    assert_string_equal(r->callee->jobs[0].steps[0].spec, "{\"script\":\"true\"}");
    assert_int_equal(job_spec_kind(r), JOB_MATRIX);
}

/* What is said about trouble, people and order goes through the row as well, in words that outlive this version. */
static void policies_are_read_again(void **state)
{
    (void)state;
    static const char *by[] = {"ann", "acme/release"}, *labels[] = {"ops"}, *locks[] = {"a", "${{ matrix.n }}"};
    struct wf_recovery recovery[] = {
        {.on = FAILURE_BIT(FAILURE_TEST), .strategy = STRATEGY_TESTFIX, .attempts = 2, .rerun = "r", .fix = "f",
         .fix_job = "mend"},
        {.on = FAILURE_BIT(FAILURE_CONFLICT), .strategy = STRATEGY_CONFLICT, .attempts = 1,
         .ways = {{WAY_REBASE, WAY_MERGE}, 2}},
        {.on = FAILURE_ANY, .strategy = STRATEGY_MANUAL, .issue_repo = "api", .issue_labels = labels,
         .n_issue_labels = 1, .by = by, .n_by = 2, .deadline = 60000, .then = THEN_CONTINUE}};
    struct step mend = {.key = "m", .name = "mend", .spec = "{\"script\":\"true\"}"};
    struct job_spec fixes[] = {{.job = {.key = "mend"}, .file = "ci.yml", .prefix = "", .steps = &mend, .n_steps = 1}};
    struct job_spec spec = {
        .fixes = fixes, .n_fixes = 1,
        .job = {.key = "a",
                .retry = {.said = true, .attempts = 3, .backoff = 100, .max_backoff = 200,
                          .on = FAILURE_BIT(FAILURE_LOST) | FAILURE_BIT(FAILURE_RATE_LIMIT)},
                .recovery = recovery, .n_recovery = 3,
                .approve = {.present = true, .by = by, .n_by = 1, .bind_sha = true, .deadline = 5, .then = THEN_FAIL},
                .resources = {.slots = 2, .locks = locks, .n_locks = 2},
                .limits = {.queue_ms = 1, .silence_ms = 2, .log = 3}, .estimate_ms = 4},
        .file = "ci.yml", .prefix = ""};
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf json = {0}, again = {0};
    struct job_spec *r;
    struct err e = {0};
    job_spec_write(&spec, &json);
    assert_non_null(strstr(json.p, "\"on\":[\"rate-limit\",\"lost\"]"));
    assert_int_equal(job_spec_read(json.p, &a, &r, &e), 0);
    job_spec_write(r, &again);
    assert_string_equal(again.p, json.p);
    assert_int_equal(r->job.retry.on, spec.job.retry.on);
    assert_int_equal(r->job.recovery[1].ways.n, 2);
    assert_int_equal(r->job.recovery[1].ways.at[0], WAY_REBASE);
    assert_int_equal(r->job.recovery[2].then, THEN_CONTINUE);
    assert_string_equal(r->job.recovery[2].by[1], "acme/release");
    assert_string_equal(r->job.recovery[0].fix, "f");
    assert_string_equal(r->job.recovery[0].fix_job, "mend");
    assert_string_equal(job_spec_fix(r, "mend")->steps[0].spec, mend.spec);
    assert_null(job_spec_fix(r, "a"));
    assert_true(r->job.approve.present && r->job.approve.bind_sha);
    assert_string_equal(r->job.resources.locks[1], "${{ matrix.n }}");
    assert_int_equal(r->job.limits.log, 3);
    assert_int_equal(r->job.estimate_ms, 4);
    assert_false(job_spec_is_plain(r));
}

static void plain_is_what_needs_no_evaluation(void **state)
{
    (void)state;
    static const char *labels[] = {"linux"};
    const struct job_spec rows[] = {
        {.job = {.key = "a"}},
        {.job = {.key = "a", .name = "fixed", .repo = "api", .cond = COND_ALWAYS}},
        {.job = {.key = "a", .name = "${{ 1 }}"}},
        {.job = {.key = "a", .repo = "${{ 1 }}"}},
        {.job = {.key = "a", .cond = COND_EXPR, .cond_text = "1"}},
        {.job = {.key = "a", .matrix = "{}"}},
        {.job = {.key = "a", .uses = "b"}},
        {.job = {.key = "a", .runs_on = labels, .n_runs_on = 1}},
        {.job = {.key = "a", .concurrency = {.group = "g"}}},
        {.job = {.key = "a", .resources = {.slots = 2}}},
        {.job = {.key = "a", .resources = {.slots = 1, .locks = labels, .n_locks = 1}}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(job_spec_is_plain(&rows[i]), i < 2);
}

static void a_damaged_row_is_an_error(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "", "[]", "{}", "{\"key\":\"a\"}", "{\"key\":\"a\",\"file\":\"f\",\"prefix\":\"\",\"needs\":[1]}",
        "{\"key\":\"a\",\"file\":\"f\",\"prefix\":\"\",\"env\":[[\"A\"]]}",
        "{\"key\":\"a\",\"file\":\"f\",\"prefix\":\"\",\"cond\":77}",
        "{\"key\":\"a\",\"file\":\"f\",\"prefix\":\"\",\"permissions\":[9]}",
        "{\"key\":\"a\",\"file\":\"f\",\"prefix\":\"\",\"retry\":{}}",
        "{\"key\":\"a\",\"file\":\"f\",\"prefix\":\"\",\"retry\":{\"attempts\":2,\"on\":[\"bad luck\"]}}",
        "{\"key\":\"a\",\"file\":\"f\",\"prefix\":\"\",\"recovery\":[{\"on\":[],\"do\":\"pray\",\"then\":\"fail\"}]}",
        ("{\"key\":\"a\",\"file\":\"f\",\"prefix\":\"\",\"recovery\":[{\"on\":[],\"do\":\"conflict\",\"ways\":[\"force\"],"
         "\"then\":\"fail\"}]}"),
        "{\"key\":\"a\",\"file\":\"f\",\"prefix\":\"\",\"approve\":{\"by\":[1],\"then\":\"fail\"}}",
        "{\"key\":\"a\",\"file\":\"f\",\"prefix\":\"\",\"locks\":[{}]}",
        "{\"key\":\"a\",\"file\":\"f\",\"prefix\":\"\",\"steps\":[{}]}",
        "{\"key\":\"a\",\"file\":\"f\",\"prefix\":\"\",\"callee\":{}}",
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        struct job_spec *r;
        struct err e = {0};
        assert_int_equal(job_spec_read(rows[i], &a, &r, &e), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(policies_are_read_again),
        cmocka_unit_test(plain_is_what_needs_no_evaluation),
        cmocka_unit_test(a_damaged_row_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
