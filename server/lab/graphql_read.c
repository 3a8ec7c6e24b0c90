/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/graphql.h"

enum { DEPTH_MOST = 20, FIELDS_MOST = 5000, LIST_MOST = 100 };

struct reading {
    struct sv text;
    size_t at;
    int line;
    size_t line_at; /* where the line begins */
    struct arena *arena;
    size_t fields;
    struct err *e;
};

static int fail(struct reading *r, const char *what)
{
    r->e->code = r->line;
    err_set(r->e, ERR_INVALID, "Parse error at [%d, %d]: %s", r->line, (int)(r->at - r->line_at) + 1, what);
    r->e->code = r->line;
    return -1;
}

static char peek(struct reading *r)
{
    while (r->at < r->text.n) {
        char c = r->text.p[r->at];
        if (c == '#')
            while (r->at < r->text.n && r->text.p[r->at] != '\n')
                r->at++;
        else if (c == ' ' || c == '\t' || c == ',' || c == '\r' || c == '\n') {
            if (r->text.p[r->at++] == '\n') {
                r->line++;
                r->line_at = r->at;
            }
        } else
            return c;
    }
    return 0;
}

static bool take(struct reading *r, char c)
{
    if (peek(r) != c)
        return false;
    r->at++;
    return true;
}

static bool is_name_char(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!first && c >= '0' && c <= '9');
}

/* Empty: there is none. */
static struct sv name(struct reading *r)
{
    peek(r);
    size_t from = r->at;
    while (r->at < r->text.n && is_name_char(r->text.p[r->at], r->at == from))
        r->at++;
    return sv_n(r->text.p + from, r->at - from);
}

/* ---- values ---- */

static int value(struct reading *r, int depth, struct gql_value **ret);

static int string(struct reading *r, struct gql_value *v)
{
    AUTO(buf_free) struct buf b = {0};
    v->kind = GQL_STRING;
    if (sv_starts(sv_from(r->text, r->at), SV("\"\"")))
        return fail(r, "block strings are not understood here");
    for (; r->at < r->text.n && r->text.p[r->at] != '"'; r->at++) {
        char c = r->text.p[r->at];
        if ((unsigned char)c < ' ')
            return fail(r, "a string ends in its line");
        if (c == '\\') {
            c = ++r->at < r->text.n ? r->text.p[r->at] : 0;
            const char *from = strchr("\"\\/bfnrt", c);
            if (!c || !from)
                return fail(r, "an escape that is not understood here");
            c = "\"\\/\b\f\n\r\t"[from - "\"\\/bfnrt"];
        }
        buf_chr(&b, c);
    }
    if (r->at == r->text.n)
        return fail(r, "the string has no end");
    r->at++;
    v->text = arena_sv(r->arena, buf_view(&b));
    return 0;
}

static int number(struct reading *r, struct gql_value *v)
{
    size_t from = r->at;
    v->kind = GQL_INT;
    while (r->at < r->text.n && strchr("-0123456789", r->text.p[r->at]))
        r->at++;
    if (!sv_int(sv_n(r->text.p + from, r->at - from), &v->number))
        return fail(r, "no whole number");
    return 0;
}

static int list(struct reading *r, int depth, struct gql_value *v)
{
    struct gql_value *items[LIST_MOST] = {0};
    size_t n = 0;
    v->kind = GQL_LIST;
    while (!take(r, ']')) {
        if (n == LIST_MOST)
            return fail(r, "the list is too long");
        if (value(r, depth + 1, &items[n++]) < 0)
            return -1;
    }
    struct gql_value **kept = arena_new(r->arena, (n + 1) * sizeof *kept);
    memcpy(kept, items, n * sizeof *kept);
    v->items = kept;
    v->n_items = n;
    return 0;
}

static int value(struct reading *r, int depth, struct gql_value **ret)
{
    struct gql_value *v = *ret = arena_new(r->arena, sizeof *v);
    char c = peek(r);
    if (depth > DEPTH_MOST)
        return fail(r, "too deep");
    if (c == '$' || c == '[' || c == '"')
        r->at++;
    if (c == '[')
        return list(r, depth, v);
    if (c == '"')
        return string(r, v);
    if (c == '-' || (c >= '0' && c <= '9'))
        return number(r, v);
    v->text = name(r);
    if (!v->text.n)
        return fail(r, c == '{' ? "objects are not understood here" : "a value is missing");
    v->kind = c == '$'                                            ? GQL_VARIABLE
              : sv_is(v->text, "true") || sv_is(v->text, "false") ? GQL_BOOL
              : sv_is(v->text, "null")                            ? GQL_NULL
                                                                  : GQL_ENUM;
    return 0;
}

/* ---- selections ---- */

static int arguments(struct reading *r, struct gql_field *f)
{
    struct gql_argument found[16] = {0};
    size_t n = 0;
    if (!take(r, '('))
        return 0;
    while (!take(r, ')')) {
        struct gql_value *v;
        if (n == ARRAY_LEN(found))
            return fail(r, "too many arguments");
        found[n].name = name(r);
        if (!found[n].name.n || !take(r, ':'))
            return fail(r, "an argument is name: value");
        if (value(r, 0, &v) < 0)
            return -1;
        found[n++].value = v;
    }
    struct gql_argument *kept = arena_new(r->arena, (n + 1) * sizeof *kept);
    memcpy(kept, found, n * sizeof *kept);
    f->arguments = kept;
    f->n_arguments = n;
    return n ? 0 : fail(r, "no arguments are no brackets");
}

static int selections(struct reading *r, int depth, struct gql_field *f);

static int field(struct reading *r, int depth, struct gql_field **ret)
{
    struct gql_field *f = *ret = arena_new(r->arena, sizeof *f);
    if (peek(r) == '.')
        return fail(r, "fragments are not understood here");
    if (r->fields++ == FIELDS_MOST)
        return fail(r, "too many fields");
    f->line = r->line;
    f->column = (int)(r->at - r->line_at) + 1;
    f->name = f->key = name(r);
    if (!f->name.n)
        return fail(r, "a field is missing");
    if (take(r, ':')) {
        f->name = name(r);
        if (!f->name.n)
            return fail(r, "a field is missing behind its alias");
    }
    if (arguments(r, f) < 0)
        return -1;
    if (peek(r) == '@')
        return fail(r, "directives are not understood here");
    return peek(r) == '{' ? selections(r, depth + 1, f) : 0;
}

static int selections(struct reading *r, int depth, struct gql_field *f)
{
    VEC(struct gql_field *) found = {0};
    int rc = 0;
    if (depth > DEPTH_MOST || !take(r, '{'))
        return fail(r, depth > DEPTH_MOST ? "too deep" : "{ is missing");
    while (rc == 0 && !take(r, '}')) {
        struct gql_field *x;
        rc = field(r, depth, &x);
        VEC_PUSH(&found, x);
    }
    struct gql_field **kept = arena_new(r->arena, (found.n + 1) * sizeof *kept);
    if (found.n)
        memcpy(kept, found.at, found.n * sizeof *kept);
    f->fields = kept;
    f->n_fields = found.n;
    VEC_FREE(&found);
    return rc == 0 && !f->n_fields ? fail(r, "nothing is selected") : rc;
}

/* ---- the operation ---- */

static struct sv type(struct reading *r)
{
    peek(r);
    size_t from = r->at;
    while (r->at < r->text.n && (is_name_char(r->text.p[r->at], false) || strchr("[]!", r->text.p[r->at])))
        r->at++;
    return sv_n(r->text.p + from, r->at - from);
}

static int variables(struct reading *r, struct gql_document *d)
{
    VEC(struct gql_variable) found = {0};
    int rc = 0;
    if (!take(r, '('))
        return 0;
    while (rc == 0 && !take(r, ')')) {
        struct gql_variable v = {0};
        struct gql_value *otherwise = NULL;
        bool marked = take(r, '$');
        v.name = marked ? name(r) : SV("");
        if (!v.name.n || !take(r, ':') || !(v.type = type(r)).n)
            rc = fail(r, "a variable is $name: Type");
        else if (take(r, '='))
            rc = value(r, 0, &otherwise);
        v.otherwise = otherwise;
        VEC_PUSH(&found, v);
    }
    struct gql_variable *kept = arena_new(r->arena, (found.n + 1) * sizeof *kept);
    if (found.n)
        memcpy(kept, found.at, found.n * sizeof *kept);
    d->variables = kept;
    d->n_variables = found.n;
    VEC_FREE(&found);
    return rc;
}

int gql_parse(struct sv text, struct arena *a, struct gql_document *ret, struct err *e)
{
    struct reading r = {.text = text, .line = 1, .arena = a, .e = e};
    struct gql_field *root = arena_new(a, sizeof *root);
    *ret = (struct gql_document){.root = root};
    if (peek(&r) != '{') {
        struct sv word = name(&r);
        if (!sv_is(word, "query"))
            return fail(&r, "only queries are understood here");
        name(&r); /* of the operation, if it has one */
        if (variables(&r, ret) < 0)
            return -1;
    }
    if (selections(&r, 0, root) < 0)
        return -1;
    return peek(&r) ? fail(&r, "one operation a document") : 0;
}
