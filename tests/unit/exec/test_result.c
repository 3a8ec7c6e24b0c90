/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/exec/steps.h"
#include "base/id.h"

static struct steps s;
static int64_t next_id = 100;

static int set_up(void **state)
{
    (void)state;
    steps_open(&s, false, NULL);
    return 0;
}

static int set_up_sandbox(void **state)
{
    (void)state;
    steps_open(&s, true, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    steps_close(&s);
    return 0;
}

/* What the step left behind; "" = nothing. */
static const char *left(const char *script)
{
    struct exec_spec spec = steps_spec(next_id++, script);
    struct exit_record r = steps_run(&s, &spec);
    if (r.reason != EXIT_NORMAL || r.exit_code != 0)
        fail_msg("%s: reason %d code %d %s", script, (int)r.reason, r.exit_code, r.detail);
    return s.left[s.n - 1] ? s.left[s.n - 1] : "";
}

static void is_left(const char *script, const char *want)
{
    const char *got = left(script);
    if (strcmp(got, want) != 0)
        fail_msg("%s\n left: %s\n want: %s", script, got, want);
}

static void what_a_step_writes_is_there_with_its_exit(void **state)
{
    (void)state;
    is_left("true", "");
    is_left("echo quiet", "");
    is_left("echo a=1 >> $GITHUB_OUTPUT; echo B=2 >> $FETTLE_ENV; echo c=3 >> $GITHUB_STATE; "
            "echo /d >> $GITHUB_PATH; echo '# e' >> $GITHUB_STEP_SUMMARY",
            "o:a=1|e:B=2|s:c=3|p:/d|S:# e\n|");
    is_left("echo a=1 > $GITHUB_OUTPUT; echo b=2 >> $FETTLE_OUTPUT", "o:a=1|o:b=2|");
    is_left("printf 'a<<E\\n1\\nsum 0\\n2\\nE\\n' >> $GITHUB_OUTPUT; echo '::warning file=x.c,line=3::w'; "
            "echo y.c:4:5: error: z",
            "o:a=1\nsum 0\n2|warning:x.c:3:w|error:y.c:4:z|");
    is_left("echo nonsense >> $GITHUB_ENV",
            "!GITHUB_ENV, line 1: neither name=value nor name<<DELIMITER: nonsense|");
    is_left("touch $GITHUB_OUTPUT", "");
    is_left("test -n \"$GITHUB_WORKSPACE\" -a \"$GITHUB_WORKSPACE\" = \"$PWD\" && test -d \"$RUNNER_TEMP\"", "");
}

static void a_step_that_fails_is_read_all_the_same(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "echo a=1 >> $GITHUB_OUTPUT; sleep 100 & exit 3");
    struct exit_record r = steps_run(&s, &spec);
    assert_int_equal(r.exit_code, 3);
    assert_string_equal(s.left[0], "o:a=1|");
    spec = steps_spec(2, "echo a=2 >> $GITHUB_OUTPUT; sleep 100");
    spec.timeout_ms = 300;
    r = steps_run(&s, &spec);
    assert_int_equal(r.reason, EXIT_TIMEOUT);
    assert_string_equal(s.left[1], "o:a=2|");
}

static void hostile_files_are_a_problem_and_nothing_else(void **state)
{
    (void)state;
    is_left("ln -s /etc/passwd $GITHUB_OUTPUT", "!GITHUB_OUTPUT is a link|");
    is_left("mkfifo $GITHUB_ENV", "!GITHUB_ENV is not a plain file|");
    is_left("mkdir $GITHUB_PATH", "!GITHUB_PATH is not a plain file|");
    is_left("echo a=1 > x; ln x $GITHUB_OUTPUT", "!GITHUB_OUTPUT has a second name|");
    is_left("truncate -s 100G $GITHUB_OUTPUT || truncate -s 5G $GITHUB_OUTPUT",
            "!GITHUB_OUTPUT is larger than 1048576 bytes|");
    is_left("head -c 2000000 /dev/zero > $GITHUB_STEP_SUMMARY; echo a=1 > $GITHUB_OUTPUT",
            "o:a=1|error::0:GITHUB_STEP_SUMMARY is larger than 1048576 bytes|");
    is_left("printf 'a=x\\000y\\n' > $GITHUB_OUTPUT", "!GITHUB_OUTPUT, line 1: a NUL byte: a=xy|");
    is_left("printf 'a=\\377\\n' > $GITHUB_OUTPUT", "o:a=\xef\xbf\xbd|");
    is_left("yes a= | head -n 300000 > $GITHUB_OUTPUT", "o:a=|");
    is_left("seq 1 1000000 | sed 's/$/=1/' > $GITHUB_ENV", "!GITHUB_ENV is larger than 1048576 bytes|");
    is_left("rm -rf $HOME; true", "");
    is_left("echo a=1 > $GITHUB_OUTPUT; chmod 0 $GITHUB_OUTPUT; test $(id -u) = 0 || chmod 600 $GITHUB_OUTPUT",
            "o:a=1|");
    is_left("nohup sh -c 'sleep 0.1; while :; do echo late=1 >> $GITHUB_OUTPUT; done' > /dev/null 2>&1 &", "");
}

static void a_later_step_does_not_find_the_files_of_an_earlier_one(void **state)
{
    (void)state;
    is_left("echo a=1 >> $GITHUB_OUTPUT", "o:a=1|");
    is_left("test ! -e $GITHUB_OUTPUT", "");
    is_left("for f in $HOME/.fettle-*-OUTPUT; do echo b=2 >> $f; done", "");
}

static void masked_values_are_in_no_log_and_no_summary(void **state)
{
    (void)state;
    const char *const masks[] = {"hunter2", "two\nlines", NULL};
    struct exec_spec spec = steps_spec(1, "echo a hunter2 b; printf hun; sleep 0.2; echo ter2; printf 'x lines\\n'; "
                                          "echo said hunter2 >> $GITHUB_STEP_SUMMARY; echo '::error::no hunter2'; "
                                          "printf hunter2 | base64; tr '\\000' ' ' < /proc/$$/cmdline");
    spec.masks = masks;
    steps_run(&s, &spec);
    char *log = steps_log(&s, 1, NULL);
    assert_null(strstr(log, "hunter2"));
    assert_ptr_equal(strstr(log, "a *** b\n***\nx ***\n::error::no ***\n***\n"), log);
    mem_free(log);
    assert_string_equal(s.left[0], "S:said ***\n|error::0:no ***|");
    /* Not on disk either. */
    struct buf find = {0};
    buf_fmt(&find, "! grep -rl hunter%d \"%s/attempts\" \"%s/work\"", 2, s.dir, s.dir);
    spec = steps_spec(2, find.p);
    assert_int_equal(steps_run(&s, &spec).exit_code, 0);
    buf_free(&find);
}

static void a_mask_of_one_step_holds_for_the_later_ones_of_its_job(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "echo ::add-mask::open%0Asesame; echo open; echo sesame");
    steps_run(&s, &spec);
    steps_log_is(&s, 1, "::add-mask::***\n***\n***\n");
    spec = steps_spec(2, "echo open sesame");
    steps_run(&s, &spec);
    steps_log_is(&s, 2, "*** ***\n");
    spec = steps_spec(3, "echo open sesame");
    spec.job_id = 2;
    steps_run(&s, &spec);
    steps_log_is(&s, 3, "open sesame\n");
    executor_forget_job(s.x, 1);
    for (int i = 0; i < 500 && steps_number(&s, "../00000000000000000000000001.kept/masks") >= 0; i++)
        clk_sleep_ms(10);
}

static void path_and_shells_are_those_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *script, *shell, *log;
    } rows[] = {
        {"echo $PATH", "sh", "/first:/second:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"},
        {"import sys; print(6 * 7)", "python", "42\n"},
        {"print 6 * 7, \"\\n\"", "perl {0}", "42\n"},
        {"echo $-", "bash -eu {0}", "ehuB\n"},
        {"echo $0 | sed 's/.*seats/seats/'", "sh   -e   {0}", "seats/0.in/script\n"},
        {"a b", "/bin/cat {0}", "a b"},
    };
    static const char *const path[] = {"/first", "/second", NULL};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct exec_spec spec = steps_spec(next_id++, rows[i].script);
        spec.path = path;
        spec.shell = rows[i].shell;
        struct exit_record r = steps_run(&s, &spec);
        if (r.reason == EXIT_NOT_STARTED && strstr(r.detail, "is not installed")) {
            print_message("skipped: %s\n", r.detail);
            continue;
        }
        assert_int_equal(r.exit_code, 0);
        steps_log_is(&s, spec.attempt_id, rows[i].log);
    }
}

static void names_of_ours_cannot_be_given_by_a_workflow(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "echo $GITHUB_ACTIONS $CI $MINE; echo a=1 >> $GITHUB_OUTPUT");
    spec.env = (const char *[]){"GITHUB_OUTPUT=/dev/null", "GITHUB_ACTIONS=no", "CI=no", "MINE=yes", NULL};
    steps_run(&s, &spec);
    steps_log_is(&s, 1, "true no yes\n");
    assert_string_equal(s.left[0], "o:a=1|");
}

static void a_long_log_is_read_without_holding_up_others(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "echo ::error::first; seq 1 300000; echo x.c:1:2: error: last");
    spec.log_limit = 8 << 20;
    spec.workdir = NULL;
    steps_run(&s, &spec);
    assert_string_equal(s.left[0], "error::0:first|error:x.c:1:last|");
}

static void paths_in_the_output_are_meant_from_the_working_directory(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "mkdir -p sub/dir");
    steps_run(&s, &spec);
    spec = steps_spec(2, "echo x.c:1:2: error: a; echo ../y.c:1:2: error: b; echo $PWD/z.c:1:2: error: c; "
                         "echo ::error file=w.c::d");
    spec.workdir = "sub/dir";
    steps_run(&s, &spec);
    assert_string_equal(s.left[1], "error:sub/dir/x.c:1:a|error:sub/y.c:1:b|error:sub/dir/z.c:1:c|error:w.c:0:d|");
}

static void what_was_left_is_found_after_a_restart(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "echo a=1 >> $GITHUB_OUTPUT; echo ::notice::n; sleep 0.3");
    executor_start(s.x, &spec);
    for (int i = 0; i < 500 && !steps_has(&s, 1, ".log"); i++)
        clk_sleep_ms(10);
    executor_free(&s.x);
    timer_free(&s.limit);
    loop_free(&s.loop);
    clk_sleep_ms(600);
    steps_executor(&s, false, NULL);
    enum found found;
    struct exit_record r;
    struct err e = {0};
    struct step_result result;
    assert_int_equal(executor_find(s.x, 1, 7, &found, &r, &e), 0);
    assert_int_equal(found, FOUND_FINISHED);
    assert_true(executor_result(s.x, &r, &result));
    char *text = steps_left(&result);
    assert_string_equal(text, "o:a=1|notice::0:n|");
    mem_free(text);
    step_result_free(&result);
}

static void a_sandboxed_step_writes_its_files_too(void **state)
{
    (void)state;
    struct exec_spec spec = steps_spec(1, "echo a=1 >> $GITHUB_OUTPUT; echo ::add-mask::sesame; touch $RUNNER_TEMP/x");
    struct exit_record r = steps_run(&s, &spec);
    if (r.reason == EXIT_NOT_STARTED) {
        print_message("skipped: %s\n", r.detail);
        return;
    }
    assert_int_equal(r.exit_code, 0);
    assert_string_equal(s.left[0], "o:a=1|");
    is_left("echo open sesame | tee out; ls -d $GITHUB_WORKSPACE.kept 2>/dev/null && echo b=1 >> $GITHUB_OUTPUT; true", "");
    steps_log_is(&s, next_id - 1, "open ***\n");
    is_left("ln -s /etc/passwd $GITHUB_OUTPUT", "!GITHUB_OUTPUT is a link|");
    is_left("mkfifo $GITHUB_ENV", "!GITHUB_ENV is not a plain file|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_step_writes_is_there_with_its_exit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_step_that_fails_is_read_all_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_files_are_a_problem_and_nothing_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_later_step_does_not_find_the_files_of_an_earlier_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(masked_values_are_in_no_log_and_no_summary, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_mask_of_one_step_holds_for_the_later_ones_of_its_job, set_up, tear_down),
        cmocka_unit_test_setup_teardown(path_and_shells_are_those_asked_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_of_ours_cannot_be_given_by_a_workflow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_log_is_read_without_holding_up_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(paths_in_the_output_are_meant_from_the_working_directory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_left_is_found_after_a_restart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sandboxed_step_writes_its_files_too, set_up_sandbox, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
