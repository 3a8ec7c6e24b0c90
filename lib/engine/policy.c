/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/policy.h"

struct wf_limits limits_of(const struct job_spec *j, const struct step_spec *s)
{
    const struct wf_limits *own = &s->limits, *around = &j->job.limits;
    return (struct wf_limits){.silence_ms = own->silence_ms ? own->silence_ms : around->silence_ms,
                              .log = own->log ? own->log : around->log};
}

static void limits_inherit(struct wf_limits *l, const struct wf_limits *from)
{
    l->queue_ms = l->queue_ms ? l->queue_ms : from->queue_ms;
    l->silence_ms = l->silence_ms ? l->silence_ms : from->silence_ms;
    l->log = l->log ? l->log : from->log;
}

static void recovery_inherit(struct wf_job *j, struct wf_recovery *from, size_t n)
{
    if (j->recovery)
        return;
    j->recovery = from;
    j->n_recovery = n;
}

void policy_inherit(struct wf_job *j, const struct workflow *w, const struct wf_job *caller)
{
    if (!j->retry.said)
        j->retry = w->retry;
    recovery_inherit(j, w->recovery, w->n_recovery);
    limits_inherit(&j->limits, &w->limits);
    if (!caller)
        return;
    if (!j->retry.said)
        j->retry = caller->retry;
    recovery_inherit(j, caller->recovery, caller->n_recovery);
    limits_inherit(&j->limits, &caller->limits);
}

msec_t policy_waits(const struct wf_job *j, const struct wf_approve *environment)
{
    msec_t ms = j->approve.present ? j->approve.deadline : 0;
    if (environment)
        ms += environment->deadline;
    for (size_t i = 0; i < j->n_recovery; i++)
        ms += j->recovery[i].deadline;
    return ms;
}
