/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/json_row.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/row.h"

/* Where the parts of one run are written: all in one view of the database. */
struct view {
    struct reader *r;
    struct arena arena;
    struct jout o;
};

static int attempts_of(struct view *v, int64_t step, struct err *e)
{
    struct cur c = cur_on(&v->r->db, SQL_SHOW_ATTEMPTS);
    struct attempt t;
    int rc;
    cur_int(&c, step);
    jout_key(&v->o, "attempts");
    jout_open(&v->o, '[');
    while ((rc = cur_next(&c, e)) > 0 && (rc = row_attempt(&c, &v->arena, &t, e)) == 0)
        json_attempt(&v->o, &t);
    jout_close(&v->o, ']');
    cur_end(&c);
    return rc;
}

static int steps_of(struct view *v, const struct job *j, struct err *e)
{
    struct cur c = cur_on(&v->r->db, SQL_STEPS_OF_JOB);
    struct step s;
    int rc;
    cur_int(&c, j->id);
    jout_key(&v->o, "steps");
    jout_open(&v->o, '[');
    while ((rc = cur_next(&c, e)) > 0 && (rc = row_step(&c, &v->arena, &s, e)) == 0) {
        /* Of a job that is over nothing is written down of what it never came to. */
        if (j->state == WORK_DONE && s.state == WORK_WAITING) {
            s.state = WORK_DONE;
            s.conclusion = CONC_SKIPPED;
        }
        json_step_open(&v->o, &s);
        if ((rc = attempts_of(v, s.id, e)) < 0)
            break;
        jout_close(&v->o, '}');
    }
    jout_close(&v->o, ']');
    cur_end(&c);
    return rc;
}

static int jobs_of(struct view *v, int64_t run, struct err *e)
{
    struct cur c = cur_on(&v->r->db, SQL_JOBS_OF_RUN);
    struct job j;
    int rc;
    cur_int(&c, run);
    jout_key(&v->o, "jobs");
    jout_open(&v->o, '[');
    while ((rc = cur_next(&c, e)) > 0 && (rc = row_job(&c, &v->arena, &j, e)) == 0) {
        json_job_open(&v->o, &j);
        if ((rc = steps_of(v, &j, e)) < 0)
            break;
        jout_close(&v->o, '}');
    }
    jout_close(&v->o, ']');
    cur_end(&c);
    return rc;
}

static int effects_of(struct view *v, int64_t run, struct err *e)
{
    struct cur c = cur_on(&v->r->db, SQL_SHOW_EFFECTS);
    struct effect x;
    int rc;
    cur_int(&c, run);
    jout_key(&v->o, "effects");
    jout_open(&v->o, '[');
    while ((rc = cur_next(&c, e)) > 0 && (rc = row_effect(&c, &v->arena, &x, e)) == 0)
        json_effect(&v->o, &x);
    jout_close(&v->o, ']');
    cur_end(&c);
    return rc;
}

static int recoveries_of(struct view *v, int64_t run, struct err *e)
{
    struct cur c = cur_on(&v->r->db, SQL_SHOW_RECOVERIES);
    struct recovery x;
    int rc;
    cur_int(&c, run);
    jout_key(&v->o, "recoveries");
    jout_open(&v->o, '[');
    while ((rc = cur_next(&c, e)) > 0 && (rc = row_recovery(&c, &v->arena, &x, e)) == 0)
        json_recovery(&v->o, &x);
    jout_close(&v->o, ']');
    cur_end(&c);
    return rc;
}

static int approvals_of(struct view *v, int64_t run, struct err *e)
{
    struct cur c = cur_on(&v->r->db, SQL_SHOW_APPROVALS);
    struct approval x;
    int rc;
    cur_int(&c, run);
    jout_key(&v->o, "approvals");
    jout_open(&v->o, '[');
    while ((rc = cur_next(&c, e)) > 0 && (rc = row_approval(&c, &v->arena, &x, e)) == 0)
        json_approval(&v->o, &x);
    jout_close(&v->o, ']');
    cur_end(&c);
    return rc;
}

static int write_run(struct view *v, int64_t id, struct err *e)
{
    struct cur c = cur_on(&v->r->db, SQL_SHOW_RUN);
    struct run run;
    cur_int(&c, id);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc < 0 ? -1 : 1;
    rc = row_run(&c, &v->arena, &run, e);
    cur_end(&c);
    if (rc < 0)
        return -1;
    json_run_open(&v->o, &run);
    if (jobs_of(v, id, e) < 0 || recoveries_of(v, id, e) < 0 || approvals_of(v, id, e) < 0 || effects_of(v, id, e) < 0)
        return -1;
    jout_close(&v->o, '}');
    return 0;
}

static int write_job(struct view *v, int64_t id, struct err *e)
{
    struct cur c = cur_on(&v->r->db, SQL_SHOW_JOB);
    struct job j;
    cur_int(&c, id);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc < 0 ? -1 : 1;
    rc = row_job(&c, &v->arena, &j, e);
    cur_end(&c);
    if (rc < 0)
        return -1;
    json_job_open(&v->o, &j);
    jout_kid(&v->o, "run", j.run_id);
    if (steps_of(v, &j, e) < 0)
        return -1;
    jout_close(&v->o, '}');
    return 0;
}

typedef int part_fn(struct view *v, int64_t id, struct err *e);

static int read_part(struct reader *r, part_fn *part, int64_t id, struct buf *ret, struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    struct view v = {.r = r, .o = {.buf = &text}};
    if (reader_begin(r, e) < 0)
        return -1;
    int rc = part(&v, id, e);
    reader_end(r);
    arena_free(&v.arena);
    if (rc == 0)
        buf_sv(ret, buf_view(&text));
    return rc;
}

int read_run_json(struct reader *r, int64_t run, struct buf *ret, struct err *e)
{
    return read_part(r, write_run, run, ret, e);
}

int read_job_json(struct reader *r, int64_t job, struct buf *ret, struct err *e)
{
    return read_part(r, write_job, job, ret, e);
}

int read_newest_attempt(struct reader *r, int64_t step, int64_t *ret, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    struct cur c = cur_on(&r->db, SQL_SHOW_ATTEMPTS);
    struct attempt t = {0};
    int rc;
    cur_int(&c, step);
    while ((rc = cur_next(&c, e)) > 0 && (rc = row_attempt(&c, &a, &t, e)) == 0)
        ;
    cur_end(&c);
    *ret = t.id;
    return rc < 0 ? -1 : t.id == 0;
}

int read_attempt_silent(struct reader *r, int64_t attempt, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_ATTEMPT_SILENT);
    cur_int(&c, attempt);
    int rc = cur_next(&c, e);
    bool silent = rc > 0 && col_int(&c) == 0; /* it is told at its end */
    cur_end(&c);
    return rc < 0 ? -1 : silent;
}
