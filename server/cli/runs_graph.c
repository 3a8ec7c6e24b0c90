/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs of a run as text: each below the last of those it needs, further in than it. */
#include "server/cli/runs.h"

struct node {
    const struct jval *job;
    size_t level;     /* longest way from a job that needs nothing */
    ptrdiff_t parent; /* the deepest need; -1 = none */
};

static ptrdiff_t find(const struct node *nodes, size_t n, struct sv key)
{
    for (size_t i = 0; i < n; i++)
        if (sv_eq(jval_str(jval_get(nodes[i].job, "key")), key))
            return (ptrdiff_t)i;
    return -1;
}

/* The server has refused cycles; should there be one, the rounds are bounded. */
static void set_levels(struct node *nodes, size_t n)
{
    bool moved = true;
    for (size_t round = 0; moved && round < n; round++) {
        moved = false;
        for (size_t i = 0; i < n; i++) {
            const struct jval *needs = jval_get(nodes[i].job, "needs");
            for (size_t k = 0; k < jval_len(needs); k++) {
                ptrdiff_t need = find(nodes, n, jval_str(jval_item(needs, k)));
                if (need < 0 || nodes[need].level < nodes[i].level)
                    continue;
                nodes[i].level = nodes[need].level + 1;
                nodes[i].parent = need;
                moved = true;
            }
        }
    }
}

static void put_other_needs(struct buf *b, const struct node *nodes, const struct node *x)
{
    const struct jval *needs = jval_get(x->job, "needs");
    bool first = true;
    for (size_t i = 0; i < jval_len(needs); i++) {
        struct sv key = jval_str(jval_item(needs, i));
        if (x->parent >= 0 && sv_eq(key, jval_str(jval_get(nodes[x->parent].job, "key"))))
            continue;
        buf_str(b, first ? "  needs also " : ", ");
        cli_text(key, b);
        first = false;
    }
}

static void put_node(struct buf *b, const struct node *nodes, size_t n, size_t at)
{
    for (size_t i = 0; i + 1 < nodes[at].level; i++)
        buf_str(b, "   ");
    buf_str(b, nodes[at].level ? "`- " : "");
    cli_text(jval_str(jval_get(nodes[at].job, "key")), b);
    buf_str(b, "  ");
    put_word(b, shown_state(nodes[at].job));
    put_other_needs(b, nodes, &nodes[at]);
    buf_chr(b, '\n');
    for (size_t i = 0; i < n; i++)
        if (nodes[i].parent == (ptrdiff_t)at && nodes[i].level == nodes[at].level + 1)
            put_node(b, nodes, n, i);
}

static int print_json(const struct node *nodes, size_t n, const char *id)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_kstrz(&j, "run", id);
    jout_key(&j, "jobs");
    jout_open(&j, '[');
    for (size_t i = 0; i < n; i++) {
        jout_open(&j, '{');
        jout_kstr(&j, "key", jval_str(jval_get(nodes[i].job, "key")));
        jout_key(&j, "needs");
        jout_val(&j, jval_get(nodes[i].job, "needs"));
        jout_kint(&j, "level", (int64_t)nodes[i].level);
        jout_kstr(&j, "state", jval_str(jval_get(nodes[i].job, "state")));
        jout_kstr(&j, "conclusion", jval_str(jval_get(nodes[i].job, "conclusion")));
        jout_close(&j, '}');
    }
    jout_close(&j, ']');
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    return cli_print(&b);
}

static int print_text(const struct node *nodes, size_t n)
{
    AUTO(buf_free) struct buf b = {0};
    for (size_t i = 0; i < n; i++)
        if (nodes[i].level == 0)
            put_node(&b, nodes, n, i);
    return cli_print(&b);
}

int runs_graph(struct remote *r, const struct listing *l, const char *id)
{
    struct jdoc *doc = NULL;
    int rc = runs_fetch(r, id, &doc);
    if (rc != CLI_OK)
        return rc;
    const struct jval *jobs = jval_get(jdoc_root(doc), "jobs");
    size_t n = jval_len(jobs);
    struct node *nodes = mem_new((n + 1) * sizeof *nodes);
    for (size_t i = 0; i < n; i++)
        nodes[i] = (struct node){.job = jval_item(jobs, i), .parent = -1};
    set_levels(nodes, n);
    rc = l->format == FORMAT_JSON ? print_json(nodes, n, id) : print_text(nodes, n);
    mem_free(nodes);
    jdoc_free(&doc);
    return rc;
}
