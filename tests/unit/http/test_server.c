/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <sys/stat.h>
#include "unit/http/dial.h"

static struct rig rig = {.conf = {.per_address = 1000}};

static void a_connection_is_kept_for_many_requests(void **state)
{
    (void)state;
    struct dial d = dial_tcp(rig.http);
    for (int i = 0; i < 5; i++) {
        struct reply r = dial_ask(&d, POST("/echo", "5", "hello"));
        assert_int_equal(r.status, 200);
        assert_string_equal(r.body, "hello");
        assert_false(r.close);
        assert_non_null(strstr(r.head, "\r\nDate: "));
        r = dial_ask(&d, GET("/now"));
        assert_string_equal(r.body, "now");
        assert_non_null(strstr(r.head, "\r\nX-Now: 1\r\n"));
    }
    dial_end(&d);
}

static void pipelined_requests_are_answered_in_their_order_also_when_one_takes_long(void **state)
{
    (void)state;
    struct dial d = dial_tcp(rig.http);
    int before = rig.heads;
    assert_true(dial_send(&d, SV(GET("/later") POST("/echo", "1", "a") GET("/now"))));
    assert_true(dial_send(&d, SV(GET("/later") POST("/echo", "1", "b"))));
    static const char *const bodies[] = {"later", "a", "now", "later", "b"};
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct reply r = dial_reply(&d);
        assert_int_equal(r.status, 200);
        assert_string_equal(r.body, bodies[i]);
        /* The next request is not even looked at before. */
        if (i == 0)
            assert_true(rig.heads <= before + 4);
    }
    dial_end(&d);
}

static void a_request_may_come_byte_by_byte(void **state)
{
    (void)state;
    static const char text[] = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n" GET("/now");
    struct dial d = dial_tcp(rig.http);
    for (size_t i = 0; i < sizeof text - 1; i++) {
        assert_true(dial_send(&d, sv_n(text + i, 1)));
        if (i % 16 == 0)
            clk_sleep_ms(1);
    }
    assert_string_equal(dial_reply(&d).body, "abcde");
    assert_string_equal(dial_reply(&d).body, "now");
    dial_end(&d);
}

static void expect_100_continue_is_told_to_go_on_or_refused_at_once(void **state)
{
    (void)state;
    struct dial d = dial_tcp(rig.http);
    struct reply r = dial_ask(&d, "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    assert_int_equal(r.status, 100);
    r = dial_ask(&d, "hi");
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "hi");
    r = dial_ask(&d, "POST /denied HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    assert_int_equal(r.status, 401);
    assert_true(r.close);
    assert_true(dial_closed(&d));
    dial_end(&d);
    d = dial_tcp(rig.http);
    r = dial_ask(&d, "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 200000\r\n\r\n");
    assert_int_equal(r.status, 413);
    dial_end(&d);
}

static void a_body_over_the_limit_gets_413_before_it_is_read(void **state)
{
    (void)state;
    struct dial d = dial_tcp(rig.http);
    int gone = rig.gone;
    struct reply r = dial_ask(&d, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n");
    assert_int_equal(r.status, 413);
    assert_true(r.close);
    assert_true(dial_closed(&d));
    assert_int_equal(rig.gone, gone + 1);
    dial_end(&d);
}

static void a_client_that_sends_all_before_it_reads_still_sees_the_refusal(void **state)
{
    (void)state;
    enum { LENGTH = 4000000 };
    struct dial d = dial_tcp(rig.http);
    AUTO(mem_freep) char *body = mem_new(LENGTH);
    assert_true(dial_send(&d, SV("POST /denied HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n")));
    assert_true(dial_send(&d, sv_n(body, LENGTH)));
    assert_int_equal(dial_reply(&d).status, 401);
    assert_true(dial_closed(&d));
    dial_end(&d);
}

static void an_answer_in_the_middle_of_a_body_ends_the_connection(void **state)
{
    (void)state;
    for (int tls = 0; tls < 2; tls++) {
        struct dial d = tls ? dial_tls(rig.https, 0) : dial_tcp(rig.http);
        int heads = rig.heads, gone = rig.gone;
        assert_true(dial_send(&d, SV(POST("/half", "6", "ab"))));
        clk_sleep_ms(20);
        assert_true(dial_send(&d, SV("cd")));
        struct reply r = dial_reply(&d);
        assert_int_equal(r.status, 422);
        assert_true(r.close);
        (void)dial_send(&d, SV("ef" GET("/now")));
        assert_true(dial_closed(&d));
        assert_int_equal(rig.heads, heads + 1);
        assert_int_equal(rig.gone, gone);
        dial_end(&d);
    }
}

static void an_early_answer_keeps_the_connection_when_the_body_is_already_here(void **state)
{
    (void)state;
    struct dial d = dial_tcp(rig.http);
    assert_true(dial_send(&d, SV(POST("/denied", "4", "GET ") GET("/now"))));
    struct reply r = dial_reply(&d);
    assert_int_equal(r.status, 401);
    assert_false(r.close);
    assert_string_equal(dial_reply(&d).body, "now");
    dial_end(&d);
}

static void head_gets_no_body_and_http_1_0_is_closed(void **state)
{
    (void)state;
    struct dial d = dial_tcp(rig.http);
    assert_true(dial_send(&d, SV("HEAD /now HTTP/1.1\r\nHost: x\r\n\r\n" GET("/now"))));
    char head[512] = {0};
    while (d.got.n < 30 || sv_find(buf_view(&d.got), SV("\r\n\r\nnow")) < 0)
        assert_true(dial_more(&d) > 0);
    snprintf(head, sizeof head, "%s", d.got.p);
    assert_non_null(strstr(head, "Content-Length: 3\r\n\r\nHTTP/1.1 200 OK\r\n"));
    dial_end(&d);
    d = dial_tcp(rig.http);
    struct reply r = dial_ask(&d, "GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_string_equal(r.body, "now");
    assert_true(r.close);
    assert_true(dial_closed(&d));
    dial_end(&d);
}

static void what_is_malformed_is_refused_once_and_nothing_behind_it_is_read(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "GET /now HTTP/1.1\r\n\r\n",
        "GET /now HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n",
        "GET /now HTTP/1.1\nHost: x\n\n",
        "GET /now HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n",
        "GET /now HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
        "GET /now HTTP/1.2\r\nHost: x\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n0\n\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct dial d = dial_tcp(rig.http);
        int refused = rig.refused, gone = rig.gone, heads = rig.heads;
        assert_true(dial_send(&d, sv_of(bad[i])));
        (void)dial_send(&d, SV(GET("/canary")));
        struct reply r = dial_reply(&d);
        assert_true(r.status == 400 || r.status == 501 || r.status == 505);
        assert_true(r.close);
        assert_true(dial_closed(&d));
        assert_int_equal(rig.refused, refused + 1);
        assert_true(rig.heads - heads == rig.gone - gone);
        dial_end(&d);
    }
}

static void a_client_that_leaves_in_the_body_is_gone_and_one_that_waits_half_closed_is_answered(void **state)
{
    (void)state;
    struct dial d = dial_tcp(rig.http);
    int gone = rig.gone, heads = rig.heads;
    assert_true(dial_send(&d, SV(POST("/echo", "10", "abc"))));
    while (rig.heads == heads)
        clk_sleep_ms(1);
    dial_end(&d);
    for (int i = 0; i < 1000 && rig.gone == gone; i++)
        clk_sleep_ms(1);
    assert_int_equal(rig.gone, gone + 1);
    d = dial_tcp(rig.http);
    assert_true(dial_send(&d, SV(GET("/later") GET("/now"))));
    shutdown(d.fd, SHUT_WR);
    assert_string_equal(dial_reply(&d).body, "later");
    assert_string_equal(dial_reply(&d).body, "now");
    assert_true(dial_closed(&d));
    dial_end(&d);
}

static void a_large_answer_arrives_whole_and_the_connection_goes_on(void **state)
{
    (void)state;
    struct dial d = dial_tcp(rig.http);
    struct reply r = dial_ask(&d, GET("/big"));
    assert_int_equal(r.body_n, 8 << 20);
    assert_string_equal(dial_ask(&d, GET("/now")).body, "now");
    dial_end(&d);
}

static void the_unix_socket_tells_who_calls_and_is_for_its_owner_only(void **state)
{
    (void)state;
    char want[32];
    struct stat st;
    snprintf(want, sizeof want, "unix:%u", getuid());
    struct dial d = dial_unix(rig.sock);
    assert_string_equal(dial_ask(&d, GET("/peer")).body, want);
    dial_end(&d);
    assert_int_equal(stat(rig.sock, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    d = dial_tcp(rig.http);
    assert_string_equal(dial_ask(&d, GET("/peer")).body, "127.0.0.1");
    dial_end(&d);
}

static void a_dropped_request_ends_its_connection_without_an_answer_and_without_a_farewell_to_the_handler(void **state)
{
    (void)state;
    static const char *const requests[] = {GET("/drop"), POST("/drop", "3", "abc"), GET("/drop-at-head"),
                                           POST("/drop-at-head", "3", "abc"), GET("/drop") GET("/canary")};
    for (size_t i = 0; i < 2 * ARRAY_LEN(requests); i++) {
        struct dial d = i % 2 ? dial_tls(rig.https, 0) : dial_tcp(rig.http);
        int gone = rig.gone, canaries = rig.canaries;
        assert_true(dial_send(&d, sv_of(requests[i / 2])));
        assert_true(dial_closed(&d));
        assert_int_equal(d.got.n, 0);
        assert_int_equal(rig.gone, gone);
        assert_int_equal(rig.canaries, canaries);
        dial_end(&d);
    }
}

enum { MANY = 8000 };

static void *send_many(void *ctx)
{
    AUTO(buf_free) struct buf many = {0};
    for (int i = 0; i < MANY; i++)
        buf_str(&many, GET("/now"));
    return dial_send(ctx, buf_view(&many)) ? ctx : NULL;
}

static void many_requests_sent_while_one_waits_are_held_back_and_then_all_answered(void **state)
{
    (void)state;
    struct dial d = dial_tcp(rig.http);
    pthread_t t;
    void *sent;
    assert_true(dial_send(&d, SV(GET("/later"))));
    assert_int_equal(pthread_create(&t, NULL, send_many, &d), 0);
    assert_string_equal(dial_reply(&d).body, "later");
    for (int i = 0; i < MANY; i++)
        assert_string_equal(dial_reply(&d).body, "now");
    pthread_join(t, &sent);
    assert_ptr_equal(sent, &d);
    dial_end(&d);
}

static void the_same_holds_for_tls(void **state)
{
    (void)state;
    struct dial d = dial_tls(rig.https, 0);
    /* One thread: what is sent fits the buffers of the kernel, but not what the server is willing to hold. */
    enum { SOME = 2500 };
    AUTO(buf_free) struct buf some = {0};
    for (int i = 0; i < SOME; i++)
        buf_str(&some, GET("/now"));
    assert_true(dial_send(&d, SV(GET("/later"))));
    assert_true(dial_send(&d, buf_view(&some)));
    assert_string_equal(dial_reply(&d).body, "later");
    for (int i = 0; i < SOME; i++)
        assert_string_equal(dial_reply(&d).body, "now");
    dial_end(&d);
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
        cmocka_unit_test(a_connection_is_kept_for_many_requests),
        cmocka_unit_test(pipelined_requests_are_answered_in_their_order_also_when_one_takes_long),
        cmocka_unit_test(a_request_may_come_byte_by_byte),
        cmocka_unit_test(expect_100_continue_is_told_to_go_on_or_refused_at_once),
        cmocka_unit_test(a_body_over_the_limit_gets_413_before_it_is_read),
        cmocka_unit_test(a_client_that_sends_all_before_it_reads_still_sees_the_refusal),
        cmocka_unit_test(an_answer_in_the_middle_of_a_body_ends_the_connection),
        cmocka_unit_test(an_early_answer_keeps_the_connection_when_the_body_is_already_here),
        cmocka_unit_test(head_gets_no_body_and_http_1_0_is_closed),
        cmocka_unit_test(what_is_malformed_is_refused_once_and_nothing_behind_it_is_read),
        cmocka_unit_test(a_client_that_leaves_in_the_body_is_gone_and_one_that_waits_half_closed_is_answered),
        cmocka_unit_test(a_large_answer_arrives_whole_and_the_connection_goes_on),
        cmocka_unit_test(the_unix_socket_tells_who_calls_and_is_for_its_owner_only),
        cmocka_unit_test(many_requests_sent_while_one_waits_are_held_back_and_then_all_answered),
        cmocka_unit_test(a_dropped_request_ends_its_connection_without_an_answer_and_without_a_farewell_to_the_handler),
        cmocka_unit_test(the_same_holds_for_tls),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
