/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "core/trace.h"

#define ID   "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN "00f067aa0ba902b7"

/* The cases are those of the standard's text, and of W3C's own test suite (github.com/w3c/trace-context, test/test.py),
 * named as there. */
static void a_traceparent_is_taken_or_refused_by_the_rules_of_w3c(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"00-" ID "-" SPAN "-01", true},
        {"00-" ID "-" SPAN "-00", true},
        {"00-" ID "-" SPAN "-ff", true},
        {" 00-" ID "-" SPAN "-01\t", true}, /* ows_handling */
        {"", false},
        {"00", false},
        {"00-" ID "-" SPAN, false}, /* trace_flags_too_short */
        {"00-" ID "-" SPAN "-", false},
        {"00-" ID "-" SPAN "-1", false},
        {"00-" ID "-" SPAN "-001", false}, /* trace_flags_too_long */
        {"00-" ID "-" SPAN "-.0", false},  /* trace_flags_illegal_characters */
        {"00-" ID "-" SPAN "-0g", false},
        {"00-" ID "-" SPAN "-0A", false},
        {"00-" ID "-" SPAN "-01.", false}, /* version_0x00 */
        {"00-" ID "-" SPAN "-01-what-the-future-will-be-like", false},
        {"cc-" ID "-" SPAN "-01", true}, /* version_0xcc */
        {"cc-" ID "-" SPAN "-01-what-the-future-will-be-like", true},
        {"cc-" ID "-" SPAN "-01.what-the-future-will-be-like", false},
        {"01-" ID "-" SPAN "-01-", true},
        {"ff-" ID "-" SPAN "-01", false}, /* version_0xff */
        {"ff-" ID "-" SPAN "-01-x", false},
        {".0-" ID "-" SPAN "-01", false}, /* version_illegal_characters */
        {"0.-" ID "-" SPAN "-01", false},
        {"CC-" ID "-" SPAN "-01", false},
        {"000-" ID "-" SPAN "-01", false},                          /* version_too_long */
        {"0-" ID "-" SPAN "-01", false},                            /* version_too_short */
        {"00-00000000000000000000000000000000-" SPAN "-01", false}, /* trace_id_all_zero */
        {"00-.bf92f3577b34da6a3ce929d0e0e4736-" SPAN "-01", false}, /* trace_id_illegal_characters */
        {"00-4BF92F3577B34DA6A3CE929D0E0E4736-" SPAN "-01", false},
        {"00-" ID "0-" SPAN "-01", false},                         /* trace_id_too_long */
        {"00-4bf92f3577b34da6a3ce929d0e0e473-" SPAN "-01", false}, /* trace_id_too_short */
        {"00-" ID "-0000000000000000-01", false},                  /* parent_id_all_zero */
        {"00-" ID "-00f067aa0ba902b.-01", false},                  /* parent_id_illegal_characters */
        {"00-" ID "-00F067AA0BA902B7-01", false},
        {"00-" ID "-" SPAN "0-01", false},       /* parent_id_too_long */
        {"00-" ID "-00f067aa0ba902b-01", false}, /* parent_id_too_short */
        {"00_" ID "-" SPAN "-01", false},
        {"00-" ID "_" SPAN "-01", false},
        {"00-" ID "-" SPAN "_01", false},
        {"00-" ID "-" SPAN "-01,00-" ID "-" SPAN "-01", false}, /* multiple, joined */
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct trace t = {.id = "untouched"};
        if (trace_parse(sv_of(rows[i].text), &t) != rows[i].good)
            fail_msg("row %zu: %s", i, rows[i].text);
        assert_string_equal(t.id, rows[i].good ? ID : "untouched");
        if (rows[i].good)
            assert_string_equal(t.span, SPAN);
    }
}

static void flags_that_nobody_knows_are_not_passed_on(void **state)
{
    (void)state;
    struct trace t;
    char out[TRACE_PARENT];
    assert_true(trace_parse(SV("00-" ID "-" SPAN "-ff"), &t));
    trace_parent(&t, 0x1234, out);
    assert_string_equal(out, "00-" ID "-0000000000001234-03");
    assert_true(trace_parse(SV("00-" ID "-" SPAN "-00"), &t));
    trace_parent(&t, INT64_MAX, out);
    assert_string_equal(out, "00-" ID "-7fffffffffffffff-00");
}

static void a_zero_byte_within_is_no_digit(void **state)
{
    (void)state;
    struct trace t;
    char text[] = "00-" ID "-" SPAN "-01";
    text[10] = 0;
    assert_false(trace_parse(sv_n(text, sizeof text - 1), &t));
}

static void a_trace_begins_with_what_is_random_and_never_with_zeros(void **state)
{
    (void)state;
    uint8_t random[TRACE_RANDOM] = {0xab, 1};
    struct trace t;
    trace_begin(random, &t);
    assert_string_equal(t.id, "ab010000000000000000000000000000");
    assert_string_equal(t.span, "");
    assert_int_equal(t.flags, TRACE_SAMPLED | TRACE_IS_RANDOM);
    memset(random, 0, sizeof random);
    trace_begin(random, &t);
    assert_string_equal(t.id, "00000000000000000000000000000001");
}

static void what_rows_keep_comes_back(void **state)
{
    (void)state;
    static const char *const bad[] = {NULL,
                                      "",
                                      ID,
                                      ID "-0",
                                      ID "-0g",
                                      ID "-01-",
                                      ID "-01-" SPAN "0",
                                      ID "_01",
                                      "00000000000000000000000000000000-01",
                                      ID "-01-0000000000000000"};
    struct trace t, back;
    char kept[TRACE_KEPT];
    assert_true(trace_parse(SV("00-" ID "-" SPAN "-01"), &t));
    trace_keep(&t, kept);
    assert_string_equal(kept, ID "-01-" SPAN);
    assert_true(trace_recall(kept, &back));
    assert_memory_equal(&back, &t, sizeof t);
    assert_true(sv_is(trace_id(kept), ID));
    assert_true(trace_child(ID "-01", 0xbeef, kept));
    assert_string_equal(kept, ID "-01-000000000000beef");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (trace_recall(bad[i], &t) || trace_child(bad[i], 1, kept))
            fail_msg("row %zu", i);
        assert_null(trace_id(bad[i]).p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_traceparent_is_taken_or_refused_by_the_rules_of_w3c),
        cmocka_unit_test(flags_that_nobody_knows_are_not_passed_on),
        cmocka_unit_test(a_zero_byte_within_is_no_digit),
        cmocka_unit_test(a_trace_begins_with_what_is_random_and_never_with_zeros),
        cmocka_unit_test(what_rows_keep_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
