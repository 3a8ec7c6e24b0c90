/* SPDX-License-Identifier: Apache-2.0 */
/* `fettle runs graph`. */
#include "server/cli/graph.h"
#include "server/cli/runs.h"

struct text {
    const struct graph *g;
    struct buf b;
};

static void put_row(void *ctx, const char *lead, const struct graph_node *x)
{
    struct text *t = ctx;
    buf_str(&t->b, lead);
    cli_text(jval_str(jval_get(x->job, "key")), &t->b);
    buf_str(&t->b, "  ");
    put_word(&t->b, shown_state(x->job));
    graph_other_needs(t->g, x, "  needs also ", &t->b);
    buf_chr(&t->b, '\n');
}

static int print_text(const struct graph *g)
{
    struct text t = {.g = g};
    graph_each(g, GRAPH_ASCII, put_row, &t);
    int rc = cli_print(&t.b);
    buf_free(&t.b);
    return rc;
}

static int print_json(const struct graph *g, const char *id)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_kstrz(&j, "run", id);
    jout_key(&j, "jobs");
    jout_open(&j, '[');
    for (size_t i = 0; i < g->n; i++) {
        const struct jval *job = g->nodes[i].job;
        jout_open(&j, '{');
        jout_kstr(&j, "key", jval_str(jval_get(job, "key")));
        jout_key(&j, "needs");
        jout_val(&j, jval_get(job, "needs"));
        jout_kint(&j, "level", (int64_t)g->nodes[i].level);
        jout_kstr(&j, "state", jval_str(jval_get(job, "state")));
        jout_kstr(&j, "conclusion", jval_str(jval_get(job, "conclusion")));
        jout_close(&j, '}');
    }
    jout_close(&j, ']');
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    return cli_print(&b);
}

int runs_graph(struct remote *r, const struct listing *l, const char *id)
{
    AUTO(graph_close) struct graph g = {0};
    struct jdoc *doc = NULL;
    int rc = runs_fetch(r, id, &doc);
    if (rc != CLI_OK)
        return rc;
    graph_open(jval_get(jdoc_root(doc), "jobs"), &g);
    rc = l->format == FORMAT_JSON ? print_json(&g, id) : print_text(&g);
    jdoc_free(&doc);
    return rc;
}
