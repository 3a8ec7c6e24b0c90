/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "http/codec.h"
#include "unit/http/cases.h"

enum { BODY_LIMIT = 1 << 20 };

/* Everything a codec says about some bytes, as text: equal texts are equal events. */
struct trace {
    struct http_codec *c;
    struct buf out, body;
    size_t heads, ends;
    bool second; /* a head for /second was seen */
    bool refused;
};

static void trace_begin(struct trace *t)
{
    *t = (struct trace){.c = http_codec_new(&(struct http_limits){.body = BODY_LIMIT})};
}

static void trace_free(struct trace *t)
{
    http_codec_free(&t->c);
    buf_free(&t->out);
    buf_free(&t->body);
}

static void write_escaped(struct buf *out, struct sv s)
{
    if (s.n == 0)
        buf_chr(out, '-');
    for (size_t i = 0; i < s.n; i++) {
        uint8_t b = (uint8_t)s.p[i];
        if (b > ' ' && b < 0x7f)
            buf_chr(out, (char)b);
        else
            buf_fmt(out, "\\x%02x", b);
    }
}

static void on_head(struct trace *t)
{
    const struct http_head *h = http_codec_head(t->c);
    t->heads++;
    t->second |= sv_is(h->target, "/second");
    if (t->ends)
        buf_str(&t->out, " & ");
    buf_sv(&t->out, h->method);
    buf_chr(&t->out, ' ');
    buf_sv(&t->out, h->target);
    buf_clear(&t->body);
}

static void on_end(struct trace *t)
{
    const struct http_head *h = http_codec_head(t->c);
    t->ends++;
    buf_chr(&t->out, ' ');
    write_escaped(&t->out, buf_view(&t->body));
    buf_str(&t->out, h->minor == 0 ? " 1.0" : "");
    buf_str(&t->out, h->keep_alive ? "" : " close");
    buf_str(&t->out, h->expect_continue ? " expect" : "");
    buf_str(&t->out, h->chunked ? " chunked" : "");
}

static void on_refused(struct trace *t)
{
    struct http_refusal r = http_codec_refusal(t->c);
    t->refused = true;
    buf_fmt(&t->out, "#%d %s", r.status, r.reason);
}

static void trace_feed(struct trace *t, struct sv in)
{
    while (!t->refused) {
        size_t used = 0;
        struct sv body = SV_NONE;
        enum http_event got = http_feed(t->c, in, &used, &body);
        assert_true(used <= in.n);
        if (got == HTTP_BODY)
            assert_true(body.n > 0 && body.p >= in.p && body.p + body.n == in.p + used);
        in = sv_from(in, used);
        if (got == HTTP_MORE) {
            assert_int_equal(in.n, 0);
            return;
        }
        if (got == HTTP_HEAD)
            on_head(t);
        else if (got == HTTP_BODY)
            buf_sv(&t->body, body);
        else if (got == HTTP_END)
            on_end(t);
        else
            on_refused(t);
    }
}

/* The bytes in pieces of `piece`; a copy of exact size each, so that a sanitizer sees reads beyond them. */
static void trace_pieces(struct trace *t, struct sv in, size_t piece)
{
    while (in.n > 0) {
        size_t n = in.n < piece ? in.n : piece;
        char *copy = malloc(n);
        memcpy(copy, in.p, n);
        trace_feed(t, sv_n(copy, n));
        free(copy);
        in = sv_from(in, n);
    }
}

static void fail_case(const struct http_case *c, const char *how, struct sv want, const struct trace *t)
{
    fail_msg("%.*s (%.*s), %s: wanted %.*s, got %.*s", SV_ARG(c->name), SV_ARG(c->clause), how, SV_ARG(want),
             SV_ARG(sv_cut(buf_view(&t->out), 300)));
}

/* Behind the last "#" stands the refusal. */
static struct sv refusal_of(const struct trace *t)
{
    struct sv all = buf_view(&t->out);
    ptrdiff_t at = sv_rchr(all, '#');
    return at < 0 ? SV_NONE : sv_from(all, (size_t)at + 1);
}

static void check_refused(const struct http_case *c, const char *how, struct trace *t)
{
    if (!t->refused || !sv_eq(refusal_of(t), c->expect) || t->second)
        fail_case(c, how, c->expect, t);
    size_t used = 1;
    struct sv body;
    struct sv more = SV("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(http_feed(t->c, more, &used, &body), HTTP_REFUSED);
    assert_int_equal(used, 0);
}

static void every_case_of_the_list_is_refused_whole_and_byte_by_byte(void **state)
{
    (void)state;
    AUTO(cases_free) struct http_cases cases = {0};
    cases_read(FETTLE_SOURCE_DIR "/tests/fixtures/http/refuse.txt", &cases);
    assert_true(cases.all.n >= 300);
    for (size_t i = 0; i < cases.all.n; i++) {
        const struct http_case *c = &cases.all.at[i];
        static const size_t pieces[] = {SIZE_MAX, 1, 2, 3, 7};
        for (size_t k = 0; k < ARRAY_LEN(pieces); k++) {
            AUTO(trace_free) struct trace t;
            trace_begin(&t);
            trace_pieces(&t, buf_view(&c->bytes), pieces[k]);
            check_refused(c, k ? "in pieces" : "whole", &t);
        }
    }
}

static void a_second_request_behind_a_refused_one_is_never_seen(void **state)
{
    (void)state;
    AUTO(cases_free) struct http_cases cases = {0};
    cases_read(FETTLE_SOURCE_DIR "/tests/fixtures/http/refuse.txt", &cases);
    for (size_t i = 0; i < cases.all.n; i++) {
        struct http_case *c = &cases.all.at[i];
        buf_str(&c->bytes, "GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
        AUTO(trace_free) struct trace t;
        trace_begin(&t);
        trace_feed(&t, buf_view(&c->bytes));
        check_refused(c, "with a second request", &t);
    }
}

/* Long cases differ only in their repetition: there a stride of a prime will do. */
static size_t next_split(size_t at, size_t n)
{
    return n > 3000 && at > 128 && at + 256 < n ? at + 127 : at + 1;
}

static void every_refused_case_gives_the_same_events_split_anywhere(void **state)
{
    (void)state;
    AUTO(cases_free) struct http_cases cases = {0};
    cases_read(FETTLE_SOURCE_DIR "/tests/fixtures/http/refuse.txt", &cases);
    for (size_t i = 0; i < cases.all.n; i++) {
        const struct http_case *c = &cases.all.at[i];
        struct sv all = buf_view(&c->bytes);
        for (size_t at = 1; at < all.n; at = next_split(at, all.n)) {
            AUTO(trace_free) struct trace t;
            trace_begin(&t);
            trace_feed(&t, sv_cut(all, at));
            trace_feed(&t, sv_from(all, at));
            check_refused(c, "split", &t);
        }
    }
}

/* The expectation with its escapes and repetitions put into the trace's form. */
static void expected_trace(const struct http_case *c, struct buf *ret)
{
    AUTO(buf_free) struct buf plain = {0};
    struct sv rest = c->expect, word;
    while (sv_next(&rest, ' ', &word)) {
        buf_clear(&plain);
        case_bytes(word, &plain);
        if (ret->n)
            buf_chr(ret, ' ');
        write_escaped(ret, buf_view(&plain));
    }
}

static void check_accepted(const struct http_case *c, const char *how, const struct trace *t)
{
    AUTO(buf_free) struct buf want = {0};
    expected_trace(c, &want);
    if (!sv_eq(buf_view(&want), buf_view(&t->out)) || t->heads != t->ends)
        fail_case(c, how, buf_view(&want), t);
    assert_true(http_codec_idle(t->c));
}

static void every_unusual_but_legal_case_is_understood_split_anywhere(void **state)
{
    (void)state;
    AUTO(cases_free) struct http_cases cases = {0};
    cases_read(FETTLE_SOURCE_DIR "/tests/fixtures/http/accept.txt", &cases);
    assert_true(cases.all.n >= 60);
    for (size_t i = 0; i < cases.all.n; i++) {
        const struct http_case *c = &cases.all.at[i];
        struct sv all = buf_view(&c->bytes);
        static const size_t pieces[] = {SIZE_MAX, 1, 2, 3, 7};
        for (size_t k = 0; k < ARRAY_LEN(pieces); k++) {
            AUTO(trace_free) struct trace t;
            trace_begin(&t);
            trace_pieces(&t, all, pieces[k]);
            check_accepted(c, "in pieces", &t);
        }
        for (size_t at = 1; at < all.n; at = next_split(at, all.n)) {
            AUTO(trace_free) struct trace t;
            trace_begin(&t);
            trace_feed(&t, sv_cut(all, at));
            trace_feed(&t, sv_from(all, at));
            check_accepted(c, "split", &t);
        }
    }
}

static enum http_event feed(struct http_codec *c, const char *bytes)
{
    size_t used;
    struct sv body;
    return http_feed(c, sv_of(bytes), &used, &body);
}

static void a_head_gives_its_parts_and_fields_in_any_case_of_name(void **state)
{
    (void)state;
    AUTO(http_codec_free) struct http_codec *c = http_codec_new(NULL);
    assert_int_equal(feed(c, "POST /hook/a%2fb?x=1&y HTTP/1.1\r\nhost: h.example:1\r\nX-Event: \t push \r\n"
                             "X-EVENT: two\r\n"
                             "Empty:\r\nContent-Length: 3\r\n\r\n"),
                     HTTP_HEAD);
    const struct http_head *h = http_codec_head(c);
    assert_true(sv_is(h->path, "/hook/a%2fb"));
    assert_true(sv_is(h->query, "x=1&y"));
    assert_true(sv_is(h->host, "h.example:1"));
    assert_int_equal(h->content_length, 3);
    assert_int_equal(h->n_fields, 5);
    assert_true(sv_is(http_header(h, "x-event"), "push"));
    assert_true(http_header(h, "empty").p != NULL);
    assert_int_equal(http_header(h, "empty").n, 0);
    assert_null(http_header(h, "absent").p);
}

static void a_target_without_a_question_mark_has_no_query_and_one_with_it_an_empty_one(void **state)
{
    (void)state;
    AUTO(http_codec_free) struct http_codec *c = http_codec_new(NULL);
    assert_int_equal(feed(c, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"), HTTP_HEAD);
    assert_null(http_codec_head(c)->query.p);
    assert_int_equal(feed(c, ""), HTTP_END);
    assert_int_equal(feed(c, "GET /a? HTTP/1.1\r\nHost: a\r\n\r\n"), HTTP_HEAD);
    assert_non_null(http_codec_head(c)->query.p);
    assert_int_equal(http_codec_head(c)->query.n, 0);
    assert_true(sv_is(http_codec_head(c)->path, "/a"));
}

static void a_codec_is_idle_only_between_requests(void **state)
{
    (void)state;
    AUTO(http_codec_free) struct http_codec *c = http_codec_new(NULL);
    assert_true(http_codec_idle(c));
    assert_int_equal(feed(c, "G"), HTTP_MORE);
    assert_false(http_codec_idle(c));
    assert_int_equal(feed(c, "ET / HTTP/1.1\r\nHost: a\r\n\r\n"), HTTP_HEAD);
    assert_false(http_codec_idle(c));
    assert_int_equal(feed(c, ""), HTTP_END);
    assert_true(http_codec_idle(c));
    assert_int_equal(feed(c, ""), HTTP_MORE);
    assert_true(http_codec_idle(c));
    assert_int_equal(feed(c, "\r\n"), HTTP_MORE);
    assert_false(http_codec_idle(c));
}

static void a_body_limit_given_at_the_head_holds_for_that_request_alone(void **state)
{
    (void)state;
    AUTO(http_codec_free) struct http_codec *c = http_codec_new(NULL);
    assert_int_equal(feed(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"), HTTP_HEAD);
    http_body_limit(c, 3);
    assert_int_equal(feed(c, "abc"), HTTP_BODY);
    assert_int_equal(feed(c, ""), HTTP_END);
    assert_int_equal(feed(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"), HTTP_HEAD);
    assert_int_equal(feed(c, "abcd"), HTTP_BODY);
    assert_int_equal(feed(c, ""), HTTP_END);
    assert_int_equal(feed(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"), HTTP_HEAD);
    http_body_limit(c, 3);
    assert_int_equal(feed(c, ""), HTTP_REFUSED);
    assert_int_equal(http_codec_refusal(c).status, 413);
}

static void a_chunked_body_is_refused_with_the_chunk_that_passes_the_limit(void **state)
{
    (void)state;
    AUTO(http_codec_free) struct http_codec *c = http_codec_new(NULL);
    assert_int_equal(feed(c, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"), HTTP_HEAD);
    http_body_limit(c, 4);
    assert_int_equal(feed(c, "3\r\nabc"), HTTP_BODY);
    assert_int_equal(feed(c, "\r\n2\r\n"), HTTP_REFUSED);
    assert_int_equal(http_codec_refusal(c).status, 413);
}

static void limits_given_to_the_codec_are_exact(void **state)
{
    (void)state;
    struct http_limits l = {.line = 16, .head = 27, .fields = 1};
    AUTO(http_codec_free) struct http_codec *c = http_codec_new(&l);
    assert_int_equal(feed(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), HTTP_HEAD);
    assert_int_equal(feed(c, ""), HTTP_END);
    assert_int_equal(feed(c, "GET /a HTTP/1.1\r\n"), HTTP_REFUSED);
    assert_int_equal(http_codec_refusal(c).status, 414);
    http_codec_free(&c);
    c = http_codec_new(&l);
    assert_int_equal(feed(c, "GET / HTTP/1.1\r\nHost: ab\r\n\r\n"), HTTP_REFUSED);
    assert_int_equal(http_codec_refusal(c).status, 431);
    http_codec_free(&c);
    l.head = 100;
    c = http_codec_new(&l);
    assert_int_equal(feed(c, "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n"), HTTP_REFUSED);
    assert_string_equal(http_codec_refusal(c).reason, "too-many-fields");
}

static void a_head_stays_readable_until_its_body_has_ended(void **state)
{
    (void)state;
    AUTO(http_codec_free) struct http_codec *c = http_codec_new(NULL);
    char first[] = "POST /kept HTTP/1.1\r\nHost: a\r\nX: value\r\nContent-Length: 2\r\n\r\n";
    assert_int_equal(feed(c, first), HTTP_HEAD);
    memset(first, '!', sizeof first - 1);
    assert_int_equal(feed(c, "a"), HTTP_BODY);
    assert_int_equal(feed(c, "b"), HTTP_BODY);
    assert_int_equal(feed(c, ""), HTTP_END);
    assert_true(sv_is(http_codec_head(c)->target, "/kept"));
    assert_true(sv_is(http_header(http_codec_head(c), "X"), "value"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_of_the_list_is_refused_whole_and_byte_by_byte),
        cmocka_unit_test(a_second_request_behind_a_refused_one_is_never_seen),
        cmocka_unit_test(every_refused_case_gives_the_same_events_split_anywhere),
        cmocka_unit_test(every_unusual_but_legal_case_is_understood_split_anywhere),
        cmocka_unit_test(a_head_gives_its_parts_and_fields_in_any_case_of_name),
        cmocka_unit_test(a_target_without_a_question_mark_has_no_query_and_one_with_it_an_empty_one),
        cmocka_unit_test(a_codec_is_idle_only_between_requests),
        cmocka_unit_test(a_body_limit_given_at_the_head_holds_for_that_request_alone),
        cmocka_unit_test(a_chunked_body_is_refused_with_the_chunk_that_passes_the_limit),
        cmocka_unit_test(limits_given_to_the_codec_are_exact),
        cmocka_unit_test(a_head_stays_readable_until_its_body_has_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
