/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "server/otlp/otlp.h"
#include "server/otlp/span.h"

#define ID "4bf92f3577b34da6a3ce929d0e0e4736"

static void a_span_is_written_as_the_mapping_of_otlp_wants_it(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    struct span s = {.trace = {.id = ID, .flags = TRACE_SAMPLED},
                     .name = "RUN \"ci\"\n",
                     .kind = SPAN_SERVER,
                     .start = 1764460800123,
                     .end = 1764460800124};
    span_id(0x1f, s.id);
    span_id(INT64_MAX, s.parent);
    span_id(1, s.link);
    span_open(&j, &s);
    span_str(&j, "cicd.pipeline.name", "ci");
    span_str(&j, "absent", NULL);
    span_int(&j, "n", INT64_MIN);
    span_close(&j, &s, "exit code 1");
    assert_string_equal(
        b.p, "{\"traceId\":\"" ID "\",\"spanId\":\"000000000000001f\",\"parentSpanId\":\"7fffffffffffffff\","
             "\"flags\":257,\"name\":\"RUN \\\"ci\\\"\\n\",\"kind\":2,\"startTimeUnixNano\":\"1764460800123000000\","
             "\"endTimeUnixNano\":\"1764460800124000000\",\"attributes\":[{\"key\":\"cicd.pipeline.name\",\"value\":"
             "{\"stringValue\":\"ci\"}},{\"key\":\"n\",\"value\":{\"intValue\":\"-9223372036854775808\"}}],"
             "\"links\":[{\"traceId\":\"" ID "\",\"spanId\":\"0000000000000001\"}],"
             "\"status\":{\"code\":2,\"message\":\"exit code 1\"}}");
}

static void a_span_never_ends_before_it_begins_and_may_have_nothing_around_it(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    struct span s = {.trace = {.id = ID, .flags = TRACE_SAMPLED | TRACE_IS_RANDOM},
                     .far = true,
                     .name = "x",
                     .kind = SPAN_INTERNAL,
                     .start = 2000,
                     .end = 1000};
    span_id(2, s.id);
    span_open(&j, &s);
    span_close(&j, &s, NULL);
    assert_string_equal(b.p, "{\"traceId\":\"" ID "\",\"spanId\":\"0000000000000002\",\"flags\":771,\"name\":\"x\","
                             "\"kind\":1,\"startTimeUnixNano\":\"2000000000\",\"endTimeUnixNano\":\"2000000000\","
                             "\"attributes\":[],\"status\":{}}");
}

static void a_request_is_json_with_no_span_and_with_several(void **state)
{
    (void)state;
    struct err e;
    for (int n = 0; n < 3; n++) {
        AUTO(buf_free) struct buf b = {0};
        spans_open(&b, "ci \"1\"");
        for (int i = 0; i < n; i++)
            buf_str(&b, i ? ",{}" : "{}");
        spans_close(&b);
        assert_int_equal(json_validate(buf_view(&b), NULL, &e), 0);
    }
}

static void a_share_of_the_traces_is_taken_and_of_a_caller_s_what_he_decided(void **state)
{
    (void)state;
    struct trace t = {.id = ID, .flags = TRACE_SAMPLED}; /* its last 56 bits are 80 % of what they can be */
    assert_true(span_is_sampled(&t, 100));
    assert_false(span_is_sampled(&t, 0));
    memcpy(t.id, "00000000000000000000000000000001", TRACE_ID);
    assert_true(span_is_sampled(&t, 1));
    assert_false(span_is_sampled(&t, 0));
    memcpy(t.id, "000000000000000000ffffffffffffff", TRACE_ID);
    assert_false(span_is_sampled(&t, 99));
    memcpy(t.id, "0000000000000000007fffffffffffff", TRACE_ID);
    assert_true(span_is_sampled(&t, 51));
    assert_false(span_is_sampled(&t, 49));
    memcpy(t.span, "00f067aa0ba902b7", TRACE_SPAN);
    assert_true(span_is_sampled(&t, 0));
    t.flags = 0;
    assert_false(span_is_sampled(&t, 100));
}

static void what_follows_an_answer_is_as_the_specification_says(void **state)
{
    (void)state;
    static const struct {
        int status;
        enum otlp_next next;
    } rows[] = {{200, OTLP_TAKEN},   {202, OTLP_TAKEN},   {0, OTLP_AGAIN},     {429, OTLP_AGAIN},
                {502, OTLP_AGAIN},   {503, OTLP_AGAIN},   {504, OTLP_AGAIN},   {500, OTLP_REFUSED},
                {501, OTLP_REFUSED}, {400, OTLP_REFUSED}, {401, OTLP_REFUSED}, {302, OTLP_REFUSED}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (otlp_judge(rows[i].status) != rows[i].next)
            fail_msg("status %d", rows[i].status);
    assert_int_equal(otlp_rejected(SV("{}")), 0);
    assert_int_equal(otlp_rejected(SV("")), 0);
    assert_int_equal(otlp_rejected(SV("<html>")), 0);
    assert_int_equal(otlp_rejected(SV("{\"partialSuccess\":{\"rejectedSpans\":\"7\",\"errorMessage\":\"no\"}}")), 7);
    assert_int_equal(otlp_rejected(SV("{\"partialSuccess\":{\"rejectedSpans\":7}}")), 7);
    assert_int_equal(otlp_rejected(SV("{\"partialSuccess\":{\"rejectedSpans\":\"-7\"}}")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_span_is_written_as_the_mapping_of_otlp_wants_it),
        cmocka_unit_test(a_span_never_ends_before_it_begins_and_may_have_nothing_around_it),
        cmocka_unit_test(a_request_is_json_with_no_span_and_with_several),
        cmocka_unit_test(a_share_of_the_traces_is_taken_and_of_a_caller_s_what_he_decided),
        cmocka_unit_test(what_follows_an_answer_is_as_the_specification_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
