/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/checkpoint.h"
#include "engine/recover.h"
#include "engine/spec.h"

static struct checkpoint *row_of(struct live_job *j, size_t no)
{
    struct checkpoint *all = j->doing ? j->doing->checkpoints : NULL;
    return all && no < j->row->n_steps && all[no].inputs ? &all[no] : NULL;
}

static struct checkpoint *room_for(struct live_job *j, size_t no)
{
    struct doing *d = job_doing(j);
    if (!d->checkpoints)
        d->checkpoints = arena_new(&j->run->arena, (j->row->n_steps + 1) * sizeof *d->checkpoints);
    return &d->checkpoints[no];
}

static void record(struct engine *e, const struct checkpoint *k)
{
    struct change_set *cs = engine_changes(e);
    struct change *c = change_add(cs, CHANGE_CHECKPOINT);
    c->checkpoint = *k;
    c->checkpoint.inputs = arena_strdup(&cs->arena, k->inputs);
    c->checkpoint.tree = arena_strdup(&cs->arena, k->tree);
}

static void note(struct engine *e, const struct live_job *j, const char *to, const char *cause)
{
    record_journal(e, "checkpoint", j->row->id, j->row->run_id, NULL, to, cause);
}

/* A row of a step that was not done may be left of those that were lent and turned out to be of no use. */
void checkpoint_adopt(struct live_job *j, const struct checkpoint *k)
{
    if (k->step_no < 0 || (size_t)k->step_no >= j->row->n_steps)
        return;
    const struct step *first = &j->row->steps[0];
    bool lent = first->state == WORK_WAITING && first->attempts == 0;
    if (lent || j->row->steps[k->step_no].state == WORK_DONE)
        *room_for(j, (size_t)k->step_no) = *k;
}

void checkpoint_gone(struct live_job *j)
{
    if (job_is_fix(j))
        return; /* it has none of its own */
    for (size_t i = 0; i < j->row->n_steps; i++)
        if (j->row->steps[i].state == WORK_DONE && row_of(j, i) && j->doing->checkpoints[i].attempt_id)
            j->doing->gone = true;
}

/* ---- rows ---- */

static void add_row(struct engine *e, struct live_job *j, size_t no, int64_t attempt)
{
    char inputs[INPUTS_TEXT];
    const struct step *s = &j->row->steps[no];
    struct checkpoint *k = room_for(j, no);
    inputs_of(e, j, no, inputs);
    *k = (struct checkpoint){.job_id = j->row->id,
                             .step_no = (int)no,
                             .inputs = arena_strdup(&j->run->arena, inputs),
                             .attempt_id = attempt,
                             .outcome = s->outcome,
                             .conclusion = s->conclusion,
                             .at = e->now};
    record(e, k);
}

void checkpoint_done(struct engine *e, struct live_job *j, int64_t attempt)
{
    struct doing *d = job_doing(j);
    for (; d->noted < j->row->n_steps; d->noted++) {
        const struct step *s = &j->row->steps[d->noted];
        bool good = s->conclusion == CONC_SUCCESS || s->conclusion == CONC_SKIPPED;
        if (s->state != WORK_DONE)
            return;
        /* Behind one that failed nothing could be begun anew. */
        if (!good || (d->noted > 0 && !row_of(j, d->noted - 1))) {
            d->noted = j->row->n_steps;
            return;
        }
        if (!row_of(j, d->noted))
            add_row(e, j, d->noted, s->outcome == CONC_SKIPPED ? 0 : attempt);
        attempt = 0;
    }
}

void checkpoint_lend(struct engine *e, struct live_job *j, const struct checkpoint *k)
{
    struct checkpoint *to = room_for(j, (size_t)k->step_no);
    *to = *k;
    to->job_id = j->row->id;
    to->inputs = arena_strdup(&j->run->arena, k->inputs);
    to->tree = arena_strdup(&j->run->arena, k->tree);
    record(e, to);
}

/* ---- the workspace ---- */

static void wait_for(struct engine *e, struct live_job *j, enum keeping what, size_t no)
{
    j->doing->keeping = what;
    j->doing->keeping_no = no;
    map_put_id(&e->keeping, j->row->id, j);
}

static bool wants_workspace(const struct step *s)
{
    AUTO(arena_free) struct arena a = {0};
    struct err ignored;
    struct step_spec spec;
    return strstr(s->spec, "\"checkpoint\"") && step_spec_read(s->spec, &a, &spec, &ignored) == 0 &&
           spec.checkpoint == CHECKPOINT_WORKSPACE;
}

/* Repositories whose objects need not be stored again. */
static const char *const *borrowed_by(struct live_job *j)
{
    const char **ids = arena_new(&j->run->arena, 3 * sizeof *ids);
    size_t n = 0;
    if (j->row->repo_id)
        ids[n++] = j->row->repo_id;
    if (j->run->row->repo_id && n == 0)
        ids[n++] = j->run->row->repo_id;
    return ids;
}

void checkpoint_ask(struct engine *e, struct live_job *j, enum keeping why, size_t no)
{
    wait_for(e, j, why, no);
    struct engine_action *x = engine_after(e, ACT_SNAPSHOT);
    x->snapshot.job = j->row->id;
    x->snapshot.step = (int)no;
    x->snapshot.borrowed = borrowed_by(j);
}

void checkpoint_put_back(struct engine *e, struct live_job *j, enum keeping why, const struct checkpoint *k)
{
    wait_for(e, j, why, (size_t)k->step_no);
    struct engine_action *x = engine_after(e, ACT_RESTORE);
    x->restore.job = j->row->id;
    x->restore.from = k->tree_job;
    x->restore.tree = k->tree;
}

/* ---- a job of a repeated run ---- */

static void clear_left(struct engine *e, struct step *s)
{
    if (!s->outputs && !s->exports && !s->notes && !s->summary)
        return;
    s->outputs = s->exports = s->notes = s->summary = NULL;
    record_step(e, s);
}

/* What was lent from `from` on is of no use. */
static void give_back(struct engine *e, struct live_job *j, size_t from)
{
    for (size_t i = from; i < j->row->n_steps; i++) {
        if (row_of(j, i))
            j->doing->checkpoints[i] = (struct checkpoint){0};
        clear_left(e, &j->row->steps[i]);
    }
    if (from > 0)
        return;
    struct change_set *cs = engine_changes(e);
    change_add(cs, CHANGE_CHECKPOINTS_DROP)->checkpoints_of = j->row->id;
}

/* Behind how many steps the job may go on: those whose inputs are the same, up to the newest snapshot. */
static size_t resumable(struct engine *e, struct live_job *j)
{
    char inputs[INPUTS_TEXT];
    size_t best = 0;
    for (size_t i = 0; row_of(j, i); i++) {
        inputs_of(e, j, i, inputs);
        if (strcmp(inputs, j->doing->checkpoints[i].inputs) != 0)
            break;
        if (j->doing->checkpoints[i].tree)
            best = i + 1;
    }
    return best;
}

static bool resume(struct engine *e, struct live_job *j)
{
    size_t n = resumable(e, j);
    if (n > 0) {
        checkpoint_put_back(e, j, KEEPING_RESUME, row_of(j, n - 1));
        return true;
    }
    note(e, j, "unused", "there is no snapshot of the workspace behind steps that are still the same: it begins anew");
    give_back(e, j, 0);
    return false;
}

static void take_over(struct engine *e, struct live_job *j, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct step *s = &j->row->steps[i];
        const struct checkpoint *k = &j->doing->checkpoints[i];
        s->state = WORK_DONE;
        s->outcome = k->outcome;
        s->conclusion = k->conclusion;
        record_step(e, s);
        record_journal(e, "step", s->id, j->row->run_id, work_state_name[WORK_WAITING], conclusion_name[s->outcome],
                       "as in the run that this one repeats");
    }
    give_back(e, j, n);
    j->doing->noted = n;
}

/* ---- before a step ---- */

/* It is not started at all. */
static void fail_next(struct engine *e, struct live_job *j, struct step *s, const char *why)
{
    if (s->state == WORK_WAITING)
        s->started_at = e->now;
    step_end(e, j, s, CONC_ERROR, why);
}

static struct step *next_step(struct live_job *j)
{
    for (size_t i = 0; i < j->row->n_steps; i++)
        if (j->row->steps[i].state != WORK_DONE)
            return &j->row->steps[i];
    return NULL;
}

/* The snapshot of how the steps before s have left the workspace; NULL = there is none. */
static const struct checkpoint *state_before(struct live_job *j, const struct step *s)
{
    for (size_t i = (size_t)s->no; i > 0; i--) {
        const struct checkpoint *k = row_of(j, i - 1);
        if (!k || k->tree || k->outcome != CONC_SKIPPED)
            return k && k->tree ? k : NULL;
    }
    return NULL;
}

static bool snapshot_due(struct engine *e, struct live_job *j, const struct step *next)
{
    size_t done = next ? (size_t)next->no : j->row->n_steps;
    const struct checkpoint *k = done ? row_of(j, done - 1) : NULL;
    if (!k || k->tree || j->doing->kept == done || k->outcome == CONC_SKIPPED || job_is_fix(j) ||
        !wants_workspace(&j->row->steps[done - 1]))
        return false;
    j->doing->kept = done;
    checkpoint_ask(e, j, KEEPING_SNAPSHOT, done - 1);
    return true;
}

/* Its steps cannot go on in an empty folder as if nothing were missing. */
static bool mend_gone(struct engine *e, struct live_job *j, struct step *next)
{
    static const char lost[] = "the workspace of the job is gone, and there is no snapshot of how the steps before left"
                               " it; `fettle runs rerun --failed` goes on behind the newest one";
    const struct checkpoint *k = next ? state_before(j, next) : NULL;
    j->doing->gone = false;
    if (!next)
        return false;
    if (k) {
        j->doing->restored = next->attempts;
        checkpoint_put_back(e, j, KEEPING_GONE, k);
        return true;
    }
    fail_next(e, j, next, lost);
    return false;
}

static bool restore_due(struct engine *e, struct live_job *j, const struct step *next)
{
    /* What is to mend it, and what looks whether it did, work on what the failed try has left. */
    bool own = next && next->attempts > 0 && j->role == ROLE_STEP;
    const struct checkpoint *k = own ? state_before(j, next) : NULL;
    if (!k || j->doing->restored == next->attempts)
        return false;
    j->doing->restored = next->attempts;
    checkpoint_put_back(e, j, KEEPING_RESTORE, k);
    return true;
}

bool checkpoint_wait(struct engine *e, struct live_job *j)
{
    if (j->doing->keeping != KEEPING_NOTHING)
        return true;
    if (recover_wait(e, j))
        return true;
    if (job_was_told(j))
        return false;
    struct step *next = next_step(j);
    if (next && next->no == 0 && next->attempts == 0 && row_of(j, 0))
        return resume(e, j);
    if (j->doing->gone)
        return mend_gone(e, j, next);
    return snapshot_due(e, j, next) || restore_due(e, j, next);
}

/* ---- answers ---- */

static struct live_job *answered(struct engine *e, int64_t job, enum keeping *ret_what)
{
    struct live_job *j = map_remove_id(&e->keeping, job);
    if (!j)
        return NULL;
    *ret_what = j->doing->keeping;
    j->doing->keeping = KEEPING_NOTHING;
    return j;
}

static void go_on(struct engine *e, struct live_job *j)
{
    if (!j->row->hold)
        job_advance(e, j);
    dispatch(e);
    outbox_pump_all(e);
}

void checkpoint_kept(struct engine *e, int64_t job, const char *tree, const char *left_out, const struct err *err)
{
    enum keeping what;
    struct live_job *j = answered(e, job, &what);
    struct checkpoint *k = j ? row_of(j, j->doing->keeping_no) : NULL;
    if (j && what == KEEPING_FIX) {
        recover_kept(e, j, tree, err);
        go_on(e, j);
    }
    if (!k || what == KEEPING_FIX)
        return;
    if (err->cls == ERR_OK) {
        k->tree = arena_strdup(&j->run->arena, tree);
        k->tree_job = job;
        record(e, k);
        note(e, j, "kept", left_out && left_out[0] ? left_out : j->row->steps[j->doing->keeping_no].name);
    } else {
        note(e, j, "not kept", err->msg);
    }
    go_on(e, j);
}

void checkpoint_restored(struct engine *e, int64_t job, const struct err *err)
{
    enum keeping what;
    struct live_job *j = answered(e, job, &what);
    if (!j)
        return;
    bool ok = err->cls == ERR_OK;
    note(e, j, ok ? "restored" : "not restored", ok ? j->row->steps[j->doing->keeping_no].name : err->msg);
    if (what == KEEPING_RESUME && ok)
        take_over(e, j, j->doing->keeping_no + 1);
    else if (what == KEEPING_RESUME)
        give_back(e, j, 0);
    else if (what == KEEPING_GONE && !ok && next_step(j))
        fail_next(e, j, next_step(j), err->msg);
    else if (what == KEEPING_DROP)
        recover_dropped(e, j, err);
    go_on(e, j);
}

void checkpoint_forget(struct engine *e, struct live_job *j)
{
    if (j->doing->keeping != KEEPING_NOTHING)
        map_remove_id(&e->keeping, j->row->id);
    j->doing->keeping = KEEPING_NOTHING;
}
