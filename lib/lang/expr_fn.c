/* SPDX-License-Identifier: Apache-2.0 */
/* The table of functions. */
#include "lang/expr_fn.h"

enum { MANY = 255 };

static int fn_case(struct evaluation *v, const struct call *c, struct val *ret)
{
    const struct node *n = c->node;
    for (size_t i = 0; i + 1 < n->n; i += 2) {
        if (evaluate(v, n->args[i], ret) < 0)
            return -1;
        if (ret->kind != VAL_BOOL)
            return eval_fail(v, n->args[i], "case predicate must evaluate to a boolean value");
        if (ret->b)
            return evaluate(v, n->args[i + 1], ret);
    }
    return evaluate(v, n->args[n->n - 1], ret);
}

const struct function functions[] = {
    {"always", "always", 0, 0, FUNCTION_STATUS, NULL, NULL},
    {"cancelled", "cancelled", 0, 0, FUNCTION_STATUS, NULL, NULL},
    {"case", "case", 3, MANY, FUNCTION_LAZY, fn_case, NULL},
    {"changed", "changed", 1, MANY, FUNCTION_WORLD, NULL, fn_glob_check},
    {"contains", "contains", 2, 2, FUNCTION_PURE, fn_contains, NULL},
    {"endsWith", "endswith", 2, 2, FUNCTION_PURE, fn_ends_with, NULL},
    {"failure", "failure", 0, 0, FUNCTION_STATUS, NULL, NULL},
    {"format", "format", 1, MANY, FUNCTION_PURE, fn_format, NULL},
    {"fromJSON", "fromjson", 1, 1, FUNCTION_PURE, fn_from_json, NULL},
    {"glob", "glob", 2, MANY, FUNCTION_PURE, fn_glob, fn_glob_check},
    {"hashFiles", "hashfiles", 1, MANY, FUNCTION_WORLD, NULL, NULL},
    {"hasLabel", "haslabel", 1, MANY, FUNCTION_LABELS, fn_has_label, NULL},
    {"join", "join", 1, 2, FUNCTION_PURE, fn_join, NULL},
    {"semver", "semver", 2, 2, FUNCTION_PURE, fn_semver, fn_semver_check},
    {"startsWith", "startswith", 2, 2, FUNCTION_PURE, fn_starts_with, NULL},
    {"success", "success", 0, 0, FUNCTION_STATUS, NULL, NULL},
    {"toJSON", "tojson", 1, 1, FUNCTION_PURE, fn_to_json, NULL},
    {NULL, NULL, 0, 0, FUNCTION_PURE, NULL, NULL},
};

const struct function *function_named(struct sv name)
{
    for (const struct function *f = functions; f->name; f++)
        if (sv_ieq(name, sv_of(f->key)))
            return f;
    return NULL;
}
