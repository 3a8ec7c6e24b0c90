/* SPDX-License-Identifier: Apache-2.0 */
/* What an expression asks for, without evaluating it. */
#include "lang/expr_fn.h"

void node_walk(const struct node *n, void (*each)(void *ctx, const struct node *n), void *ctx)
{
    each(ctx, n);
    for (size_t i = 0; i < n->n; i++)
        node_walk(n->args[i], each, ctx);
}

struct wanted {
    const char *function; /* NULL: any that asks for the status */
    bool found;
};

static void look_for(void *ctx, const struct node *n)
{
    struct wanted *w = ctx;
    if (n->kind == NODE_CALL)
        w->found |= w->function ? strcmp(n->function->key, w->function) == 0 : n->function->kind == FUNCTION_STATUS;
}

bool expr_calls(const struct expr *x, const char *function)
{
    struct wanted w = {.function = function};
    if (x->root)
        node_walk(x->root, look_for, &w);
    return w.found;
}

bool expr_has_status(const struct expr *x)
{
    struct wanted w = {0};
    if (x->root)
        node_walk(x->root, look_for, &w);
    return w.found;
}

struct user {
    void (*each)(void *ctx, const struct expr_use *u);
    void *ctx;
};

static void use_labels(const struct user *u, const struct node *n)
{
    static const char *const pull_request[] = {"pull_request", "labels"};
    static const char *const issue[] = {"issue", "labels"};
    u->each(u->ctx, &(struct expr_use){"event", pull_request, 2, n->at, NULL});
    u->each(u->ctx, &(struct expr_use){"event", issue, 2, n->at, NULL});
}

/* The base of a.b['c'].d, or what has no name in front of it. */
static const struct node *base_of(const struct node *n)
{
    while (n->kind == NODE_INDEX)
        n = n->args[0];
    return n;
}

static const char *literal_name(const struct node *n)
{
    return n->kind == NODE_VALUE && n->value.kind == VAL_STRING ? n->value.str.p : NULL;
}

static void use_path(const struct user *u, const struct node *n)
{
    const char *path[EXPR_DEPTH];
    size_t places[EXPR_DEPTH];
    size_t n_path = 0, from = EXPR_DEPTH;
    const struct node *context = base_of(n);
    /* The chain hangs with its last step on top: filled from the back, and begun anew at each step that is no name. */
    for (const struct node *at = n; at->kind == NODE_INDEX; at = at->args[0]) {
        const char *name = literal_name(at->args[1]);
        if (name) {
            path[--from] = name;
            places[from] = at->args[1]->at;
            n_path++;
        } else {
            from = EXPR_DEPTH;
            n_path = 0;
        }
    }
    u->each(u->ctx, &(struct expr_use){context->name, path + from, n_path, context->at, places + from});
}

static void use_node(const struct user *u, const struct node *n)
{
    if (n->kind == NODE_CONTEXT || (n->kind == NODE_INDEX && base_of(n)->kind == NODE_CONTEXT)) {
        use_path(u, n);
        for (; n->kind == NODE_INDEX; n = n->args[0])
            use_node(u, n->args[1]);
        return;
    }
    if (n->kind == NODE_CALL && n->function->kind == FUNCTION_LABELS)
        use_labels(u, n);
    for (size_t i = 0; i < n->n; i++)
        use_node(u, n->args[i]);
}

void expr_each_use(const struct expr *x, void (*each)(void *ctx, const struct expr_use *u), void *ctx)
{
    if (x->root)
        use_node(&(struct user){each, ctx}, x->root);
}

const struct expr *expr_after_success(const struct expr *x, struct arena *arena)
{
    struct expr *done = arena_new(arena, sizeof *done);
    struct node *call = arena_new(arena, sizeof *call);
    *call = (struct node){.kind = NODE_CALL, .depth = 1, .function = function_named(SV("success"))};
    done->root = call;
    if (!x || !x->root)
        return done;
    bool chain = x->root->kind == NODE_AND;
    struct node *both = arena_new(arena, sizeof *both);
    *both = (struct node){.kind = NODE_AND, .at = x->root->at, .n = 1 + (chain ? x->root->n : 1)};
    both->depth = x->root->depth + (chain ? 0 : 1);
    both->args = arena_new(arena, both->n * sizeof *both->args);
    both->args[0] = call;
    if (chain)
        memcpy(both->args + 1, x->root->args, x->root->n * sizeof *both->args);
    else
        both->args[1] = x->root;
    done->root = both;
    return done;
}
