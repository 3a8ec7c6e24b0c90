/* SPDX-License-Identifier: Apache-2.0 */
/* What the scheduler (plan/ready.h) knows of runs and jobs: whose they are, how long they will take, what hangs on
 * them. In memory; all of it comes from rows, so that a start-up finds the same. */
#include "engine/state.h"
#include "plan/path.h"

static const msec_t ESTIMATE_MS = 30000;

/* The part of a run that works for one repository: it stands in that one's line. */
struct share {
    struct ready_run run;
    const char *repo_id;
    struct share *next;
};

static struct share *share_of(struct engine *e, struct live_run *r, const char *repo_id)
{
    struct sv id = sv_of(repo_id ? repo_id : "/"); /* jobs without a repository are nobody's */
    struct share **at = &r->shares;
    for (; *at; at = &(*at)->next)
        if (sv_is(id, (*at)->repo_id))
            return *at;
    struct share *s = *at = arena_new(&r->arena, sizeof *s);
    s->repo_id = arena_dup(&r->arena, id);
    s->run = (struct ready_run){
        .id = r->row->id, .arrived = r->row->created_at, .remaining = r->remaining, .priority = r->row->priority};
    ptrdiff_t owner = sv_chr(id, '/');
    struct sv organisation = owner < 0 ? id : sv_cut(id, (size_t)owner);
    ready_open(&e->ready, &s->run, organisation, owner < 0 ? id : sv_from(id, (size_t)owner + 1));
    if (r->row->bumped)
        ready_bump(&e->ready, &s->run);
    return s;
}

/* ---- how long ---- */

static struct expectation estimate_of(struct engine *e, struct live_job *j)
{
    (void)e;
    const struct wf_job *said = &job_spec_of(j)->job;
    msec_t ms = j->row->estimate_ms ? j->row->estimate_ms : said->estimate_ms ? said->estimate_ms : ESTIMATE_MS;
    return (struct expectation){.estimate = ms, .p90 = 2 * ms};
}

/* A parent with children is the point where they come together. */
static bool does_work(const struct live_job *j)
{
    return j->row->state != WORK_DONE && (j->row->kind == JOB_STEPS || j->n_children == 0);
}

static void estimate(struct engine *e, struct live_job *j)
{
    if (j->ready.state == READY_RUNNING)
        return; /* what it was charged with */
    struct expectation x = estimate_of(e, j);
    j->ready.estimate = x.estimate;
    j->ready.p90 = x.p90;
}

static msec_t work_of(const struct live_job *j)
{
    return j->ready.estimate * (j->ready.slots ? j->ready.slots : 1);
}

/* ---- what hangs on them ---- */

static void edges_of(const struct live_run *r, struct graph *g)
{
    g->n = r->jobs.n;
    for (size_t i = 0; i < r->jobs.n; i++) {
        const struct live_job *j = r->jobs.at[i];
        for (size_t k = 0; k < j->n_needs; k++)
            graph_edge(g, j->needs[k]->at, i);
        if (j->parent)
            graph_edge(g, i, j->parent->at);
    }
}

static void remaining(struct engine *e, struct live_run *r, msec_t ms)
{
    r->remaining = ms;
    for (struct share *s = r->shares; s; s = s->next)
        ready_remaining(&e->ready, &s->run, ms);
}

void order_run(struct engine *e, struct live_run *r)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(graph_free) struct graph g = {0};
    msec_t *estimates = arena_new(&a, (r->jobs.n + 1) * sizeof *estimates), work = 0;
    msec_t *levels = arena_new(&a, (r->jobs.n + 1) * sizeof *levels);
    size_t ignored;
    edges_of(r, &g);
    for (size_t i = 0; i < r->jobs.n; i++) {
        struct live_job *j = r->jobs.at[i];
        j->counts = does_work(j);
        if (!j->counts)
            continue;
        estimate(e, j);
        estimates[i] = j->ready.estimate;
        work += work_of(j);
    }
    if (path_levels(&g, estimates, &a, levels, &ignored) < 0)
        return; /* not from a plan: without ranks they go by their ids */
    for (size_t i = 0; i < r->jobs.n; i++) {
        struct live_job *j = r->jobs.at[i];
        j->ready.successors = (int)j->n_dependents;
        ready_rank(&e->ready, &j->ready, path_rank(PATH_LEVEL, levels[i], estimates[i]));
    }
    remaining(e, r, work);
}

/* ---- coming and going ---- */

static void prepare(struct engine *e, struct live_job *j)
{
    j->ready.run = &share_of(e, j->run, j->row->repo_id)->run;
    j->ready.id = j->row->id;
    j->ready.slots = 1;
}

void order_add(struct engine *e, struct live_job *j)
{
    prepare(e, j);
    ready_add(&e->ready, &j->ready);
}

void order_adopt(struct engine *e, struct live_job *j)
{
    prepare(e, j);
    ready_adopt(&e->ready, &j->ready, j->row->started_at ? j->row->started_at : e->now);
}

void order_give_back(struct engine *e, struct live_job *j, enum order_spent how)
{
    if (j->ready.state == READY_RUNNING)
        ready_give_back(&e->ready, &j->ready, how == ORDER_SPENT ? e->now - j->ready.since : 0);
}

static bool is_known_better(struct engine *e, const struct live_run *r)
{
    for (size_t i = 0; i < r->jobs.n; i++) {
        struct live_job *j = r->jobs.at[i];
        bool waits = j->counts && j->ready.state != READY_RUNNING;
        if (waits && estimate_of(e, j).estimate != j->ready.estimate)
            return true;
    }
    return false;
}

static bool is_far_off(const struct live_job *j)
{
    msec_t took = j->row->ended_at - j->row->started_at;
    return j->row->started_at && (took > 2 * j->ready.estimate || 2 * took < j->ready.estimate);
}

void order_end(struct engine *e, struct live_job *j)
{
    ready_drop(&e->ready, &j->ready);
    order_give_back(e, j, ORDER_SPENT);
    if (j->counts)
        remaining(e, j->run, j->run->remaining - work_of(j));
    j->counts = false;
    if (j->run->open_jobs > 1 && is_far_off(j) && is_known_better(e, j->run))
        order_run(e, j->run);
}

void order_close(struct engine *e, struct live_run *r)
{
    for (size_t i = 0; i < r->jobs.n; i++) { /* at the end of the program some still wait or run */
        ready_drop(&e->ready, &r->jobs.at[i]->ready);
        order_give_back(e, r->jobs.at[i], ORDER_NOT_SPENT);
    }
    for (struct share *s = r->shares; s; s = s->next)
        ready_close(&e->ready, &s->run);
    r->shares = NULL;
}
