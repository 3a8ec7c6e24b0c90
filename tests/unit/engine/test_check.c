/* SPDX-License-Identifier: Apache-2.0 */
/* The check run beside the status: what it says, and that what was begun is ended. */
#include <stdio.h>
#include "unit/engine/rig.h"
#include "core/check.h"
#include "engine/check_text.h"

/* ---- what is said ---- */

struct told { /* a run of one job with one step */
    struct run run;
    struct job job, *jobs[3];
    struct step steps[3];
    struct arena arena;
    struct check_body body;
};

static void tell(struct told *t)
{
    t->steps[0].name = "make", t->steps[1].name = "test", t->steps[2].name = "lint";
    t->job = (struct job){.name = "build (1|2) <b>", .repo_id = "f:acme/api", .sha = "aaaa", .state = WORK_DONE,
                          .conclusion = CONC_FAILURE, .started_at = 1000, .ended_at = 13400, .steps = t->steps,
                          .n_steps = 3, .detail = "exit code 2\n*now*"};
    t->jobs[0] = &t->job;
    t->run = (struct run){.repo_id = "f:acme/api", .sha = "aaaa", .jobs = t->jobs, .n_jobs = 1};
    t->body.state = STATUS_FAILED;
}

static void says(const struct told *t, const char *part)
{
    if (!strstr(t->body.summary, part))
        fail_msg("no \"%s\" in: %s", part, t->body.summary);
}

static void the_summary_has_jobs_with_results_as_plain_text(void **state)
{
    (void)state;
    struct told t = {0};
    tell(&t);
    t.steps[1].summary = "# *Coverage* 93 %";
    t.steps[1].name = "test_all";
    check_compose(&t.run, &t.arena, &t.body);
    says(&t, "| build \\(1\\|2\\) \\<b\\> | failure: exit code 2 \\*now\\* | 12 s |\n");
    says(&t, "### build \\(1\\|2\\) \\<b\\>: test\\_all\n\n# *Coverage* 93 %\n");
    assert_int_equal(t.body.n_notes, 0);
    arena_free(&t.arena);
}

static void a_summary_is_never_empty_and_never_too_long(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf long_one = {0};
    struct told t = {.run = {.sha = "a"}};
    check_compose(&t.run, &t.arena, &t.body);
    says(&t, "There are no jobs.");
    for (int i = 0; i < 40000; i++)
        buf_str(&long_one, "\xe2\x98\x95");
    tell(&t);
    t.steps[0].summary = t.steps[1].summary = long_one.p;
    check_compose(&t.run, &t.arena, &t.body);
    assert_true(strlen(t.body.summary) <= CHECK_SUMMARY_MAX && strlen(t.body.summary) > CHECK_SUMMARY_MAX - 8);
    assert_true(sv_bad_utf8(sv_of(t.body.summary)) < 0);
    arena_free(&t.arena);
}

static void many_jobs_leave_room_for_the_rest(void **state)
{
    (void)state;
    enum { JOBS = 1000 };
    static struct job *jobs[JOBS];
    struct told t = {0};
    tell(&t);
    for (size_t i = 0; i < JOBS; i++)
        jobs[i] = &t.job;
    t.run.jobs = jobs;
    t.run.n_jobs = JOBS;
    check_compose(&t.run, &t.arena, &t.body);
    says(&t, " more jobs are not shown.\n");
    assert_true(strlen(t.body.summary) < 30000);
    arena_free(&t.arena);
}

static void annotations_are_those_at_files_of_the_commit_errors_first(void **state)
{
    (void)state;
    struct told t = {0};
    struct job elsewhere;
    struct step other = {.name = "o", .notes = "[{\"level\":\"error\",\"file\":\"x.c\",\"line\":7,\"text\":\"of another\"}]"};
    tell(&t);
    t.steps[0].notes = "[{\"level\":\"notice\",\"file\":\"a.c\",\"line\":3,\"col\":5,\"text\":\"n\"},"
                       "{\"level\":\"warning\",\"file\":\"a.c\",\"text\":\"of the file\",\"title\":\"T\"},"
                       "{\"level\":\"error\",\"text\":\"of nothing\"}]";
    t.steps[2].notes = "[{\"level\":\"error\",\"file\":\"b.c\",\"line\":9,\"end_line\":8,\"col\":4,\"end_col\":6,\"text\":\"e\"},"
                       "{\"level\":\"error\",\"file\":\"b.c\",\"line\":2,\"end_line\":4,\"col\":4,\"text\":\"f\"}]";
    elsewhere = t.job;
    elsewhere.name = "web", elsewhere.repo_id = "f:acme/web", elsewhere.steps = &other, elsewhere.n_steps = 1;
    t.jobs[1] = &elsewhere;
    t.run.n_jobs = 2;
    check_compose(&t.run, &t.arena, &t.body);
    const struct check_note *n = t.body.notes;
    assert_int_equal(t.body.n_notes, 4);
    assert_true(n[0].level == NOTE_ERROR && n[0].line == 9 && n[0].end_line == 9 && n[0].col == 4 && n[0].end_col == 6);
    assert_true(n[1].level == NOTE_ERROR && n[1].line == 2 && n[1].end_line == 4 && n[1].col == 0);
    assert_true(n[2].level == NOTE_WARNING && n[2].line == 1 && n[2].col == 0 && strcmp(n[2].title, "T") == 0);
    assert_true(n[3].level == NOTE_NOTICE && n[3].line == 3 && n[3].col == 5 && n[3].end_col == 5);
    says(&t, "- error in build \\(1\\|2\\) \\<b\\>: of nothing\n");
    says(&t, "- error in web: x.c:7: of another\n");
    t.body.state = STATUS_RUNNING; /* only the end has them */
    check_compose(&t.run, &t.arena, &t.body);
    assert_int_equal(t.body.n_notes, 0);
    arena_free(&t.arena);
}

static void more_annotations_than_fit_are_counted(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf many = {0}, fat = {0};
    struct told t = {0};
    tell(&t);
    for (int i = 1; i <= 1203; i++)
        buf_fmt(&many, "%s{\"level\":\"%s\",\"file\":\"a.c\",\"line\":%d,\"text\":\"t\"}", i > 1 ? "," : "[",
                i % 2 ? "error" : "notice", i);
    buf_chr(&many, ']');
    t.steps[0].notes = many.p;
    check_compose(&t.run, &t.arena, &t.body);
    assert_int_equal(t.body.n_notes, CHECK_NOTES_MAX);
    assert_true(t.body.notes[601].level == NOTE_ERROR && t.body.notes[602].level == NOTE_NOTICE);
    says(&t, "203 more annotations are not shown here.\n");
    for (int i = 1; i <= 300; i++)
        buf_fmt(&fat, "%s{\"level\":\"error\",\"file\":\"a.c\",\"line\":%d,\"text\":\"%04000d\"}", i > 1 ? "," : "[", i, i);
    buf_chr(&fat, ']');
    t.steps[0].notes = fat.p;
    check_compose(&t.run, &t.arena, &t.body);
    assert_true(t.body.n_notes > 100 && t.body.n_notes * 4000 <= CHECK_NOTES_BYTES);
    says(&t, " more annotations are not shown here.\n");
    arena_free(&t.arena);
}

/* ---- when it is said ---- */

static struct rig r;
static const struct forge_ops checking = {.kind = "github", .talk = rig_talk, .has_checks = true};

static int set_up(void **state)
{
    (void)state;
    rig_open(&r);
    r.forge.ops = &checking;
    r.workflow.report.check = true;
    rig_step(&r, (struct engine_event){.kind = EV_CONF, .conf = &r.conf});
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_close(&r);
    return 0;
}

/* The n-th check effect that this step made; NULL = there is none. */
static const struct effect *new_check(int n)
{
    for (const struct change *c = r.out.changes ? r.out.changes->first : NULL; c; c = c->next)
        if (c->kind == CHANGE_EFFECT_NEW && c->effect->kind == EFFECT_CHECK && n-- == 0)
            return c->effect;
    return NULL;
}

static void end_steps(void)
{
    for (int i = 0; i < 2; i++) {
        struct exec_spec s = rig_after(&r, ACT_START)->start.spec;
        rig_step(&r, (struct engine_event){
                         .kind = EV_EXITED,
                         .exited.record = {.attempt_id = s.attempt_id, .epoch = s.epoch, .reason = EXIT_NORMAL}});
    }
}

static void a_check_is_said_with_every_status_in_the_same_change_set(void **state)
{
    (void)state;
    rig_run(&r, 5);
    const struct effect *one = new_check(0), *two = new_check(1);
    assert_non_null(rig_change(&r, CHANGE_RUN_NEW));
    assert_true(rig_change(&r, CHANGE_RUN_NEW)->run->report_check);
    assert_true(one && one->check.state == STATUS_QUEUED && one->seq == 1 && !one->check.completed_at);
    assert_true(two && two->check.state == STATUS_RUNNING && two->seq == 2);
    assert_string_equal(one->check.external_id, two->check.external_id);
    assert_string_not_equal(one->key, two->key);
    assert_string_not_equal(one->key, one->check.external_id);
    assert_string_equal(one->check.name, "fettle/ci");
    char external[27];
    snprintf(external, sizeof external, "%s", one->check.external_id);
    end_steps();
    assert_true(new_check(0) && new_check(0)->check.state == STATUS_SUCCESS && new_check(0)->check.completed_at == r.now);
    assert_string_equal(new_check(0)->check.external_id, external);
    assert_null(new_check(1));
}

static void a_forge_without_check_runs_gets_the_status_alone(void **state)
{
    (void)state;
    r.forge.ops = &rig_forge;
    rig_step(&r, (struct engine_event){.kind = EV_CONF, .conf = &r.conf});
    rig_run(&r, 5);
    assert_false(rig_change(&r, CHANGE_RUN_NEW)->run->report_check);
    assert_int_equal(rig_change(&r, CHANGE_EFFECT_NEW)->effect->kind, EFFECT_STATUS);
    assert_null(new_check(0));
}

static void nobody_asks_for_a_check_run_nobody_gets_one(void **state)
{
    (void)state;
    r.workflow.report.check = false;
    rig_run(&r, 5);
    assert_null(new_check(0));
}

static void a_newer_run_ends_the_check_run_of_the_older_one_first(void **state)
{
    (void)state;
    rig_run(&r, 5);
    char older[27];
    snprintf(older, sizeof older, "%s", new_check(0)->check.external_id);
    rig_run(&r, 6);
    const struct effect *end = new_check(0), *begin = new_check(1);
    assert_true(end && end->check.superseded && end->check.state == STATUS_CANCELLED && end->check.completed_at);
    assert_string_equal(end->check.external_id, older);
    assert_true(begin && !begin->check.superseded && begin->check.state == STATUS_QUEUED && begin->id > end->id);
    assert_string_equal(begin->serial_key, end->serial_key);
    assert_string_not_equal(begin->check.external_id, older);
}

/* Answers effects until nothing is asked any more. */
static void answer_all(void)
{
    for (int i = 0; i < 20; i++) {
        struct engine_action *a = rig_after(&r, ACT_CALL);
        if (!a)
            return;
        rig_reply(&r, a->call.effect);
    }
}

static void the_number_of_a_check_run_is_known_to_what_is_said_later(void **state)
{
    (void)state;
    rig_run(&r, 5);
    struct exec_spec s = rig_after(&r, ACT_START)->start.spec;
    answer_all();
    const struct engine_event ends = {.kind = EV_CANCEL, .cancel = {s.run_id, "enough"}};
    rig_step(&r, ends);
    rig_step(&r, (struct engine_event){.kind = EV_EXITED,
                                       .exited.record = {.attempt_id = s.attempt_id, .epoch = s.epoch,
                                                         .reason = EXIT_CANCELLED}});
    assert_true(new_check(0) && new_check(0)->check.state == STATUS_CANCELLED);
    assert_string_equal(new_check(0)->remote_id, "17");
}

/* Nothing is ever made. */
static enum talk_next refusing_talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                                    struct api_request *ret_request, struct err *e)
{
    (void)x, (void)t;
    if (!reply) {
        *ret_request = (struct api_request){.method = "POST"};
        return TALK_CALL;
    }
    err_set(e, ERR_DENIED, "it takes an App");
    return TALK_DEAD;
}

static void what_the_forge_refuses_for_good_is_not_asked_for_again(void **state)
{
    (void)state;
    static const struct forge_ops refusing = {.kind = "github", .talk = refusing_talk, .has_checks = true};
    r.forge.ops = &refusing;
    rig_step(&r, (struct engine_event){.kind = EV_CONF, .conf = &r.conf});
    rig_run(&r, 5);
    struct exec_spec s = rig_after(&r, ACT_START)->start.spec;
    while (rig_after(&r, ACT_CALL)) { /* of both kinds; none of them made anything */
        int64_t effect = rig_after(&r, ACT_CALL)->call.effect;
        rig_reply(&r, effect);
    }
    rig_step(&r, (struct engine_event){.kind = EV_CANCEL, .cancel = {s.run_id, "enough"}});
    rig_step(&r, (struct engine_event){.kind = EV_EXITED,
                                       .exited.record = {.attempt_id = s.attempt_id, .epoch = s.epoch,
                                                         .reason = EXIT_CANCELLED}});
    assert_int_equal(rig_change(&r, CHANGE_EFFECT_NEW)->effect->kind, EFFECT_STATUS);
    assert_null(new_check(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_summary_has_jobs_with_results_as_plain_text),
        cmocka_unit_test(a_summary_is_never_empty_and_never_too_long),
        cmocka_unit_test(many_jobs_leave_room_for_the_rest),
        cmocka_unit_test(annotations_are_those_at_files_of_the_commit_errors_first),
        cmocka_unit_test(more_annotations_than_fit_are_counted),
        cmocka_unit_test_setup_teardown(a_check_is_said_with_every_status_in_the_same_change_set, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_forge_without_check_runs_gets_the_status_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_asks_for_a_check_run_nobody_gets_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_newer_run_ends_the_check_run_of_the_older_one_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_number_of_a_check_run_is_known_to_what_is_said_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_the_forge_refuses_for_good_is_not_asked_for_again, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
