/* SPDX-License-Identifier: Apache-2.0 */
/* `uses: pull_request`: a pull or merge request from a branch that was pushed. One open change for a head and a base:
 * opened, or its texts written over where they are ours. */
#include "port/action_input.h"

static const struct action_param pull_params[] = {
    {"repo", false, "alias of the repository; default: the job's"},
    {"head", true, "branch with the commits, pushed before"},
    {"base", false, "branch that it is for; default: the default branch"},
    {"title", true, "one line"},
    {"body", false, "Markdown; default: which job says it, with a link to its run"},
    {"labels", false, "a list, or separated by commas"},
    {"draft", false, "true: not ready for review"},
    {"wait", false, "true (default): the step ends when the forge has it, with the outputs number and url"},
    {NULL, false, NULL},
};

static int pull_resolve(const struct action_call *c, struct action_result *ret, struct err *e)
{
    struct action_reading r = {c, "pull_request", e};
    bool wait = true;
    *ret = (struct action_result){.does = ACTION_EFFECT};
    struct pull_body *x = &ret->effect.pull;
    ret->effect.kind = EFFECT_PULL;
    if (action_line(&r, "repo", ACTION_NAME_MAX, &ret->effect.repo) < 0 || action_branch(&r, "head", &x->head) < 0 ||
        action_branch(&r, "base", &x->base) < 0 || action_line(&r, "title", ACTION_TITLE_MAX, &x->title) < 0 ||
        action_text(&r, "body", &x->body) < 0 || action_list(&r, "labels", &x->labels, &x->n_labels) < 0 ||
        action_flag(&r, "draft", &x->draft) < 0 || action_flag(&r, "wait", &wait) < 0)
        return -1;
    if (!x->head || !x->title)
        return err_set(e, ERR_INVALID, "pull_request needs \"head\" and \"title\"");
    if (x->base && strcmp(x->base, x->head) == 0)
        return action_refuse(&r, action_input(&r, "base"), "is the same branch as \"head\"");
    x->body = x->body ? x->body : action_default_text(c);
    ret->effect.wait = wait ? EFFECT_AWAITED : EFFECT_GOES;
    return 0;
}

static const char *const pull_aliases[] = {"merge_request", NULL};
const struct action_ops action_pull_request = {
    .name = "pull_request", .aliases = pull_aliases, .params = pull_params, .resolve = pull_resolve};
