/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/rerun.h"
#include <stdio.h>
#include "engine/checkpoint.h"
#include "engine/rerun_inside.h"

static const char *own(struct repeat *p, const char *text)
{
    return arena_strdup(&p->run->arena, text);
}

static void copy_head(struct repeat *p)
{
    struct run *r = p->run->row = arena_new(&p->run->arena, sizeof *r);
    const struct run *o = p->old;
    *r = *o;
    const char **const texts[] = {&r->workflow,  &r->file,    &r->name,    &r->context, &r->group,
                                  &r->event,     &r->action,  &r->sha,     &r->ref,     &r->report_context,
                                  &r->head_repo, &r->repo_id, &r->verdict, &r->trace};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = own(p, *texts[i]);
    r->id = engine_id(p->e);
    r->state = WORK_READY;
    r->conclusion = CONC_NONE;
    r->detail = NULL;
    r->cancelling = r->bumped = false;
    r->report_seq = o->report_seq == REPORT_HELD ? REPORT_HELD : 0;
    r->created_at = p->e->now;
    r->started_at = r->ended_at = 0;
    r->deadline_at = o->deadline_at ? p->e->now + (o->deadline_at - o->created_at) : 0;
    r->rerun_of = o->rerun_of ? o->rerun_of : o->id;
    r->generation = p->want->rows->newest_generation + 1;
    r->version = 1;
    r->involved = arena_new(&p->run->arena, (o->n_involved + 1) * sizeof *r->involved);
    for (size_t i = 0; i < o->n_involved; i++)
        r->involved[i] = (struct involved){.repo_id = own(p, o->involved[i].repo_id),
                                           .sha = own(p, o->involved[i].sha),
                                           .change = o->involved[i].change};
    r->jobs = arena_new(&p->run->arena, (o->n_jobs + 1) * sizeof *r->jobs);
    r->n_jobs = 0;
}

static struct step *copy_steps(struct repeat *p, const struct job *o, int64_t job, enum fate fate)
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
        if (fate == FATE_TAKEN) {
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

static void begin_anew(struct job *j, enum fate fate)
{
    j->state = fate == FATE_PART ? WORK_RUNNING : WORK_WAITING;
    j->conclusion = CONC_NONE;
    j->detail = NULL;
    j->started_at = j->ended_at = j->ready_at = 0;
    if (fate == FATE_PART)
        return;
    j->outputs = NULL;
    if (j->kind == JOB_CALL)
        j->inputs = NULL;
    if (j->kind == JOB_MATRIX)
        j->strategy = NULL;
}

static const char **own_all(struct repeat *p, const char *const *at, size_t n)
{
    const char **ret = arena_new(&p->run->arena, (n + 1) * sizeof *ret);
    for (size_t i = 0; i < n; i++)
        ret[i] = own(p, at[i]);
    return ret;
}

static struct job *copy_job(struct repeat *p, const struct job *o, enum fate fate)
{
    char id[ID_TEXT];
    struct job *j = arena_new(&p->run->arena, sizeof *j);
    *j = *o;
    const char **const texts[] = {&j->key,     &j->name,    &j->spec, &j->matrix,     &j->strategy, &j->inputs,
                                  &j->outputs, &j->repo_id, &j->sha,  &j->repo_alias, &j->ref};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = own(p, *texts[i]);
    j->id = engine_id(p->e);
    j->run_id = p->run->row->id;
    j->no = (int)p->run->row->n_jobs;
    j->needs = own_all(p, o->needs, o->n_needs);
    j->locks = own_all(p, o->locks, o->n_locks);
    j->group = NULL;
    j->queue_all = j->cancelling = false;
    j->group_at = 0;
    j->hold = HOLD_NONE;
    j->hold_until = 0;
    j->tries = 1;
    j->recovery_at = j->recovery_uses = 0;
    j->epoch = 0;
    j->version = 1;
    if (fate == FATE_TAKEN)
        j->detail = arena_fmt(&p->run->arena, "as in run %s", id_text(p->old->id, id));
    else
        begin_anew(j, fate);
    j->steps = copy_steps(p, o, j->id, fate);
    return j;
}

/* Parents stand before their children in the old run, and so in the new one. */
static void copy_jobs(struct repeat *p)
{
    struct run *r = p->run->row;
    size_t *at = arena_new(&p->run->arena, (p->old->n_jobs + 1) * sizeof *at);
    for (size_t i = 0; i < p->old->n_jobs; i++) {
        if (p->fate[i] == FATE_GONE)
            continue;
        struct job *j = copy_job(p, p->old->jobs[i], p->fate[i]);
        j->parent_id = p->parent[i] == SIZE_MAX ? 0 : r->jobs[at[p->parent[i]]]->id;
        at[i] = r->n_jobs;
        r->jobs[r->n_jobs++] = j;
    }
    plan_link(p->run, 0);
    for (size_t i = 0; i < p->old->n_jobs; i++)
        p->made[i] = p->fate[i] == FATE_GONE ? NULL : p->run->jobs.at[at[i]];
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
        if (p->fate[i] != FATE_AGAIN || p->old->jobs[i]->kind != JOB_STEPS)
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
        return rerun_refuse(p, "the run is not over yet");
    if (open || w->open) {
        snprintf(p->answer->text, sizeof p->answer->text, "run %s of the same event is not over yet",
                 id_text(open ? open : w->open, id));
        return false;
    }
    if (!p->old->context)
        return rerun_refuse(p, "the run is of an earlier version, and its rows do not have all of it");
    if (!p->old->trusted && !p->e->conf->isolated)
        return rerun_refuse(p, "this change is not trusted, and steps are not isolated here (runner.isolation)");
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
    snprintf(p->answer->trace, sizeof p->answer->trace, "%s", r->row->trace ? r->row->trace : "");
}

void rerun(struct engine *e, const struct rerun *want, struct rerun_answer *answer)
{
    size_t n = want->rows->run->n_jobs + 1;
    struct repeat p = {.e = e, .want = want, .old = want->rows->run, .answer = answer};
    p.fate = mem_new(n * sizeof *p.fate);
    p.parent = mem_new(n * sizeof *p.parent);
    p.made = mem_new(n * sizeof *p.made);
    *answer = (struct rerun_answer){0};
    if (may(&p) && rerun_mark(&p))
        begin(&p);
    mem_free(p.fate);
    mem_free(p.parent);
    mem_free(p.made);
}
