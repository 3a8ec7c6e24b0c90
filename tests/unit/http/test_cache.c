/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include "http/cache.h"

#define API "https://api.example.com"
static const msec_t now = 1700000000000;

static struct http_cache_key key(const char *url)
{
    return (struct http_cache_key){"github 1", url, "application/json"};
}

static void put(struct http_cache *c, const char *url, const char *body)
{
    struct http_cache_key k = key(url);
    struct http_cached x = {.body = sv_of(body), .etag = SV("W/\"1\""), .at = now};
    http_cache_put(c, &k, http_cache_mark(c, k.credential, k.url), &x);
}

static bool has(struct http_cache *c, const char *url)
{
    struct http_cache_key k = key(url);
    struct http_cached x;
    return http_cache_find(c, &k, &x);
}

static void what_was_put_is_found_with_its_validator(void **state)
{
    struct http_cache *c = http_cache_new(1 << 20);
    struct http_cache_key k = key(API "/repos/acme/api/issues?page=1");
    struct http_cached x = {.body = SV("[1]"), .etag = SV("\"a\""), .link = SV("<x>; rel=\"next\""), .at = now}, got;
    (void)state;
    assert_false(http_cache_find(c, &k, &got));
    http_cache_put(c, &k, http_cache_mark(c, k.credential, k.url), &x);
    assert_true(http_cache_find(c, &k, &got));
    assert_true(sv_is(got.body, "[1]") && sv_is(got.etag, "\"a\"") && sv_is(got.link, "<x>; rel=\"next\""));
    assert_int_equal(got.at, now);
    http_cache_still(c, &k, now + 5000);
    http_cache_still(c, &k, now + 1000);
    assert_true(http_cache_find(c, &k, &got));
    assert_int_equal(got.at, now + 5000);
    x.body = SV("[1,2]"), x.etag = SV_NONE, x.link = SV_NONE;
    http_cache_put(c, &k, http_cache_mark(c, k.credential, k.url), &x);
    assert_true(http_cache_find(c, &k, &got));
    assert_true(sv_is(got.body, "[1,2]") && !got.etag.p && !got.link.p);
    http_cache_free(&c);
}

static void another_credential_query_or_accept_is_another_answer(void **state)
{
    struct http_cache *c = http_cache_new(1 << 20);
    struct http_cache_key k = key(API "/repos/acme/api/issues?page=1"), other;
    struct http_cached got;
    (void)state;
    put(c, k.url, "[1]");
    other = k, other.credential = "github 2";
    assert_false(http_cache_find(c, &other, &got));
    other = k, other.accept = "text/html";
    assert_false(http_cache_find(c, &other, &got));
    other = k, other.url = API "/repos/acme/api/issues?page=2";
    assert_false(http_cache_find(c, &other, &got));
    http_cache_free(&c);
}

static void a_write_takes_out_what_it_may_have_changed_and_nothing_else(void **state)
{
    static const char sha[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    static const struct {
        const char *get, *write;
        bool gone;
    } rows[] = {
        {"/repos/acme/api/issues?state=all", "/repos/acme/api/issues", true},
        {"/repos/acme/api/issues?state=all", "/repos/acme/api/issues/7", true},
        {"/repos/acme/api/issues?state=all", "/repos/acme/api/statuses/aaaa", false},
        {"/repos/acme/api/issues?state=all", "/repos/acme/web/issues", false},
        {"/repos/acme/api/commits/%s/statuses?per_page=100", "/repos/acme/api/statuses/%s", true},
        {"/repos/acme/api/commits/%s/check-runs?filter=all", "/repos/acme/api/check-runs", true},
        {"/repos/acme/api/check-runs/5", "/repos/acme/api/check-runs/5", true},
        {"/repos/acme/api/issues/7/comments", "/repos/acme/api/pulls/7/reviews", false},
        {"/api/v4/projects/acme%%2Fapi/repository/commits/%s/statuses", "/api/v4/projects/acme%%2Fapi/statuses/%s",
         true},
        {"/api/v4/projects/acme%%2Fapi/issues", "/api/v4/projects/acme%%2Fweb/issues", false},
        {"/api/v3/repos/acme/api/labels", "/api/v3/repos/acme/api/labels", true},
        {"/api/v1/repos/acme/api/labels", "/api/v1/repos/acme/web/labels", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_cache *c = http_cache_new(1 << 20);
        char get[300], write[300];
        snprintf(get, sizeof get, API);
        snprintf(write, sizeof write, API);
        /* The rows are our own. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(get + strlen(API), 200, rows[i].get, sha);
        snprintf(write + strlen(API), 200, rows[i].write, sha);
#pragma GCC diagnostic pop
        put(c, get, "[]");
        put(c, API "/repos/other/lib/pulls", "[]");
        http_cache_wrote(c, "another", write);
        assert_true(has(c, get));
        http_cache_wrote(c, "github 1", write);
        if (has(c, get) == rows[i].gone)
            fail_msg("%s after a write to %s", get, write);
        assert_true(has(c, API "/repos/other/lib/pulls"));
        http_cache_free(&c);
    }
}

static void an_answer_that_was_asked_for_before_a_write_is_not_kept(void **state)
{
    struct http_cache *c = http_cache_new(1 << 20);
    struct http_cache_key k = key(API "/repos/acme/api/issues?page=1");
    struct http_cached x = {.body = SV("[]"), .at = now};
    (void)state;
    uint64_t mark = http_cache_mark(c, k.credential, k.url);
    http_cache_wrote(c, k.credential, API "/repos/acme/api/issues");
    http_cache_put(c, &k, mark, &x);
    assert_false(has(c, k.url));
    mark = http_cache_mark(c, k.credential, k.url);
    http_cache_wrote(c, k.credential, API "/repos/acme/api/statuses/aa");
    http_cache_put(c, &k, mark, &x);
    assert_true(has(c, k.url));
    http_cache_free(&c);
}

static void the_least_used_make_room_and_bytes_stay_below_the_limit(void **state)
{
    enum { MAX = 64 * 1024, N = 2000 };
    struct http_cache *c = http_cache_new(MAX);
    struct http_cache_stats s;
    char body[1001];
    (void)state;
    memset(body, 'x', 1000);
    body[1000] = 0;
    for (int i = 0; i < N; i++) {
        char url[64];
        snprintf(url, sizeof url, API "/repos/acme/r%d/issues", i);
        put(c, url, body);
        put(c, API "/repos/acme/often/issues", "[]"); /* one that is written again is young again */
        http_cache_stats(c, &s);
        assert_in_range(s.bytes, 1, MAX);
        assert_true(has(c, url));
    }
    assert_true(has(c, API "/repos/acme/often/issues"));
    assert_false(has(c, API "/repos/acme/r0/issues"));
    assert_true(has(c, API "/repos/acme/r1980/issues"));
    assert_in_range(s.entries, 40, 60);
    assert_int_equal(s.evicted + s.entries, N + 1);
    AUTO(buf_free) struct buf large = {0};
    for (int i = 0; i < 20; i++)
        buf_str(&large, body);
    put(c, API "/repos/acme/r1980/issues", large.p); /* too large, and what was there is old */
    assert_false(has(c, API "/repos/acme/r1980/issues"));
    http_cache_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_found_with_its_validator),
        cmocka_unit_test(another_credential_query_or_accept_is_another_answer),
        cmocka_unit_test(a_write_takes_out_what_it_may_have_changed_and_nothing_else),
        cmocka_unit_test(an_answer_that_was_asked_for_before_a_write_is_not_kept),
        cmocka_unit_test(the_least_used_make_room_and_bytes_stay_below_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
