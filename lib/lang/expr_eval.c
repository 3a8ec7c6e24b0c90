/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"
#include "lang/expr_fn.h"

int eval_fail(struct evaluation *v, const struct node *n, const char *fmt, ...)
{
    va_list ap;
    AUTO(buf_free) struct buf text = {0};
    va_start(ap, fmt);
    buf_vfmt(&text, fmt, ap);
    va_end(ap);
    struct sv cut = sv_cut_utf8(buf_view(&text), sizeof v->e->msg - 1);
    err_set(v->e, ERR_INVALID, "%.*s", SV_ARG(cut));
    v->e->code = (int)n->at;
    return -1;
}

int eval_work(struct evaluation *v, const struct node *n, size_t steps)
{
    if (steps > EXPR_WORK || v->work + steps > EXPR_WORK)
        return eval_fail(v, n, "The expression takes more than %d steps", EXPR_WORK);
    v->work += steps;
    return 0;
}

static int too_large(struct evaluation *v, const struct node *n)
{
    return eval_fail(v, n, "The maximum allowed memory size was exceeded");
}

int eval_made(struct evaluation *v, const struct node *n, size_t bytes)
{
    if (bytes > EXPR_RESULT || v->made + bytes > EXPR_RESULT)
        return too_large(v, n);
    v->made += bytes;
    return 0;
}

int eval_text(struct evaluation *v, const struct node *n, size_t bytes)
{
    if (bytes > EXPR_TEXT || v->text + bytes > EXPR_TEXT)
        return too_large(v, n);
    v->text += bytes;
    return 0;
}

bool val_is_primitive(struct val v)
{
    return v.kind != VAL_ARRAY && v.kind != VAL_OBJECT;
}

struct sv arg_shown(const struct node *call, size_t i, struct sv value)
{
    return call->args[i]->kind == NODE_VALUE ? value : SV("(a value that is made when it runs)");
}

/* ---- what stands behind a dot or in [] ---- */

struct index {
    bool star, has_number;
    struct sv name; /* absent: an array or object, which is no name */
    size_t number;
};

static int read_index(struct evaluation *v, const struct node *n, struct index *ret)
{
    struct val by = VAL_NONE;
    *ret = (struct index){.star = n->kind == NODE_STAR};
    if (ret->star)
        return 0;
    if (evaluate(v, n, &by) < 0)
        return -1;
    double number = val_to_number(by);
    if (val_is_primitive(by))
        ret->name = val_to_string(by, v->arena);
    if (number >= 0 && number < INT32_MAX + 1.0) {
        ret->number = (size_t)number;
        ret->has_number = true;
    }
    return 0;
}

struct items {
    struct val *at;
    size_t n, cap;
};

static int add_members(struct evaluation *v, const struct node *n, struct val from, struct items *out)
{
    struct sv key;
    struct val item;
    size_t count = val_len(from);
    if (eval_work(v, n, count) < 0 || eval_made(v, n, count * sizeof item) < 0)
        return -1;
    for (size_t i = 0; from.kind == VAL_ARRAY && i < count; i++)
        VEC_PUSH(out, val_at(from, i, v->arena));
    for (size_t at = 0; from.kind == VAL_OBJECT && val_each(from, &at, &key, &item);)
        VEC_PUSH(out, item);
    return 0;
}

/* One item of a filtered array: what it has there is added, if it has something there. */
static int add_found(struct evaluation *v, const struct node *n, struct val from, const struct index *by,
                     struct items *out)
{
    struct val item;
    if (by->star)
        return add_members(v, n, from, out);
    if (eval_work(v, n, 1 + (from.kind == VAL_OBJECT ? val_len(from) / 8 : 0)) < 0)
        return -1;
    bool found = from.kind == VAL_OBJECT ? val_find(from, by->name, &item)
                                         : from.kind == VAL_ARRAY && by->has_number && by->number < val_len(from);
    if (!found)
        return 0;
    if (eval_made(v, n, sizeof item) < 0)
        return -1;
    VEC_PUSH(out, from.kind == VAL_OBJECT ? item : val_at(from, by->number, v->arena));
    return 0;
}

/* An array of its own, also when it is empty: it equals no other. */
static struct val filtered(struct evaluation *v, const struct items *items)
{
    struct val *copy = arena_new(v->arena, (items->n + 1) * sizeof *copy);
    if (items->n)
        memcpy(copy, items->at, items->n * sizeof *copy);
    struct val result = val_array(copy, items->n);
    result.filtered = true;
    return result;
}

static int filter(struct evaluation *v, const struct node *n, struct val of, const struct index *by, struct val *ret)
{
    struct items items = {0};
    int rc = 0;
    if (of.kind == VAL_ARRAY && of.filtered)
        for (size_t i = 0; i < val_len(of) && rc == 0; i++)
            rc = add_found(v, n, val_at(of, i, v->arena), by, &items);
    else if (!val_is_primitive(of))
        rc = add_members(v, n, of, &items);
    if (rc == 0)
        *ret = filtered(v, &items);
    VEC_FREE(&items);
    return rc;
}

static int evaluate_index(struct evaluation *v, const struct node *n, struct val *ret)
{
    struct val of = VAL_NONE;
    struct index by;
    if (evaluate(v, n->args[0], &of) < 0 || read_index(v, n->args[1], &by) < 0)
        return -1;
    *ret = VAL_NONE;
    if (by.star || (of.kind == VAL_ARRAY && of.filtered))
        return filter(v, n, of, &by, ret);
    if (of.kind == VAL_OBJECT) {
        if (eval_work(v, n, val_len(of) / 8) < 0)
            return -1;
        (void)val_find(of, by.name, ret);
    } else if (of.kind == VAL_ARRAY && by.has_number) {
        *ret = val_at(of, by.number, v->arena);
    }
    return 0;
}

/* ---- operators, calls ---- */

static int evaluate_chain(struct evaluation *v, const struct node *n, struct val *ret)
{
    for (size_t i = 0; i < n->n; i++) {
        if (evaluate(v, n->args[i], ret) < 0)
            return -1;
        if (val_truthy(*ret) == (n->kind == NODE_OR))
            break;
    }
    return 0;
}

static size_t text_steps(struct val v)
{
    return v.kind == VAL_STRING ? v.str.n / EXPR_STEP_BYTES : 0;
}

static bool holds(enum node_kind kind, struct val a, struct val b)
{
    int order = kind == NODE_EQUAL || kind == NODE_UNEQUAL ? 0 : val_compare(a, b);
    switch (kind) {
    case NODE_EQUAL:
        return val_equal(a, b);
    case NODE_UNEQUAL:
        return !val_equal(a, b);
    case NODE_LESS:
        return order < 0;
    case NODE_LESS_EQUAL:
        return order < 0 || val_equal(a, b);
    case NODE_GREATER:
        return order == 1;
    default:
        return order == 1 || val_equal(a, b);
    }
}

static int evaluate_comparison(struct evaluation *v, const struct node *n, struct val *ret)
{
    struct val a = VAL_NONE, b = VAL_NONE;
    if (evaluate(v, n->args[0], &a) < 0 || evaluate(v, n->args[1], &b) < 0 ||
        eval_work(v, n, text_steps(a) + text_steps(b)) < 0)
        return -1;
    *ret = val_bool(holds(n->kind, a, b));
    return 0;
}

static int call_world(struct evaluation *v, const struct call *c, struct val *ret)
{
    const struct function *f = c->node->function;
    if (!v->world || !v->world->special)
        return eval_fail(v, c->node, "%s() cannot be answered here", f->name);
    if (v->world->special(v->world->ctx, f->name, c->args, c->n, v->arena, ret, v->e) == 0)
        return 0;
    if (v->e->cls == ERR_INVALID)
        v->e->code = (int)c->node->at;
    return -1;
}

static int evaluate_call(struct evaluation *v, const struct node *n, struct val *ret)
{
    struct call c = {.node = n, .n = n->n};
    if (n->function->kind == FUNCTION_LAZY)
        return n->function->call(v, &c, ret);
    struct val *args = arena_new(v->arena, (n->n + 1) * sizeof *args);
    for (size_t i = 0; i < n->n; i++)
        if (evaluate(v, n->args[i], &args[i]) < 0 || eval_work(v, n, text_steps(args[i])) < 0)
            return -1;
    c.args = args;
    return function_asks_world(n->function) ? call_world(v, &c, ret) : n->function->call(v, &c, ret);
}

/* Recursive as deep as the tree, which EXPR_DEPTH bounds. */
int evaluate(struct evaluation *v, const struct node *n, struct val *ret)
{
    *ret = VAL_NONE;
    if (eval_work(v, n, 1) < 0)
        return -1;
    switch (n->kind) {
    case NODE_VALUE:
        *ret = n->value;
        return 0;
    case NODE_CONTEXT:
        if (v->world && v->world->context && !v->world->context(v->world->ctx, n->name, ret))
            *ret = VAL_NONE;
        return 0;
    case NODE_CALL:
        return evaluate_call(v, n, ret);
    case NODE_INDEX:
        return evaluate_index(v, n, ret);
    case NODE_NOT:
        if (evaluate(v, n->args[0], ret) < 0)
            return -1;
        *ret = val_bool(!val_truthy(*ret));
        return 0;
    case NODE_AND:
    case NODE_OR:
        return evaluate_chain(v, n, ret);
    default:
        return evaluate_comparison(v, n, ret);
    }
}

int expr_eval(const struct expr *x, const struct expr_world *w, struct arena *a, struct val *ret, struct err *e)
{
    struct evaluation v = {.world = w, .arena = a, .e = e};
    *ret = VAL_NONE;
    return x->root ? evaluate(&v, x->root, ret) : 0;
}
