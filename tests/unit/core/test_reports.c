/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/fingerprint.h"
#include "core/test_report.h"

static void check(const struct test_report *r, size_t run, size_t skipped, const char *failing)
{
    AUTO(buf_free) struct buf b = {0};
    for (size_t i = 0; i < r->failing.v.n; i++)
        buf_fmt(&b, "%s%s [%s] %s", i ? "; " : "", r->failing.v.at[i].name,
                r->failing.v.at[i].file ? r->failing.v.at[i].file : "",
                r->failing.v.at[i].message ? r->failing.v.at[i].message : "");
    assert_string_equal(b.p ? b.p : "", failing);
    assert_int_equal(r->run, run);
    assert_int_equal(r->skipped, skipped);
    assert_int_equal(r->failed, r->failing.v.n);
}

static void reports_of_junit_are_counted_and_named(void **state)
{
    static const char *const text =
        "\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>\n<testsuites><!-- c --><testsuite name='s' tests='6'>"
        "<properties><property name='p' value='v'/></properties>"
        "<testcase classname='a.B' name='passes' time='0.1'/>"
        "<testcase classname='a.B' name='fails' file='b.py'><failure message='1 &lt; 2 &#x4e;o' type='T'>trace\n"
        "more</failure><failure message='again'/></testcase>"
        "<testcase name='breaks'><error><![CDATA[\n  boom <x>\n at y]]></error><system-out>o</system-out></testcase>"
        "<testcase classname='c' name='c'><skipped/></testcase>"
        "<testcase classname='c' name='flaky'><flakyFailure message='m'/></testcase>"
        "<testcase classname='c' name='typed'><failure type='AssertionError'/></testcase>"
        "</testsuite></testsuites>\n";
    struct test_report r = {0};
    struct err e = {0};
    AUTO(buf_free) struct buf b = {0};
    (void)state;
    assert_int_equal(junit_read(&r, sv_of(text), &e), 0);
    check(&r, 5, 1, "a.B › fails [b.py] 1 < 2 No; breaks [] boom <x>; c › typed [] AssertionError");
    assert_int_equal(r.flaky, 1);
    test_report_text(&r, &b);
    assert_string_equal(b.p, "3 of 5 tests failed: a.B › fails, breaks, c › typed");
    assert_true(test_report_failed(&r));
    test_report_free(&r);
}

static void what_is_no_report_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "XML, line 1: there is no element"},
        {"<a/>", "the outermost element is none of a JUnit report"},
        {"<testsuite>\n<testcase></testsuite>", "XML, line 2: an end tag has no beginning"},
        {"<testsuite>", "XML, line 1: an element does not end"},
        {"<!DOCTYPE x [<!ENTITY a 'b'>]><testsuite/>", "XML, line 1: document types are refused"},
        {"<testsuite a='1' a='2'/>", "XML, line 1: an attribute is there twice"},
        {"<testsuite a=1/>", "XML, line 1: the value of an attribute has no quotes"},
        {"<testsuite>&nbsp;</testsuite>", "XML, line 1: an entity is not known"},
        {"<testsuite>&#0;</testsuite>", "XML, line 1: an entity is not known"},
        {"<testsuite>&#xd800;</testsuite>", "XML, line 1: an entity is not known"},
        {"<testsuite/><testsuite/>", "XML, line 1: there is more than one outermost element"},
        {"<testsuite/>x", "XML, line 1: text outside of the outermost element"},
        {"<testsuite><!-- -- --></testsuite>", "XML, line 1: -- in a comment"},
        {"<?xml version='1.0' encoding='ISO-8859-1'?><testsuite/>", "XML, line 1: an encoding other than UTF-8"},
        {"<testsuite>\xff</testsuite>", "XML, line 1: the text is not UTF-8"},
        {"<testsuite a='<'/>", "XML, line 1: < stands in the value of an attribute"},
        {"<testsuite>]]></testsuite>", "XML, line 1: ]]> in a text"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct test_report r = {0};
        struct err e = {0};
        assert_int_equal(junit_read(&r, sv_of(rows[i].text), &e), -1);
        assert_string_equal(e.msg, rows[i].why);
        assert_int_equal(e.cls, ERR_INVALID);
        assert_int_equal(r.files, 0);
        test_report_free(&r);
    }
    AUTO(buf_free) struct buf deep = {0};
    struct test_report r = {0};
    struct err e = {0};
    for (int i = 0; i < 100; i++)
        buf_str(&deep, "<testsuite>");
    assert_int_equal(junit_read(&r, buf_view(&deep), &e), -1);
    assert_string_equal(e.msg, "XML, line 1: elements lie too deep in each other");
}

static void points_of_tap_are_counted_and_named(void **state)
{
    static const char *const text = "\n\x1b[1mTAP version 14\x1b[0m\r\n1..7\nok 1 - a\nnot ok 2 - b # time=3ms\n"
                                    "  ---\n  message: 'it is # wrong'\n  ...\nnot ok 3 - c # TODO later\n"
                                    "ok 4 - d # SKIP no\n    not ok 1 - inner\nnot ok 5\noutput\nnot okay\n"
                                    "not ok 6 - e \\# f # x\n";
    struct test_report r = {0};
    (void)state;
    assert_true(tap_begins(sv_of(text)));
    tap_read(&r, sv_of(text));
    check(&r, 5, 1, "b [] it is # wrong'; test 5 [] ; e \\# f [] ");
    assert_int_equal(r.missing, 1);
    test_report_free(&r);
}

static void runs_that_were_given_up_have_failed(void **state)
{
    struct test_report r = {0}, s = {0}, t = {0};
    AUTO(buf_free) struct buf b = {0};
    (void)state;
    tap_read(&r, SV("TAP version 13\nok 1\nBail out! no database\n"));
    assert_true(test_report_failed(&r));
    test_report_text(&r, &b);
    assert_string_equal(b.p, "the tests were given up: no database");
    tap_read(&s, SV("1..3\nok 1\n"));
    buf_clear(&b);
    test_report_text(&s, &b);
    assert_string_equal(b.p, "2 of 3 planned tests did not run");
    tap_read(&t, SV("1..3\nit counts\n"));
    assert_false(test_report_failed(&t));
    test_report_free(&r);
    test_report_free(&s);
    test_report_free(&t);
}

static void only_a_version_or_a_plan_begins_tap(void **state)
{
    static const struct {
        const char *text;
        bool is;
    } rows[] = {{"TAP version 13\n", true},
                {"1..4\n", true},
                {"1..0 # skip all\n", true},
                {"ok 1\n", false},
                {"TAP version 11\n", false},
                {"1..x\n", false},
                {"", false},
                {"hello\n1..4\n", false},
                {"1..4 of them\n", false}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(tap_begins(sv_of(rows[i].text)), rows[i].is);
}

static void names_are_bounded(void **state)
{
    struct test_report r = {0};
    AUTO(buf_free) struct buf b = {0};
    (void)state;
    buf_str(&b, "TAP version 13\n");
    for (int i = 1; i <= 300; i++)
        buf_fmt(&b, "not ok %d - test %d\n", i, i);
    tap_read(&r, buf_view(&b));
    assert_int_equal(r.failing.v.n, REPORT_NAMES);
    assert_int_equal(r.names_cut, 300 - REPORT_NAMES);
    assert_int_equal(r.failed, 300);
    test_report_free(&r);
}

static void lines_lose_what_differs_from_run_to_run(void **state)
{
    static const struct {
        const char *line, *kept;
    } rows[] = {
        {"2024-03-01T10:00:01.123Z ERROR at 0x7f3c", "# error at #"},
        {"read /home/ci/w-17/a/b.c:41: failed", "read /b.c:# failed"},
        {"took 12ms of 3.5 s", "took # of # s"},
        {"commit 3f1c2ab9d0 not found", "commit # not found"},
        {"test_12 failed", "test_# failed"},
        {"a   b\tc", "a b c"},
        {"  42  ", ""},
        {"", ""},
        {"https://x.example/a/b", "https://x.example/a/b"},
        {"deadbeef", "deadbeef"},
        {"pid 1234, port 8443", "pid #, port #"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf b = {0};
        fingerprint_line(sv_of(rows[i].line), &b);
        assert_string_equal(b.p ? b.p : "", rows[i].kept);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_of_junit_are_counted_and_named),
        cmocka_unit_test(what_is_no_report_is_refused_with_its_line),
        cmocka_unit_test(points_of_tap_are_counted_and_named),
        cmocka_unit_test(runs_that_were_given_up_have_failed),
        cmocka_unit_test(only_a_version_or_a_plan_begins_tap),
        cmocka_unit_test(names_are_bounded),
        cmocka_unit_test(lines_lose_what_differs_from_run_to_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
