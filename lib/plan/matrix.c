/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/matrix.h"
#include "base/vec.h"

enum { DEPTH = 20 };

/* ---- the text, evaluated ---- */

struct filling {
    const struct expr_world *world;
    struct arena *a;
    struct err *e;
};

static int fill(const struct filling *f, const struct jval *v, int depth, struct val *ret);

static int fill_list(const struct filling *f, const struct jval *v, int depth, struct val *ret)
{
    size_t n = jval_len(v);
    struct val *items = arena_new(f->a, (n + 1) * sizeof *items);
    for (size_t i = 0; i < n; i++)
        if (fill(f, jval_item(v, i), depth + 1, &items[i]) < 0)
            return -1;
    *ret = val_array(items, n);
    return 0;
}

static int fill_object(const struct filling *f, const struct jval *v, int depth, struct val *ret)
{
    struct val_object o = {.arena = f->a};
    struct sv key;
    const struct jval *value;
    for (size_t at = 0; jval_each(v, &at, &key, &value);) {
        struct val x;
        if (fill(f, value, depth + 1, &x) < 0)
            return -1;
        val_object_put(&o, arena_sv(f->a, key), x);
    }
    *ret = val_object_done(&o);
    return 0;
}

static int fill(const struct filling *f, const struct jval *v, int depth, struct val *ret)
{
    if (depth > DEPTH)
        return err_set(f->e, ERR_INVALID, "the matrix is nested too deep");
    switch (jval_kind(v)) {
    case J_STRING:
        return text_value(arena_sv(f->a, jval_str(v)), f->world, f->a, ret, f->e);
    case J_ARRAY:
        return fill_list(f, v, depth, ret);
    case J_OBJECT:
        return fill_object(f, v, depth, ret);
    case J_BOOL:
        *ret = val_bool(jval_true(v));
        return 0;
    case J_INT:
    case J_REAL:
        *ret = val_number(jval_real(v));
        return 0;
    case J_NULL:
    case J_ABSENT:
        break;
    }
    *ret = VAL_NONE;
    return 0;
}

int matrix_value(struct sv json, const struct expr_world *w, struct arena *a, struct val *ret, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct filling f = {w, a, e};
    if (jdoc_parse(json, NULL, &d, e) < 0)
        return -1;
    return fill(&f, jdoc_root(d), 0, ret);
}

/* ---- legs ---- */

struct axes {
    struct sv keys[MATRIX_LEGS];
    struct val lists[MATRIX_LEGS];
    size_t n;
};

struct leg {
    struct val_object all; /* with what includes added */
    struct val own;        /* the combination itself */
};

struct expansion {
    struct arena *a;
    struct axes axes;
    VEC(struct leg) legs;
    struct err *e;
};

/* Is every value of `part` in `whole`, deep inside objects too? */
static bool contains(struct arena *a, struct val whole, struct val part, int depth)
{
    struct sv key;
    struct val x;
    if (depth > DEPTH)
        return false;
    if (part.kind == VAL_OBJECT && whole.kind == VAL_OBJECT) {
        for (size_t i = 0; val_each(part, &i, &key, &x);)
            if (!contains(a, val_get(whole, key, a), x, depth + 1))
                return false;
        return true;
    }
    if (part.kind == VAL_ARRAY && whole.kind == VAL_ARRAY) {
        bool same = val_len(part) == val_len(whole);
        for (size_t i = 0; same && i < val_len(part); i++)
            same = contains(a, val_at(whole, i, a), val_at(part, i, a), depth + 1);
        return same;
    }
    return part.kind == whole.kind && val_equal(part, whole);
}

static bool is_axis(const struct axes *x, struct sv key)
{
    for (size_t i = 0; i < x->n; i++)
        if (sv_ieq(x->keys[i], key))
            return true;
    return false;
}

static int read_axes(struct expansion *x, struct val matrix)
{
    struct sv key;
    struct val list;
    for (size_t i = 0; val_each(matrix, &i, &key, &list);) {
        if (sv_ieq(key, SV("include")) || sv_ieq(key, SV("exclude")))
            continue;
        if (list.kind != VAL_ARRAY)
            return err_set(x->e, ERR_INVALID, "\"%.*s\" of the matrix is not a list", SV_ARG(sv_cut(key, 60)));
        if (val_len(list) == 0)
            return err_set(x->e, ERR_INVALID, "\"%.*s\" of the matrix is empty", SV_ARG(sv_cut(key, 60)));
        if (x->axes.n == MATRIX_LEGS)
            return err_set(x->e, ERR_INVALID, "the matrix has more than %d lists", MATRIX_LEGS);
        x->axes.keys[x->axes.n] = key;
        x->axes.lists[x->axes.n++] = list;
    }
    return 0;
}

static int check_filter(struct expansion *x, struct val list, const char *name)
{
    if (list.kind != VAL_NULL && list.kind != VAL_ARRAY)
        return err_set(x->e, ERR_INVALID, "\"%s\" of the matrix is not a list", name);
    for (size_t i = 0; i < val_len(list); i++)
        if (val_at(list, i, x->a).kind != VAL_OBJECT)
            return err_set(x->e, ERR_INVALID, "entry %zu of \"%s\" of the matrix is not an object", i + 1, name);
    return 0;
}

static int check_exclude(struct expansion *x, struct val list)
{
    struct sv key;
    struct val v;
    if (check_filter(x, list, "exclude") < 0)
        return -1;
    for (size_t i = 0; i < val_len(list); i++)
        for (size_t k = 0; val_each(val_at(list, i, x->a), &k, &key, &v);)
            if (!is_axis(&x->axes, key))
                return err_set(x->e, ERR_INVALID, "\"exclude\" names \"%.*s\", which is no list of the matrix",
                               SV_ARG(sv_cut(key, 60)));
    return 0;
}

static bool is_excluded(struct expansion *x, struct val own, struct val exclude)
{
    for (size_t i = 0; i < val_len(exclude); i++)
        if (contains(x->a, own, val_at(exclude, i, x->a), 0))
            return true;
    return false;
}

static int add_leg(struct expansion *x, struct val own)
{
    struct leg leg = {.all = {.arena = x->a}, .own = own};
    struct sv key;
    struct val v;
    if (x->legs.n == MATRIX_LEGS)
        return err_set(x->e, ERR_INVALID, "the matrix has more than %d legs", MATRIX_LEGS);
    for (size_t i = 0; val_each(own, &i, &key, &v);)
        val_object_put(&leg.all, key, v);
    VEC_PUSH(&x->legs, leg);
    return 0;
}

/* One combination after the other, as a counter whose last digit turns fastest. */
static int combine(struct expansion *x, struct val exclude)
{
    size_t at[MATRIX_LEGS] = {0}, work = 0;
    const struct axes *axes = &x->axes;
    for (bool more = axes->n > 0; more;) {
        struct val_object o = {.arena = x->a};
        for (size_t i = 0; i < axes->n; i++)
            val_object_put(&o, axes->keys[i], val_at(axes->lists[i], at[i], x->a));
        struct val own = val_object_done(&o);
        if (!is_excluded(x, own, exclude) && add_leg(x, own) < 0)
            return -1;
        if (++work > (size_t)MATRIX_LEGS * 100)
            return err_set(x->e, ERR_INVALID, "the matrix has too many combinations");
        size_t digit = axes->n;
        while (digit > 0 && ++at[digit - 1] == val_len(axes->lists[digit - 1]))
            at[--digit] = 0;
        more = digit > 0;
    }
    return 0;
}

/* May it be added: does it leave the leg's own values as they are? */
static bool include_fits(struct expansion *x, const struct leg *leg, struct val include)
{
    struct sv key;
    struct val v;
    for (size_t i = 0; val_each(include, &i, &key, &v);)
        if (is_axis(&x->axes, key) && !contains(x->a, val_get(leg->own, key, x->a), v, 0))
            return false;
    return true;
}

static int include_one(struct expansion *x, struct val include, size_t n_combinations)
{
    bool added = false;
    struct sv key;
    struct val v;
    for (size_t i = 0; i < n_combinations; i++) {
        struct leg *leg = &x->legs.at[i];
        if (!include_fits(x, leg, include))
            continue;
        added = true;
        for (size_t k = 0; val_each(include, &k, &key, &v);)
            if (!is_axis(&x->axes, key))
                val_object_put(&leg->all, key, v);
    }
    return added ? 0 : add_leg(x, include);
}

static void label_of(struct val v, struct arena *a, int depth, struct buf *out)
{
    struct sv key;
    struct val x;
    if (depth > DEPTH || v.kind == VAL_NULL)
        return;
    if (v.kind == VAL_OBJECT) {
        for (size_t i = 0; val_each(v, &i, &key, &x);)
            label_of(x, a, depth + 1, out);
    } else if (v.kind == VAL_ARRAY) {
        for (size_t i = 0; i < val_len(v); i++)
            label_of(val_at(v, i, a), a, depth + 1, out);
    } else {
        struct sv s = val_to_string(v, a);
        buf_fmt(out, "%s%.*s", out->n && s.n ? ", " : "", SV_ARG(s));
    }
}

static void hand_over(struct expansion *x, struct matrix_leg **ret, size_t *ret_n)
{
    *ret_n = x->legs.n;
    *ret = arena_new(x->a, (x->legs.n + 1) * sizeof **ret);
    for (size_t i = 0; i < x->legs.n; i++) {
        AUTO(buf_free) struct buf label = {0};
        (*ret)[i].values = val_object_done(&x->legs.at[i].all);
        label_of((*ret)[i].values, x->a, 0, &label);
        (*ret)[i].label = arena_dup(x->a, sv_cut_utf8(buf_view(&label), 200));
    }
}

int matrix_expand(struct val matrix, struct arena *a, struct matrix_leg **ret, size_t *ret_n, struct err *e)
{
    struct expansion x = {.a = a, .e = e};
    if (matrix.kind != VAL_OBJECT)
        return err_set(e, ERR_INVALID, "the matrix is not an object");
    struct val include = val_get(matrix, SV("include"), a), exclude = val_get(matrix, SV("exclude"), a);
    int rc = read_axes(&x, matrix) < 0 || check_filter(&x, include, "include") < 0 || check_exclude(&x, exclude) < 0 ||
                     combine(&x, exclude) < 0
                 ? -1
                 : 0;
    size_t n = x.legs.n;
    for (size_t i = 0; rc == 0 && i < val_len(include); i++)
        rc = include_one(&x, val_at(include, i, a), n);
    if (rc == 0 && x.legs.n == 0)
        rc = err_set(e, ERR_INVALID, "the matrix has no legs");
    if (rc == 0)
        hand_over(&x, ret, ret_n);
    VEC_FREE(&x.legs);
    return rc;
}
