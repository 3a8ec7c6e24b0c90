/* SPDX-License-Identifier: Apache-2.0 */
#include "config/objects.h"

static void reach_shape(const struct shape *s, struct objects *all);

static bool is_there(const struct objects *all, const struct object *o)
{
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(all->at[i]->name, o->name) == 0)
            return true;
    return false;
}

static void reach_object(const struct object *o, struct objects *all)
{
    if (is_there(all, o) || all->n == ARRAY_LEN(all->at))
        return;
    all->at[all->n++] = o;
    for (size_t i = 0; i < o->n; i++)
        reach_shape(o->fields[i].shape, all);
}

static void reach_shape(const struct shape *s, struct objects *all)
{
    if (!s)
        return;
    if (s->object && s->kind == SHAPE_OBJECT)
        reach_object(s->object, all);
    reach_shape(s->of, all);
    for (const struct shape *const *x = s->any; x && *x; x++)
        reach_shape(*x, all);
}

void objects_reached(const struct object *root, struct objects *ret)
{
    *ret = (struct objects){0};
    reach_object(root, ret);
}

const struct shape *field_shape(const struct field *f, struct shape *scratch)
{
    switch (f->kind) {
    case F_TEXT:
        return &shape_line;
    case F_PATH:
        return &shape_path;
    case F_INT:
        *scratch = (struct shape){.kind = SHAPE_NUMBER, .min = f->min, .max = f->max};
        return scratch;
    case F_SIZE:
        return &shape_size;
    case F_DURATION:
        return &shape_duration;
    case F_FLAG:
        *scratch = (struct shape){.kind = SHAPE_FLAG};
        return scratch;
    case F_WORD:
        *scratch = (struct shape){.kind = SHAPE_WORD, .words = f->words};
        return scratch;
    case F_EXPR:
        return &shape_expr_line;
    case F_READ:
    case F_UNSUPPORTED:
        return f->shape;
    }
    return NULL;
}
