/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/glob_parts.h"

static size_t sequence_length(unsigned char c)
{
    return c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
}

uint32_t glob_take_char(struct sv *s)
{
    static const uint8_t lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned char c = (unsigned char)s->p[0];
    if (c < 0x80) {
        *s = (struct sv){s->p + 1, s->n - 1};
        return c;
    }
    size_t n = sequence_length(c);
    if (n == 0 || n > s->n || sv_bad_utf8(sv_cut(*s, n)) >= 0) {
        *s = sv_from(*s, 1);
        return BAD_BYTE + c;
    }
    uint32_t v = c & lead[n];
    for (size_t i = 1; i < n; i++)
        v = v << 6 | ((unsigned char)s->p[i] & 0x3f);
    *s = sv_from(*s, n);
    return v;
}

/* ---- what is fixed ---- */

static bool is_fixed(const struct glob *g, size_t i)
{
    bool may_be_left_out = i >= 2 && g->items[i - 2].kind == ITEM_FOLDERS;
    return g->items[i].kind == ITEM_CHARS && g->items[i].repeat == ONCE && g->items[i].raw_n && !may_be_left_out;
}

/* A sequence of UTF-8 begins with a byte that is in the middle of none, so that the bytes of fixed characters are
 * found wherever the characters are, and nowhere else. */
static struct sv fixed_text(const struct glob *g, size_t from, size_t to, struct arena *a)
{
    char *p = arena_new(a, (to - from) * sizeof g->items->raw + 1);
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        memcpy(p + n, g->items[i].raw, g->items[i].raw_n);
        n += g->items[i].raw_n;
    }
    return (struct sv){p, n};
}

static enum glob_rest kind_of_rest(const struct glob *g)
{
    if (g->head == g->tail)
        return REST_NONE;
    if (g->tail - g->head > 1)
        return REST_ITEMS;
    enum item_kind only = g->items[g->head].kind;
    return only == ITEM_ANY ? REST_ANY : only == ITEM_SEGMENT ? REST_SEGMENT : REST_ITEMS;
}

void glob_find_fixed(struct glob *g, struct arena *a)
{
    size_t longest = 0, at = 0;
    for (g->head = 0; g->head < g->n && is_fixed(g, g->head);)
        g->head++;
    for (g->tail = g->n; g->tail > g->head && is_fixed(g, g->tail - 1);)
        g->tail--;
    for (size_t i = g->head, from; i < g->tail; i++) {
        for (from = i; i < g->tail && is_fixed(g, i);)
            i++;
        if (i - from > longest) {
            longest = i - from;
            at = from;
        }
    }
    g->prefix = fixed_text(g, 0, g->head, a);
    g->suffix = fixed_text(g, g->tail, g->n, a);
    g->needle = fixed_text(g, at, at + longest, a);
    g->rest = kind_of_rest(g);
}

/* ---- the walk ---- */

enum { WORD = 64, WORDS = (GLOB_MAX + 4) / WORD + 1 };

struct states {
    uint64_t on[WORDS];
};

static bool is_on(const struct states *s, size_t i)
{
    return s->on[i / WORD] >> i % WORD & 1;
}

/* With what is reached from there without a character. */
static void switch_on(const struct glob *g, struct states *s, size_t i)
{
    while (!is_on(s, i)) {
        s->on[i / WORD] |= 1ull << i % WORD;
        if (i == g->tail || (g->items[i].kind == ITEM_CHARS && g->items[i].repeat != OPTIONAL))
            return;
        if (g->items[i].kind == ITEM_FOLDERS)
            switch_on(g, s, i + 3);
        i++;
    }
}

static bool takes(const struct glob *g, const struct item *it, uint32_t ch)
{
    if (it->kind != ITEM_CHARS)
        return it->kind == ITEM_ANY || (it->kind == ITEM_SEGMENT && ch != '/');
    for (uint32_t i = it->first; i < it->first + it->n; i++)
        if (ch >= g->ranges[i].from && ch <= g->ranges[i].to)
            return true;
    return false;
}

/* False when no state is left. */
static bool advance(const struct glob *g, const struct states *s, uint32_t ch, struct states *ret)
{
    bool alive = false;
    size_t words = g->tail / WORD + 1;
    memset(ret->on, 0, words * sizeof *ret->on);
    for (size_t w = g->head / WORD; w < words; w++)
        for (uint64_t left = s->on[w]; left; left &= left - 1) {
            size_t i = w * WORD + (size_t)__builtin_ctzll(left);
            if (i == g->tail || !takes(g, &g->items[i], ch))
                continue;
            alive = true;
            if (g->items[i].kind != ITEM_CHARS || g->items[i].repeat == REPEATED)
                switch_on(g, ret, i);
            if (g->items[i].kind == ITEM_CHARS)
                switch_on(g, ret, i + 1);
        }
    return alive;
}

static bool walk(const struct glob *g, struct sv name)
{
    struct states s[2];
    unsigned now = 0;
    memset(s[now].on, 0, (g->tail / WORD + 1) * sizeof *s[now].on);
    switch_on(g, &s[now], g->head);
    for (; name.n; now ^= 1)
        if (!advance(g, &s[now], glob_take_char(&name), &s[now ^ 1]))
            return false;
    return is_on(&s[now], g->tail);
}

/* What is between prefix and suffix; false when the name has not both. */
static bool rest_of(const struct glob *g, struct sv name, struct sv *ret)
{
    size_t fixed = g->prefix.n + g->suffix.n;
    if (!name.p)
        name = SV("");
    if (name.n < fixed || memcmp(name.p, g->prefix.p, g->prefix.n) != 0 ||
        memcmp(name.p + name.n - g->suffix.n, g->suffix.p, g->suffix.n) != 0)
        return false;
    *ret = (struct sv){name.p + g->prefix.n, name.n - fixed};
    return true;
}

size_t glob_work(const struct glob *g, struct sv name)
{
    struct sv rest;
    return rest_of(g, name, &rest) && g->rest == REST_ITEMS ? (g->tail - g->head) * rest.n : 0;
}

bool glob_match(const struct glob *g, struct sv name)
{
    struct sv rest;
    if (!rest_of(g, name, &rest))
        return false;
    switch (g->rest) {
    case REST_NONE:
        return rest.n == 0;
    case REST_ANY:
        return true;
    case REST_SEGMENT:
        return !rest.n || !memchr(rest.p, '/', rest.n);
    case REST_ITEMS:
        break;
    }
    return (!g->needle.n || sv_find(rest, g->needle) >= 0) && walk(g, rest);
}
