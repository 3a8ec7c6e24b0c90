/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/graph.h"

void graph_edge(struct graph *g, size_t from, size_t to)
{
    VEC_PUSH(&g->edges, ((struct graph_edge){from, to}));
}

void graph_free(struct graph *g)
{
    VEC_FREE(&g->edges);
}

int graph_order(const struct graph *g, size_t *ret, size_t *ret_node)
{
    size_t done = 0;
    size_t *open = mem_new((g->n + 1) * sizeof *open);
    bool *taken = mem_new(g->n + 1);
    for (size_t i = 0; i < g->edges.n; i++)
        open[g->edges.at[i].to]++;
    while (done < g->n) {
        size_t next = 0;
        while (next < g->n && (taken[next] || open[next]))
            next++;
        if (next == g->n)
            break;
        taken[next] = true;
        ret[done++] = next;
        for (size_t i = 0; i < g->edges.n; i++)
            if (g->edges.at[i].from == next)
                open[g->edges.at[i].to]--;
    }
    for (size_t i = 0; done < g->n && i < g->n; i++)
        if (!taken[i]) {
            *ret_node = i;
            break;
        }
    int rc = done == g->n ? 0 : -1;
    mem_free(open);
    mem_free(taken);
    return rc;
}

void graph_index(const struct graph *g, struct arena *a, struct graph_index *ret)
{
    ret->first = arena_new(a, (g->n + 2) * sizeof *ret->first);
    ret->to = arena_new(a, (g->edges.n + 1) * sizeof *ret->to);
    for (size_t i = 0; i < g->edges.n; i++)
        ret->first[g->edges.at[i].from + 1]++;
    for (size_t i = 0; i < g->n; i++)
        ret->first[i + 1] += ret->first[i];
    size_t *at = arena_new(a, (g->n + 1) * sizeof *at);
    for (size_t i = 0; i < g->edges.n; i++) {
        size_t from = g->edges.at[i].from;
        ret->to[ret->first[from] + at[from]++] = g->edges.at[i].to;
    }
}

static size_t on_a_cycle(const struct graph *g, const size_t *open)
{
    /* Whoever is left waits for one that is left: going back long enough ends on a cycle. */
    size_t at = 0;
    while (open[at] == 0)
        at++;
    for (size_t step = 0; step < g->n; step++)
        for (size_t i = 0; i < g->edges.n; i++)
            if (g->edges.at[i].to == at && open[g->edges.at[i].from]) {
                at = g->edges.at[i].from;
                break;
            }
    return at;
}

int graph_sort(const struct graph *g, const struct graph_index *index, struct arena *a, size_t *ret, size_t *ret_node)
{
    size_t n = 0;
    size_t *open = arena_new(a, (g->n + 1) * sizeof *open);
    for (size_t i = 0; i < g->edges.n; i++)
        open[g->edges.at[i].to]++;
    for (size_t i = 0; i < g->n; i++)
        if (open[i] == 0)
            ret[n++] = i;
    for (size_t done = 0; done < n; done++)
        for (size_t k = index->first[ret[done]]; k < index->first[ret[done] + 1]; k++)
            if (--open[index->to[k]] == 0)
                ret[n++] = index->to[k];
    if (n == g->n)
        return 0;
    *ret_node = on_a_cycle(g, open);
    return -1;
}

/* Marks what `r` depends on, directly or through others, each repository once. */
static void mark_dependencies(const struct repo_set *repos, const struct repo *r, bool *marked)
{
    for (size_t i = 0; r && i < r->n_dependencies; i++) {
        const struct repo *d = repo_by_alias(repos, sv_of(r->dependencies[i]));
        if (!d || marked[d - repos->at])
            continue;
        marked[d - repos->at] = true;
        mark_dependencies(repos, d, marked);
    }
}

void coordination_edges(const struct repo_set *repos, const char *const *aliases, size_t n, enum coordination how,
                        bool *ret_before)
{
    struct graph g = {.n = n};
    memset(ret_before, 0, n * n * sizeof *ret_before);
    if (how == COORD_NONE)
        return;
    bool *marked = mem_new((repos->n + 1) * sizeof *marked);
    for (size_t j = 0; j < n; j++) {
        memset(marked, 0, repos->n * sizeof *marked);
        mark_dependencies(repos, repo_by_alias(repos, sv_of(aliases[j])), marked);
        for (size_t i = 0; i < n; i++) {
            const struct repo *r = repo_by_alias(repos, sv_of(aliases[i]));
            if (i == j || !r || !marked[r - repos->at])
                continue;
            ret_before[i * n + j] = true;
            graph_edge(&g, i, j);
        }
    }
    mem_free(marked);
    size_t *order = mem_new((n + 1) * sizeof *order), bad;
    if (how == COORD_SEQUENTIAL && graph_order(&g, order, &bad) == 0)
        for (size_t a = 0; a < n; a++)
            for (size_t b = a + 1; b < n; b++)
                ret_before[order[a] * n + order[b]] = true;
    mem_free(order);
    graph_free(&g);
}
