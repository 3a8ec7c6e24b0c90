/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clk.h"
#include "store/sqlite/mover.h"
#include "store/sqlite/put.h"

enum {
    WAL_WORTH = 128,  /* pages not yet moved: moved in any idle moment; fewer only after LONG_IDLE */
    WAL_BOUND = 4096, /* moved even under load (32 MB); a burst of fewer deliveries is not disturbed by it */
    WAL_LONG = 8192,  /* of the whole log: it should begin again, and can when everything in it was moved */
    SHORT_IDLE = 50,  /* ms without anything to do */
    LONG_IDLE = 2000,
    PUT_OFF = 1000, /* a step that waited that long for an idle moment is made between two groups */
    SWEEP_EVERY = 6 * 3600 * 1000,
};

static int on_commit(void *arg, sqlite3 *h, const char *name, int pages)
{
    struct upkeep *u = arg;
    (void)h;
    (void)name;
    if (pages < u->wal_pages) { /* the log was begun again from its start, so all of it had been moved */
        u->moved = 0;
        u->log++;
    }
    u->wal_pages = pages;
    return SQLITE_OK;
}

void upkeep_start(struct store *s)
{
    sqlite3_wal_hook(s->db.h, on_commit, &s->upkeep);
    s->upkeep.last = clk_mono_ms();
    s->upkeep.sweep_at = s->upkeep.last + LONG_IDLE;
    s->upkeep.wal_pages = 1; /* unknown: what an earlier process left is moved in the first idle moment */
}

void upkeep_retain(struct store *s, msec_t now, struct retain_ages ages)
{
    s->upkeep.retain_now = now;
    s->upkeep.ages = ages;
    s->upkeep.phase = RETAIN_BODIES;
    s->upkeep.retain_id = 0;
    s->upkeep.fold_all = true;
}

static int unmoved(const struct upkeep *u)
{
    return u->wal_pages - u->moved;
}

static bool batch_due(const struct upkeep *u)
{
    return u->phase != RETAIN_NOTHING || u->sweeping || u->fold_all;
}

int upkeep_due_ms(struct store *s)
{
    struct upkeep *u = &s->upkeep;
    if (batch_due(u) || unmoved(u) >= WAL_WORTH || known_is_worth_folding(&s->known))
        return SHORT_IDLE;
    if (unmoved(u) > 0)
        return LONG_IDLE;
    msec_t ms = u->sweep_at - clk_mono_ms();
    return ms < 0 ? 0 : (int)ms;
}

enum db_result upkeep_checkpoint(struct store *s, struct err *e)
{
    return db_checkpoint(&s->db, &s->upkeep.wal_pages, &s->upkeep.moved, e);
}

/* A few pages here: nothing is added meanwhile, so then all are moved and the log begins again. */
static enum db_result move_log(struct store *s, struct err *e)
{
    struct upkeep *u = &s->upkeep;
    if (u->moving)
        return DB_OK;
    if (unmoved(u) <= WAL_WORTH)
        return upkeep_checkpoint(s, e);
    struct item *x = item_new(ITEM_MOVE);
    x->move.log = u->log;
    u->moving = true;
    mover_post(s->mover, x);
    return DB_OK;
}

void upkeep_moved(struct store *s, const struct item *order)
{
    s->upkeep.moving = false;
    if (order->move.log == s->upkeep.log && order->move.moved > s->upkeep.moved)
        s->upkeep.moved = order->move.moved;
}

enum db_result upkeep_end(struct store *s, struct err *e)
{
    sqlite3_busy_timeout(s->db.h, 100); /* readers may stay: then the log is left as it is */
    int rc = sqlite3_wal_checkpoint_v2(s->db.h, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return (rc & 0xff) == SQLITE_BUSY ? DB_OK : db_sort(&s->db, rc, "moving the log into the database", e);
}

/* ---- deduplication keys: into their table, and out of it after 90 days ---- */

static enum db_result fold_some(struct store *s, void *ret_at, struct err *e)
{
    return known_fold_some(&s->known, &s->db, ret_at, e);
}

static enum db_result fold_step(struct store *s, struct err *e)
{
    size_t at;
    if (!known_is_folding(&s->known)) {
        s->upkeep.fold_all = false;
        known_fold(&s->known);
    }
    if (!known_is_folding(&s->known))
        return DB_OK;
    enum db_result r = group_around(s, fold_some, &at, e);
    if (r == DB_OK)
        known_folded(&s->known, at);
    return r;
}

/* Of events, in the same part of all keys; those beyond the last one with the end of the sweep. */
static enum db_result sweep_events(struct store *s, const uint8_t *last, msec_t oldest, struct err *e)
{
    uint8_t end[DEDUP_KEY_LEN];
    memset(end, 0xff, sizeof end);
    struct cur c = cur_on(&s->db, SQL_SAME_OLD_DROP);
    cur_blob(&c, s->upkeep.sweep_key, DEDUP_KEY_LEN);
    cur_blob(&c, last ? last : end, DEDUP_KEY_LEN);
    cur_int(&c, oldest);
    enum db_result r = cur_run(&c, e);
    if (r != DB_OK || last)
        return r;
    c = cur_on(&s->db, SQL_MADE_OLD_DROP);
    cur_int(&c, oldest);
    return cur_run(&c, e);
}

static enum db_result sweep(struct store *s, void *ctx, struct err *e)
{
    struct upkeep *u = &s->upkeep;
    msec_t *oldest = ctx;
    uint8_t last[DEDUP_KEY_LEN] = {0};
    int rc, n = 0, old = 0;
    struct cur c = cur_on(&s->db, SQL_DEDUP_SCAN);
    cur_blob(&c, u->sweep_key, DEDUP_KEY_LEN);
    for (; (rc = cur_next(&c, e)) > 0; n++) {
        struct sv key = col_blob(&c);
        memcpy(last, key.p, key.n < DEDUP_KEY_LEN ? key.n : DEDUP_KEY_LEN);
        old += col_int(&c) < *oldest;
    }
    if (rc < 0)
        return e->cls == ERR_TRANSIENT ? DB_LATER : DB_BROKEN;
    if (old) {
        c = cur_on(&s->db, SQL_DEDUP_DROP);
        cur_blob(&c, u->sweep_key, DEDUP_KEY_LEN);
        cur_blob(&c, last, DEDUP_KEY_LEN);
        cur_int(&c, *oldest);
        if ((rc = (int)cur_run(&c, e)) != DB_OK)
            return (enum db_result)rc;
    }
    if ((rc = (int)sweep_events(s, n ? last : NULL, *oldest, e)) != DB_OK)
        return (enum db_result)rc;
    u->sweeping = n > 0;
    memcpy(u->sweep_key, last, DEDUP_KEY_LEN);
    return DB_OK;
}

static enum db_result sweep_step(struct store *s, struct err *e)
{
    struct upkeep *u = &s->upkeep;
    msec_t oldest = clk_wall_ms() - DEDUP_AGE;
    if (!u->sweeping)
        memset(u->sweep_key, 0, sizeof u->sweep_key);
    enum db_result r = group_around(s, sweep, &oldest, e);
    if (r == DB_OK && !u->sweeping)
        u->sweep_at = clk_mono_ms() + SWEEP_EVERY;
    return r;
}

/* ---- retention ---- */

struct phase {
    enum sql find; /* (id, state) above one id and below another */
    const enum sql *drop;
    size_t n_drop;
    const char *keep; /* rows of this state stay; NULL = `only` counts */
    const char *only; /* rows of this state go */
};

static const enum sql drop_body[] = {SQL_BODY_DROP};
static const enum sql drop_delivery[] = {SQL_BODY_DROP, SQL_DECISION_DROP, SQL_DELIVERY_DROP};
static const enum sql drop_run[] = {SQL_ATTEMPTS_DROP, SQL_STEPS_DROP,   SQL_CHECKPOINTS_DROP,
                                    SQL_JOBS_DROP,     SQL_EFFECTS_DROP, SQL_JOURNAL_DROP,
                                    SQL_RECOVERIES_DROP, SQL_APPROVALS_DROP, SQL_RUN_DROP};
static const struct phase phases[] = {
    [RETAIN_BODIES] = {SQL_OLD_BODIES, drop_body, ARRAY_LEN(drop_body), "received", NULL},
    [RETAIN_DELIVERIES] = {SQL_OLD_DELIVERIES, drop_delivery, ARRAY_LEN(drop_delivery), "received", NULL},
    [RETAIN_RUNS] = {SQL_OLD_RUNS, drop_run, ARRAY_LEN(drop_run), NULL, "done"},
};

static enum db_result drop_row(struct store *s, const struct phase *p, int64_t id, struct err *e)
{
    enum db_result r = DB_OK;
    for (size_t i = 0; r == DB_OK && i < p->n_drop; i++) {
        struct cur c = cur_on(&s->db, p->drop[i]);
        cur_int(&c, id);
        r = cur_run(&c, e);
    }
    return r;
}

static msec_t age_of(const struct upkeep *u)
{
    return u->phase == RETAIN_BODIES       ? u->ages.bodies
           : u->phase == RETAIN_DELIVERIES ? u->ages.deliveries
                                           : u->ages.runs;
}

static enum db_result drop_some(struct store *s, void *ctx, struct err *e)
{
    struct upkeep *u = &s->upkeep;
    const struct phase *p = &phases[u->phase];
    int64_t ids[128];
    int rc, n = 0, seen = 0;
    int64_t *last = ctx;
    struct cur c = cur_on(&s->db, p->find);
    cur_int(&c, u->retain_id);
    /* Ids rise with time, so the age needs no index of its own. A row whose keys only memory has stays. */
    int64_t end = id_next(&(struct id_gen){0}, u->retain_now - age_of(u), 0);
    cur_int(&c, u->phase == RETAIN_DELIVERIES && end > s->known.folded ? s->known.folded + 1 : end);
    while ((rc = cur_next(&c, e)) > 0) {
        seen++;
        *last = col_int(&c);
        const char *state = col_text(&c);
        bool goes = p->only ? sv_is(sv_of(state), p->only) : !sv_is(sv_of(state), p->keep);
        if (goes && n < (int)ARRAY_LEN(ids))
            ids[n++] = *last;
    }
    if (rc < 0)
        return e->cls == ERR_TRANSIENT ? DB_LATER : DB_BROKEN;
    if (!seen)
        *last = 0;
    enum db_result r = DB_OK;
    for (int i = 0; r == DB_OK && i < n; i++)
        r = drop_row(s, p, ids[i], e);
    return r;
}

static enum db_result retain_step(struct store *s, struct err *e)
{
    struct upkeep *u = &s->upkeep;
    int64_t last = 0;
    enum db_result r = age_of(u) ? group_around(s, drop_some, &last, e) : DB_OK;
    if (r != DB_OK)
        return r;
    u->retain_id = last;
    if (!last)
        u->phase = u->phase == RETAIN_RUNS ? RETAIN_NOTHING : u->phase + 1;
    return DB_OK;
}

/* ---- what is next ---- */

static enum db_result batch(struct store *s, struct err *e)
{
    if (s->upkeep.fold_all || known_is_folding(&s->known))
        return fold_step(s, e);
    return s->upkeep.phase != RETAIN_NOTHING ? retain_step(s, e) : sweep_step(s, e);
}

enum db_result upkeep_step(struct store *s, struct err *e)
{
    struct upkeep *u = &s->upkeep;
    u->last = clk_mono_ms();
    if (batch_due(u) || u->sweep_at <= u->last)
        return batch(s, e);
    if (known_is_worth_folding(&s->known))
        return fold_step(s, e);
    return unmoved(u) > 0 ? move_log(s, e) : DB_OK;
}

enum db_result upkeep_urgent(struct store *s, struct err *e)
{
    struct upkeep *u = &s->upkeep;
    if (!u->moving && (unmoved(u) >= WAL_BOUND || (u->wal_pages >= WAL_LONG && unmoved(u) > 0)))
        return move_log(s, e);
    if (known_is_behind(&s->known))
        return fold_step(s, e);
    msec_t now = clk_mono_ms();
    bool due = batch_due(u) || u->sweep_at <= now;
    return due && now - u->last >= PUT_OFF ? upkeep_step(s, e) : DB_OK;
}
