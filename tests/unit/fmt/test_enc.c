/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "fmt/enc.h"

static void hex_is_written_in_lower_case_and_read_in_either(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    uint8_t back[4];
    hex_put(&b, "\x00\x7f\xab\xff", 4);
    assert_string_equal(b.p, "007fabff");
    assert_true(hex_get(SV("007fABfF"), back, 4));
    assert_memory_equal(back, "\x00\x7f\xab\xff", 4);
}

static void hex_of_another_length_or_with_another_byte_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "0", "007fabf", "007fabff0", "007fabff00", "007fabfg", " 07fabff",
                                      "0x7fabff", "007fab f", "007fab\xc3\xa9", "-07fabff"};
    uint8_t back[4];
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(hex_get(sv_of(bad[i]), back, 4));
    assert_false(hex_get(sv_n("007fab\0f", 8), back, 4));
    assert_true(hex_get(SV(""), back, 0));
}

/* RFC 4648 §10, and bytes that need the last two digits of the alphabet. */
static const struct {
    const char *bytes, *base64, *base64url;
} pairs[] = {
    {"", "", ""},
    {"f", "Zg==", "Zg"},
    {"fo", "Zm8=", "Zm8"},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/", "-_-_"},
    {"\xff\xfe", "//4=", "__4"},
};

static void base64_has_the_forms_of_rfc_4648(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        AUTO(buf_free) struct buf b = {0};
        AUTO(buf_free) struct buf url = {0};
        struct sv bytes = sv_of(pairs[i].bytes);
        base64_put(&b, bytes.p, bytes.n);
        base64url_put(&url, bytes.p, bytes.n);
        assert_true(sv_is(buf_view(&b), pairs[i].base64));
        assert_true(sv_is(buf_view(&url), pairs[i].base64url));
        uint8_t back[16];
        size_t n = 99;
        assert_true(base64_get(buf_view(&b), back, &n));
        assert_true(sv_eq(sv_n((char *)back, n), bytes));
    }
}

static void base64_that_is_not_the_one_form_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "Z",     "Zg",    "Zg=",   "Zg===",  "=",        "==",       "====",      "Z===",      "Zm9v=",
        "Zg==Zg==", "Zm=v",  "Zm9v\n", "Zm 9v",  "Zm9v ", " Zm9", "Zm8-",     "Zm8_",     "Zh==",      "Zm9=",
        "Zm9vYmF",  "=m9v",  "Z=9v",  "Zm9\x80", "{m9v",
    };
    uint8_t back[16];
    size_t n;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(base64_get(sv_of(bad[i]), back, &n));
    assert_false(base64_get(sv_n("Zm\0v", 4), back, &n));
}

static void base64_of_every_byte_comes_back(void **state)
{
    (void)state;
    uint8_t all[256], back[256];
    for (int i = 0; i < 256; i++)
        all[i] = (uint8_t)i;
    for (size_t n = 0; n <= 256; n++) {
        AUTO(buf_free) struct buf b = {0};
        base64_put(&b, all, n);
        assert_int_equal(b.n, (n + 2) / 3 * 4);
        size_t m;
        assert_true(base64_get(buf_view(&b), back, &m));
        assert_int_equal(m, n);
        assert_memory_equal(back, all, n);
    }
}

static void a_url_segment_keeps_unreserved_bytes_only(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    url_put(&b, sv_n("aZ09-._~ /?#%+&=\xc3\xa9\0", 19));
    assert_string_equal(b.p, "aZ09-._~%20%2F%3F%23%25%2B%26%3D%C3%A9%00");
}

static void percent_decoding_is_strict(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want; /* NULL = refused */
    } cases[] = {
        {"", ""},          {"abc", "abc"},      {"a%20b", "a b"},  {"%2f%2F", "//"},  {"a+b", "a+b"}, {"%c3%A9", "\xc3\xa9"},
        {"%", NULL},       {"%2", NULL},        {"%zz", NULL},     {"%2g", NULL},     {"%-1", NULL},  {"%00", NULL},
        {"abc%0", NULL},   {"%%20", NULL},      {"% 0", NULL},     {"%25", "%"},      {"%2541", "%41"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(buf_free) struct buf b = {0};
        bool ok = url_get(sv_of(cases[i].text), &b);
        assert_int_equal(ok, cases[i].want != NULL);
        if (ok)
            assert_true(sv_is(buf_view(&b), cases[i].want));
    }
    AUTO(buf_free) struct buf b = {0};
    assert_false(url_get(sv_n("a\0b", 3), &b));
}

static void collect(void *ctx, const char *p, size_t n)
{
    buf_add(ctx, p, n);
}

/* The whole in one piece, then cut in two at every place, must give the same. Returns 0 or -1. */
static int read_form(struct sv body, struct buf *ret)
{
    struct form_reader whole = {.name = "payload", .out = collect, .ctx = ret};
    int rc = form_feed(&whole, body);
    rc = form_end(&whole) != 0 ? -1 : rc;
    for (size_t cut = 0; cut <= body.n; cut++) {
        AUTO(buf_free) struct buf b = {0};
        struct form_reader f = {.name = "payload", .out = collect, .ctx = &b};
        int first = form_feed(&f, sv_cut(body, cut));
        int second = form_feed(&f, sv_from(body, cut));
        assert_true(second <= first);
        assert_int_equal(form_end(&f), rc);
        assert_true(rc != 0 || sv_eq(buf_view(&b), buf_view(ret)));
    }
    return rc;
}

static void a_form_gives_the_bytes_of_its_one_field(void **state)
{
    (void)state;
    static const struct {
        const char *body, *want; /* NULL = refused */
    } cases[] = {
        {"payload=abc", "abc"},
        {"payload=", ""},
        {"payload", ""},
        {"payload&a=1", ""},
        {"a=1&payload=x&b=2", "x"},
        {"pay%6Coad=x", "x"},
        {"payload=%7B%22zen%22%3A%22caf%C3%A9+%E2%98%95%22%2C%22a%22%3A1%7D", "{\"zen\":\"caf\xc3\xa9 \xe2\x98\x95\",\"a\":1}"},
        {"payload=a%2Bb+c", "a+b c"},
        {"payload=a=b==", "a=b=="},
        {"payload=a%26b%3Dc", "a&b=c"},
        {"&&payload=x&&", "x"},
        {"payloads=1&payload=2&payloa=3&Payload=4", "2"},
        {"xpayload=1&payload=2", "2"},
        {"a=payload&payload=2", "2"},
        {"a=%41+b&payload=2", "2"},
        {"payload=\xff", "\xff"},
        {"", NULL},
        {"a=1", NULL},
        {"payloads=1", NULL},
        {"payloa=1", NULL},
        {"=payload", NULL},
        {"payload=1&payload=2", NULL},
        {"payload&payload", NULL},
        {"payload=1&pay%6coad=1", NULL},
        {"payload=%", NULL},
        {"payload=%2", NULL},
        {"payload=%zz", NULL},
        {"payload=%2&", NULL},
        {"payload=%2%30", NULL},
        {"payload=%%41", NULL},
        {"payload=a%00", NULL},
        {"payload=x&a=%00", NULL},
        {"payload=x&a=%", NULL},
        {"%=1&payload=x", NULL},
        {"payload%00=x&payload=1", NULL},
        {"payload=% 1", NULL},
        {"payload=%+1", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(buf_free) struct buf b = {0};
        int rc = read_form(sv_of(cases[i].body), &b);
        if (rc != (cases[i].want ? 0 : -1))
            fail_msg("%s", cases[i].body);
        if (rc == 0)
            assert_true(sv_is(buf_view(&b), cases[i].want));
    }
}

static void a_raw_nul_in_a_form_is_refused(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    assert_int_equal(read_form(sv_n("payload=a\0b", 11), &b), -1);
    assert_int_equal(read_form(sv_n("payload\0=a", 10), &b), -1);
}

static void a_long_form_value_arrives_whole(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf body = {0};
    AUTO(buf_free) struct buf got = {0};
    buf_str(&body, "payload=");
    for (int i = 0; i < 1000000; i++)
        buf_str(&body, "%7Bab+");
    struct form_reader f = {.name = "payload", .out = collect, .ctx = &got};
    assert_int_equal(form_feed(&f, buf_view(&body)), 0);
    assert_int_equal(form_end(&f), 0);
    assert_int_equal(got.n, 4000000);
    for (size_t i = 0; i < got.n; i += 4)
        assert_memory_equal(got.p + i, "{ab ", 4);
}

static void a_broken_form_stays_broken(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf got = {0};
    struct form_reader f = {.name = "payload", .out = collect, .ctx = &got};
    assert_int_equal(form_feed(&f, SV("a=%zz")), -1);
    assert_int_equal(form_feed(&f, SV("&payload=x")), -1);
    assert_int_equal(form_end(&f), -1);
    assert_int_equal(got.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hex_is_written_in_lower_case_and_read_in_either),
        cmocka_unit_test(hex_of_another_length_or_with_another_byte_is_refused),
        cmocka_unit_test(base64_has_the_forms_of_rfc_4648),
        cmocka_unit_test(base64_that_is_not_the_one_form_is_refused),
        cmocka_unit_test(base64_of_every_byte_comes_back),
        cmocka_unit_test(a_url_segment_keeps_unreserved_bytes_only),
        cmocka_unit_test(percent_decoding_is_strict),
        cmocka_unit_test(a_form_gives_the_bytes_of_its_one_field),
        cmocka_unit_test(a_raw_nul_in_a_form_is_refused),
        cmocka_unit_test(a_long_form_value_arrives_whole),
        cmocka_unit_test(a_broken_form_stays_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
