/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/id.h"
#include "fmt/json.h"
#include "fmt/utf8.h"

/* Bytes that need no escape and no look at their neighbours. */
static const bool plain[256] = {[0x20 ... '!'] = true, ['#' ... '['] = true, [']' ... 0x7f] = true};

static void before_value(struct jout *j)
{
    if (j->comma)
        buf_chr(j->buf, ',');
    j->comma = true;
}

void jout_open(struct jout *j, char bracket)
{
    before_value(j);
    buf_chr(j->buf, bracket);
    j->comma = false;
}

void jout_close(struct jout *j, char bracket)
{
    buf_chr(j->buf, bracket);
    j->comma = true;
}

static void put_escape(struct buf *b, uint8_t c)
{
    switch (c) {
    case '"':
        buf_str(b, "\\\"");
        break;
    case '\\':
        buf_str(b, "\\\\");
        break;
    case '\n':
        buf_str(b, "\\n");
        break;
    case '\r':
        buf_str(b, "\\r");
        break;
    case '\t':
        buf_str(b, "\\t");
        break;
    default:
        buf_fmt(b, "\\u%04x", c);
    }
}

static void put_string(struct buf *b, struct sv s)
{
    const uint8_t *p = (const uint8_t *)s.p, *end = p + s.n;
    buf_reserve(b, s.n + 2);
    buf_chr(b, '"');
    while (p < end) {
        const uint8_t *run = p;
        while (p < end && plain[*p])
            p++;
        buf_add(b, run, (size_t)(p - run));
        if (p == end)
            break;
        size_t len = utf8_len(p, end);
        if (len == 0 || *p == 0)
            buf_str(b, "\xef\xbf\xbd");
        else if (len == 1)
            put_escape(b, *p);
        else
            buf_add(b, p, len);
        p += len ? len : 1;
    }
    buf_chr(b, '"');
}

void jout_keyv(struct jout *j, struct sv key)
{
    before_value(j);
    put_string(j->buf, key.p ? key : SV(""));
    buf_chr(j->buf, ':');
    j->comma = false;
}

void jout_key(struct jout *j, const char *key)
{
    jout_keyv(j, sv_of(key));
}

void jout_raw(struct jout *j, struct sv json)
{
    before_value(j);
    buf_sv(j->buf, json);
}

void jout_null(struct jout *j)
{
    jout_raw(j, SV("null"));
}

void jout_bool(struct jout *j, bool v)
{
    jout_raw(j, v ? SV("true") : SV("false"));
}

void jout_int(struct jout *j, int64_t v)
{
    before_value(j);
    buf_int(j->buf, v);
}

void jout_real(struct jout *j, double v)
{
    if (!isfinite(v)) {
        jout_null(j);
        return;
    }
    char text[40];
    /* The first that reads back as the same number is the one people wrote. */
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        if (strtod(text, NULL) == v)
            break;
    }
    before_value(j);
    buf_str(j->buf, text);
    if (!strpbrk(text, ".e"))
        buf_str(j->buf, ".0");
}

void jout_str(struct jout *j, struct sv s)
{
    if (!s.p) {
        jout_null(j);
        return;
    }
    before_value(j);
    put_string(j->buf, s);
}

void jout_strz(struct jout *j, const char *z)
{
    jout_str(j, sv_of(z));
}

void jout_kstr(struct jout *j, const char *key, struct sv s)
{
    jout_key(j, key);
    jout_str(j, s);
}

void jout_kstrz(struct jout *j, const char *key, const char *z)
{
    jout_kstr(j, key, sv_of(z));
}

void jout_kint(struct jout *j, const char *key, int64_t v)
{
    jout_key(j, key);
    jout_int(j, v);
}

void jout_kbool(struct jout *j, const char *key, bool v)
{
    jout_key(j, key);
    jout_bool(j, v);
}

void jout_kid(struct jout *j, const char *key, int64_t id)
{
    char text[ID_TEXT];
    jout_kstrz(j, key, id ? id_text(id, text) : NULL);
}

void jout_strs(struct jout *j, const char *const *at, size_t n)
{
    jout_open(j, '[');
    for (size_t i = 0; i < n; i++)
        jout_strz(j, at[i]);
    jout_close(j, ']');
}
