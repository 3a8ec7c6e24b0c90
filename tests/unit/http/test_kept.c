/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "http/kept.h"
#include "io/loop.h"
#include "unit/http/script_server.h"

#define ANSWER(body) "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nETag: \"v\"\r\nLink: <n>; rel=\"next\"\r\n\r\n" body
#define STILL        "HTTP/1.1 304 Not Modified\r\nETag: \"v\"\r\nX-RateLimit-Remaining: 7\r\n\r\n"
#define LIST         "/repos/acme/api/issues"

struct seen {
    struct loop *loop;
    int awaited, status, kept;
    char body[16], link[32], remaining[8];
};

struct bench {
    struct loop *loop;
    struct http_client *client;
    struct http_kept *kept;
    struct script_server server;
    struct seen seen;
};

static void on_answer(void *ctx, const struct http_answer *a)
{
    struct seen *s = ctx;
    s->status = a->status;
    s->kept += a->kept;
    snprintf(s->body, sizeof s->body, "%.*s", SV_ARG(a->body));
    snprintf(s->link, sizeof s->link, "%.*s", SV_ARG(a->status ? a->header(a, "link") : SV_NONE));
    snprintf(s->remaining, sizeof s->remaining, "%.*s",
             SV_ARG(a->status ? a->header(a, "x-ratelimit-remaining") : SV_NONE));
    if (--s->awaited == 0)
        loop_stop(s->loop);
}

static void up(struct bench *b, const struct script_line *script, size_t n, msec_t young)
{
    static const struct http_client_conf conf = {.total_ms = 5000};
    struct http_kept_conf kept = {.young_ms = young};
    *b = (struct bench){.loop = loop_new()};
    b->client = http_client_new(b->loop, &conf);
    b->kept = http_kept_new(b->loop, b->client, &kept);
    script_start(&b->server, script, n, NULL);
}

static void down(struct bench *b)
{
    http_kept_free(&b->kept);
    http_client_free(&b->client);
    script_stop(&b->server);
    loop_free(&b->loop);
}

static void begin(struct bench *b, const char *method, const char *path, const char *token, const char *more)
{
    char url[128], line[64];
    const char *headers[] = {line, "Accept: application/json", more, NULL};
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", b->server.port, path);
    snprintf(line, sizeof line, "Authorization: Bearer %s", token);
    b->seen.loop = b->loop;
    b->seen.awaited++;
    http_kept_call(b->kept, "f", method, url, headers, strcmp(method, "POST") ? SV_NONE : SV("{}"), on_answer,
                   &b->seen);
}

static void call(struct bench *b, const char *method, const char *path, const char *token, const char *more)
{
    begin(b, method, path, token, more);
    loop_run(b->loop);
}

static void a_young_answer_is_handed_out_without_a_call(void **state)
{
    static const struct script_line script[] = {{.answer = ANSWER("1"), .close_after = 1},
                                                {.answer = ANSWER("2"), .close_after = 1}};
    struct bench b;
    (void)state;
    up(&b, script, 2, 60000);
    call(&b, "GET", LIST, "t", NULL);
    assert_int_equal(b.seen.kept, 0);
    for (int i = 1; i <= 3; i++) {
        call(&b, "GET", LIST, "t", NULL);
        assert_int_equal(b.seen.kept, i);
        assert_int_equal(b.seen.status, 200);
        assert_string_equal(b.seen.body, "1");
        assert_string_equal(b.seen.link, "<n>; rel=\"next\"");
    }
    call(&b, "GET", LIST, "another", NULL); /* whose rights may be others */
    assert_string_equal(b.seen.body, "2");
    assert_int_equal(b.seen.kept, 3);
    down(&b);
}

static void an_older_answer_is_asked_about_and_still_true(void **state)
{
    static const struct script_line script[] = {{.answer = ANSWER("1"), .close_after = 1},
                                                {.answer = STILL, .close_after = 1}};
    struct bench b;
    (void)state;
    up(&b, script, 2, 60000);
    call(&b, "GET", LIST, "t", NULL);
    call(&b, "GET", LIST, "t", "Cache-Control: no-cache");
    assert_int_equal(b.seen.status, 200);
    assert_string_equal(b.seen.body, "1");
    assert_string_equal(b.seen.link, "<n>; rel=\"next\"");
    assert_string_equal(b.seen.remaining, "7"); /* of the call that was made */
    assert_int_equal(b.seen.kept, 0);
    down(&b);
    assert_non_null(strstr(b.server.last, "If-None-Match: \"v\"\r\n"));
}

static void a_write_is_a_call_and_what_it_changed_is_asked_for_again(void **state)
{
    static const struct script_line script[] = {{.answer = ANSWER("1"), .close_after = 1},
                                                {.answer = ANSWER("w"), .close_after = 1},
                                                {.answer = ANSWER("2"), .close_after = 1}};
    struct bench b;
    (void)state;
    up(&b, script, 3, 60000);
    call(&b, "GET", LIST, "t", NULL);
    call(&b, "POST", LIST, "t", NULL);
    assert_string_equal(b.seen.body, "w");
    call(&b, "GET", LIST, "t", NULL);
    assert_string_equal(b.seen.body, "2");
    down(&b);
    assert_null(strstr(b.server.last, "If-None-Match"));
}

static void a_broken_answer_is_not_kept(void **state)
{
    static const struct script_line script[] = {
        {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: \"v\"\r\n\r\n[{\"", .close_after = 1},
        {.answer = ANSWER("2"), .close_after = 1}};
    struct bench b;
    (void)state;
    up(&b, script, 2, 60000);
    call(&b, "GET", LIST, "t", NULL);
    assert_string_equal(b.seen.body, "[{\"");
    call(&b, "GET", LIST, "t", NULL);
    assert_string_equal(b.seen.body, "2");
    down(&b);
    assert_null(strstr(b.server.last, "If-None-Match"));
}

static void gets_of_the_same_at_once_are_one_call(void **state)
{
    static const struct script_line script[] = {{.answer = ANSWER("1"), .close_after = 1}};
    struct bench b;
    (void)state;
    up(&b, script, 1, 1);
    for (int i = 0; i < 10; i++)
        begin(&b, "GET", LIST, "t", NULL);
    loop_run(b.loop);
    assert_int_equal(b.seen.awaited, 0);
    assert_string_equal(b.seen.body, "1");
    down(&b);
}

static void what_waits_goes_with_it(void **state)
{
    static const struct script_line script[] = {{.answer = ANSWER("1"), .close_after = 1}};
    struct bench b;
    (void)state;
    up(&b, script, 1, 60000);
    call(&b, "GET", LIST, "t", NULL);
    begin(&b, "GET", LIST, "t", NULL); /* kept, and not handed out yet */
    begin(&b, "GET", LIST "/2", "t", NULL);
    down(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_young_answer_is_handed_out_without_a_call),
        cmocka_unit_test(an_older_answer_is_asked_about_and_still_true),
        cmocka_unit_test(a_write_is_a_call_and_what_it_changed_is_asked_for_again),
        cmocka_unit_test(a_broken_answer_is_not_kept),
        cmocka_unit_test(gets_of_the_same_at_once_are_one_call),
        cmocka_unit_test(what_waits_goes_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
