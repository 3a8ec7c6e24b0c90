/* SPDX-License-Identifier: Apache-2.0 */
#include "config/problem.h"
#include <stdio.h>

enum { SHOWN_CHARS = 200, SHOWN_BEFORE = 60 };

/* What stands in files goes to terminals and logs: control characters would act there. */
static struct sv cleaned(struct sv s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            buf_fmt(out, "\\x%02x", c);
        else
            buf_chr(out, (char)c);
    }
    return buf_view(out);
}

/* The part of a long line around the column; *ret_shift is how many characters were left out in front. */
static struct sv shown_part(struct places *source, struct sv line, struct ymark at, int *ret_shift)
{
    size_t front = 0;
    if (at.col > SHOWN_CHARS - 40)
        front = places_offset(source, (struct ymark){at.line, at.col - SHOWN_BEFORE + 1}) -
                (size_t)(line.p - places_source(source).p);
    front = front < line.n ? front : line.n;
    *ret_shift = front ? at.col - SHOWN_BEFORE : 0;
    return sv_cut_chars(sv_from(line, front), SHOWN_CHARS);
}

static struct problem located(struct problems *p, struct places *source, struct ymark at, struct ymark end)
{
    struct problem x = {.at = at, .end = end};
    struct sv line = at.line > 0 && source && places_source(source).n ? places_line(source, at.line) : SV_NONE;
    if (line.p) {
        AUTO(buf_free) struct buf clean = {0};
        struct sv part = shown_part(source, line, at, &x.shift);
        x.line = arena_dup(&p->arena, cleaned(part, &clean));
    }
    return x;
}

void problem_vadd(struct problems *p, enum problem_level level, const char *file, struct places *source,
                  struct ymark at, struct ymark end, const char *code, const char *fmt, va_list ap)
{
    if (level == PROBLEM_ERROR)
        p->n_errors++;
    if (!problems_room(p))
        return;
    AUTO(buf_free) struct buf text = {0};
    AUTO(buf_free) struct buf clean = {0};
    struct problem x = located(p, source, at, end);
    buf_vfmt(&text, fmt, ap);
    x.file = arena_strdup(&p->arena, file);
    x.level = level;
    x.code = code;
    x.text = arena_dup(&p->arena, cleaned(buf_view(&text), &clean));
    VEC_PUSH(&p->list, x);
}

void problem_add(struct problems *p, enum problem_level level, const char *file, struct places *source,
                 struct ymark at, struct ymark end, const char *code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    problem_vadd(p, level, file, source, at, end, code, fmt, ap);
    va_end(ap);
}

static bool stands_before(const struct problem *a, const struct problem *b)
{
    return a->at.line != b->at.line ? a->at.line < b->at.line : a->at.col < b->at.col;
}

void problems_sort(struct problems *p, size_t from)
{
    for (size_t i = from + 1; i < p->list.n; i++) {
        struct problem x = p->list.at[i];
        size_t k = i;
        for (; k > from && stands_before(&x, &p->list.at[k - 1]); k--)
            p->list.at[k] = p->list.at[k - 1];
        p->list.at[k] = x;
    }
}

static void write_head(const struct problem *x, struct buf *out)
{
    buf_str(out, x->file);
    if (x->at.line > 0)
        buf_fmt(out, ":%d:%d", x->at.line, x->at.col);
    buf_fmt(out, ": %s: %s [%s]\n", x->level == PROBLEM_ERROR ? "error" : "warning", x->text, x->code);
}

/* Blanks up to the column, but tabs stay tabs, so that the caret stands below its character everywhere. */
static void write_indent(struct sv line, int chars, struct buf *out)
{
    struct sv front = sv_cut_chars(line, (size_t)chars);
    for (size_t i = 0; i < front.n; i++)
        if ((front.p[i] & 0xc0) != 0x80)
            buf_chr(out, front.p[i] == '\t' ? '\t' : ' ');
}

static int count_chars(struct sv s)
{
    int n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += (s.p[i] & 0xc0) != 0x80;
    return n;
}

static void write_line(const struct problem *x, struct buf *out)
{
    char no[16];
    struct sv line = sv_of(x->line);
    int width = snprintf(no, sizeof no, "%4d", x->at.line);
    int col = x->at.col - x->shift, length = count_chars(line);
    int end = x->end.line == x->at.line ? x->end.col - x->shift : length + 1;
    buf_fmt(out, "%s | %s\n%*s | ", no, x->line, width, "");
    write_indent(line, col - 1, out);
    buf_chr(out, '^');
    for (int i = col + 1; i < end && i <= length; i++)
        buf_chr(out, '~');
    buf_chr(out, '\n');
}

void problems_write(const struct problems *p, struct buf *out)
{
    size_t errors = 0;
    for (size_t i = 0; i < p->list.n; i++) {
        write_head(&p->list.at[i], out);
        if (p->list.at[i].line)
            write_line(&p->list.at[i], out);
        errors += p->list.at[i].level == PROBLEM_ERROR;
    }
    if (errors < p->n_errors)
        buf_fmt(out, "and %zu more errors\n", p->n_errors - errors);
}

void problems_free(struct problems *p)
{
    arena_free(&p->arena);
    VEC_FREE(&p->list);
    *p = (struct problems){0};
}
