/* SPDX-License-Identifier: Apache-2.0 */
/* The picture of graph_svg.c for those who draw it themselves: the same boxes at the same places. */
#include "fmt/json.h"
#include "server/api/run_boxes.h"

static void put_time_or_null(struct jout *j, const char *key, msec_t ms)
{
    jout_key(j, key);
    if (ms)
        jout_int(j, ms);
    else
        jout_null(j);
}

static void put_box(struct jout *j, const struct boxes *b, size_t i, msec_t now)
{
    const struct box *x = &b->at[i];
    const struct job *job = x->job;
    jout_open(j, '{');
    jout_kid(j, "job", job->id);
    jout_kstrz(j, "key", job->key);
    jout_kstrz(j, "name", job->name && *job->name ? job->name : job->key);
    jout_kstrz(j, "kind", job_kind_name[job->kind]);
    jout_kstrz(j, "repository", job->repo_id);
    jout_kstrz(j, "state", work_state_name[job->state]);
    jout_kstrz(j, "conclusion", job->conclusion == CONC_NONE ? NULL : conclusion_name[job->conclusion]);
    jout_kstrz(j, "hold", job->hold ? job_hold_name[job->hold] : NULL);
    jout_kstrz(j, "detail", job->detail);
    jout_kint(j, "x", placing_left(&b->placing, i));
    jout_kint(j, "y", placing_top(&b->placing, i));
    jout_kint(j, "w", BOX_WIDTH);
    jout_kint(j, "h", BOX_HEIGHT);
    jout_kbool(j, "critical", b->layout.critical[i]);
    jout_kint(j, "ms", box_time(job, now));
    put_time_or_null(j, "estimate_ms", job->estimate_ms);
    jout_kint(j, "legs", (int64_t)x->legs);
    jout_kint(j, "legs_done", (int64_t)x->legs_done);
    jout_close(j, '}');
}

static void put_edge(struct jout *j, const struct boxes *b, const struct layout_edge *e)
{
    jout_open(j, '{');
    jout_kstrz(j, "from", b->at[e->from].job->key);
    jout_kstrz(j, "to", b->at[e->to].job->key);
    jout_kbool(j, "critical", e->critical);
    placing_edge_put(&b->placing, e, j);
    jout_close(j, '}');
}

void run_graph_json(const struct run *r, msec_t now, struct buf *out)
{
    AUTO(arena_free) struct arena a = {0};
    struct jout j = {.buf = out};
    struct boxes b;
    const struct layout_edge *edge;
    boxes_make(r, now, &a, &b);
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_kid(&j, "run", r->id);
    jout_kint(&j, "width", boxes_width(&b));
    jout_kint(&j, "height", boxes_height(&b));
    jout_kint(&j, "critical_ms", b.critical_ms);
    jout_kint(&j, "left_out", (int64_t)b.left_out);
    jout_key(&j, "boxes");
    jout_open(&j, '[');
    for (size_t i = 0; i < b.n; i++)
        put_box(&j, &b, i, now);
    jout_close(&j, ']');
    jout_key(&j, "edges");
    jout_open(&j, '[');
    for (size_t at = 0; (edge = boxes_edge(&b, &at));)
        put_edge(&j, &b, edge);
    jout_close(&j, ']');
    jout_close(&j, '}');
    buf_chr(out, '\n');
}
