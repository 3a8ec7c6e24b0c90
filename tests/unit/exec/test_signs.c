/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken up of a step that failed, for its class: the end of its output, and reports of tests. */
#include "unit/exec/steps.h"
#include "base/id.h"

static struct steps s;

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

static const char *left(int64_t id, const char *script, const char *reports)
{
    struct exec_spec spec = steps_spec(id, script);
    spec.reports = reports;
    steps_run(&s, &spec);
    return s.left[s.n - 1] ? s.left[s.n - 1] : "";
}

#define REPORT(outcome) "'<testsuite><testcase classname=\"A\" name=\"b\">" outcome "</testcase></testsuite>'"

static void the_end_of_the_output_comes_with_a_failure(void **state)
{
    static const char *const masks[] = {"sesame", NULL};
    (void)state;
    left(1, "echo fine", NULL);
    assert_int_equal(s.tail.n, 0);
    left(2, "printf 'one\\n\\033[31mtwo\\033[0m\\n'; exit 3", NULL);
    assert_string_equal(s.tail.p, "one\ntwo\n");
    left(3, "exit 3", NULL);
    assert_int_equal(s.tail.n, 0);
    left(4, "seq 1 100000; kill -9 $$", NULL);
    assert_in_range(s.tail.n, 65000, 65536);
    assert_true(sv_ends(buf_view(&s.tail), SV("\n99999\n100000\n")));
    struct exec_spec spec = steps_spec(5, "echo open sesame; exit 1");
    spec.masks = masks;
    steps_run(&s, &spec);
    assert_string_equal(s.tail.p, "open ***\n");
}

static void output_that_is_tap_is_read_as_such(void **state)
{
    (void)state;
    assert_string_equal(left(1, "echo 1..2; echo ok 1; echo not ok 2 - b; exit 1", NULL), "T:1 of 2 tests failed: b|");
    assert_string_equal(left(2, "echo 1..2; echo ok 1; echo not ok 2 - b", NULL), "");
    assert_string_equal(left(3, "echo hello; echo 1..2; echo not ok 2 - b; exit 1", NULL), "");
}

static void reports_below_the_workspace_are_read(void **state)
{
    (void)state;
    assert_string_equal(
        left(1,
             "mkdir -p out/a; echo " REPORT("<failure/>") " > out/a/x.xml; echo " REPORT(
                 "") " > out/y.xml; "
                     "echo " REPORT("<error/>") " > z.xml; printf '1..1\\nnot ok 1 - t\\n' > t.tap; exit 1",
             "out/**/*.xml\n*.tap"),
        "T:2 of 3 tests failed: A › b, t|");
    assert_string_equal(left(2, "exit 1", "nothing/*.xml"), "");
}

static void what_another_step_has_reported_is_left_out(void **state)
{
    (void)state;
    left(1, "echo " REPORT("<failure/>") " > x.xml; touch -d '1 hour ago' x.xml", "*.xml");
    assert_string_equal(left(2, "exit 1", "*.xml"), "");
    assert_string_equal(left(3, "touch x.xml; exit 1", "*.xml"), "T:1 of 1 tests failed: A › b|");
}

static void what_is_wrong_with_a_report_is_noted(void **state)
{
    (void)state;
    assert_string_equal(left(1, "echo '<testsuite>' > a.xml; echo " REPORT("<failure/>") " > b.xml; exit 1", "*.xml"),
                        "warning::0:a.xml: XML, line 2: an element does not end|T:1 of 1 tests failed: A › b|");
    assert_string_equal(left(2, "rm *.xml; ln -s /etc/passwd p.xml; mkfifo f.xml; exit 1", "*.xml"), "");
}

static void reports_are_found_after_a_restart(void **state)
{
    struct exec_spec spec = steps_spec(1, "echo begun; sleep 0.3; echo " REPORT("<failure/>") " > 'x y.xml'; exit 1");
    enum found found;
    struct exit_record r;
    struct err e = {0};
    struct step_result result;
    (void)state;
    spec.reports = "z.xml\nx *.xml";
    executor_start(s.x, &spec);
    for (int i = 0; i < 500 && !steps_has(&s, 1, ".log"); i++)
        clk_sleep_ms(10);
    executor_free(&s.x);
    timer_free(&s.limit);
    loop_free(&s.loop);
    clk_sleep_ms(800);
    steps_executor(&s, false, NULL);
    assert_int_equal(executor_find(s.x, 1, 7, &found, &r, &e), 0);
    assert_int_equal(found, FOUND_FINISHED);
    assert_string_equal(r.reports, "z.xml\nx *.xml");
    assert_true(executor_result(s.x, &r, &result));
    char *text = steps_left(&result);
    assert_string_equal(text, "T:1 of 1 tests failed: A › b|");
    mem_free(text);
    step_result_free(&result);
}

static void reports_of_a_sandboxed_step_are_read(void **state)
{
    (void)state;
    assert_string_equal(left(1, "echo " REPORT("<failure/>") " > x.xml; exit 1", "*.xml"),
                        "T:1 of 1 tests failed: A › b|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_end_of_the_output_comes_with_a_failure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(output_that_is_tap_is_read_as_such, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reports_below_the_workspace_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_another_step_has_reported_is_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_with_a_report_is_noted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reports_are_found_after_a_restart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reports_of_a_sandboxed_step_are_read, set_up_sandbox, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
