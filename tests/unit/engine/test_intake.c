/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/engine/rig.h"

static struct rig r;

static int set_up(void **state)
{
    (void)state;
    rig_open(&r);
    r.repos.n = 2;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_close(&r);
    return 0;
}

static const char A[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", B[] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/* What git was asked, taken from the engine, with an answer for every repository. */
static struct gather *answered(void)
{
    struct engine_action *x = rig_now(&r, ACT_GATHER);
    assert_non_null(x);
    struct gather *g = STEAL(x->gather);
    for (size_t i = 0; i < g->n_repos; i++)
        g->repos[i].sha = i ? B : A;
    return g;
}

static void give(struct gather *g)
{
    rig_step(&r, (struct engine_event){.kind = EV_GATHERED, .gathered = g});
}

static void a_body_that_cannot_be_read_now_is_read_later(void **state)
{
    (void)state;
    rig_deliver(&r, 5);
    for (int i = 0; i < 5; i++) {
        rig_step(&r, (struct engine_event){
                         .kind = EV_DECODED,
                         .decoded = {.delivery = 5, .verdict = DECODE_LATER, .reason = "too many open files"}});
        assert_null(rig_change(&r, CHANGE_DELIVERY));
        rig_wait(&r);
        assert_int_equal(rig_now(&r, ACT_DECODE)->delivery, 5);
    }
    rig_step(&r, rig_push(5));
    give(answered());
    assert_int_equal(rig_change(&r, CHANGE_DELIVERY)->delivery.state, DELIVERY_MATCHED);
}

static void a_repository_that_is_away_delays_and_a_late_commit_is_waited_for(void **state)
{
    static const struct {
        enum err_class failed;
        int tries; /* then it is decided; 20 = it never is */
    } rows[] = {{ERR_TRANSIENT, 20}, {ERR_LIMITED, 20}, {ERR_MISSING, 4}, {ERR_DENIED, 0}, {ERR_INVALID, 0}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t id = 5 + (int64_t)i;
        int tries = 0;
        rig_deliver(&r, id);
        rig_step(&r, rig_push(id));
        for (; tries < 20; tries++) {
            struct gather *g = answered();
            g->repos[0].failed = rows[i].failed;
            give(g);
            if (rig_change(&r, CHANGE_DELIVERY))
                break;
            r.now = engine_next_timer(r.engine);
            rig_step(&r, (struct engine_event){.kind = EV_TIMER});
        }
        assert_int_equal(tries, rows[i].tries);
        if (tries == 20) /* it comes back in the end */
            give(answered());
        assert_int_equal(rig_change(&r, CHANGE_DELIVERY)->delivery.state, DELIVERY_MATCHED);
    }
}

static void an_answer_under_an_older_configuration_is_asked_for_again(void **state)
{
    (void)state;
    r.job.repo = "web";
    rig_deliver(&r, 5);
    rig_step(&r, rig_push(5));
    struct gather *g = answered();
    assert_int_equal(g->n_repos, 2);
    r.repos_at[1].alias = r.job.repo = "doc"; /* as many as before, but not the same */
    r.repos_at[1].id = "f:acme/doc";
    rig_step(&r, (struct engine_event){.kind = EV_CONF, .conf = &r.conf});
    give(g);
    assert_null(rig_change(&r, CHANGE_DELIVERY));
    g = answered();
    assert_string_equal(g->repos[1].alias, "doc");
    give(g);
    assert_string_equal(rig_change(&r, CHANGE_RUN_NEW)->run->jobs[0]->sha, B);
}

static void repositories_named_in_files_of_a_repository_are_gathered_too(void **state)
{
    (void)state;
    struct wf_job job = r.job;
    struct workflow file = r.workflow;
    struct gather_file files[] = {{".fettle/workflows/x.yml", &file, NULL}};
    job.repo = "web";
    file.name = "x";
    file.origin = "api";
    file.jobs = &job;
    r.workflows.n = 0;
    rig_deliver(&r, 5);
    rig_step(&r, rig_push(5));
    for (size_t i = 1; i <= 2; i++) {
        struct gather *g = answered();
        assert_int_equal(g->n_repos, i);
        assert_true(g->repos[0].files_wanted);
        g->repos[0].files = files;
        g->repos[0].n_files = 1;
        give(g);
    }
    const struct run *run = rig_change(&r, CHANGE_RUN_NEW)->run;
    assert_string_equal(run->sha, A);
    assert_string_equal(run->jobs[0]->sha, B);
}

static void files_of_an_untrusted_change_come_from_its_base(void **state)
{
    static const struct {
        enum tristate trusted;
        const char *base_sha, *want; /* NULL = from the head */
    } rows[] = {
        {NO, B, B}, {UNKNOWN, B, B}, {NO, NULL, "refs/heads/main"}, {UNKNOWN, NULL, "refs/heads/main"}, {YES, B, NULL},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t id = 5 + (int64_t)i;
        struct engine_event ev = rig_push(id);
        struct hook_event *h = ev.decoded.event;
        h->name = "pull_request";
        h->action = "opened";
        h->trusted = rows[i].trusted;
        h->change.present = true;
        h->change.number = 7;
        h->change.head_sha = A;
        h->change.base_ref = "main";
        h->change.base_sha = rows[i].base_sha;
        rig_deliver(&r, id);
        rig_step(&r, ev);
        const struct gather_repo *own = &rig_now(&r, ACT_GATHER)->gather->repos[0];
        assert_string_equal(own->rev, A);
        assert_int_equal(!own->files_rev, !rows[i].want);
        if (rows[i].want)
            assert_string_equal(own->files_rev, rows[i].want);
    }
}

static void a_replay_is_written_down_before_it_is_decided(void **state)
{
    (void)state;
    rig_step(&r, (struct engine_event){.kind = EV_REPLAY, .replay = 5});
    assert_int_equal(rig_change(&r, CHANGE_DELIVERY)->delivery.state, DELIVERY_RECEIVED);
    assert_int_equal(rig_now(&r, ACT_DECODE)->delivery, 5);
    rig_step(&r, (struct engine_event){.kind = EV_REPLAY, .replay = 5});
    assert_true(rig_silent(&r));
    rig_step(&r, rig_push(5));
    give(answered());
    assert_int_equal(rig_change(&r, CHANGE_DELIVERY)->delivery.state, DELIVERY_MATCHED);
}

static void a_run_has_a_limit(void **state)
{
    (void)state;
    enum { MANY = 1025 };
    struct wf_job *jobs = mem_new(MANY * sizeof *jobs);
    for (size_t i = 0; i < MANY; i++)
        jobs[i] = r.job;
    r.workflow.jobs = jobs;
    r.workflow.n_jobs = MANY;
    r.commits = false; /* the run leaves memory when its end is on disk, and is looked at here */
    rig_deliver(&r, 5);
    rig_step(&r, rig_push(5));
    give(answered());
    const struct change *c = rig_change(&r, CHANGE_RUN);
    assert_int_equal(c->run->conclusion, CONC_ERROR);
    assert_non_null(strstr(c->run->detail, "too many for one run"));
    assert_null(rig_after(&r, ACT_START));
    mem_free(jobs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_body_that_cannot_be_read_now_is_read_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_repository_that_is_away_delays_and_a_late_commit_is_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_under_an_older_configuration_is_asked_for_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(repositories_named_in_files_of_a_repository_are_gathered_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_of_an_untrusted_change_come_from_its_base, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_replay_is_written_down_before_it_is_decided, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_run_has_a_limit, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
