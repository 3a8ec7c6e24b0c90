/* SPDX-License-Identifier: Apache-2.0 */
/* Reads tests/fixtures/http/{refuse,accept}.txt; the format is in the head of those files. */
#pragma once
#include <stdio.h>
#include "base/file.h"
#include "base/vec.h"

struct http_case {
    struct sv name, expect, clause;
    struct buf bytes;
};

struct http_cases {
    struct buf text;
    VEC(struct http_case) all;
};

static inline int case_hex(char c)
{
    return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

/* One escape or plain byte off the front of *s. */
static inline char case_byte(struct sv *s)
{
    char c = s->p[0];
    size_t used = 1;
    if (c == '\\') {
        MUST(s->n >= 2);
        used = 2;
        switch (s->p[1]) {
        case 'r': c = '\r'; break;
        case 'n': c = '\n'; break;
        case 't': c = '\t'; break;
        case 'x':
            MUST(s->n >= 4);
            c = (char)(case_hex(s->p[2]) * 16 + case_hex(s->p[3]));
            used = 4;
            break;
        default: c = s->p[1];
        }
    }
    *s = sv_from(*s, used);
    return c;
}

static inline void case_repeat(struct sv *s, struct buf *ret)
{
    ptrdiff_t close = sv_chr(*s, '}');
    MUST(close > 0);
    struct sv inside = sv_n(s->p + 1, (size_t)close - 1);
    ptrdiff_t star = sv_rchr(inside, '*');
    int64_t times = 0;
    MUST(star > 0 && sv_int(sv_from(inside, (size_t)star + 1), &times));
    for (int64_t i = 0; i < times; i++) {
        struct sv piece = sv_cut(inside, (size_t)star);
        while (piece.n > 0)
            buf_chr(ret, case_byte(&piece));
    }
    *s = sv_from(*s, (size_t)close + 1);
}

static inline void case_bytes(struct sv s, struct buf *ret)
{
    while (s.n > 0) {
        if (s.p[0] == '{')
            case_repeat(&s, ret);
        else
            buf_chr(ret, case_byte(&s));
    }
}

/* The part before " | ". */
static inline struct sv case_column(struct sv *rest)
{
    ptrdiff_t at = sv_find(*rest, SV(" | "));
    MUST(at >= 0);
    struct sv column = sv_cut(*rest, (size_t)at);
    *rest = sv_from(*rest, (size_t)at + 3);
    return column;
}

static inline void cases_read(const char *path, struct http_cases *ret)
{
    struct err e;
    if (file_read(path, 4 << 20, &ret->text, &e) != 0)
        panic_at(path, 0, e.msg);
    struct sv rest = buf_view(&ret->text), line;
    while (sv_next(&rest, '\n', &line)) {
        if (line.n == 0 || line.p[0] == '#')
            continue;
        struct http_case c = {.name = case_column(&line)};
        c.expect = case_column(&line);
        c.clause = case_column(&line);
        case_bytes(line, &c.bytes);
        VEC_PUSH(&ret->all, c);
    }
}

static inline void cases_free(struct http_cases *c)
{
    for (size_t i = 0; i < c->all.n; i++)
        buf_free(&c->all.at[i].bytes);
    VEC_FREE(&c->all);
    buf_free(&c->text);
}
