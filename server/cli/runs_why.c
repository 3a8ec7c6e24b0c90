/* SPDX-License-Identifier: Apache-2.0 */
/* Why a run is where it is: what the engine says of the jobs that are not done, and how the others ended. */
#include "server/cli/runs.h"

struct why {
    const struct jval *run, *open; /* open: what the engine says; absent = the run is done */
};

static const struct jval *job_of(const struct jval *jobs, struct sv key)
{
    for (size_t i = 0; i < jval_len(jobs); i++)
        if (sv_eq(jval_str(jval_get(jval_item(jobs, i), "key")), key))
            return jval_item(jobs, i);
    return NULL;
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

/* The rows are a moment behind the engine. */
static void why_job(const struct jval *job, const struct jval *open, struct buf *out)
{
    struct sv why = jval_str(jval_get(open, "why"));
    if (sv_is(jval_str(jval_get(job, "state")), "done"))
        why_done(job, out);
    else if (why.n)
        buf_sv(out, why);
    else
        buf_str(out, "has just changed");
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
    jout_kstr(&j, "why", jval_str(jval_get(w->open, "why")));
    jout_key(&j, "jobs");
    jout_open(&j, '[');
    for (size_t i = 0; i < jval_len(jobs); i++) {
        const struct jval *job = jval_item(jobs, i);
        const struct jval *open = job_of(jval_get(w->open, "jobs"), jval_str(jval_get(job, "key")));
        buf_clear(&line);
        why_job(job, open, &line);
        jout_open(&j, '{');
        jout_kstr(&j, "key", jval_str(jval_get(job, "key")));
        jout_kstr(&j, "state", jval_str(jval_get(job, "state")));
        jout_kstr(&j, "reason", jval_str(jval_get(open, "reason")));
        jout_kstr(&j, "why", buf_view(&line));
        jout_kstr(&j, "until", jval_str(jval_get(open, "until")));
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
    struct sv why = jval_str(jval_get(w->open, "why"));
    if (detail.n || why.n)
        buf_fmt(&line, ": %.*s", SV_ARG(detail.n ? detail : why));
    cli_text(buf_view(&line), &b);
    buf_chr(&b, '\n');
    for (size_t i = 0; i < jval_len(jobs); i++) {
        buf_clear(&line);
        buf_fmt(&line, "%.*s: ", SV_ARG(jval_str(jval_get(jval_item(jobs, i), "key"))));
        struct sv key = jval_str(jval_get(jval_item(jobs, i), "key"));
        why_job(jval_item(jobs, i), job_of(jval_get(w->open, "jobs"), key), &line);
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

/* Of a run that is not open the engine knows nothing: *ret stays NULL then. */
static int ask_engine(struct remote *r, const char *id, struct jdoc **ret)
{
    AUTO(buf_free) struct buf path = {0};
    AUTO(remote_answer_free) struct remote_answer a = {0};
    struct err e = {0};
    int rc = remote_path("runs", id, "/why", &path);
    if (rc == CLI_OK)
        rc = remote_send(r, "GET", path.p, &a);
    if (rc != CLI_OK || a.status == 404)
        return rc;
    if ((rc = remote_verdict(&a)) != CLI_OK)
        return rc;
    return jdoc_parse(buf_view(&a.body), NULL, ret, &e) < 0 ? cli_fail(CLI_FAILED, "%s", e.msg) : CLI_OK;
}

int runs_why(struct remote *r, const struct listing *l, const char *id)
{
    struct jdoc *run = NULL, *open = NULL;
    int rc = ask_engine(r, id, &open);
    if (rc == CLI_OK)
        rc = runs_fetch(r, id, &run);
    struct why w = {.run = jdoc_root(run), .open = jdoc_root(open)};
    if (rc == CLI_OK)
        rc = l->format == FORMAT_JSON ? print_json(&w) : print_text(&w);
    jdoc_free(&run);
    jdoc_free(&open);
    return rc;
}
