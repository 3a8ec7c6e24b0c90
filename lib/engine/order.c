/* SPDX-License-Identifier: Apache-2.0 */
/* What the scheduler (plan/ready.h) knows of runs and jobs: whose they are, how long they will take, what hangs on
 * them. In memory; all of it comes from rows, so that a start-up finds the same. */
#include "engine/state.h"
#include "plan/path.h"

static const msec_t ORDER_MS = 1000; /* less is noise */
/* Settings: rows that outlive the program. */
static const char TOKEN[] = "lock.token";

/* The part of a run that works for one repository: it stands in that one's line. */
struct share {
    struct ready_run run;
    const char *repo_id;
    struct share *next;
};

static struct sv organisation_of(struct sv id)
{
    ptrdiff_t slash = sv_chr(id, '/');
    return slash < 0 ? id : sv_cut(id, (size_t)slash);
}

static struct sv repo_within(struct sv id) /* absent: it is the organisation */
{
    ptrdiff_t slash = sv_chr(id, '/');
    return slash < 0 ? SV_NONE : sv_from(id, (size_t)slash + 1);
}

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
    struct sv repo = repo_within(id);
    ready_open(&e->ready, &s->run, organisation_of(id), repo.p ? repo : id);
    if (r->row->bumped)
        ready_bump(&e->ready, &s->run);
    if (r->lends)
        order_lend(e, r);
    return s;
}

/* ---- who waits for whom ---- */

static void lend(struct engine *e, struct live_run *holder, const struct claim *c)
{
    const struct group *g = c ? c->group : NULL;
    if (!g || g->holder != c)
        return;
    for (const struct list *n = g->waiting.next; n != &g->waiting; n = n->next) {
        const struct claim *w = CONTAINER_OF(n, struct claim, node);
        const struct share *waiter = share_of(e, w->run, w->job ? w->job->row->repo_id : w->run->row->repo_id);
        for (struct share *s = holder->shares; s && w->run != holder; s = s->next)
            ready_lend(&e->ready, &s->run, &waiter->run);
    }
}

void order_lend(struct engine *e, struct live_run *r)
{
    r->lends = false; /* what is looked up on the way must not come back here */
    for (struct share *s = r->shares; s; s = s->next)
        ready_lend_end(&e->ready, &s->run);
    lend(e, r, &r->claim);
    for (size_t i = 0; i < r->jobs.n; i++)
        lend(e, r, r->jobs.at[i]->claim);
    r->lends = r->claim.group;
    for (size_t i = 0; i < r->jobs.n; i++)
        r->lends |= job_group(r->jobs.at[i]) != NULL;
}

/* ---- how long ---- */

/* A parent with children is the point where they come together. */
static bool does_work(const struct live_job *j)
{
    return j->row->state != WORK_DONE && (j->row->kind == JOB_STEPS || j->n_children == 0);
}

static void estimate(struct engine *e, struct live_job *j)
{
    if (j->ready.state == READY_RUNNING)
        return; /* what it was charged with */
    struct expectation x = duration_expect(e, j);
    j->ready.estimate = x.estimate;
    j->ready.p90 = x.p90;
}

static int slots_of(const struct live_job *j)
{
    return j->row->kind == JOB_STEPS && j->row->slots > 1 ? j->row->slots : 1;
}

/* More than a slot: then the latest finish decides within its run. */
static bool binds(const struct live_job *j)
{
    return j->row->n_locks || slots_of(j) > 1;
}

static msec_t work_of(const struct live_job *j)
{
    return j->ready.estimate * slots_of(j);
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
    enum path_order how = PATH_LEVEL;
    size_t ignored;
    edges_of(r, &g);
    for (size_t i = 0; i < r->jobs.n; i++) {
        struct live_job *j = r->jobs.at[i];
        j->counts = does_work(j);
        if (!j->counts)
            continue;
        how = binds(j) ? PATH_LATEST_FINISH : how;
        estimate(e, j);
        estimates[i] = j->ready.estimate;
        work += work_of(j);
    }
    if (path_levels(&g, estimates, &a, levels, &ignored) < 0)
        return; /* not from a plan: without ranks they go by their ids */
    for (size_t i = 0; i < r->jobs.n; i++) {
        struct live_job *j = r->jobs.at[i];
        j->ready.successors = (int)j->n_dependents;
        ready_rank(&e->ready, &j->ready, path_rank(how, levels[i], estimates[i]));
    }
    r->binds = how == PATH_LATEST_FINISH;
    r->foreseen = false;
    remaining(e, r, work);
    foresight_want(e, r);
}

/* ---- coming and going ---- */

int order_capacity(const struct engine *e, struct sv lock)
{
    for (size_t i = 0; i < e->conf->n_locks; i++)
        if (sv_ieq(lock, sv_of(e->conf->locks[i].name)))
            return e->conf->locks[i].capacity;
    return 1;
}

static void take_needs(struct engine *e, struct live_job *j)
{
    const struct job *row = j->row;
    if (row->n_locks == 0 || j->ready.n_needs)
        return;
    size_t n = row->n_locks < READY_NEEDS ? row->n_locks : READY_NEEDS;
    j->ready.needs = arena_new(&j->run->arena, n * sizeof *j->ready.needs);
    for (size_t i = 0; i < n; i++) {
        struct sv name = sv_of(row->locks[i]);
        j->ready.needs[i] =
            (struct ready_need){.lock = ready_lock_get(&e->ready, name, READY_LOCK, order_capacity(e, name)),
                                .units = 1,
                                .token = row->lock_token ? row->lock_token + (int64_t)i : 0};
    }
    j->ready.n_needs = (uint16_t)n;
}

static void drop_needs(struct engine *e, struct live_job *j)
{
    for (size_t i = 0; i < j->ready.n_needs; i++)
        ready_lock_put(&e->ready, j->ready.needs[i].lock);
    j->ready.n_needs = 0;
}

static void prepare(struct engine *e, struct live_job *j)
{
    j->ready.run = &share_of(e, j->run, j->row->repo_id)->run;
    j->ready.id = j->row->id;
    j->ready.slots = (uint16_t)slots_of(j);
    take_needs(e, j);
    if (binds(j) && !j->run->binds)
        order_run(e, j->run); /* its locks were not known before */
}

void order_add(struct engine *e, struct live_job *j)
{
    prepare(e, j);
    if (!foresight_yields(e, j))
        ready_add(&e->ready, &j->ready);
}

void order_adopt(struct engine *e, struct live_job *j)
{
    prepare(e, j);
    ready_adopt(&e->ready, &j->ready, j->row->started_at ? j->row->started_at : e->now);
}

struct live_job *order_next(struct engine *e)
{
    struct ready_job *x = ready_take(&e->ready, e->now);
    struct live_job *j = x ? CONTAINER_OF(x, struct live_job, ready) : NULL;
    if (j && x->n_needs) {
        j->row->lock_token = x->needs[0].token;
        record_setting(e, TOKEN, e->ready.tokens);
    }
    return j;
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
        if (waits && duration_expect(e, j).estimate != j->ready.estimate)
            return true;
    }
    return false;
}

static bool is_far_off(const struct live_job *j)
{
    msec_t took = j->row->ended_at - j->row->started_at, said = j->ready.estimate;
    bool matters = took > said + ORDER_MS || took + ORDER_MS < said; /* short jobs are not worth the looking */
    return j->row->started_at && matters && (took > 2 * said || 2 * took < said);
}

void order_end(struct engine *e, struct live_job *j)
{
    ready_drop(&e->ready, &j->ready);
    j->yields_until = 0;
    order_give_back(e, j, ORDER_SPENT);
    drop_needs(e, j);
    if (j->counts)
        remaining(e, j->run, j->run->remaining - work_of(j));
    j->counts = false;
    if (j->run->open_jobs > 1 && is_far_off(j) && is_known_better(e, j->run))
        order_run(e, j->run);
    else if (j->run->binds)
        foresight_want(e, j->run);
}

void order_close(struct engine *e, struct live_run *r)
{
    for (size_t i = 0; i < r->jobs.n; i++) { /* at the end of the program some still wait or run */
        ready_drop(&e->ready, &r->jobs.at[i]->ready);
        order_give_back(e, r->jobs.at[i], ORDER_NOT_SPENT);
        drop_needs(e, r->jobs.at[i]);
    }
    for (struct share *s = r->shares; s; s = s->next)
        ready_close(&e->ready, &s->run);
    r->shares = NULL;
}

/* ---- from people and rows ---- */

void order_settings(struct engine *e, const struct setting *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(at[i].name, TOKEN) == 0)
            ready_tokens_after(&e->ready, at[i].value);
        else if (strcmp(at[i].name, ORDER_PAUSED) == 0)
            ready_dispatch(&e->ready, at[i].value ? READY_PAUSED : READY_GOES_ON);
    }
}

static void lend_all(struct engine *e)
{
    struct sv name;
    void *v;
    for (size_t at = 0; map_each(&e->runs, &at, &name, &v);)
        if (((struct live_run *)v)->lends)
            order_lend(e, v);
}

void order_bump(struct engine *e, struct live_run *r)
{
    for (struct share *s = r->shares; s; s = s->next)
        ready_bump(&e->ready, &s->run);
}

void order_priority(struct engine *e, struct live_run *r)
{
    for (struct share *s = r->shares; s; s = s->next)
        ready_set_priority(&e->ready, &s->run, r->row->priority);
    lend_all(e); /* what holds a group that r waits for goes as early as r */
}

/* What was said before counts no more, and all runs stand where they belong by the new rules. */
static void use_scheduling(struct engine *e, const struct engine_scheduling *s)
{
    struct ready_rules rules = READY_RULES;
    struct sv name;
    void *v;
    if (s) {
        rules.lane_percent = s->critical_percent;
        rules.age_permille = 10 * s->ageing_percent;
    }
    ready_set_rules(&e->ready, &rules);
    ready_weights_end(&e->ready);
    for (size_t i = 0; s && i < s->n_weights; i++) {
        struct sv owner = sv_of(s->weights[i].owner);
        ready_weight(&e->ready, organisation_of(owner), repo_within(owner), s->weights[i].weight);
    }
    for (size_t at = 0; map_each(&e->runs, &at, &name, &v);)
        for (struct share *x = ((struct live_run *)v)->shares; x; x = x->next)
            ready_set_priority(&e->ready, &x->run, x->run.priority);
    lend_all(e);
}

void order_conf(struct engine *e)
{
    struct sv name;
    void *v;
    use_scheduling(e, e->conf->scheduling);
    ready_set_slots(&e->ready, e->conf->slots);
    for (size_t at = 0; map_each(&e->ready.locks, &at, &name, &v);)
        ready_lock_put(&e->ready, ready_lock_get(&e->ready, name, READY_LOCK, order_capacity(e, name)));
}
