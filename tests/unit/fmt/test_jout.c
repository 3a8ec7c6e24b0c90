/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <float.h>
#include <math.h>
#include "base/id.h"
#include "fmt/json.h"

static void commas_are_the_writers_business(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_open(&j, '{');
    jout_kstr(&j, "s", SV("x"));
    jout_kstrz(&j, "z", NULL);
    jout_kint(&j, "i", INT64_MIN);
    jout_kbool(&j, "b", true);
    jout_kid(&j, "none", 0);
    jout_kid(&j, "id", 1);
    jout_key(&j, "a");
    jout_open(&j, '[');
    jout_int(&j, 1);
    jout_open(&j, '[');
    jout_close(&j, ']');
    jout_open(&j, '{');
    jout_close(&j, '}');
    jout_null(&j);
    jout_bool(&j, false);
    jout_strz(&j, "");
    jout_str(&j, SV_NONE);
    jout_raw(&j, SV("{\"raw\":[]}"));
    jout_real(&j, 0.5);
    jout_close(&j, ']');
    jout_keyv(&j, SV_NONE);
    jout_int(&j, 0);
    jout_close(&j, '}');
    assert_string_equal(b.p, "{\"s\":\"x\",\"z\":null,\"i\":-9223372036854775808,\"b\":true,\"none\":null,"
                             "\"id\":\"0000000000001\",\"a\":[1,[],{},null,false,\"\",null,{\"raw\":[]},0.5],\"\":0}");
    struct err e;
    assert_int_equal(json_validate(buf_view(&b), NULL, &e), 0);
}

static void strings_are_escaped_and_made_well_formed(void **state)
{
    (void)state;
    static const struct {
        struct sv in;
        const char *out;
    } cases[] = {
        {SV(""), "\"\""},
        {SV("a/b"), "\"a/b\""},
        {SV("\"\\"), "\"\\\"\\\\\""},
        {SV("\b\f\n\r\t\x01\x1f"), "\"\\u0008\\u000c\\n\\r\\t\\u0001\\u001f\""},
        {SV("\x7f"), "\"\x7f\""},
        {SV("a\0b"), "\"a\xef\xbf\xbd" "b\""},
        {SV("\xc3\xa9\xf0\x9f\x98\x80\xe2\x80\xa8"), "\"\xc3\xa9\xf0\x9f\x98\x80\xe2\x80\xa8\""},
        {SV("\xff"), "\"\xef\xbf\xbd\""},
        {SV("a\xc3"), "\"a\xef\xbf\xbd\""},
        {SV("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {SV("\xc3(\xe2\x82x"), "\"\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbdx\""},
        {SV("</script>"), "\"</script>\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(buf_free) struct buf b = {0};
        struct jout j = {.buf = &b};
        jout_str(&j, cases[i].in);
        assert_string_equal(b.p, cases[i].out);
    }
}

static void any_bytes_give_a_text_the_validator_takes(void **state)
{
    (void)state;
    srand(1);
    for (int round = 0; round < 2000; round++) {
        char bytes[40];
        size_t n = (size_t)rand() % sizeof bytes;
        for (size_t i = 0; i < n; i++)
            bytes[i] = (char)(round % 2 ? rand() : 0xc0 | rand());
        AUTO(buf_free) struct buf b = {0};
        struct jout j = {.buf = &b};
        jout_open(&j, '{');
        jout_keyv(&j, sv_n(bytes, n));
        jout_str(&j, sv_n(bytes, n));
        jout_close(&j, '}');
        struct err e;
        assert_int_equal(json_validate(buf_view(&b), NULL, &e), 0);
    }
}

static void reals_read_back_as_the_same_number(void **state)
{
    (void)state;
    static const struct {
        double v;
        const char *text; /* NULL: not checked */
    } cases[] = {
        {0.1, "0.1"},       {0.5, "0.5"},        {1, "1.0"},     {-0.0, "-0.0"},    {1e300, "1e+300"},
        {1.0 / 3, NULL},    {DBL_MAX, NULL},     {DBL_MIN, NULL}, {4.9e-324, NULL}, {123456789.125, "123456789.125"},
        {0.30000000000000004, "0.30000000000000004"}, {1e15, "1e+15"}, {100, "100.0"}, {-2.5e-7, "-2.5e-07"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(buf_free) struct buf b = {0};
        struct jout j = {.buf = &b};
        jout_real(&j, cases[i].v);
        if (cases[i].text)
            assert_string_equal(b.p, cases[i].text);
        struct jdoc *d;
        struct err e;
        assert_int_equal(jdoc_parse(buf_view(&b), NULL, &d, &e), 0);
        assert_int_equal(jval_kind(jdoc_root(d)), J_REAL);
        assert_true(jval_real(jdoc_root(d)) == cases[i].v);
        jdoc_free(&d);
    }
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_real(&j, (double)NAN);
    jout_real(&j, (double)INFINITY);
    jout_real(&j, -(double)INFINITY);
    assert_string_equal(b.p, "null,null,null");
}

static void a_parsed_value_is_written_as_it_was_read(void **state)
{
    (void)state;
    const char *text = "{\"z\":[1,-2.50,1E5,null,true,false,\"\\u00e9\\n\\/\"],\"a\":{\"\":{}},\"m\":[[],[{}]]}";
    const char *want = "{\"z\":[1,-2.50,1E5,null,true,false,\"\xc3\xa9\\n/\"],\"a\":{\"\":{}},\"m\":[[],[{}]]}";
    struct jdoc *d;
    struct err e;
    assert_int_equal(jdoc_parse(sv_of(text), NULL, &d, &e), 0);
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_val(&j, jdoc_root(d));
    assert_string_equal(b.p, want);
    buf_clear(&b);
    j = (struct jout){.buf = &b};
    jout_open(&j, '[');
    jout_val(&j, jval_get(jdoc_root(d), "absent"));
    jout_val(&j, jval_get(jdoc_root(d), "a"));
    jout_close(&j, ']');
    assert_string_equal(b.p, "[null,{\"\":{}}]");
    jdoc_free(&d);
}

static void an_id_is_written_as_its_text(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    struct id_gen g = {0};
    int64_t id = id_next(&g, 1800000000000, 3), back;
    jout_open(&j, '{');
    jout_kid(&j, "id", id);
    jout_close(&j, '}');
    struct jdoc *d;
    struct err e;
    assert_int_equal(jdoc_parse(buf_view(&b), NULL, &d, &e), 0);
    assert_true(id_parse(jval_str(jval_get(jdoc_root(d), "id")), &back));
    assert_true(back == id);
    jdoc_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_are_the_writers_business),
        cmocka_unit_test(strings_are_escaped_and_made_well_formed),
        cmocka_unit_test(any_bytes_give_a_text_the_validator_takes),
        cmocka_unit_test(reals_read_back_as_the_same_number),
        cmocka_unit_test(a_parsed_value_is_written_as_it_was_read),
        cmocka_unit_test(an_id_is_written_as_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
