/* SPDX-License-Identifier: Apache-2.0 */
/* Rows about recovery, people's answers, and what was learned. */
#include "world.h"

static const char *dup(struct world *w, const char *z)
{
    return arena_strdup(&w->arena, z);
}

static struct recovery copy_recovery(struct world *w, const struct recovery *r)
{
    struct recovery to = *r;
    to.detail = dup(w, r->detail);
    to.fingerprint = dup(w, r->fingerprint);
    to.tests = dup(w, r->tests);
    to.tree = dup(w, r->tree);
    return to;
}

static struct checkpoint copy_checkpoint(struct arena *a, const struct checkpoint *k)
{
    struct checkpoint to = *k;
    to.inputs = arena_strdup(a, k->inputs);
    to.tree = arena_strdup(a, k->tree);
    return to;
}

/* By job and step, as the real table has them. */
static void set_checkpoint(struct world *w, const struct checkpoint *k)
{
    struct sim_store *s = &w->store;
    size_t at = 0;
    while (at < s->checkpoints.n && (s->checkpoints.at[at].job_id < k->job_id ||
                                     (s->checkpoints.at[at].job_id == k->job_id &&
                                      s->checkpoints.at[at].step_no < k->step_no)))
        at++;
    struct checkpoint copy = copy_checkpoint(&w->arena, k);
    if (at < s->checkpoints.n && s->checkpoints.at[at].job_id == k->job_id &&
        s->checkpoints.at[at].step_no == k->step_no) {
        s->checkpoints.at[at] = copy;
        return;
    }
    VEC_PUSH(&s->checkpoints, copy);
    for (size_t i = s->checkpoints.n - 1; i > at; i--)
        s->checkpoints.at[i] = s->checkpoints.at[i - 1];
    s->checkpoints.at[at] = copy;
}

static void drop_checkpoints(struct world *w, int64_t job)
{
    for (size_t i = w->store.checkpoints.n; i > 0; i--)
        if (w->store.checkpoints.at[i - 1].job_id == job)
            VEC_REMOVE(&w->store.checkpoints, i - 1);
}

static bool is_of(const struct run *r, int64_t job)
{
    for (size_t i = 0; i < r->n_jobs; i++)
        if (r->jobs[i]->id == job)
            return true;
    return false;
}

static void open_checkpoints(struct world *w, struct open_work *work)
{
    struct sim_store *s = &w->store;
    work->checkpoints = arena_new(&work->arena, (s->checkpoints.n + 1) * sizeof *work->checkpoints);
    for (size_t i = 0; i < s->checkpoints.n; i++)
        for (size_t k = 0; k < s->runs.n; k++)
            if (s->runs.at[k]->state != WORK_DONE && is_of(s->runs.at[k], s->checkpoints.at[i].job_id))
                work->checkpoints[work->n_checkpoints++] = copy_checkpoint(&work->arena, &s->checkpoints.at[i]);
}

static struct approval copy_approval(struct world *w, const struct approval *p)
{
    struct approval to = *p;
    to.question = dup(w, p->question);
    to.by = dup(w, p->by);
    to.sha = dup(w, p->sha);
    to.answered_by = dup(w, p->answered_by);
    return to;
}

static void set_recovery(struct world *w, const struct recovery *r)
{
    for (size_t i = 0; i < w->store.recoveries.n; i++)
        if (w->store.recoveries.at[i].id == r->id) {
            if (w->store.recoveries.at[i].version != r->version - 1)
                world_fail(w, "rows: recovery: version");
            if (w->store.recoveries.at[i].outcome != RECOVERY_OPEN)
                world_fail(w, "rows: recovery: %s again", recovery_outcome_name[r->outcome]);
            w->store.recoveries.at[i] = copy_recovery(w, r);
            return;
        }
    world_fail(w, "rows: recovery: unknown");
}

static void set_approval(struct world *w, const struct approval *p)
{
    for (size_t i = 0; i < w->store.approvals.n; i++)
        if (w->store.approvals.at[i].id == p->id) {
            if (w->store.approvals.at[i].version != p->version - 1)
                world_fail(w, "rows: approval: version");
            w->store.approvals.at[i] = copy_approval(w, p);
            return;
        }
    world_fail(w, "rows: approval: unknown");
}

/* The set goes, its rows stay: with a name of their own. */
#define KEEP(w, map, type, row, name)                                                                                  \
    do {                                                                                                               \
        type *kept_ = arena_new(&(w)->arena, sizeof *kept_);                                                           \
        *kept_ = (row);                                                                                                \
        kept_->name = dup((w), (row).name);                                                                            \
        map_put((map), sv_of(kept_->name), kept_);                                                                     \
    } while (0)

bool store_apply_learned(struct world *w, const struct change *c)
{
    struct sim_store *s = &w->store;
    switch (c->kind) {
    case CHANGE_RECOVERY_NEW:
        VEC_PUSH(&s->recoveries, copy_recovery(w, c->recovery));
        return true;
    case CHANGE_RECOVERY:
        set_recovery(w, c->recovery);
        return true;
    case CHANGE_APPROVAL_NEW:
        VEC_PUSH(&s->approvals, copy_approval(w, c->approval));
        return true;
    case CHANGE_APPROVAL:
        set_approval(w, c->approval);
        return true;
    case CHANGE_CHECKPOINT:
        set_checkpoint(w, &c->checkpoint);
        return true;
    case CHANGE_CHECKPOINTS_DROP:
        drop_checkpoints(w, c->checkpoints_of);
        return true;
    case CHANGE_DURATION:
        KEEP(w, &s->durations, struct duration_stat, c->duration, key);
        return true;
    case CHANGE_DURATION_DROP:
        map_remove(&s->durations, sv_of(c->duration.key));
        return true;
    case CHANGE_FAILURE_STAT:
        KEEP(w, &s->failures, struct failure_stat, c->failure_stat, fingerprint);
        return true;
    case CHANGE_BUDGET:
        KEEP(w, &s->budgets, struct retry_budget, c->budget, repo_id);
        return true;
    case CHANGE_FLAKY:
        KEEP(w, &s->flaky, struct flaky_test, c->flaky, name);
        return true;
    case CHANGE_RESOLUTION: /* nothing reads them here */
        return true;
    default:
        return false;
    }
}

/* The map has no order of its own; a start-up reads rows in the order of their keys. */
#define ROWS(map, type, key_field, rows, count)                                                                        \
    do {                                                                                                               \
        struct sv key_;                                                                                                \
        void *v_;                                                                                                      \
        (rows) = arena_new(&work->arena, ((map)->n + 1) * sizeof *(rows));                                             \
        for (size_t at_ = 0; map_each((map), &at_, &key_, &v_);) {                                                     \
            type row_ = *(const type *)v_; /* its key lived in the change-set */                                       \
            size_t to_ = (count)++;                                                                                    \
            row_.key_field = arena_dup(&work->arena, key_);                                                            \
            for (; to_ > 0 && strcmp((rows)[to_ - 1].key_field, row_.key_field) > 0; to_--)                            \
                (rows)[to_] = (rows)[to_ - 1];                                                                         \
            (rows)[to_] = row_;                                                                                        \
        }                                                                                                              \
    } while (0)

void store_open_learned(struct world *w, struct open_work *work)
{
    struct sim_store *s = &w->store;
    open_checkpoints(w, work);
    work->recoveries = arena_new(&work->arena, (s->recoveries.n + 1) * sizeof *work->recoveries);
    work->approvals = arena_new(&work->arena, (s->approvals.n + 1) * sizeof *work->approvals);
    for (size_t i = 0; i < s->recoveries.n; i++) {
        work->max_id = s->recoveries.at[i].id > work->max_id ? s->recoveries.at[i].id : work->max_id;
        if (s->recoveries.at[i].outcome == RECOVERY_OPEN)
            work->recoveries[work->n_recoveries++] = copy_recovery(w, &s->recoveries.at[i]);
    }
    for (size_t i = 0; i < s->approvals.n; i++) {
        work->max_id = s->approvals.at[i].id > work->max_id ? s->approvals.at[i].id : work->max_id;
        if (s->approvals.at[i].state == APPROVAL_ASKED)
            work->approvals[work->n_approvals++] = copy_approval(w, &s->approvals.at[i]);
    }
    ROWS(&s->durations, struct duration_stat, key, work->durations, work->n_durations);
    ROWS(&s->failures, struct failure_stat, fingerprint, work->failures, work->n_failures);
    ROWS(&s->budgets, struct retry_budget, repo_id, work->budgets, work->n_budgets);
    ROWS(&s->flaky, struct flaky_test, name, work->flaky, work->n_flaky);
}
