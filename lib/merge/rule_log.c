/* SPDX-License-Identifier: Apache-2.0 */
/* Change logs: what both sides added at the same place stays, theirs below ours; under a heading that both added, once,
 * stand the entries of both. The newer of two releases comes first. */
#include <ctype.h>
#include "merge/conflict.h"

struct section {       /* a heading with the lines below it, without blank lines at the end */
    struct sv heading; /* absent: lines before the first */
    int level;
    size_t parent; /* index in its own log; SIZE_MAX = none */
    VEC(struct sv) lines;
    bool placed;
};
struct log {
    VEC(struct section) v;
    bool blank_end; /* ends with a blank line */
};

static int level_of(struct sv line)
{
    int n = 0;
    while ((size_t)n < line.n && line.p[n] == '#')
        n++;
    return n > 0 && (size_t)n < line.n && line.p[n] == ' ' ? n : 0;
}

static size_t parent_of(const struct log *l, int level)
{
    for (size_t i = l->v.n; i-- > 0;)
        if (l->v.at[i].level && l->v.at[i].level < level)
            return i;
    return SIZE_MAX;
}

static void drop_blank_end(struct section *s)
{
    while (s->lines.n && line_is_blank(s->lines.at[s->lines.n - 1]))
        s->lines.n--;
}

static void log_of(const struct seq *s, size_t at, size_t n, struct log *ret)
{
    struct section open = {.parent = SIZE_MAX};
    VEC_PUSH(&ret->v, open);
    for (size_t i = at; i < at + n; i++) {
        struct sv line = s->at[i];
        int level = level_of(line);
        ret->blank_end = line_is_blank(line);
        if (level) {
            struct section next = {.heading = line, .level = level, .parent = parent_of(ret, level)};
            VEC_PUSH(&ret->v, next);
        } else {
            VEC_PUSH(&ret->v.at[ret->v.n - 1].lines, line);
        }
    }
    for (size_t i = 0; i < ret->v.n; i++)
        drop_blank_end(&ret->v.at[i]);
}

static void log_free(struct log *l)
{
    for (size_t i = 0; i < l->v.n; i++)
        VEC_FREE(&l->v.at[i].lines);
    VEC_FREE(&l->v);
}

static bool same_place(const struct log *x, size_t i, const struct log *y, size_t k)
{
    for (;;) {
        const struct section *p = &x->v.at[i], *q = &y->v.at[k];
        if (p->level != q->level || !sv_eq(sv_trim(p->heading), sv_trim(q->heading)))
            return false;
        if (p->parent == SIZE_MAX || q->parent == SIZE_MAX)
            return p->parent == q->parent;
        i = p->parent;
        k = q->parent;
    }
}

static void put_line(struct sv line, struct buf *ret)
{
    buf_sv(ret, line);
    if (line.n && line.p[line.n - 1] != '\n')
        buf_chr(ret, '\n');
}

static bool has_line(const struct section *s, struct sv line)
{
    for (size_t i = 0; i < s->lines.n; i++)
        if (sv_eq(sv_trim(s->lines.at[i]), sv_trim(line)))
            return true;
    return false;
}

/* Entries of several lines hang together, so single lines are left out only where none is indented. */
static void put_section(const struct section *s, const struct section *more, struct buf *ret)
{
    bool single = true;
    if (s->heading.p)
        put_line(s->heading, ret);
    for (size_t i = 0; i < s->lines.n; i++)
        put_line(s->lines.at[i], ret);
    for (size_t i = 0; more && i < more->lines.n; i++)
        single = single && line_indent(more->lines.at[i]).n == 0;
    bool started = s->lines.n == 0;
    for (size_t i = 0; more && i < more->lines.n; i++) {
        struct sv line = more->lines.at[i];
        if ((!started && line_is_blank(line)) || (single && !line_is_blank(line) && has_line(s, line)))
            continue;
        started = true;
        put_line(line, ret);
    }
}

/* Every section of theirs below `parent` that has no place yet. */
static void put_rest(struct log *t, size_t parent, struct buf *ret)
{
    for (size_t i = 1; i < t->v.n; i++)
        if (!t->v.at[i].placed && t->v.at[i].parent == parent) {
            t->v.at[i].placed = true;
            if (ret->n && !sv_ends(buf_view(ret), SV("\n\n")))
                buf_chr(ret, '\n');
            put_section(&t->v.at[i], NULL, ret);
            put_rest(t, i, ret);
        }
}

static size_t match_of(const struct log *o, size_t i, const struct log *t)
{
    for (size_t k = 0; k < t->v.n; k++)
        if (same_place(o, i, t, k))
            return k;
    return SIZE_MAX;
}

/* Ours with what theirs has under the same headings; a new heading of theirs comes at the end of what it is under. */
static void put_logs(struct log *o, struct log *t, struct buf *ret)
{
    for (size_t i = 0; i < o->v.n; i++) {
        size_t k = match_of(o, i, t);
        if (k != SIZE_MAX)
            t->v.at[k].placed = true;
    }
    for (size_t i = 0; i < o->v.n; i++) {
        size_t k = match_of(o, i, t);
        if (o->v.at[i].heading.p && ret->n && !sv_ends(buf_view(ret), SV("\n\n")))
            buf_chr(ret, '\n');
        put_section(&o->v.at[i], k == SIZE_MAX ? NULL : &t->v.at[k], ret);
        bool last_below = i + 1 == o->v.n || o->v.at[i + 1].level <= o->v.at[i].level;
        for (size_t at = i; last_below && at != SIZE_MAX; at = o->v.at[at].parent) {
            size_t same = match_of(o, at, t);
            if (same != SIZE_MAX && at > 0)
                put_rest(t, same, ret);
            if (i + 1 < o->v.n && o->v.at[at].parent == o->v.at[i + 1].parent)
                break;
        }
    }
    put_rest(t, SIZE_MAX, ret);
}

/* The version in a heading: "## [1.2.0] - 2024-01-01". */
static struct sv release_of(const struct log *l)
{
    struct sv heading = l->v.n > 1 && l->v.at[0].lines.n == 0 ? l->v.at[1].heading : SV_NONE;
    size_t at = 0;
    if (!heading.p)
        return SV("");
    while (at < heading.n && !isdigit((unsigned char)heading.p[at]))
        at++;
    size_t end = at;
    while (end < heading.n && (isalnum((unsigned char)heading.p[end]) || strchr(".-+", heading.p[end])))
        end++;
    return sv_n(heading.p + at, end - at);
}

static bool theirs_is_newer(const struct log *o, const struct log *t)
{
    struct sv x = release_of(o), y = release_of(t), higher;
    return x.n && y.n && version_higher(SV(""), x, y, &higher) && sv_eq(higher, y);
}

static bool is_whole(struct sv text)
{
    return text.n && text.p[text.n - 1] == '\n' && sv_find(text, SV("\r\n")) < 0;
}

bool rule_log(const struct conflict *c, struct buf *ret)
{
    const struct part *p = c->p;
    if (c->kind.form != FORM_LOG || p->b_n != 0 || !is_whole(conflict_ours(c)) || !is_whole(conflict_theirs(c)))
        return false;
    struct log o = {0}, t = {0};
    AUTO(buf_free) struct buf text = {0};
    log_of(&c->x->ours, p->o, p->o_n, &o);
    log_of(&c->x->theirs, p->t, p->t_n, &t);
    if (theirs_is_newer(&o, &t))
        put_logs(&t, &o, &text);
    else
        put_logs(&o, &t, &text);
    if (o.blank_end || t.blank_end)
        buf_chr(&text, '\n');
    buf_sv(ret, buf_view(&text));
    log_free(&o);
    log_free(&t);
    return true;
}
