/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/graph.h"
#include "base/map.h"
#include "server/cli/cli.h"

/* Index by a member's text, 1-based; 0 = none. */
struct names {
    struct map at;
};

static void names_fill(struct names *x, const struct graph *g, const char *member)
{
    for (size_t i = 0; i < g->n; i++)
        map_put(&x->at, jval_str(jval_get(g->nodes[i].job, member)), &g->nodes[i]);
}

static ptrdiff_t names_find(const struct names *x, const struct graph *g, struct sv name)
{
    const struct graph_node *found = name.n ? map_get(&x->at, name) : NULL;
    return found ? found - g->nodes : -1;
}

/* The server has refused cycles; should there be one, the rounds are bounded. */
static void set_levels(struct graph *g, const struct names *keys)
{
    bool moved = true;
    for (size_t round = 0; moved && round < g->n; round++) {
        moved = false;
        for (size_t i = 0; i < g->n; i++) {
            const struct jval *needs = jval_get(g->nodes[i].job, "needs");
            for (size_t k = 0; k < jval_len(needs); k++) {
                ptrdiff_t need = names_find(keys, g, jval_str(jval_item(needs, k)));
                if (need < 0 || g->nodes[need].level < g->nodes[i].level)
                    continue;
                g->nodes[i].level = g->nodes[need].level + 1;
                g->nodes[i].need = need;
                moved = true;
            }
        }
    }
}

void graph_open(const struct jval *jobs, struct graph *ret)
{
    struct names keys = {0}, ids = {0};
    size_t n = jval_len(jobs);
    *ret = (struct graph){.nodes = mem_new((n + 1) * sizeof *ret->nodes), .n = n};
    for (size_t i = 0; i < n; i++)
        ret->nodes[i] = (struct graph_node){.job = jval_item(jobs, i), .need = -1};
    names_fill(&keys, ret, "key");
    names_fill(&ids, ret, "id");
    set_levels(ret, &keys);
    for (size_t i = 0; i < n; i++)
        ret->nodes[i].inside = names_find(&ids, ret, jval_str(jval_get(ret->nodes[i].job, "parent")));
    map_free(&keys.at);
    map_free(&ids.at);
}

void graph_close(struct graph *g)
{
    mem_free(g->nodes);
    *g = (struct graph){0};
}

/* ---- the picture ---- */

struct walk {
    const struct graph *g;
    const char *more, *last, *down, *blank, *part; /* signs of three columns */
    graph_row_fn *row;
    void *ctx;
    struct buf lead;
    bool *seen;
};

static void visit(struct walk *w, size_t at, const char *sign, const char *below);

/* A part that needs nothing inside stands for itself; the others follow below it. */
static bool is_part(const struct graph *g, size_t i, size_t at)
{
    return g->nodes[i].inside == (ptrdiff_t)at && g->nodes[i].need < 0;
}

static bool is_behind(const struct graph *g, size_t i, size_t at)
{
    return g->nodes[i].need == (ptrdiff_t)at && g->nodes[i].level == g->nodes[at].level + 1;
}

static void visit_below(struct walk *w, size_t at)
{
    const struct graph *g = w->g;
    size_t left = 0;
    for (size_t i = 0; i < g->n; i++)
        left += is_behind(g, i, at);
    for (size_t i = 0; i < g->n; i++)
        if (is_part(g, i, at))
            visit(w, i, w->part, w->part);
    for (size_t i = 0; i < g->n; i++)
        if (is_behind(g, i, at)) {
            bool last = --left == 0;
            visit(w, i, last ? w->last : w->more, last ? w->blank : w->down);
        }
}

static void visit(struct walk *w, size_t at, const char *sign, const char *below)
{
    size_t length = w->lead.n;
    if (w->seen[at])
        return;
    w->seen[at] = true;
    buf_str(&w->lead, sign);
    w->row(w->ctx, w->lead.n ? w->lead.p : "", &w->g->nodes[at]);
    w->lead.n = length;
    buf_str(&w->lead, below);
    visit_below(w, at);
    w->lead.n = length;
    if (w->lead.p)
        w->lead.p[length] = '\0';
}

void graph_each(const struct graph *g, enum graph_signs signs, graph_row_fn *row, void *ctx)
{
    struct walk w = {.g = g, .more = "|- ", .last = "`- ", .down = "|  ", .blank = "   ", .part = ": "};
    if (signs == GRAPH_LINES)
        w = (struct walk){.g = g, .more = "├─ ", .last = "└─ ", .down = "│  ", .blank = "   ", .part = "┊ "};
    w.row = row;
    w.ctx = ctx;
    w.seen = mem_new((g->n + 1) * sizeof *w.seen);
    for (size_t i = 0; i < g->n; i++)
        if (g->nodes[i].need < 0 && g->nodes[i].inside < 0)
            visit(&w, i, "", "");
    for (size_t i = 0; i < g->n; i++) /* what no way leads to is not left out */
        visit(&w, i, "", "");
    mem_free(w.seen);
    buf_free(&w.lead);
}

void graph_other_needs(const struct graph *g, const struct graph_node *x, const char *first, struct buf *out)
{
    const struct jval *needs = jval_get(x->job, "needs");
    for (size_t i = 0; i < jval_len(needs); i++) {
        struct sv key = jval_str(jval_item(needs, i));
        if (x->need >= 0 && sv_eq(key, jval_str(jval_get(g->nodes[x->need].job, "key"))))
            continue;
        buf_str(out, first);
        cli_text(key, out);
        first = ", ";
    }
}
