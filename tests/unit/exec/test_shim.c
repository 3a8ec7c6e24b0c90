/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/exec/steps.h"
#include <signal.h>
#include "base/id.h"

static struct steps s;

static int set_up(void **state)
{
    (void)state;
    steps_open(&s, false, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    steps_close(&s);
    return 0;
}

static void a_step_ends_as_its_script_does(void **state)
{
    static const struct {
        const char *script, *shell;
        int code, signal;
        const char *log;
    } rows[] = {
        {"true", "sh", 0, 0, ""},
        {"exit 3", "sh", 3, 0, ""},
        {"echo one; false; echo two", "sh", 1, 0, "one\n"},
        {"echo one; false; echo two", NULL, 1, 0, "one\n"},
        {"false | true; echo on", NULL, 0, 0, "on\n"},
        {"false | true; echo on", "bash", 1, 0, ""},
        {"kill -SEGV $$", "sh", -1, SIGSEGV, ""},
        {"kill -KILL $$", "sh", -1, SIGKILL, ""},
        {"printf 'no newline'", "sh", 0, 0, "no newline"},
        {"cat; echo end", "sh", 0, 0, "end\n"}, /* stdin is empty */
        {"echo \"$A|$B|$HOME\" | sed 's/home-.*//'; test -d $HOME", "sh", 0, 0, "x y||" },
        {"ulimit -c; ulimit -n", "sh", 0, 0, "0\n4096\n"},
        {"env | cut -d= -f1 | sort | tr '\\n' ' '", "sh", 0, 0, 
         "A CI FETTLE_ATTEMPT FETTLE_ENV FETTLE_OUTPUT FETTLE_PATH FETTLE_STATE FETTLE_STEP_SUMMARY FETTLE_WORKSPACE "
         "GITHUB_ACTIONS GITHUB_ENV GITHUB_OUTPUT GITHUB_PATH GITHUB_STATE GITHUB_STEP_SUMMARY GITHUB_WORKSPACE HOME "
         "LANG PATH PWD RUNNER_ARCH RUNNER_ENVIRONMENT RUNNER_NAME RUNNER_OS RUNNER_TEMP TMPDIR "},
        {"ls /proc/self/fd | tr '\\n' ' '", "sh", 0, 0, "0 1 2 3 "}, /* 3 is ls itself */
    };
    (void)state;
    setenv("SECRET_OF_THE_SERVER", "x", 1);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct exec_spec spec = steps_spec(100 + (int64_t)i, rows[i].script);
        spec.shell = rows[i].shell;
        spec.env = (const char *[]){"A=x y", NULL};
        struct exit_record r = steps_run(&s, &spec);
        if (r.reason != EXIT_NORMAL || r.exit_code != rows[i].code || r.signal != rows[i].signal)
            fail_msg("%s: reason %d code %d signal %d %s", rows[i].script, (int)r.reason, r.exit_code, r.signal,
                     r.detail);
        char *log = steps_log(&s, spec.attempt_id, NULL);
        if (strncmp(log, rows[i].log, strlen(rows[i].log)) != 0 || (!rows[i].log[0] && log[0]))
            fail_msg("%s: log is: %s", rows[i].script, log);
        mem_free(log);
        assert_int_equal(r.epoch, 7);
        assert_false(r.oom);
    }
}

static void stdout_and_stderr_keep_their_order(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "for i in 1 2 3; do echo o$i; echo e$i >&2; done");
    struct exit_record r = steps_run(&s, &spec);
    assert_int_equal(r.exit_code, 0);
    assert_int_equal(r.log_bytes, 18);
    steps_log_is(&s, 1, "o1\ne1\no2\ne2\no3\ne3\n");
}

static void a_long_log_keeps_its_head_and_its_tail(void **state)
{
    (void)state;
    size_t n;
    struct exec_spec spec = steps_spec(1, "seq 1 200000");
    spec.log_limit = 10000;
    struct exit_record r = steps_run(&s, &spec);
    assert_int_equal(r.log_bytes, 1288895);
    char *log = steps_log(&s, 1, &n);
    assert_true(n <= 10000 && n > 9800);
    assert_memory_equal(log, "1\n2\n3\n", 6);
    assert_string_equal(log + n - 14, "199999\n200000\n");
    char *note = strstr(log, "\n[fettle: ");
    assert_non_null(note);
    /* Head + what the note says + tail is everything. */
    char *after = strchr(note + 1, '\n') + 1;
    assert_int_equal((note - log) + strtol(note + 10, NULL, 10) + (log + n - after), 1288895);
    mem_free(log);
    assert_false(steps_has(&s, 1, ".tail"));
}

static void a_log_between_head_and_limit_is_whole(void **state)
{
    (void)state;
    size_t n;
    struct exec_spec spec = steps_spec(1, "seq 1 1900");
    spec.log_limit = 10000;
    struct exit_record r = steps_run(&s, &spec);
    char *log = steps_log(&s, 1, &n);
    assert_int_equal((int64_t)n, r.log_bytes);
    assert_null(strstr(log, "fettle"));
    assert_string_equal(log + n - 10, "1899\n1900\n");
    mem_free(log);
}

static void a_flood_of_output_costs_bounded_disk(void **state)
{
    (void)state;
    size_t n;
    struct exec_spec spec = steps_spec(1, "head -c 200000000 /dev/zero; echo; echo end");
    struct exit_record r = steps_run(&s, &spec);
    assert_int_equal(r.exit_code, 0);
    assert_int_equal(r.log_bytes, 200000005);
    char *log = steps_log(&s, 1, &n);
    assert_true(n <= 1 << 20);
    assert_memory_equal(log + n - 5, "\nend\n", 5);
    mem_free(log);
}

static void a_step_over_its_time_is_killed_with_all_it_started(void **state)
{
    static const char *const scripts[] = {
        "echo $$ > p0; trap '' TERM; while :; do sleep 0.1; done",
        "echo $$ > p0; (trap '' TERM; sh -c 'echo $$ > p1; sleep 100'; sleep 100) & wait",
        "echo $$ > p0; setsid sh -c 'trap \"\" TERM; (echo $$ > p1; sleep 100; sleep 100) & sleep 100' & sleep 100",
        "echo $$ > p0; sleep 100 & echo $! > p1; kill -STOP $!; kill -STOP $$",
        ("echo $$ > p0;"
         "(setsid sh -c 'sh -c \"echo \\$\\$ > p1; trap \\\"\\\" TERM; sleep 99; sleep 99\" & exit' &); sleep 99"),
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
        struct exec_spec spec = steps_spec(10 + (int64_t)i, scripts[i]);
        spec.timeout_ms = 400;
        spec.grace_ms = 300;
        msec_t from = clk_mono_ms();
        struct exit_record r = steps_run(&s, &spec);
        assert_int_equal(r.reason, EXIT_TIMEOUT);
        assert_true(r.signal == SIGKILL || r.signal == SIGTERM);
        assert_true(clk_mono_ms() - from < 400 + 300 + 3000);
        long p0 = steps_number(&s, "p0"), p1 = steps_number(&s, "p1");
        assert_true(p0 > 1 && steps_dead(p0));
        assert_true(i == 0 || (p1 > 1 && steps_dead(p1)));
    }
}

static void a_silent_step_is_ended_with_all_it_started(void **state)
{
    static const char *const scripts[] = {
        "echo $$ > p0; for i in 1 2 3 4; do echo here; sleep 0.15; done; (trap '' TERM; sleep 99) & echo $! > p1; wait",
        "echo $$ > p0; exec >&- 2>&-; sleep 99 & echo $! > p1; wait", /* it cannot write any more */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
        struct exec_spec spec = steps_spec(20 + (int64_t)i, scripts[i]);
        spec.silence_ms = 500;
        spec.grace_ms = 200;
        spec.timeout_ms = 60000;
        msec_t from = clk_mono_ms();
        struct exit_record r = steps_run(&s, &spec);
        assert_int_equal(r.reason, EXIT_SILENT);
        assert_true(clk_mono_ms() - from >= (i == 0 ? 950 : 500));
        assert_true(clk_mono_ms() - from < 10000);
        long p0 = steps_number(&s, "p0"), p1 = steps_number(&s, "p1");
        assert_true(p0 > 1 && steps_dead(p0) && p1 > 1 && steps_dead(p1));
    }
}

static void a_step_that_says_something_now_and_then_is_not_silent(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "for i in 1 2 3 4 5 6 7 8; do printf .; sleep 0.25; done; exit 3");
    spec.silence_ms = 1500;
    struct exit_record r = steps_run(&s, &spec);
    assert_int_equal(r.reason, EXIT_NORMAL);
    assert_int_equal(r.exit_code, 3);
}

static void the_earlier_of_time_limit_and_deadline_ends_the_step(void **state)
{
    static const struct {
        msec_t timeout, until;
    } cases[] = {{60000, 400}, {0, 400}, {400, 60000}, {60000, -5000}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct exec_spec spec = steps_spec(30 + (int64_t)i, "sleep 99");
        spec.timeout_ms = cases[i].timeout;
        spec.deadline = clk_wall_ms() + cases[i].until;
        msec_t from = clk_mono_ms();
        struct exit_record r = steps_run(&s, &spec);
        assert_int_equal(r.reason, EXIT_TIMEOUT);
        assert_true(clk_mono_ms() - from < 10000);
    }
}

static void what_a_step_leaves_behind_ends_with_it(void **state)
{
    (void)state;
    struct exec_spec spec =
        steps_spec(1, "setsid sh -c 'trap \"\" TERM; echo $$ > p1; while :; do echo still; sleep 0.02; done' &\n"
                      "while ! test -s p1; do sleep 0.01; done; exit 4");
    msec_t from = clk_mono_ms();
    struct exit_record r = steps_run(&s, &spec);
    assert_true(clk_mono_ms() - from < 5000);
    assert_int_equal(r.reason, EXIT_NORMAL);
    assert_int_equal(r.exit_code, 4);
    long p1 = steps_number(&s, "p1");
    assert_true(p1 > 1 && steps_dead(p1));
}

static void a_cancel_ends_the_step_politely_first(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "trap 'echo bye; exit 9' TERM; echo up > p0; while :; do sleep 0.05; done");
    executor_start(s.x, &spec);
    for (int i = 0; i < 500 && steps_number(&s, "p0") < 0 && s.n == 0; i++) {
        struct buf path = {0};
        executor_workspace(s.x, 1, &path);
        buf_str(&path, "/p0");
        bool up = file_exists(path.p);
        buf_free(&path);
        if (up)
            break;
        clk_sleep_ms(10);
    }
    executor_cancel(s.x, 1);
    executor_cancel(s.x, 1);
    executor_cancel(s.x, 12345);
    steps_wait(&s, 1);
    assert_int_equal(s.got[0].reason, EXIT_CANCELLED);
    assert_int_equal(s.got[0].exit_code, 9);
    char *log = steps_log(&s, 1, NULL);
    assert_non_null(strstr(log, "bye\n"));
    mem_free(log);
}

static void an_early_cancel_is_not_lost(void **state)
{
    (void)state;
    for (int64_t id = 1; id <= 20; id++) {
        struct exec_spec spec = steps_spec(id, "sleep 100");
        executor_start(s.x, &spec);
        if (id % 2)
            clk_sleep_ms(id / 2);
        executor_cancel(s.x, id);
    }
    steps_wait(&s, 20);
    for (int i = 0; i < 20; i++)
        assert_int_equal(s.got[i].reason, EXIT_CANCELLED);
}

static void a_step_that_cannot_start_says_why(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "true");
    spec.workdir = "nowhere";
    struct exit_record r = steps_run(&s, &spec);
    assert_int_equal(r.reason, EXIT_NOT_STARTED);
    assert_non_null(strstr(r.detail, "nowhere"));
    spec = steps_spec(2, "true");
    spec.shell = "fish";
    r = steps_run(&s, &spec);
    assert_int_equal(r.reason, EXIT_NOT_STARTED);
    assert_non_null(strstr(r.detail, "unknown shell: fish (there are bash, sh"));
    spec = steps_spec(4, "true");
    spec.shell = "no-such-program {0}";
    r = steps_run(&s, &spec);
    assert_string_equal(r.detail, "the shell no-such-program is not installed");
    spec = steps_spec(5, "true");
    spec.workdir = "a/../../b";
    r = steps_run(&s, &spec);
    assert_non_null(strstr(r.detail, "outside of the workspace: a/../../b"));
    spec = steps_spec(3, "true");
    spec.trusted = false;
    r = steps_run(&s, &spec);
    assert_int_equal(r.reason, EXIT_NOT_STARTED);
    assert_non_null(strstr(r.detail, "isolation is off"));
}

static void an_attempt_is_started_once(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "echo x >> once");
    executor_start(s.x, &spec);
    executor_start(s.x, &spec);
    steps_wait(&s, 2);
    assert_int_equal((s.got[0].reason == EXIT_NOT_STARTED) + (s.got[1].reason == EXIT_NOT_STARTED), 1);
    executor_settled(s.x, 1);
    spec = steps_spec(2, "wc -l < once");
    steps_run(&s, &spec);
    steps_log_is(&s, 2, "1\n");
}

static void killing_the_shim_kills_the_step_and_is_reported_as_lost(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "setsid sleep 100 & echo $! > p1; echo $$ > p0; sleep 100");
    executor_start(s.x, &spec);
    for (int i = 0; i < 500 && steps_number(&s, "p0") < 0; i++)
        clk_sleep_ms(10);
    long shim = steps_shim(&s, 0), p0 = steps_number(&s, "p0"), p1 = steps_number(&s, "p1");
    assert_true(shim > 1 && p0 > 1 && p1 > 1);
    kill((pid_t)shim, SIGKILL);
    steps_wait(&s, 1);
    assert_int_equal(s.got[0].reason, EXIT_LOST);
    assert_int_equal(s.got[0].epoch, 7);
    assert_true(steps_dead(shim));
    for (int i = 0; i < 200 && !(steps_dead(p0) && steps_dead(p1)); i++)
        clk_sleep_ms(10);
    assert_true(steps_dead(p0) && steps_dead(p1));
    enum found found;
    struct exit_record r;
    struct err e = {0};
    assert_int_equal(executor_find(s.x, 1, 7, &found, &r, &e), 0);
    assert_int_equal(found, FOUND_LOST);
}

/* ---- one shim, many steps ---- */

static void a_shim_serves_one_step_after_the_other(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "echo $PPID");
    steps_run(&s, &spec);
    pid_t shim = steps_shim(&s, 0);
    assert_true(shim > 1);
    for (int64_t id = 2; id <= 20; id++) {
        spec = steps_spec(id, "test -z \"$ONLY\" && echo $PPID");
        const char *env[] = {"ONLY=x", NULL};
        if (id % 2) {
            spec.script = "test \"$ONLY\" = x && echo $PPID";
            spec.env = env;
        }
        assert_int_equal(steps_run(&s, &spec).exit_code, 0);
        char *log = steps_log(&s, id, NULL);
        assert_int_equal(strtol(log, NULL, 10), shim);
        mem_free(log);
    }
    assert_int_equal(steps_shim(&s, 0), shim);
}

static size_t words_of(const char *dir)
{
    struct buf text = {0};
    struct err e = {0};
    assert_int_equal(file_read(dir, 1 << 20, &text, &e), 0);
    size_t n = text.n;
    buf_free(&text);
    return n;
}

static void nothing_of_a_step_stays_in_its_shim(void **state)
{
    static const char *const scripts[] = {
        "true",
        "seq 1 100000; exit 3",
        "sleep 100 & setsid sleep 100 & kill -9 $$",
        "ulimit -n 100; cd /; umask 0; trap '' TERM HUP; (sleep 100 &) ; exec 7>/dev/null; exit 0",
        "sh -c 'kill -STOP $$' & exit 1",
    };
    (void)state;
    char path[64], link[64];
    struct exec_spec spec = steps_spec(1, "true");
    spec.log_limit = 4096;
    steps_run(&s, &spec);
    pid_t shim = steps_shim(&s, 0);
    snprintf(path, sizeof path, "/proc/%d/limits", (int)shim);
    size_t limits = words_of(path);
    for (int64_t id = 2; id < 30; id++) {
        spec = steps_spec(id, scripts[id % (int64_t)ARRAY_LEN(scripts)]);
        spec.log_limit = 4096;
        steps_run(&s, &spec);
        assert_int_equal(steps_shim(&s, 0), shim);
        /* Descriptors: what it was born with, its signals, the two it keeps free. */
        int n = 0;
        for (int fd = 0; fd < 64; fd++) {
            snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)shim, fd);
            n += readlink(path, link, sizeof link) > 0;
        }
        assert_int_equal(n, 9);
        snprintf(path, sizeof path, "/proc/%d/limits", (int)shim);
        assert_int_equal(words_of(path), limits);
        snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)shim, (int)shim);
        assert_int_equal(words_of(path), 0);
    }
}

static void what_a_step_used_is_its_own(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done\n"
                                          "head -c 60000000 /dev/zero | tail -c 60000000 > /dev/null");
    struct exit_record big = steps_run(&s, &spec);
    spec = steps_spec(2, "true");
    struct exit_record little = steps_run(&s, &spec);
    assert_true(big.cpu_ms > 50 && big.max_rss_kb > 40000);
    assert_true(little.cpu_ms < big.cpu_ms / 2 && little.max_rss_kb < big.max_rss_kb / 2);
}

static void a_cancel_of_an_ended_step_does_not_hit_the_next(void **state)
{
    (void)state;
    for (int64_t id = 1; id < 40; id += 2) {
        struct exec_spec spec = steps_spec(id, "true");
        executor_start(s.x, &spec);
        clk_sleep_ms(id % 5);
        executor_cancel(s.x, id);
        executor_cancel(s.x, id);
        steps_wait(&s, s.n + 1);
        executor_settled(s.x, id);
        spec = steps_spec(id + 1, "echo whole");
        struct exit_record r = steps_run(&s, &spec);
        assert_int_equal(r.reason, EXIT_NORMAL);
        assert_int_equal(r.exit_code, 0);
    }
}

static void a_waiting_shim_that_was_killed_is_replaced(void **state)
{
    (void)state;
    for (int64_t id = 1; id <= 10; id++) {
        struct exec_spec spec = steps_spec(id, "echo x");
        assert_int_equal(steps_run(&s, &spec).exit_code, 0);
        pid_t shim = steps_shim(&s, 0);
        kill(shim, id % 2 ? SIGKILL : SIGTERM);
        for (int i = 0; i < 500 && !steps_dead(shim); i++)
            clk_sleep_ms(10);
        assert_true(steps_dead(shim));
    }
}

static void an_attempt_that_was_not_settled_keeps_its_seat(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "exit 5");
    executor_start(s.x, &spec);
    steps_wait(&s, 1);
    spec = steps_spec(2, "true");
    executor_start(s.x, &spec);
    steps_wait_ms(&s, 2, 200);
    struct exit_record r;
    struct err e = {0};
    enum found found;
    assert_int_equal(executor_find(s.x, 1, 7, &found, &r, &e), 0);
    assert_int_equal(found, FOUND_FINISHED);
    assert_int_equal(r.exit_code, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_step_ends_as_its_script_does, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stdout_and_stderr_keep_their_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_log_keeps_its_head_and_its_tail, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_log_between_head_and_limit_is_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_flood_of_output_costs_bounded_disk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_step_over_its_time_is_killed_with_all_it_started, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_silent_step_is_ended_with_all_it_started, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_step_that_says_something_now_and_then_is_not_silent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_earlier_of_time_limit_and_deadline_ends_the_step, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_step_leaves_behind_ends_with_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cancel_ends_the_step_politely_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_early_cancel_is_not_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_step_that_cannot_start_says_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(killing_the_shim_kills_the_step_and_is_reported_as_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_attempt_is_started_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_shim_serves_one_step_after_the_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_of_a_step_stays_in_its_shim, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_step_used_is_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cancel_of_an_ended_step_does_not_hit_the_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_waiting_shim_that_was_killed_is_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_attempt_that_was_not_settled_keeps_its_seat, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
