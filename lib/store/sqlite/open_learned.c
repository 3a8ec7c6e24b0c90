/* SPDX-License-Identifier: Apache-2.0 */
/* What a start-up goes on with besides runs: recoveries and questions that are open, and what was learned. */
#include "store/sqlite/open_part.h"
#include "store/sqlite/row.h"

static int next_recovery(struct cur *c, struct arena *a, void *ret, struct err *e)
{
    return row_recovery(c, a, ret, e);
}

static int next_approval(struct cur *c, struct arena *a, void *ret, struct err *e)
{
    return row_approval(c, a, ret, e);
}

static int next_checkpoint(struct cur *c, struct arena *a, void *ret, struct err *e)
{
    return row_checkpoint(c, a, ret, e);
}

static int next_failure(struct cur *c, struct arena *a, void *ret, struct err *e)
{
    return row_failure_stat(c, a, ret, e);
}

static int next_duration(struct cur *c, struct arena *a, void *ret, struct err *e)
{
    struct duration_stat *d = ret;
    (void)e;
    d->key = arena_strdup(a, col_text(c));
    d->n = col_int(c);
    d->mu = col_int(c);
    d->var = col_int(c);
    d->last_ms = col_int(c);
    d->updated_at = col_int(c);
    return 0;
}

static int next_budget(struct cur *c, struct arena *a, void *ret, struct err *e)
{
    struct retry_budget *b = ret;
    (void)e;
    b->repo_id = arena_strdup(a, col_text(c));
    b->hour = col_int(c);
    b->first = col_int(c);
    b->retried = col_int(c);
    return 0;
}

static int next_flaky(struct cur *c, struct arena *a, void *ret, struct err *e)
{
    struct flaky_test *f = ret;
    (void)e;
    f->name = arena_strdup(a, col_text(c));
    f->flips = col_int(c);
    f->greens = col_int(c);
    f->last_at = col_int(c);
    return 0;
}

int open_rows(struct reader *r, struct arena *a, enum sql what, size_t size, open_next *next, void **ret, size_t *ret_n,
              struct err *e)
{
    AUTO(buf_free) struct buf all = {0};
    void *row = arena_new(a, size);
    struct cur c = cur_on(&r->db, what);
    int rc;
    *ret_n = 0;
    while ((rc = cur_next(&c, e)) > 0) {
        memset(row, 0, size);
        if ((rc = next(&c, a, row, e)) < 0)
            break;
        buf_add(&all, row, size);
        ++*ret_n;
    }
    cur_end(&c);
    *ret = arena_new(a, all.n ? all.n : 1);
    if (all.n)
        memcpy(*ret, all.p, all.n);
    return rc;
}

static int next_setting(struct cur *c, struct arena *a, void *ret, struct err *e)
{
    struct setting *s = ret;
    (void)e;
    s->name = arena_strdup(a, col_text(c));
    s->value = col_int(c);
    return 0;
}

#define LOAD(what, next, rows, count) open_rows(r, &w->arena, what, sizeof *(rows), next, (void **)&(rows), &(count), e)

int open_learned(struct reader *r, struct open_work *w, struct err *e)
{
    if (LOAD(SQL_OPEN_RECOVERIES, next_recovery, w->recoveries, w->n_recoveries) < 0 ||
        LOAD(SQL_OPEN_CHECKPOINTS, next_checkpoint, w->checkpoints, w->n_checkpoints) < 0 ||
        LOAD(SQL_OPEN_APPROVALS, next_approval, w->approvals, w->n_approvals) < 0 ||
        LOAD(SQL_OPEN_DURATIONS, next_duration, w->durations, w->n_durations) < 0 ||
        LOAD(SQL_OPEN_FAILURES, next_failure, w->failures, w->n_failures) < 0 ||
        LOAD(SQL_OPEN_BUDGETS, next_budget, w->budgets, w->n_budgets) < 0 ||
        LOAD(SQL_OPEN_SETTINGS, next_setting, w->settings, w->n_settings) < 0)
        return -1;
    return LOAD(SQL_OPEN_FLAKY, next_flaky, w->flaky, w->n_flaky);
}
