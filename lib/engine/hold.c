/* SPDX-License-Identifier: Apache-2.0 */
/* A job on hold: its needs are met, and it waits for a time or for somebody, without a slot. What it has done stays;
 * its step goes on where it is. The reason is in the row, so that a start-up finds it again. */
#include "engine/recover.h"

static void wake(struct engine *e, struct live_job *j, msec_t at)
{
    if (!j->held) {
        j->held = mem_new(sizeof *j->held);
        j->held->wake = (struct wake){.kind = WAKE_HOLD, .owner = j};
    }
    wake_at(e, &j->held->wake, &j->held->waits, at);
}

void hold_forget(struct engine *e, struct live_job *j)
{
    if (!j->held)
        return;
    wake_drop(e, &j->held->wake, &j->held->waits);
    mem_freep(&j->held);
}

void job_hold(struct engine *e, struct live_job *j, enum job_hold why, msec_t until, const char *cause)
{
    struct job *row = j->row;
    row->hold = why;
    row->hold_until = until;
    row->hold_at = e->now;
    order_give_back(e, j, ORDER_SPENT);
    if (row->state == WORK_WAITING) {
        record_journal(e, "job", row->id, row->run_id, "waiting", "waiting", cause);
        record_job(e, row);
    } else {
        job_to(e, j, WORK_WAITING, cause);
    }
    if (until)
        wake(e, j, until);
}

void job_release(struct engine *e, struct live_job *j, const char *cause)
{
    hold_forget(e, j);
    j->row->held_ms += j->row->hold_at ? e->now - j->row->hold_at : 0;
    j->row->hold = HOLD_NONE;
    j->row->hold_until = j->row->hold_at = 0;
    if (j->row->kind == JOB_CALL) {
        expand_call(e, j);
        return;
    }
    if (!job_fits(e, j))
        return;
    j->row->ready_at = e->now;
    job_to(e, j, WORK_READY, cause);
    order_add(e, j);
    job_watch(e, j);
}

/* Several that wait for one place are not let go at once: the breaker says when. */
static void try_again(struct engine *e, struct live_job *j)
{
    struct sv forge;
    const char *path;
    const struct recovery *r = job_recovery(j);
    AUTO(arena_free) struct arena a = {0};
    bool named = report_address(j->row->repo_id, &forge, &path);
    msec_t later = r && named ? breaker_ask(learned_breaker(e, r->class, arena_dup(&a, forge)), e->now) : 0;
    if (!later) {
        job_release(e, j, "the time of its next try has come");
        return;
    }
    j->row->hold_until = later;
    record_job(e, j->row);
    record_journal(e, "job", j->row->id, j->row->run_id, "waiting", "waiting",
                   "most tries of others fail alike at the moment: it waits for theirs");
    wake(e, j, later);
}

void hold_due(struct engine *e, struct live_job *j)
{
    wake_drop(e, &j->held->wake, &j->held->waits);
    if (j->row->hold == HOLD_BACKOFF)
        try_again(e, j);
    else if (j->row->hold == HOLD_APPROVAL)
        approval_expire(e, j);
    else if (j->row->hold == HOLD_RECOVERY)
        recover_resume(e, j);
    dispatch(e);
    outbox_pump_all(e);
}

void hold_adopt(struct engine *e, struct live_job *j)
{
    if (j->row->hold == HOLD_APPROVAL && !approval_of_job(e, j))
        job_release(e, j, "nobody was asked"); /* no committed change-set leaves that behind */
    else if (j->row->hold_until)
        wake(e, j, j->row->hold_until);
    else if (j->row->hold == HOLD_RECOVERY)
        recover_resume(e, j);
}
