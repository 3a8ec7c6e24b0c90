/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a group of failures, and its failures, as JSON: few rows of each kind, each found by an index. */
#include <stdio.h>
#include <stdlib.h>
#include "store/sqlite/error_group.h"
#include "store/sqlite/json_row.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/row.h"

/* ---- a group ---- */

/* What is not JSON would make the whole answer none. */
static void put_raw(struct jout *o, const char *key, const char *json)
{
    struct err ignored;
    bool whole = json && json_validate(sv_of(json), NULL, &ignored) == 0;
    jout_key(o, key);
    jout_raw(o, whole ? sv_of(json) : SV("null"));
}

static int put_first(struct reader *r, const struct error_group *g, struct jout *o, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_ERROR_FIRST);
    cur_text(&c, g->error);
    int rc = cur_next(&c, e);
    msec_t at = rc > 0 ? col_int(&c) : g->first_at;
    json_time(o, "first_at", at < g->first_at ? at : g->first_at);
    cur_end(&c);
    return rc;
}

/* Counts outlive the attempts. */
static int put_newest(struct reader *r, const struct error_group *g, struct jout *o, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_ERROR_NEWEST);
    cur_int(&c, g->newest);
    int rc = cur_next(&c, e);
    jout_kid(o, "attempt", rc > 0 ? g->newest : 0);
    jout_kid(o, "step", rc > 0 ? col_int(&c) : 0);
    jout_kstrz(o, "detail", rc > 0 ? col_text(&c) : NULL);
    put_raw(o, "evidence", rc > 0 ? col_text(&c) : NULL);
    cur_end(&c);
    return rc;
}

static int put_run(struct reader *r, int64_t id, struct jout *o, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_ERROR_RUN);
    cur_int(&c, id);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc;
    jout_open(o, '{');
    jout_kid(o, "id", id);
    jout_kstrz(o, "workflow", col_text(&c));
    jout_kint(o, "number", col_int(&c));
    jout_kstrz(o, "state", col_text(&c));
    const char *end = col_text(&c);
    jout_kstrz(o, "conclusion", end && end[0] ? end : NULL);
    jout_close(o, '}');
    cur_end(&c);
    return 0;
}

static int put_runs(struct reader *r, const struct error_group *g, struct jout *o, struct err *e)
{
    enum { LOOKED_AT = 8 }; /* one run may have many such attempts */
    int64_t runs[ERROR_RUNS];
    int n = 0, rc;
    struct cur c = cur_on(&r->db, SQL_ERROR_RUNS);
    cur_text(&c, g->error);
    cur_int(&c, LOOKED_AT);
    while ((rc = cur_next(&c, e)) > 0 && n < ERROR_RUNS) {
        int64_t id = col_int(&c);
        bool known = false;
        for (int i = 0; i < n; i++)
            known |= runs[i] == id;
        if (!known)
            runs[n++] = id;
    }
    cur_end(&c);
    jout_key(o, "runs");
    jout_open(o, '[');
    for (int i = 0; rc >= 0 && i < n; i++)
        rc = put_run(r, runs[i], o, e);
    jout_close(o, ']');
    return rc;
}

static int put_tries(struct reader *r, const struct error_group *g, struct jout *o, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_ERROR_TRIES);
    cur_text(&c, g->error);
    int rc = cur_next(&c, e);
    jout_kint(o, "passed", rc > 0 ? col_int(&c) : 0);
    jout_kint(o, "failed", rc > 0 ? col_int(&c) : 0);
    cur_end(&c);
    return rc;
}

struct done { /* what was done, and what came of it */
    char strategy[32], outcome[16];
    int n;
};

static int put_recoveries(struct reader *r, const struct error_group *g, struct jout *o, struct err *e)
{
    struct done all[16] = {0};
    int n = 0, rc;
    struct cur c = cur_on(&r->db, SQL_ERROR_RECOVERIES);
    cur_text(&c, g->error);
    cur_int(&c, ERROR_RECOVERIES);
    while ((rc = cur_next(&c, e)) > 0) {
        const char *strategy = col_text(&c), *outcome = col_text(&c);
        int i = 0;
        while (i < n && (strcmp(all[i].strategy, strategy) != 0 || strcmp(all[i].outcome, outcome) != 0))
            i++;
        if (i == (int)ARRAY_LEN(all))
            continue;
        if (i == n) {
            snprintf(all[i].strategy, sizeof all[i].strategy, "%s", strategy);
            snprintf(all[i].outcome, sizeof all[i].outcome, "%s", outcome);
            n++;
        }
        all[i].n++;
    }
    jout_key(o, "recoveries");
    jout_open(o, '[');
    for (int i = 0; i < n; i++) {
        jout_open(o, '{');
        jout_kstrz(o, "strategy", all[i].strategy);
        jout_kstrz(o, "outcome", all[i].outcome);
        jout_kint(o, "count", all[i].n);
        jout_close(o, '}');
    }
    jout_close(o, ']');
    return rc;
}

struct place {
    const char *repo, *workflow;
    int64_t n;
    msec_t last_at;
};

static int most_first(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    return a->n != b->n ? (a->n < b->n ? 1 : -1) : a->last_at != b->last_at ? (a->last_at < b->last_at ? 1 : -1) : 0;
}

static void put_place_of(const struct place *p, struct jout *o)
{
    jout_open(o, '{');
    jout_kstrz(o, "repository", p->repo && p->repo[0] ? p->repo : NULL);
    jout_kstrz(o, "workflow", p->workflow);
    jout_kint(o, "count", p->n);
    json_time(o, "last_at", p->last_at);
    jout_close(o, '}');
}

static int put_places(struct reader *r, const struct error_group *g, int most, struct jout *o, struct err *e)
{
    AUTO(arena_free) struct arena a = {0};
    struct place all[ERROR_PLACES_ALL] = {0};
    struct cur c = cur_on(&r->db, SQL_ERROR_PLACES);
    int n = 0, rc;
    cur_text(&c, g->error);
    cur_int(&c, ERROR_PLACES_ALL);
    while ((rc = cur_next(&c, e)) > 0) {
        struct place *p = &all[n++];
        p->repo = arena_strdup(&a, col_text(&c));
        p->workflow = arena_strdup(&a, col_text(&c));
        p->n = col_int(&c);
        p->last_at = col_int(&c);
    }
    qsort(all, (size_t)n, sizeof *all, most_first);
    jout_key(o, "places");
    jout_open(o, '[');
    for (int i = 0; i < n && i < most; i++)
        put_place_of(&all[i], o);
    jout_close(o, ']');
    jout_kint(o, "places_known", n);
    return rc;
}

static void put_trend(const struct error_group *g, int buckets, const struct error_page *page, struct jout *o)
{
    jout_key(o, "trend");
    jout_open(o, '[');
    for (int i = 0; i < buckets; i++) {
        if (page->since + i * page->step < page->counted_from)
            jout_null(o);
        else
            jout_int(o, g->trend[i]);
    }
    jout_close(o, ']');
}

int error_group_json(struct reader *r, const struct error_group *g, const struct error_ask *ask,
                     const struct error_page *page, struct jout *o, struct err *e)
{
    jout_open(o, '{');
    jout_kstrz(o, "fingerprint", g->error);
    jout_kstrz(o, "class", g->class);
    jout_kint(o, "count", g->n);
    json_time(o, "last_at", g->last_at);
    if (put_first(r, g, o, e) < 0 || put_newest(r, g, o, e) < 0 || put_runs(r, g, o, e) < 0 ||
        put_tries(r, g, o, e) < 0 || put_recoveries(r, g, o, e) < 0 ||
        put_places(r, g, ask->error ? ERROR_PLACES_ALL : ERROR_PLACES, o, e) < 0)
        return -1;
    put_trend(g, ask->buckets, page, o);
    jout_close(o, '}');
    return 0;
}

/* ---- its failures ---- */

static void put_place(struct cur *c, const struct attempt *t, struct jout *o)
{
    jout_kid(o, "run", t->run_id);
    jout_kid(o, "job", t->job_id);
    jout_kid(o, "step", t->step_id);
    jout_kstrz(o, "workflow", col_text(c));
    jout_kint(o, "number", col_int(c));
    jout_kstrz(o, "ref", col_text(c));
    const char *run_end = col_text(c);
    jout_kstrz(o, "run_conclusion", run_end && run_end[0] ? run_end : NULL);
    jout_kstrz(o, "repository", col_text(c));
    jout_kstrz(o, "job_key", col_text(c));
    jout_kstrz(o, "step_name", col_text(c));
    const char *step_end = col_text(c);
    jout_kstrz(o, "step_conclusion", step_end && step_end[0] ? step_end : NULL);
}

int read_error_attempts(struct reader *r, const char *error, int64_t before, int limit, row_fn *row, void *ctx,
                        struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    struct cur c = cur_on(&r->db, SQL_ERROR_ATTEMPTS);
    int rc;
    cur_text(&c, error);
    cur_int(&c, before ? before : INT64_MAX);
    cur_int(&c, limit);
    while ((rc = cur_next(&c, e)) > 0) {
        AUTO(arena_free) struct arena a = {0};
        struct attempt t;
        struct jout o = {.buf = &text};
        buf_clear(&text);
        if ((rc = row_attempt(&c, &a, &t, e)) < 0)
            break;
        json_attempt(&o, &t);
        text.n--; /* goes on behind its members */
        o.comma = true;
        put_place(&c, &t, &o);
        jout_close(&o, '}');
        row(ctx, buf_view(&text));
    }
    cur_end(&c);
    return rc;
}
