/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/exec/steps.h"
#include <dirent.h>

static struct steps s;
static int64_t next_id = 1;
static bool isolated;

static void again(void)
{
    executor_free(&s.x);
    timer_free(&s.limit);
    loop_free(&s.loop);
    steps_executor(&s, isolated, NULL);
}

static int set_up(void **state)
{
    (void)state;
    isolated = false;
    steps_open(&s, false, NULL);
    return 0;
}

static int set_up_isolated(void **state)
{
    (void)set_up(state);
    isolated = true;
    again();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    steps_close(&s);
    return 0;
}

static void step_of_job(int64_t job, int64_t event, const char *script, const char *want)
{
    struct exec_spec spec = steps_spec(next_id++, script);
    spec.job_id = job;
    spec.event = event;
    struct exit_record r = steps_run(&s, &spec);
    steps_log_is(&s, spec.attempt_id, want);
    assert_int_equal(r.exit_code, 0);
}

static void step(int64_t event, const char *script, const char *want)
{
    step_of_job(1, event, script, want);
}

static const char read_it[] = "cat \"$GITHUB_EVENT_PATH\"; test \"$GITHUB_EVENT_PATH\" = \"$FETTLE_EVENT_PATH\"",
                  has_none[] = "test -z \"$GITHUB_EVENT_PATH$FETTLE_EVENT_PATH\"; ls \"$(dirname \"$0\")\"";

static void a_step_reads_its_event_and_no_other(void **state)
{
    (void)state;
    step(5, read_it, "{\"n\":5}");
    step(6, read_it, "{\"n\":6}");
    step(0, has_none, "script\n");
    step(5, read_it, "{\"n\":5}");
    step(EVENT_GONE, has_none, "script\n");
    step(5, "basename $GITHUB_EVENT_PATH", "event.json\n");
}

static void an_event_is_written_once_for_all_its_jobs(void **state)
{
    (void)state;
    struct stat was, is;
    char path[128];
    snprintf(path, sizeof path, "%s/seats/0.in/event.json", s.dir);
    step_of_job(1, 5, read_it, "{\"n\":5}");
    assert_int_equal(stat(path, &was), 0);
    for (int64_t job = 1; job < 5; job++) {
        step_of_job(job, 5, read_it, "{\"n\":5}");
        step_of_job(job, 0, has_none, "script\n");
        step_of_job(job, 5, read_it, "{\"n\":5}");
    }
    assert_int_equal(stat(path, &is), 0);
    assert_int_equal(s.asked, 1);
    assert_int_equal(is.st_ino, was.st_ino);
    for (int i = 0; i < 3; i++)
        step(EVENT_GONE, has_none, "script\n");
    assert_int_equal(s.asked, 2);
}

/* What is to mend a step reads what that one said; the next step on the same seat sees nothing of it. */
static void a_fix_reads_what_the_failed_step_said(void **state)
{
    (void)state;
    struct exec_spec failed = steps_spec(next_id++, "echo expected three; exit 1"),
                     fix = steps_spec(next_id++, "cat \"$FETTLE_FAILED_LOG\"; echo x >> \"$FETTLE_FAILED_LOG\" || echo no"),
                     lost = steps_spec(next_id++, "test -z \"$FETTLE_FAILED_LOG\"; ls \"$(dirname \"$0\")\"");
    assert_int_equal(steps_run(&s, &failed).exit_code, 1);
    fix.failed_attempt = failed.attempt_id;
    (void)steps_run(&s, &fix);
    AUTO(buf_free) struct buf log = {0}, path = {0};
    struct err e;
    exec_log_path(s.dir, fix.attempt_id, &path);
    assert_int_equal(file_read(path.p, 1 << 20, &log, &e), 0);
    assert_non_null(strstr(log.p, "expected three\n"));
    if (isolated)
        assert_non_null(strstr(log.p, "no\n"));
    step(0, "test -z \"$FETTLE_FAILED_LOG\"; ls \"$(dirname \"$0\")\"", "script\n");
    lost.failed_attempt = 999; /* nothing is known of it */
    assert_int_equal(steps_run(&s, &lost).exit_code, 0);
    steps_log_is(&s, lost.attempt_id, "script\n");
}

static size_t files_of_events(void)
{
    char path[128];
    size_t n = 0;
    snprintf(path, sizeof path, "%s/seats", s.dir);
    DIR *d = opendir(path);
    for (struct dirent *x; (x = readdir(d));)
        n += sv_starts(sv_of(x->d_name), SV("event-"));
    closedir(d);
    return n;
}

static void old_events_give_way_to_new_ones(void **state)
{
    (void)state;
    char want[32];
    for (int64_t event = 1; event <= 40; event++) {
        snprintf(want, sizeof want, "{\"n\":%lld}", (long long)event);
        step(event, read_it, want);
    }
    assert_int_equal(files_of_events(), 32);
    step(1, read_it, "{\"n\":1}");
    assert_int_equal(s.asked, 41);
}

static void the_server_that_comes_after_shows_it_too(void **state)
{
    (void)state;
    step(5, read_it, "{\"n\":5}");
    assert_int_equal(files_of_events(), 1);
    again();
    assert_int_equal(files_of_events(), 0);
    step(5, read_it, "{\"n\":5}");
    assert_int_equal(s.asked, 2);
    again();
    step(EVENT_GONE, has_none, "script\n"); /* the one of the server before is not shown */
}

static void what_was_removed_meanwhile_is_not_shown(void **state)
{
    (void)state;
    step(5, read_it, "{\"n\":5}");
    s.gone = 5;
    step(5, read_it, "{\"n\":5}");
    executor_forget_events(s.x);
    assert_int_equal(files_of_events(), 0);
    step(5, has_none, "script\n");
}

static void a_step_in_the_sandbox_reads_it_and_cannot_change_it(void **state)
{
    static const char *const tries[] = {
        "! echo x > $GITHUB_EVENT_PATH", "! echo x >> $GITHUB_EVENT_PATH", "! rm -f $GITHUB_EVENT_PATH",
        "! touch $(dirname $GITHUB_EVENT_PATH)/x", "! mv $GITHUB_EVENT_PATH x", "! chmod 666 $GITHUB_EVENT_PATH",
        "! ls -d $(dirname $(dirname $GITHUB_EVENT_PATH))/event-*"};
    (void)state;
    step(5, read_it, "{\"n\":5}");
    for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
        struct exec_spec spec = steps_spec(next_id++, tries[i]);
        spec.trusted = false;
        spec.event = 5;
        if (steps_run(&s, &spec).exit_code != 0)
            fail_msg("%s", tries[i]);
        step(5, read_it, "{\"n\":5}");
    }
    step(0, has_none, "script\n");
    assert_int_equal(s.asked, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_step_reads_its_event_and_no_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_is_written_once_for_all_its_jobs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(old_events_give_way_to_new_ones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_server_that_comes_after_shows_it_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_removed_meanwhile_is_not_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fix_reads_what_the_failed_step_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fix_reads_what_the_failed_step_said, set_up_isolated, tear_down),
        cmocka_unit_test_setup_teardown(a_step_in_the_sandbox_reads_it_and_cannot_change_it, set_up_isolated, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
