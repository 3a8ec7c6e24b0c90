/* SPDX-License-Identifier: Apache-2.0 */
/* `uses: status`: a commit status under a name of its own, beside that of the run. Only final states: nobody would end
 * a pending one when the run does not get there. */
#include "port/action_input.h"

enum { CONTEXT_MAX = 100, DESCRIPTION_MAX = 1000, URL_MAX = 2000 };

static const struct action_param status_params[] = {
    {"repo", false, "alias of the repository; default: the job's"},
    {"sha", false, "the whole commit id; default: the job's commit"},
    {"context", true, "name of the status; not that of the run"},
    {"state", true, "success, failure, error, timed_out, cancelled or skipped"},
    {"description", false, "one line, cut to what the forge takes"},
    {"url", false, "where it leads; default: the run"},
    {NULL, false, NULL},
};

static int status_resolve(const struct action_call *c, struct action_result *ret, struct err *e)
{
    const char *word;
    struct action_reading r = {c, "status", e};
    *ret = (struct action_result){.does = ACTION_EFFECT};
    struct status_body *x = &ret->effect.status;
    ret->effect.kind = EFFECT_STATUS;
    x->description = "";
    x->target_url = c->run_url;
    if (action_line(&r, "repo", ACTION_NAME_MAX, &ret->effect.repo) < 0 || action_commit(&r, "sha", &x->sha) < 0 ||
        action_line(&r, "context", CONTEXT_MAX, &x->context) < 0 ||
        action_line(&r, "description", DESCRIPTION_MAX, &x->description) < 0 ||
        action_line(&r, "url", URL_MAX, &x->target_url) < 0 || action_end(&r, "state", &x->state, &word) < 0)
        return -1;
    if (!x->context)
        return err_set(e, ERR_INVALID, "status needs \"context\"");
    const struct action_input *url = action_input(&r, "url");
    if (url && !sv_starts(sv_of(url->value), SV("https://")) && !sv_starts(sv_of(url->value), SV("http://")))
        return action_refuse(&r, url, "must begin with https:// or http://");
    return 0;
}

const struct action_ops action_status = {.name = "status", .params = status_params, .resolve = status_resolve};
