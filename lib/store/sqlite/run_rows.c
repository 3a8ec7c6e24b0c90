/* SPDX-License-Identifier: Apache-2.0 */
/* A run that is over, as rows again: to repeat it, and to know what was kept for it. */
#include "base/map.h"
#include "base/vec.h"
#include "store/sqlite/open_part.h"
#include "store/sqlite/row.h"

static int read_run(struct reader *r, int64_t id, struct arena *a, struct run *ret, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_SHOW_RUN);
    cur_int(&c, id);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc < 0 ? -1 : 1;
    rc = row_run(&c, a, ret, e);
    cur_end(&c);
    return rc;
}

static int read_checkpoints(struct reader *r, int64_t run, struct arena *a, struct run_rows *ret, struct err *e)
{
    VEC(struct checkpoint) all = {0};
    struct cur c = cur_on(&r->db, SQL_CHECKPOINTS_OF_RUN);
    int rc;
    cur_int(&c, run);
    while ((rc = cur_next(&c, e)) > 0) {
        struct checkpoint k;
        if ((rc = row_checkpoint(&c, a, &k, e)) < 0)
            break;
        VEC_PUSH(&all, k);
    }
    cur_end(&c);
    ret->n_checkpoints = all.n;
    ret->checkpoints = arena_new(a, (all.n + 1) * sizeof *all.at);
    if (all.n)
        memcpy(ret->checkpoints, all.at, all.n * sizeof *all.at);
    VEC_FREE(&all);
    return rc;
}

static int read_generations(struct reader *r, struct run_rows *ret, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_GENERATIONS);
    int rc;
    cur_int(&c, ret->run->rerun_of ? ret->run->rerun_of : ret->run->id);
    while ((rc = cur_next(&c, e)) > 0) {
        int64_t id = col_int(&c);
        if (!sv_is(sv_of(col_text(&c)), work_state_name[WORK_DONE]))
            ret->open = id;
        int generation = (int)col_int(&c);
        if (generation > ret->newest_generation)
            ret->newest_generation = generation;
    }
    return rc;
}

int read_run_rows(struct reader *r, int64_t run, struct arena *a, struct run_rows *ret, struct err *e)
{
    *ret = (struct run_rows){.run = arena_new(a, sizeof *ret->run)};
    if (reader_begin(r, e) < 0)
        return -1;
    int rc = read_run(r, run, a, ret->run, e);
    if (rc == 0 && (open_jobs(r, a, ret->run, e) < 0 || read_checkpoints(r, run, a, ret, e) < 0 ||
                    read_generations(r, ret, e) < 0))
        rc = -1;
    reader_end(r);
    return rc;
}

int read_judged(struct reader *r, const char *repo_id, const char *workflow, const char *verdict, struct arena *a,
                struct run **ret, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_RUN_OF_VERDICT);
    cur_must_text(&c, verdict);
    cur_must_text(&c, repo_id);
    cur_must_text(&c, workflow);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc < 0 ? -1 : 1;
    int64_t id = col_int(&c);
    cur_end(&c);
    *ret = arena_new(a, sizeof **ret);
    if (reader_begin(r, e) < 0)
        return -1;
    rc = read_run(r, id, a, *ret, e);
    if (rc == 0 && open_jobs(r, a, *ret, e) < 0)
        rc = -1;
    reader_end(r);
    return rc;
}

/* The newest come first: of each workflow the first one counts. */
static int newest_of_each(struct cur *c, int64_t *ids, int most, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(map_free) struct map seen = {0};
    int rc, n = 0;
    while (n < most && (rc = cur_next(c, e)) != 0) {
        if (rc < 0)
            return -1;
        int64_t id = col_int(c);
        const char *workflow = arena_strdup(&a, col_text(c));
        if (!map_put(&seen, sv_of(workflow), &a))
            ids[n++] = id;
    }
    return n;
}

int read_runs_about(struct reader *r, const char *repo_id, int64_t change, const char *sha, const char *context,
                    int64_t *ret, int most, struct err *e)
{
    struct cur c = cur_on(&r->db, change ? SQL_RUNS_OF_CHANGE : SQL_RUNS_OF_COMMIT);
    cur_must_text(&c, repo_id);
    if (change) {
        cur_int(&c, change);
    } else {
        cur_text(&c, sha);
        cur_text(&c, context);
    }
    int n = newest_of_each(&c, ret, most, e);
    cur_end(&c);
    for (int i = 0; i < n / 2; i++) {
        int64_t x = ret[i];
        ret[i] = ret[n - 1 - i];
        ret[n - 1 - i] = x;
    }
    return n;
}

int read_job_fate(struct reader *r, int64_t job, enum job_fate *ret, msec_t *ret_at, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_JOB_FATE);
    cur_int(&c, job);
    int rc = cur_next(&c, e);
    *ret = JOB_UNKNOWN;
    *ret_at = 0;
    if (rc <= 0)
        return rc;
    bool done = sv_is(sv_of(col_text(&c)), work_state_name[WORK_DONE]);
    bool good = sv_is(sv_of(col_text(&c)), conclusion_name[CONC_SUCCESS]);
    *ret_at = col_int(&c);
    bool lent = col_int(&c) != 0;
    *ret = !done || lent ? JOB_OPEN : good ? JOB_SUCCEEDED : JOB_FAILED;
    cur_end(&c);
    return 0;
}
