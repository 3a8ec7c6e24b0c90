/* SPDX-License-Identifier: Apache-2.0 */
/* The newest runs: of a delivery, and of the branch of a repository. */
#include "base/map.h"
#include "store/sqlite/json_row.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/row.h"

int read_runs_of_delivery(struct reader *r, int64_t delivery, int limit, row_fn *row, void *ctx, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_RUNS_OF_DELIVERY);
    int rc;
    cur_int(&c, delivery);
    cur_int(&c, limit);
    while ((rc = cur_next(&c, e)) > 0) {
        AUTO(arena_free) struct arena a = {0};
        AUTO(buf_free) struct buf text = {0};
        struct jout o = {.buf = &text};
        struct run x;
        if ((rc = row_run(&c, &a, &x, e)) < 0)
            break;
        json_run_open(&o, &x);
        jout_close(&o, '}');
        row(ctx, buf_view(&text));
    }
    cur_end(&c);
    return rc;
}

struct newest {
    int64_t id, number, created_at, ended_at;
    const char *workflow, *ref, *state, *conclusion, *event, *sha;
};

static struct newest take(struct cur *c, struct arena *a)
{
    struct newest x = {.id = col_int(c)};
    x.workflow = arena_strdup(a, col_text(c));
    x.ref = arena_strdup(a, col_text(c));
    x.number = col_int(c);
    x.state = arena_strdup(a, col_text(c));
    x.conclusion = arena_strdup(a, col_text(c));
    x.event = arena_strdup(a, col_text(c));
    x.sha = arena_strdup(a, col_text(c));
    x.created_at = col_int(c);
    x.ended_at = col_int(c);
    return x;
}

static void tell(const struct newest *x, row_fn *row, void *ctx)
{
    AUTO(buf_free) struct buf text = {0};
    struct jout o = {.buf = &text};
    jout_open(&o, '{');
    jout_kid(&o, "run", x->id);
    jout_kstrz(&o, "workflow", x->workflow);
    jout_kint(&o, "number", x->number);
    jout_kstrz(&o, "state", x->state);
    jout_kstrz(&o, "conclusion", x->conclusion && x->conclusion[0] ? x->conclusion : NULL);
    jout_kstrz(&o, "event", x->event);
    jout_kstrz(&o, "sha", x->sha);
    json_time(&o, "created_at", x->created_at);
    json_time(&o, "ended_at", x->ended_at);
    jout_close(&o, '}');
    row(ctx, buf_view(&text));
}

int read_runs_of_branch(struct reader *r, const char *repo_id, const char *ref, int look, row_fn *row, void *ctx,
                        struct err *e)
{
    AUTO(map_free) struct map seen = {0};
    AUTO(arena_free) struct arena kept = {0};
    struct cur c = cur_on(&r->db, SQL_RUNS_OF_BRANCH);
    int rc, n = 0;
    cur_must_text(&c, repo_id);
    cur_int(&c, look);
    while ((rc = cur_next(&c, e)) > 0) {
        AUTO(arena_free) struct arena a = {0};
        struct newest x = take(&c, &a);
        n++;
        if (x.ref && x.ref[0] && strcmp(x.ref, ref) != 0)
            continue;
        if (!map_put(&seen, sv_of(arena_strdup(&kept, x.workflow)), &kept))
            tell(&x, row, ctx);
    }
    cur_end(&c);
    return rc < 0 ? -1 : n == look;
}
