/* SPDX-License-Identifier: Apache-2.0 */
/* `uses: check`: a check run of its own where the forge has such (GitHub with the token of an App); elsewhere a commit
 * status under its name. Only final states, as of `status`. */
#include "port/action_input.h"

enum { NAME_MAX_BYTES = 100, TITLE_MAX = 255 };

static const struct action_param check_params[] = {
    {"repo", false, "alias of the repository; default: the job's"},
    {"sha", false, "the whole commit id; default: the job's commit"},
    {"name", true, "of the check run; not that of the run's status"},
    {"state", true, "success, failure, error, timed_out, cancelled or skipped"},
    {"title", false, "one line; default: the state"},
    {"summary", false, "Markdown; default: which job says it"},
    {NULL, false, NULL},
};

static int check_resolve(const struct action_call *c, struct action_result *ret, struct err *e)
{
    const char *word;
    struct action_reading r = {c, "check", e};
    *ret = (struct action_result){.does = ACTION_EFFECT};
    struct check_body *x = &ret->effect.check;
    ret->effect.kind = EFFECT_CHECK;
    x->details_url = c->run_url;
    if (action_line(&r, "repo", ACTION_NAME_MAX, &ret->effect.repo) < 0 || action_commit(&r, "sha", &x->sha) < 0 ||
        action_line(&r, "name", NAME_MAX_BYTES, &x->name) < 0 || action_line(&r, "title", TITLE_MAX, &x->title) < 0 ||
        action_text(&r, "summary", &x->summary) < 0 || action_end(&r, "state", &x->state, &word) < 0)
        return -1;
    if (!x->name)
        return err_set(e, ERR_INVALID, "check needs \"name\"");
    x->title = x->title ? x->title : word;
    x->summary = x->summary ? x->summary : action_default_text(c);
    return 0;
}

const struct action_ops action_check = {.name = "check", .params = check_params, .resolve = check_resolve};
