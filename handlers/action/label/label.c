/* SPDX-License-Identifier: Apache-2.0 */
/* `uses: label`: labels of an issue or a change are put on and taken off; those of people stay. */
#include "port/action_input.h"

static const struct action_param label_params[] = {
    {"repo", false, "alias of the repository; default: the job's"},
    {"change", false, "number of a pull or merge request; default: that of the event"},
    {"issue", false, "number of an issue; default: that of the event"},
    {"add", false, "a list, or separated by commas"},
    {"remove", false, "a list, or separated by commas"},
    {"wait", false, "true: the step ends when the forge has taken it"},
    {NULL, false, NULL},
};

static bool has(const char *const *list, size_t n, const char *one)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], one) == 0)
            return true;
    return false;
}

static int label_resolve(const struct action_call *c, struct action_result *ret, struct err *e)
{
    struct action_reading r = {c, "label", e};
    bool wait = false;
    *ret = (struct action_result){.does = ACTION_EFFECT};
    struct label_body *x = &ret->effect.label;
    ret->effect.kind = EFFECT_LABEL;
    if (action_line(&r, "repo", ACTION_NAME_MAX, &ret->effect.repo) < 0 || action_thread(&r, &x->number, &x->at) < 0 ||
        action_list(&r, "add", &x->add, &x->n_add) < 0 || action_list(&r, "remove", &x->remove, &x->n_remove) < 0 ||
        action_flag(&r, "wait", &wait) < 0)
        return -1;
    ret->effect.wait = wait ? EFFECT_AWAITED : EFFECT_GOES;
    for (size_t i = 0; i < x->n_remove; i++)
        if (has(x->add, x->n_add, x->remove[i]))
            return action_refuse(&r, action_input(&r, "remove"), "names a label that \"add\" names too");
    if (!action_input(&r, "add") && !action_input(&r, "remove"))
        return err_set(e, ERR_INVALID, "label needs \"add\" or \"remove\"");
    return 0;
}

const struct action_ops action_label = {.name = "label", .params = label_params, .resolve = label_resolve};
