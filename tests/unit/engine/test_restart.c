/* SPDX-License-Identifier: Apache-2.0 */
/* The verdicts of scheduling.md §2.5 as the engine takes them up: what becomes of attempt, step and job. */
#include "unit/engine/rig.h"

static struct rig r;

static int set_up(void **state)
{
    (void)state;
    rig_open(&r);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_close(&r);
    return 0;
}

enum { RUN = 1000, JOB = 1001, STEP = 1002, NEXT = 1003, ATTEMPT = 1004 };

struct found_case {
    enum found found;
    struct exit_record exit;
    const char *spec; /* of the step that was under way */
    bool cancelling, ready;
    /* what has to come of it */
    bool adopted, killed, again, goes_on, asked, over;
    enum attempt_state state;
    const char *class_name;
};

/* One job of two steps, the first under way. */
static struct open_work *work_of(const struct found_case *c)
{
    struct open_work *w = mem_new(sizeof *w);
    struct arena *a = &w->arena;
    struct run *run = arena_new(a, sizeof *run);
    struct job *job = arena_new(a, sizeof *job);
    struct step *steps = arena_new(a, 2 * sizeof *steps);
    bool uses = strstr(c->spec, "uses") != NULL;
    steps[0] = (struct step){.id = STEP, .job_id = JOB, .key = "", .name = "one", .spec = c->spec, .attempts = 1,
                             .kind = uses ? STEP_USES : STEP_RUN, .state = WORK_RUNNING, .version = 2};
    steps[1] = (struct step){.id = NEXT, .job_id = JOB, .no = 1, .key = "", .name = "two", .version = 1,
                             .spec = "{\"script\":\"true\"}"};
    *job = (struct job){.id = JOB, .run_id = RUN, .key = "build", .name = "build", .repo_id = "f:acme/api",
                        .state = WORK_RUNNING, .tries = 1, .epoch = 1, .started_at = r.now - 1000, .steps = steps,
                        .n_steps = 2, .spec = "{}", .version = 3};
    *run = (struct run){.id = RUN, .delivery_id = 5, .workflow = "ci", .file = "ci.yml", .event = "push",
                        .repo_id = "f:acme/api", .trusted = true, .state = WORK_RUNNING, .cancelling = c->cancelling,
                        .created_at = r.now - 2000, .generation = 1, .n_jobs = 1, .version = 2};
    run->jobs = arena_new(a, sizeof *run->jobs);
    run->jobs[0] = job;
    w->runs = arena_new(a, sizeof *w->runs);
    w->runs[w->n_runs++] = run;
    w->attempts = arena_new(a, sizeof *w->attempts);
    w->attempts[w->n_attempts++] = (struct attempt){.id = ATTEMPT, .step_id = STEP, .job_id = JOB, .run_id = RUN,
                                                    .no = 1, .epoch = 1, .exit_code = -1};
    w->max_id = ATTEMPT;
    return w;
}

static void boot(const struct found_case *c)
{
    struct exit_record exit = c->exit;
    exit.attempt_id = ATTEMPT;
    exit.epoch = 1;
    rig_step(&r, (struct engine_event){.kind = EV_BOOT,
                                       .boot = {.work = work_of(c), .found = &c->found, .exits = &exit}});
}

static const struct step *last_of(int64_t id)
{
    const struct step *s = NULL;
    for (const struct change *x = r.out.changes ? r.out.changes->first : NULL; x; x = x->next)
        if (x->kind == CHANGE_STEP && x->step->id == id)
            s = x->step;
    return s;
}

#define SCRIPT "{\"script\":\"true\"}"
static const struct found_case cases[] = {
    {.found = FOUND_RUNNING, .spec = SCRIPT, .adopted = true},
    {.found = FOUND_RUNNING, .spec = SCRIPT, .cancelling = true, .adopted = true, .killed = true},
    {.found = FOUND_FINISHED, .spec = SCRIPT, .state = ATTEMPT_EXITED, .goes_on = true},
    {.found = FOUND_FINISHED, .exit = {.exit_code = 3}, .spec = SCRIPT, .state = ATTEMPT_EXITED,
     .class_name = "unknown", .over = true},
    {.found = FOUND_FINISHED, .exit = {.reason = EXIT_SILENT, .exit_code = -1, .signal = 15}, .spec = SCRIPT,
     .state = ATTEMPT_EXITED, .class_name = "timeout", .over = true},
    {.found = FOUND_FINISHED, .exit = {.exit_code = -1, .signal = 9, .oom = true}, .spec = SCRIPT,
     .state = ATTEMPT_EXITED, .class_name = "resource", .over = true},
    {.found = FOUND_NEVER_RAN, .spec = SCRIPT, .state = ATTEMPT_REVOKED, .again = true},
    {.found = FOUND_LOST, .spec = SCRIPT, .state = ATTEMPT_LOST, .class_name = "lost", .over = true},
    {.found = FOUND_LOST, .spec = "{\"script\":\"true\",\"retry\":{\"attempts\":2,\"on\":[\"lost\"]}}",
     .state = ATTEMPT_LOST, .class_name = "lost"},
    {.found = FOUND_LOST, .spec = "{\"script\":\"true\",\"once\":true}", .state = ATTEMPT_LOST, .class_name = "lost",
     .asked = true},
};

static void check_case(const struct found_case *c)
{
    boot(c);
    const struct change *a = rig_change(&r, CHANGE_ATTEMPT);
    const struct engine_action *start = rig_after(&r, ACT_START);
    const struct step *s = last_of(STEP);
    assert_int_equal(a == NULL, c->adopted);
    assert_int_equal(rig_after(&r, ACT_KILL) != NULL, c->killed);
    assert_int_equal(start != NULL, c->again || c->goes_on);
    assert_int_equal(rig_change(&r, CHANGE_APPROVAL_NEW) != NULL, c->asked);
    assert_int_equal(engine_has_run(r.engine, RUN), !c->over);
    if (!a)
        return;
    assert_int_equal(a->attempt->state, c->state);
    assert_string_equal(a->attempt->class_name ? a->attempt->class_name : "", c->class_name ? c->class_name : "");
    if (c->again) /* as if it had not been: nothing is charged */
        assert_true(s && s->state == WORK_RUNNING && s->tries == 0 && s->attempts == 2 && start->start.spec.epoch == 2);
    if (c->goes_on)
        assert_true(s && s->state == WORK_DONE && s->outcome == CONC_SUCCESS && last_of(NEXT)->state == WORK_RUNNING);
    if (c->asked)
        assert_int_equal(rig_change(&r, CHANGE_APPROVAL_NEW)->approval->kind, APPROVAL_OUTCOME);
}

static void each_verdict_is_taken_up_as_the_truth_table_says(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (i)
            set_up(state);
        check_case(&cases[i]);
        if (i + 1 < ARRAY_LEN(cases))
            tear_down(state);
    }
}

static void an_action_that_was_under_way_is_done_again(void **state)
{
    (void)state;
    static const struct found_case lost = {.found = FOUND_LOST, .spec = "{\"uses\":\"tell\"}"};
    boot(&lost);
    assert_int_equal(rig_change(&r, CHANGE_ATTEMPT)->attempt->state, ATTEMPT_REVOKED);
    assert_int_equal(rig_change(&r, CHANGE_EFFECT_NEW)->effect->kind, EFFECT_ISSUE);
}

static size_t text_of(struct buf *out)
{
    for (const struct change *x = r.out.changes->first; x; x = x->next)
        buf_fmt(out, "%d %s|", (int)x->kind, x->kind == CHANGE_JOURNAL ? x->journal.to : "");
    for (size_t i = 0; i < r.out.after.n; i++)
        buf_fmt(out, "act %d|", (int)r.out.after.at[i].kind);
    return out->n;
}

/* A server that is killed before its first change-set is on disk decides the same once more. */
static void a_start_that_comes_to_nothing_is_repeated_word_for_word(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(buf_free) struct buf first = {0}, second = {0};
        boot(&cases[i]);
        text_of(&first);
        tear_down(state);
        set_up(state);
        boot(&cases[i]);
        text_of(&second);
        assert_true(sv_eq(buf_view(&first), buf_view(&second)));
        tear_down(state);
        set_up(state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_verdict_is_taken_up_as_the_truth_table_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_action_that_was_under_way_is_done_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_start_that_comes_to_nothing_is_repeated_word_for_word, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
