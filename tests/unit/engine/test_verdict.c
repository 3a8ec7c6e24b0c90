/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of git's hooks: what a push waits for, and what becomes of the verdict when the forge tells of the push. */
#include "engine/verdict.h"
#include "engine/state.h"
#include "unit/engine/rig.h"

#define TREE  "1111111111111111111111111111111111111111"
#define BASE  "2222222222222222222222222222222222222222"
#define SHA   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ZERO  "0000000000000000000000000000000000000000"

static struct rig r;
static struct wf_trigger triggers[2];
static struct {
    struct arena arena;
    struct run *run;
} store; /* the run that is over and on disk */

static bool on_disk(void *ctx, const char *repo_id, const char *workflow, const char *verdict, struct arena *a,
                    struct run **ret)
{
    (void)ctx;
    if (!store.run || strcmp(store.run->verdict, verdict) != 0 || strcmp(store.run->repo_id, repo_id) != 0 ||
        strcmp(store.run->workflow, workflow) != 0)
        return false;
    *ret = arena_new(a, sizeof **ret);
    **ret = *store.run;
    return true;
}

static int set_up(void **state)
{
    (void)state;
    rig_open(&r);
    struct engine_ports ports = {.recall = rig_recall, .judged = on_disk};
    engine_free(&r.engine);
    triggers[0] = (struct wf_trigger){.event = WF_PUSH};
    triggers[1] = (struct wf_trigger){.event = WF_PRE_PUSH, .wait_ms = 20000};
    r.workflow.triggers = triggers;
    r.workflow.n_triggers = 2;
    r.workflow.report.check = false;
    memcpy(r.workflow.digest, "d1", 3);
    r.job.n_steps = 1;
    r.repos.n = 1;
    r.engine = engine_new(&r.conf, &ports, 1);
    store.run = NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_close(&r);
    arena_free(&store.arena);
    return 0;
}

static void give(int64_t delivery, const char *event, const char *sha, const char *before)
{
    bool hook = strcmp(event, "push") != 0;
    struct delivery d = {.id = delivery, .kind = hook ? "bare" : "github", .event = hook ? "pre-push" : "push"};
    rig_step(&r, (struct engine_event){.kind = EV_DELIVERY, .delivery = &d});
    struct engine_event ev = rig_push(delivery);
    ev.decoded.event->name = event;
    ev.decoded.event->after = sha;
    ev.decoded.event->before = before;
    if (oid_is_zero(sha))
        ev.decoded.event->deleted = YES;
    rig_step(&r, ev);
}

static void gather(const char *sha, const char *tree)
{
    struct engine_action *x = rig_now(&r, ACT_GATHER);
    assert_non_null(x);
    struct gather *g = x->gather;
    x->gather = NULL;
    g->repos[0].sha = arena_strdup(&g->arena, sha);
    g->repos[0].tree = arena_strdup(&g->arena, tree);
    g->repos[0].base = BASE;
    rig_step(&r, (struct engine_event){.kind = EV_GATHERED, .gathered = g});
}

static void tell(int64_t delivery, const char *event, const char *sha)
{
    give(delivery, event, sha, BASE);
    gather(sha, TREE);
}

static struct engine_verdict asked(int64_t delivery)
{
    struct engine_verdict v;
    engine_verdict(r.engine, delivery, &v);
    return v;
}

static const struct run *run_new(void)
{
    const struct change *c = rig_change(&r, CHANGE_RUN_NEW);
    assert_non_null(c);
    return c->run;
}

static void keep(const struct run *run)
{
    struct arena *a = &store.arena;
    arena_free(a);
    store.run = arena_new(a, sizeof *store.run);
    *store.run = *run;
    const char **const texts[] = {&store.run->workflow,       &store.run->file,   &store.run->event,
                                  &store.run->repo_id,        &store.run->sha,    &store.run->ref,
                                  &store.run->report_context, &store.run->detail, &store.run->verdict};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = arena_strdup(a, *texts[i]);
    store.run->context = store.run->name = store.run->group = NULL;
    store.run->n_jobs = store.run->n_involved = 0;
}

/* The only step of the run that is under way ends. */
static void finish(int64_t run, int code)
{
    struct live_run *x = map_get_id(&r.engine->runs, run);
    assert_non_null(x);
    struct exit_record record = {.attempt_id = job_attempt(x->jobs.at[0])->id, .epoch = 1, .exit_code = code};
    bool commits = r.commits;
    r.commits = false; /* its texts go with it */
    rig_step(&r, (struct engine_event){.kind = EV_EXITED, .exited = {.record = record}});
    r.commits = commits;
    for (const struct change *c = r.out.changes->first; c; c = c->next)
        if (c->kind == CHANGE_RUN && c->run->state == WORK_DONE)
            keep(c->run);
    if (r.commits)
        rig_commit(&r);
}

static const struct effect *status(const char *sha)
{
    const struct effect *found = NULL;
    for (const struct change *c = r.out.changes ? r.out.changes->first : NULL; c; c = c->next)
        if (c->kind == CHANGE_EFFECT_NEW && c->effect->kind == EFFECT_STATUS && strcmp(c->effect->status.sha, sha) == 0)
            found = c->effect;
    return found;
}

static const struct change *decision(void)
{
    const struct change *c = rig_change(&r, CHANGE_DELIVERY);
    assert_non_null(c);
    return c;
}

static void a_push_waits_for_the_run_that_judges_it(void **state)
{
    (void)state;
    give(1, "pre_push", SHA, BASE);
    assert_int_equal(asked(1).state, VERDICT_OPEN);
    gather(SHA, TREE);
    int64_t run = run_new()->id;
    struct engine_verdict v = asked(1);
    assert_int_equal(v.state, VERDICT_OPEN);
    assert_int_equal(v.n_runs, 1);
    assert_int_equal(v.runs[0], run);
    assert_int_equal(v.wait_until, r.now + 20000);
    assert_null(status(SHA)); /* the forge does not know the commit */
    r.commits = false;
    finish(run, 0);
    assert_int_equal(asked(1).state, VERDICT_OPEN); /* not on disk yet */
    rig_commit(&r);
    v = asked(1);
    assert_int_equal(v.state, VERDICT_ALLOW);
    assert_string_equal(v.reason, "judged");
    assert_null(status(SHA));
}

static void a_failure_denies(void **state)
{
    (void)state;
    tell(1, "pre_push", SHA);
    finish(run_new()->id, 1);
    struct engine_verdict v = asked(1);
    assert_int_equal(v.state, VERDICT_DENY);
    assert_string_equal(v.reason, "judged");
    assert_non_null(strstr(v.detail, "ci: build failure"));
    tell(2, "pre_push", OTHER); /* the same content in another commit */
    v = asked(2);
    assert_int_equal(v.state, VERDICT_DENY);
    assert_string_equal(v.reason, "reused");
    assert_null(rig_change(&r, CHANGE_RUN_NEW));
}

static void the_same_content_is_judged_once(void **state)
{
    (void)state;
    tell(1, "pre_push", SHA);
    int64_t run = run_new()->id;
    tell(2, "pre_push", OTHER);
    assert_null(rig_change(&r, CHANGE_RUN_NEW));
    assert_int_equal(asked(2).runs[0], run);
    finish(run, 0);
    assert_int_equal(asked(1).state, VERDICT_ALLOW);
    assert_int_equal(asked(2).state, VERDICT_ALLOW);
    assert_string_equal(asked(2).reason, "judged");
    tell(3, "pre_push", SHA);
    assert_int_equal(asked(3).state, VERDICT_ALLOW);
    assert_string_equal(asked(3).reason, "reused");
    give(4, "pre_push", SHA, BASE);
    gather(SHA, "3333333333333333333333333333333333333333");
    assert_non_null(rig_change(&r, CHANGE_RUN_NEW));
}

static void another_file_or_less_trust_is_another_verdict(void **state)
{
    (void)state;
    tell(1, "pre_push", SHA);
    finish(run_new()->id, 0);
    memcpy(r.workflow.digest, "d2", 3);
    tell(2, "pre_push", SHA);
    finish(run_new()->id, 0);
    struct delivery d = {.id = 3, .kind = "bare", .event = "pre-push"};
    rig_step(&r, (struct engine_event){.kind = EV_DELIVERY, .delivery = &d});
    struct engine_event ev = rig_push(3);
    ev.decoded.event->name = "pre_push";
    ev.decoded.event->before = BASE;
    ev.decoded.event->trusted = NO;
    rig_step(&r, ev);
    gather(SHA, TREE);
    assert_false(run_new()->trusted);
}

static void when_the_forge_tells_of_the_push_the_run_that_judged_it_speaks(void **state)
{
    (void)state;
    tell(1, "pre_push", SHA);
    int64_t run = run_new()->id;
    finish(run, 0);
    tell(2, "push", SHA);
    assert_null(rig_change(&r, CHANGE_RUN_NEW));
    assert_int_equal(decision()->delivery.state, DELIVERY_MATCHED);
    assert_non_null(strstr(decision()->delivery.reason, "ci: judged before the push by run "));
    assert_non_null(status(SHA));
    assert_int_equal(status(SHA)->status.state, STATUS_SUCCESS);
    assert_int_equal(status(SHA)->run_id, run);
    assert_int_equal(rig_change(&r, CHANGE_RUN)->run->report_seq, 1);
}

static void one_that_still_runs_says_so_and_then_its_end(void **state)
{
    (void)state;
    tell(1, "pre_push", SHA);
    int64_t run = run_new()->id;
    tell(2, "push", SHA);
    assert_null(rig_change(&r, CHANGE_RUN_NEW));
    assert_int_equal(status(SHA)->status.state, STATUS_RUNNING);
    finish(run, 0);
    assert_int_equal(status(SHA)->status.state, STATUS_SUCCESS);
    assert_int_equal(asked(1).state, VERDICT_ALLOW);
}

static void another_commit_with_the_same_content_gets_the_status_too(void **state)
{
    (void)state;
    tell(1, "pre_push", SHA);
    int64_t run = run_new()->id;
    tell(2, "push", OTHER);
    assert_int_equal(status(OTHER)->status.state, STATUS_RUNNING);
    finish(run, 1);
    assert_int_equal(status(OTHER)->status.state, STATUS_FAILED);
    assert_null(status(SHA)); /* nobody pushed that one */
}

static void a_denied_push_that_happens_all_the_same_is_a_failure(void **state)
{
    (void)state;
    tell(1, "pre_push", SHA);
    int64_t run = run_new()->id;
    finish(run, 1);
    tell(2, "push", SHA);
    assert_null(rig_change(&r, CHANGE_RUN_NEW));
    assert_int_equal(status(SHA)->status.state, STATUS_FAILED);
    assert_int_equal(status(SHA)->run_id, run);
}

static void a_push_that_nobody_judged_runs_and_says_so(void **state)
{
    (void)state;
    tell(1, "push", SHA);
    const struct run *run = run_new();
    assert_true((run->tells & RUN_TELLS_UNJUDGED) != 0);
    assert_null(run->verdict);
    assert_string_equal(status(SHA)->status.description, "running 1 job (not judged before the push)");
}

static void a_push_that_need_not_be_judged_says_nothing_of_it(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct err err = {0};
    triggers[1].branches.present = true;
    assert_int_equal(globs_add(&triggers[1].branches.globs, SV("release"), &a, &err), 0);
    tell(1, "push", SHA);
    assert_int_equal(run_new()->tells, 0);
}

static void what_came_to_no_judgement_is_run_again(void **state)
{
    (void)state;
    triggers[1].offline = WF_OFFLINE_DENY;
    tell(1, "pre_push", SHA);
    int64_t run = run_new()->id;
    rig_step(&r, (struct engine_event){.kind = EV_CANCEL, .cancel = {run, "a person"}});
    struct exit_record x = {.attempt_id =
                                job_attempt(((struct live_run *)map_get_id(&r.engine->runs, run))->jobs.at[0])->id,
                            .epoch = 1,
                            .reason = EXIT_CANCELLED};
    rig_step(&r, (struct engine_event){.kind = EV_EXITED, .exited = {.record = x}});
    assert_int_equal(asked(1).state, VERDICT_DENY);
    assert_string_equal(asked(1).reason, "error");
    triggers[1].offline = WF_OFFLINE_ALLOW;
    tell(2, "push", SHA);
    assert_true((run_new()->tells & RUN_TELLS_UNJUDGED) != 0);
}

static void what_nobody_judges_may_pass_at_once(void **state)
{
    (void)state;
    give(1, "pre_push", ZERO, BASE);
    assert_int_equal(asked(1).state, VERDICT_ALLOW);
    assert_string_equal(asked(1).reason, "deleted");
    r.workflow.n_triggers = 1;
    tell(2, "pre_push", SHA);
    assert_int_equal(asked(2).state, VERDICT_ALLOW);
    assert_string_equal(asked(2).reason, "no-workflow");
    assert_non_null(strstr(asked(2).detail, "\"pre_push\" is not listed"));
    assert_int_equal(asked(3).state, VERDICT_NONE);
}

static void the_forge_is_quicker_than_the_decision(void **state)
{
    (void)state;
    give(1, "pre_push", SHA, BASE);
    struct gather *first = rig_now(&r, ACT_GATHER)->gather;
    rig_now(&r, ACT_GATHER)->gather = NULL;
    tell(2, "push", SHA);
    assert_null(rig_change(&r, CHANGE_DELIVERY));
    first->repos[0].sha = SHA;
    first->repos[0].tree = TREE;
    first->repos[0].base = BASE;
    rig_step(&r, (struct engine_event){.kind = EV_GATHERED, .gathered = first});
    int64_t run = run_new()->id;
    rig_wait(&r);
    gather(SHA, TREE);
    assert_null(rig_change(&r, CHANGE_RUN_NEW));
    assert_int_equal(status(SHA)->run_id, run);
}

static void answers_are_forgotten_after_a_quarter_of_an_hour(void **state)
{
    (void)state;
    give(1, "pre_push", ZERO, BASE);
    r.now += 899999;
    give(2, "pre_push", ZERO, BASE);
    assert_int_equal(asked(1).state, VERDICT_ALLOW);
    r.now += 2;
    give(3, "pre_push", ZERO, BASE);
    assert_int_equal(asked(1).state, VERDICT_NONE);
    assert_int_equal(asked(2).state, VERDICT_ALLOW);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_push_waits_for_the_run_that_judges_it),
        T(a_failure_denies),
        T(the_same_content_is_judged_once),
        T(another_file_or_less_trust_is_another_verdict),
        T(when_the_forge_tells_of_the_push_the_run_that_judged_it_speaks),
        T(one_that_still_runs_says_so_and_then_its_end),
        T(another_commit_with_the_same_content_gets_the_status_too),
        T(a_denied_push_that_happens_all_the_same_is_a_failure),
        T(a_push_that_nobody_judged_runs_and_says_so),
        T(a_push_that_need_not_be_judged_says_nothing_of_it),
        T(what_came_to_no_judgement_is_run_again),
        T(what_nobody_judges_may_pass_at_once),
        T(the_forge_is_quicker_than_the_decision),
        T(answers_are_forgotten_after_a_quarter_of_an_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
