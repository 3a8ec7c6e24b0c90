/* SPDX-License-Identifier: Apache-2.0 */
/* A walk over the tree meets no more nodes and levels than the limits say. Without aliases the places are in the order
 * of the text, children inside their parents. Keys are unique text. A fault has a place in the text, and reading again
 * gives the same. Large texts made of the input take time and memory in proportion to their size. */
#include <stdlib.h>
#include "base/map.h"
#include "fmt/yaml.h"
#include "tests/fuzz/grown.h"

static const struct yaml_limits limits = {.bytes = 1 << 16, .depth = 12, .nodes = 500, .aliases = 20};

struct walk {
    size_t nodes;
    struct ymark last; /* nothing that comes may begin before */
    bool in_order;
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool is_before(struct ymark a, struct ymark b)
{
    return a.line < b.line || (a.line == b.line && a.col < b.col);
}

static void visit(struct walk *w, const struct ynode *n, size_t depth);

static void visit_map(struct walk *w, const struct ynode *n, size_t depth)
{
    AUTO(map_free) struct map seen = {0};
    for (size_t i = 0; i < n->n; i++) {
        require(n->keys[i]->kind == Y_SCALAR && !map_put(&seen, n->keys[i]->text, n->keys[i]));
        require(!n->keys[i]->plain || !sv_is(n->keys[i]->text, "<<"));
        visit(w, n->keys[i], depth);
        visit(w, n->items[i], depth);
    }
}

static void visit(struct walk *w, const struct ynode *n, size_t depth)
{
    w->nodes++;
    require(depth <= limits.depth + (n->kind == Y_SCALAR));
    require(n->at.line >= 1 && n->at.col >= 1 && !is_before(n->end, n->at));
    if (w->in_order) {
        require(!is_before(n->at, w->last));
        w->last = n->at;
    }
    if (n->kind == Y_SCALAR)
        require(n->text.p[n->text.n] == 0 && strlen(n->text.p) == n->text.n);
    else if (n->kind == Y_MAP)
        visit_map(w, n, depth + 1);
    else
        for (size_t i = 0; i < n->n; i++)
            visit(w, n->items[i], depth + 1);
    if (w->in_order) {
        require(!is_before(n->end, w->last));
        w->last = n->end;
    }
}

/* The limits of every day. */
static void load_grown(struct sv text)
{
    enum { ROOM = 64 << 10, PER_BYTE = 256 };
    AUTO(buf_free) struct buf large = {0};
    AUTO(arena_free) struct arena arena = {0};
    struct ynode *root = NULL;
    struct ymark at = {0};
    struct err e = {0};
    if (!grown(text, &large))
        return;
    int64_t start = clk_cpu_us();
    require(yaml_load(buf_view(&large), NULL, &arena, &root, &at, &e) <= 0);
    require(grown_in_time(start, large.n) && arena.used <= ROOM + PER_BYTE * large.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena_free) struct arena arena = {0};
    struct ynode *root = NULL, *again = NULL;
    struct ymark at = {0}, at2 = {0};
    struct err e = {0}, e2 = {0};
    struct sv text = sv_n(size ? (const char *)data : "", size);
    load_grown(text);
    int rc = yaml_load(text, &limits, &arena, &root, &at, &e);
    require(yaml_load(text, &limits, &arena, &again, &at2, &e2) == rc);
    require(at.line == at2.line && at.col == at2.col && sv_is(sv_of(e.msg), e2.msg));
    if (rc != 0) {
        require(e.cls == ERR_INVALID && e.msg[0] && at.line >= 1 && at.col >= 1);
        require((size_t)at.line <= size + 2 && (size_t)at.col <= size + 2);
        return 0;
    }
    struct walk w = {.in_order = sv_chr(text, '*') < 0};
    if (root)
        visit(&w, root, 1);
    require(w.nodes <= limits.nodes);
    return 0;
}
