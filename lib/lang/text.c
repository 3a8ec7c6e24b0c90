/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/expr_tree.h"
#include "lang/fold.h"
#include "lang/text.h"

struct part {
    struct sv plain;
    const struct expr *x; /* NULL: plain */
};

struct text {
    struct part *parts;
    size_t n;
};

static const struct sv opening = {"${{", 3}, closing = {"}}", 2};

bool text_has_expr(struct sv raw)
{
    return sv_find(raw, opening) >= 0;
}

/* Where the expression that begins at `from` has its }}; raw.n when it has none. A quoted }} is text. */
static size_t end_of(struct sv raw, size_t from)
{
    bool quoted = false;
    for (size_t i = from; i < raw.n; i++) {
        if (raw.p[i] == '\'')
            quoted = !quoted;
        else if (!quoted && sv_starts(sv_from(raw, i), closing))
            return i;
    }
    return raw.n;
}

static size_t next_opening(struct sv raw, size_t from)
{
    ptrdiff_t found = sv_find(sv_from(raw, from), opening);
    return found < 0 ? raw.n : from + (size_t)found;
}

static int fail_at(struct err *e, size_t at, const char *what)
{
    err_set(e, ERR_INVALID, "%s", what);
    e->code = (int)at;
    return -1;
}

static void add_plain(struct text *t, struct sv raw, size_t from, size_t to)
{
    if (to > from)
        t->parts[t->n++] = (struct part){.plain = sv_n(raw.p + from, to - from)};
}

/* *at is at a ${{; it is behind the }} after. */
static int add_expr(struct text *t, struct sv raw, size_t *at, const struct expr_scope *scope, struct arena *arena,
                    struct err *e)
{
    size_t from = *at + opening.n, end = end_of(raw, from);
    struct part *p = &t->parts[t->n++];
    if (end == raw.n)
        return fail_at(e, *at, "this ${{ has no }}");
    struct sv inner = sv_n(raw.p + from, end - from);
    if (blank_trim(inner).n == 0)
        return fail_at(e, *at, "there is no expression between ${{ and }}");
    *at = end + closing.n;
    return expr_compile_at(inner, from, scope, arena, &p->x, e);
}

static size_t count_openings(struct sv raw)
{
    size_t n = 0;
    for (size_t at = next_opening(raw, 0); at < raw.n; at = next_opening(raw, at + 1))
        n++;
    return n;
}

/* One expression with nothing but blanks around it is that alone. */
static void drop_blanks(struct text *t)
{
    size_t found = 0, n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->parts[i].x || blank_trim(t->parts[i].plain).n) {
            found = i;
            n++;
        }
    if (n == 1 && t->parts[found].x) {
        t->parts[0] = t->parts[found];
        t->n = 1;
    }
}

int text_compile(struct sv raw, const struct expr_scope *scope, struct arena *arena, const struct text **ret,
                 struct err *e)
{
    struct text *t = arena_new(arena, sizeof *t);
    raw = arena_sv(arena, raw.p ? raw : SV(""));
    t->parts = arena_new(arena, (2 * count_openings(raw) + 1) * sizeof *t->parts);
    for (size_t at = 0; at < raw.n;) {
        size_t next = next_opening(raw, at);
        add_plain(t, raw, at, next);
        at = next;
        if (at < raw.n && add_expr(t, raw, &at, scope, arena, e) < 0)
            return -1;
    }
    drop_blanks(t);
    *ret = t;
    return 0;
}

static int join_parts(const struct text *t, const struct expr_world *w, struct arena *a, struct buf *out, struct err *e)
{
    for (size_t i = 0; i < t->n; i++) {
        struct val v = val_string(t->parts[i].plain);
        if (t->parts[i].x && expr_eval(t->parts[i].x, w, a, &v, e) < 0)
            return -1;
        struct sv s = val_to_string(v, a);
        if (s.n > EXPR_RESULT - out->n)
            return fail_at(e, 0, "The maximum allowed memory size was exceeded");
        buf_sv(out, s);
    }
    return 0;
}

int text_eval(const struct text *t, const struct expr_world *w, struct arena *a, struct val *ret, struct err *e)
{
    AUTO(buf_free) struct buf out = {0};
    if (t->n == 1 && t->parts[0].x)
        return expr_eval(t->parts[0].x, w, a, ret, e);
    *ret = VAL_NONE;
    if (join_parts(t, w, a, &out, e) < 0)
        return -1;
    *ret = val_string(arena_sv(a, buf_view(&out)));
    return 0;
}

int text_value(struct sv raw, const struct expr_world *w, struct arena *a, struct val *ret, struct err *e)
{
    const struct text *t;
    *ret = VAL_NONE;
    return text_compile(raw, NULL, a, &t, e) < 0 ? -1 : text_eval(t, w, a, ret, e);
}

const struct expr *text_expr(const struct text *t, size_t i)
{
    for (size_t k = 0; k < t->n; k++)
        if (t->parts[k].x && i-- == 0)
            return t->parts[k].x;
    return NULL;
}

int cond_compile(struct sv raw, const struct expr_scope *scope, struct arena *arena, const struct expr **ret,
                 struct err *e)
{
    const struct expr *x = NULL;
    const struct text *t;
    if (!text_has_expr(raw)) {
        if (expr_compile_at(raw, 0, scope, arena, &x, e) < 0)
            return -1;
    } else {
        if (text_compile(raw, scope, arena, &t, e) < 0)
            return -1;
        x = text_expr(t, 0);
        if (t->n != 1)
            return fail_at(e, 0,
                           "a condition with text around its ${{ }} is always true: put all of it between ${{ "
                           "and }}, or leave them out");
    }
    *ret = expr_has_status(x) ? x : expr_after_success(x, arena);
    return 0;
}
