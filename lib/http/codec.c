/* SPDX-License-Identifier: Apache-2.0 */
#include "http/codec.h"
#include "http/codec_state.h"

/* What a step answers when it took bytes or changed phase and the next step may run at once. */
enum { STEP_ON = HTTP_REFUSED + 1 };

struct input {
    const char *p;
    size_t n;
    struct sv body;
};

static void skip(struct input *in, size_t n)
{
    if (n == 0) /* p may be NULL */
        return;
    in->p += n;
    in->n -= n;
}

static size_t or_default(size_t n, size_t otherwise)
{
    return n ? n : otherwise;
}

struct http_codec *http_codec_new(const struct http_limits *limits)
{
    struct http_codec *c = mem_new(sizeof *c);
    struct http_limits l = limits ? *limits : (struct http_limits){0};
    c->lim.line = or_default(l.line, 8 * 1024);
    c->lim.head = or_default(l.head, 32 * 1024);
    c->lim.fields = or_default(l.fields, 100);
    c->lim.body = l.body > 0 ? l.body : -1;
    c->limit = c->lim.body;
    MUST(c->lim.head <= UINT32_MAX);
    return c;
}

void http_codec_free(struct http_codec **c)
{
    if (!*c)
        return;
    buf_free(&(*c)->head);
    VEC_FREE(&(*c)->spans);
    mem_free((*c)->fields);
    mem_free(*c);
    *c = NULL;
}

bool codec_refuse(struct http_codec *c, int status, const char *reason)
{
    c->phase = PHASE_REFUSED;
    c->refusal = (struct http_refusal){status, reason};
    return false;
}

static void start_over(struct http_codec *c)
{
    enum { KEEP = 8 * 1024 }; /* a connection that idles holds no more than this */
    if (c->head.cap > KEEP)
        buf_free(&c->head);
    buf_clear(&c->head);
    VEC_CLEAR(&c->spans);
    c->facts = (struct head_facts){0};
    c->h = (struct http_head){0};
    c->line_at = 0;
    c->blank_seen = false;
    c->limit = c->lim.body;
    c->left = c->total = c->excess = 0;
    c->chunk_n = 0;
    c->phase = PHASE_START;
}

static int step_start(struct http_codec *c, struct input *in)
{
    if (in->n == 0)
        return HTTP_MORE;
    /* Refused by its first byte, so that TLS and other protocols hear it before they wait for an answer. */
    if (!codec_is(in->p[0], CH_TOKEN) && in->p[0] != '\r' && in->p[0] != '\n') {
        codec_refuse(c, 400, "bad-method");
        return HTTP_REFUSED;
    }
    c->phase = PHASE_LINE;
    return STEP_ON;
}

/* Appends up to and including the next LF to the head. STEP_ON when a line is whole. */
static int take_line(struct http_codec *c, struct input *in)
{
    size_t room = c->lim.head - c->head.n;
    bool by_line = c->phase == PHASE_LINE && c->lim.line < c->lim.head;
    if (by_line)
        room = c->lim.line - c->head.n;
    size_t look = in->n <= room ? in->n : room + 1;
    const char *lf = look ? memchr(in->p, '\n', look) : NULL;
    size_t take = lf ? (size_t)(lf - in->p) + 1 : look;
    if (take > room) {
        codec_refuse(c, by_line ? 414 : 431, by_line ? "line-too-long" : "head-too-large");
        return HTTP_REFUSED;
    }
    if (take > 0) {
        if (c->head.cap == 0)
            buf_reserve(&c->head, 1023);
        buf_add(&c->head, in->p, take);
        skip(in, take);
    }
    return lf ? STEP_ON : HTTP_MORE;
}

static int step_line(struct http_codec *c, struct input *in)
{
    int got = take_line(c, in);
    if (got != STEP_ON)
        return got;
    struct sv line = buf_view(&c->head);
    if (!codec_strip_eol(c, &line))
        return HTTP_REFUSED;
    if (line.n == 0) {
        if (c->blank_seen) {
            codec_refuse(c, 400, "empty-lines");
            return HTTP_REFUSED;
        }
        c->blank_seen = true;
        buf_clear(&c->head);
        c->phase = PHASE_START;
        return STEP_ON;
    }
    if (!codec_request_line(c, line))
        return HTTP_REFUSED;
    c->line_at = c->head.n;
    c->phase = PHASE_FIELDS;
    return STEP_ON;
}

static int step_fields(struct http_codec *c, struct input *in)
{
    int got = take_line(c, in);
    if (got != STEP_ON)
        return got;
    struct sv line = sv_from(buf_view(&c->head), c->line_at);
    if (!codec_strip_eol(c, &line))
        return HTTP_REFUSED;
    c->line_at = c->head.n;
    if (line.n > 0)
        return codec_field_line(c, line) ? STEP_ON : HTTP_REFUSED;
    if (!codec_head_done(c))
        return HTTP_REFUSED;
    c->phase = PHASE_FRAMING;
    return HTTP_HEAD;
}

static int step_framing(struct http_codec *c)
{
    if (c->h.chunked) {
        c->phase = PHASE_CHUNK_LINE;
        return STEP_ON;
    }
    c->left = c->h.content_length > 0 ? c->h.content_length : 0;
    if (c->limit >= 0 && c->left > c->limit) {
        codec_refuse(c, 413, "body-too-large");
        return HTTP_REFUSED;
    }
    c->phase = PHASE_BODY;
    return STEP_ON;
}

/* A piece of what is left, borrowed; STEP_ON when nothing is left. */
static int give_body(struct http_codec *c, struct input *in)
{
    if (c->left == 0)
        return STEP_ON;
    if (in->n == 0)
        return HTTP_MORE;
    size_t take = (uint64_t)c->left < in->n ? (size_t)c->left : in->n;
    in->body = sv_n(in->p, take);
    skip(in, take);
    c->left -= (int64_t)take;
    return HTTP_BODY;
}

static int end(struct http_codec *c)
{
    c->phase = PHASE_DONE;
    return HTTP_END;
}

static int step_body(struct http_codec *c, struct input *in)
{
    int got = give_body(c, in);
    return got == STEP_ON ? end(c) : got;
}

/* Tiny chunks with long size lines cost more than they carry: as much framing as 16 bytes and twice the data is free,
 * beyond it 16 KiB a body. */
static bool framing_is_paid(struct http_codec *c, int64_t size)
{
    c->excess += (int64_t)c->chunk_n - 16 - (size < CHUNK_EXCESS ? 2 * size : 2 * CHUNK_EXCESS);
    if (c->excess < 0)
        c->excess = 0;
    return c->excess <= CHUNK_EXCESS || codec_refuse(c, 400, "chunk-overhead");
}

static bool chunk_begins(struct http_codec *c)
{
    int64_t size = 0;
    struct sv line = sv_n(c->chunk_line, c->chunk_n);
    if (!codec_strip_eol(c, &line) || !codec_chunk_line(c, line, &size) || !framing_is_paid(c, size))
        return false;
    if (size > INT64_MAX - c->total || (c->limit >= 0 && c->total + size > c->limit))
        return codec_refuse(c, 413, "body-too-large");
    c->total += size;
    c->left = size;
    c->chunk_n = 0;
    c->phase = size ? PHASE_CHUNK_DATA : PHASE_LAST_CR;
    return true;
}

static int step_chunk_line(struct http_codec *c, struct input *in)
{
    size_t room = CHUNK_LINE - c->chunk_n;
    size_t look = in->n <= room ? in->n : room + 1;
    const char *lf = look ? memchr(in->p, '\n', look) : NULL;
    size_t take = lf ? (size_t)(lf - in->p) + 1 : look;
    if (take > room) {
        codec_refuse(c, 400, "chunk-line-too-long");
        return HTTP_REFUSED;
    }
    if (take > 0)
        memcpy(c->chunk_line + c->chunk_n, in->p, take);
    c->chunk_n += take;
    skip(in, take);
    if (!lf)
        return HTTP_MORE;
    return chunk_begins(c) ? STEP_ON : HTTP_REFUSED;
}

static int step_chunk_data(struct http_codec *c, struct input *in)
{
    int got = give_body(c, in);
    if (got == STEP_ON)
        c->phase = PHASE_CHUNK_CR;
    return got;
}

/* One byte that must be `want`. */
static int expect_byte(struct http_codec *c, struct input *in, char want, enum codec_phase next, const char *reason)
{
    if (in->n == 0)
        return HTTP_MORE;
    if (in->p[0] != want) {
        codec_refuse(c, 400, in->p[0] == '\n' ? "bare-lf" : reason);
        return HTTP_REFUSED;
    }
    skip(in, 1);
    c->phase = next;
    return STEP_ON;
}

static int step(struct http_codec *c, struct input *in)
{
    int got;
    switch (c->phase) {
    case PHASE_DONE:
        start_over(c);
        return STEP_ON;
    case PHASE_START:
        return step_start(c, in);
    case PHASE_LINE:
        return step_line(c, in);
    case PHASE_FIELDS:
        return step_fields(c, in);
    case PHASE_FRAMING:
        return step_framing(c);
    case PHASE_BODY:
        return step_body(c, in);
    case PHASE_CHUNK_LINE:
        return step_chunk_line(c, in);
    case PHASE_CHUNK_DATA:
        return step_chunk_data(c, in);
    case PHASE_CHUNK_CR:
        return expect_byte(c, in, '\r', PHASE_CHUNK_LF, "no-chunk-end");
    case PHASE_CHUNK_LF:
        return expect_byte(c, in, '\n', PHASE_CHUNK_LINE, "no-chunk-end");
    case PHASE_LAST_CR:
        return expect_byte(c, in, '\r', PHASE_LAST_LF, "trailer-field");
    case PHASE_LAST_LF:
        got = expect_byte(c, in, '\n', PHASE_DONE, "bare-cr");
        return got == STEP_ON ? end(c) : got;
    case PHASE_REFUSED:
        break;
    }
    return HTTP_REFUSED;
}

enum http_event http_feed(struct http_codec *c, struct sv in, size_t *ret_used, struct sv *ret_body)
{
    struct input left = {in.p, in.n, SV_NONE};
    int got;
    do
        got = step(c, &left);
    while (got == STEP_ON);
    *ret_used = in.n - left.n;
    *ret_body = left.body;
    return (enum http_event)got;
}

const struct http_head *http_codec_head(const struct http_codec *c)
{
    return &c->h;
}

struct http_refusal http_codec_refusal(const struct http_codec *c)
{
    return c->refusal;
}

void http_body_limit(struct http_codec *c, int64_t bytes)
{
    c->limit = bytes;
}

bool http_codec_idle(const struct http_codec *c)
{
    return c->phase == PHASE_DONE || (c->phase == PHASE_START && !c->blank_seen);
}
