/* SPDX-License-Identifier: Apache-2.0 */
/* A fix of tests works in the workspace of the failed step, which is kept before it and put back when the fix did not
 * help: nothing that comes later sees half of a fix. What is to be done next stands in the row, so that a start-up goes
 * on there; keeping and putting back twice does no harm. */
#include "engine/checkpoint.h"
#include "engine/recover.h"

void recover_part(struct engine *e, struct live_job *j, enum recovery_part part)
{
    j->doing->recovery->part = part;
    record_recovery(e, j->doing->recovery);
}

static size_t step_no(const struct live_job *j)
{
    for (size_t i = 0; i < j->row->n_steps; i++)
        if (j->row->steps[i].id == j->doing->recovery->step_id)
            return i;
    panic_at(__FILE__, __LINE__, "a recovery without its step");
}

bool recover_drop(struct engine *e, struct live_job *j)
{
    if (!j->doing->recovery->tree)
        return false;
    j->role = ROLE_STEP;
    recover_part(e, j, PART_DROP);
    return true;
}

/* Nothing of the fix was begun. */
static bool keep(struct engine *e, struct live_job *j)
{
    if (!job_was_told(j) && !j->doing->gone) {
        checkpoint_ask(e, j, KEEPING_FIX, step_no(j));
        return true;
    }
    recover_came_to_nothing(e, j, j->doing->gone ? "the workspace of the job is gone" : "the job is to end");
    return j->row->hold;
}

static const struct live_job *fix_under_way(const struct live_job *j)
{
    for (size_t i = 0; i < j->n_children; i++)
        if (job_is_fix(j->children[i]) && j->children[i]->row->state != WORK_DONE)
            return j->children[i];
    return NULL;
}

static void add_job(struct engine *e, struct live_job *j, const struct job_spec *fix)
{
    struct arena *a = &j->run->arena;
    size_t before = 0;
    for (size_t i = 0; i < j->n_children; i++)
        before += job_is_fix(j->children[i]);
    const char *nth = before ? arena_fmt(a, " %zu", before + 1) : "";
    struct job *row = recover_child(e, j, arena_fmt(a, "%s (%s%s)", j->row->key, fix->job.key, nth));
    const struct job *of = job_of_spec(e, a, row->run_id, fix, row->no);
    row->spec = of->spec;
    row->steps = of->steps;
    row->n_steps = of->n_steps;
    row->timeout_ms = of->timeout_ms;
    row->continue_on_error = false;
    for (size_t i = 0; i < row->n_steps; i++)
        row->steps[i].job_id = row->id;
    recover_child_begin(e, j, row, "it mends the tests of the job that failed");
}

/* The fix is a job: it takes its turn while this one is on hold. False: it is a script. */
static bool start_job(struct engine *e, struct live_job *j)
{
    const struct wf_recovery *p = policy_entry(j);
    const struct job_spec *fix = p && p->fix_job ? job_spec_fix(job_spec_of(j), p->fix_job) : NULL;
    if (!p || !p->fix_job)
        return false;
    if (fix_under_way(j))
        return true; /* it was told to end, and is waited for */
    if (!fix || job_was_told(j)) {
        recover_came_to_nothing(e, j, fix ? "the job is to end" : "its fix is not in its row");
        return j->row->hold;
    }
    job_hold(e, j, HOLD_RECOVERY, 0, "a job mends its tests");
    add_job(e, j, fix);
    return true;
}

void recover_fixed(struct engine *e, struct live_job *j, struct live_job *fix)
{
    AUTO(arena_free) struct arena a = {0};
    if (!job_recovery(j) || j->doing->recovery->part != PART_FIX)
        return;
    bool good = fix->row->conclusion == CONC_SUCCESS;
    j->role = good ? ROLE_VERIFY : ROLE_STEP;
    recover_part(e, j, good ? PART_VERIFY : PART_DROP);
    const char *cause = arena_fmt(&a, "%s ended as %s", fix->row->key, conclusion_name[fix->row->conclusion]);
    if (j->row->hold == HOLD_RECOVERY)
        job_release(e, j, cause);
    else if (j->row->state == WORK_RUNNING && !job_attempt(j) && j->doing->keeping == KEEPING_NOTHING)
        job_advance(e, j); /* it was let go to end, and waited */
}

void recover_fix_resume(struct engine *e, struct live_job *j)
{
    if (!fix_under_way(j))
        job_release(e, j, "nothing mends it any more");
}

bool recover_wait(struct engine *e, struct live_job *j)
{
    struct recovery *r = job_recovery(j);
    if (!r || r->strategy != STRATEGY_TESTFIX || r->part == PART_FIRST)
        return false;
    if (r->part == PART_KEEP)
        return keep(e, j);
    if (r->part != PART_DROP && (!j->doing->gone || !recover_drop(e, j)))
        return r->part == PART_FIX && start_job(e, j);
    const struct checkpoint before = {.step_no = (int)step_no(j), .tree_job = j->row->id, .tree = r->tree};
    checkpoint_put_back(e, j, KEEPING_DROP, &before);
    return true;
}

void recover_kept(struct engine *e, struct live_job *j, const char *tree, const struct err *err)
{
    AUTO(arena_free) struct arena a = {0};
    if (!job_recovery(j) || j->doing->recovery->part != PART_KEEP)
        return;
    if (err->cls != ERR_OK) {
        recover_came_to_nothing(e, j, arena_fmt(&a, "no fix: the workspace could not be kept: %s", err->msg));
        return;
    }
    j->doing->recovery->tree = arena_strdup(&j->run->arena, tree);
    recover_part(e, j, PART_FIX);
}

void recover_dropped(struct engine *e, struct live_job *j, const struct err *err)
{
    AUTO(arena_free) struct arena a = {0};
    if (!job_recovery(j) || j->doing->recovery->part != PART_DROP)
        return;
    if (err->cls == ERR_OK) {
        j->doing->gone = false;
        recover_came_to_nothing(e, j, "the fix did not help, and what it changed is dropped");
        return;
    }
    /* Nothing that is tried further would stand on firm ground. */
    const char *why = arena_fmt(&a, "what a fix changed could not be dropped: %s", err->msg);
    struct step *s = &j->row->steps[step_no(j)];
    recover_close(e, j, RECOVERY_FAILED, why);
    step_end(e, j, s, CONC_ERROR, why);
}
