/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots of workspaces, and runs again. A snapshot is its name; it outlives the server, but not `snapshots forget`.
 */
#include <stdio.h>
#include "world.h"

enum { KEEP_MS = 200 };

static struct sim_event *later(struct world *w, enum sim_event_kind kind, int64_t job)
{
    struct sim_event *ev = mem_new(sizeof *ev);
    ev->kind = kind;
    ev->at = w->now + fault_late(w, KEEP_MS);
    ev->id = job;
    return ev;
}

void keep_snapshot(struct world *w, const struct engine_action *x)
{
    char name[64], job[ID_TEXT];
    struct sim_event *ev = later(w, SIM_KEPT, x->snapshot.job);
    snprintf(name, sizeof name, "%s/%d", id_text(x->snapshot.job, job), x->snapshot.step);
    ev->body = mem_strdup(name);
    world_push(w, ev);
}

void keep_restore(struct world *w, const struct engine_action *x)
{
    struct sim_event *ev = later(w, SIM_RESTORED, x->restore.job);
    ev->body = mem_strdup(x->restore.tree);
    world_push(w, ev);
}

void keep_kept(struct world *w, const struct sim_event *x, struct engine_event *ret)
{
    *ret = (struct engine_event){.kind = EV_KEPT, .kept = {.job = x->id, .tree = x->body}};
    if (w->no_snapshots)
        err_set(&ret->kept.err, ERR_INVALID, "the workspace is too large");
    else
        map_put(&w->snapshots, sv_of(x->body), w);
}

void keep_restored(struct world *w, const struct sim_event *x, struct engine_event *ret)
{
    *ret = (struct engine_event){.kind = EV_RESTORED, .restored = {.job = x->id}};
    if (!map_get(&w->snapshots, sv_of(x->body)))
        err_set(&ret->restored.err, ERR_MISSING, "it is not there any more");
    else
        w->restores++;
}

void keep_boot(struct world *w, struct engine_event *ev)
{
    const struct open_work *work = ev->boot.work;
    size_t n = 0, most = 0;
    for (size_t i = 0; i < work->n_runs; i++)
        most += work->runs[i]->n_jobs;
    int64_t *gone = arena_new(&w->arena, (most + 1) * sizeof *gone);
    for (size_t i = 0; w->no_workspaces && i < work->n_runs; i++)
        for (size_t k = 0; k < work->runs[i]->n_jobs; k++)
            if (work->runs[i]->jobs[k]->started_at && work->runs[i]->jobs[k]->state != WORK_DONE)
                gone[n++] = work->runs[i]->jobs[k]->id;
    ev->boot.gone = gone;
    ev->boot.n_gone = n;
}

static int generation_of(const struct world *w, const struct run *r, int64_t *ret_open)
{
    int64_t root = r->rerun_of ? r->rerun_of : r->id;
    int newest = 0;
    for (size_t i = 0; i < w->store.runs.n; i++) {
        const struct run *x = w->store.runs.at[i];
        if (x->id != root && x->rerun_of != root)
            continue;
        newest = x->generation > newest ? x->generation : newest;
        *ret_open = x->state != WORK_DONE ? x->id : *ret_open;
    }
    return newest;
}

static bool is_about(const struct sim_event *x, const struct run *r)
{
    if (!r->repo_id || strcmp(r->repo_id, x->repo_id) != 0)
        return false;
    if (x->change)
        return r->change == x->change;
    return r->sha && strcmp(r->sha, x->sha) == 0 &&
           (!x->context || (r->report_context && strcmp(r->report_context, x->context) == 0));
}

/* The newest of each workflow; the store's runs are in the order of their ids. */
void keep_found(struct world *w, const struct sim_event *x)
{
    struct run_rows *rows = arena_new(&w->arena, (w->store.runs.n + 1) * sizeof *rows);
    size_t n = 0;
    for (size_t i = 0; i < w->store.runs.n; i++) {
        struct run *r = w->store.runs.at[i];
        bool newest = is_about(x, r);
        for (size_t k = i + 1; newest && k < w->store.runs.n; k++)
            newest = !(is_about(x, w->store.runs.at[k]) && strcmp(w->store.runs.at[k]->workflow, r->workflow) == 0);
        if (!newest)
            continue;
        struct run_rows *to = &rows[n++];
        *to = (struct run_rows){
            .run = r, .checkpoints = w->store.checkpoints.at, .n_checkpoints = w->store.checkpoints.n};
        to->newest_generation = generation_of(w, r, &to->open);
    }
    struct engine_event ev = {.kind = EV_FOUND, .found = {.delivery = x->id, .rows = rows, .n = n}};
    world_step(w, &ev);
}

void world_redrive(struct world *w, const struct effect *x)
{
    struct redrive want = {.cause = "asked for by a person"};
    want.row = arena_new(&want.arena, sizeof *want.row);
    *want.row = *x; /* its text lives as long as the world */
    for (size_t i = 0; i < w->store.effects.n; i++) {
        const struct effect *o = &w->store.effects.at[i];
        if (o->id > x->id && o->state == EFFECT_SENT && strcmp(o->serial_key, x->serial_key) == 0)
            want.newer = o->id;
    }
    struct engine_event ev = {.kind = EV_REDRIVE, .redrive = &want};
    if (w->engine)
        world_step(w, &ev);
    snprintf(w->redriven, sizeof w->redriven, "%s", !w->engine ? "no server" : want.problem[0] ? want.problem : "yes");
    arena_free(&want.arena);
    world_bury(w);
}

int world_rerun(struct world *w, const struct run *r, struct rerun *want, struct err *e)
{
    struct rerun_answer answer = {0};
    struct run_rows rows = {.run = (struct run *)(uintptr_t)r,
                            .checkpoints = w->store.checkpoints.at,
                            .n_checkpoints = w->store.checkpoints.n};
    rows.newest_generation = generation_of(w, r, &rows.open);
    want->rows = &rows;
    want->cause = "asked for by a person";
    struct engine_event ev = {.kind = EV_RERUN, .rerun = {want, &answer}};
    if (!w->engine)
        return err_set(e, ERR_INVALID, "there is no server");
    world_step(w, &ev);
    world_bury(w);
    return answer.run ? 0 : err_set(e, ERR_INVALID, "refused: %s", answer.text);
}
