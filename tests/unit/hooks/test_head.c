/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "hooks/head.h"

static void the_head_is_an_upgrade_with_the_token_of_the_caller(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    struct err e = {0};
    assert_int_equal(hook_head_write(SV("fettle"), SV_NONE, SV_NONE, &out, &e), 0);
    assert_string_equal(out.p, "GET /hook HTTP/1.1\r\nHost: fettle\r\nConnection: Upgrade\r\n"
                               "Upgrade: fettle-hook/1\r\n\r\n");
    buf_clear(&out);
    assert_int_equal(hook_head_write(SV("ci.example:8443"), SV("ab+/=-._~9"), SV_NONE, &out, &e), 0);
    assert_non_null(strstr(out.p, "\r\nAuthorization: Bearer ab+/=-._~9\r\n\r\n"));
}

static void nothing_else_gets_into_the_head(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    struct err e = {0};
    assert_int_equal(hook_head_write(SV("fettle"), SV("a\r\nX: y"), SV_NONE, &out, &e), -1);
    assert_string_equal(e.msg, "the token is not of its form");
    assert_int_equal(hook_head_write(SV("fettle"), SV(""), SV_NONE, &out, &e), -1);
    assert_int_equal(hook_head_write(SV("a b"), SV_NONE, SV_NONE, &out, &e), -1);
    assert_int_equal(hook_head_write(SV(""), SV_NONE, SV_NONE, &out, &e), -1);
    assert_int_equal(out.n, 0);
}

#define ANSWER "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade:  Fettle-Hook/1 \r\n\r\n"

static void the_answer_is_read_when_all_of_it_is_there(void **state)
{
    (void)state;
    struct sv whole = SV(ANSWER "FHK1");
    size_t used = 0, head = whole.n - 4;
    struct err e = {0};
    for (size_t n = 0; n < head; n++)
        assert_int_equal(hook_answer_read(sv_cut(whole, n), &used, &e), 0);
    assert_int_equal(hook_answer_read(whole, &used, &e), 1);
    assert_int_equal(used, head);
}

static void every_other_answer_says_why_it_is_none(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        enum err_class cls;
        int code;
        const char *part;
    } rows[] = {
        {"HTTP/1.1 401 ", ERR_DENIED, 401, "token"},
        {"HTTP/1.1 403 Forbidden\r\n", ERR_DENIED, 403, "may not"},
        {"HTTP/1.1 404 Not Found\r\n\r\n", ERR_MISSING, 404, "404"},
        {"HTTP/1.1 503 x", ERR_TRANSIENT, 503, "busy or stopping"},
        {"HTTP/1.1 502\r", ERR_TRANSIENT, 502, "502"},
        {"HTTP/1.1 200 OK\r\n", ERR_INVALID, 200, "where 101 belongs"},
        {"HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n", ERR_INVALID, 0, "does not speak"},
        {"HTTP/1.1 101 x\r\n\r\n", ERR_INVALID, 0, "does not speak"},
        {"HTTP/1.1 1a", ERR_INVALID, 0, "does not speak"},
        {"HTTP/1.1 1011", ERR_INVALID, 0, "does not speak"},
        {"HTTP/1.0 101 x\r\n", ERR_INVALID, 0, "does not speak"},
        {"S", ERR_INVALID, 0, "does not speak"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        size_t used = 0;
        struct err e = {0};
        if (hook_answer_read(sv_of(rows[i].bytes), &used, &e) != -1 || e.cls != rows[i].cls || e.code != rows[i].code ||
            !strstr(e.msg, rows[i].part))
            fail_msg("%s: %s", rows[i].bytes, e.msg);
    }
}

static void a_head_without_end_is_given_up(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf bytes = {0};
    size_t used = 0;
    struct err e = {0};
    buf_str(&bytes, "HTTP/1.1 101 x\r\n");
    while (bytes.n < HOOK_ANSWER_MOST - 1)
        buf_chr(&bytes, 'x');
    assert_int_equal(hook_answer_read(buf_view(&bytes), &used, &e), 0);
    buf_chr(&bytes, 'x');
    assert_int_equal(hook_answer_read(buf_view(&bytes), &used, &e), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_head_is_an_upgrade_with_the_token_of_the_caller),
        cmocka_unit_test(nothing_else_gets_into_the_head),
        cmocka_unit_test(the_answer_is_read_when_all_of_it_is_there),
        cmocka_unit_test(every_other_answer_says_why_it_is_none),
        cmocka_unit_test(a_head_without_end_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
