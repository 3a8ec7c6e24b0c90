/* SPDX-License-Identifier: Apache-2.0 */
#include "config/cycle.h"
#include "base/vec.h"

enum mark { UNSEEN, ON_PATH, DONE };

struct walk {
    const struct edges *nodes;
    uint8_t *mark;
    size_t *next; /* per node: the edge to take next */
    VEC(size_t) path;
    void (*found)(void *ctx, const size_t *path, size_t n);
    void *ctx;
};

static void report(struct walk *w, size_t to)
{
    size_t from = w->path.n;
    while (w->path.at[--from] != to)
        ;
    VEC_PUSH(&w->path, to);
    w->found(w->ctx, w->path.at + from, w->path.n - from);
    w->path.n--;
}

static void enter(struct walk *w, size_t node)
{
    w->mark[node] = ON_PATH;
    VEC_PUSH(&w->path, node);
}

static void walk_from(struct walk *w, size_t start)
{
    enter(w, start);
    while (w->path.n) {
        size_t at = w->path.at[w->path.n - 1];
        if (w->next[at] == w->nodes[at].n) {
            w->mark[at] = DONE;
            w->path.n--;
            continue;
        }
        size_t to = w->nodes[at].to[w->next[at]++];
        if (w->mark[to] == ON_PATH)
            report(w, to);
        else if (w->mark[to] == UNSEEN)
            enter(w, to);
    }
}

void cycles_each(const struct edges *nodes, size_t n, void (*found)(void *ctx, const size_t *path, size_t n), void *ctx)
{
    struct walk w = {.nodes = nodes, .found = found, .ctx = ctx};
    w.mark = mem_new(n + 1);
    w.next = mem_new((n + 1) * sizeof *w.next);
    for (size_t i = 0; i < n; i++)
        if (w.mark[i] == UNSEEN)
            walk_from(&w, i);
    mem_free(w.mark);
    mem_free(w.next);
    VEC_FREE(&w.path);
}

const char *cycle_text(struct arena *a, const char *const *names, const size_t *path, size_t n)
{
    enum { SHOWN = 20 };
    AUTO(buf_free) struct buf b = {0};
    for (size_t i = 0; i < n; i++) {
        if (n > SHOWN && i == SHOWN - 2) {
            buf_str(&b, " -> …");
            i = n - 1;
        }
        buf_fmt(&b, "%s%s", i ? " -> " : "", names[path[i]]);
    }
    return arena_dup(a, buf_view(&b));
}
