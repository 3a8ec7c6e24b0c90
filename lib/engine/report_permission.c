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

const char *report_refused(struct live_job *j, const struct action_result *want)
{
    const struct wf_permissions *p = &job_spec_of(j)->permissions;
    enum wf_permission needed = permission_of(want);
    if (!j->run->row->trusted) /* its token would write in the name of a stranger's change */
        return "runs of untrusted changes do not write to forges";
    if (p->said && p->at[needed] != ACCESS_WRITE)
        return arena_fmt(&j->run->arena, "%s: the workflow has not got the permission `%s: write`",
                         effect_kind_name[want->effect.kind], wf_permission_name[needed]);
    return NULL;
}
