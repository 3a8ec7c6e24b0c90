/* SPDX-License-Identifier: Apache-2.0 */
/* What the file of a job says about its trouble. */
#include "engine/recover.h"

static const struct wf_retry no_retry;

/* The step's own words are in its spec, those of the job and its workflow in the job's. A built-in action can be done
 * again by itself; whether a script can, only its author knows. */
static const struct wf_retry builtin = {
    .attempts = 3,
    .backoff = 2000,
    .max_backoff = 300000,
    .on = FAILURE_BIT(FAILURE_NETWORK) | FAILURE_BIT(FAILURE_RATE_LIMIT) | FAILURE_BIT(FAILURE_RESOURCE) |
          FAILURE_BIT(FAILURE_LOST),
};

struct step_policy policy_of_step(struct live_job *j, const struct step *s)
{
    AUTO(arena_free) struct arena a = {0};
    struct step_spec spec;
    struct err ignored;
    const struct wf_retry *job = &job_spec_of(j)->job.retry;
    if (step_spec_read(s->spec, &a, &spec, &ignored) < 0)
        spec = (struct step_spec){0};
    struct step_policy p = {.once = spec.once, .retry = s->kind == STEP_USES ? builtin : no_retry};
    if (spec.retry.said)
        p.retry = spec.retry;
    else if (job->said)
        p.retry = *job;
    return p;
}

const struct wf_recovery *policy_recovery(struct live_job *j, size_t *ret_n)
{
    const struct job_spec *spec = job_spec_of(j);
    *ret_n = spec->job.n_recovery;
    return spec->job.recovery;
}

const struct wf_recovery *policy_entry(struct live_job *j)
{
    size_t n, at = (size_t)j->row->recovery_at;
    const struct wf_recovery *all = policy_recovery(j, &n);
    return at < n && j->row->recovery_uses > 0 ? &all[at] : NULL;
}
