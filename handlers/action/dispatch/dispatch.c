/* SPDX-License-Identifier: Apache-2.0 */
/* `uses: dispatch`: starts a workflow or a pipeline of the forge itself, or tells an event to those who listen there.
 */
#include "fmt/json.h"
#include "port/action_input.h"

enum { EVENT_MAX = 100, INPUTS_MOST = 8 }; /* GitHub takes ten members of a payload, and two are ours */

static const struct action_param dispatch_params[] = {
    {"repo", false, "alias of the repository; default: the job's"},
    {"event", false, "event_type of a repository_dispatch (GitHub)"},
    {"workflow", false, "file name of a workflow of the forge (GitHub, Gitea); needs ref"},
    {"ref", false, "branch or tag that it runs on; alone: a pipeline (GitLab)"},
    {"inputs", false, "name=value, one a line, at most 8"},
    {"wait", false, "true (default): the step ends when the forge has taken it"},
    {NULL, false, NULL},
};

static bool name_ok(struct sv s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') || s.p[i] == '_' || s.p[i] == '-' ||
              (i && s.p[i] >= '0' && s.p[i] <= '9')))
            return false;
    return s.n > 0 && s.n <= ACTION_NAME_MAX && !sv_starts(s, SV("fettle_"));
}

static int inputs_of(const struct action_reading *r, const char **ret)
{
    const struct action_input *in = action_input(r, "inputs");
    AUTO(buf_free) struct buf json = {0};
    struct jout j = {.buf = &json};
    struct sv rest = in ? sv_of(in->value) : SV_NONE, line;
    size_t n = 0;
    if (!in)
        return 0;
    jout_open(&j, '{');
    while (sv_next(&rest, '\n', &line)) {
        ptrdiff_t eq = sv_chr(line, '=');
        struct sv name = sv_trim(sv_cut(line, eq < 0 ? 0 : (size_t)eq));
        if (sv_trim(line).n == 0)
            continue;
        if (eq < 0 || !name_ok(name) || ++n > INPUTS_MOST)
            return action_refuse(r, in, "must be lines name=value, at most 8, no name beginning with fettle_");
        jout_kstr(&j, arena_dup(r->call->arena, name), sv_from(line, (size_t)eq + 1));
    }
    jout_close(&j, '}');
    *ret = arena_dup(r->call->arena, buf_view(&json));
    return 0;
}

static int what_starts(const struct action_reading *r, const struct dispatch_body *x)
{
    if (!x->event && !x->ref)
        return err_set(r->e, ERR_INVALID, "dispatch needs \"event\", \"workflow\" with \"ref\", or \"ref\" alone");
    if (x->event && (x->workflow || x->ref))
        return action_refuse(r, action_input(r, "event"), "cannot stand beside \"workflow\" and \"ref\"");
    if (x->workflow && (strchr(x->workflow, '/') || x->workflow[0] == '-' || x->workflow[0] == '.'))
        return action_refuse(r, action_input(r, "workflow"), "is no file name");
    return 0;
}

static int dispatch_resolve(const struct action_call *c, struct action_result *ret, struct err *e)
{
    struct action_reading r = {c, "dispatch", e};
    bool wait = true;
    *ret = (struct action_result){.does = ACTION_EFFECT};
    struct dispatch_body *x = &ret->effect.dispatch;
    ret->effect.kind = EFFECT_DISPATCH;
    if (action_line(&r, "repo", ACTION_NAME_MAX, &ret->effect.repo) < 0 ||
        action_line(&r, "event", EVENT_MAX, &x->event) < 0 ||
        action_line(&r, "workflow", ACTION_NAME_MAX, &x->workflow) < 0 || action_branch(&r, "ref", &x->ref) < 0 ||
        inputs_of(&r, &x->inputs) < 0 || action_flag(&r, "wait", &wait) < 0)
        return -1;
    ret->effect.wait = wait ? EFFECT_AWAITED : EFFECT_GOES;
    return what_starts(&r, x);
}

const struct action_ops action_dispatch = {.name = "dispatch", .params = dispatch_params, .resolve = dispatch_resolve};
