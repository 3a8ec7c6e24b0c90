/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "unit/http/dial.h"

static struct rig rig = {.conf = {.per_address = 1000, .tls_ms = 400}};

static void requests_over_tls_are_answered_in_order_on_one_connection(void **state)
{
    (void)state;
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        struct dial d = dial_tls(rig.https, versions[i]);
        assert_non_null(d.ssl);
        assert_int_equal(SSL_version(d.ssl), versions[i]);
        assert_true(dial_send(&d, SV(GET("/later") POST("/echo", "1", "a"))));
        assert_true(dial_send(&d, SV(GET("/now") POST("/echo", "4", "ab"))));
        assert_string_equal(dial_reply(&d).body, "later");
        assert_string_equal(dial_reply(&d).body, "a");
        assert_string_equal(dial_reply(&d).body, "now");
        assert_true(dial_send(&d, SV("cd")));
        assert_string_equal(dial_reply(&d).body, "abcd");
        dial_end(&d);
    }
}

static void large_bodies_and_answers_pass_through_tls(void **state)
{
    (void)state;
    struct dial d = dial_tls(rig.https, 0);
    AUTO(mem_freep) char *body = mem_new(100000);
    memset(body, 'x', 100000);
    for (int i = 0; i < 3; i++) {
        assert_true(dial_send(&d, SV("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")));
        assert_true(dial_send(&d, sv_n(body, 100000)));
        struct reply r = dial_reply(&d);
        assert_int_equal(r.body_n, 100000);
        assert_int_equal(r.body[254], 'x');
    }
    assert_int_equal(dial_ask(&d, GET("/big")).body_n, 8 << 20);
    assert_string_equal(dial_ask(&d, GET("/now")).body, "now");
    dial_end(&d);
}

enum { BLOCKS = 200, BLOCK = 60000 };

static bool block_is_whole(struct dial *d)
{
    ptrdiff_t at;
    while ((at = sv_find(buf_view(&d->got), SV("\r\n\r\n"))) < 0 || d->got.n < (size_t)at + 4 + BLOCK) {
        if (dial_more(d) <= 0)
            return false;
    }
    for (int j = 0; j < BLOCK; j++) {
        if (d->got.p[at + 4 + j] != (char)('a' + j / 1000 % 26))
            return false;
    }
    dial_drop(d, (size_t)at + 4 + BLOCK);
    return true;
}

/* 12 MB: more than the kernel takes, so that the socket is full in the middle of a record. */
static void answers_to_a_late_reader_arrive_unharmed(void **state)
{
    (void)state;
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    for (size_t v = 0; v < ARRAY_LEN(versions); v++) {
        struct dial d = dial_tls(rig.https, versions[v]);
        int small = 65536;
        setsockopt(d.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        for (int i = 0; i < BLOCKS; i++)
            assert_true(dial_send(&d, SV(GET("/block"))));
        clk_sleep_ms(300);
        for (int i = 0; i < BLOCKS; i++)
            assert_true(block_is_whole(&d));
        assert_string_equal(dial_ask(&d, GET("/now")).body, "now");
        dial_end(&d);
    }
}

static void old_protocols_and_weak_ciphers_are_refused(void **state)
{
    (void)state;
    struct dial d = dial_tls(rig.https, TLS1_1_VERSION);
    assert_null(d.ssl);
    dial_end(&d);
    d = dial_tls(rig.https, TLS1_2_VERSION);
    const char *name = SSL_get_cipher_name(d.ssl);
    assert_true(strstr(name, "ECDHE") && (strstr(name, "GCM") || strstr(name, "CHACHA20")));
    dial_end(&d);
    d = dial_tls(rig.https, 0);
    assert_int_equal(SSL_version(d.ssl), TLS1_3_VERSION);
    assert_int_equal(SSL_get_negotiated_group(d.ssl), NID_X25519);
    assert_int_equal(SSL_renegotiate(d.ssl), 0);
    dial_end(&d);
}

static void a_refused_request_is_answered_and_closed_with_a_goodbye(void **state)
{
    (void)state;
    struct dial d = dial_tls(rig.https, 0);
    struct reply r = dial_ask(&d, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\nsome");
    assert_int_equal(r.status, 413);
    assert_true(dial_closed(&d)); /* close_notify, not a cut */
    dial_end(&d);
    d = dial_tls(rig.https, 0);
    r = dial_ask(&d, "GET /now HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_string_equal(r.body, "now");
    assert_true(dial_closed(&d));
    dial_end(&d);
}

static void a_client_that_closes_its_half_of_tls_is_still_answered(void **state)
{
    (void)state;
    struct dial d = dial_tls(rig.https, 0);
    assert_true(dial_send(&d, SV(GET("/later"))));
    SSL_shutdown(d.ssl);
    assert_string_equal(dial_reply(&d).body, "later");
    dial_end(&d);
}

static void garbage_and_silence_instead_of_a_handshake_end_in_time(void **state)
{
    (void)state;
    struct dial d = dial_tcp(rig.https);
    int refused = rig.refused;
    assert_true(dial_send(&d, SV(GET("/now"))));
    while (dial_more(&d) > 0)
        ;
    assert_int_equal(rig.refused, refused + 1);
    assert_string_equal(rig.reason, "tls-failed");
    dial_end(&d);
    d = dial_tcp(rig.https);
    msec_t before = clk_mono_ms();
    /* The head of a record, and then one byte at a time. */
    assert_true(dial_send(&d, SV("\x16\x03\x01\x02")));
    while (clk_mono_ms() - before < 3000 && dial_send(&d, SV("\x01")))
        clk_sleep_ms(50);
    msec_t took = clk_mono_ms() - before;
    assert_true(took >= 300 && took < 1500);
    assert_string_equal(rig.reason, "tls-deadline");
    dial_end(&d);
}

/* A recorded beginning of a handshake, spoilt in many ways: each ends, and the next good client is served. */
static void spoilt_handshakes_harm_nobody(void **state)
{
    (void)state;
    unsigned char hello[4096];
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    SSL_CTX *t = SSL_CTX_new(TLS_client_method());
    SSL *s = SSL_new(t);
    SSL_set_bio(s, in, out);
    assert_int_equal(SSL_connect(s), -1);
    int n = BIO_read(out, hello, sizeof hello);
    assert_true(n > 100);
    SSL_free(s);
    SSL_CTX_free(t);
    srand(11);
    for (int i = 0; i < 400; i++) {
        unsigned char bad[sizeof hello];
        memcpy(bad, hello, (size_t)n);
        for (int k = rand() % 4; k >= 0; k--)
            bad[rand() % n] = (unsigned char)rand();
        struct dial d = dial_tcp(rig.https);
        (void)dial_send(&d, sv_n((char *)bad, (size_t)(rand() % n)));
        shutdown(d.fd, SHUT_WR);
        int more;
        while ((more = dial_more(&d)) > 0)
            ;
        assert_int_not_equal(more, -2);
        dial_end(&d);
    }
    struct dial d = dial_tls(rig.https, 0);
    assert_string_equal(dial_ask(&d, GET("/now")).body, "now");
    dial_end(&d);
}

static int reload_result;
static void reload(struct rig *r)
{
    struct err e = {0};
    reload_result = http_server_reload(r->server, &e);
}

static void a_new_certificate_is_for_new_connections_and_a_bad_one_for_none(void **state)
{
    (void)state;
    char name[64];
    struct err e = {0};
    struct dial old = dial_tls(rig.https, 0);
    assert_string_equal(dial_cert_name(&old, name), "first");
    certify(rig.cert, rig.key, "second");
    rig_do(&rig, reload);
    assert_int_equal(reload_result, 0);
    assert_string_equal(dial_ask(&old, GET("/now")).body, "now");
    struct dial d = dial_tls(rig.https, 0);
    assert_string_equal(dial_cert_name(&d, name), "second");
    dial_end(&d);
    assert_int_equal(file_write(rig.cert, SV("-----BEGIN CERTIFICATE-----\nno\n"), 0600, &e), 0);
    rig_do(&rig, reload);
    assert_int_equal(reload_result, -1);
    d = dial_tls(rig.https, 0);
    assert_string_equal(dial_cert_name(&d, name), "second");
    assert_string_equal(dial_ask(&d, GET("/now")).body, "now");
    dial_end(&d);
    assert_string_equal(dial_ask(&old, GET("/now")).body, "now");
    dial_end(&old);
    certify(rig.cert, rig.key, "third");
}

static SSL_SESSION *ticket;
static int tickets;
static int keep_ticket(SSL *s, SSL_SESSION *t)
{
    (void)s;
    tickets++;
    SSL_SESSION_free(ticket);
    ticket = t;
    return 1;
}

static void one_ticket_is_given_and_taken_also_after_a_reload(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct dial d = dial_tcp(rig.https);
        SSL_CTX *t = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_session_cache_mode(t, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(t, keep_ticket);
        d.ssl = SSL_new(t);
        SSL_set_fd(d.ssl, d.fd);
        if (ticket)
            SSL_set_session(d.ssl, ticket);
        assert_int_equal(SSL_connect(d.ssl), 1);
        assert_string_equal(dial_ask(&d, GET("/now")).body, "now");
        assert_int_equal(SSL_session_reused(d.ssl), i);
        assert_int_equal(tickets, i + 1);
        SSL_shutdown(d.ssl); /* else the session counts as bad */
        dial_end(&d);
        SSL_CTX_free(t);
        rig_do(&rig, reload);
        assert_int_equal(reload_result, 0);
    }
    SSL_SESSION_free(ticket);
}

static int start(void **state)
{
    (void)state;
    rig_start(&rig);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    rig_stop(&rig);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_over_tls_are_answered_in_order_on_one_connection),
        cmocka_unit_test(large_bodies_and_answers_pass_through_tls),
        cmocka_unit_test(answers_to_a_late_reader_arrive_unharmed),
        cmocka_unit_test(old_protocols_and_weak_ciphers_are_refused),
        cmocka_unit_test(a_refused_request_is_answered_and_closed_with_a_goodbye),
        cmocka_unit_test(a_client_that_closes_its_half_of_tls_is_still_answered),
        cmocka_unit_test(garbage_and_silence_instead_of_a_handshake_end_in_time),
        cmocka_unit_test(spoilt_handshakes_harm_nobody),
        cmocka_unit_test(a_new_certificate_is_for_new_connections_and_a_bad_one_for_none),
        cmocka_unit_test(one_ticket_is_given_and_taken_also_after_a_reload),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
