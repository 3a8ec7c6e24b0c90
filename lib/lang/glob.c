/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/glob_parts.h"

struct compiler {
    struct glob *g;
    struct sv rest;
    struct err *e;
    bool repeatable; /* the last item is a character that no repeat has claimed yet */
};

static struct item *add_item(struct glob *g, enum item_kind kind)
{
    struct item *it = &g->items[g->n++];
    *it = (struct item){.kind = kind, .first = (uint32_t)g->n_ranges};
    return it;
}

static void add_char(struct glob *g, uint32_t c, const char *raw, size_t n)
{
    struct item *it = add_item(g, ITEM_CHARS);
    it->n = 1;
    it->raw_n = c < BAD_BYTE ? (uint8_t)n : 0;
    memcpy(it->raw, raw, it->raw_n);
    g->ranges[g->n_ranges++] = (struct range){c, c};
}

static int take_escaped(struct compiler *c, uint32_t *ret)
{
    if (c->rest.n == 0)
        return err_set(c->e, ERR_INVALID, "\"\\\" at the end escapes nothing");
    *ret = glob_take_char(&c->rest);
    return 0;
}

/* One member of a class, or -1. */
static int take_member(struct compiler *c, uint32_t *ret)
{
    *ret = glob_take_char(&c->rest);
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
    const char *raw = c->rest.p;
    uint32_t ch = glob_take_char(&c->rest);
    if (ch == '*') {
        take_stars(c);
        return 0;
    }
    if (ch == '?' || ch == '+')
        return take_repeat(c, (char)ch);
    if (ch == '[')
        return take_class(c);
    if (ch == '\\') {
        raw = c->rest.p;
        if (take_escaped(c, &ch) < 0)
            return -1;
    }
    add_char(c->g, ch, raw, (size_t)(c->rest.p - raw));
    c->repeatable = true;
    return 0;
}

int glob_compile(struct sv pattern, struct arena *arena, struct glob **ret, struct err *e)
{
    if (pattern.n > GLOB_MAX)
        return err_set(e, ERR_INVALID, "the pattern is longer than %d bytes", GLOB_MAX);
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
    glob_find_fixed(g, arena);
    *ret = g;
    return 0;
}

bool glob_is_negative(const struct glob *g)
{
    return g->negative;
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
