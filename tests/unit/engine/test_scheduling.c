/* SPDX-License-Identifier: Apache-2.0 */
/* What `scheduling:` says decides who starts next, also for those that wait already when it is changed. */
#include "unit/engine/rig.h"

static struct rig r;
static struct engine_scheduling scheduling;
static int64_t delivery;
static struct { /* of the one slot */
    int64_t run, attempt, epoch;
} busy;

static void configure(struct engine_scheduling s)
{
    scheduling = s;
    r.conf.scheduling = &scheduling;
    rig_step(&r, (struct engine_event){.kind = EV_CONF, .conf = &r.conf});
}

static int set_up(void **state)
{
    (void)state;
    rig_open(&r);
    delivery = 0;
    r.conf.slots = 1;
    r.job.n_steps = 1;
    rig_step(&r, (struct engine_event){.kind = EV_CONF, .conf = &r.conf});
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_close(&r);
    return 0;
}

static void see_start(void)
{
    const struct change *c = rig_change(&r, CHANGE_ATTEMPT_NEW);
    if (c) {
        busy.run = c->attempt->run_id;
        busy.attempt = c->attempt->id;
        busy.epoch = c->attempt->epoch;
    }
}

/* One run of one job. */
static int64_t push(const char *repo, msec_t estimate)
{
    r.job.estimate_ms = estimate;
    rig_deliver(&r, ++delivery);
    struct engine_event ev = rig_push(delivery);
    ev.decoded.event->repo.id = repo;
    ev.decoded.event->repo.full_name = repo + 2;
    rig_step(&r, ev);
    const struct change *c = rig_change(&r, CHANGE_RUN_NEW);
    assert_non_null(c);
    int64_t run = c->run->id;
    see_start();
    return run;
}

/* The run that has the slot once the job that has it now ended. */
static int64_t next(void)
{
    r.now += 1000;
    rig_step(&r, (struct engine_event){
                     .kind = EV_EXITED,
                     .exited.record = {.attempt_id = busy.attempt, .epoch = busy.epoch, .reason = EXIT_NORMAL}});
    busy.run = 0;
    see_start();
    return busy.run;
}

static struct engine_scheduling usual(void)
{
    return (struct engine_scheduling){.critical_percent = 25, .ageing_percent = 5, .lookahead_ms = 5};
}

static void ageing_decides_between_the_old_and_the_short(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        struct engine_scheduling s = usual();
        configure(s);
        push("f:acme/api", 1000);
        int64_t old = push("f:acme/api", 100000);
        r.now += 10000;
        int64_t brief = push("f:acme/api", 50000);
        if (round == 1) {
            s.ageing_percent = 1000;
            configure(s);
        }
        assert_int_equal(next(), round == 1 ? old : brief);
        assert_int_equal(next(), round == 1 ? brief : old);
        assert_int_equal(next(), 0);
    }
}

static void the_share_of_critical_runs_decides_whether_they_overtake_other_repositories(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        struct engine_scheduling s = usual();
        configure(s);
        push("f:acme/web", 1000);
        int64_t plain = push("f:acme/api", 1000);
        r.workflow.priority = "critical";
        int64_t urgent = push("f:acme/web", 1000);
        r.workflow.priority = NULL;
        if (round == 1) {
            s.critical_percent = 0;
            configure(s);
        }
        assert_int_equal(next(), round == 1 ? plain : urgent);
        assert_int_equal(next(), round == 1 ? urgent : plain);
        assert_int_equal(next(), 0);
    }
}

/* So many of the next 8 starts are those of runs that are not of `of`. */
static int others_of_eight(const int64_t of[8])
{
    int others = 0;
    for (int i = 0; i < 8; i++) {
        int64_t run = next();
        others++;
        for (int k = 0; k < 8; k++)
            others -= of[k] == run;
    }
    return others;
}

static void starts_follow_the_weights(const struct engine_weight *weight, size_t n, int want)
{
    struct engine_scheduling s = usual();
    int64_t web[8];
    configure(s);
    push("f:other/x", 1000);
    for (int i = 0; i < 8; i++) {
        push("f:acme/api", 1000);
        web[i] = push("f:acme/web", 1000);
    }
    s.weights = weight;
    s.n_weights = n;
    configure(s);
    assert_int_equal(others_of_eight(web), want);
    while (next())
        ;
}

static void a_repository_starts_as_often_as_its_weight_says(void **state)
{
    (void)state;
    static const struct engine_weight three[] = {{"f:acme/api", 3}};
    starts_follow_the_weights(NULL, 0, 4);
    starts_follow_the_weights(three, 1, 6);
    starts_follow_the_weights(NULL, 0, 4); /* what is said no more counts no more */
}

static void an_organisation_starts_as_often_as_its_weight_says(void **state)
{
    (void)state;
    static const struct engine_weight three[] = {{"f:beta", 3}};
    struct engine_scheduling s = usual();
    int64_t acme[8];
    r.repos_at[1] =
        (struct repo){.alias = "lib", .id = "f:beta/lib", .forge = "f", .path = "beta/lib", .default_branch = "main"};
    s.weights = three;
    s.n_weights = 1;
    configure(s);
    push("f:other/x", 1000);
    for (int i = 0; i < 8; i++) {
        push("f:beta/lib", 1000);
        acme[i] = push("f:acme/api", 1000);
    }
    assert_int_equal(others_of_eight(acme), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ageing_decides_between_the_old_and_the_short, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_share_of_critical_runs_decides_whether_they_overtake_other_repositories,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_repository_starts_as_often_as_its_weight_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_organisation_starts_as_often_as_its_weight_says, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
