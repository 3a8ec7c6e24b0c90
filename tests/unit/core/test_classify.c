/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/classify.h"

static struct log_rules *rules;
static struct arena arena;

static int set_up(void **state)
{
    struct err e = {0};
    (void)state;
    return log_rules_new(NULL, 0, &rules, &e);
}

static int tear_down(void **state)
{
    (void)state;
    log_rules_free(&rules);
    arena_free(&arena);
    return 0;
}

static struct failure classify(const struct failure_signs *s)
{
    struct failure f;
    failure_classify(s, rules, &arena, &f);
    assert_non_null(f.evidence);
    return f;
}

#define DNS                                                                                                            \
    {                                                                                                                  \
        "curl: (6) Could not resolve host: a.example\n", 44                                                            \
    }

static void an_earlier_source_is_believed_against_a_later_one(void **state)
{
    static const struct err denied = {.cls = ERR_DENIED, .msg = "the token may not do that"};
    static const struct err away = {.cls = ERR_TRANSIENT, .msg = "connection refused"};
    static const struct err full = {.cls = ERR_TRANSIENT, .msg = "write: No space left on device"};
    static const struct {
        struct failure_signs signs;
        enum failure_class class;
        enum failure_source source;
        const char *evidence;
    } rows[] = {
        {{.end = END_TIMEOUT, .exit_code = -1, .signal = 15, .tail = DNS},
         FAILURE_TIMEOUT,
         FAILURE_BY_US,
         "its time was over, and fettle ended it"},
        {{.end = END_SILENT, .exit_code = -1, .signal = 15, .tail = DNS},
         FAILURE_TIMEOUT,
         FAILURE_BY_US,
         "it said nothing for as long as it may, and fettle ended it"},
        {{.end = END_CANCELLED, .oom = true}, FAILURE_CANCELLED, FAILURE_BY_US, "fettle was told to end it"},
        {{.end = END_LOST, .remark = "another boot"},
         FAILURE_LOST,
         FAILURE_BY_KERNEL,
         "the machine or the step's shim ended: another boot"},
        {{.end = END_NOT_STARTED, .remark = "the sandbox could not be made: bwrap: no such option"},
         FAILURE_CONFIG,
         FAILURE_BY_KERNEL,
         "it could not be started: the sandbox could not be made: bwrap: no such option"},
        {{.end = END_NOT_STARTED, .remark = "fork: Cannot allocate memory"},
         FAILURE_RESOURCE,
         FAILURE_BY_KERNEL,
         "it could not be started: fork: Cannot allocate memory"},
        {{.exit_code = 137, .oom = true, .tail = DNS},
         FAILURE_RESOURCE,
         FAILURE_BY_KERNEL,
         "the kernel ended it for want of memory (oom_kill rose)"},
        {{.exit_code = 2, .oom = true},
         FAILURE_RESOURCE,
         FAILURE_BY_KERNEL,
         "exit code 2, and the kernel ended one of its processes for want of memory (oom_kill rose)"},
        {{.exit_code = -1, .signal = 25},
         FAILURE_RESOURCE,
         FAILURE_BY_KERNEL,
         "a file grew beyond the limit for files"},
        {{.exit_code = 1, .err = &denied, .tail = DNS},
         FAILURE_PERMISSION,
         FAILURE_BY_RESULT,
         "the token may not do that"},
        {{.exit_code = 1, .err = &away}, FAILURE_NETWORK, FAILURE_BY_RESULT, "connection refused"},
        {{.exit_code = 1, .err = &full}, FAILURE_RESOURCE, FAILURE_BY_RESULT, "write: No space left on device"},
        {{.problem = "GITHUB_OUTPUT, line 1: x", .tail = DNS},
         FAILURE_CONFIG,
         FAILURE_BY_RESULT,
         "GITHUB_OUTPUT, line 1: x"},
        {{.exit_code = 124, .tail = DNS},
         FAILURE_TIMEOUT,
         FAILURE_BY_CODE,
         "exit code 124: timeout(1) ended a command"},
        {{.exit_code = 75, .tail = DNS},
         FAILURE_NETWORK,
         FAILURE_BY_LOG,
         "rule curl-resolve matched: curl: (6) Could not resolve host: a.example"},
        {{.exit_code = 75}, FAILURE_NETWORK, FAILURE_BY_CODE, "exit code 75: a temporary failure (sysexits)"},
        {{.exit_code = 1, .output_lost = true, .tail = DNS},
         FAILURE_NETWORK,
         FAILURE_BY_LOG,
         "rule curl-resolve matched: curl: (6) Could not resolve host: a.example"},
        {{.exit_code = 1, .output_lost = true}, FAILURE_RESOURCE, FAILURE_BY_KERNEL, "its output could not be stored"},
        {{.exit_code = 3}, FAILURE_UNKNOWN, FAILURE_BY_NOTHING, "exit code 3, and nothing in its output is known"},
        {{.exit_code = -1, .signal = 11}, FAILURE_UNKNOWN, FAILURE_BY_NOTHING, "ended by signal 11"},
        {{.exit_code = 137}, FAILURE_UNKNOWN, FAILURE_BY_NOTHING, "a program was ended by signal 9"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct failure f = classify(&rows[i].signs);
        assert_string_equal(f.evidence, rows[i].evidence);
        assert_int_equal(f.class, rows[i].class);
        assert_int_equal(f.source, rows[i].source);
    }
}

static void what_a_step_said_as_an_error_counts_before_the_log(void **state)
{
    struct step_result r = {0};
    struct sv log = SV("::error::API rate limit exceeded\n");
    (void)state;
    step_result_log(&r, log, NULL);
    struct failure f = classify(&(struct failure_signs){
        .exit_code = 1, .result = &r, .tail = SV("No space left on device\nRetry-After: 30\n")});
    assert_int_equal(f.class, FAILURE_RATE_LIMIT);
    assert_int_equal(f.source, FAILURE_BY_RESULT);
    assert_string_equal(f.evidence, "the step said as an error: API rate limit exceeded");
    assert_int_equal(f.retry_after, 30000);
    step_result_free(&r);
}

static void failing_tests_are_named(void **state)
{
    struct test_report t = {.run = 4};
    (void)state;
    test_report_add(&t, SV("a › b"), SV_NONE, SV("no"));
    test_report_add(&t, SV("c"), SV("c.py"), SV_NONE);
    struct failure f = classify(
        &(struct failure_signs){.exit_code = 1, .tests = &t, .tail = SV("curl: (6) Could not resolve host: x\n")});
    assert_int_equal(f.class, FAILURE_TEST);
    assert_int_equal(f.n_tests, 2);
    assert_string_equal(f.tests[0], "a › b");
    assert_string_equal(f.evidence, "2 of 4 tests failed: a › b, c");
    test_report_free(&t);

    struct failure g = classify(&(struct failure_signs){.exit_code = 1, .tail = SV("--- FAIL: TestA (0.00s)\nFAIL\n")});
    assert_int_equal(g.class, FAILURE_TEST);
    assert_int_equal(g.n_tests, 1);
    assert_string_equal(g.tests[0], "TestA");
}

static void an_excerpt_is_around_the_line_that_matched(void **state)
{
    struct failure f = classify(
        &(struct failure_signs){.exit_code = 1, .tail = SV("1\n2\n3\n4\nno space left on device\n5\n6\n7\n8\n")});
    (void)state;
    assert_string_equal(f.excerpt, "3\n4\nno space left on device\n5\n6");
    f = classify(&(struct failure_signs){.exit_code = 1, .tail = SV("a\nb\nc\nd\ne\nf\ng\n\n")});
    assert_string_equal(f.excerpt, "b\nc\nd\ne\nf\ng");
    f = classify(&(struct failure_signs){.exit_code = 1});
    assert_null(f.excerpt);
}

static const char *print_of(const char *tail)
{
    return classify(&(struct failure_signs){.exit_code = 1, .tail = sv_of(tail)}).fingerprint;
}

static void the_same_failure_has_the_same_fingerprint(void **state)
{
    (void)state;
    assert_string_equal(print_of("at 10:00\nread /tmp/a1/x: connection reset by peer\n"),
                        print_of("at 11:17\nmore\nread /tmp/b22/x: connection reset by peer\nbye\n"));
    assert_string_equal(print_of("job 1\nit is 12 o'clock\n"), print_of("job 2\nit is 7 o'clock\n"));
    assert_string_not_equal(print_of("one thing\n"), print_of("another thing\n"));
    assert_string_equal(print_of("--- FAIL: TestA (0.1s)\nFAIL\n"), print_of("x\n--- FAIL: TestA (7s)\ny\nFAIL\n"));
    assert_string_not_equal(print_of("--- FAIL: TestA (0.1s)\n"), print_of("--- FAIL: TestB (0.1s)\n"));
    assert_null(classify(&(struct failure_signs){.end = END_LOST}).fingerprint);
}

static void waits_are_taken_from_the_words_of_the_other_side(void **state)
{
    static const struct {
        const char *text;
        msec_t ms;
    } rows[] = {
        {"Retry-After: 120", 120000},
        {"retry after 5 minutes", 300000},
        {"please try again in 1m30s.", 90000},
        {"retry in 250ms", 250},
        {"Please wait 2 hours", 7200000},
        {"try again in a while", 0},
        {"retry-after:\n30", 0},
        {"try again in 99999999999999999999 s", 86400000},
        {"retrying in 1.5s", 1000},
        {"", 0},
        {"resets in 10 apples", 10000},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(failure_asked_wait(sv_of(rows[i].text)), rows[i].ms);
}

static void names_of_tests_are_read_from_common_programs(void **state)
{
    static const struct {
        const char *text, *names;
    } rows[] = {
        {"FAILED tests/test_a.py::test_b[1-x] - assert 1 == 2\n", "tests/test_a.py::test_b[1-x]"},
        {"FAILED (failures=1)\nFAILED to start\n", ""},
        {"    --- FAIL: TestA/case_1 (0.00s)\n--- FAIL: TestA (0.00s)\n--- PASS: TestB (0.0s)\n", "TestA/case_1|TestA"},
        {"test a::b ... ok\ntest a::c ... FAILED\n", "a::c"},
        {"[  FAILED  ] Arena.Aligns (0 ms)\n[  FAILED  ] 1 test, listed below:\n[  FAILED  ] Arena.Aligns\n",
         "Arena.Aligns"},
        {"\t 98 - store.sql (Failed)\n", "store.sql"},
        {"not ok 3 - adds # time=1ms\nok 4 - x\n", "adds"},
        {"com.acme.ClockTest > ticks() FAILED\n> Task :core:test FAILED\n", "com.acme.ClockTest > ticks()"},
        {"  ● cart › adds\n", "cart › adds"},
        {"rspec ./spec/a_spec.rb:31 # A b\n", "./spec/a_spec.rb:31"},
        {"  Failed Acme.Tests.P.Q [3 ms]\n", "Acme.Tests.P.Q"},
        {"FAIL: test_parse (t.T.test_parse)\n", "test_parse (t.T.test_parse)"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf b = {0};
        const char *names[8];
        size_t n = failure_test_names(sv_of(rows[i].text), &arena, names, ARRAY_LEN(names));
        for (size_t k = 0; k < n; k++)
            buf_fmt(&b, "%s%s", k ? "|" : "", names[k]);
        assert_string_equal(b.p ? b.p : "", rows[i].names);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_earlier_source_is_believed_against_a_later_one),
        cmocka_unit_test(what_a_step_said_as_an_error_counts_before_the_log),
        cmocka_unit_test(failing_tests_are_named),
        cmocka_unit_test(an_excerpt_is_around_the_line_that_matched),
        cmocka_unit_test(the_same_failure_has_the_same_fingerprint),
        cmocka_unit_test(waits_are_taken_from_the_words_of_the_other_side),
        cmocka_unit_test(names_of_tests_are_read_from_common_programs),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
