/* SPDX-License-Identifier: Apache-2.0 */
/* Scripted conversations: what must be asked, what is answered, how it must end. Headers of cmocka come before. */
#pragma once
#include <stdio.h>
#include "port/forge.h"

/* A row of a script says only what matters to it; the rest is zero. clang asks for every field all the same. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

typedef enum talk_next talk_fn(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                               struct api_request *ret_request, struct err *e);

struct exchange {
    const char *want;        /* "POST /path" word for word; NULL ends the script */
    const char *body_has;    /* a part of the request body, NULL = must be empty */
    int status;              /* answered; 0 = none */
    const char *body;
    const char *link, *location, *retry_after, *remaining, *reset, *date;
    bool maybe_sent;
};

struct conversation {
    const char *name;
    const struct effect *x;
    const char *known_id; /* remote_id at the start */
    bool look_first;
    struct exchange say[28];
    enum talk_next end;
    enum err_class cls;       /* of the end, when it is not TALK_SENT */
    msec_t wait;              /* retry_after_ms of the end */
    const char *id, *url;     /* remote_id and remote_url at the end; NULL = not looked at */
};

static inline struct api_reply reply_of(const struct exchange *s)
{
    return (struct api_reply){
        .status = s->status,
        .maybe_sent = s->maybe_sent,
        .body = s->body ? sv_of(s->body) : SV(""),
        .link = sv_of(s->link),
        .location = sv_of(s->location),
        .retry_after = sv_of(s->retry_after),
        .rate_remaining = sv_of(s->remaining),
        .rate_reset = sv_of(s->reset),
        .date = sv_of(s->date),
        .problem = s->status ? NULL : "connection closed",
    };
}

static inline void check_request(const char *name, const struct exchange *s, const struct api_request *q)
{
    AUTO(buf_free) struct buf have = {0};
    buf_fmt(&have, "%s %.*s", q->method, SV_ARG(buf_view(&q->path)));
    if (strcmp(have.p, s->want) != 0)
        fail_msg("%s: asked %s, not %s", name, have.p, s->want);
    if (s->body_has ? sv_find(buf_view(&q->body), sv_of(s->body_has)) < 0 : q->body.n > 0)
        fail_msg("%s: %s with body %.*s", name, have.p, SV_ARG(buf_view(&q->body)));
    /* The sender's business, and twice is once too often. */
    for (size_t i = 0; i < ARRAY_LEN(q->headers) && q->headers[i]; i++)
        assert_false(sv_istarts(sv_of(q->headers[i]), SV("content-type")));
}

static inline void hold(talk_fn *talk, const struct conversation *c)
{
    struct effect_talk t = {.look_first = c->look_first};
    struct api_request q = {0};
    struct err e = {0};
    snprintf(t.remote_id, sizeof t.remote_id, "%s", c->known_id ? c->known_id : "");
    const struct exchange *s = c->say;
    enum talk_next next = talk(c->x, &t, NULL, &q, &e);
    for (; s->want && next == TALK_CALL; s++) {
        check_request(c->name, s, &q);
        struct api_reply r = reply_of(s);
        next = talk(c->x, &t, &r, &q, &e);
    }
    if (s->want)
        fail_msg("%s: ended before %s", c->name, s->want);
    if (next == TALK_CALL)
        fail_msg("%s: went on with %s %.*s", c->name, q.method, SV_ARG(buf_view(&q.path)));
    if (next != c->end || (next != TALK_SENT && (e.cls != c->cls || !e.msg[0])) ||
        (next != TALK_SENT && e.retry_after_ms != c->wait))
        fail_msg("%s: ended with %d, %s, wait %lld: %s", c->name, next, err_class_name(e.cls),
                 (long long)e.retry_after_ms, e.msg);
    if (c->id)
        assert_string_equal(t.remote_id, c->id);
    if (c->url)
        assert_string_equal(t.remote_url, c->url);
    api_request_done(&q);
    effect_talk_done(&t);
}

/* Every way to cut an answer short must end the conversation or go on, never read beyond it. */
static inline void hold_with_broken_answers(talk_fn *talk, const struct effect *x, int status, const char *body)
{
    for (size_t n = 0; n <= strlen(body); n++) {
        struct effect_talk t = {0};
        struct api_request q = {0};
        struct err e = {0};
        char *cut = mem_dup(body, n);
        enum talk_next next = talk(x, &t, NULL, &q, &e);
        for (int i = 0; i < 200 && next == TALK_CALL; i++) {
            struct api_reply r = {.status = status, .body = sv_n(cut, n)};
            next = talk(x, &t, &r, &q, &e);
        }
        assert_int_not_equal(next, TALK_CALL);
        mem_free(cut);
        api_request_done(&q);
        effect_talk_done(&t);
    }
}
