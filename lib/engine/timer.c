/* SPDX-License-Identifier: Apache-2.0 */
/* The times that a run and its jobs must keep: how long it may take, and how long it and they may wait to start. All of
 * them come out of rows, so that a restart finds the same. A run has one wake for all: it is never later than the next
 * time, and may be earlier, when what it was set for started meanwhile. */
#include "engine/state.h"
#include "fmt/json.h"

const struct wf_limits *run_limits(struct live_run *r)
{
    static const msec_t DAY_MS = 24 * 3600000;
    if (r->limits.run_ms)
        return &r->limits;
    const struct jval *kept = jval_get(run_context(r), "limits");
    if (!jval_int(jval_get(kept, "run_ms"), &r->limits.run_ms) || r->limits.run_ms <= 0)
        r->limits.run_ms = DAY_MS;
    if (!jval_int(jval_get(kept, "queue_ms"), &r->limits.queue_ms))
        r->limits.queue_ms = 0;
    return &r->limits;
}

/* 0 = none. */
static msec_t time_of_run(struct live_run *r)
{
    const struct run *row = r->row;
    if (row->state == WORK_DONE || row->cancelling)
        return 0;
    if (row->state != WORK_WAITING)
        return row->deadline_at;
    msec_t queue = run_limits(r)->queue_ms;
    return queue ? row->created_at + queue : 0;
}

static bool waits_to_start(const struct live_job *j)
{
    const struct job *row = j->row;
    bool in_group = job_group(j) && job_group(j)->holder != j->claim;
    return !row->started_at && row->hold == HOLD_NONE &&
           (row->state == WORK_READY || (row->state == WORK_WAITING && in_group));
}

/* What people took to answer does not count. */
static msec_t waits_since(const struct job *row)
{
    return row->group_at ? row->group_at + row->held_ms : row->ready_at;
}

static msec_t time_of_job(const struct live_job *j)
{
    return j->row->queue_ms && waits_to_start(j) ? waits_since(j->row) + j->row->queue_ms : 0;
}

static void wake_by(struct engine *e, struct live_run *r, msec_t at)
{
    if (!at || (r->waits && r->wake.at <= at))
        return;
    r->wake.kind = WAKE_RUN;
    r->wake.owner = r;
    wake_at(e, &r->wake, &r->waits, at);
}

void run_watch(struct engine *e, struct live_run *r)
{
    wake_by(e, r, time_of_run(r));
}

void job_watch(struct engine *e, struct live_job *j)
{
    wake_by(e, j->run, time_of_job(j));
}

void run_unwatch(struct engine *e, struct live_run *r)
{
    wake_drop(e, &r->wake, &r->waits);
}

/* ---- the time is over ---- */

static void put_time(struct buf *b, msec_t ms)
{
    static const struct {
        msec_t unit;
        const char *name;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}};
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (ms >= units[i].unit)
            buf_fmt(b, "%lld%s", (long long)(ms / units[i].unit), units[i].name);
        ms %= units[i].unit;
    }
}

/* What it waits for, at the end of "it waited 1h for …". */
static void put_reason(struct engine *e, const struct live_job *j, struct buf *b)
{
    const struct job *row = j->row;
    if (row->state == WORK_WAITING && job_group(j)) {
        why_put_group(b, job_group(j));
        return;
    }
    if (row->n_locks) {
        buf_fmt(b, "the lock%s ", row->n_locks > 1 ? "s" : "");
        for (size_t i = 0; i < row->n_locks; i++)
            buf_fmt(b, "%s%s", i ? ", " : "", row->locks[i]);
        buf_str(b, " and ");
    }
    if (row->slots > 1)
        buf_fmt(b, "%d of the %d slots", row->slots, e->conf->slots);
    else
        buf_fmt(b, "a free slot of %d", e->conf->slots);
}

static void job_over(struct engine *e, struct live_job *j)
{
    AUTO(buf_free) struct buf text = {0};
    buf_str(&text, "it waited ");
    put_time(&text, e->now - waits_since(j->row));
    buf_str(&text, " (limits.queue) for ");
    put_reason(e, j, &text);
    job_end(e, j, CONC_TIMED_OUT, text.p);
}

static void run_over(struct engine *e, struct live_run *r)
{
    AUTO(buf_free) struct buf text = {0};
    if (r->row->state == WORK_WAITING) {
        buf_str(&text, "it waited ");
        put_time(&text, e->now - r->row->created_at);
        buf_str(&text, " (limits.queue) for ");
        if (r->claim.group)
            why_put_group(&text, r->claim.group);
    } else {
        buf_str(&text, "it took longer than ");
        put_time(&text, run_limits(r)->run_ms);
        buf_str(&text, " (limits.minutes)");
    }
    run_stop(e, r, RUN_OVER_TIME, text.p);
}

void run_times(struct engine *e, struct live_run *r)
{
    msec_t at = time_of_run(r), next = 0;
    if (at && at <= e->now)
        run_over(e, r);
    for (size_t i = 0; i < r->jobs.n && r->row->state != WORK_DONE; i++) {
        at = time_of_job(r->jobs.at[i]);
        if (at && at <= e->now)
            job_over(e, r->jobs.at[i]);
        else if (at && (!next || at < next))
            next = at;
    }
    if (r->row->state == WORK_DONE)
        return;
    wake_by(e, r, next);
    run_watch(e, r);
}
