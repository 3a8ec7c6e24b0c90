/* SPDX-License-Identifier: Apache-2.0 */
/* `uses: comment`: a comment beneath an issue or a change. It is written over in place by the next one of the same
 * fingerprint, so that a change is not buried in old news. */
#include "port/action_input.h"

enum { FINGERPRINT_MAX = 1000 };

static const struct action_param comment_params[] = {
    {"repo", false, "alias of the repository; default: the job's"},
    {"change", false, "number of a pull or merge request; default: that of the event"},
    {"issue", false, "number of an issue; default: that of the event"},
    {"body", false, "Markdown; needed unless remove is true"},
    {"fingerprint", false, "equal for what is the same comment; default: <workflow>/<job>"},
    {"sticky", false, "true (default): written over in place; false: every run makes one of its own"},
    {"remove", false, "true: it has nothing to say any more and is taken away"},
    {"wait", false, "true: the step ends when the forge has it, with the outputs number and url"},
    {NULL, false, NULL},
};

static int comment_resolve(const struct action_call *c, struct action_result *ret, struct err *e)
{
    struct action_reading r = {c, "comment", e};
    bool sticky = true, wait = false;
    *ret = (struct action_result){.does = ACTION_EFFECT};
    struct comment_body *x = &ret->effect.comment;
    ret->effect.kind = EFFECT_COMMENT;
    if (action_line(&r, "repo", ACTION_NAME_MAX, &ret->effect.repo) < 0 || action_thread(&r, &x->number, &x->at) < 0 ||
        action_text(&r, "body", &x->body) < 0 ||
        action_line(&r, "fingerprint", FINGERPRINT_MAX, &ret->effect.fingerprint) < 0 ||
        action_flag(&r, "sticky", &sticky) < 0 || action_flag(&r, "remove", &x->remove) < 0 ||
        action_flag(&r, "wait", &wait) < 0)
        return -1;
    ret->effect.wait = wait ? EFFECT_AWAITED : EFFECT_GOES;
    if (!x->body && !x->remove)
        return err_set(e, ERR_INVALID, "comment needs \"body\"");
    if (!sticky && x->remove)
        return action_refuse(&r, action_input(&r, "remove"), "has no meaning when it is not sticky");
    if (!ret->effect.fingerprint && sticky)
        ret->effect.fingerprint = arena_fmt(c->arena, "%s/%s", c->workflow ? c->workflow : "", c->job ? c->job : "");
    else if (!sticky)
        ret->effect.fingerprint = NULL; /* of this step of this run alone */
    return 0;
}

const struct action_ops action_comment = {.name = "comment", .params = comment_params, .resolve = comment_resolve};
