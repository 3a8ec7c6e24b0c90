/* SPDX-License-Identifier: Apache-2.0 */
/* May a step say at a forge what it wants to say? Where the file says `permissions`, it may do no more than stands
 * there; the words are GitHub's. Statuses and check runs of the run itself are the server's and need none. */
#include "engine/state.h"

static enum wf_permission permission_of(const struct action_result *want)
{
    switch (want->effect.kind) {
    case EFFECT_COMMENT:
        return want->effect.comment.at == THREAD_ISSUE ? PERM_ISSUES : PERM_PULL_REQUESTS;
    case EFFECT_LABEL:
        return want->effect.label.at == THREAD_ISSUE ? PERM_ISSUES : PERM_PULL_REQUESTS;
    case EFFECT_STATUS:
        return PERM_STATUSES;
    case EFFECT_CHECK:
        return PERM_CHECKS;
    case EFFECT_PULL:
        return PERM_PULL_REQUESTS;
    case EFFECT_MERGE:
        return PERM_CONTENTS;
    case EFFECT_DISPATCH:
        return want->effect.dispatch.event ? PERM_CONTENTS : PERM_ACTIONS;
    case EFFECT_ISSUE:
    case EFFECT_EVENT:
    case EFFECT_KIND_N:
        break;
    }
    return PERM_ISSUES;
}

/* At a commit that nobody has told of: the forge may not have it, and would refuse. */
static bool is_too_early(const struct live_job *j, const struct action_result *want)
{
    const struct run *r = j->run->row;
    const char *said = want->effect.kind == EFFECT_STATUS  ? want->effect.status.sha
                       : want->effect.kind == EFFECT_CHECK ? want->effect.check.sha
                                                           : NULL;
    const char *sha = said ? said : j->row->sha;
    bool at_commit = want->effect.kind == EFFECT_STATUS || want->effect.kind == EFFECT_CHECK;
    return at_commit && r->report_seq == REPORT_HELD && r->sha && sha && strcmp(sha, r->sha) == 0;
}

const char *report_refused(struct live_job *j, const struct action_result *want)
{
    const struct wf_permissions *p = &job_spec_of(j)->permissions;
    enum wf_permission needed = permission_of(want);
    if (!j->run->row->trusted) /* its token would write in the name of a stranger's change */
        return "runs of untrusted changes do not write to forges";
    if (is_too_early(j, want))
        return "the run judges a push, and the forge may not have its commit yet (if: github.event_name == 'push')";
    if (p->said && p->at[needed] != ACCESS_WRITE)
        return arena_fmt(&j->run->arena, "%s: the workflow has not got the permission `%s: write`",
                         effect_kind_name[want->effect.kind], wf_permission_name[needed]);
    return NULL;
}
