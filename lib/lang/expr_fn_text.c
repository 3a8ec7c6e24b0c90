/* SPDX-License-Identifier: Apache-2.0 */
/* contains startsWith endsWith format join */
#include "lang/expr_fn.h"
#include "lang/fold.h"

static bool item_equals(struct evaluation *v, const struct call *c, bool *ret)
{
    for (size_t i = 0, n = val_len(c->args[0]); i < n && !*ret; i++) {
        struct val item = val_at(c->args[0], i, v->arena);
        if (eval_work(v, c->node, 1 + (item.kind == VAL_STRING ? item.str.n / EXPR_STEP_BYTES : 0)) < 0)
            return false;
        *ret = val_equal(c->args[1], item);
    }
    return true;
}

int fn_contains(struct evaluation *v, const struct call *c, struct val *ret)
{
    bool found = false;
    struct val in = c->args[0], wanted = c->args[1];
    if (val_is_primitive(in) && val_is_primitive(wanted))
        found = fold_contains(val_to_string(in, v->arena), val_to_string(wanted, v->arena));
    else if (in.kind == VAL_ARRAY && !item_equals(v, c, &found))
        return -1;
    *ret = val_bool(found);
    return 0;
}

static int compare_ends(struct evaluation *v, const struct call *c, bool (*compare)(struct sv, struct sv),
                        struct val *ret)
{
    *ret = val_bool(val_is_primitive(c->args[0]) && val_is_primitive(c->args[1]) &&
                    compare(val_to_string(c->args[0], v->arena), val_to_string(c->args[1], v->arena)));
    return 0;
}

int fn_starts_with(struct evaluation *v, const struct call *c, struct val *ret)
{
    return compare_ends(v, c, fold_starts, ret);
}

int fn_ends_with(struct evaluation *v, const struct call *c, struct val *ret)
{
    return compare_ends(v, c, fold_ends, ret);
}

static int put_text(struct evaluation *v, const struct call *c, struct buf *out, struct sv part)
{
    if (eval_text(v, c->node, part.n) < 0)
        return -1;
    buf_sv(out, part);
    return 0;
}

static struct val taken(struct evaluation *v, struct buf *text)
{
    struct val result = val_string(arena_sv(v->arena, buf_view(text)));
    buf_free(text);
    return result;
}

/* `rest` begins with {. Takes "{12}" off it; -1 = that is not what stands there. */
static int take_place(struct sv *rest, size_t *ret)
{
    size_t i = 1, number = 0;
    for (; i < rest->n && rest->p[i] >= '0' && rest->p[i] <= '9'; i++)
        if (number < 100000)
            number = number * 10 + (size_t)(rest->p[i] - '0');
    if (i == 1 || i >= rest->n || rest->p[i] != '}')
        return -1;
    *rest = sv_from(*rest, i + 1);
    *ret = number;
    return 0;
}

static int format_fail(struct evaluation *v, const struct call *c, const char *what, struct sv format)
{
    return eval_fail(v, c->node->args[0], "The following format string %s: %.*s", what,
                     SV_ARG(sv_cut_utf8(arg_shown(c->node, 0, format), 150)));
}

static int format_into(struct evaluation *v, const struct call *c, struct sv format, struct buf *out)
{
    struct sv rest = format;
    while (rest.n) {
        size_t plain = 0, place;
        while (plain < rest.n && rest.p[plain] != '{' && rest.p[plain] != '}')
            plain++;
        if (put_text(v, c, out, sv_cut(rest, plain)) < 0)
            return -1;
        rest = sv_from(rest, plain);
        if (rest.n == 0)
            break;
        if (rest.n > 1 && rest.p[1] == rest.p[0]) {
            if (put_text(v, c, out, sv_cut(rest, 1)) < 0)
                return -1;
            rest = sv_from(rest, 2);
            continue;
        }
        if (rest.p[0] == '}' || take_place(&rest, &place) < 0)
            return format_fail(v, c, "is invalid", format);
        if (place >= c->n - 1)
            return format_fail(v, c, "references more arguments than were supplied", format);
        if (eval_work(v, c->node, 1) < 0 || put_text(v, c, out, val_to_string(c->args[place + 1], v->arena)) < 0)
            return -1;
    }
    return 0;
}

int fn_format(struct evaluation *v, const struct call *c, struct val *ret)
{
    struct buf out = {0};
    if (format_into(v, c, val_to_string(c->args[0], v->arena), &out) < 0) {
        buf_free(&out);
        return -1;
    }
    *ret = taken(v, &out);
    return 0;
}

static int join_into(struct evaluation *v, const struct call *c, struct sv between, struct buf *out)
{
    size_t n = val_len(c->args[0]);
    if (eval_work(v, c->node, n) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        if ((i && put_text(v, c, out, between) < 0) ||
            put_text(v, c, out, val_to_string(val_at(c->args[0], i, v->arena), v->arena)) < 0)
            return -1;
    return 0;
}

int fn_join(struct evaluation *v, const struct call *c, struct val *ret)
{
    struct buf out = {0};
    struct sv between = SV(",");
    if (c->args[0].kind != VAL_ARRAY) {
        *ret = val_string(val_is_primitive(c->args[0]) ? val_to_string(c->args[0], v->arena) : SV(""));
        return 0;
    }
    if (c->n > 1 && val_is_primitive(c->args[1]))
        between = val_to_string(c->args[1], v->arena);
    if (join_into(v, c, between, &out) < 0) {
        buf_free(&out);
        return -1;
    }
    *ret = taken(v, &out);
    return 0;
}
