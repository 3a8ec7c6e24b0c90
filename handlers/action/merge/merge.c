/* SPDX-License-Identifier: Apache-2.0 */
/* `uses: merge`: a pull or merge request is merged, while its head is still the commit that was looked at. */
#include "port/action_input.h"

static const struct action_param merge_params[] = {
    {"repo", false, "alias of the repository; default: the job's"},
    {"change", false, "number of the pull or merge request; default: that of the event"},
    {"sha", false, "the commit that its head must be; default: the job's commit"},
    {"method", false, "merge (default), squash or rebase"},
    {"title", false, "first line of the commit; default: the forge's"},
    {"message", false, "the rest of it"},
    {"wait", false, "true (default): the step ends when it is merged, or refused"},
    {NULL, false, NULL},
};

static int merge_resolve(const struct action_call *c, struct action_result *ret, struct err *e)
{
    struct action_reading r = {c, "merge", e};
    enum thread_kind ignored;
    bool wait = true;
    size_t method = MERGE_BY_MERGE;
    *ret = (struct action_result){.does = ACTION_EFFECT};
    struct merge_body *x = &ret->effect.merge;
    ret->effect.kind = EFFECT_MERGE;
    if (action_line(&r, "repo", ACTION_NAME_MAX, &ret->effect.repo) < 0 ||
        action_thread(&r, &x->number, &ignored) < 0 || action_commit(&r, "sha", &x->sha) < 0 ||
        action_word(&r, "method", merge_method_name, MERGE_METHOD_N, &method) < 0 ||
        action_line(&r, "title", ACTION_TITLE_MAX, &x->title) < 0 || action_text(&r, "message", &x->message) < 0 ||
        action_flag(&r, "wait", &wait) < 0)
        return -1;
    x->method = (enum merge_method)method;
    ret->effect.wait = wait ? EFFECT_AWAITED : EFFECT_GOES;
    if (x->number && !x->sha) /* the job's commit need have nothing to do with it */
        return err_set(e, ERR_INVALID, "merge needs \"sha\" where \"change\" is given");
    return 0;
}

const struct action_ops action_merge = {.name = "merge", .params = merge_params, .resolve = merge_resolve};
