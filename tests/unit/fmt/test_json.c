/* SPDX-License-Identifier: Apache-2.0 */
/* The validator. Each row of the tables is one text; after each verdict the message and its byte are checked where
 * the row names them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "fmt/json.h"

static const char *const accepted[] = {
    /* structure */
    "{}", "[]", "[[]]", "[{}]", "{\"a\":[]}", "{\"a\":{}}", "[[],[[]]]", "[1,2,3]", "{\"a\":1,\"b\":2}",
    "{\"\":0}", "{\"a\":{\"a\":{\"a\":1}}}", "[{\"a\":1},{\"a\":1}]", "{\"a\":[{\"a\":1}],\"b\":{\"a\":2}}",
    "{\"a\":1,\"A\":2}", "{\"a\":1,\"a \":2}", "{\"a\":1,\"\\u0061b\":2}", "{\"\\\"\":1,\"\\\\\":2}",
    "{\"/\":1,\"\\\\/\":2}", "{\"\xc3\xa9\":1,\"e\":2}",
    /* scalars on their own */
    "true", "false", "null", "0", "-1", "\"\"", "\"a\"", "1.5", "1e5", "-0",
    /* blanks */
    " 1 ", "\t[\r\n1 , 2\n]\r ", "{ \"a\" : 1 , \"b\" : 2 }", "\n\n\n{}\n\n", "[ ]", "{ }", "[\n]",
    /* integers */
    "[0]", "[-0]", "[1234567890]", "[9223372036854775807]", "[-9223372036854775808]", "[1000000000000000000]",
    "[-1,-12]", "[9223372036854775807,-9223372036854775808]",
    /* reals */
    "[0.0]", "[-0.0]", "[0.1]", "[123.456]", "[1e1]", "[1E1]", "[1e+1]", "[1e-1]", "[0e0]", "[0e+1]", "[1.0e10]",
    "[9223372036854775808.0]", "[1e308]", "[-1e308]", "[1.7976931348623157e308]", "[1e-400]", "[0e999999999999]",
    "[0.0e99999999999999999999]", "[0.00000000000000000001e327]", "[100000000000000000000.5]", "[123e-10000000]",
    "[1.7976931348623157e+308]", "[17976931348623157e292]", "[0.17976931348623157e309]", "[1e-99999999999999999999]",
    "[2.2250738585072014E-308]", "[4.9e-324]",
    /* strings */
    "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\u0001\"]", "[\"\\u001f\"]", "[\"\\uD834\\uDD1E\"]", "[\"\\ud834\\udd1e\"]",
    "[\"\\uFFFF\"]", "[\"\\uE000\"]", "[\"\\ud7ff\"]", "[\"\\u00e9\"]", "[\"\\\\u0000\"]", "[\"\\\\ud800\"]",
    "[\"\x7f\"]", "[\"\xc2\x80\"]", "[\"\xc3\xa9\"]", "[\"\xe0\xa0\x80\"]", "[\"\xed\x9f\xbf\"]", "[\"\xee\x80\x80\"]",
    "[\"\xef\xbf\xbf\"]", "[\"\xf0\x90\x80\x80\"]", "[\"\xf4\x8f\xbf\xbf\"]", "[\"\xe2\x80\xa8\xe2\x80\xa9\"]",
    "[\"\xef\xbb\xbf\"]", "[\"/* no comment */\"]", "[\"'\"]", "[\"1234567\"]", "[\"12345678\"]", "[\"123456789\"]",
    "[\"1234567\\n\"]", "[\"12345678\\n12345678\"]", "[\"1234567\xc3\xa9\"]", "[\"\xc3\xa9\xc3\xa9 \xc3\xa9\"]",
    "[\"a\",\"b\",\"\",\" \"]", "[\"\\uDBFF\\uDFFF\"]", "[\"\\u2028\"]", "[\"{}[]:,\"]",
};

static const struct {
    const char *text;
    int at; /* the byte that is named, or -1: not checked */
    const char *part; /* of the message */
} refused[] = {
    /* nothing, or not enough */
    {"", 0, "too early"}, {" ", 1, "too early"}, {"\n\n", 2, "too early"}, {"[", 1, "too early"}, {"{", 1, "too early"},
    {"[1", 2, "too early"}, {"[1,", 3, "too early"}, {"{\"a\"", 4, "colon"}, {"{\"a\":", 5, "too early"},
    {"{\"a\":1", 6, "too early"}, {"{\"a\":1,", 7, "too early"}, {"[[1]", 4, "too early"}, {"[\"a", 3, "without an end"},
    {"\"", 1, "without an end"}, {"\"\\", 1, "bad escape"}, {"\"\\\"", 3, "without an end"}, {"{\"", 2, "without an end"},
    {"[[[[[[", 6, "too early"}, {"[{\"a\":[{", 8, "too early"},
    /* too much */
    {"1 2", 2, "behind"}, {"{}{}", 2, "behind"}, {"[]]", 2, "behind"}, {"{}}", 2, "behind"}, {"[],", 2, "behind"},
    {"null null", 5, "behind"}, {"\"a\"b", 3, "behind"}, {"[1]#", 3, "behind"}, {"{} // x", 3, "behind"},
    {"1;", 1, "behind"}, {"nullx", 4, "behind"}, {"truefalse", 4, "behind"}, {"1e5.5", 3, "behind"}, {"1.2.3", 3, "behind"},
    /* commas, colons, brackets */
    {"[1,]", 3, "value expected"}, {"[,1]", 1, "value expected"}, {"[,]", 1, "value expected"},
    {"[1,,2]", 3, "value expected"}, {"[1 2]", 3, "comma or ]"}, {"[1:2]", 2, "comma or ]"}, {"[1}", 2, "comma or ]"},
    {"{]", 1, "key expected"}, {"[}", 1, "value expected"}, {"{\"a\":1]", 6, "comma or }"}, {"{\"a\":1,}", 7, "key expected"},
    {"{,}", 1, "key expected"}, {"{,\"a\":1}", 1, "key expected"}, {"{\"a\":1,,\"b\":2}", 7, "key expected"},
    {"{\"a\" 1}", 5, "colon"}, {"{\"a\"}", 4, "colon"}, {"{\"a\",1}", 4, "colon"}, {"{\"a\"::1}", 5, "value expected"},
    {"{\"a\":}", 5, "value expected"}, {"{:1}", 1, "key expected"}, {"{\"a\":1 \"b\":2}", 7, "comma or }"},
    {"{\"a\":1;\"b\":2}", 6, "comma or }"}, {"]", 0, "value expected"}, {"}", 0, "value expected"},
    {",", 0, "value expected"}, {":", 0, "value expected"}, {"[\"a\":1]", 4, "comma or ]"},
    /* keys that are no strings */
    {"{1:1}", 1, "key expected"}, {"{a:1}", 1, "key expected"}, {"{'a':1}", 1, "key expected"},
    {"{null:1}", 1, "key expected"}, {"{[]:1}", 1, "key expected"}, {"{{}:1}", 1, "key expected"},
    /* what other readers let pass */
    {"[1,2,] ", 5, "value expected"}, {"/* c */ 1", 0, "value expected"}, {"// c\n1", 0, "value expected"},
    {"[1 /* c */]", 3, "comma or ]"}, {"['a']", 1, "value expected"}, {"[NaN]", 1, "value expected"},
    {"[nan]", 1, "value expected"}, {"[Infinity]", 1, "value expected"}, {"[-Infinity]", 2, "digit"},
    {"[-NaN]", 2, "digit"}, {"[True]", 1, "value expected"}, {"[TRUE]", 1, "value expected"}, {"[nul]", 1, "value expected"},
    {"[tru]", 1, "value expected"}, {"[fals]", 1, "value expected"}, {"nul", 0, "value expected"},
    {"[undefined]", 1, "value expected"}, {"[`a`]", 1, "value expected"}, {"\xef\xbb\xbf{}", 0, "value expected"},
    {"\xef\xbb\xbf", 0, "value expected"}, {"\xff\xfe{", 0, "value expected"}, {"\f1", 0, "value expected"},
    {"\v1", 0, "value expected"}, {"[1\f]", 2, "comma or ]"}, {"\xc2\xa0" "1", 0, "value expected"},
    {"[\xe2\x80\x83]", 1, "value expected"}, {"\x1e{}\n", 0, "value expected"}, {"(1)", 0, "value expected"},
    {"a", 0, "value expected"}, {"\xc3\xa9", 0, "value expected"}, {"<null>", 0, "value expected"},
    /* numbers */
    {"[01]", 1, "leading zero"}, {"[00]", 1, "leading zero"}, {"[-01]", 1, "leading zero"}, {"[01.5]", 1, "leading zero"},
    {"[00e1]", 1, "leading zero"}, {"[+1]", 1, "value expected"}, {"[.5]", 1, "value expected"}, {"[-.5]", 2, "digit"},
    {"[1.]", 3, "digit"}, {"[1.e5]", 3, "digit"}, {"[-]", 2, "digit"}, {"-", 1, "digit"}, {"[--1]", 2, "digit"},
    {"[-+1]", 2, "digit"}, {"[1e]", 3, "digit"}, {"[1e+]", 4, "digit"}, {"[1e-]", 4, "digit"}, {"[1e+-1]", 4, "digit"},
    {"[1e1.5]", 4, "comma or ]"}, {"[1ee1]", 3, "digit"}, {"1.", 2, "digit"}, {"1e", 2, "digit"}, {"1e+", 3, "digit"},
    {"[0x1F]", 2, "comma or ]"}, {"[1_000]", 2, "comma or ]"}, {"[1,000]", 3, "leading zero"}, {"[1f]", 2, "comma or ]"},
    {"[1 000]", 3, "comma or ]"}, {"[\xef\xbc\x91]", 1, "value expected"}, {"[2.e3]", 3, "digit"}, {"[1-2]", 2, "comma or ]"},
    {"[9223372036854775808]", 1, "64 bits"}, {"[-9223372036854775809]", 1, "64 bits"},
    {"[18446744073709551615]", 1, "64 bits"}, {"[18446744073709551616]", 1, "64 bits"},
    {"[99999999999999999999]", 1, "64 bits"}, {"[-99999999999999999999999999]", 1, "64 bits"},
    {"[36893488147419103233]", 1, "64 bits"}, {"[10000000000000000000]", 1, "64 bits"},
    {"[1e309]", 1, "too large"}, {"[-1e309]", 1, "too large"}, {"[1e400]", 1, "too large"}, {"[1e99999]", 1, "too large"},
    {"[1e99999999999999999999999]", 1, "too large"}, {"[1.8e308]", 1, "too large"}, {"[18e307]", 1, "too large"},
    {"[0.0018e311]", 1, "too large"}, {"[1.79769313486231581e308]", 1, "too large"}, {"[123.0e307]", 1, "too large"},
    {"[0.1e9223372036854775807]", 1, "too large"}, {"[1E400]", 1, "too large"},
    /* strings */
    {"[\"\t\"]", 2, "control"}, {"[\"\n\"]", 2, "control"}, {"[\"\x1f\"]", 2, "control"}, {"[\"a\x01\"]", 3, "control"},
    {"[\"12345678\x0b\"]", 10, "control"}, {"{\"\n\":1}", 2, "control"},
    {"[\"\\x41\"]", 2, "bad escape"}, {"[\"\\a\"]", 2, "bad escape"}, {"[\"\\v\"]", 2, "bad escape"},
    {"[\"\\0\"]", 2, "bad escape"}, {"[\"\\'\"]", 2, "bad escape"}, {"[\"\\ \"]", 2, "bad escape"},
    {"[\"\\\n\"]", 2, "bad escape"}, {"[\"\\U0041\"]", 2, "bad escape"}, {"[\"\\u\"]", 2, "bad escape"},
    {"[\"\\u1\"]", 2, "bad escape"}, {"[\"\\u12\"]", 2, "bad escape"}, {"[\"\\u123\"]", 2, "bad escape"},
    {"[\"\\u123g\"]", 2, "bad escape"}, {"[\"\\u 123\"]", 2, "bad escape"}, {"[\"\\u-123\"]", 2, "bad escape"},
    {"[\"\\u{41}\"]", 2, "bad escape"}, {"\"\\u00", 1, "bad escape"}, {"[\"\\\xc3\xa9\"]", 2, "bad escape"},
    {"[\"\\u0000\"]", 2, "NUL"}, {"{\"\\u0000\":1}", 2, "NUL"}, {"{\"a\\u0000b\":1}", 3, "NUL"},
    {"[\"\\ud800\"]", 2, "surrogate"}, {"[\"\\udfff\"]", 2, "surrogate"}, {"[\"\\uDC00\\uD800\"]", 2, "surrogate"},
    {"[\"\\ud800\\ud800\"]", 2, "surrogate"}, {"[\"\\ud800a\"]", 2, "surrogate"}, {"[\"\\ud800\\n\"]", 2, "surrogate"},
    {"[\"\\ud800\\u0041\"]", 2, "surrogate"}, {"[\"\\ud83d\\ude0\"]", 2, "surrogate"}, {"\"\\ud83d\\u", 1, "surrogate"},
    {"{\"\\ud800\":1}", 2, "surrogate"}, {"[\"\\ud83d\\\\ude00\"]", 2, "surrogate"},
    /* UTF-8 */
    {"[\"\x80\"]", 2, "UTF-8"}, {"[\"\xbf\"]", 2, "UTF-8"}, {"[\"\xc0\x80\"]", 2, "UTF-8"}, {"[\"\xc1\xbf\"]", 2, "UTF-8"},
    {"[\"\xc3\"]", 2, "UTF-8"}, {"[\"\xc3(\"]", 2, "UTF-8"}, {"[\"\xe0\x80\x80\"]", 2, "UTF-8"},
    {"[\"\xe0\x9f\xbf\"]", 2, "UTF-8"}, {"[\"\xe2\x82\"]", 2, "UTF-8"}, {"[\"\xed\xa0\x80\"]", 2, "UTF-8"},
    {"[\"\xed\xbf\xbf\"]", 2, "UTF-8"}, {"[\"\xf0\x80\x80\x80\"]", 2, "UTF-8"}, {"[\"\xf0\x8f\xbf\xbf\"]", 2, "UTF-8"},
    {"[\"\xf4\x90\x80\x80\"]", 2, "UTF-8"}, {"[\"\xf5\x80\x80\x80\"]", 2, "UTF-8"}, {"[\"\xff\"]", 2, "UTF-8"},
    {"[\"\xfe\xff\"]", 2, "UTF-8"}, {"[\"\xf0\x9f\x98\"]", 2, "UTF-8"}, {"\"\xe2\x82", 1, "UTF-8"},
    {"[\"a\xc3\xa9\xe9\"]", 5, "UTF-8"}, {"{\"\xff\":1}", 2, "UTF-8"}, {"[\"12345678\xc3\"]", 10, "UTF-8"},
    {"[\xff]", 1, "value expected"}, {"[1\xff]", 2, "comma or ]"}, {"[\"\xf8\x88\x80\x80\x80\"]", 2, "UTF-8"},
    /* keys that come twice */
    {"{\"a\":1,\"a\":1}", 7, "duplicate key \"a\" at byte 7"}, {"{\"a\":1,\"b\":2,\"a\":3}", 13, "duplicate key \"a\""},
    {"{\"a\":1,\"\\u0061\":2}", 7, "duplicate key \"\\u0061\""}, {"{\"\\u0061\":1,\"a\":2}", 12, "duplicate key \"a\""},
    {"{\"\":1,\"\":2}", 6, "duplicate key \"\""}, {"{\"\xc3\xa9\":1,\"\\u00e9\":2}", 8, "duplicate"},
    {"{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}", 18, "duplicate"}, {"{\"/\":1,\"\\/\":2}", 7, "duplicate"},
    {"{\"\\n\":1,\"\\u000A\":2}", 8, "duplicate"}, {"{\"a\":{\"b\":1,\"b\":2}}", 12, "duplicate"},
    {"{\"a\":{\"a\":{\"a\":1}},\"a\":2}", 19, "duplicate"}, {"[{\"a\":1},{\"b\":1,\"b\":1}]", 16, "duplicate"},
    {"{\"a\":[{\"a\":1}],\"a\":1}", 15, "duplicate"}, {"{\"\\\"\":1,\"\\u0022\":2}", 8, "duplicate"},
    {"{\"\\\\\":1,\"\\u005c\":2}", 8, "duplicate"}, {"{\"a\":1,\"a\"", 7, "duplicate"},
};

static void every_text_of_the_grammar_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(accepted); i++) {
        struct err e = {0};
        if (json_validate(sv_of(accepted[i]), NULL, &e) != 0)
            fail_msg("%s: %s", accepted[i], e.msg);
    }
}

static void every_other_text_is_refused_at_its_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct err e = {0};
        if (json_validate(sv_of(refused[i].text), NULL, &e) != -1)
            fail_msg("accepted: %s", refused[i].text);
        assert_int_equal(e.cls, ERR_INVALID);
        if (e.code != refused[i].at || !strstr(e.msg, refused[i].part))
            fail_msg("%s: %s (byte %d, wanted %d, %s)", refused[i].text, e.msg, e.code, refused[i].at, refused[i].part);
        assert_true(sv_bad_utf8(sv_of(e.msg)) == -1);
    }
}

static void the_answer_does_not_depend_on_what_lies_behind_the_text(void **state)
{
    (void)state;
    struct err e;
    for (size_t i = 0; i < ARRAY_LEN(accepted); i++) {
        size_t n = strlen(accepted[i]);
        for (size_t cut = 0; cut < n; cut++) {
            /* A copy of exact size lets the address sanitizer see a read too far. */
            char *part = mem_new(cut), *longer = mem_dup(accepted[i], n);
            memcpy(part, accepted[i], cut);
            assert_int_equal(json_validate(sv_n(part, cut), NULL, &e), json_validate(sv_n(longer, cut), NULL, &e));
            mem_free(part);
            mem_free(longer);
        }
    }
}

static void a_nul_byte_is_refused_wherever_it_stands(void **state)
{
    (void)state;
    static const struct sv texts[] = {SV("\0"), SV("1\0"), SV("[1]\0"), SV("[1\0]"), SV("[\"a\0b\"]"), SV("{\"a\0\":1}"),
                                      SV("\0{}"), SV("[1,\0 2]"), SV("nul\0"), SV("{}\0{}"), SV("[\"\\\0\"]")};
    struct err e;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_int_equal(json_validate(texts[i], NULL, &e), -1);
    assert_int_equal(json_validate(SV_NONE, NULL, &e), -1);
}

static void repeat(struct buf *b, const char *z, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_str(b, z);
}

/* n brackets open, n closed. */
static int validate_nested(const char *open, const char *close, size_t n, size_t depth, struct err *e)
{
    AUTO(buf_free) struct buf b = {0};
    repeat(&b, open, n);
    repeat(&b, close, n);
    return json_validate(buf_view(&b), &(struct json_limits){.depth = depth}, e);
}

static void depth_counts_arrays_and_objects(void **state)
{
    (void)state;
    struct err e;
    assert_int_equal(validate_nested("[", "]", 64, 0, &e), 0);
    assert_int_equal(validate_nested("[", "]", 65, 0, &e), -1);
    assert_int_equal(e.code, 64);
    assert_string_equal(e.msg, "nested too deeply at byte 64");
    assert_int_equal(validate_nested("[", "]", 3, 3, &e), 0);
    assert_int_equal(validate_nested("[", "]", 4, 3, &e), -1);
    assert_int_equal(validate_nested("[", "]", 1000, 5000, &e), 0);
    assert_int_equal(validate_nested("[", "]", 1001, 5000, &e), -1);
    assert_int_equal(json_validate(SV("{\"a\":[1,{\"b\":2}]}"), &(struct json_limits){.depth = 3}, &e), 0);
    assert_int_equal(json_validate(SV("{\"a\":[1,{\"b\":2}]}"), &(struct json_limits){.depth = 2}, &e), -1);
    /* Depth is what is open at once, not what was ever opened. */
    assert_int_equal(json_validate(SV("[[],[],[],[]]"), &(struct json_limits){.depth = 2}, &e), 0);
}

static void bombs_of_brackets_are_refused(void **state)
{
    (void)state;
    static const char *const opens[] = {"[", "{\"a\":", "[{\"a\":", "[[],"};
    for (size_t i = 0; i < ARRAY_LEN(opens); i++) {
        AUTO(buf_free) struct buf b = {0};
        repeat(&b, opens[i], 1000000);
        struct err e;
        assert_int_equal(json_validate(buf_view(&b), NULL, &e), -1);
        assert_non_null(strstr(e.msg, "nested too deeply"));
    }
}

static void nodes_and_bytes_are_limited(void **state)
{
    (void)state;
    struct err e;
    struct json_limits four = {.nodes = 4}, ten = {.bytes = 10};
    assert_int_equal(json_validate(SV("[1,[2]]"), &four, &e), 0);
    assert_int_equal(json_validate(SV("{\"a\":1,\"b\":2,\"c\":3}"), &four, &e), 0);
    assert_int_equal(json_validate(SV("[1,[2,3]]"), &four, &e), -1);
    assert_int_equal(e.code, 6);
    assert_non_null(strstr(e.msg, "too many values"));
    assert_int_equal(json_validate(SV("[1,2,3,45]"), &ten, &e), 0);
    assert_int_equal(json_validate(SV("[1,2,3,456]"), &ten, &e), -1);
    assert_string_equal(e.msg, "text of 11 bytes, at most 10 are read");
}

static void a_large_object_may_have_many_keys_but_none_twice(void **state)
{
    (void)state;
    enum { N = 300000 };
    AUTO(buf_free) struct buf b = {0};
    buf_chr(&b, '{');
    for (int i = 0; i < N; i++)
        buf_fmt(&b, "%s\"k%d\":{\"id\":%d,\"k%d\":[]}", i ? "," : "", i, i, i);
    size_t n = b.n;
    buf_chr(&b, '}');
    struct err e;
    assert_int_equal(json_validate(buf_view(&b), NULL, &e), 0);
    b.n = n;
    buf_str(&b, ",\"k\\u0030\":1}");
    assert_int_equal(json_validate(buf_view(&b), NULL, &e), -1);
    assert_int_equal(e.code, n + 1);
    assert_non_null(strstr(e.msg, "duplicate key \"k\\u0030\""));
}

static void a_body_of_25_mb_is_read_whole(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    struct err e;
    buf_str(&b, "{\"commits\":[");
    while (b.n < 25u << 20)
        buf_fmt(&b, "{\"id\":\"%040zu\",\"added\":[\"src/a.c\"],\"message\":\"a \\u00e9\\n b\"},", b.n);
    buf_str(&b, "null]}");
    assert_int_equal(json_validate(buf_view(&b), NULL, &e), 0);
    AUTO(buf_free) struct buf text = {0};
    buf_chr(&text, '"');
    repeat(&text, "0123456789abcdef", 25 << 16);
    assert_int_equal(json_validate(buf_view(&text), NULL, &e), -1);
    buf_chr(&text, '"');
    assert_int_equal(json_validate(buf_view(&text), NULL, &e), 0);
}

static void a_number_may_have_any_length(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    struct err e;
    buf_str(&b, "0.");
    repeat(&b, "0", 1000000);
    buf_str(&b, "1e1000308");
    assert_int_equal(json_validate(buf_view(&b), NULL, &e), 0); /* 1e307 */
    b.n -= 1;
    buf_str(&b, "9");
    assert_int_equal(json_validate(buf_view(&b), NULL, &e), 0); /* 1e308 */
    b.n -= 2;
    buf_str(&b, "10");
    assert_int_equal(json_validate(buf_view(&b), NULL, &e), -1); /* 1e309 */
    buf_clear(&b);
    repeat(&b, "1", 1000000);
    assert_int_equal(json_validate(buf_view(&b), NULL, &e), -1);
    buf_str(&b, "e-999999");
    assert_int_equal(json_validate(buf_view(&b), NULL, &e), 0);
}

static void a_long_key_is_cut_in_the_message(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    struct err e;
    for (int i = 0; i < 2; i++) {
        buf_str(&b, i ? ",\"" : "{\"");
        repeat(&b, "\xc3\xa9", 500);
        buf_str(&b, "\":1");
    }
    assert_int_equal(json_validate(buf_view(&b), NULL, &e), -1);
    assert_int_equal(e.code, 1006);
    assert_true(sv_ends(sv_of(e.msg), SV("\" at byte 1006")));
    assert_true(sv_bad_utf8(sv_of(e.msg)) == -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_of_the_grammar_is_accepted),
        cmocka_unit_test(every_other_text_is_refused_at_its_byte),
        cmocka_unit_test(the_answer_does_not_depend_on_what_lies_behind_the_text),
        cmocka_unit_test(a_nul_byte_is_refused_wherever_it_stands),
        cmocka_unit_test(depth_counts_arrays_and_objects),
        cmocka_unit_test(bombs_of_brackets_are_refused),
        cmocka_unit_test(nodes_and_bytes_are_limited),
        cmocka_unit_test(a_large_object_may_have_many_keys_but_none_twice),
        cmocka_unit_test(a_body_of_25_mb_is_read_whole),
        cmocka_unit_test(a_number_may_have_any_length),
        cmocka_unit_test(a_long_key_is_cut_in_the_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
