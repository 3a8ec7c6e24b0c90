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

bool recover_wait(struct engine *e, struct live_job *j)
{
    struct recovery *r = job_recovery(j);
    if (!r || r->strategy != STRATEGY_TESTFIX || r->part == PART_FIRST)
        return false;
    if (r->part == PART_KEEP)
        return keep(e, j);
    if (r->part != PART_DROP && (!j->doing->gone || !recover_drop(e, j)))
        return false;
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
