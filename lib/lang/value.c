/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/value.h"
#include "lang/fold.h"

/* What an array or object without members points at, so that one is itself and `==` can say so. */
static const struct val no_items[1];
static const struct val_member no_members[1];

struct val val_bool(bool b)
{
    return (struct val){.kind = VAL_BOOL, .b = b};
}

struct val val_number(double n)
{
    return (struct val){.kind = VAL_NUMBER, .num = n};
}

struct val val_string(struct sv s)
{
    return s.p ? (struct val){.kind = VAL_STRING, .str = s} : VAL_NONE;
}

struct val val_strz(const char *z)
{
    return val_string(sv_of(z));
}

struct val val_json(const struct jval *v)
{
    switch (jval_kind(v)) {
    case J_BOOL:
        return val_bool(jval_true(v));
    case J_INT:
    case J_REAL:
        return val_number(jval_real(v));
    case J_STRING:
        return val_string(jval_str(v));
    case J_ARRAY:
        return (struct val){.kind = VAL_ARRAY, .json = v, .lazy = true};
    case J_OBJECT:
        return (struct val){.kind = VAL_OBJECT, .json = v, .lazy = true};
    case J_ABSENT:
    case J_NULL:
        break;
    }
    return VAL_NONE;
}

void val_object_put(struct val_object *o, struct sv key, struct val v)
{
    for (size_t i = 0; i < o->n; i++)
        if (fold_equal(o->members[i].key, key)) {
            o->members[i].value = v;
            return;
        }
    if (o->n == o->cap) {
        size_t cap = o->cap ? o->cap * 2 : 8;
        struct val_member *more = arena_new(o->arena, cap * sizeof *more);
        if (o->n)
            memcpy(more, o->members, o->n * sizeof *more);
        o->members = more;
        o->cap = cap;
    }
    o->members[o->n++] = (struct val_member){key, v};
}

void val_object_putz(struct val_object *o, const char *key, struct val v)
{
    val_object_put(o, sv_of(key), v);
}

struct val val_object_done(const struct val_object *o)
{
    return (struct val){.kind = VAL_OBJECT, .obj = {o->n ? o->members : no_members, o->n}};
}

struct val val_array(const struct val *items, size_t n)
{
    return (struct val){.kind = VAL_ARRAY, .arr = {items ? items : no_items, n}};
}

static bool find_json(const struct jval *o, struct sv key, struct val *ret)
{
    char exact[128];
    struct sv name;
    const struct jval *value;
    if (key.n < sizeof exact && !memchr(key.p, 0, key.n)) {
        memcpy(exact, key.p, key.n);
        exact[key.n] = 0;
        value = jval_get(o, exact);
        if (value) {
            *ret = val_json(value);
            return true;
        }
    }
    for (size_t at = 0; jval_each(o, &at, &name, &value);)
        if (fold_equal(name, key)) {
            *ret = val_json(value);
            return true;
        }
    return false;
}

bool val_find(struct val object, struct sv key, struct val *ret)
{
    if (object.kind != VAL_OBJECT || !key.p)
        return false;
    if (object.lazy)
        return find_json(object.json, key, ret);
    for (size_t i = 0; i < object.obj.n; i++)
        if (fold_equal(object.obj.members[i].key, key)) {
            *ret = object.obj.members[i].value;
            return true;
        }
    return false;
}

struct val val_get(struct val object, struct sv key, struct arena *a)
{
    struct val found = VAL_NONE;
    (void)a;
    (void)val_find(object, key, &found);
    return found;
}

struct val val_at(struct val array, size_t i, struct arena *a)
{
    (void)a;
    if (array.kind != VAL_ARRAY || i >= val_len(array))
        return VAL_NONE;
    return array.lazy ? val_json(jval_item(array.json, i)) : array.arr.items[i];
}

size_t val_len(struct val v)
{
    if (v.kind != VAL_ARRAY && v.kind != VAL_OBJECT)
        return 0;
    if (v.lazy)
        return jval_len(v.json);
    return v.kind == VAL_ARRAY ? v.arr.n : v.obj.n;
}

bool val_each(struct val object, size_t *at, struct sv *ret_key, struct val *ret)
{
    const struct jval *value;
    if (object.kind != VAL_OBJECT)
        return false;
    if (object.lazy) {
        if (!jval_each(object.json, at, ret_key, &value))
            return false;
        *ret = val_json(value);
        return true;
    }
    if (*at >= object.obj.n)
        return false;
    *ret_key = object.obj.members[*at].key;
    *ret = object.obj.members[*at].value;
    ++*at;
    return true;
}

bool val_member_at(struct val object, size_t i, struct arena *a, struct sv *ret_key, struct val *ret)
{
    (void)a;
    if (object.kind != VAL_OBJECT)
        return false;
    if (!object.lazy)
        return val_each(object, &(size_t){i}, ret_key, ret);
    for (size_t at = 0; val_each(object, &at, ret_key, ret);)
        if (i-- == 0)
            return true;
    return false;
}
