/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/semver.h"

static const uint64_t most = ((uint64_t)1 << 53) - 1; /* what JavaScript counts to */

/* A version of which the back part may be left out or an x. */
struct partial {
    struct semver v;
    int given; /* numbers: 0 for `*`, 3 for a whole version */
};

struct reader {
    struct sv text;
    size_t at;
    struct err *e;
};

static int wrong(struct reader *r, const char *what)
{
    err_set(r->e, ERR_INVALID, "%s", what);
    r->e->code = (int)r->at;
    return -1;
}

static char peek(const struct reader *r)
{
    return r->at < r->text.n ? r->text.p[r->at] : 0;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_blanks(struct reader *r)
{
    while (is_blank(peek(r)))
        r->at++;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    char low = (char)(c | 0x20);
    return is_digit(c) || c == '-' || (low >= 'a' && low <= 'z');
}

static int read_number(struct reader *r, uint64_t *ret)
{
    uint64_t n = 0;
    size_t from = r->at;
    if (!is_digit(peek(r)))
        return wrong(r, "a number is missing in the version");
    for (; is_digit(peek(r)); r->at++) {
        n = n * 10 + (uint64_t)(peek(r) - '0');
        if (n > most)
            return wrong(r, "a number of the version is too large");
    }
    if (r->at - from > 1 && r->text.p[from] == '0') {
        r->at = from;
        return wrong(r, "a number of the version begins with 0");
    }
    *ret = n;
    return 0;
}

static bool is_numeric(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]))
            return false;
    return s.n > 0;
}

/* Words with points between them. */
static int read_words(struct reader *r, struct sv *ret)
{
    size_t from = r->at;
    for (;;) {
        size_t word = r->at;
        while (is_word(peek(r)))
            r->at++;
        struct sv s = sv_n(r->text.p + word, r->at - word);
        if (s.n == 0)
            return wrong(r, "a word is missing behind the version");
        if (ret && s.n > 1 && s.p[0] == '0' && is_numeric(s))
            return wrong(r, "a number of the pre-release begins with 0");
        if (peek(r) != '.')
            break;
        r->at++;
    }
    if (ret)
        *ret = sv_n(r->text.p + from, r->at - from);
    return 0;
}

static int read_tail(struct reader *r, struct semver *v)
{
    if (peek(r) == '-') {
        r->at++;
        if (read_words(r, &v->pre) < 0)
            return -1;
    }
    if (peek(r) == '+') {
        r->at++;
        if (read_words(r, NULL) < 0)
            return -1;
    }
    return 0;
}

static bool take_x(struct reader *r)
{
    char c = peek(r);
    if (c != 'x' && c != 'X' && c != '*')
        return false;
    r->at++;
    return true;
}

static int read_partial(struct reader *r, struct partial *ret)
{
    bool open = false;
    *ret = (struct partial){0};
    if (peek(r) == 'v' || peek(r) == 'V')
        r->at++;
    for (int i = 0; i < 3; i++) {
        if (i && peek(r) != '.')
            return 0;
        r->at += i > 0;
        if (take_x(r)) {
            open = true;
        } else if (read_number(r, &ret->v.number[i]) < 0) {
            return -1;
        } else if (!open) {
            ret->given = i + 1;
        }
    }
    return read_tail(r, &ret->v);
}

int semver_parse(struct sv text, struct semver *ret, struct err *e)
{
    struct reader r = {.text = text, .e = e};
    struct partial p;
    skip_blanks(&r);
    if (read_partial(&r, &p) < 0)
        return -1;
    if (p.given < 3)
        return wrong(&r, "a version has three numbers");
    skip_blanks(&r);
    if (r.at < text.n)
        return wrong(&r, "the version goes on where it should end");
    *ret = p.v;
    return 0;
}

static int compare_words(struct sv a, struct sv b)
{
    bool na = is_numeric(a), nb = is_numeric(b);
    if (na != nb)
        return na ? -1 : 1;
    if (na && a.n != b.n)
        return a.n < b.n ? -1 : 1;
    int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
    return order ? order : a.n < b.n ? -1 : a.n > b.n;
}

int semver_compare(const struct semver *a, const struct semver *b)
{
    for (int i = 0; i < 3; i++)
        if (a->number[i] != b->number[i])
            return a->number[i] < b->number[i] ? -1 : 1;
    if (!a->pre.n || !b->pre.n)
        return a->pre.n ? -1 : b->pre.n ? 1 : 0;
    struct sv x = a->pre, y = b->pre, p, q;
    for (;;) {
        bool more_x = sv_next(&x, '.', &p), more_y = sv_next(&y, '.', &q);
        if (!more_x || !more_y)
            return more_x ? 1 : more_y ? -1 : 0;
        int order = compare_words(p, q);
        if (order)
            return order;
    }
}

/* ---- ranges ---- */

struct trial { /* of one version against the comparators between two || */
    const struct semver *v;
    bool fits, pre_named;
};

enum side { BELOW, BELOW_OR_AT, AT, AT_OR_ABOVE, ABOVE };

static void try_against(struct trial *t, enum side side, const struct semver *limit)
{
    int order = semver_compare(t->v, limit);
    bool ok = side == BELOW         ? order < 0
              : side == BELOW_OR_AT ? order <= 0
              : side == AT          ? order == 0
              : side == AT_OR_ABOVE ? order >= 0
                                    : order > 0;
    t->fits &= ok;
    if (limit->pre.n && memcmp(limit->number, t->v->number, sizeof limit->number) == 0)
        t->pre_named = true;
}

/* Below everything that has another number at `place`, its pre-releases included. */
static void try_below_next(struct trial *t, const struct semver *v, int place)
{
    struct semver next = {.pre = SV("0")};
    for (int i = 0; i <= place; i++)
        next.number[i] = v->number[i] + (i == place);
    try_against(t, BELOW, &next);
}

static void try_caret(struct trial *t, const struct partial *p)
{
    if (p->given == 0)
        return;
    int place = 0;
    while (place < p->given - 1 && p->v.number[place] == 0)
        place++;
    try_against(t, AT_OR_ABOVE, &p->v);
    try_below_next(t, &p->v, place);
}

static void try_tilde(struct trial *t, const struct partial *p)
{
    if (p->given == 0)
        return;
    try_against(t, AT_OR_ABOVE, &p->v);
    try_below_next(t, &p->v, p->given > 1 ? 1 : 0);
}

static void try_open(struct trial *t, enum side side, const struct partial *p)
{
    struct semver v = p->v;
    if (p->given == 0) {
        t->fits &= side != BELOW && side != ABOVE;
    } else if (side == AT) {
        try_tilde(t, p);
    } else if (side == ABOVE) {
        v.number[p->given - 1]++;
        try_against(t, AT_OR_ABOVE, &v);
    } else if (side == BELOW_OR_AT) {
        try_below_next(t, &v, p->given - 1);
    } else {
        if (side == BELOW)
            v.pre = SV("0");
        try_against(t, side, &v);
    }
}

/* Numbers behind an x count for nothing, nor does a pre-release there. */
static int read_limit(struct reader *r, struct partial *p)
{
    skip_blanks(r);
    if (read_partial(r, p) < 0)
        return -1;
    for (int i = p->given; i < 3; i++)
        p->v.number[i] = 0;
    if (p->given < 3)
        p->v.pre = SV_NONE;
    return 0;
}

static enum side take_side(struct reader *r)
{
    static const struct {
        struct sv text;
        enum side side;
    } sides[] = {
        {{"<=", 2}, BELOW_OR_AT}, {{">=", 2}, AT_OR_ABOVE}, {{"<", 1}, BELOW}, {{">", 1}, ABOVE}, {{"=", 1}, AT}};
    struct sv rest = sv_from(r->text, r->at);
    for (size_t i = 0; i < ARRAY_LEN(sides); i++)
        if (sv_starts(rest, sides[i].text)) {
            r->at += sides[i].text.n;
            return sides[i].side;
        }
    return AT;
}

/* " - 2.3" behind a version */
static bool is_hyphen(const struct reader *r)
{
    struct reader look = *r;
    skip_blanks(&look);
    return look.at > r->at && peek(&look) == '-' && look.at + 1 < look.text.n && is_blank(look.text.p[look.at + 1]);
}

static int try_hyphen(struct reader *r, struct trial *t, const struct partial *from)
{
    struct partial to;
    skip_blanks(r);
    r->at++;
    if (read_limit(r, &to) < 0)
        return -1;
    try_against(t, AT_OR_ABOVE, &from->v);
    if (to.given == 3)
        try_against(t, BELOW_OR_AT, &to.v);
    else
        try_open(t, BELOW_OR_AT, &to);
    return 0;
}

static int try_comparator(struct reader *r, struct trial *t)
{
    struct partial p;
    char c = peek(r);
    if (c == '^' || c == '~') {
        r->at++;
        r->at += c == '~' && peek(r) == '>';
        if (read_limit(r, &p) < 0)
            return -1;
        (c == '^' ? try_caret : try_tilde)(t, &p);
    } else {
        size_t from = r->at;
        enum side side = take_side(r);
        bool bare = r->at == from;
        if (read_limit(r, &p) < 0)
            return -1;
        if (bare && is_hyphen(r))
            return try_hyphen(r, t, &p);
        if (p.given == 3)
            try_against(t, side, &p.v);
        else
            try_open(t, side, &p);
    }
    return 0;
}

int semver_in(const struct semver *v, struct sv range, struct err *e)
{
    struct reader r = {.text = range, .e = e};
    bool in = false;
    for (;;) {
        struct trial t = {.v = v, .fits = true};
        for (skip_blanks(&r); r.at < range.n && peek(&r) != '|'; skip_blanks(&r)) {
            size_t before = r.at;
            if (try_comparator(&r, &t) < 0)
                return -1;
            char next = peek(&r);
            if (r.at == before || (r.at < range.n && !is_blank(next) && !strchr("|<>=^~", next ? next : 'x')))
                return wrong(&r, "the range goes on where a version should end");
        }
        in |= t.fits && (t.pre_named || !v->pre.n);
        if (r.at >= range.n)
            return in;
        if (!sv_starts(sv_from(range, r.at), SV("||")))
            return wrong(&r, "a range has || between its parts");
        r.at += 2;
    }
}
