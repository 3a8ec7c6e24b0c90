/* SPDX-License-Identifier: Apache-2.0 */
#include "store/journal.h"
#include "store/sqlite/json_row.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/row.h"

enum { LIMIT_MAX = 1001 }; /* one more than a page has: whether there is another one */

typedef int write_fn(struct cur *c, struct arena *a, struct jout *o, struct err *e);

static int write_delivery(struct cur *c, struct arena *a, struct jout *o, struct err *e)
{
    struct delivery d;
    if (row_delivery(c, a, &d, e) < 0)
        return -1;
    json_delivery(o, &d);
    return 0;
}

static int write_run(struct cur *c, struct arena *a, struct jout *o, struct err *e)
{
    struct run r;
    if (row_run(c, a, &r, e) < 0)
        return -1;
    json_run_open(o, &r);
    jout_close(o, '}');
    return 0;
}

static int write_effect(struct cur *c, struct arena *a, struct jout *o, struct err *e)
{
    struct effect x;
    if (row_effect(c, a, &x, e) < 0)
        return -1;
    json_effect(o, &x);
    return 0;
}

static int write_recovery(struct cur *c, struct arena *a, struct jout *o, struct err *e)
{
    struct recovery x;
    if (row_recovery(c, a, &x, e) < 0)
        return -1;
    json_recovery(o, &x);
    return 0;
}

/* The name is repository, job and test, with newlines between. */
static int write_flaky(struct cur *c, struct arena *a, struct jout *o, struct err *e)
{
    struct sv name = sv_of(arena_strdup(a, col_text(c))), part;
    (void)e;
    jout_open(o, '{');
    jout_kstr(o, "repository", sv_next(&name, '\n', &part) ? part : SV_NONE);
    jout_kstr(o, "job", sv_next(&name, '\n', &part) ? part : SV_NONE);
    jout_kstr(o, "id", name);
    jout_kint(o, "flips", col_int(c));
    jout_kint(o, "greens", col_int(c));
    json_time(o, "last_at", col_int(c));
    jout_close(o, '}');
    return 0;
}

static bool is_one_of(const char *z, const char *const names[], int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(z, names[i]) == 0)
            return true;
    return false;
}

static enum sql query_deliveries(const char *filter)
{
    if (!filter)
        return SQL_LIST_DELIVERIES;
    bool common = strcmp(filter, "matched") == 0 || strcmp(filter, "ignored") == 0;
    return common ? SQL_LIST_DELIVERIES_BY_STATE : SQL_LIST_DELIVERIES_UNCOMMON;
}

static enum sql query_runs(const char *filter)
{
    if (!filter)
        return SQL_LIST_RUNS;
    if (strcmp(filter, "done") == 0)
        return SQL_LIST_RUNS_DONE;
    return is_one_of(filter, work_state_name, WORK_STATE_N) ? SQL_LIST_RUNS_OPEN : SQL_LIST_RUNS_BY_CONCLUSION;
}

static enum sql query_effects(const char *filter)
{
    if (!filter)
        return SQL_LIST_EFFECTS;
    bool settled = strcmp(filter, "sent") == 0 || strcmp(filter, "coalesced") == 0;
    return settled ? SQL_LIST_EFFECTS_BY_STATE : SQL_LIST_EFFECTS_UNSETTLED;
}

enum sql list_query(enum listing what, const char *state)
{
    return what == LIST_DELIVERIES ? query_deliveries(state)
           : what == LIST_RUNS     ? query_runs(state)
           : what == LIST_EFFECTS  ? query_effects(state)
           : state                 ? SQL_LIST_RECOVERIES_BY_OUTCOME
                                   : SQL_LIST_RECOVERIES;
}

static int each_row(struct cur *c, write_fn *write, row_fn *row, void *ctx, struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    int rc;
    while ((rc = cur_next(c, e)) > 0) {
        AUTO(arena_free) struct arena a = {0};
        struct jout o = {.buf = &text};
        buf_clear(&text);
        if ((rc = write(c, &a, &o, e)) < 0)
            break;
        row(ctx, buf_view(&text));
    }
    cur_end(c);
    return rc;
}

struct bare { /* rows without their places */
    row_fn *row;
    void *ctx;
};

static void on_journal(void *ctx, const struct journal_row *x)
{
    struct bare *b = ctx;
    b->row(b->ctx, x->json);
}

static int list_journal(struct reader *r, const char *filter, int64_t after, int limit, row_fn *row, void *ctx,
                        struct err *e)
{
    struct bare b = {row, ctx};
    int64_t run = 0;
    if (filter && (!sv_int(sv_of(filter), &run) || run == 0))
        return err_set(e, ERR_INVALID, "not the id of a run");
    return read_journal(r, run, after, limit, on_journal, &b, e);
}

static int list_flaky(struct reader *r, const char *after, int limit, row_fn *row, void *ctx, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_LIST_FLAKY);
    cur_must_text(&c, after);
    cur_int(&c, limit);
    return each_row(&c, write_flaky, row, ctx, e);
}

int read_list(struct reader *r, enum listing what, const char *filter, int64_t before, int limit, row_fn *row,
              void *ctx, struct err *e)
{
    static write_fn *const writers[] = {[LIST_DELIVERIES] = write_delivery,
                                        [LIST_RUNS] = write_run,
                                        [LIST_EFFECTS] = write_effect,
                                        [LIST_RECOVERIES] = write_recovery};
    limit = limit < 0 ? 0 : limit > LIMIT_MAX ? LIMIT_MAX : limit;
    if (what == LIST_JOURNAL)
        return list_journal(r, filter, before, limit, row, ctx, e);
    if (what == LIST_FLAKY)
        return list_flaky(r, filter, limit, row, ctx, e);
    if ((size_t)what >= ARRAY_LEN(writers))
        return err_set(e, ERR_BUG, "no such list");
    struct cur c = cur_on(&r->db, list_query(what, filter));
    cur_int(&c, before ? before : INT64_MAX);
    if (filter)
        cur_text(&c, filter);
    cur_int(&c, limit);
    return each_row(&c, writers[what], row, ctx, e);
}
