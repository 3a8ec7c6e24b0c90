/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that were taken over. The protocol of the test echoes what comes, and knows some words. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "unit/http/dial.h"

#define UPGRADE "GET /up HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: other/2, echo/1\r\n\r\n"
enum { FLOOD = 24 << 20, BLOCK = 60000, BULK = 8 << 20 };

struct echo {
    struct rig *rig;
    struct http_stream *s;
    struct timer *later;
    size_t flood; /* still to be sent */
    bool mute;
};

static struct rig rig = {.conf = {.per_address = 1000, .stream_ms = 600}};
static _Atomic int opened, gone, drains, refusals, rooms;
static _Atomic size_t received;

static void echo_free(struct echo *e)
{
    timer_free(&e->later);
    mem_free(e);
    opened--;
}

static void flood(struct echo *e)
{
    static char block[BLOCK];
    memset(block, 'f', sizeof block);
    while (e->flood) {
        size_t n = e->flood < BLOCK ? e->flood : BLOCK;
        if (!http_stream_send(e->s, sv_n(block, n))) {
            refusals++;
            return;
        }
        e->flood -= n;
    }
    http_stream_close(e->s);
    echo_free(e);
}

static void resume(void *ctx)
{
    struct echo *e = ctx;
    e->mute = true;
    http_stream_resume(e->s);
}

/* One word a piece is enough for the tests. */
static void on_bytes(void *ctx, struct http_stream *s, const char *p, size_t n)
{
    struct echo *e = ctx;
    received += n;
    if (sv_is(sv_n(p, n), "QUIT")) {
        http_stream_send(s, SV("last words"));
        http_stream_close(s);
        echo_free(e);
    } else if (sv_is(sv_n(p, n), "DROP")) {
        http_stream_drop(s);
        echo_free(e);
    } else if (sv_is(sv_n(p, n), "FLOOD")) {
        e->flood = FLOOD;
        flood(e);
    } else if (sv_is(sv_n(p, n), "PAUSE")) {
        http_stream_pause(s);
        timer_start(e->later, 300);
    } else if (!e->mute) {
        http_stream_send(s, sv_n(p, n));
    }
}

static void on_room(void *ctx, struct http_stream *s)
{
    (void)s;
    rooms++;
    flood(ctx);
}

static void on_drain(void *ctx, struct http_stream *s)
{
    (void)ctx;
    drains++;
    http_stream_send(s, SV("drain"));
}

static void on_gone(void *ctx)
{
    gone++;
    echo_free(ctx);
}

static void upgrade(struct rig *r, struct http_req *q)
{
    static const struct http_stream_handler h = {on_bytes, on_room, on_drain, on_gone};
    struct echo *e = mem_new(sizeof *e);
    *e = (struct echo){.rig = r, .later = timer_new(r->loop, resume, e)};
    opened++;
    e->s = http_req_upgrade(q, "echo/1", &h, e);
}

static struct dial dial_kind(int kind)
{
    return kind == 0 ? dial_tcp(rig.http) : kind == 1 ? dial_tls(rig.https, 0) : dial_unix(rig.sock);
}

static struct dial dial_up(int kind)
{
    struct dial d = dial_kind(kind);
    struct reply r = dial_ask(&d, UPGRADE);
    assert_int_equal(r.status, 101);
    assert_non_null(strstr(r.head, "\r\nConnection: Upgrade\r\nUpgrade: echo/1\r\n\r\n"));
    return d;
}

/* So many bytes, which are taken off. */
static bool dial_wait(struct dial *d, size_t n)
{
    while (d->got.n < n)
        if (dial_more(d) <= 0)
            return false;
    dial_drop(d, n);
    return true;
}

static bool dial_says(struct dial *d, const char *text)
{
    while (d->got.n < strlen(text))
        if (dial_more(d) <= 0)
            return false;
    bool same = sv_starts(buf_view(&d->got), sv_of(text));
    dial_drop(d, strlen(text));
    return same;
}

static bool within(_Atomic int *what, int want)
{
    for (int i = 0; i < 400 && *what != want; i++)
        clk_sleep_ms(5);
    return *what == want;
}

static void bytes_go_both_ways_also_those_right_behind_the_head(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        int before = gone;
        struct dial d = dial_kind(kind);
        assert_true(dial_send(&d, SV(UPGRADE "early")));
        assert_int_equal(dial_reply(&d).status, 101);
        assert_true(dial_says(&d, "early"));
        assert_true(dial_send(&d, SV("GET / HTTP/1.1\r\n\r\n")));
        assert_true(dial_says(&d, "GET / HTTP/1.1\r\n\r\n"));
        dial_end(&d);
        assert_true(within(&gone, before + 1));
        assert_true(within(&opened, 0));
    }
}

static void an_upgrade_may_follow_other_requests_on_the_connection(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct dial d = dial_kind(kind);
        assert_true(dial_send(&d, SV(GET("/later") GET("/now") UPGRADE "x")));
        assert_string_equal(dial_reply(&d).body, "later");
        assert_string_equal(dial_reply(&d).body, "now");
        assert_int_equal(dial_reply(&d).status, 101);
        assert_true(dial_says(&d, "x"));
        dial_end(&d);
    }
}

static void only_a_request_that_asks_for_it_is_taken_over(void **state)
{
    (void)state;
    static const char *const others[] = {
        "GET /now HTTP/1.1\r\nHost: x\r\nUpgrade: echo/1\r\n\r\n",
        "GET /now HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\n\r\n",
        "GET /now HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo/2\r\n\r\n",
        "GET /now HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: ECHO/1\r\n\r\n",
        "GET /now HTTP/1.0\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo/1\r\n\r\n",
        "POST /now HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo/1\r\nContent-Length: 1\r\n\r\nx",
    };
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        struct dial d = dial_tcp(rig.http);
        assert_int_equal(dial_ask(&d, others[i]).status, 200);
        dial_end(&d);
    }
}

static void more_than_256_kib_is_not_taken_until_the_client_reads(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        int refused = refusals, roomy = rooms, before = gone;
        struct dial d = dial_up(kind);
        assert_true(dial_send(&d, SV("FLOOD")));
        for (int i = 0; i < 500 && refusals <= refused; i++)
            clk_sleep_ms(10);
        assert_true(refusals > refused);
        assert_true(dial_wait(&d, FLOOD));
        assert_true(rooms > roomy);
        assert_true(dial_closed(&d));
        assert_int_equal(gone, before);
        dial_end(&d);
    }
}

struct sender {
    struct dial *d;
    size_t n;
    _Atomic bool done;
};

static void *send_bulk(void *ctx)
{
    struct sender *s = ctx;
    AUTO(mem_freep) char *p = mem_new(s->n);
    memset(p, 'b', s->n);
    for (size_t at = 0; at < s->n && dial_send(s->d, sv_n(p + at, 65536)); at += 65536)
        ;
    s->done = true;
    return NULL;
}

static void a_pause_holds_the_sender_up_and_loses_nothing(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct dial d = dial_up(kind);
        struct sender s = {.d = &d, .n = BULK};
        pthread_t thread;
        size_t before = received;
        assert_true(dial_send(&d, SV("PAUSE")));
        clk_sleep_ms(30);
        pthread_create(&thread, NULL, send_bulk, &s);
        clk_sleep_ms(100);
        assert_true(received - before < 5 + 2 * 65536);
        for (int i = 0; i < 1000 && received - before < 5 + BULK; i++)
            clk_sleep_ms(5);
        pthread_join(thread, NULL);
        assert_int_equal(received - before, 5 + BULK);
        dial_end(&d);
        assert_true(within(&opened, 0));
    }
}

static void last_words_reach_a_client_that_still_sends(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        int before = gone;
        struct dial d = dial_up(kind);
        assert_true(dial_send(&d, SV("QUIT")));
        clk_sleep_ms(20);
        if (kind != 1) /* after the close_notify a TLS client of ours sends no more */
            assert_true(dial_send(&d, SV("this is thrown away")));
        assert_true(dial_says(&d, "last words"));
        assert_true(dial_closed(&d));
        assert_int_equal(gone, before);
        dial_end(&d);
    }
}

static void a_dropped_stream_ends_at_once(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct dial d = dial_up(kind);
        assert_true(dial_send(&d, SV("DROP")));
        assert_true(dial_more(&d) <= 0);
        dial_end(&d);
        assert_true(within(&opened, 0));
    }
}

static void who_is_silent_for_too_long_is_cut_off_and_who_is_not_stays(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        int before = gone;
        struct dial d = dial_up(kind);
        for (int i = 0; i < 8; i++) {
            clk_sleep_ms(100);
            assert_true(dial_send(&d, SV("x")));
        }
        assert_true(dial_says(&d, "xxxxxxxx"));
        assert_int_equal(gone, before);
        assert_true(dial_more(&d) <= 0);
        assert_true(within(&gone, before + 1));
        assert_string_equal(rig.reason, "stream-deadline");
        dial_end(&d);
    }
}

static void a_client_that_resets_while_it_is_sent_to_is_gone_once(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        int before = gone;
        struct dial d = dial_up(kind);
        struct linger now = {1, 0};
        assert_true(dial_send(&d, SV("FLOOD")));
        clk_sleep_ms(20);
        setsockopt(d.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        dial_end(&d);
        assert_true(within(&opened, 0));
        assert_true(gone <= before + 1);
    }
}

static void on_drained(void *ctx)
{
    ((struct rig *)ctx)->drained++;
}

static void drain(struct rig *r)
{
    http_server_drain(r->server, 300, on_drained, r);
}

static void a_drain_tells_streams_and_cuts_them_off_at_its_end(void **state)
{
    (void)state;
    struct dial d = dial_up(0), polite = dial_up(2);
    int before = gone;
    rig_do(&rig, drain);
    assert_int_equal(drains, 2);
    assert_true(dial_says(&d, "drain"));
    assert_true(dial_says(&polite, "drain"));
    assert_true(dial_send(&polite, SV("QUIT")));
    assert_true(dial_says(&polite, "last words"));
    assert_true(dial_more(&d) <= 0);
    assert_true(within(&gone, before + 1));
    dial_end(&d);
    dial_end(&polite);
    assert_true(within(&rig.drained, 1));
    assert_int_equal(opened, 0);
}

static int start(void **state)
{
    (void)state;
    rig.upgrade = upgrade;
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
        cmocka_unit_test(bytes_go_both_ways_also_those_right_behind_the_head),
        cmocka_unit_test(an_upgrade_may_follow_other_requests_on_the_connection),
        cmocka_unit_test(only_a_request_that_asks_for_it_is_taken_over),
        cmocka_unit_test(more_than_256_kib_is_not_taken_until_the_client_reads),
        cmocka_unit_test(a_pause_holds_the_sender_up_and_loses_nothing),
        cmocka_unit_test(last_words_reach_a_client_that_still_sends),
        cmocka_unit_test(a_dropped_stream_ends_at_once),
        cmocka_unit_test(who_is_silent_for_too_long_is_cut_off_and_who_is_not_stays),
        cmocka_unit_test(a_client_that_resets_while_it_is_sent_to_is_gone_once),
        cmocka_unit_test(a_drain_tells_streams_and_cuts_them_off_at_its_end),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
