/* SPDX-License-Identifier: Apache-2.0 */
/* A file with every word of the language: what arrives in the structs. And the texts that come out of the tables. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "base/file.h"
#include "config/conf.h"
#include "config/schema.h"
#include "fmt/json.h"

#define WHOLE     FETTLE_SOURCE_DIR "/tests/fixtures/right/whole.yml"
#define REFERENCE FETTLE_SOURCE_DIR "/config/language.md"

struct read {
    struct arena arena;
    struct problems problems;
    struct buf text;
    struct workflow *w;
};

static void read_text(struct read *x, struct sv text)
{
    x->w = workflow_read(text, "x.yml", NULL, NULL, &x->arena, &x->problems);
    if (!x->w) {
        AUTO(buf_free) struct buf shown = {0};
        problems_write(&x->problems, &shown);
        fail_msg("%s", shown.p);
    }
}

static int open_whole(void **state)
{
    struct read *x = mem_new(sizeof *x);
    struct err e = {0};
    assert_int_equal(file_read(WHOLE, 1 << 20, &x->text, &e), 0);
    read_text(x, buf_view(&x->text));
    *state = x;
    return 0;
}

static int close_whole(void **state)
{
    struct read *x = *state;
    arena_free(&x->arena);
    problems_free(&x->problems);
    buf_free(&x->text);
    mem_free(x);
    return 0;
}

static const struct wf_trigger *trigger_of(void **state, enum wf_event event)
{
    const struct read *x = *state;
    for (size_t i = 0; i < x->w->n_triggers; i++)
        if (x->w->triggers[i].event == event)
            return &x->w->triggers[i];
    fail_msg("no trigger %s", wf_event_name[event]);
    return NULL;
}

static const struct wf_job *job_at(void **state, size_t i)
{
    const struct read *x = *state;
    assert_true(i < x->w->n_jobs);
    return &x->w->jobs[i];
}

static const char *entry(const struct wf_env *env, const char *name)
{
    for (size_t i = 0; i < env->n; i++)
        if (strcmp(env->names[i], name) == 0)
            return env->values[i];
    fail_msg("no entry %s", name);
    return NULL;
}

/* ---- the workflow ---- */

static void the_workflow_has_its_settings(void **state)
{
    const struct workflow *w = ((struct read *)*state)->w;
    assert_string_equal(w->name, "whole");
    assert_string_equal(w->run_name, "${{ github.actor }} on ${{ event.repository.full_name }}");
    assert_string_equal(entry(&w->env, "C"), "${{ secrets.KEY }}");
    assert_string_equal(entry(&w->env, "B"), "");
    assert_string_equal(w->defaults.shell, "bash");
    assert_string_equal(w->defaults.workdir, "src");
    assert_string_equal(w->concurrency.group, "g-${{ github.ref }}");
    assert_string_equal(w->concurrency.cancel_in_progress, "${{ github.ref != 'refs/heads/main' }}");
    assert_false(w->concurrency.queue_all);
    assert_int_equal(w->n_repositories, 2);
    assert_int_equal(w->coordination, COORD_SEQUENTIAL);
    assert_string_equal(w->report.context, "fettle/whole");
    assert_int_equal(w->n_jobs, 5);
}

static void permissions_not_named_are_none(void **state)
{
    const struct wf_permissions *p = &((struct read *)*state)->w->permissions;
    assert_true(p->said);
    assert_int_equal(p->at[PERM_CONTENTS], ACCESS_READ);
    assert_int_equal(p->at[PERM_ISSUES], ACCESS_WRITE);
    assert_int_equal(p->at[PERM_STATUSES], ACCESS_NONE);
    assert_int_equal(p->at[PERM_CHECKS], ACCESS_NONE);
    p = &job_at(state, 0)->permissions;
    for (int i = 0; i < PERM_N; i++)
        assert_int_equal(p->at[i], ACCESS_READ);
    assert_false(job_at(state, 3)->permissions.said);
    assert_int_equal(job_at(state, 3)->permissions.at[PERM_ISSUES], ACCESS_UNSAID);
}

static void order_trouble_and_people_are_read(void **state)
{
    const struct workflow *w = ((struct read *)*state)->w;
    assert_null(w->priority);
    assert_string_equal(entry(&w->priority_by_event, "push"), "high");
    assert_non_null(strstr(entry(&w->priority_by_event, "pull_request"), "draft"));
    assert_true(w->retry.said);
    assert_int_equal(w->retry.attempts, 3);
    assert_int_equal(w->retry.backoff, 2000);
    assert_int_equal(w->retry.max_backoff, 5 * 60000);
    assert_int_equal(w->retry.on, FAILURE_BIT(FAILURE_NETWORK) | FAILURE_BIT(FAILURE_RATE_LIMIT) |
                                      FAILURE_BIT(FAILURE_RESOURCE) | FAILURE_BIT(FAILURE_LOST));
    assert_int_equal(w->limits.run_ms, 60 * 60000);
    assert_int_equal(w->limits.log, 64 << 20);
    assert_int_equal(w->limits.silence_ms, 10 * 60000);
    assert_int_equal(w->limits.queue_ms, 60 * 60000);
}

static void recovery_is_a_list_of_strategies(void **state)
{
    const struct workflow *w = ((struct read *)*state)->w;
    assert_int_equal(w->n_recovery, 5);
    assert_int_equal(w->recovery[0].strategy, STRATEGY_CONFLICT);
    assert_int_equal(w->recovery[0].attempts, 3);
    assert_int_equal(w->recovery[0].ways.n, 3);
    assert_int_equal(w->recovery[0].ways.at[1], WAY_REBASE);
    assert_int_equal(w->recovery[1].on, FAILURE_BIT(FAILURE_TEST));
    assert_int_equal(w->recovery[1].attempts, 2);
    assert_string_equal(w->recovery[1].rerun, "make again");
    assert_string_equal(w->recovery[1].fix, "make fix");
    assert_null(w->recovery[1].fix_job);
    assert_string_equal(w->recovery[2].fix_job, "mend");
    assert_null(w->recovery[2].fix);
    assert_true(job_at(state, 4)->standby);
    assert_int_equal(w->recovery[3].on, FAILURE_BIT(FAILURE_UNKNOWN) | FAILURE_BIT(FAILURE_TIMEOUT));
    assert_int_equal(w->recovery[3].deadline, 0);
    const struct wf_recovery *ask = &w->recovery[4];
    assert_int_equal(ask->on, FAILURE_ANY & ~FAILURE_BIT(FAILURE_CANCELLED));
    assert_int_equal(ask->attempts, 0);
    assert_string_equal(ask->issue_repo, "backend");
    assert_string_equal(ask->issue_labels[0], "automation");
    assert_string_equal(ask->by[1], "acme/release");
    assert_int_equal(ask->deadline, 24 * 3600000);
    assert_int_equal(ask->then, THEN_CONTINUE);
    assert_null(job_at(state, 3)->recovery); /* the workflow's */
    assert_non_null(job_at(state, 0)->recovery);
    assert_int_equal(job_at(state, 0)->n_recovery, 0); /* none at all */
}

/* ---- events ---- */

static void every_event_is_read(void **state)
{
    const struct workflow *w = ((struct read *)*state)->w;
    assert_int_equal(w->n_triggers, WF_EVENT_N);
    for (int i = 0; i < WF_EVENT_N; i++)
        assert_true(trigger_of(state, (enum wf_event)i)->line > 3);
}

static void filters_are_read(void **state)
{
    const struct wf_trigger *push = trigger_of(state, WF_PUSH), *change = trigger_of(state, WF_PULL_REQUEST);
    assert_true(globs_match(&push->branches.globs, SV("rel/1")));
    assert_false(globs_match(&push->branches.globs, SV("rel/old/1")));
    assert_true(push->tags.present && push->paths.present && push->repos.present && push->authors.present);
    assert_int_equal(change->types.globs.n, 2);
    assert_true(change->labels.present && change->paths_ignore.present);
    assert_true(globs_match(&trigger_of(state, WF_ISSUES)->labels.globs, SV("bug")));
    assert_true(globs_match(&trigger_of(state, WF_RELEASE)->types.globs, SV("published")));
    assert_true(globs_match(&trigger_of(state, WF_WORKFLOW_RUN)->workflows.globs, SV("ci")));
    assert_true(trigger_of(state, WF_WORKFLOW_RUN)->branches_ignore.present);
    assert_false(trigger_of(state, WF_CREATE)->types.present);
}

static void hooks_of_git_say_how_long_a_push_waits(void **state)
{
    const struct wf_trigger *before = trigger_of(state, WF_PRE_PUSH), *taken = trigger_of(state, WF_PRE_RECEIVE);
    assert_int_equal(before->wait_ms, 90000);
    assert_int_equal(before->offline, WF_OFFLINE_DENY);
    assert_true(before->branches.present && before->paths.present && taken->tags.present && taken->authors.present);
    assert_int_equal(taken->wait_ms, 20000);
    assert_int_equal(taken->offline, WF_OFFLINE_ALLOW);
    assert_int_equal(trigger_of(state, WF_POST_RECEIVE)->own, WF_OWN_ALLOW);
}

static void commands_are_read_with_the_permission_they_need(void **state)
{
    const struct wf_trigger *t = trigger_of(state, WF_ISSUE_COMMENT);
    assert_true(globs_match(&t->commands.globs, SV("deploy")));
    assert_false(globs_match(&t->commands.globs, SV("deplo")));
    assert_string_equal(t->permission, "admin");
    assert_true(globs_match(&t->types.globs, SV("created")));
    assert_false(globs_match(&t->types.globs, SV("edited")));
    struct read x = {0};
    read_text(&x, SV("on: {issue_comment: {commands: go}}\njobs: {a: {steps: [{run: x}]}}\n"));
    assert_string_equal(x.w->triggers[0].permission, "write");
    arena_free(&x.arena);
    problems_free(&x.problems);
}

static void schedules_are_read(void **state)
{
    const struct wf_trigger *t = trigger_of(state, WF_SCHEDULE);
    assert_int_equal(t->n_schedules, 2);
    assert_string_equal(t->schedules[0].cron, "5 4 * * *");
    assert_string_equal(t->schedules[0].timezone, "Europe/Berlin");
    assert_null(t->schedules[1].timezone);
    assert_true(t->schedules[1].line > t->schedules[0].line);
}

static void inputs_outputs_and_secrets_are_read(void **state)
{
    const struct wf_trigger *hand = trigger_of(state, WF_WORKFLOW_DISPATCH),
                            *call = trigger_of(state, WF_WORKFLOW_CALL);
    assert_int_equal(hand->n_inputs, 5);
    assert_string_equal(hand->inputs[0].name, "where");
    assert_string_equal(hand->inputs[0].description, "place");
    assert_int_equal(hand->inputs[0].type, INPUT_CHOICE);
    assert_int_equal(hand->inputs[0].n_options, 2);
    assert_string_equal(hand->inputs[0].preset, "here");
    assert_true(hand->inputs[0].required);
    assert_int_equal(hand->inputs[1].type, INPUT_NUMBER);
    assert_string_equal(hand->inputs[2].preset, "false");
    assert_int_equal(hand->inputs[3].type, INPUT_STRING);
    assert_null(hand->inputs[3].preset);
    assert_int_equal(hand->inputs[4].type, INPUT_ENVIRONMENT);
    assert_true(call->inputs[0].required);
    assert_string_equal(entry(&call->outputs, "digest"), "${{ jobs.build.outputs.digest }}");
    assert_int_equal(call->n_secrets, 2);
    assert_true(call->secrets[0].required && !call->secrets[1].required);
    assert_string_equal(call->secrets[0].description, "to sign");
}

/* ---- jobs ---- */

static void a_job_has_its_settings(void **state)
{
    const struct wf_job *j = job_at(state, 0);
    assert_string_equal(j->name, "build ${{ matrix.os }}");
    assert_string_equal(j->repo, "backend");
    assert_string_equal(j->runs_on[1], "${{ matrix.os }}");
    assert_int_equal(j->cond, COND_EXPR);
    assert_string_equal(j->cond_text, "github.event_name == 'push' && !startsWith(github.ref, 'refs/tags/')");
    assert_string_equal(entry(&j->env, "EXTRA"), "${{ matrix.extra }}");
    assert_string_equal(j->defaults.shell, "bash -e {0}");
    assert_string_equal(entry(&j->outputs, "digest"), "${{ steps.image.outputs.digest }}");
    assert_int_equal(j->timeout_ms, 30 * 60000);
    assert_null(j->timeout_text);
    assert_false(j->continue_on_error);
    assert_string_equal(j->continue_text, "${{ matrix.os == 'debian-13' }}");
    assert_string_equal(j->concurrency.group, "build-${{ matrix.os }}");
    assert_null(j->concurrency.cancel_in_progress);
    assert_string_equal(j->environment, "production");
    assert_string_equal(j->environment_url, "${{ steps.image.outputs.url }}");
    assert_int_equal(j->estimate_ms, 4 * 60000);
    assert_string_equal(j->fail_fast, "false");
    assert_string_equal(j->max_parallel, "2");
    assert_int_equal(j->resources.slots, 2);
    assert_int_equal(j->resources.n_locks, 2);
    assert_string_equal(j->resources.locks[1], "host-${{ matrix.os }}");
    assert_true(j->approve.present && j->approve.bind_sha);
    assert_string_equal(j->approve.by[0], "acme/release");
    assert_int_equal(j->approve.deadline, 2 * 3600000);
    assert_int_equal(j->approve.then, THEN_FAIL);
    assert_int_equal(j->retry.attempts, 3); /* two more */
    assert_int_equal(j->limits.log, 1 << 20);
    assert_int_equal(j->limits.silence_ms, 5 * 60000);
    assert_int_equal(j->limits.queue_ms, 30 * 60000);
    assert_false(job_at(state, 3)->approve.present || job_at(state, 3)->retry.said);
}

static void a_matrix_is_json_with_the_kinds_of_its_values(void **state)
{
    assert_string_equal(job_at(state, 0)->matrix,
                        "{\"os\":[\"debian-12\",\"${{ vars.OTHER_OS }}\"],\"n\":[1,2.5,true,null,{\"deep\":[\"x\"]}],"
                        "\"exclude\":[{\"os\":\"debian-12\",\"n\":1}],"
                        "\"include\":[{\"os\":\"debian-13\",\"extra\":\"yes\"}]}");
    assert_string_equal(job_at(state, 1)->matrix, "\"${{ fromJSON(needs.build.outputs.digest) }}\"");
    assert_null(job_at(state, 3)->matrix);
    assert_null(job_at(state, 3)->fail_fast);
}

static void steps_have_their_settings(void **state)
{
    const struct wf_job *j = job_at(state, 0);
    const struct wf_step *s = &j->steps[1];
    assert_int_equal(j->n_steps, 3);
    assert_int_equal(j->steps[0].kind, STEP_USES);
    assert_string_equal(entry(&j->steps[0].with, "ref"), "${{ github.sha }}");
    assert_string_equal(s->id, "image");
    assert_string_equal(s->name, "image ${{ matrix.n }}");
    assert_string_equal(s->shell, "python");
    assert_string_equal(s->workdir, "${{ vars.FOLDER }}");
    assert_string_equal(entry(&s->env, "HASH"), "${{ hashFiles('**/lock') }}");
    assert_int_equal(s->timeout_ms, 90000);
    assert_true(s->continue_on_error);
    assert_int_equal(s->cond, COND_SUCCESS);
    assert_null(s->cond_text);
    assert_int_equal(j->steps[2].cond, COND_EXPR);
    assert_string_equal(j->steps[2].cond_text, "failure() && steps.image.outcome == 'failure'");
    assert_string_equal(j->steps[2].timeout_text, "${{ fromJSON(vars.MINUTES) }}");
    assert_int_equal(j->steps[2].timeout_ms, 0);
    assert_string_equal(j->steps[2].continue_text, "${{ vars.GO_ON == 'yes' }}");
    assert_true(s->retry.said);
    assert_int_equal(s->retry.attempts, 3);
    assert_int_equal(s->checkpoint, CHECKPOINT_WORKSPACE);
    assert_int_equal(s->limits.log, 8 << 10);
    assert_int_equal(s->limits.silence_ms, 90000);
    assert_false(s->once || j->steps[0].retry.said);
    assert_true(j->steps[2].once);
    assert_int_equal(j->steps[2].retry.attempts, 1);
    assert_int_equal(j->steps[0].checkpoint, CHECKPOINT_OUTPUTS);
}

static void called_workflows_are_read(void **state)
{
    const struct wf_job *near = job_at(state, 1), *far = job_at(state, 2);
    assert_string_equal(near->uses, "./.fettle/workflows/other.yml");
    assert_string_equal(entry(&near->with, "digest"), "${{ needs.build.outputs.digest }}");
    assert_true(near->secrets_inherit);
    assert_int_equal(near->n_steps, 0);
    assert_string_equal(far->uses, "backend/.fettle/workflows/other.yml@main");
    assert_false(far->secrets_inherit);
    assert_string_equal(entry(&far->secrets, "KEY"), "${{ secrets.KEY }}");
    assert_string_equal(far->cond_text, "always() && needs.build.result == 'success'");
    assert_int_equal(job_at(state, 3)->cond, COND_FAILURE);
}

static void a_setup_action_becomes_a_look_at_the_machine(void **state)
{
    (void)state;
    struct read x = {0};
    read_text(&x, SV("on: push\njobs: {a: {steps: [{uses: actions/setup-python@v5, with: {python-version: 3}}]}}\n"));
    const struct wf_step *s = &x.w->jobs[0].steps[0];
    assert_int_equal(s->kind, STEP_RUN);
    assert_string_equal(s->name, "actions/setup-python@v5");
    assert_non_null(strstr(s->run, "command -v python3"));
    assert_int_equal(x.problems.list.n, 1);
    assert_string_equal(x.problems.list.at[0].code, "expects-tool");
    arena_free(&x.arena);
    problems_free(&x.problems);
}

static void one_priority_may_be_that_of_all_events(void **state)
{
    (void)state;
    struct read x = {0};
    read_text(&x, SV("on: push\npriority: \"${{ vars.PRIORITY }}\"\nretry: 0\n"
                     "jobs: {a: {steps: [{run: x}], retry: {backoff: 10m}}}\n"));
    assert_string_equal(x.w->priority, "${{ vars.PRIORITY }}");
    assert_int_equal(x.w->priority_by_event.n, 0);
    assert_true(x.w->retry.said);
    assert_int_equal(x.w->retry.attempts, 1);
    assert_int_equal(x.w->jobs[0].retry.max_backoff, 10 * 60000); /* never less than the first wait */
    assert_int_equal(x.w->limits.run_ms, 0);
    arena_free(&x.arena);
    problems_free(&x.problems);
}

/* ---- out of the tables ---- */

static void the_reference_file_is_what_the_tables_say(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf got = {0}, want = {0};
    struct err e = {0};
    reference_write(SCHEMA_WORKFLOW, &got);
    if (getenv("FETTLE_BLESS"))
        assert_int_equal(file_write(REFERENCE, buf_view(&got), 0644, &e), 0);
    assert_int_equal(file_read(REFERENCE, 1 << 20, &want, &e), 0);
    assert_string_equal(got.p, want.p);
}

static void schemas_are_json_with_a_word_on_every_key(void **state)
{
    (void)state;
    for (int kind = 0; kind < SCHEMA_N; kind++) {
        AUTO(buf_free) struct buf text = {0};
        struct jdoc *doc = NULL;
        struct err e = {0};
        struct sv key;
        const struct jval *v;
        size_t at = 0;
        schema_write((enum schema_kind)kind, &text);
        assert_int_equal(jdoc_parse(sv_trim(buf_view(&text)), NULL, &doc, &e), 0);
        while (jval_each(jval_get(jdoc_root(doc), "properties"), &at, &key, &v))
            assert_true(jval_str(jval_get(v, "markdownDescription")).n > 0);
        assert_true(jval_len(jval_get(jdoc_root(doc), "definitions")) > 0);
        jdoc_free(&doc);
    }
}

static size_t warnings_of(const struct read *x, const char *part)
{
    size_t n = 0;
    for (size_t i = 0; i < x->problems.list.n; i++)
        n += x->problems.list.at[i].level == PROBLEM_WARNING && strstr(x->problems.list.at[i].text, part);
    return n;
}

static void a_number_without_quotes_is_the_text_of_its_value(void **state)
{
    (void)state;
    struct read x = {0};
    read_text(&x, SV("on: {push: {branches: [1.10, '1.20', TRUE]}}\n"
                     "env: {A: 3.10, B: '3.10', C: 0x1F, D: 1e3, E: True, F: yes, G: .inf, H: 12345678901234567, I: 1_0, J: ~}\n"
                     "jobs: {a: {timeout-minutes: 0x10, steps: [{run: 010, timeout-minutes: .5}],\n"
                     "  strategy: {matrix: {v: [0o17, 1.0, .5, -.inf, .nan, '1.0', False, null]}}}}\n"));
    static const char *const want[][2] = {{"A", "3.1"},  {"B", "3.10"}, {"C", "31"},       {"D", "1000"},
                                          {"E", "true"}, {"F", "yes"},  {"G", "Infinity"}, {"H", "1.23456789012346E+16"},
                                          {"I", "1_0"},  {"J", ""}};
    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        assert_string_equal(entry(&x.w->env, want[i][0]), want[i][1]);
    const struct globs *branches = &x.w->triggers[0].branches.globs;
    assert_string_equal(branches->text[0], "1.1");
    assert_string_equal(branches->text[1], "1.20");
    assert_string_equal(branches->text[2], "true");
    assert_string_equal(x.w->jobs[0].matrix, "{\"v\":[15,1,0.5,\"-Infinity\",\"NaN\",\"1.0\",false,null]}");
    assert_int_equal(x.w->jobs[0].timeout_ms, 16 * 60000);
    assert_int_equal(x.w->jobs[0].steps[0].timeout_ms, 30000);
    assert_string_equal(x.w->jobs[0].steps[0].run, "10");
    assert_int_equal(warnings_of(&x, "in quotes"), 7); /* A C D G H, a branch, the script */
    assert_int_equal(warnings_of(&x, "the variable A is the number 3.1 here: put it in quotes"), 1);
    arena_free(&x.arena);
    problems_free(&x.problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_workflow_has_its_settings),
        cmocka_unit_test(permissions_not_named_are_none),
        cmocka_unit_test(order_trouble_and_people_are_read),
        cmocka_unit_test(recovery_is_a_list_of_strategies),
        cmocka_unit_test(every_event_is_read),
        cmocka_unit_test(filters_are_read),
        cmocka_unit_test(hooks_of_git_say_how_long_a_push_waits),
        cmocka_unit_test(commands_are_read_with_the_permission_they_need),
        cmocka_unit_test(schedules_are_read),
        cmocka_unit_test(inputs_outputs_and_secrets_are_read),
        cmocka_unit_test(a_job_has_its_settings),
        cmocka_unit_test(a_matrix_is_json_with_the_kinds_of_its_values),
        cmocka_unit_test(steps_have_their_settings),
        cmocka_unit_test(called_workflows_are_read),
        cmocka_unit_test(a_setup_action_becomes_a_look_at_the_machine),
        cmocka_unit_test(one_priority_may_be_that_of_all_events),
        cmocka_unit_test(a_number_without_quotes_is_the_text_of_its_value),
        cmocka_unit_test(the_reference_file_is_what_the_tables_say),
        cmocka_unit_test(schemas_are_json_with_a_word_on_every_key),
    };
    return cmocka_run_group_tests(tests, open_whole, close_whole);
}
