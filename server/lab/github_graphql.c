/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's GraphQL API, as far as repositories are asked for many at a time: a document is checked against the types of
 * github_graphql_types.c and refused as GitHub refuses it; then it is answered, and parts fail by themselves, with
 * their path. Cost as documented: one request for each connection, by hundreds, at least one point. */
#include "server/lab/github_graphql.h"

/* ---- errors ---- */

static void open_error(struct gql_run *r, const char *type, const struct gql_field *f)
{
    struct jout *j = &r->je;
    jout_open(j, '{');
    if (type)
        jout_kstrz(j, "type", type);
    jout_key(j, "path");
    jout_open(j, '[');
    for (size_t i = 0; i < r->depth; i++)
        jout_str(j, r->path[i]);
    jout_close(j, ']');
    jout_key(j, "locations");
    jout_open(j, '[');
    jout_open(j, '{');
    jout_kint(j, "line", f->line);
    jout_kint(j, "column", f->column);
    jout_close(j, '}');
    jout_close(j, ']');
}

void gql_tell_error(struct gql_run *r, const char *type, const struct gql_field *f, const char *message)
{
    open_error(r, type, f);
    jout_kstrz(&r->je, "message", message);
    jout_close(&r->je, '}');
}

bool gql_fails(struct gql_run *r, const char *type, const struct gql_field *f, const char *message)
{
    gql_tell_error(r, type, f, message);
    jout_null(&r->c->j);
    return false;
}

/* ---- arguments ---- */

static const struct gql_value *argument(const struct gql_field *f, const char *name)
{
    for (size_t i = 0; i < f->n_arguments; i++)
        if (sv_is(f->arguments[i].name, name))
            return f->arguments[i].value;
    return NULL;
}

static const struct gql_variable *declared(const struct gql_run *r, struct sv name)
{
    for (size_t i = 0; i < r->doc->n_variables; i++)
        if (sv_eq(name, r->doc->variables[i].name))
            return &r->doc->variables[i];
    return NULL;
}

static const struct jval *given(const struct gql_run *r, struct sv name)
{
    AUTO(buf_free) struct buf key = {0};
    buf_sv(&key, name);
    return jval_get(r->variables, key.p);
}

struct sv gql_text(const struct gql_run *r, const struct gql_field *f, const char *name)
{
    const struct gql_value *v = argument(f, name);
    if (v && v->kind == GQL_VARIABLE) {
        const struct jval *g = given(r, v->text);
        if (g)
            return jval_str(g);
        v = declared(r, v->text) ? declared(r, v->text)->otherwise : NULL;
    }
    return v && (v->kind == GQL_STRING || v->kind == GQL_ENUM) ? v->text : SV_NONE;
}

bool gql_number(const struct gql_run *r, const struct gql_field *f, const char *name, int64_t *ret)
{
    const struct gql_value *v = argument(f, name);
    if (v && v->kind == GQL_VARIABLE) {
        const struct jval *g = given(r, v->text);
        if (g)
            return jval_int(g, ret);
        v = declared(r, v->text) ? declared(r, v->text)->otherwise : NULL;
    }
    if (!v || v->kind != GQL_INT)
        return false;
    *ret = v->number;
    return true;
}

bool gql_has(const struct gql_run *r, const struct gql_field *f, const char *name, const char *word)
{
    const struct gql_value *v = argument(f, name);
    if (v && v->kind == GQL_VARIABLE) {
        const struct jval *g = given(r, v->text);
        for (size_t i = 0; i < jval_len(g); i++)
            if (sv_is(jval_str(jval_item(g, i)), word))
                return true;
        return sv_is(jval_str(g), word);
    }
    for (size_t i = 0; v && v->kind == GQL_LIST && i < v->n_items; i++)
        if (sv_is(v->items[i]->text, word))
            return true;
    return !v || (v->kind == GQL_ENUM && sv_is(v->text, word));
}

/* ---- whether it fits ---- */

static const struct gql_member *member_of(const struct gql_type *t, struct sv name)
{
    for (const struct gql_member *m = t->members; m->name; m++)
        if (sv_is(name, m->name))
            return m;
    return NULL;
}

static void refuse(struct gql_run *r, const struct gql_field *f, const char *code, const char *message)
{
    open_error(r, NULL, f);
    jout_key(&r->je, "extensions");
    jout_open(&r->je, '{');
    jout_kstrz(&r->je, "code", code);
    jout_close(&r->je, '}');
    jout_kstrz(&r->je, "message", message);
    jout_close(&r->je, '}');
}

static bool is_argument(const struct gql_member *m, struct sv name)
{
    struct sv rest = sv_of(m->arguments), one;
    while (sv_next(&rest, ' ', &one))
        if (sv_eq(one, name))
            return true;
    return false;
}

static void check_arguments(struct gql_run *r, const struct gql_type *t, const struct gql_member *m,
                            const struct gql_field *f)
{
    struct arena *a = r->c->arena;
    for (size_t i = 0; i < f->n_arguments; i++) {
        const struct gql_argument *x = &f->arguments[i];
        if (!is_argument(m, x->name))
            refuse(r, f, "argumentNotAccepted",
                   arena_fmt(a, "Field '%s' doesn't accept argument '%.*s'", m->name, SV_ARG(x->name)));
        if (x->value->kind == GQL_VARIABLE && !declared(r, x->value->text))
            refuse(r, f, "variableNotDefined",
                   arena_fmt(a, "Variable $%.*s is used by %s.%s but not declared", SV_ARG(x->value->text), t->name,
                             m->name));
    }
}

static void check_fields(struct gql_run *r, const struct gql_type *t, const struct gql_field *f)
{
    struct arena *a = r->c->arena;
    for (size_t i = 0; i < f->n_fields; i++) {
        const struct gql_field *x = f->fields[i];
        const struct gql_member *m = member_of(t, x->name);
        if (r->depth < ARRAY_LEN(r->path))
            r->path[r->depth++] = x->key;
        if (!m && !sv_is(x->name, "__typename"))
            refuse(r, x, "undefinedField",
                   arena_fmt(a, "Field '%.*s' doesn't exist on type '%s'", SV_ARG(x->name), t->name));
        for (size_t k = 0; k < i; k++)
            if (sv_eq(f->fields[k]->key, x->key))
                refuse(r, x, "fieldConflict", arena_fmt(a, "Field '%.*s' has a conflict", SV_ARG(x->key)));
        if (m && m->type && !x->n_fields)
            refuse(r, x, "selectionMismatch",
                   arena_fmt(a, "Field must have selections (field '%s' returns %s)", m->name, m->type->name));
        if (m && !m->type && x->n_fields)
            refuse(r, x, "selectionMismatch", arena_fmt(a, "Selections can't be made on scalars ('%s')", m->name));
        if (m)
            check_arguments(r, t, m, x);
        if (m && m->type)
            check_fields(r, m->type, x);
        r->depth--;
    }
}

/* Variables that must be there and are not. */
static void check_variables(struct gql_run *r)
{
    for (size_t i = 0; i < r->doc->n_variables; i++) {
        const struct gql_variable *v = &r->doc->variables[i];
        if (sv_ends(v->type, SV("!")) && !v->otherwise && jval_kind(given(r, v->name)) <= J_NULL)
            refuse(r, r->doc->root, "invalidVariable",
                   arena_fmt(r->c->arena, "Variable $%.*s of type %.*s was provided invalid value", SV_ARG(v->name),
                             SV_ARG(v->type)));
    }
}

/* ---- answering ---- */

bool gql_select(struct gql_run *r, const struct gql_type *t, const struct gql_field *f, union gql_subject s)
{
    struct jout *j = &r->c->j;
    jout_open(j, '{');
    for (size_t i = 0; i < f->n_fields; i++) {
        const struct gql_field *x = f->fields[i];
        const struct gql_member *m = member_of(t, x->name);
        jout_keyv(j, x->key);
        if (!m) {
            jout_strz(j, t->name); /* __typename */
            continue;
        }
        r->path[r->depth++] = x->key;
        m->fn(r, x, s);
        r->depth--;
    }
    jout_close(j, '}');
    return true;
}

/* Only errors, no data: the document was not looked at further. */
static void answer_refused(struct lab_call *c, struct sv errors)
{
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_key(j, "errors");
    jout_raw(j, errors);
    jout_close(j, '}');
}

static void answer_unreadable(struct lab_call *c, const struct err *e)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_open(&j, '[');
    jout_open(&j, '{');
    jout_kstrz(&j, "message", e->msg);
    jout_close(&j, '}');
    jout_close(&j, ']');
    answer_refused(c, buf_view(&b));
}

static void answer(struct gql_run *r)
{
    struct lab_call *c = r->c;
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_key(j, "data");
    gql_select(r, &gql_query, r->doc->root, (union gql_subject){0});
    jout_close(&r->je, ']');
    if (r->errors.n > 2) {
        jout_key(j, "errors");
        jout_raw(j, buf_view(&r->errors));
    }
    jout_close(j, '}');
    int64_t points = (r->connections + 50) / 100;
    c->cost = points > 1 ? points - 1 : 0;
}

static void post_graphql(struct lab_call *c)
{
    struct err e = {0};
    struct gql_document doc;
    if (!jval_str(jval_get(c->body, "query")).n) {
        call_message(c, 400, "A query attribute must be specified and must be a string.");
        return;
    }
    if (gql_parse(jval_str(jval_get(c->body, "query")), c->arena, &doc, &e) < 0) {
        answer_unreadable(c, &e);
        return;
    }
    struct gql_run r = {.c = c, .doc = &doc, .variables = jval_get(c->body, "variables")};
    r.je = (struct jout){.buf = &r.errors};
    jout_open(&r.je, '[');
    r.path[r.depth++] = SV("query");
    check_fields(&r, &gql_query, doc.root);
    check_variables(&r);
    r.depth = 0;
    if (r.errors.n > 1) {
        jout_close(&r.je, ']');
        answer_refused(c, buf_view(&r.errors));
    } else {
        answer(&r);
    }
    buf_free(&r.errors);
}

const struct lab_row github_graphql_tops[] = {
    {"POST", "graphql", post_graphql},
    {"POST", "api/graphql", post_graphql},
    {NULL, NULL, NULL},
};
