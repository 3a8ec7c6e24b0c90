/* SPDX-License-Identifier: Apache-2.0 */
/* Why a run is where it is: from the states of its jobs and what the server says about its slots. */
#include "server/cli/runs.h"

struct why {
    const struct jval *run, *stats;
};

static const struct jval *job_of(const struct jval *jobs, struct sv key)
{
    for (size_t i = 0; i < jval_len(jobs); i++)
        if (sv_eq(jval_str(jval_get(jval_item(jobs, i), "key")), key))
            return jval_item(jobs, i);
    return NULL;
}

static void why_waiting(struct why *w, const struct jval *job, struct buf *out)
{
    const struct jval *needs = jval_get(job, "needs");
    size_t open = 0;
    for (size_t i = 0; i < jval_len(needs); i++) {
        struct sv key = jval_str(jval_item(needs, i));
        const struct jval *need = job_of(jval_get(w->run, "jobs"), key);
        struct sv state = jval_str(jval_get(need, "state"));
        if (!need || sv_is(state, "done"))
            continue;
        buf_fmt(out, "%s%.*s (%.*s)", open++ ? ", " : "waits for ", SV_ARG(key), SV_ARG(state));
    }
    if (!open)
        buf_str(out, "waits to be looked at");
}

static void why_ready(struct why *w, struct buf *out)
{
    int64_t slots = 0, busy = 0, ready = 0;
    jval_int(jval_get(w->stats, "slots"), &slots);
    jval_int(jval_get(w->stats, "slots_busy"), &busy);
    jval_int(jval_get(w->stats, "jobs_ready"), &ready);
    buf_fmt(out, "waits for a slot: %lld of %lld are busy, %lld jobs are ready", (long long)busy, (long long)slots,
            (long long)ready);
}

static const struct jval *step_in(const struct jval *job, const char *member, const char *word)
{
    const struct jval *steps = jval_get(job, "steps");
    for (size_t i = 0; i < jval_len(steps); i++)
        if (sv_is(jval_str(jval_get(jval_item(steps, i), member)), word))
            return jval_item(steps, i);
    return NULL;
}

static const struct jval *last_attempt(const struct jval *step)
{
    const struct jval *all = jval_get(step, "attempts");
    return jval_len(all) ? jval_item(all, jval_len(all) - 1) : NULL;
}

static void why_running(const struct jval *job, struct buf *out)
{
    const struct jval *step = step_in(job, "state", "running"), *attempt = last_attempt(step);
    if (!step) {
        buf_str(out, "is between two steps");
        return;
    }
    buf_fmt(out, "runs the step %.*s since %.*s", SV_ARG(jval_str(jval_get(step, "name"))),
            SV_ARG(jval_str(jval_get(step, "started_at"))));
    int64_t no = 1;
    if (jval_int(jval_get(attempt, "no"), &no) && no > 1)
        buf_fmt(out, ", attempt %lld", (long long)no);
}

/* The job's own words name the step that failed; the class says what may be done about it. */
static void why_done(const struct jval *job, struct buf *out)
{
    static const char *const bad[] = {"failure", "error", "timed_out", "cancelled"};
    struct sv detail = jval_str(jval_get(job, "detail"));
    buf_fmt(out, "ended: %.*s", SV_ARG(jval_str(jval_get(job, "conclusion"))));
    if (detail.n)
        buf_fmt(out, ": %.*s", SV_ARG(detail));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct sv cls = jval_str(jval_get(last_attempt(step_in(job, "outcome", bad[i])), "class"));
        if (!cls.n)
            continue;
        buf_fmt(out, " (class %.*s)", SV_ARG(cls));
        return;
    }
}

static void why_job(struct why *w, const struct jval *job, struct buf *out)
{
    struct sv state = jval_str(jval_get(job, "state"));
    if (sv_is(state, "done"))
        why_done(job, out);
    else if (sv_is(state, "running"))
        why_running(job, out);
    else if (sv_is(state, "ready"))
        why_ready(w, out);
    else
        why_waiting(w, job, out);
}

/* What the forge has not been told yet. */
static bool why_effect(const struct jval *x, struct buf *out)
{
    struct sv state = jval_str(jval_get(x, "state")), error = jval_str(jval_get(x, "last_error"));
    struct sv later = jval_str(jval_get(x, "not_before"));
    if (sv_is(state, "sent") || sv_is(state, "coalesced"))
        return false;
    buf_fmt(out, "the %.*s for %.*s:%.*s is %.*s", SV_ARG(jval_str(jval_get(x, "kind"))),
            SV_ARG(jval_str(jval_get(x, "forge"))), SV_ARG(jval_str(jval_get(x, "repository"))), SV_ARG(state));
    if (error.n)
        buf_fmt(out, ": %.*s", SV_ARG(error));
    if (later.n && !sv_is(state, "dead"))
        buf_fmt(out, "; not before %.*s", SV_ARG(later));
    return true;
}

static int print_json(struct why *w)
{
    AUTO(buf_free) struct buf b = {0}, line = {0};
    const struct jval *jobs = jval_get(w->run, "jobs"), *effects = jval_get(w->run, "effects");
    struct jout j = {.buf = &b};
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_kstr(&j, "run", jval_str(jval_get(w->run, "id")));
    jout_kstr(&j, "state", jval_str(jval_get(w->run, "state")));
    jout_kstr(&j, "conclusion", jval_str(jval_get(w->run, "conclusion")));
    jout_kstr(&j, "detail", jval_str(jval_get(w->run, "detail")));
    jout_key(&j, "jobs");
    jout_open(&j, '[');
    for (size_t i = 0; i < jval_len(jobs); i++) {
        buf_clear(&line);
        why_job(w, jval_item(jobs, i), &line);
        jout_open(&j, '{');
        jout_kstr(&j, "key", jval_str(jval_get(jval_item(jobs, i), "key")));
        jout_kstr(&j, "state", jval_str(jval_get(jval_item(jobs, i), "state")));
        jout_kstr(&j, "why", buf_view(&line));
        jout_close(&j, '}');
    }
    jout_close(&j, ']');
    jout_key(&j, "effects");
    jout_open(&j, '[');
    for (size_t i = 0; i < jval_len(effects); i++) {
        buf_clear(&line);
        if (why_effect(jval_item(effects, i), &line))
            jout_str(&j, buf_view(&line));
    }
    jout_close(&j, ']');
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    return cli_print(&b);
}

static int print_text(struct why *w)
{
    AUTO(buf_free) struct buf b = {0}, line = {0};
    const struct jval *jobs = jval_get(w->run, "jobs"), *effects = jval_get(w->run, "effects");
    buf_fmt(&line, "run %.*s of %.*s: %.*s", SV_ARG(jval_str(jval_get(w->run, "id"))),
            SV_ARG(jval_str(jval_get(w->run, "workflow"))), SV_ARG(shown_state(w->run)));
    struct sv detail = jval_str(jval_get(w->run, "detail"));
    if (detail.n)
        buf_fmt(&line, ": %.*s", SV_ARG(detail));
    cli_text(buf_view(&line), &b);
    buf_chr(&b, '\n');
    for (size_t i = 0; i < jval_len(jobs); i++) {
        buf_clear(&line);
        buf_fmt(&line, "%.*s: ", SV_ARG(jval_str(jval_get(jval_item(jobs, i), "key"))));
        why_job(w, jval_item(jobs, i), &line);
        buf_str(&b, "  ");
        cli_text(buf_view(&line), &b);
        buf_chr(&b, '\n');
    }
    for (size_t i = 0; i < jval_len(effects); i++) {
        buf_clear(&line);
        if (!why_effect(jval_item(effects, i), &line))
            continue;
        buf_str(&b, "  ");
        cli_text(buf_view(&line), &b);
        buf_chr(&b, '\n');
    }
    return cli_print(&b);
}

int runs_why(struct remote *r, const struct listing *l, const char *id)
{
    struct jdoc *run = NULL, *stats = NULL;
    int rc = runs_fetch(r, id, &run);
    if (rc == CLI_OK)
        rc = remote_get_json(r, "/api/v1/stats", &stats);
    struct why w = {.run = jdoc_root(run), .stats = jdoc_root(stats)};
    if (rc == CLI_OK)
        rc = l->format == FORMAT_JSON ? print_json(&w) : print_text(&w);
    jdoc_free(&run);
    jdoc_free(&stats);
    return rc;
}
