/* SPDX-License-Identifier: Apache-2.0 */
/* Asks for a better order of the larger runs, and follows the answer unless the run has become another meanwhile. An
 * answer may say that a job should leave a lock to another of its run: it stays out of the queue then, until its time
 * or the next answer, which is asked for whenever a job has ended. In memory alone: a restart asks again. */
#include "engine/foresight.h"
#include "engine/state.h"
#include "lang/text.h"
#include "plan/path.h"

enum { JOBS_LEAST = 8, KINDS_MOST = 16 };
enum { ANSWER_MS = 45 }; /* an answer is waited for as long as it is looked for, and so much longer */

void foresight_look(struct foresight *f, lookahead_enough_fn *enough, void *arg)
{
    f->question.enough = enough;
    f->question.enough_arg = arg;
    int rc = lookahead_make(&f->question, &f->arena, &f->answer);
    f->state = rc < 0 ? FORESIGHT_NONE : FORESIGHT_ANSWERED;
}

void foresight_free(struct foresight **fp)
{
    if (!*fp)
        return;
    graph_free(&(*fp)->graph);
    arena_free(&(*fp)->arena);
    mem_freep(fp);
}

static msec_t budget(const struct engine *e)
{
    return e->conf->scheduling ? e->conf->scheduling->lookahead_ms : FORESIGHT_MS;
}

/* Of the server, and of the file that the run came from. */
static bool is_on(const struct engine *e, struct live_run *r)
{
    bool here = !e->conf->scheduling || e->conf->scheduling->lookahead == LOOKAHEAD_ON;
    return here && jval_bool(jval_get(run_context(r), "lookahead")) != 0;
}

/* ---- the question ---- */

struct asking {
    struct engine *e;
    struct live_run *r;
    struct foresight *f;
    struct timetable_job *jobs;
    struct sv kinds[KINDS_MOST]; /* names of locks; the slots are the first */
    int *capacity;
    size_t n_kinds;
};

static bool is_open(const struct live_job *j)
{
    return j->row->state != WORK_DONE;
}

/* A parent with children is the point where they come together. */
static bool works(const struct live_job *j)
{
    return j->row->kind == JOB_STEPS || j->n_children == 0;
}

static int slots_of(const struct live_job *j)
{
    return j->row->slots > 1 ? j->row->slots : 1;
}

/* As evaluated; before that as written, where there is nothing to evaluate. */
static size_t locks_of(struct live_job *j, const char *const **ret)
{
    if (j->row->n_locks || j->row->state != WORK_WAITING) {
        *ret = (const char *const *)j->row->locks;
        return j->row->n_locks;
    }
    const struct wf_resources *want = &job_spec_of(j)->job.resources;
    *ret = (const char *const *)want->locks;
    return want->n_locks;
}

/* Of a lock; 0 = there are too many. */
static size_t kind_of(struct asking *a, struct sv lock)
{
    for (size_t k = 1; k < a->n_kinds; k++)
        if (sv_ieq(a->kinds[k], lock))
            return k;
    if (a->n_kinds == KINDS_MOST)
        return 0;
    a->kinds[a->n_kinds] = lock;
    a->capacity[a->n_kinds] = order_capacity(a->e, lock);
    return a->n_kinds++;
}

static void set_units(struct asking *a, struct live_job *j, int *units)
{
    const char *const *locks;
    size_t n = locks_of(j, &locks);
    units[0] = slots_of(j);
    for (size_t i = 0; i < n; i++) {
        size_t kind = text_has_expr(sv_of(locks[i])) ? 0 : kind_of(a, sv_of(locks[i]));
        if (kind)
            units[kind] = 1;
    }
}

static void put_job(struct asking *a, struct live_job *j, struct timetable_job *ret)
{
    int *units = arena_new(&a->f->arena, KINDS_MOST * sizeof *units);
    ret->units = units;
    if (!works(j))
        return;
    bool runs = j->ready.state == READY_RUNNING;
    msec_t left = j->ready.estimate - (runs ? a->e->now - j->ready.since : 0);
    ret->state = runs ? TIMETABLE_RUNS : TIMETABLE_WAITS;
    ret->takes = left < 0 ? 0 : left < TIMETABLE_TAKES_MOST ? left : TIMETABLE_TAKES_MOST;
    set_units(a, j, units);
}

static void put_edges(struct asking *a, const size_t *at)
{
    for (size_t i = 0; i < a->r->jobs.n; i++) {
        const struct live_job *j = a->r->jobs.at[i];
        if (!is_open(j))
            continue;
        for (size_t k = 0; k < j->n_needs && a->jobs[at[i]].state != TIMETABLE_RUNS; k++)
            if (is_open(j->needs[k]))
                graph_edge(&a->f->graph, at[j->needs[k]->at], at[i]);
        if (j->parent && is_open(j->parent))
            graph_edge(&a->f->graph, at[i], at[j->parent->at]);
    }
}

/* The order as it is without this, and the one that is followed now. */
static bool put_ranks(struct asking *a)
{
    struct arena *arena = &a->f->arena;
    size_t n = a->f->graph.n, ignored;
    msec_t *takes = arena_new(arena, n * sizeof *takes), *level = arena_new(arena, n * sizeof *level);
    int64_t *plain = arena_new(arena, n * sizeof *plain), *so_far = arena_new(arena, n * sizeof *so_far);
    for (size_t i = 0; i < n; i++)
        takes[i] = a->jobs[i].takes;
    if (path_levels(&a->f->graph, takes, arena, level, &ignored) < 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        plain[i] = path_rank(a->r->binds ? PATH_LATEST_FINISH : PATH_LEVEL, level[i], takes[i]);
        so_far[i] = a->r->jobs.at[a->f->jobs[i]]->ready.rank;
    }
    a->f->question.plain = plain;
    a->f->question.so_far = a->r->foreseen ? so_far : NULL;
    return true;
}

static bool make(struct asking *a)
{
    struct arena *arena = &a->f->arena;
    size_t n = 0, n_jobs = a->r->jobs.n;
    size_t *at = arena_new(arena, (n_jobs + 1) * sizeof *at);
    a->jobs = arena_new(arena, (n_jobs + 1) * sizeof *a->jobs);
    a->f->jobs = arena_new(arena, (n_jobs + 1) * sizeof *a->f->jobs);
    a->capacity = arena_new(arena, KINDS_MOST * sizeof *a->capacity);
    a->capacity[0] = a->e->ready.slots.capacity;
    a->n_kinds = 1;
    for (size_t i = 0; i < n_jobs; i++) {
        if (!is_open(a->r->jobs.at[i]))
            continue;
        put_job(a, a->r->jobs.at[i], &a->jobs[n]);
        a->f->jobs[n] = i;
        at[i] = n++;
    }
    a->f->graph.n = n;
    put_edges(a, at);
    a->f->question = (struct lookahead){.graph = &a->f->graph,
                                        .jobs = a->jobs,
                                        .capacity = a->capacity,
                                        .n_kinds = a->n_kinds,
                                        .schedules = FORESIGHT_SCHEDULES,
                                        .seed = (uint64_t)a->r->row->id};
    return put_ranks(a);
}

/* ---- what has to wait for others of its run ---- */

static void let_go(struct engine *e, struct live_job *j)
{
    bool waits = j->yields_until != 0;
    j->yields_until = 0;
    if (waits && j->row->state == WORK_READY && j->ready.state == READY_OUT)
        ready_add(&e->ready, &j->ready);
}

static void yield(struct engine *e, struct live_job *j, msec_t until)
{
    ready_drop(&e->ready, &j->ready);
    j->yields_until = until;
}

static void wake_for_yields(struct engine *e, struct live_run *r)
{
    msec_t first = INT64_MAX;
    wake_drop(e, &r->yield, &r->yield_waits);
    for (size_t i = 0; i < r->jobs.n; i++) {
        msec_t until = r->jobs.at[i]->yields_until;
        first = until && until < first ? until : first;
    }
    r->yield.kind = WAKE_YIELD;
    r->yield.owner = r;
    if (first != INT64_MAX)
        wake_at(e, &r->yield, &r->yield_waits, first);
}

/* What it takes now may be missed by a better one: the answer is a matter of milliseconds. */
bool foresight_yields(struct engine *e, struct live_job *j)
{
    struct live_run *r = j->run;
    bool is_asked = r->asking || list_linked(&r->curious);
    bool yields = (r->yields || !r->foreseen) && is_asked && j->ready.n_needs;
    j->yields_until = yields ? e->now + budget(e) + ANSWER_MS : 0;
    if (yields)
        wake_for_yields(e, r);
    return yields;
}

static void let_all_go(struct engine *e, struct live_run *r)
{
    r->yields = false;
    for (size_t i = 0; i < r->jobs.n; i++)
        let_go(e, r->jobs.at[i]);
    wake_for_yields(e, r);
}

void foresight_due(struct engine *e, struct live_run *r)
{
    for (size_t i = 0; i < r->jobs.n; i++)
        if (r->jobs.at[i]->yields_until <= e->now)
            let_go(e, r->jobs.at[i]);
    wake_for_yields(e, r);
    dispatch(e);
}

void foresight_forget(struct engine *e, struct live_run *r)
{
    list_remove(&r->curious);
    wake_drop(e, &r->yield, &r->yield_waits);
}

/* ---- asking ---- */

/* Large enough, and not all of it finds a place at once. */
static bool is_worth_it(const struct engine *e, const struct live_run *r)
{
    int jobs = 0, open = 0, slots = 0;
    for (size_t i = 0; i < r->jobs.n; i++) {
        const struct live_job *j = r->jobs.at[i];
        bool counts = is_open(j) && works(j);
        jobs += works(j);
        open += counts;
        slots += counts ? slots_of(j) : 0;
    }
    return jobs >= JOBS_LEAST && open > 1 && (r->binds || slots > e->ready.slots.capacity);
}

void foresight_want(struct engine *e, struct live_run *r)
{
    r->asks_again = r->asking;
    if (!r->asking && !list_linked(&r->curious))
        list_push(&e->curious, &r->curious);
}

static struct foresight *question(struct engine *e, struct live_run *r)
{
    struct asking a = {.e = e, .r = r};
    if (r->row->state == WORK_DONE || r->row->cancelling || !is_worth_it(e, r) || !is_on(e, r))
        return NULL;
    a.f = mem_new(sizeof *a.f);
    a.f->run = r->row->id;
    a.f->budget = budget(e);
    if (!make(&a))
        foresight_free(&a.f);
    return a.f;
}

void foresight_ask(struct engine *e)
{
    for (struct list *x; (x = list_shift(&e->curious));) {
        struct live_run *r = CONTAINER_OF(x, struct live_run, curious);
        struct foresight *f = question(e, r);
        r->asking = f != NULL;
        if (f) {
            engine_now(e, ACT_LOOKAHEAD)->foresight = f;
        } else {
            let_all_go(e, r);
            dispatch(e);
        }
    }
}

/* ---- the answer ---- */

static void follow(struct engine *e, struct live_run *r, const struct foresight *f)
{
    r->foreseen = true;
    r->yields = r->binds;
    for (size_t i = 0; i < f->graph.n; i++) {
        struct live_job *j = r->jobs.at[f->jobs[i]];
        if (!is_open(j) || j->ready.state == READY_RUNNING)
            continue;
        ready_rank(&e->ready, &j->ready, f->answer.rank[i]);
        if (r->yields && f->answer.start[i] > 0 && j->row->state == WORK_READY && j->ready.n_needs)
            yield(e, j, e->now + f->answer.start[i]);
        else
            let_go(e, j);
    }
    wake_for_yields(e, r);
}

void foresight_answer(struct engine *e, struct foresight *f)
{
    struct live_run *r = map_get_id(&e->runs, f->run);
    if (r && r->asking) {
        bool late = r->asks_again;
        r->asking = r->asks_again = false;
        if (late)
            foresight_want(e, r); /* it is about a run that is no more */
        else if (f->state == FORESIGHT_ANSWERED)
            follow(e, r, f);
        else
            let_all_go(e, r);
        dispatch(e);
        outbox_pump_all(e);
    }
    foresight_free(&f);
}
