/* SPDX-License-Identifier: Apache-2.0 */
/* Every few thousand bytes it is noted how many lines and characters stand in front; the rest is counted from there. */
#include "config/place.h"

enum { STEP = 2048 };

struct spot { /* at the byte `index * STEP` */
    size_t chars;
    int line; /* counted from 1 */
};

struct places {
    struct sv source;
    struct arena *arena;
    struct spot *spots; /* NULL: nobody has asked yet */
    size_t n;
};

static bool begins_char(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80;
}

struct places *places_new(struct sv source, struct arena *arena)
{
    struct places *p = arena_new(arena, sizeof *p);
    p->source = source;
    p->arena = arena;
    return p;
}

struct sv places_source(const struct places *p)
{
    return p->source;
}

static struct spot counted(struct sv part, struct spot from)
{
    size_t chars = 0, lines = 0;
    for (size_t i = 0; i < part.n; i++) {
        chars += begins_char(part.p[i]);
        lines += part.p[i] == '\n';
    }
    return (struct spot){from.chars + chars, from.line + (int)lines};
}

static void look_through(struct places *p)
{
    if (p->spots)
        return;
    p->n = p->source.n / STEP + 1;
    p->spots = arena_new(p->arena, p->n * sizeof *p->spots);
    p->spots[0] = (struct spot){0, 1};
    for (size_t i = 1; i < p->n; i++)
        p->spots[i] = counted(sv_n(p->source.p + (i - 1) * STEP, STEP), p->spots[i - 1]);
}

/* The last spot in front of the line's first byte, or at it. */
static size_t spot_of_line(const struct places *p, int line)
{
    size_t low = 0, high = p->n;
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (p->spots[mid].line < line)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* The last spot with no more than so many characters in front. */
static size_t spot_of_char(const struct places *p, size_t chars)
{
    size_t low = 0, high = p->n;
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (p->spots[mid].chars <= chars)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* False when there is no such line. */
static bool line_start(struct places *p, int line, size_t *ret)
{
    look_through(p);
    size_t spot = spot_of_line(p, line), at = spot * STEP;
    for (int i = p->spots[spot].line; i < line; i++) {
        ptrdiff_t newline = sv_chr(sv_from(p->source, at), '\n');
        if (newline < 0)
            return false;
        at += (size_t)newline + 1;
    }
    *ret = at;
    return true;
}

static size_t offset_of_char(const struct places *p, size_t chars)
{
    size_t spot = spot_of_char(p, chars), at = spot * STEP, seen = p->spots[spot].chars;
    for (; at < p->source.n; at++)
        if (begins_char(p->source.p[at]) && seen++ == chars)
            break;
    return at;
}

size_t places_offset(struct places *p, struct ymark at)
{
    size_t start;
    if (!p->source.p || !line_start(p, at.line, &start))
        return p->source.n;
    size_t spot = start / STEP;
    struct spot here = counted(sv_n(p->source.p + spot * STEP, start - spot * STEP), p->spots[spot]);
    return offset_of_char(p, here.chars + (size_t)(at.col > 1 ? at.col - 1 : 0));
}

struct sv places_line(struct places *p, int line)
{
    size_t start, next;
    if (line < 1 || !p->source.p || !line_start(p, line, &start))
        return SV_NONE;
    size_t end = line_start(p, line + 1, &next) ? next - 1 : p->source.n;
    struct sv one = sv_n(p->source.p + start, end - start);
    return sv_ends(one, SV("\r")) ? sv_cut(one, one.n - 1) : one;
}
