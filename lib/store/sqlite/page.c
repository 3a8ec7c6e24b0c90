/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of filtered lists. The most telling filter leads through an index; the others are held against the rows, so
 * many that no page takes long. */
#include "store/sqlite/json_row.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/row.h"

enum { SCAN_MOST = 2000, SCAN_MOST_LED = 1000 }; /* led by an index, each row is on a page of its own */

struct scan {
    const struct list_filter *f;
    struct db *db;
    struct cur c;
    struct arena a; /* of one row */
    struct buf text;
    int64_t id; /* of the row */
    int most;   /* rows that are looked at */
};

static bool fits(const char *want, const char *have)
{
    return !want || (have && strcmp(want, have) == 0);
}

/* 1 = the row is wanted and written, 0 = it is not wanted. */
typedef int take_fn(struct scan *s, struct err *e);

/* What a delivery was found to mean, in a few words, so that one is told from another. */
enum { GIST_ACTION, GIST_REPOSITORY, GIST_REF, GIST_TITLE, GIST_SENDER, GIST_N };

static int read_gist(struct scan *s, const char *ret[GIST_N], struct err *e)
{
    struct cur c = cur_on(s->db, SQL_DECISION_GIST);
    cur_int(&c, s->id);
    int rc = cur_next(&c, e);
    for (int i = 0; i < GIST_N; i++)
        ret[i] = rc > 0 ? arena_strdup(&s->a, col_text(&c)) : NULL;
    if (rc > 0)
        cur_end(&c);
    return rc < 0 ? -1 : 0;
}

static void put_delivery(struct scan *s, const struct delivery *d, const char *const gist[GIST_N])
{
    static const char *const keys[] = {"action", "repository", "ref", "title", "sender"};
    struct jout o = {.buf = &s->text};
    json_delivery_open(&o, d);
    for (int i = 0; i < GIST_N; i++)
        jout_kstrz(&o, keys[i], gist[i]);
    jout_close(&o, '}');
}

static int take_delivery(struct scan *s, struct err *e)
{
    struct delivery d;
    const char *gist[GIST_N];
    if (row_delivery(&s->c, &s->a, &d, e) < 0)
        return -1;
    s->id = d.id;
    if (!fits(s->f->state, delivery_state_name[d.state]) || !fits(s->f->forge, d.forge) ||
        !fits(s->f->event, d.event) || !fits(s->f->source, delivery_source_name[d.source]))
        return 0;
    if (read_gist(s, gist, e) < 0)
        return -1;
    if (!fits(s->f->repository, gist[GIST_REPOSITORY]))
        return 0;
    put_delivery(s, &d, gist);
    return 1;
}

static int take_run(struct scan *s, struct err *e)
{
    struct run r;
    struct jout o = {.buf = &s->text};
    const struct list_filter *f = s->f;
    if (row_run(&s->c, &s->a, &r, e) < 0)
        return -1;
    s->id = r.id;
    bool state = fits(f->state, work_state_name[r.state]) ||
                 (r.state == WORK_DONE && fits(f->state, conclusion_name[r.conclusion]));
    if (!state || !fits(f->workflow, r.workflow) || !fits(f->repository, r.repo_id) || !fits(f->event, r.event) ||
        !fits(f->ref, r.ref) || !fits(f->sha, r.sha))
        return 0;
    json_run_open(&o, &r);
    jout_close(&o, '}');
    return 1;
}

static int take_effect(struct scan *s, struct err *e)
{
    struct effect x;
    struct jout o = {.buf = &s->text};
    if (row_effect(&s->c, &s->a, &x, e) < 0)
        return -1;
    s->id = x.id;
    if (!fits(s->f->state, effect_state_name[x.state]) || !fits(s->f->kind, effect_kind_name[x.kind]) ||
        !fits(s->f->forge, x.forge) || !fits(s->f->repo, x.repo))
        return 0;
    json_effect(&o, &x);
    return 1;
}

static int take_recovery(struct scan *s, struct err *e)
{
    struct recovery x;
    struct jout o = {.buf = &s->text};
    if (row_recovery(&s->c, &s->a, &x, e) < 0)
        return -1;
    s->id = x.id;
    if (!fits(s->f->state, recovery_outcome_name[x.outcome]) ||
        !fits(s->f->strategy, recovery_strategy_name[x.strategy]) || !fits(s->f->class, failure_class_name[x.class]))
        return 0;
    json_recovery(&o, &x);
    return 1;
}

/* What leads through the runs: the query, and what it takes before the id; SQL_N = nothing does. */
struct lead {
    enum sql query;
    const char *one, *two;
};

/* Open runs are few, and so are those of a commit; of those that are over the workflow's, the repository's and the
 * branch's are fewer than those that ended so. */
static struct lead lead_of(const struct list_filter *f, enum sql by_state)
{
    if (by_state == SQL_LIST_RUNS_OPEN)
        return (struct lead){.query = SQL_N};
    if (f->sha)
        return (struct lead){SQL_LIST_RUNS_OF_COMMIT, f->sha, NULL};
    if (f->repository && f->workflow)
        return (struct lead){SQL_LIST_RUNS_OF_BOTH, f->repository, f->workflow};
    if (by_state == SQL_LIST_RUNS_BY_CONCLUSION && (f->workflow || f->repository))
        return f->workflow ? (struct lead){SQL_LIST_RUNS_OF_WORKFLOW_BY_CONCLUSION, f->workflow, f->state}
                           : (struct lead){SQL_LIST_RUNS_OF_REPOSITORY_BY_CONCLUSION, f->repository, f->state};
    if (f->workflow || f->repository)
        return f->workflow ? (struct lead){SQL_LIST_RUNS_OF_WORKFLOW, f->workflow, NULL}
                           : (struct lead){SQL_LIST_RUNS_OF_REPOSITORY, f->repository, NULL};
    return f->ref ? (struct lead){SQL_LIST_RUNS_OF_REF, f->ref, NULL} : (struct lead){.query = SQL_N};
}

static struct cur begin(struct reader *r, enum listing what, const struct list_filter *f, int64_t before, int *ret_most)
{
    enum sql by_state = list_query(what, f->state);
    struct lead led = what == LIST_RUNS ? lead_of(f, by_state) : (struct lead){.query = SQL_N};
    struct cur c = cur_on(&r->db, led.query == SQL_N ? by_state : led.query);
    if (led.one)
        cur_text(&c, led.one);
    if (led.two)
        cur_text(&c, led.two);
    cur_int(&c, before);
    if (led.query == SQL_N && f->state)
        cur_text(&c, f->state);
    *ret_most = led.query == SQL_N ? SCAN_MOST : SCAN_MOST_LED;
    cur_int(&c, *ret_most + 1);
    return c;
}

static int take_rows(struct scan *s, take_fn *take, struct list_page *page, row_fn *row, void *ctx, struct err *e)
{
    int rc, seen = 0, shown = 0;
    int64_t last = 0;
    while ((rc = cur_next(&s->c, e)) > 0) {
        if (shown == page->limit || seen == s->most) {
            page->next = last;
            rc = 0;
            break;
        }
        buf_clear(&s->text);
        rc = take(s, e);
        arena_free(&s->a);
        if (rc < 0)
            break;
        if (rc > 0)
            row(ctx, buf_view(&s->text));
        shown += rc;
        seen++;
        last = s->id;
    }
    cur_end(&s->c);
    return rc;
}

int read_page(struct reader *r, enum listing what, const struct list_filter *f, struct list_page *page, row_fn *row,
              void *ctx, struct err *e)
{
    static take_fn *const takes[] = {[LIST_DELIVERIES] = take_delivery,
                                     [LIST_RUNS] = take_run,
                                     [LIST_EFFECTS] = take_effect,
                                     [LIST_RECOVERIES] = take_recovery};
    struct scan s = {.f = f, .db = &r->db};
    page->next = 0;
    if (page->limit < 1 || (size_t)what >= ARRAY_LEN(takes))
        return err_set(e, ERR_BUG, "no such page");
    s.c = begin(r, what, f, page->before ? page->before : INT64_MAX, &s.most);
    int rc = take_rows(&s, takes[what], page, row, ctx, e);
    buf_free(&s.text);
    return rc;
}
