/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/glob.h"

/* A pattern becomes a row of items, which is a nondeterministic automaton: state i means "items 0..i-1 are done". All
 * states are advanced together, one character at a time, so nothing is ever tried twice. */
enum item_kind {
    ITEM_CHARS,   /* one character out of ranges, perhaps repeated */
    ITEM_SEGMENT, /* `*`: any run of characters but `/` */
    ITEM_ANY,     /* `**`: any run of characters */
    ITEM_FOLDERS  /* in front of `**` and `/`: the two may be left out together */
};
enum repeat { ONCE, OPTIONAL, REPEATED };

struct range {
    uint32_t from, to;
};

struct item {
    enum item_kind kind;
    enum repeat repeat;
    uint32_t first, n; /* ITEM_CHARS: its part of glob.ranges */
};

struct glob {
    bool negative;
    size_t n, n_ranges;
    struct item *items;
    struct range *ranges;
};

enum { PATTERN_MAX = 1024, BAD_BYTE = 0x110000 };

struct compiler {
    struct glob *g;
    struct sv rest;
    struct err *e;
    bool repeatable; /* the last item is a character that no repeat has claimed yet */
};

static size_t sequence_length(unsigned char c)
{
    return c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
}

/* Names are bytes to git: what is no UTF-8 counts as one character a byte, different from every other one. */
static uint32_t take_char(struct sv *s)
{
    static const uint8_t lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned char c = (unsigned char)s->p[0];
    size_t n = sequence_length(c);
    if (n == 0 || n > s->n || (n > 1 && sv_bad_utf8(sv_cut(*s, n)) >= 0)) {
        *s = sv_from(*s, 1);
        return BAD_BYTE + c;
    }
    uint32_t v = c & lead[n];
    for (size_t i = 1; i < n; i++)
        v = v << 6 | ((unsigned char)s->p[i] & 0x3f);
    *s = sv_from(*s, n);
    return v;
}

static struct item *add_item(struct glob *g, enum item_kind kind)
{
    struct item *it = &g->items[g->n++];
    *it = (struct item){.kind = kind, .first = (uint32_t)g->n_ranges};
    return it;
}

static void add_char(struct glob *g, uint32_t c)
{
    add_item(g, ITEM_CHARS)->n = 1;
    g->ranges[g->n_ranges++] = (struct range){c, c};
}

static int take_escaped(struct compiler *c, uint32_t *ret)
{
    if (c->rest.n == 0)
        return err_set(c->e, ERR_INVALID, "\"\\\" at the end escapes nothing");
    *ret = take_char(&c->rest);
    return 0;
}

/* One member of a class, or -1. */
static int take_member(struct compiler *c, uint32_t *ret)
{
    *ret = take_char(&c->rest);
    return *ret == '\\' ? take_escaped(c, ret) : 0;
}

static int take_range(struct compiler *c, struct item *it)
{
    struct range r;
    if (take_member(c, &r.from) < 0)
        return -1;
    r.to = r.from;
    if (c->rest.n >= 2 && c->rest.p[0] == '-' && c->rest.p[1] != ']') {
        c->rest = sv_from(c->rest, 1);
        if (take_member(c, &r.to) < 0)
            return -1;
    }
    if (r.to < r.from)
        return err_set(c->e, ERR_INVALID, "a range in \"[…]\" goes backwards");
    c->g->ranges[c->g->n_ranges++] = r;
    it->n++;
    return 0;
}

static int take_class(struct compiler *c)
{
    struct item *it = add_item(c->g, ITEM_CHARS);
    if (c->rest.n && (c->rest.p[0] == '!' || c->rest.p[0] == '^'))
        return err_set(c->e, ERR_INVALID, "\"[%c…]\" is not part of filter patterns: only characters and ranges are",
                       c->rest.p[0]);
    while (c->rest.n && c->rest.p[0] != ']')
        if (take_range(c, it) < 0)
            return -1;
    if (c->rest.n == 0)
        return err_set(c->e, ERR_INVALID, "\"[\" without \"]\" (itself it is written \"\\[\")");
    if (it->n == 0)
        return err_set(c->e, ERR_INVALID, "\"[]\" matches nothing");
    c->rest = sv_from(c->rest, 1);
    c->repeatable = true;
    return 0;
}

static int take_repeat(struct compiler *c, char sign)
{
    if (!c->repeatable)
        return err_set(c->e, ERR_INVALID,
                       "\"%c\" needs a plain character before it to repeat (itself it is written "
                       "\"\\%c\")",
                       sign, sign);
    c->g->items[c->g->n - 1].repeat = sign == '?' ? OPTIONAL : REPEATED;
    c->repeatable = false;
    return 0;
}

static bool ends_with_slash(const struct glob *g)
{
    const struct item *it = &g->items[g->n - 1];
    return it->kind == ITEM_CHARS && it->repeat == ONCE && it->n == 1 && g->ranges[it->first].from == '/' &&
           g->ranges[it->first].to == '/';
}

static void take_stars(struct compiler *c)
{
    struct glob *g = c->g;
    size_t stars = 1;
    while (c->rest.n && c->rest.p[0] == '*') {
        c->rest = sv_from(c->rest, 1);
        stars++;
    }
    /* The cheat sheet: a pattern of two stars, a slash and "docs" also finds the folder docs of the root. */
    if (stars > 1 && sv_starts(c->rest, SV("/")) && (g->n == 0 || ends_with_slash(g)))
        add_item(g, ITEM_FOLDERS);
    add_item(g, stars > 1 ? ITEM_ANY : ITEM_SEGMENT);
    c->repeatable = false;
}

static int take_item(struct compiler *c)
{
    uint32_t ch = take_char(&c->rest);
    if (ch == '*') {
        take_stars(c);
        return 0;
    }
    if (ch == '?' || ch == '+')
        return take_repeat(c, (char)ch);
    if (ch == '[')
        return take_class(c);
    if (ch == '\\' && take_escaped(c, &ch) < 0)
        return -1;
    add_char(c->g, ch);
    c->repeatable = true;
    return 0;
}

int glob_compile(struct sv pattern, struct arena *arena, struct glob **ret, struct err *e)
{
    if (pattern.n > PATTERN_MAX)
        return err_set(e, ERR_INVALID, "the pattern is longer than %d bytes", PATTERN_MAX);
    struct glob *g = arena_new(arena, sizeof *g);
    g->negative = sv_starts(pattern, SV("!"));
    struct compiler c = {.g = g, .rest = sv_from(pattern, g->negative), .e = e};
    if (c.rest.n == 0)
        return err_set(e, ERR_INVALID, "the pattern is empty");
    /* One item a byte at most, and ITEM_FOLDERS comes with two more bytes than items. */
    g->items = arena_new(arena, (c.rest.n + 1) * sizeof *g->items);
    g->ranges = arena_new(arena, (c.rest.n + 1) * sizeof *g->ranges);
    while (c.rest.n)
        if (take_item(&c) < 0)
            return -1;
    *ret = g;
    return 0;
}

bool glob_is_negative(const struct glob *g)
{
    return g->negative;
}

static bool item_takes(const struct glob *g, const struct item *it, uint32_t ch)
{
    if (it->kind == ITEM_ANY)
        return true;
    if (it->kind == ITEM_SEGMENT)
        return ch != '/';
    for (uint32_t i = it->first; i < it->first + it->n; i++)
        if (ch >= g->ranges[i].from && ch <= g->ranges[i].to)
            return true;
    return false;
}

/* Adds what is reached without a character. States only lead forward, so one pass does it. */
static void follow(const struct glob *g, uint8_t *on)
{
    for (size_t i = 0; i < g->n; i++) {
        const struct item *it = &g->items[i];
        if (!on[i])
            continue;
        if (it->kind != ITEM_CHARS || it->repeat == OPTIONAL)
            on[i + 1] = 1;
        if (it->kind == ITEM_FOLDERS)
            on[i + 3] = 1;
    }
}

/* Backwards, so that a state set for the next character is not seen for this one. */
static bool advance(const struct glob *g, uint8_t *on, uint32_t ch)
{
    uint8_t alive = 0;
    on[g->n] = 0;
    for (size_t i = g->n; i-- > 0;) {
        const struct item *it = &g->items[i];
        if (!on[i])
            continue;
        bool takes = it->kind != ITEM_FOLDERS && item_takes(g, it, ch);
        bool stays = it->kind == ITEM_ANY || it->kind == ITEM_SEGMENT || it->repeat == REPEATED;
        on[i] = takes && stays;
        if (takes && it->kind == ITEM_CHARS)
            on[i + 1] = 1;
        alive |= takes;
    }
    return alive;
}

bool glob_match(const struct glob *g, struct sv name)
{
    uint8_t on[PATTERN_MAX + 4] = {1};
    follow(g, on);
    while (name.n) {
        if (!advance(g, on, take_char(&name)))
            return false;
        follow(g, on);
    }
    return on[g->n];
}

int globs_add(struct globs *l, struct sv pattern, struct arena *arena, struct err *e)
{
    struct glob *g;
    if (glob_compile(pattern, arena, &g, e) < 0)
        return -1;
    /* The arrays double at powers of two; the arena keeps the old ones. */
    if ((l->n & (l->n - 1)) == 0) {
        size_t cap = l->n ? l->n * 2 : 1;
        struct glob **at = arena_new(arena, cap * sizeof *at);
        const char **text = arena_new(arena, cap * sizeof *text);
        if (l->n) {
            memcpy(at, l->at, l->n * sizeof *at);
            memcpy(text, l->text, l->n * sizeof *text);
        }
        l->at = at;
        l->text = text;
    }
    l->at[l->n] = g;
    l->text[l->n++] = arena_dup(arena, pattern);
    return 0;
}

bool globs_match(const struct globs *l, struct sv name)
{
    bool matched = false;
    for (size_t i = 0; i < l->n; i++)
        if (matched == l->at[i]->negative && glob_match(l->at[i], name))
            matched = !matched;
    return matched;
}
