/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"
#include "store/sqlite/open_part.h"
#include "store/sqlite/row.h"

/* All rows of a query into an array in the arena: VEC while counting, then one copy. */
#define KEEP(a, v, ret, ret_n)                                                                                         \
    do {                                                                                                               \
        *(ret_n) = (v).n;                                                                                              \
        *(ret) = arena_new((a), ((v).n ? (v).n : 1) * sizeof *(v).at);                                                 \
        if ((v).n)                                                                                                     \
            memcpy(*(ret), (v).at, (v).n * sizeof *(v).at);                                                            \
        VEC_FREE(&(v));                                                                                                \
    } while (0)

static int load_deliveries(struct reader *r, struct open_work *w, struct err *e)
{
    VEC(struct delivery) v = {0};
    struct cur c = cur_on(&r->db, SQL_OPEN_DELIVERIES);
    int rc;
    while ((rc = cur_next(&c, e)) > 0) {
        struct delivery d;
        if ((rc = row_delivery(&c, &w->arena, &d, e)) < 0)
            break;
        VEC_PUSH(&v, d);
    }
    cur_end(&c);
    KEEP(&w->arena, v, &w->deliveries, &w->n_deliveries);
    return rc;
}

static int load_steps(struct reader *r, struct arena *a, struct job *j, struct err *e)
{
    VEC(struct step) v = {0};
    struct cur c = cur_on(&r->db, SQL_STEPS_OF_JOB);
    cur_int(&c, j->id);
    int rc;
    while ((rc = cur_next(&c, e)) > 0) {
        struct step s;
        if ((rc = row_step(&c, a, &s, e)) < 0)
            break;
        VEC_PUSH(&v, s);
    }
    cur_end(&c);
    KEEP(a, v, &j->steps, &j->n_steps);
    return rc;
}

int open_jobs(struct reader *r, struct arena *a, struct run *run, struct err *e)
{
    VEC(struct job *) v = {0};
    struct cur c = cur_on(&r->db, SQL_JOBS_OF_RUN);
    cur_int(&c, run->id);
    int rc;
    while ((rc = cur_next(&c, e)) > 0) {
        struct job *j = arena_new(a, sizeof *j);
        if ((rc = row_job(&c, a, j, e)) < 0)
            break;
        VEC_PUSH(&v, j);
    }
    cur_end(&c);
    KEEP(a, v, &run->jobs, &run->n_jobs);
    for (size_t i = 0; rc == 0 && i < run->n_jobs; i++)
        rc = load_steps(r, a, run->jobs[i], e);
    return rc;
}

static int load_runs(struct reader *r, struct open_work *w, struct err *e)
{
    VEC(struct run *) v = {0};
    struct cur c = cur_on(&r->db, SQL_OPEN_RUNS);
    int rc;
    while ((rc = cur_next(&c, e)) > 0) {
        struct run *run = arena_new(&w->arena, sizeof *run);
        if ((rc = row_run(&c, &w->arena, run, e)) < 0)
            break;
        VEC_PUSH(&v, run);
    }
    cur_end(&c);
    KEEP(&w->arena, v, &w->runs, &w->n_runs);
    for (size_t i = 0; rc == 0 && i < w->n_runs; i++)
        rc = open_jobs(r, &w->arena, w->runs[i], e);
    return rc;
}

static int load_attempts(struct reader *r, struct open_work *w, struct err *e)
{
    VEC(struct attempt) v = {0};
    struct cur c = cur_on(&r->db, SQL_OPEN_ATTEMPTS);
    int rc;
    while ((rc = cur_next(&c, e)) > 0) {
        struct attempt t;
        if ((rc = row_attempt(&c, &w->arena, &t, e)) < 0)
            break;
        VEC_PUSH(&v, t);
    }
    cur_end(&c);
    KEEP(&w->arena, v, &w->attempts, &w->n_attempts);
    return rc;
}

static int load_effects(struct reader *r, struct open_work *w, struct err *e)
{
    VEC(struct effect) v = {0};
    struct cur c = cur_on(&r->db, SQL_OPEN_EFFECTS);
    int rc;
    while ((rc = cur_next(&c, e)) > 0) {
        struct effect x;
        if ((rc = row_effect(&c, &w->arena, &x, e)) < 0 || (rc = effect_body_read(&x, &w->arena, e)) < 0)
            break;
        VEC_PUSH(&v, x);
    }
    cur_end(&c);
    KEEP(&w->arena, v, &w->effects, &w->n_effects);
    return rc;
}

static int load_standing(struct reader *r, struct open_work *w, struct err *e)
{
    VEC(struct standing) v = {0};
    struct cur c = cur_on(&r->db, SQL_OPEN_STANDING);
    int rc;
    while ((rc = cur_next(&c, e)) > 0) {
        struct standing x = {.repo_id = arena_strdup(&w->arena, col_text(&c))};
        x.words = arena_strdup(&w->arena, col_text(&c));
        VEC_PUSH(&v, x);
    }
    cur_end(&c);
    KEEP(&w->arena, v, &w->standing, &w->n_standing);
    return rc;
}

static int load_fired(struct reader *r, struct open_work *w, struct err *e)
{
    VEC(struct fired) v = {0};
    struct cur c = cur_on(&r->db, SQL_OPEN_FIRED);
    int rc;
    while ((rc = cur_next(&c, e)) > 0) {
        struct fired x = {.name = arena_strdup(&w->arena, col_text(&c))};
        x.at = col_int(&c);
        VEC_PUSH(&v, x);
    }
    cur_end(&c);
    KEEP(&w->arena, v, &w->fired, &w->n_fired);
    return rc;
}

static int load_max_id(struct reader *r, struct open_work *w, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_READ_MAX_ID);
    int rc = cur_next(&c, e);
    if (rc > 0)
        w->max_id = col_int(&c);
    cur_end(&c);
    return rc < 0 ? -1 : 0;
}

int read_open_work(struct reader *r, struct open_work *ret, struct err *e)
{
    *ret = (struct open_work){0};
    if (reader_begin(r, e) < 0)
        return -1;
    int rc = 0;
    if (load_deliveries(r, ret, e) < 0 || load_runs(r, ret, e) < 0 || load_attempts(r, ret, e) < 0 ||
        load_effects(r, ret, e) < 0 || load_standing(r, ret, e) < 0 || load_fired(r, ret, e) < 0 ||
        open_learned(r, ret, e) < 0 || open_seen(r, ret, e) < 0 || load_max_id(r, ret, e) < 0)
        rc = -1;
    reader_end(r);
    if (rc < 0)
        arena_free(&ret->arena);
    return rc;
}
