/* SPDX-License-Identifier: Apache-2.0 */
#include "config/objects.h"
#include "config/schema.h"

static const struct object *const roots[] = {&workflow_object, &server_object, &repositories_object};

static void looks_write(const struct shape *s, struct buf *out);

static void words_of(const struct shape *s, struct buf *out)
{
    for (const char *const *w = s->words; *w; w++)
        buf_fmt(out, "%s`%s`", w == s->words ? "" : " | ", *w);
}

static void any_of(const struct shape *s, struct buf *out)
{
    for (const struct shape *const *x = s->any; *x; x++) {
        buf_str(out, x == s->any ? "" : ", or ");
        looks_write(*x, out);
    }
}

static void plain_looks(const struct shape *s, struct buf *out)
{
    switch (s->kind) {
    case SHAPE_NUMBER:
        if (s->max < INT32_MAX)
            buf_fmt(out, "a number from %lld to %lld", (long long)s->min, (long long)s->max);
        else
            buf_str(out, "a number");
        return;
    case SHAPE_FLAG:
        buf_str(out, "`true` or `false`");
        return;
    case SHAPE_WORD:
        words_of(s, out);
        return;
    case SHAPE_NAMES:
    case SHAPE_TEXT:
    case SHAPE_ANY:
        buf_str(out, "text");
        return;
    case SHAPE_LIST:
        buf_str(out, "a list of: ");
        looks_write(s->of, out);
        return;
    case SHAPE_MAP:
        buf_str(out, "names with: ");
        looks_write(s->of, out);
        return;
    case SHAPE_OBJECT:
        buf_fmt(out, "the keys of **%s**", s->object->name);
        return;
    case SHAPE_ONE_OF:
        any_of(s, out);
        return;
    }
}

static void looks_write(const struct shape *s, struct buf *out)
{
    bool nested = s->of && (s->of->object || s->of->of);
    if (s->looks && !nested)
        buf_str(out, s->looks);
    else
        plain_looks(s, out);
    if (s->expr)
        buf_str(out, ", or `${{ }}`");
}

static void row_write(const struct field *f, struct buf *out)
{
    struct shape scratch;
    buf_fmt(out, "- `%s`%s: ", f->key, f->required ? " (needed)" : "");
    looks_write(field_shape(f, &scratch), out);
    buf_fmt(out, ". %c%s.", f->doc[0] >= 'a' && f->doc[0] <= 'z' ? f->doc[0] - 32 : f->doc[0], f->doc + 1);
    if (f->preset)
        buf_fmt(out, " Default: %s.", f->preset);
    buf_chr(out, '\n');
}

static void refused_write(const struct object *o, struct buf *out)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n; i++)
        if (o->fields[i].kind == F_UNSUPPORTED)
            buf_fmt(out, "%s`%s`", n++ ? ", " : "- refused: ", o->fields[i].key);
    if (n)
        buf_chr(out, '\n');
}

void reference_write(enum schema_kind kind, struct buf *out)
{
    struct objects all;
    objects_reached(roots[kind], &all);
    for (size_t i = 0; i < all.n; i++) {
        buf_fmt(out, "%s**%s**\n\n", i ? "\n" : "", all.at[i]->name);
        for (size_t k = 0; k < all.at[i]->n; k++)
            if (all.at[i]->fields[k].kind != F_UNSUPPORTED)
                row_write(&all.at[i]->fields[k], out);
        refused_write(all.at[i], out);
    }
}
