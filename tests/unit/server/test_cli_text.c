/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "server/cli/cert.h"
#include "server/cli/cli.h"
#include <openssl/pem.h>
#include <openssl/x509v3.h>

struct text_case {
    struct sv in;
    const char *out;
};

static void check_all(void (*escape)(struct sv in, struct buf *out), const struct text_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        AUTO(buf_free) struct buf b = {0};
        buf_str(&b, "");
        escape(cases[i].in, &b);
        assert_string_equal(b.p ? b.p : "", cases[i].out);
    }
}

static void text_of_strangers_cannot_move_the_cursor(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {{"plain", 5}, "plain"},
        {{"caf\xc3\xa9 \xe2\x98\x95 \xf0\x9f\x99\x82", 14}, "caf\xc3\xa9 \xe2\x98\x95 \xf0\x9f\x99\x82"},
        {{"\033[2J", 4}, "\\x1b[2J"},
        {{"a\nb\tc\r", 6}, "a\\x0ab\\x09c\\x0d"},
        {{"a\0b", 3}, "a\\x00b"},
        {{"\x7f", 1}, "\\x7f"},
        {{"\xc2\x9b" "31m", 5}, "\\u{9b}31m"},               /* CSI of the second set */
        {{"\xe2\x80\xae" "evil", 7}, "\\u{202e}evil"},       /* right-to-left override */
        {{"\xe2\x81\xa6", 3}, "\\u{2066}"},
        {{"\xef\xbb\xbf", 3}, "\\u{feff}"},
        {{"\x9b\xff\xc3", 3}, "\\x9b\\xff\\xc3"},            /* no UTF-8 */
        {{"\xc0\xaf", 2}, "\\xc0\\xaf"},                     /* overlong */
        {{"\xe2\x98", 2}, "\\xe2\\x98"},                     /* cut off */
        {{"", 0}, ""},
    };
    check_all(cli_text, cases, ARRAY_LEN(cases));
}

static void output_of_steps_keeps_lines_and_colours_alone(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {{"one\ntwo\r\nthree\n", 15}, "one\ntwo\nthree\n"},
        {{"\033[1;31mred\033[0m\t.", 16}, "\033[1;31mred\033[0m\t."},
        {{"\033]0;title\007", 10}, "\\x1b]0;title\\x07"},
        {{"\033[2Jx\033[31", 9}, "\\x1b[2Jx\\x1b[31"},
        {{"\033[999999999999999999999999999m", 30}, "\\x1b[999999999999999999999999999m"},
        {{"10%\r20%", 7}, "10%\\x0d20%"},
    };
    check_all(cli_log_text, cases, ARRAY_LEN(cases));
}

static X509 *certificate_of(const struct buf *pem)
{
    BIO *b = BIO_new_mem_buf(pem->p, (int)pem->n);
    X509 *x = PEM_read_bio_X509(b, NULL, NULL, NULL);
    BIO_free(b);
    assert_non_null(x);
    return x;
}

static void a_certificate_names_this_machine_and_holds_825_days(void **state)
{
    (void)state;
    static const msec_t now = 1790000000000;
    AUTO(buf_free) struct buf cert = {0}, key = {0};
    struct err e = {0};
    assert_int_equal(cert_make("build-7.example", now, 825, &cert, &key, &e), 0);
    X509 *x = certificate_of(&cert);
    BIO *b = BIO_new_mem_buf(key.p, (int)key.n);
    EVP_PKEY *k = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);
    int days = 0, seconds = 0;
    assert_int_equal(ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(x), X509_get0_notAfter(x)), 1);
    assert_int_equal(days, 825);
    assert_int_equal(seconds, 0);
    assert_int_equal(X509_cmp_time(X509_get0_notBefore(x), &(time_t){now / 1000}), -1);
    assert_int_equal(X509_check_host(x, "localhost", 0, 0, NULL), 1);
    assert_int_equal(X509_check_host(x, "build-7.example", 0, 0, NULL), 1);
    assert_int_equal(X509_check_host(x, "other.example", 0, 0, NULL), 0);
    assert_int_equal(X509_check_ip_asc(x, "127.0.0.1", 0), 1);
    assert_int_equal(X509_check_ip_asc(x, "::1", 0), 1);
    assert_int_equal(X509_check_private_key(x, k), 1);
    assert_int_equal(X509_verify(x, k), 1);
    EVP_PKEY_free(k);
    BIO_free(b);
    X509_free(x);
}

static void a_host_name_cannot_add_names_to_a_certificate(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf cert = {0}, key = {0};
    struct err e = {0};
    assert_int_equal(cert_make("x,DNS:bank.example", 1790000000000, 1, &cert, &key, &e), 0);
    X509 *x = certificate_of(&cert);
    assert_int_equal(X509_check_host(x, "bank.example", 0, 0, NULL), 0);
    assert_int_equal(X509_check_host(x, "localhost", 0, 0, NULL), 1);
    X509_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_of_strangers_cannot_move_the_cursor),
        cmocka_unit_test(output_of_steps_keeps_lines_and_colours_alone),
        cmocka_unit_test(a_certificate_names_this_machine_and_holds_825_days),
        cmocka_unit_test(a_host_name_cannot_add_names_to_a_certificate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
