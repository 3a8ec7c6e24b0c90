/* SPDX-License-Identifier: Apache-2.0 */
/* Values as JSON. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "fmt/utf8.h"
#include "lang/number.h"
#include "lang/value.h"

struct writer {
    struct buf *out;
    size_t end; /* of what `out` may hold */
    enum val_layout layout;
};

static void put_escaped(struct buf *b, unsigned c)
{
    static const char *const short_form[] = {['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f",
                                             ['\r'] = "\\r", ['"'] = "\\\"", ['\\'] = "\\\\"};
    if (c < ARRAY_LEN(short_form) && short_form[c])
        buf_str(b, short_form[c]);
    else
        buf_fmt(b, "\\u%04x", c);
}

/* The escapes that GitHub's service writes: those that JSON asks for, and the line ends of Unicode. */
static void write_string(struct buf *b, struct sv s)
{
    const uint8_t *p = (const uint8_t *)s.p, *end = p + s.n;
    buf_reserve(b, s.n + 2);
    buf_chr(b, '"');
    while (p < end) {
        const uint8_t *from = p;
        while (p < end && *p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\')
            p++;
        buf_add(b, from, (size_t)(p - from));
        if (p == end)
            break;
        size_t n = utf8_len(p, end);
        if (n == 0 || *p == 0) /* no reader of ours takes a NUL */
            buf_str(b, "\xef\xbf\xbd");
        else if (n == 1 && (*p < 0x20 || *p == '"' || *p == '\\'))
            put_escaped(b, *p);
        else if (n == 2 && p[0] == 0xc2 && p[1] == 0x85)
            buf_str(b, "\\u0085");
        else if (n == 3 && p[0] == 0xe2 && p[1] == 0x80 && (p[2] & 0xfe) == 0xa8)
            buf_str(b, p[2] & 1 ? "\\u2029" : "\\u2028");
        else
            buf_add(b, p, n);
        p += n ? n : 1;
    }
    buf_chr(b, '"');
}

/* One line is for programs: all digits that tell it from its neighbours, and no word that is no JSON. */
static void write_number(const struct writer *w, double n)
{
    char text[40];
    if (w->layout == VAL_PRETTY || !isfinite(n)) {
        bool quoted = w->layout == VAL_ONE_LINE;
        buf_str(w->out, quoted ? "\"" : "");
        buf_sv(w->out, number_text(n, text));
        buf_str(w->out, quoted ? "\"" : "");
        return;
    }
    if (n > -9e15 && n < 9e15 && (double)(int64_t)n >= n && (double)(int64_t)n <= n) {
        buf_int(w->out, (int64_t)n);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, n);
        double again = strtod(text, NULL);
        if (again >= n && again <= n)
            break;
    }
    buf_str(w->out, text);
}

static void new_line(const struct writer *w, size_t depth)
{
    if (w->layout == VAL_ONE_LINE)
        return;
    buf_chr(w->out, '\n');
    for (size_t i = 0; i < depth; i++)
        buf_str(w->out, "  ");
}

static bool write_value(const struct writer *w, struct val v, size_t depth);

static bool write_array(const struct writer *w, struct val v, size_t depth)
{
    size_t n = val_len(v);
    buf_chr(w->out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_chr(w->out, ',');
        new_line(w, depth + 1);
        if (!write_value(w, val_at(v, i, NULL), depth + 1))
            return false;
    }
    if (n)
        new_line(w, depth);
    buf_chr(w->out, ']');
    return true;
}

static bool write_object(const struct writer *w, struct val v, size_t depth)
{
    struct sv key;
    struct val value;
    bool first = true;
    buf_chr(w->out, '{');
    for (size_t at = 0; val_each(v, &at, &key, &value); first = false) {
        if (!first)
            buf_chr(w->out, ',');
        new_line(w, depth + 1);
        write_string(w->out, key);
        buf_str(w->out, w->layout == VAL_PRETTY ? ": " : ":");
        if (!write_value(w, value, depth + 1))
            return false;
    }
    if (!first)
        new_line(w, depth);
    buf_chr(w->out, '}');
    return true;
}

/* Recursive as deep as the document that the value came from, which json_limits bound. */
static bool write_value(const struct writer *w, struct val v, size_t depth)
{
    if (w->out->n > w->end)
        return false;
    switch (v.kind) {
    case VAL_NULL:
        buf_str(w->out, "null");
        break;
    case VAL_BOOL:
        buf_str(w->out, v.b ? "true" : "false");
        break;
    case VAL_NUMBER:
        write_number(w, v.num);
        break;
    case VAL_STRING:
        write_string(w->out, v.str);
        break;
    case VAL_ARRAY:
        return write_array(w, v, depth);
    case VAL_OBJECT:
        return write_object(w, v, depth);
    }
    return true;
}

bool val_write_within(struct val v, enum val_layout layout, size_t max, struct buf *out)
{
    struct writer w = {.out = out, .layout = layout, .end = max > SIZE_MAX - out->n ? SIZE_MAX : out->n + max};
    return write_value(&w, v, 0) && out->n <= w.end;
}

void val_write(struct val v, enum val_layout layout, struct buf *out)
{
    (void)!val_write_within(v, layout, SIZE_MAX, out);
}
