/* SPDX-License-Identifier: Apache-2.0 */
#include "config/schema.h"
#include "config/objects.h"
#include "fmt/json.h"

const char *const schema_name[] = {"workflow", "server", "repositories"};
static const struct object *const roots[] = {&workflow_object, &server_object, &repositories_object};

static void shape_write(struct jout *j, const struct shape *s);

/* A text with an expression in it. */
static void expr_write_schema(struct jout *j)
{
    jout_open(j, '{');
    jout_kstrz(j, "type", "string");
    jout_kstrz(j, "pattern", "\\$\\{\\{");
    jout_close(j, '}');
}

static void null_write(struct jout *j)
{
    jout_open(j, '{');
    jout_kstrz(j, "type", "null");
    jout_close(j, '}');
}

/* In YAML a text without quotes may look like a number or a flag, and is taken as text. */
static void text_write(struct jout *j, const struct shape *s)
{
    jout_open(j, '{');
    jout_key(j, "type");
    jout_open(j, '[');
    jout_strz(j, "string");
    jout_strz(j, "number");
    jout_strz(j, "boolean");
    jout_close(j, ']');
    if (s->pattern)
        jout_kstrz(j, "pattern", s->pattern);
    jout_close(j, '}');
}

static void number_write(struct jout *j, const struct shape *s)
{
    jout_open(j, '{');
    jout_key(j, "anyOf");
    jout_open(j, '[');
    jout_open(j, '{');
    jout_kstrz(j, "type", s->fraction ? "number" : "integer");
    jout_kint(j, s->more ? "exclusiveMinimum" : "minimum", s->min);
    jout_kint(j, "maximum", s->max);
    jout_close(j, '}');
    if (!s->expr) { /* in workflow files a number has no quotes */
        jout_open(j, '{');
        jout_kstrz(j, "type", "string");
        jout_kstrz(j, "pattern", s->fraction ? "^[0-9]+(\\.[0-9]+)?$" : "^-?[0-9]+$");
        jout_close(j, '}');
    }
    jout_close(j, ']');
    jout_close(j, '}');
}

static void words_write(struct jout *j, const struct shape *s)
{
    jout_open(j, '{');
    jout_key(j, "enum");
    jout_open(j, '[');
    for (const char *const *w = s->words; *w; w++)
        jout_strz(j, *w);
    jout_close(j, ']');
    jout_close(j, '}');
}

static void list_write(struct jout *j, const struct shape *s)
{
    jout_open(j, '{');
    jout_kstrz(j, "type", "array");
    jout_key(j, "items");
    shape_write(j, s->of);
    jout_kint(j, "minItems", s->min);
    if (s->max)
        jout_kint(j, "maxItems", s->max);
    jout_close(j, '}');
}

static void names_write(struct jout *j, const struct shape *s)
{
    jout_open(j, '{');
    jout_key(j, "anyOf");
    jout_open(j, '[');
    shape_write(j, s->of);
    list_write(j, s);
    jout_close(j, ']');
    jout_close(j, '}');
}

static void map_write(struct jout *j, const struct shape *s)
{
    jout_open(j, '{');
    jout_kstrz(j, "type", "object");
    if (s->pattern) {
        jout_key(j, "propertyNames");
        jout_open(j, '{');
        jout_kstrz(j, "pattern", s->pattern);
        jout_close(j, '}');
    }
    if (s->object) { /* keys of its own kind beside the others */
        jout_key(j, "properties");
        jout_open(j, '{');
        for (size_t i = 0; i < s->object->n; i++) {
            jout_key(j, s->object->fields[i].key);
            shape_write(j, s->object->fields[i].shape);
        }
        jout_close(j, '}');
    }
    jout_key(j, "additionalProperties");
    shape_write(j, s->of);
    jout_kint(j, "minProperties", s->min);
    if (s->max)
        jout_kint(j, "maxProperties", s->max);
    jout_close(j, '}');
}

static void any_write(struct jout *j, const struct shape *s)
{
    jout_open(j, '{');
    jout_key(j, "anyOf");
    jout_open(j, '[');
    for (const struct shape *const *x = s->any; *x; x++)
        shape_write(j, *x);
    jout_close(j, ']');
    jout_close(j, '}');
}

/* Beside "$ref" nothing counts in draft-07. */
static void reference(struct jout *j, const struct shape *s)
{
    AUTO(buf_free) struct buf path = {0};
    buf_fmt(&path, "#/definitions/%s", s->object->name);
    jout_open(j, '{');
    jout_key(j, "allOf");
    jout_open(j, '[');
    jout_open(j, '{');
    jout_kstrz(j, "$ref", path.p);
    jout_close(j, '}');
    jout_close(j, ']');
    if (s->min)
        jout_kint(j, "minProperties", s->min);
    jout_close(j, '}');
}

static void plain_shape_write(struct jout *j, const struct shape *s)
{
    switch (s->kind) {
    case SHAPE_TEXT:
        text_write(j, s);
        return;
    case SHAPE_NUMBER:
        number_write(j, s);
        return;
    case SHAPE_FLAG:
        jout_open(j, '{');
        jout_kstrz(j, "type", "boolean");
        jout_close(j, '}');
        return;
    case SHAPE_WORD:
        words_write(j, s);
        return;
    case SHAPE_NAMES:
        names_write(j, s);
        return;
    case SHAPE_LIST:
        list_write(j, s);
        return;
    case SHAPE_MAP:
        map_write(j, s);
        return;
    case SHAPE_OBJECT:
        reference(j, s);
        return;
    case SHAPE_ONE_OF:
        any_write(j, s);
        return;
    case SHAPE_ANY:
        jout_open(j, '{');
        jout_close(j, '}');
        return;
    }
}

static void shape_write(struct jout *j, const struct shape *s)
{
    if (!s->expr && !s->null) {
        plain_shape_write(j, s);
        return;
    }
    jout_open(j, '{');
    jout_key(j, "anyOf");
    jout_open(j, '[');
    plain_shape_write(j, s);
    if (s->expr)
        expr_write_schema(j);
    if (s->null)
        null_write(j);
    jout_close(j, ']');
    jout_close(j, '}');
}

static void field_write(struct jout *j, const struct field *f)
{
    struct shape scratch;
    jout_key(j, f->key);
    jout_open(j, '{');
    jout_kstrz(j, "description", f->doc);
    jout_kstrz(j, "markdownDescription", f->doc);
    if (f->preset)
        jout_kstrz(j, "default", f->preset);
    jout_key(j, "allOf");
    jout_open(j, '[');
    shape_write(j, field_shape(f, &scratch));
    jout_close(j, ']');
    jout_close(j, '}');
}

static void required_write(struct jout *j, const struct object *o)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n; i++)
        n += o->fields[i].required;
    if (n == 0)
        return;
    jout_key(j, "required");
    jout_open(j, '[');
    for (size_t i = 0; i < o->n; i++)
        if (o->fields[i].required)
            jout_strz(j, o->fields[i].key);
    jout_close(j, ']');
}

static void one_of_write(struct jout *j, const struct object *o)
{
    if (!o->one_of)
        return;
    jout_key(j, "oneOf");
    jout_open(j, '[');
    for (const char *const *k = o->one_of; *k; k++) {
        jout_open(j, '{');
        jout_key(j, "required");
        jout_open(j, '[');
        jout_strz(j, *k);
        jout_close(j, ']');
        jout_close(j, '}');
    }
    jout_close(j, ']');
}

static void object_body_write(struct jout *j, const struct object *o)
{
    jout_kstrz(j, "type", "object");
    jout_key(j, "properties");
    jout_open(j, '{');
    for (size_t i = 0; i < o->n; i++)
        if (o->fields[i].kind != F_UNSUPPORTED)
            field_write(j, &o->fields[i]);
    jout_close(j, '}');
    required_write(j, o);
    one_of_write(j, o);
    jout_key(j, "additionalProperties");
    jout_bool(j, false);
}

void schema_write(enum schema_kind kind, struct buf *out)
{
    struct jout j = {.buf = out};
    struct objects all;
    objects_reached(roots[kind], &all);
    jout_open(&j, '{');
    jout_kstrz(&j, "$schema", "http://json-schema.org/draft-07/schema#");
    jout_kstrz(&j, "title",
               kind == SCHEMA_WORKFLOW ? "fettle workflow"
               : kind == SCHEMA_SERVER ? "fettle.yaml"
                                       : "repositories.yaml of fettle");
    object_body_write(&j, roots[kind]);
    jout_key(&j, "definitions");
    jout_open(&j, '{');
    for (size_t i = 1; i < all.n; i++) {
        jout_key(&j, all.at[i]->name);
        jout_open(&j, '{');
        object_body_write(&j, all.at[i]);
        jout_close(&j, '}');
    }
    jout_close(&j, '}');
    jout_close(&j, '}');
    buf_chr(out, '\n');
}
