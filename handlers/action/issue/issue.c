/* SPDX-License-Identifier: Apache-2.0 */
/* `uses: issue`: an issue at the forge. The same fingerprint in the same repository is the same issue: it is opened
 * once, written over, and closed when what it tells of is mended. */
#include "port/action_input.h"

enum { FINGERPRINT_MAX = 1000 };

static const struct action_param issue_params[] = {
    {"repo", false, "alias of the repository; default: the job's"},
    {"title", false, "one line; needed unless state is closed"},
    {"body", false, "Markdown; default: which job says it, with a link to its run"},
    {"fingerprint", false, "equal for what is the same issue; default: <workflow>/<job>"},
    {"labels", false, "a list, or separated by commas"},
    {"state", false, "open (default), or closed: what it tells of is mended; without an open one nothing is done"},
    {"wait", false, "true: the step ends when the forge has it, with the outputs number and url"},
    {NULL, false, NULL},
};

static int issue_resolve(const struct action_call *c, struct action_result *ret, struct err *e)
{
    static const char *const states[] = {"open", "closed"};
    struct action_reading r = {c, "issue", e};
    size_t state = 0;
    bool wait = false;
    *ret = (struct action_result){.does = ACTION_EFFECT};
    struct issue_body *x = &ret->effect.issue;
    ret->effect.kind = EFFECT_ISSUE;
    if (action_line(&r, "repo", ACTION_NAME_MAX, &ret->effect.repo) < 0 ||
        action_line(&r, "title", ACTION_TITLE_MAX, &x->title) < 0 || action_text(&r, "body", &x->body) < 0 ||
        action_line(&r, "fingerprint", FINGERPRINT_MAX, &ret->effect.fingerprint) < 0 ||
        action_list(&r, "labels", &x->labels, &x->n_labels) < 0 ||
        action_word(&r, "state", states, ARRAY_LEN(states), &state) < 0 || action_flag(&r, "wait", &wait) < 0)
        return -1;
    x->close = state == 1;
    ret->effect.wait = wait ? EFFECT_AWAITED : EFFECT_GOES;
    if (!x->title && !x->close)
        return err_set(e, ERR_INVALID, "issue needs \"title\"");
    x->title = x->title ? x->title : "";
    x->body = x->body ? x->body : action_default_text(c);
    if (!ret->effect.fingerprint)
        ret->effect.fingerprint = arena_fmt(c->arena, "%s/%s", c->workflow ? c->workflow : "", c->job ? c->job : "");
    return 0;
}

const struct action_ops action_issue = {.name = "issue", .params = issue_params, .resolve = issue_resolve};
