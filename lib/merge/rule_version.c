/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that differ in nothing but versions. Where both sides raised the same one, the higher wins: what was made for
 * the lower one still has it. A number with one dot may be anything, so outside of manifests its line has to say that
 * it is a version. */
#include <ctype.h>
#include "merge/conflict.h"

struct version {
    struct sv front, number, back; /* "^ 1.2.3 ; a quote and an operator in front, a quote behind */
    int dots;
};

static bool version_of(struct sv word, struct version *ret)
{
    size_t at = 0;
    while (at < word.n && strchr("\"'`^~<>=v ", word.p[at]))
        at++;
    size_t end = at;
    ret->dots = 0;
    while (end < word.n && (isdigit((unsigned char)word.p[end]) ||
                            (word.p[end] == '.' && end + 1 < word.n && isdigit((unsigned char)word.p[end + 1])))) {
        ret->dots += word.p[end] == '.';
        end++;
    }
    if (end == at || !isdigit((unsigned char)word.p[at]))
        return false;
    size_t tail = end;
    if (tail < word.n && (word.p[tail] == '-' || isalpha((unsigned char)word.p[tail])))
        while (tail < word.n && (isalnum((unsigned char)word.p[tail]) || strchr("-.+", word.p[tail])))
            tail++;
    ret->front = sv_cut(word, at);
    ret->number = sv_n(word.p + at, tail - at);
    ret->back = sv_from(word, tail);
    return ret->dots > 0 && (ret->back.n == 0 || (ret->back.n == 1 && strchr("\"'`", ret->back.p[0])));
}

static int compare_numbers(struct sv x, struct sv y)
{
    while (x.n > 1 && x.p[0] == '0')
        x = sv_from(x, 1);
    while (y.n > 1 && y.p[0] == '0')
        y = sv_from(y, 1);
    if (x.n != y.n)
        return x.n < y.n ? -1 : 1;
    int c = memcmp(x.p, y.p, x.n);
    return c < 0 ? -1 : c > 0;
}

static struct sv digits(struct sv s)
{
    size_t n = 0;
    while (n < s.n && isdigit((unsigned char)s.p[n]))
        n++;
    return sv_cut(s, n);
}

/* Below, at or above 0; *ret_sure false when the parts behind the numbers differ, of which nothing general is known
 * but that 1.2-rc is before 1.2. */
static int compare(struct sv x, struct sv y, bool *ret_sure)
{
    *ret_sure = true;
    for (;;) {
        struct sv p = digits(x), q = digits(y);
        int c = compare_numbers(p, q);
        if (c != 0)
            return c;
        x = sv_from(x, p.n);
        y = sv_from(y, q.n);
        bool more_x = x.n > 1 && x.p[0] == '.' && isdigit((unsigned char)x.p[1]);
        bool more_y = y.n > 1 && y.p[0] == '.' && isdigit((unsigned char)y.p[1]);
        if (!more_x || !more_y) {
            if (more_x != more_y)
                return more_x ? 1 : -1;
            break;
        }
        x = sv_from(x, 1);
        y = sv_from(y, 1);
    }
    if (sv_eq(x, y))
        return 0;
    *ret_sure = x.n == 0 || y.n == 0;
    return x.n == 0 ? 1 : -1;
}

static bool is_higher(struct sv x, struct sv y)
{
    bool sure;
    int c = compare(x, y, &sure);
    return sure && c > 0;
}

bool version_higher(struct sv base, struct sv ours, struct sv theirs, struct sv *ret)
{
    struct version b, o, t;
    if (!version_of(ours, &o) || !version_of(theirs, &t) || !sv_eq(o.front, t.front) || !sv_eq(o.back, t.back))
        return false;
    if (base.n && (!version_of(base, &b) || !sv_eq(b.front, o.front) || !is_higher(o.number, b.number) ||
                   !is_higher(t.number, b.number)))
        return false;
    if (!is_higher(o.number, t.number) && !is_higher(t.number, o.number))
        return false;
    *ret = is_higher(o.number, t.number) ? ours : theirs;
    return true;
}

static bool says_version(struct sv text)
{
    static const char *const words[] = {"ersion", "VERSION", "@v"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (sv_find(text, sv_of(words[i])) >= 0)
            return true;
    return false;
}

static struct sv choose(struct sv b, struct sv o, struct sv t, bool trusted, bool *raised)
{
    struct sv higher;
    struct version v;
    if (sv_eq(o, t) || sv_eq(t, b))
        return o;
    if (sv_eq(o, b))
        return t;
    if (!version_higher(b, o, t, &higher) || (!trusted && (!version_of(o, &v) || v.dots < 2)))
        return SV_NONE;
    *raised = true;
    return higher;
}

/* Both added the same line but for the version, or both changed it. */
bool rule_version(const struct conflict *c, struct buf *ret)
{
    struct seq_names names = {0};
    struct seq b, o, t;
    size_t start = ret->n;
    seq_words(&names, conflict_base(c), c->a, &b);
    seq_words(&names, conflict_ours(c), c->a, &o);
    seq_words(&names, conflict_theirs(c), c->a, &t);
    seq_names_free(&names);
    bool raised = false, good = o.n == t.n && (b.n == o.n || c->p->b_n == 0) && !c->kind.lock;
    bool trusted = c->kind.manifest || says_version(conflict_ours(c));
    for (size_t i = 0; good && i < o.n; i++) {
        struct sv word = choose(b.n ? b.at[i] : SV(""), o.at[i], t.at[i], trusted, &raised);
        good = word.p != NULL;
        buf_sv(ret, word);
    }
    if (!good || !raised)
        ret->n = start;
    return good && raised;
}
