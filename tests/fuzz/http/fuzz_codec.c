/* SPDX-License-Identifier: Apache-2.0 */
/* The codec must say the same however its bytes are split, and a head it accepted must, written out again, be
 * accepted with the same meaning. Seeds: requests word for word. */
#include "http/codec.h"

struct trace {
    struct http_codec *c;
    struct buf out;
    enum { REWRITE, PLAIN } kind;
    bool refused;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void add_text(struct buf *out, struct sv s)
{
    buf_fmt(out, "%d:", s.p ? (int)s.n : -1);
    buf_sv(out, s);
}

static void describe(struct buf *out, const struct http_head *h)
{
    add_text(out, h->method);
    add_text(out, h->target);
    add_text(out, h->path);
    add_text(out, h->query);
    add_text(out, h->host);
    for (size_t i = 0; i < h->n_fields; i++) {
        add_text(out, h->fields[i].name);
        add_text(out, h->fields[i].value);
    }
    buf_fmt(out, "<%d %d %d %d %lld>", h->minor, h->keep_alive, h->expect_continue, h->chunked,
            (long long)h->content_length);
}

static void check_invariants(const struct http_head *h)
{
    MUST(h->method.n > 0 && h->method.n <= 32);
    MUST(h->target.n > 0 && (h->target.p[0] == '/' || sv_is(h->target, "*")));
    MUST(!(h->chunked && h->content_length >= 0));
    MUST(h->minor == 0 || h->host.p);
    for (size_t i = 0; i < h->n_fields; i++) {
        struct sv v = h->fields[i].value;
        MUST(h->fields[i].name.n > 0);
        MUST(!v.n || (!memchr(v.p, '\r', v.n) && !memchr(v.p, '\n', v.n) && !memchr(v.p, '\0', v.n)));
    }
}

static void rewritten_means_the_same(const struct http_head *h)
{
    AUTO(buf_free) struct buf text = {0}, before = {0}, after = {0};
    AUTO(http_codec_free) struct http_codec *c = http_codec_new(&(struct http_limits){.head = 64 * 1024});
    buf_sv(&text, h->method);
    buf_chr(&text, ' ');
    buf_sv(&text, h->target);
    buf_fmt(&text, " HTTP/1.%d\r\n", h->minor);
    for (size_t i = 0; i < h->n_fields; i++) {
        buf_sv(&text, h->fields[i].name);
        buf_str(&text, ": ");
        buf_sv(&text, h->fields[i].value);
        buf_str(&text, "\r\n");
    }
    buf_str(&text, "\r\n");
    size_t used;
    struct sv body;
    MUST(http_feed(c, buf_view(&text), &used, &body) == HTTP_HEAD);
    describe(&before, h);
    describe(&after, http_codec_head(c));
    MUST(used == text.n && sv_eq(buf_view(&before), buf_view(&after)));
}

static void on_event(struct trace *t, enum http_event got, struct sv body)
{
    const struct http_head *h = http_codec_head(t->c);
    if (got == HTTP_HEAD) {
        buf_str(&t->out, "\nH ");
        describe(&t->out, h);
        check_invariants(h);
        if (t->kind == REWRITE)
            rewritten_means_the_same(h);
        buf_str(&t->out, "\nB ");
    } else if (got == HTTP_BODY) {
        MUST(body.n > 0);
        buf_sv(&t->out, body);
    } else if (got == HTTP_END) {
        buf_str(&t->out, "\nE");
    } else if (got == HTTP_REFUSED) {
        struct http_refusal r = http_codec_refusal(t->c);
        MUST(r.status >= 400 && r.status <= 505 && r.reason);
        buf_fmt(&t->out, "\nR %d %s", r.status, r.reason);
        t->refused = true;
    }
}

static void feed(struct trace *t, struct sv in)
{
    enum http_event got = HTTP_HEAD;
    while (got != HTTP_MORE && got != HTTP_REFUSED) {
        size_t used;
        struct sv body;
        got = http_feed(t->c, in, &used, &body);
        MUST(used <= in.n);
        on_event(t, got, body);
        in = sv_from(in, used);
    }
    MUST(got == HTTP_REFUSED || in.n == 0);
}

/* Pieces of at most `most` bytes, their sizes from a small generator. */
static void run(struct trace *t, struct sv in, size_t most, uint32_t seed)
{
    t->c = http_codec_new(&(struct http_limits){.line = 512, .head = 2048, .fields = 20, .body = 4096});
    while (in.n > 0 && !t->refused) {
        seed = seed * 1664525u + 1013904223u;
        size_t n = most < 2 ? most : 1 + (seed >> 8) % most;
        n = n == 0 || n > in.n ? in.n : n;
        feed(t, sv_cut(in, n));
        in = sv_from(in, n);
    }
}

static void drop(struct trace *t)
{
    http_codec_free(&t->c);
    buf_free(&t->out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct sv in = sv_n((const char *)data, n);
    AUTO(drop) struct trace whole = {.kind = REWRITE}, bytes = {.kind = PLAIN}, split = {.kind = PLAIN};
    run(&whole, in, 0, 0);
    run(&bytes, in, 1, 0);
    run(&split, in, 40, n ? data[n / 2] + (uint32_t)n : 0);
    MUST(sv_eq(buf_view(&whole.out), buf_view(&bytes.out)));
    MUST(sv_eq(buf_view(&whole.out), buf_view(&split.out)));
    return 0;
}
