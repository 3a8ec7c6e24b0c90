/* SPDX-License-Identifier: Apache-2.0 */
/* glob semver hasLabel, which GitHub does not have. */
#include "lang/expr_fn.h"
#include "lang/fold.h"
#include "lang/glob.h"
#include "lang/semver.h"

/* The place of byte `at` in the text of an argument: inside it when it is a literal. */
static int place_in(const struct node *arg, int at)
{
    return (int)arg->at + (arg->kind == NODE_VALUE && arg->value.kind == VAL_STRING ? 1 + at : 0);
}

static int add_pattern(struct evaluation *v, const struct call *c, size_t i, struct val pattern, struct globs *ret)
{
    struct err why = {0};
    struct sv text = val_to_string(pattern, v->arena);
    if (eval_work(v, c->node, 1 + text.n) < 0)
        return -1;
    if (globs_add(ret, text, v->arena, &why) == 0)
        return 0;
    return eval_fail(v, c->node->args[i], "%s is no filter pattern: %s",
                     c->node->args[i]->kind == NODE_VALUE ? "This" : "A value that is made when it runs", why.msg);
}

int fn_glob(struct evaluation *v, const struct call *c, struct val *ret)
{
    struct globs patterns = {0};
    size_t length = 0;
    for (size_t i = 1; i < c->n; i++) {
        struct val p = c->args[i];
        if (val_is_primitive(p) && add_pattern(v, c, i, p, &patterns) < 0)
            return -1;
        for (size_t k = 0; p.kind == VAL_ARRAY && k < val_len(p); k++)
            if (add_pattern(v, c, i, val_at(p, k, v->arena), &patterns) < 0)
                return -1;
    }
    struct sv text = val_to_string(c->args[0], v->arena);
    for (size_t i = 0; i < patterns.n; i++)
        length += strlen(patterns.text[i]) + 1;
    /* Matching takes pattern × text steps. */
    if (eval_work(v, c->node, length * (text.n / 32 + 1)) < 0)
        return -1;
    *ret = val_bool(val_is_primitive(c->args[0]) && globs_match(&patterns, text));
    return 0;
}

int fn_glob_check(const struct node *n, struct arena *arena, struct err *e)
{
    struct glob *compiled;
    for (size_t i = strcmp(n->function->key, "glob") == 0 ? 1 : 0; i < n->n; i++) {
        const struct node *arg = n->args[i];
        if (arg->kind != NODE_VALUE || arg->value.kind != VAL_STRING)
            continue;
        if (glob_compile(arg->value.str, arena, &compiled, e) < 0) {
            err_add(e, "%s()", n->function->name);
            e->code = (int)arg->at;
            return -1;
        }
    }
    return 0;
}

static int no_version(struct evaluation *v, const struct call *c, size_t i, const struct err *why)
{
    const struct node *arg = c->node->args[i];
    eval_fail(v, arg, "semver(): %s: %s", i ? "this is no range of versions" : "this is no version", why->msg);
    v->e->code = place_in(arg, why->code);
    return -1;
}

int fn_semver(struct evaluation *v, const struct call *c, struct val *ret)
{
    struct semver version;
    struct err why = {0};
    if (semver_parse(val_to_string(c->args[0], v->arena), &version, &why) < 0)
        return no_version(v, c, 0, &why);
    int in = semver_in(&version, val_to_string(c->args[1], v->arena), &why);
    if (in < 0)
        return no_version(v, c, 1, &why);
    *ret = val_bool(in > 0);
    return 0;
}

int fn_semver_check(const struct node *n, struct arena *arena, struct err *e)
{
    struct semver version = {0};
    (void)arena;
    for (size_t i = 0; i < 2; i++) {
        const struct node *arg = n->args[i];
        if (arg->kind != NODE_VALUE || arg->value.kind != VAL_STRING)
            continue;
        if ((i == 0 ? semver_parse(arg->value.str, &version, e) : semver_in(&version, arg->value.str, e)) >= 0)
            continue;
        err_add(e, "semver(): %s", i ? "this is no range of versions" : "this is no version");
        e->code = place_in(arg, e->code);
        return -1;
    }
    return 0;
}

static bool label_is(struct evaluation *v, struct val label, struct val name)
{
    if (label.kind == VAL_OBJECT)
        label = val_get(label, SV("name"), v->arena);
    return label.kind == VAL_STRING && val_is_primitive(name) && fold_equal(label.str, val_to_string(name, v->arena));
}

static int any_label(struct evaluation *v, const struct call *c, struct val labels, struct val name, bool *ret)
{
    size_t n = val_len(labels);
    if (labels.kind != VAL_ARRAY)
        return 0;
    if (eval_work(v, c->node, n) < 0)
        return -1;
    for (size_t i = 0; i < n && !*ret; i++)
        *ret = label_is(v, val_at(labels, i, v->arena), name);
    return 0;
}

static int any_name(struct evaluation *v, const struct call *c, struct val labels, bool *ret)
{
    for (size_t i = 0; i < c->n && !*ret; i++) {
        struct val name = c->args[i];
        if (name.kind != VAL_ARRAY && any_label(v, c, labels, name, ret) < 0)
            return -1;
        for (size_t k = 0; name.kind == VAL_ARRAY && k < val_len(name) && !*ret; k++)
            if (any_label(v, c, labels, val_at(name, k, v->arena), ret) < 0)
                return -1;
    }
    return 0;
}

/* One of the names is a label of the event's pull request or issue. */
int fn_has_label(struct evaluation *v, const struct call *c, struct val *ret)
{
    static const char *const things[] = {"pull_request", "issue"};
    struct val event = VAL_NONE;
    bool found = false;
    if (v->world && v->world->context)
        (void)v->world->context(v->world->ctx, "event", &event);
    for (size_t i = 0; i < ARRAY_LEN(things); i++) {
        struct val thing = val_get(event, sv_of(things[i]), v->arena);
        if (any_name(v, c, val_get(thing, SV("labels"), v->arena), &found) < 0)
            return -1;
    }
    *ret = val_bool(found);
    return 0;
}
