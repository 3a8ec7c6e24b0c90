/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "http/client.h"
#include "io/loop.h"
#include "unit/http/script_server.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
#define OK OK_HEAD "\r\nhello"

struct seen { /* what an answer said, copied; stops the loop when the last awaited one came */
    struct loop *loop;
    int *awaited;
    int status, calls;
    bool maybe_sent;
    char body[256], link[64], problem[160];
    bool has_none;
};

static void on_answer(void *ctx, const struct http_answer *a)
{
    struct seen *s = ctx;
    s->calls++;
    s->status = a->status;
    s->maybe_sent = a->maybe_sent;
    snprintf(s->body, sizeof s->body, "%.*s", SV_ARG(sv_cut(a->body, 200)));
    snprintf(s->link, sizeof s->link, "%.*s", SV_ARG(a->header(a, "link")));
    s->has_none = a->header(a, "x-absent").p == NULL;
    snprintf(s->problem, sizeof s->problem, "%s", a->problem ? a->problem : "");
    if (--*s->awaited == 0)
        loop_stop(s->loop);
}

struct bench {
    struct loop *loop;
    struct http_client *client;
    struct script_server server;
    int awaited;
    char url[128];
};

static void bench_up(struct bench *b, const struct script_line *script, size_t lines, SSL_CTX *tls,
                     const struct http_client_conf *conf)
{
    static const struct http_client_conf plain = {.total_ms = 5000};
    b->loop = loop_new();
    b->client = http_client_new(b->loop, conf ? conf : &plain);
    script_start(&b->server, script, lines, tls);
    snprintf(b->url, sizeof b->url, "%s://127.0.0.1:%d/path?q=1", tls ? "https" : "http", b->server.port);
}

static void bench_down(struct bench *b)
{
    http_client_free(&b->client);
    script_stop(&b->server);
    loop_free(&b->loop);
}

static void call(struct bench *b, struct seen *s, const char *method, const char *body)
{
    static const char *const headers[] = {"Accept: application/json", "X-Test: yes", NULL};
    *s = (struct seen){.loop = b->loop, .awaited = &b->awaited};
    b->awaited = 1;
    http_client_call(b->client, "pool", method, b->url, headers, body ? sv_of(body) : SV_NONE, on_answer, s);
    loop_run(b->loop);
    assert_int_equal(s->calls, 1);
}

static void a_whole_answer_arrives_with_its_headers(void **state)
{
    (void)state;
    static const struct script_line script[] = {
        {.answer = "HTTP/1.1 103 Early Hints\r\nLink: <early>\r\n\r\n" OK_HEAD "Link: <a>\r\nLink: <b>\r\n\r\nhello"}};
    struct bench b = {0};
    struct seen s;
    bench_up(&b, script, 1, NULL, NULL);
    call(&b, &s, "GET", NULL);
    bench_down(&b);
    assert_int_equal(s.status, 200);
    assert_string_equal(s.body, "hello");
    assert_string_equal(s.link, "<b>");
    assert_true(s.has_none);
    assert_non_null(strstr(b.server.last, "GET /path?q=1 HTTP/1.1\r\n"));
    assert_non_null(strstr(b.server.last, "X-Test: yes\r\n"));
    assert_non_null(strstr(b.server.last, "User-Agent: fettle/"));
    assert_null(strstr(b.server.last, "Content-Type"));
}

static void methods_and_bodies_go_out_as_given(void **state)
{
    (void)state;
    static const struct script_line script[] = {{.answer = OK}};
    static const struct {
        const char *method, *body, *length;
    } rows[] = {{"POST", "{\"a\":1}", "Content-Length: 7\r\n"}, {"PATCH", "{}", "Content-Length: 2\r\n"},
                {"PUT", "{}", "Content-Length: 2\r\n"},          {"POST", NULL, "Content-Length: 0\r\n"},
                {"DELETE", NULL, NULL},                          {"GET", NULL, NULL}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bench b = {0};
        struct seen s;
        char line[64];
        bench_up(&b, script, 1, NULL, NULL);
        call(&b, &s, rows[i].method, rows[i].body);
        bench_down(&b);
        assert_int_equal(s.status, 200);
        snprintf(line, sizeof line, "%s /path?q=1 HTTP/1.1\r\n", rows[i].method);
        assert_true(sv_starts(sv_of(b.server.last), sv_of(line)));
        assert_int_equal(strstr(b.server.last, "Content-Length") != NULL, rows[i].length != NULL);
        if (rows[i].length)
            assert_non_null(strstr(b.server.last, rows[i].length));
        if (rows[i].body)
            assert_true(sv_ends(sv_of(b.server.last), sv_of(rows[i].body)));
        assert_null(strstr(b.server.last, "Expect"));
        assert_null(strstr(b.server.last, "urlencoded"));
    }
}

static void a_failure_says_whether_bytes_may_have_left(void **state)
{
    (void)state;
    static const struct {
        const char *name, *answer;
        int close_after;
        bool maybe_sent;
    } rows[] = {
        {"closed unread", "", 0, true},
        {"closed without an answer", NULL, 0, true},
        {"a cut body", "HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\nhal", 1, true},
        {"a cut head", "HTTP/1.1 201 Crea", 1, true},
        {"no HTTP", "SSH-2.0-x\r\n", 1, true},
        {"NUL in a header", "HTTP/1.1 200 OK\r\nX: \001\r\nContent-Length: 9\r\n\r\n", 1, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct script_line script = {.answer = rows[i].answer, .close_after = rows[i].close_after};
        struct bench b = {0};
        struct seen s;
        bench_up(&b, &script, 1, NULL, NULL);
        call(&b, &s, "POST", "{}");
        bench_down(&b);
        if (s.status != 0 || s.maybe_sent != rows[i].maybe_sent || !s.problem[0])
            fail_msg("%s: %d %d %s", rows[i].name, s.status, s.maybe_sent, s.problem);
    }
}

static void what_never_left_is_promised_to_be_so(void **state)
{
    (void)state;
    static const char *const urls[] = {"http://127.0.0.1:1/", "ftp://127.0.0.1/x", "file:///etc/passwd", "nonsense://",
                                       "http://", "", "http://user:pw@127.0.0.1:1/", "http://name.invalid/"};
    static const struct script_line script[] = {{.answer = OK}};
    struct bench b = {0};
    bench_up(&b, script, 1, NULL, NULL);
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        struct seen s;
        snprintf(b.url, sizeof b.url, "%s", urls[i]);
        call(&b, &s, "POST", "{}");
        if (s.status != 0 || s.maybe_sent || !s.problem[0])
            fail_msg("%s: %d %d %s", urls[i], s.status, s.maybe_sent, s.problem);
    }
    struct seen s = {.loop = b.loop, .awaited = &b.awaited};
    snprintf(b.url, sizeof b.url, "http://127.0.0.1:%d/", b.server.port);
    static const char *const split[] = {"Authorization: a\r\nX-Evil: b", NULL};
    b.awaited = 1;
    http_client_call(b.client, "pool", "GET", b.url, split, SV_NONE, on_answer, &s);
    loop_run(b.loop);
    assert_int_equal(s.status, 0);
    assert_false(s.maybe_sent);
    assert_string_equal(s.problem, "a header has a line break");
    assert_int_equal(atomic_load(&b.server.connections), 0);
    bench_down(&b);
}

static void a_body_is_never_sent_twice_behind_our_back(void **state)
{
    (void)state;
    /* The first connection answers once and takes the second request without a word; curl would repeat that one on a
     * new connection, where it would be answered. */
    static const struct script_line script[] = {{.answer = OK, .silent = 1}, {.answer = OK}};
    struct bench b = {0};
    struct seen s;
    bench_up(&b, script, 2, NULL, NULL);
    call(&b, &s, "POST", "{\"n\":1}");
    assert_int_equal(s.status, 200);
    call(&b, &s, "POST", "{\"n\":2}");
    assert_int_equal(s.status, 0);
    assert_true(s.maybe_sent);
    assert_int_equal(atomic_load(&b.server.requests), 2);
    bench_down(&b);
}

static void connections_are_kept_within_a_pool_and_never_shared_between_pools(void **state)
{
    (void)state;
    static const struct script_line script[] = {{.answer = OK, .more = 9}, {.answer = OK, .more = 9}};
    struct bench b = {0};
    struct seen s = {0};
    bench_up(&b, script, 2, NULL, NULL);
    for (int i = 0; i < 5; i++)
        call(&b, &s, "POST", "{}");
    assert_int_equal(atomic_load(&b.server.connections), 1);
    /* The server serves one connection at a time: the first pool must let go before the second is answered. */
    s = (struct seen){.loop = b.loop, .awaited = &b.awaited};
    b.awaited = 1;
    struct http_client *other = http_client_new(b.loop, &(struct http_client_conf){.total_ms = 300});
    http_client_call(other, "pool", "GET", b.url, NULL, SV_NONE, on_answer, &s);
    loop_run(b.loop);
    assert_int_equal(s.status, 0); /* another client: connected, but not served on the first one's connection */
    http_client_free(&other);
    s = (struct seen){.loop = b.loop, .awaited = &b.awaited};
    b.awaited = 1;
    struct http_call *waits = http_client_call(b.client, "other", "GET", b.url, NULL, SV_NONE, on_answer, &s);
    struct timer *t = timer_new(b.loop, (timer_fn *)loop_stop, b.loop);
    timer_start(t, 200);
    loop_run(b.loop);
    assert_int_equal(s.calls, 0);
    http_call_cancel(&waits);
    assert_null(waits);
    timer_free(&t);
    assert_int_equal(atomic_load(&b.server.requests), 5);
    bench_down(&b);
}

static void an_answer_beyond_the_limit_is_cut_off(void **state)
{
    (void)state;
    static const struct script_line script[] = {
        {.answer = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", .filler = 64 << 20, .close_after = 1},
        {.answer = "HTTP/1.1 200 OK\r\nX: ", .filler = 8 << 20, .close_after = 1},
        {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", .filler = 1000, .close_after = 1},
        {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", .filler = 1001, .close_after = 1}};
    static const int status[] = {0, 0, 200, 0};
    struct bench b = {0};
    struct seen s;
    bench_up(&b, script, 4, NULL, &(struct http_client_conf){.max_answer = 1000, .total_ms = 5000});
    for (size_t i = 0; i < 4; i++) {
        call(&b, &s, "GET", NULL);
        assert_int_equal(s.status, status[i]);
    }
    assert_string_equal(s.problem, "the answer is too long");
    bench_down(&b);
}

static void a_redirect_is_an_answer_and_is_not_followed(void **state)
{
    (void)state;
    static const struct script_line script[] = {
        {.answer = "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"}};
    struct bench b = {0};
    struct seen s;
    bench_up(&b, script, 1, NULL, NULL);
    call(&b, &s, "POST", "{}");
    assert_int_equal(s.status, 307);
    assert_int_equal(atomic_load(&b.server.requests), 1);
    bench_down(&b);
}

static void proxies_of_the_environment_are_ignored(void **state)
{
    (void)state;
    static const struct script_line script[] = {{.answer = OK}};
    static const char *const names[] = {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"};
    struct bench b = {0};
    struct seen s;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        setenv(names[i], "http://127.0.0.1:1", 1);
    bench_up(&b, script, 1, NULL, NULL);
    call(&b, &s, "GET", NULL);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        unsetenv(names[i]);
    assert_int_equal(s.status, 200);
    bench_down(&b);
}

static void a_silent_server_ends_at_the_deadline(void **state)
{
    (void)state;
    static const struct script_line script[] = {{.answer = "HTTP/1.1 100 Continue\r\n\r\n"}};
    struct bench b = {0};
    struct seen s;
    bench_up(&b, script, 1, NULL, &(struct http_client_conf){.total_ms = 200});
    call(&b, &s, "POST", "{}");
    assert_int_equal(s.status, 0);
    assert_true(s.maybe_sent);
    bench_down(&b);
}

static void tls_is_verified_always(void **state)
{
    (void)state;
    char ours[] = "/tmp/fettle-ca-XXXXXX", theirs[] = "/tmp/fettle-ca-XXXXXX";
    close(mkstemp(ours));
    close(mkstemp(theirs));
    SSL_CTX *tls = tls_new("IP:127.0.0.1", ours), *other = tls_new("DNS:other.example", theirs);
    static const struct script_line script[] = {{.answer = OK, .more = 5}};
    const struct {
        SSL_CTX *server;
        const char *trusted;
        int status;
    } rows[] = {{tls, ours, 200}, {tls, NULL, 0}, {tls, theirs, 0}, {other, theirs, 0}, {tls, "/nonexistent", 0}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bench b = {0};
        struct seen s;
        bench_up(&b, script, 1, rows[i].server,
                 &(struct http_client_conf){.ca_file = rows[i].trusted, .total_ms = 5000});
        call(&b, &s, "POST", "{}");
        if (s.status != rows[i].status || (s.status == 0 && s.maybe_sent))
            fail_msg("row %zu: %d %d %s", i, s.status, s.maybe_sent, s.problem);
        bench_down(&b);
        assert_int_equal(atomic_load(&b.server.requests), rows[i].status ? 1 : 0);
    }
    SSL_CTX_free(tls);
    SSL_CTX_free(other);
    unlink(ours);
    unlink(theirs);
}

static void free_the_client(void *ctx, const struct http_answer *a)
{
    struct bench *b = ctx;
    assert_int_equal(a->status, 200);
    http_client_free(&b->client);
    assert_true(sv_is(a->body, "hello"));
    loop_stop(b->loop);
}

static void a_callback_may_free_the_client(void **state)
{
    (void)state;
    static const struct script_line script[] = {{.answer = OK}};
    struct bench b = {0};
    bench_up(&b, script, 1, NULL, NULL);
    http_client_call(b.client, "pool", "GET", b.url, NULL, SV_NONE, free_the_client, &b);
    struct seen never = {.loop = b.loop, .awaited = &b.awaited};
    http_client_call(b.client, "pool", "GET", "http://127.0.0.1:1/", NULL, SV_NONE, free_the_client, &b);
    http_client_call(b.client, "second", "GET", b.url, NULL, SV_NONE, on_answer, &never);
    (void)never;
    bench_down(&b);
}

static void idle_pools_are_dropped_when_there_are_many(void **state)
{
    (void)state;
    struct script_line script[80];
    for (size_t i = 0; i < ARRAY_LEN(script); i++)
        script[i] = (struct script_line){.answer = OK, .close_after = 1};
    struct bench b = {0};
    bench_up(&b, script, ARRAY_LEN(script), NULL, NULL);
    for (int i = 0; i < 80; i++) {
        char name[16];
        struct seen s = {.loop = b.loop, .awaited = &b.awaited};
        snprintf(name, sizeof name, "p%d", i);
        b.awaited = 1;
        http_client_call(b.client, name, "GET", b.url, NULL, SV_NONE, on_answer, &s);
        loop_run(b.loop);
        assert_int_equal(s.status, 200);
    }
    bench_down(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_answer_arrives_with_its_headers),
        cmocka_unit_test(methods_and_bodies_go_out_as_given),
        cmocka_unit_test(a_failure_says_whether_bytes_may_have_left),
        cmocka_unit_test(what_never_left_is_promised_to_be_so),
        cmocka_unit_test(a_body_is_never_sent_twice_behind_our_back),
        cmocka_unit_test(connections_are_kept_within_a_pool_and_never_shared_between_pools),
        cmocka_unit_test(an_answer_beyond_the_limit_is_cut_off),
        cmocka_unit_test(a_redirect_is_an_answer_and_is_not_followed),
        cmocka_unit_test(proxies_of_the_environment_are_ignored),
        cmocka_unit_test(a_silent_server_ends_at_the_deadline),
        cmocka_unit_test(tls_is_verified_always),
        cmocka_unit_test(a_callback_may_free_the_client),
        cmocka_unit_test(idle_pools_are_dropped_when_there_are_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
