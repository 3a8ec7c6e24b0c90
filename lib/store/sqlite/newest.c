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
    const char *workflow, *state, *conclusion, *event, *sha;
};
struct branch { /* its newest runs, one a workflow */
    struct reader *r;
    const char *repo_id;
    struct arena a;
    struct map by_workflow; /* struct newest */
    int most;
    bool more;
};

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

/* In the order of their names; 1 = there is none behind `last`. */
static int next_workflow(struct branch *b, const char *ref, const char *last, const char **ret, struct err *e)
{
    struct cur c = cur_on(&b->r->db, SQL_WORKFLOW_OF_BRANCH);
    cur_must_text(&c, b->repo_id);
    cur_text(&c, ref);
    cur_must_text(&c, last);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc < 0 ? -1 : 1;
    *ret = arena_strdup(&b->a, col_text(&c));
    cur_end(&c);
    return 0;
}

static int newest_of(struct branch *b, const char *ref, const char *workflow, struct err *e)
{
    struct cur c = cur_on(&b->r->db, SQL_NEWEST_OF_BRANCH);
    cur_must_text(&c, b->repo_id);
    cur_text(&c, ref);
    cur_must_text(&c, workflow);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc;
    struct newest *had = map_get(&b->by_workflow, sv_of(workflow)), *x = arena_new(&b->a, sizeof *x);
    *x = (struct newest){.id = col_int(&c), .workflow = workflow};
    x->number = col_int(&c);
    x->state = arena_strdup(&b->a, col_text(&c));
    x->conclusion = arena_strdup(&b->a, col_text(&c));
    x->event = arena_strdup(&b->a, col_text(&c));
    x->sha = arena_strdup(&b->a, col_text(&c));
    x->created_at = col_int(&c);
    x->ended_at = col_int(&c);
    cur_end(&c);
    if (!had || had->id < x->id)
        map_put(&b->by_workflow, sv_of(workflow), x);
    return 0;
}

/* From workflow to workflow by the index: however many runs there are, each costs two steps down. */
static int look(struct branch *b, const char *ref, struct err *e)
{
    const char *last = "";
    int rc = 0;
    for (int n = 0; n < b->most && (rc = next_workflow(b, ref, last, &last, e)) == 0; n++)
        if ((rc = newest_of(b, ref, last, e)) < 0)
            return -1;
    b->more |= rc == 0;
    return rc < 0 ? -1 : 0;
}

int read_runs_of_branch(struct reader *r, const char *repo_id, const char *ref, int most, row_fn *row, void *ctx,
                        struct err *e)
{
    struct branch b = {.r = r, .repo_id = repo_id, .most = most};
    struct sv key;
    void *v;
    int rc = look(&b, ref, e) < 0 || look(&b, NULL, e) < 0 ? -1 : b.more;
    for (size_t at = 0; rc >= 0 && map_each(&b.by_workflow, &at, &key, &v);)
        tell(v, row, ctx);
    map_free(&b.by_workflow);
    arena_free(&b.a);
    return rc;
}
