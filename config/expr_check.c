/* SPDX-License-Identifier: Apache-2.0 */
#include "config/expr_check.h"
#include "config/braces.h"

enum { SCRATCH = 64 << 10 /* bytes of compiled expressions that are kept at most, but for the last one */ };

static void vsay_at_text(const struct use_check *c, size_t at, int n, const char *code, const char *fmt, va_list ap)
    PRINTF_LIKE(5, 0);

static void vsay_at_text(const struct use_check *c, size_t at, int n, const char *code, const char *fmt, va_list ap)
{
    if (only_counted(c->r))
        return;
    struct ymark place = c->site->node->at;
    bool there = find_in_text(c->r, c->site->node, c->base < at ? c->base : at, at, &place);
    AUTO(buf_free) struct buf text = {0};
    buf_vfmt(&text, fmt, ap);
    say_at(c->r, place, there ? n : 1, code, "%s", text.p);
}

void say_in_expr(const struct use_check *c, size_t at, int n, const char *code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsay_at_text(c, c->base + at, n, code, fmt, ap);
    va_end(ap);
}

size_t path_offset(const struct use_check *c, const struct expr_use *u, size_t i)
{
    size_t at = u->places ? u->places[i] : u->at;
    return at + (at < c->text.n && c->text.p[at] == '\'');
}

void say_at_path(const struct use_check *c, const struct expr_use *u, size_t i, const char *code, const char *fmt, ...)
{
    if (only_counted(c->r))
        return;
    va_list ap;
    va_start(ap, fmt);
    vsay_at_text(c, c->base + path_offset(c, u, i), (int)strlen(u->path[i]), code, fmt, ap);
    va_end(ap);
}

static void each_use(void *ctx, const struct expr_use *u)
{
    use_check(ctx, u);
}

static ptrdiff_t find_word(struct sv text, const char *word)
{
    for (size_t i = 0; i < text.n; i++)
        if (sv_istarts(sv_from(text, i), sv_of(word)))
            return (ptrdiff_t)i;
    return -1;
}

/* Functions that are known, but ask for what is not there at this place. */
static void check_functions(const struct use_check *c, const struct expr *x)
{
    static const struct {
        const char *key, *name, *where;
    } rows[] = {
        {"success", "success", "in \"if\""},
        {"failure", "failure", "in \"if\""},
        {"cancelled", "cancelled", "in \"if\""},
        {"always", "always", "in \"if\""},
        {"hashfiles", "hashFiles", "in the keys of steps"},
        {"changed", "changed", "in \"if\" of a job and in the keys of steps"},
    };
    const struct expr_scope *s = &scopes[c->site->scope];
    if (sv_chr(c->text, '(') < 0)
        return;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (!expr_calls(x, rows[i].key) || is_one_of(sv_of(rows[i].name), s->functions))
            continue;
        ptrdiff_t at = find_word(c->text, rows[i].name);
        say_in_expr(c, at < 0 ? 0 : (size_t)at, (int)strlen(rows[i].name), "function-not-available",
                    "%s() cannot be called in %s: it is there %s", rows[i].name, s->where, rows[i].where);
    }
}

static void expr_check(struct use_check *c)
{
    const struct expr_scope names_later = {.where = scopes[c->site->scope].where};
    const struct expr *x;
    struct err e = {0};
    if (c->scratch->used > SCRATCH)
        arena_free(c->scratch);
    if (expr_compile(c->text, &names_later, c->scratch, &x, &e) < 0) {
        size_t at = e.code > 0 ? (size_t)e.code : 0;
        if (at < c->text.n && c->text.p[at] == '"')
            say_in_expr(c, at, 1, "expression", "a text in an expression stands in '…', not in \"…\"");
        else
            say_in_expr(c, at, 1, "expression", "%s", e.msg);
        return;
    }
    check_functions(c, x);
    expr_each_use(x, each_use, c);
}

static void text_check(struct use_check *c, struct sv raw)
{
    struct braces_at at = {0};
    enum braces found;
    while ((found = braces_next(raw, at.to, &at)) == BRACES_FOUND) {
        c->base = at.from + 3;
        c->text = at.inner;
        if (sv_trim(at.inner).n == 0) {
            c->base = at.from;
            say_in_expr(c, 0, (int)(at.to - at.from), "expression", "${{ }} is empty: write an expression in it");
        } else {
            expr_check(c);
        }
    }
    if (found == BRACES_OPEN) {
        c->base = at.from;
        say_in_expr(c, 0, 3, "expression", "${{ has no end: close it with }}");
    }
}

void sites_check(struct reading *r, const struct workflow *w)
{
    AUTO(arena_free) struct arena scratch = {0};
    AUTO(declared_free) struct declared *declared = declared_new(w);
    for (size_t i = 0; i < r->sites->v.n; i++) {
        const struct expr_site *s = &r->sites->v.at[i];
        struct use_check c = {.r = r, .w = w, .site = s, .declared = declared, .scratch = &scratch};
        if (s->kind == SITE_TEXT) {
            text_check(&c, s->node->text);
            continue;
        }
        c.text = braces_strip(s->node->text);
        c.base = (size_t)(c.text.p - s->node->text.p);
        expr_check(&c);
    }
}
