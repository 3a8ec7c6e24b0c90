/* SPDX-License-Identifier: Apache-2.0 */
/* The same again, later. Not where the failure was never seen to pass, not while the same one shows in many places,
 * not beyond the budget of the repository: each of these is said in the row. */
#include "core/backoff.h"
#include "core/retry.h"
#include "engine/recover.h"

enum { FREE_WAITS = 20 };
static const msec_t JOB_MS = 6 * 3600000;

static uint64_t place_of(const char *repo_id)
{
    static const uint8_t key[16];
    const char *z = repo_id ? repo_id : "";
    return map_siphash13(key, z, strlen(z));
}

static bool is_outbreak(struct engine *e, const struct trouble *t)
{
    const char *fingerprint = t->failure->fingerprint;
    if (!fingerprint || !fingerprint[0])
        return false;
    enum outbreak_is is =
        outbreak_saw(learned_outbreak(e, fingerprint), t->attempt->run_id, place_of(t->job->row->repo_id), e->now);
    if (is == OUTBREAK_BEGINS)
        record_journal(e, "incident", t->attempt->id, t->attempt->run_id, NULL, "open",
                       "the same failure in many repositories: it is not tried again until it is over");
    return is != OUTBREAK_NONE;
}

static msec_t delay_of(struct engine *e, const struct trouble *t, const struct wf_retry *p)
{
    msec_t d = backoff_ms(t->step->tries - 1, p->backoff > 0 ? p->backoff : 1, p->max_backoff, &e->random);
    return t->failure->retry_after > d ? t->failure->retry_after : d;
}

static bool job_has_time(struct engine *e, const struct live_job *j, msec_t delay)
{
    msec_t whole = j->row->timeout_ms ? j->row->timeout_ms : JOB_MS;
    msec_t end = j->run->row->deadline_at;
    return e->now + delay < j->row->started_at + whole && (!end || e->now + delay < end);
}

static const char *against(struct engine *e, const struct trouble *t, msec_t delay, struct arena *a)
{
    int chance = retry_chance(t->failure->class, learned_failure(e, t->failure->fingerprint));
    const char *repo = t->job->row->repo_id ? t->job->row->repo_id : "";
    if (chance < RETRY_LEAST_CHANCE)
        return arena_fmt(a, "such a failure passes in %d of 100 further tries", chance);
    if (is_outbreak(e, t))
        return "the same failure shows in many repositories at once";
    if (!job_has_time(e, t->job, delay))
        return "the time of the job would be over";
    struct retry_budget *b = learned_budget(e, repo);
    if (!retry_budget_take(b, e->now))
        return "a tenth of the repository's first attempts of this hour were tried again already";
    learned_budget_changed(e, b);
    return NULL;
}

bool recover_by_retry(struct engine *e, const struct trouble *t, const struct wf_retry *p)
{
    AUTO(arena_free) struct arena a = {0};
    msec_t delay = delay_of(e, t, p);
    const char *problem = against(e, t, delay, &a);
    if (problem) {
        recover_refuse(e, t, STRATEGY_RETRY, problem);
        return false;
    }
    /* What the other side asks to wait for is no failure of the step. */
    if (t->failure->class == FAILURE_RATE_LIMIT && t->failure->retry_after && t->step->attempts < FREE_WAITS)
        t->step->tries--;
    const char *detail = arena_fmt(&a, "try %d of %d in %.1f s", t->step->tries + 1, p->attempts, (double)delay / 1000);
    recover_open(e, t, STRATEGY_RETRY, detail);
    job_hold(e, t->job, HOLD_BACKOFF, e->now + delay, detail);
    return true;
}
