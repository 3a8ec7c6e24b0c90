/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that go on. What is below /stream/ says how they do. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "unit/http/dial.h"

enum { FLOOD = 12 << 20, BLOCK = 60000, TICK_MS = 150, TICKS = 9 };

struct teller {
    struct http_stream *s;
    struct timer *tick;
    size_t flood; /* still to be sent */
    int ticks;
};

static struct rig rig = {.conf = {.per_address = 1000, .stream_ms = 800}};
static _Atomic int opened, gone, refusals, rooms, beside, whole;

static void teller_free(struct teller *t)
{
    timer_free(&t->tick);
    mem_free(t);
    opened--;
}

static void end(struct teller *t)
{
    http_stream_close(t->s);
    teller_free(t);
}

static void flood(struct teller *t)
{
    static char block[BLOCK];
    memset(block, 'f', sizeof block);
    while (t->flood) {
        size_t n = t->flood < BLOCK ? t->flood : BLOCK;
        if (!http_stream_send(t->s, sv_n(block, n))) {
            refusals++;
            return;
        }
        t->flood -= n;
    }
    end(t);
}

static void on_tick(void *ctx)
{
    struct teller *t = ctx;
    http_stream_send(t->s, SV("tick\n"));
    if (++t->ticks == TICKS)
        end(t);
    else
        timer_start(t->tick, TICK_MS);
}

static void on_room(void *ctx, struct http_stream *s)
{
    (void)s;
    rooms++;
    flood(ctx);
}

static void on_drain(void *ctx, struct http_stream *s)
{
    http_stream_send(s, SV("bye"));
    end(ctx);
}

static void on_gone(void *ctx)
{
    gone++;
    teller_free(ctx);
}

static void stream(struct rig *r, struct http_req *q)
{
    static const struct http_stream_handler h = {.on_room = on_room, .on_drain = on_drain, .on_gone = on_gone};
    struct teller *t = mem_new(sizeof *t);
    struct sv path = http_req_head(q)->path;
    bool now = sv_is(path, "/stream/now"), big = sv_is(path, "/stream/flood"), ticks = sv_is(path, "/stream/ticks");
    beside = http_req_streams(q);
    *t = (struct teller){.tick = timer_new(r->loop, on_tick, t), .flood = big ? FLOOD : 0};
    opened++;
    t->s = http_req_stream(q, "text/event-stream", "X-Now: 1\r\n", &h, t);
    if (!t->s) {
        teller_free(t);
    } else if (now) {
        http_stream_send(t->s, SV("first"));
        http_stream_send(t->s, SV(""));
        http_stream_send(t->s, SV(" and last"));
        whole = http_stream_unsent(t->s) == 0;
        end(t);
    } else if (big) {
        flood(t);
    } else if (ticks) {
        on_tick(t);
    } else {
        http_stream_send(t->s, SV("here"));
    }
}

static struct dial dial_kind(int kind)
{
    return kind == 0 ? dial_tcp(rig.http) : kind == 1 ? dial_tls(rig.https, 0) : dial_unix(rig.sock);
}

static struct dial ask(int kind, const char *text)
{
    struct dial d = dial_kind(kind);
    struct reply r = dial_ask(&d, text);
    assert_int_equal(r.status, 200);
    assert_null(strstr(r.head, "Content-Length"));
    assert_non_null(strstr(r.head, "\r\nContent-Type: text/event-stream\r\nX-Now: 1\r\n"));
    assert_true(r.close);
    assert_true(!!strstr(r.head, "\r\nTransfer-Encoding: chunked\r\n") == !strstr(text, "HTTP/1.0"));
    return d;
}

static bool has(struct dial *d, size_t n)
{
    while (d->got.n < n)
        if (dial_more(d) <= 0)
            return false;
    return true;
}

static bool says(struct dial *d, const char *text)
{
    bool same = has(d, strlen(text)) && sv_starts(buf_view(&d->got), sv_of(text));
    if (same)
        dial_drop(d, strlen(text));
    return same;
}

/* The size of the next chunk; -1 = it does not come. */
static int64_t chunk(struct dial *d)
{
    ptrdiff_t eol;
    while ((eol = sv_find(buf_view(&d->got), SV("\r\n"))) < 0)
        if (dial_more(d) <= 0)
            return -1;
    int64_t n = strtoll(d->got.p, NULL, 16);
    size_t size = (size_t)eol + 2 + (size_t)n + 2;
    if (!has(d, size) || memcmp(d->got.p + size - 2, "\r\n", 2) != 0)
        return -1;
    dial_drop(d, size);
    return n;
}

static bool within(_Atomic int *what, int want)
{
    for (int i = 0; i < 400 && *what != want; i++)
        clk_sleep_ms(5);
    return *what == want;
}

static void it_goes_out_in_chunks_and_says_that_it_is_whole(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        int before = gone;
        struct dial d = ask(kind, GET("/stream/now"));
        assert_true(says(&d, "5\r\nfirst\r\n9\r\n and last\r\n0\r\n\r\n"));
        assert_true(dial_closed(&d));
        assert_int_equal(whole, 1);
        assert_int_equal(gone, before);
        dial_end(&d);
    }
}

static void http_1_0_gets_it_as_it_is_until_the_connection_ends(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct dial d = ask(kind, "GET /stream/now HTTP/1.0\r\n\r\n");
        assert_true(says(&d, "first and last"));
        assert_true(dial_closed(&d));
        dial_end(&d);
    }
}

static void a_head_is_all_that_HEAD_gets(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct dial d = ask(kind, "HEAD /stream/ticks HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_true(dial_closed(&d));
        assert_true(within(&opened, 0));
        dial_end(&d);
    }
}

static void it_may_follow_other_answers_and_nothing_follows_it(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct dial d = dial_kind(kind);
        int before = rig.canaries;
        assert_true(dial_send(&d, SV(GET("/later") GET("/now") GET("/stream/now") GET("/canary"))));
        assert_string_equal(dial_reply(&d).body, "later");
        assert_string_equal(dial_reply(&d).body, "now");
        assert_int_equal(dial_reply(&d).status, 200);
        assert_true(says(&d, "5\r\nfirst\r\n9\r\n and last\r\n0\r\n\r\n"));
        assert_true(dial_closed(&d));
        assert_int_equal(rig.canaries, before);
        dial_end(&d);
    }
}

static void who_sends_more_than_64_kib_behind_the_request_is_cut_off(void **state)
{
    (void)state;
    static char more[200000];
    for (int kind = 0; kind < 3; kind++) {
        int before = gone;
        struct dial d = ask(kind, "POST /stream/quiet HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
        assert_true(says(&d, "4\r\nhere\r\n"));
        assert_true(dial_send(&d, sv_n(more, 1000)));
        clk_sleep_ms(20);
        assert_int_equal(gone, before);
        (void)dial_send(&d, sv_n(more, sizeof more));
        assert_true(within(&gone, before + 1));
        dial_end(&d);
    }
}

static void a_slow_reader_gets_all_of_it(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        int refused = refusals, roomy = rooms;
        size_t got = 0;
        struct dial d = ask(kind, GET("/stream/flood"));
        for (int i = 0; i < 400 && refusals == refused; i++)
            clk_sleep_ms(5);
        for (int64_t n; (n = chunk(&d)) > 0;)
            got += (size_t)n;
        assert_int_equal(got, FLOOD);
        assert_true(rooms > roomy);
        assert_true(dial_closed(&d));
        dial_end(&d);
    }
}

static void it_lives_as_long_as_bytes_go_out_whatever_comes_in(void **state)
{
    (void)state;
    int before = gone;
    struct dial ticks[3], quiet[3];
    for (int kind = 0; kind < 3; kind++) {
        ticks[kind] = ask(kind, GET("/stream/ticks"));
        quiet[kind] = ask(kind, GET("/stream/quiet"));
    }
    for (int i = 0; i < 9 && gone == before; i++) {
        clk_sleep_ms(100);
        for (int kind = 0; kind < 3; kind++)
            (void)dial_send(&quiet[kind], SV("x"));
    }
    assert_true(within(&gone, before + 3));
    assert_string_equal(rig.reason, "stream-deadline");
    for (int kind = 0; kind < 3; kind++) {
        for (int i = 0; i < TICKS; i++)
            assert_true(says(&ticks[kind], "5\r\ntick\n\r\n"));
        assert_true(says(&ticks[kind], "0\r\n\r\n"));
        dial_end(&ticks[kind]);
        dial_end(&quiet[kind]);
    }
    assert_int_equal(gone, before + 3);
}

static void who_does_not_read_is_cut_off(void **state)
{
    (void)state;
    int before = gone;
    struct dial d[3];
    for (int kind = 0; kind < 3; kind++)
        d[kind] = ask(kind, GET("/stream/flood"));
    assert_true(within(&gone, before + 3));
    for (int kind = 0; kind < 3; kind++)
        dial_end(&d[kind]);
}

static void streams_of_an_address_are_counted(void **state)
{
    (void)state;
    assert_true(within(&opened, 0));
    struct dial a = ask(0, GET("/stream/quiet")), b = ask(0, GET("/stream/quiet"));
    assert_true(beside >= 1);
    dial_end(&a);
    dial_end(&b);
    assert_true(within(&opened, 0));
    struct dial c = ask(2, GET("/stream/quiet")), d = ask(2, GET("/stream/quiet"));
    assert_int_equal(beside, 0);
    dial_end(&c);
    dial_end(&d);
    assert_true(within(&opened, 0));
}

static void on_drained(void *ctx)
{
    ((struct rig *)ctx)->drained++;
}

static void drain(struct rig *r)
{
    http_server_drain(r->server, 5000, on_drained, r);
}

static void a_drain_lets_them_end_whole(void **state)
{
    (void)state;
    struct dial d[3];
    for (int kind = 0; kind < 3; kind++) {
        d[kind] = ask(kind, GET("/stream/quiet"));
        assert_true(says(&d[kind], "4\r\nhere\r\n"));
    }
    rig_do(&rig, drain);
    for (int kind = 0; kind < 3; kind++) {
        assert_true(says(&d[kind], "3\r\nbye\r\n0\r\n\r\n"));
        assert_true(dial_closed(&d[kind]));
        dial_end(&d[kind]);
    }
    assert_true(within(&rig.drained, 1));
    assert_int_equal(opened, 0);
}

static int start(void **state)
{
    (void)state;
    rig.stream = stream;
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
        cmocka_unit_test(it_goes_out_in_chunks_and_says_that_it_is_whole),
        cmocka_unit_test(http_1_0_gets_it_as_it_is_until_the_connection_ends),
        cmocka_unit_test(a_head_is_all_that_HEAD_gets),
        cmocka_unit_test(it_may_follow_other_answers_and_nothing_follows_it),
        cmocka_unit_test(who_sends_more_than_64_kib_behind_the_request_is_cut_off),
        cmocka_unit_test(a_slow_reader_gets_all_of_it),
        cmocka_unit_test(it_lives_as_long_as_bytes_go_out_whatever_comes_in),
        cmocka_unit_test(who_does_not_read_is_cut_off),
        cmocka_unit_test(streams_of_an_address_are_counted),
        cmocka_unit_test(a_drain_lets_them_end_whole),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
