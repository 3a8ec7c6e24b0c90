/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/history.h"
#include "core/spread.h"

static const struct {
    enum history_grain grain;
    int64_t kept; /* s */
} grains[] = {{HISTORY_MINUTE, HISTORY_MINUTES_KEPT}, {HISTORY_QUARTER, HISTORY_QUARTERS_KEPT}};

static const int64_t FUTURE_S = 24 * 3600; /* so far ahead of us nothing has happened: the clock was wrong */

static int64_t begin_of(enum history_grain grain, msec_t at)
{
    int64_t s = at / 1000;
    return s - s % (int64_t)grain;
}

/* A run that is over, as far as it is counted. */
struct ended {
    msec_t created_at, started_at, ended_at;
    enum conclusion conclusion;
};

static bool is_failure(enum conclusion c)
{
    return c == CONC_FAILURE || c == CONC_ERROR || c == CONC_TIMED_OUT;
}

/* *ret_took, *ret_waited: of the row, with this run in them. */
static enum db_result sum_spreads(struct db *db, enum history_grain grain, const struct ended *x, struct buf *ret_took,
                                  struct buf *ret_waited, struct err *e)
{
    struct spread took = {0}, waited = {0};
    struct cur c = cur_on(db, SQL_HISTORY_SPREADS);
    cur_int(&c, (int64_t)grain);
    cur_int(&c, begin_of(grain, x->ended_at));
    int rc = cur_next(&c, e);
    if (rc > 0) {
        spread_unpack(&took, col_blob(&c));
        spread_unpack(&waited, col_blob(&c));
        cur_end(&c);
    }
    if (rc < 0)
        return e->cls == ERR_TRANSIENT ? DB_LATER : DB_BROKEN;
    if (x->started_at && (x->conclusion == CONC_SUCCESS || is_failure(x->conclusion))) {
        spread_add(&took, x->ended_at - x->started_at);
        spread_add(&waited, x->started_at - x->created_at);
    }
    spread_pack(&took, ret_took);
    spread_pack(&waited, ret_waited);
    return DB_OK;
}

static enum db_result count_in(struct db *db, enum history_grain grain, const struct ended *x, struct err *e)
{
    AUTO(buf_free) struct buf took = {0}, waited = {0};
    enum db_result r = sum_spreads(db, grain, x, &took, &waited, e);
    if (r != DB_OK)
        return r;
    struct cur c = cur_on(db, SQL_HISTORY_ENDED);
    cur_int(&c, (int64_t)grain);
    cur_int(&c, begin_of(grain, x->ended_at));
    cur_int(&c, x->conclusion == CONC_SUCCESS);
    cur_int(&c, is_failure(x->conclusion));
    cur_int(&c, x->conclusion == CONC_CANCELLED);
    cur_blob(&c, took.p, took.n);
    cur_blob(&c, waited.p, waited.n);
    return cur_run(&c, e);
}

/* Rows of that time are kept. */
static bool is_kept(size_t grain, msec_t at, msec_t now)
{
    return at / 1000 > now / 1000 - grains[grain].kept;
}

static enum db_result count_run(struct db *db, const struct run *r, msec_t now, struct err *e)
{
    struct ended x = {r->created_at, r->started_at, r->ended_at, r->conclusion};
    enum db_result rc = DB_OK;
    for (size_t i = 0; rc == DB_OK && x.conclusion != CONC_SKIPPED && i < ARRAY_LEN(grains); i++)
        if (is_kept(i, x.ended_at, now))
            rc = count_in(db, grains[i].grain, &x, e);
    return rc;
}

enum db_result history_ended(struct db *db, const struct run *r, struct err *e)
{
    return count_run(db, r, r->ended_at, e);
}

/* 1 = the one column of the row is that word. */
static int was(struct db *db, enum sql query, int64_t id, const char *word, struct err *e)
{
    struct cur c = cur_on(db, query);
    cur_int(&c, id);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc;
    rc = sv_is(sv_of(col_text(&c)), word);
    cur_end(&c);
    return rc;
}

enum db_result history_ends(struct db *db, const struct run *r, struct err *e)
{
    int done = was(db, SQL_RUN_WAS, r->id, work_state_name[WORK_DONE], e);
    if (done < 0)
        return e->cls == ERR_TRANSIENT ? DB_LATER : DB_BROKEN;
    return done ? DB_OK : history_ended(db, r, e);
}

static enum db_result count_recovery(struct db *db, msec_t at, msec_t now, struct err *e)
{
    enum db_result rc = DB_OK;
    for (size_t i = 0; rc == DB_OK && i < ARRAY_LEN(grains); i++) {
        if (!is_kept(i, at, now))
            continue;
        struct cur c = cur_on(db, SQL_HISTORY_RECOVERED);
        cur_int(&c, (int64_t)grains[i].grain);
        cur_int(&c, begin_of(grains[i].grain, at));
        rc = cur_run(&c, e);
    }
    return rc;
}

enum db_result history_recovered(struct db *db, msec_t at, struct err *e)
{
    return count_recovery(db, at, at, e);
}

enum db_result history_recovers(struct db *db, const struct recovery *r, struct err *e)
{
    if (r->outcome != RECOVERY_RECOVERED)
        return DB_OK;
    int open = was(db, SQL_RECOVERY_WAS, r->id, recovery_outcome_name[RECOVERY_OPEN], e);
    if (open < 0)
        return e->cls == ERR_TRANSIENT ? DB_LATER : DB_BROKEN;
    return open ? history_recovered(db, r->ended_at, e) : DB_OK;
}

static enum db_result drop_rows(struct db *db, enum sql query, enum history_grain grain, int64_t bound, struct err *e)
{
    struct cur c = cur_on(db, query);
    cur_int(&c, (int64_t)grain);
    cur_int(&c, bound);
    return cur_run(&c, e);
}

enum db_result history_sample(struct db *db, const struct change *x, struct err *e)
{
    const struct history_figures *f = &x->sample.figures;
    int64_t now = x->sample.at / 1000;
    enum db_result rc = DB_OK;
    for (size_t i = 0; rc == DB_OK && i < ARRAY_LEN(grains); i++) {
        enum history_grain grain = grains[i].grain;
        struct cur c = cur_on(db, SQL_HISTORY_SAMPLE);
        cur_int(&c, (int64_t)grain);
        cur_int(&c, begin_of(grain, x->sample.at));
        cur_int(&c, f->looks);
        cur_int(&c, f->deliveries);
        cur_int(&c, f->refused);
        for (int k = 0; k < HISTORY_FIGURE_N; k++) {
            cur_int(&c, f->sum[k]);
            cur_int(&c, f->most[k]);
        }
        rc = cur_run(&c, e);
        if (rc == DB_OK)
            rc = drop_rows(db, SQL_HISTORY_OLD_DROP, grain, now - grains[i].kept - (int64_t)grain, e);
        if (rc == DB_OK)
            rc = drop_rows(db, SQL_HISTORY_FUTURE_DROP, grain, now + FUTURE_S, e);
    }
    return rc;
}

/* ---- from runs that were there before it ---- */

/* Each row is read before the history is written: the statements are others, the tables too. */
static int fill_runs(struct db *db, msec_t now, struct err *e)
{
    struct cur c = cur_on(db, SQL_HISTORY_RUNS);
    cur_int(&c, id_next(&(struct id_gen){0}, now - HISTORY_QUARTERS_KEPT * (msec_t)1000, 0));
    int rc;
    while ((rc = cur_next(&c, e)) > 0) {
        struct run r = {.ended_at = col_int(&c)};
        r.started_at = col_int(&c);
        r.created_at = col_int(&c);
        const char *conclusion = col_text(&c);
        while (r.conclusion < CONC_N - 1 && !sv_is(sv_of(conclusion), conclusion_name[r.conclusion]))
            r.conclusion++;
        if (count_run(db, &r, now, e) != DB_OK) {
            cur_end(&c);
            return -1;
        }
    }
    return rc;
}

static int fill_recoveries(struct db *db, msec_t now, struct err *e)
{
    struct cur c = cur_on(db, SQL_HISTORY_RECOVERIES);
    cur_int(&c, id_next(&(struct id_gen){0}, now - HISTORY_QUARTERS_KEPT * (msec_t)1000, 0));
    int rc;
    while ((rc = cur_next(&c, e)) > 0) {
        if (count_recovery(db, col_int(&c), now, e) != DB_OK) {
            cur_end(&c);
            return -1;
        }
    }
    return rc;
}

int history_fill(struct db *db, msec_t now, struct err *e)
{
    struct cur c = cur_on(db, SQL_HISTORY_ANY);
    cur_int(&c, (int64_t)HISTORY_QUARTER);
    int rc = cur_next(&c, e);
    if (rc != 0) {
        cur_end(&c);
        return rc < 0 ? -1 : 0;
    }
    struct err ignored;
    if (db_exec(db, "BEGIN IMMEDIATE", e) != DB_OK)
        return -1;
    if (fill_runs(db, now, e) < 0 || fill_recoveries(db, now, e) < 0 || db_exec(db, "COMMIT", e) != DB_OK) {
        if (!sqlite3_get_autocommit(db->h) && db_exec(db, "ROLLBACK", &ignored) != DB_OK)
            return err_add(e, "filling the history (not rolled back: %s)", ignored.msg);
        return err_add(e, "filling the history");
    }
    return 0;
}
