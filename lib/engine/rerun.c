/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/rerun.h"
#include <stdio.h>
#include "engine/checkpoint.h"

/* What becomes of a job of the old run. */
enum job_share {
    SHARE_TAKEN, /* done, as it was */
    SHARE_PART,  /* a parent some of whose children are done again */
    SHARE_AGAIN, /* from its beginning, or a checkpoint; children are made anew */
    SHARE_GONE   /* a child of a parent that begins anew */
};

struct repeat {
    struct engine *e;
    const struct rerun *want;
    const struct run *old;
    enum job_share *share; /* one for each of its jobs */
    size_t *parent;    /* index; SIZE_MAX = none */
    size_t first_step; /* RERUN_FROM: where the job shall begin */
    size_t from_job;
    struct live_run *run;
    struct live_job **made; /* for each old job; NULL = none */
    struct rerun_answer *answer;
};

static bool refuse(struct repeat *p, const char *text)
{
    snprintf(p->answer->text, sizeof p->answer->text, "%s", text);
    return false;
}

/* ---- which jobs ---- */

static void find_parents(struct repeat *p)
{
    AUTO(map_free) struct map by_id = {0};
    for (size_t i = 0; i < p->old->n_jobs; i++)
        map_put_id(&by_id, p->old->jobs[i]->id, (void *)(uintptr_t)(i + 1));
    for (size_t i = 0; i < p->old->n_jobs; i++) {
        int64_t id = p->old->jobs[i]->parent_id;
        p->parent[i] = id ? (size_t)(uintptr_t)map_get_id(&by_id, id) - 1 : SIZE_MAX;
    }
}

static bool is_parent(const struct repeat *p, size_t at)
{
    for (size_t i = 0; i < p->old->n_jobs; i++)
        if (p->parent[i] == at)
            return true;
    return false;
}

static bool did_fail(const struct job *j)
{
    return j->conclusion != CONC_SUCCESS && j->conclusion != CONC_SKIPPED;
}

static size_t find_job(const struct repeat *p, const char *word)
{
    for (size_t i = 0; word && i < p->old->n_jobs; i++)
        if (strcmp(p->old->jobs[i]->key, word) == 0)
            return i;
    for (size_t i = 0; word && i < p->old->n_jobs; i++)
        if (strcmp(p->old->jobs[i]->name, word) == 0)
            return i;
    return SIZE_MAX;
}

static size_t find_step(const struct job *j, const char *word)
{
    int64_t no;
    for (size_t i = 0; word && i < j->n_steps; i++)
        if (j->steps[i].key[0] && strcmp(j->steps[i].key, word) == 0)
            return i;
    for (size_t i = 0; word && i < j->n_steps; i++)
        if (strcmp(j->steps[i].name, word) == 0)
            return i;
    return word && sv_int(sv_of(word), &no) && no >= 1 && (size_t)no <= j->n_steps ? (size_t)no - 1 : SIZE_MAX;
}

/* The one job that has this step; SIZE_MAX = none, or several. */
static size_t job_of_step(const struct repeat *p, const char *step)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < p->old->n_jobs; i++) {
        if (p->old->jobs[i]->kind != JOB_STEPS || find_step(p->old->jobs[i], step) == SIZE_MAX)
            continue;
        if (found != SIZE_MAX)
            return SIZE_MAX;
        found = i;
    }
    return found;
}

static bool mark_step(struct repeat *p, size_t at)
{
    const struct job *j = p->old->jobs[at];
    if (j->kind != JOB_STEPS)
        return refuse(p, "the job is made of other jobs: name one of those");
    p->first_step = find_step(j, p->want->step);
    return p->first_step != SIZE_MAX ? true : refuse(p, "the job has no such step");
}

static bool mark_asked(struct repeat *p)
{
    const struct rerun *w = p->want;
    bool one = w->what == RERUN_JOB || w->what == RERUN_FROM;
    size_t at = w->what == RERUN_FROM && !w->job ? job_of_step(p, w->step) : find_job(p, w->job);
    if (one && at == SIZE_MAX)
        return refuse(p, w->job ? "the run has no such job" : "which job? name it, as JOB/STEP");
    if (w->what == RERUN_FROM && !mark_step(p, at))
        return false;
    if (one)
        p->share[p->from_job = at] = SHARE_AGAIN;
    bool any = one;
    for (size_t i = 0; w->what == RERUN_ALL && i < p->old->n_jobs; i++, any = true)
        p->share[i] = p->parent[i] == SIZE_MAX ? SHARE_AGAIN : SHARE_GONE;
    for (size_t i = 0; w->what == RERUN_FAILED && i < p->old->n_jobs; i++)
        if (did_fail(p->old->jobs[i]) && !is_parent(p, i)) {
            p->share[i] = SHARE_AGAIN;
            any = true;
        }
    return any ? true : refuse(p, w->what == RERUN_FAILED ? "nothing of the run has failed" : "the run has no jobs");
}

static bool needs(const struct job *j, const char *key)
{
    for (size_t i = 0; i < j->n_needs; i++)
        if (strcmp(j->needs[i], key) == 0)
            return true;
    return false;
}

/* Its parent is begun anew only where its needs are, or where it would have to ask for its group again. */
static bool spread(struct repeat *p, size_t at)
{
    bool more = false;
    size_t up = p->parent[at];
    if (up != SIZE_MAX && p->share[up] == SHARE_TAKEN) {
        p->share[up] = p->old->jobs[up]->group ? SHARE_AGAIN : SHARE_PART;
        more = true;
    }
    for (size_t i = 0; i < p->old->n_jobs; i++) {
        bool behind = p->parent[i] == up && (p->share[i] == SHARE_TAKEN || p->share[i] == SHARE_PART) &&
                      needs(p->old->jobs[i], p->old->jobs[at]->key);
        bool below = p->parent[i] == at && p->share[at] == SHARE_AGAIN && p->share[i] != SHARE_GONE;
        bool lost = p->parent[i] == at && p->share[at] == SHARE_GONE && p->share[i] != SHARE_GONE;
        if (behind)
            p->share[i] = SHARE_AGAIN;
        if (below || lost)
            p->share[i] = SHARE_GONE;
        more |= behind || below || lost;
    }
    return more;
}

static bool mark(struct repeat *p)
{
    if (!mark_asked(p))
        return false;
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < p->old->n_jobs; i++)
            if (p->share[i] != SHARE_TAKEN)
                more |= spread(p, i);
    }
    return true;
}

/* ---- rows ---- */

static const char *own(struct repeat *p, const char *text)
{
    return arena_strdup(&p->run->arena, text);
}

static void copy_head(struct repeat *p)
{
    struct run *r = p->run->row = arena_new(&p->run->arena, sizeof *r);
    const struct run *o = p->old;
    *r = *o;
    const char **const texts[] = {&r->workflow, &r->file, &r->name,   &r->context,        &r->group,    &r->event,
                                  &r->action,   &r->sha,  &r->ref,    &r->report_context, &r->head_repo, &r->repo_id};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = own(p, *texts[i]);
    r->id = engine_id(p->e);
    r->state = WORK_READY;
    r->conclusion = CONC_NONE;
    r->detail = NULL;
    r->cancelling = r->bumped = false;
    r->report_seq = 0;
    r->created_at = p->e->now;
    r->started_at = r->ended_at = 0;
    r->deadline_at = o->deadline_at ? p->e->now + (o->deadline_at - o->created_at) : 0;
    r->rerun_of = o->rerun_of ? o->rerun_of : o->id;
    r->generation = p->want->rows->newest_generation + 1;
    r->version = 1;
    r->jobs = arena_new(&p->run->arena, (o->n_jobs + 1) * sizeof *r->jobs);
    r->n_jobs = 0;
}

static struct step *copy_steps(struct repeat *p, const struct job *o, int64_t job, enum job_share share)
{
    struct step *to = arena_new(&p->run->arena, (o->n_steps + 1) * sizeof *to);
    for (size_t i = 0; i < o->n_steps; i++) {
        struct step *s = &to[i];
        *s = o->steps[i];
        s->id = engine_id(p->e);
        s->job_id = job;
        s->key = own(p, s->key);
        s->name = own(p, s->name);
        s->spec = own(p, s->spec);
        s->attempts = s->tries = 0;
        s->version = 1;
        if (share == SHARE_TAKEN) {
            const char **const left[] = {&s->outputs, &s->exports, &s->notes, &s->summary};
            for (size_t k = 0; k < ARRAY_LEN(left); k++)
                *left[k] = own(p, *left[k]);
            continue;
        }
        s->outputs = s->exports = s->notes = s->summary = NULL;
        s->state = WORK_WAITING;
        s->conclusion = s->outcome = CONC_NONE;
        s->started_at = s->ended_at = 0;
    }
    return to;
}

static void begin_anew(struct job *j, enum job_share share)
{
    j->state = share == SHARE_PART ? WORK_RUNNING : WORK_WAITING;
    j->conclusion = CONC_NONE;
    j->detail = NULL;
    j->started_at = j->ended_at = j->ready_at = 0;
    if (share == SHARE_PART)
        return;
    j->outputs = NULL;
    if (j->kind == JOB_CALL)
        j->inputs = NULL;
    if (j->kind == JOB_MATRIX)
        j->strategy = NULL;
}

static struct job *copy_job(struct repeat *p, const struct job *o, enum job_share share)
{
    char id[ID_TEXT];
    struct job *j = arena_new(&p->run->arena, sizeof *j);
    *j = *o;
    const char **const texts[] = {&j->key,      &j->name,    &j->spec,    &j->matrix,     &j->strategy, &j->inputs,
                                  &j->outputs,  &j->repo_id, &j->sha,     &j->repo_alias, &j->ref};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = own(p, *texts[i]);
    j->id = engine_id(p->e);
    j->run_id = p->run->row->id;
    j->no = (int)p->run->row->n_jobs;
    j->needs = arena_new(&p->run->arena, (o->n_needs + 1) * sizeof *j->needs);
    for (size_t i = 0; i < o->n_needs; i++)
        j->needs[i] = own(p, o->needs[i]);
    j->group = NULL;
    j->queue_all = j->cancelling = false;
    j->group_at = 0;
    j->hold = HOLD_NONE;
    j->hold_until = 0;
    j->tries = 1;
    j->recovery_at = j->recovery_uses = 0;
    j->epoch = 0;
    j->version = 1;
    if (share == SHARE_TAKEN)
        j->detail = arena_fmt(&p->run->arena, "as in run %s", id_text(p->old->id, id));
    else
        begin_anew(j, share);
    j->steps = copy_steps(p, o, j->id, share);
    return j;
}

/* Parents stand before their children in the old run, and so in the new one. */
static void copy_jobs(struct repeat *p)
{
    struct run *r = p->run->row;
    size_t *at = arena_new(&p->run->arena, (p->old->n_jobs + 1) * sizeof *at);
    for (size_t i = 0; i < p->old->n_jobs; i++) {
        if (p->share[i] == SHARE_GONE)
            continue;
        struct job *j = copy_job(p, p->old->jobs[i], p->share[i]);
        j->parent_id = p->parent[i] == SIZE_MAX ? 0 : r->jobs[at[p->parent[i]]]->id;
        at[i] = r->n_jobs;
        r->jobs[r->n_jobs++] = j;
    }
    plan_link(p->run, 0);
    for (size_t i = 0; i < p->old->n_jobs; i++)
        p->made[i] = p->share[i] == SHARE_GONE ? NULL : p->run->jobs.at[at[i]];
}

/* ---- checkpoints ---- */

static const struct checkpoint *kept_of(const struct repeat *p, const struct job *o, size_t no)
{
    const struct run_rows *w = p->want->rows;
    const struct step *s = &o->steps[no];
    bool good = s->state == WORK_DONE && (s->conclusion == CONC_SUCCESS || s->conclusion == CONC_SKIPPED);
    for (size_t i = 0; good && i < w->n_checkpoints; i++)
        if (w->checkpoints[i].job_id == o->id && w->checkpoints[i].step_no == (int)no)
            return &w->checkpoints[i];
    return NULL;
}

/* Steps of a job that were done and need not be done again, up to the newest snapshot. */
static size_t usable(const struct repeat *p, const struct job *o, size_t most)
{
    size_t best = 0;
    for (size_t i = 0; i < most && i < o->n_steps; i++) {
        const struct checkpoint *k = kept_of(p, o, i);
        if (!k)
            break;
        if (k->tree)
            best = i + 1;
    }
    return best;
}

static void lend(struct repeat *p, size_t at, size_t most)
{
    const struct job *o = p->old->jobs[at];
    struct live_job *j = p->made[at];
    size_t n = usable(p, o, most);
    for (size_t i = 0; i < n; i++) {
        struct step *s = &j->row->steps[i];
        s->outputs = own(p, o->steps[i].outputs);
        s->exports = own(p, o->steps[i].exports);
        s->notes = own(p, o->steps[i].notes);
        s->summary = own(p, o->steps[i].summary);
        checkpoint_lend(p->e, j, kept_of(p, o, i));
    }
    if (p->want->what == RERUN_FROM && n < most)
        snprintf(p->answer->text, sizeof p->answer->text,
                 n ? "the newest snapshot of the workspace is that behind step %zu: it begins with step %zu"
                   : "there is no snapshot of the workspace before that step: the job begins with its first one",
                 n, n + 1);
}

static void lend_all(struct repeat *p)
{
    for (size_t i = 0; i < p->old->n_jobs; i++) {
        if (p->share[i] != SHARE_AGAIN || p->old->jobs[i]->kind != JOB_STEPS)
            continue;
        if (p->want->what == RERUN_FAILED)
            lend(p, i, p->old->jobs[i]->n_steps);
        else if (p->want->what == RERUN_FROM && i == p->from_job)
            lend(p, i, p->first_step);
    }
}

/* ---- the whole ---- */

/* Rows may be behind memory. */
static int64_t open_sibling(const struct repeat *p)
{
    int64_t root = p->old->rerun_of ? p->old->rerun_of : p->old->id, found = 0;
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&p->e->runs, &at, &key, &v);) {
        const struct run *r = ((const struct live_run *)v)->row;
        if (r->id == root || r->rerun_of == root)
            found = r->id > found ? r->id : found;
    }
    return found;
}

static bool may(struct repeat *p)
{
    char id[ID_TEXT];
    const struct run_rows *w = p->want->rows;
    int64_t open = open_sibling(p);
    if (p->old->state != WORK_DONE || open == p->old->id || w->open == p->old->id)
        return refuse(p, "the run is not over yet");
    if (open || w->open) {
        snprintf(p->answer->text, sizeof p->answer->text, "run %s of the same event is not over yet",
                 id_text(open ? open : w->open, id));
        return false;
    }
    if (!p->old->context)
        return refuse(p, "the run is of an earlier version, and its rows do not have all of it");
    if (!p->old->trusted && !p->e->conf->isolated)
        return refuse(p, "this change is not trusted, and steps are not isolated on this server (runner.isolation)");
    return true;
}

static void begin(struct repeat *p)
{
    char id[ID_TEXT];
    AUTO(arena_free) struct arena a = {0};
    struct live_run *r = p->run = mem_new(sizeof *r);
    r->claim = (struct claim){.run = r};
    copy_head(p);
    copy_jobs(p);
    map_put_id(&p->e->runs, r->row->id, r);
    lend_all(p);
    record_journal(p->e, "run", r->row->id, r->row->id, NULL, "repeats",
                   arena_fmt(&a, "run %s, %s", id_text(p->old->id, id), p->want->cause));
    run_begin(p->e, r);
    dispatch(p->e);
    outbox_pump_all(p->e);
    p->answer->run = r->row->id;
}

void rerun(struct engine *e, const struct rerun *want, struct rerun_answer *answer)
{
    size_t n = want->rows->run->n_jobs + 1;
    struct repeat p = {.e = e, .want = want, .old = want->rows->run, .answer = answer};
    p.share = mem_new(n * sizeof *p.share);
    p.parent = mem_new(n * sizeof *p.parent);
    p.made = mem_new(n * sizeof *p.made);
    *answer = (struct rerun_answer){0};
    find_parents(&p);
    if (may(&p) && mark(&p))
        begin(&p);
    mem_free(p.share);
    mem_free(p.parent);
    mem_free(p.made);
}
