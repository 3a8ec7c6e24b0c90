/* SPDX-License-Identifier: Apache-2.0 */
#include "base/suggest.h"
#include "lang/expr_fn.h"

enum {
    NESTING_MAX = 256, /* brackets and `!` that are open at once: they make the parser call itself */
    ARGS_MAX = 255,
    TOKEN_SHOWN = 120 /* bytes of a token in a message */
};

struct parser {
    struct lexer lexer;
    struct token token, last; /* the next one, and the one before it */
    const struct expr_scope *scope;
    struct arena *arena;
    struct err *e;
    size_t base, nesting;
};

static const struct node *parse_operators(struct parser *p, int least);

static const struct node *fail_at(struct parser *p, size_t at)
{
    p->e->code = (int)(p->base + at);
    return NULL;
}

/* A string without its quotes, as GitHub tells it. */
static struct sv token_shown(const struct token *t)
{
    return sv_cut_utf8(t->value.kind == VAL_STRING ? t->value.str : t->text, TOKEN_SHOWN);
}

static const struct node *unexpected_symbol(struct parser *p)
{
    err_set(p->e, ERR_INVALID, "Unexpected symbol: '%.*s'", SV_ARG(token_shown(&p->token)));
    return fail_at(p, p->token.at);
}

static const struct node *unexpected(struct parser *p)
{
    if (p->token.kind == TOKEN_END) {
        err_set(p->e, ERR_INVALID, "Unexpected end of expression: '%.*s'", SV_ARG(token_shown(&p->last)));
        return fail_at(p, p->last.at);
    }
    return unexpected_symbol(p);
}

static int advance(struct parser *p)
{
    p->last = p->token;
    if (lexer_next(&p->lexer, &p->token) == 0)
        return 0;
    unexpected_symbol(p);
    return -1;
}

static struct node *new_node(struct parser *p, enum node_kind kind, size_t at)
{
    struct node *n = arena_new(p->arena, sizeof *n);
    n->kind = kind;
    n->at = p->base + at;
    n->depth = 1;
    return n;
}

static const struct node *too_deep(struct parser *p, size_t at)
{
    err_set(p->e, ERR_INVALID, "Exceeded max expression depth %d", EXPR_DEPTH);
    return fail_at(p, at);
}

/* Takes the args into the node; NULL when the tree gets too deep. */
static const struct node *adopt(struct parser *p, struct node *n, const struct node *const *args, size_t count)
{
    n->args = arena_new(p->arena, (count + 1) * sizeof *n->args);
    n->n = count;
    for (size_t i = 0; i < count; i++) {
        n->args[i] = args[i];
        if (args[i]->depth >= n->depth)
            n->depth = args[i]->depth + 1;
    }
    return n->depth > EXPR_DEPTH ? too_deep(p, n->at - p->base) : n;
}

static bool is_among(struct sv name, const char *const *names)
{
    for (; *names; names++)
        if (sv_ieq(name, sv_of(*names)))
            return true;
    return false;
}

/* what: "Unrecognized function" */
static const struct node *unknown_name(struct parser *p, const char *what, const struct token *name,
                                       const char *const *names, size_t n)
{
    AUTO(buf_free) struct buf more = {0};
    const char *near = suggest(name->text, names, n);
    if (near)
        buf_fmt(&more, " (did you mean \"%s\"?)", near);
    if (p->scope && p->scope->where)
        buf_fmt(&more, " in %s", p->scope->where);
    err_set(p->e, ERR_INVALID, "%s: '%.*s'%s", what, SV_ARG(token_shown(name)), more.n ? more.p : "");
    return fail_at(p, name->at);
}

static const struct node *parse_context(struct parser *p, const struct token *name)
{
    static const char *const literals[] = {"true", "false", "null", NULL};
    const char *const *known = p->scope ? p->scope->contexts : NULL;
    /* Where any name will do, `True` is a literal in the wrong case: written in lower case it would become one. */
    if (!known && is_among(name->text, literals))
        return unknown_name(p, "Unrecognized named-value", name, literals, 3);
    if (known && !is_among(name->text, known)) {
        size_t n = 0;
        while (known[n])
            n++;
        return unknown_name(p, "Unrecognized named-value", name, known, n);
    }
    struct node *n = new_node(p, NODE_CONTEXT, name->at);
    char *lower = arena_dup(p->arena, name->text);
    for (char *c = lower; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + 32);
    n->name = lower;
    return n;
}

static bool is_allowed(const struct parser *p, const struct function *f)
{
    if (!p->scope)
        return true;
    if (f->kind == FUNCTION_LABELS)
        return !p->scope->contexts || is_among(SV("event"), p->scope->contexts);
    return !function_asks_world(f) || !p->scope->functions || is_among(sv_of(f->key), p->scope->functions);
}

static const struct node *unknown_function(struct parser *p, const struct token *name)
{
    const char *names[64];
    size_t n = 0;
    for (const struct function *f = functions; f->name && n < ARRAY_LEN(names); f++)
        if (is_allowed(p, f) && !sv_ieq(name->text, sv_of(f->name)))
            names[n++] = f->name;
    return unknown_name(p, "Unrecognized function", name, names, n);
}

static const struct node *parse_args(struct parser *p, const struct token *name, const struct function *f)
{
    const struct node *args[ARGS_MAX];
    size_t n = 0;
    if (advance(p) < 0)
        return NULL;
    while (p->token.kind != TOKEN_CLOSE || n > 0) {
        const struct node *arg = parse_operators(p, 1);
        if (!arg)
            return NULL;
        if (n < f->max)
            args[n] = arg;
        n++;
        if (p->token.kind == TOKEN_CLOSE)
            break;
        if (p->token.kind != TOKEN_COMMA)
            return unexpected(p);
        if (advance(p) < 0)
            return NULL;
    }
    const char *wrong = n < f->min   ? "Too few parameters supplied"
                        : n > f->max ? "Too many parameters supplied"
                        : f->kind == FUNCTION_LAZY && n % 2 == 0
                            ? "Even number of parameters supplied, requires an odd number of parameters"
                            : NULL;
    if (wrong) {
        err_set(p->e, ERR_INVALID, "%s: '%.*s'", wrong, SV_ARG(name->text));
        return fail_at(p, name->at);
    }
    if (advance(p) < 0)
        return NULL;
    struct node *call = new_node(p, NODE_CALL, name->at);
    call->function = f;
    return adopt(p, call, args, n);
}

static const struct node *parse_call(struct parser *p, const struct token *name)
{
    const struct function *f = function_named(name->text);
    if (!f || !is_allowed(p, f))
        return unknown_function(p, name);
    const struct node *call = parse_args(p, name, f);
    return call && f->check && f->check(call, p->arena, p->e) < 0 ? NULL : call;
}

static const struct node *parse_group(struct parser *p)
{
    if (advance(p) < 0)
        return NULL;
    const struct node *inner = parse_operators(p, 1);
    if (!inner)
        return NULL;
    if (p->token.kind != TOKEN_CLOSE)
        return unexpected(p);
    return advance(p) < 0 ? NULL : inner;
}

static const struct node *index_by(struct parser *p, const struct node *of, const struct node *by, size_t at)
{
    return by ? adopt(p, new_node(p, NODE_INDEX, at), (const struct node *[]){of, by}, 2) : NULL;
}

static const struct node *parse_member(struct parser *p, const struct node *of)
{
    size_t at = p->token.at;
    if (advance(p) < 0)
        return NULL;
    struct node *by = new_node(p, p->token.kind == TOKEN_STAR ? NODE_STAR : NODE_VALUE, p->token.at);
    if (p->token.kind == TOKEN_NAME)
        by->value = val_string(arena_sv(p->arena, p->token.text));
    else if (p->token.kind != TOKEN_STAR)
        return unexpected(p);
    return advance(p) < 0 ? NULL : index_by(p, of, by, at);
}

static const struct node *parse_index(struct parser *p, const struct node *of)
{
    size_t at = p->token.at;
    if (advance(p) < 0)
        return NULL;
    const struct node *by;
    if (p->token.kind == TOKEN_STAR) {
        by = new_node(p, NODE_STAR, p->token.at);
        if (advance(p) < 0)
            return NULL;
    } else {
        by = parse_operators(p, 1);
    }
    if (by && p->token.kind != TOKEN_CLOSE_INDEX)
        return unexpected(p);
    return !by || advance(p) < 0 ? NULL : index_by(p, of, by, at);
}

static const struct node *parse_named(struct parser *p)
{
    struct token name = p->token;
    if (advance(p) < 0)
        return NULL;
    return p->token.kind == TOKEN_OPEN ? parse_call(p, &name) : parse_context(p, &name);
}

static const struct node *parse_postfix(struct parser *p)
{
    if (p->token.kind == TOKEN_VALUE) {
        struct node *n = new_node(p, NODE_VALUE, p->token.at);
        n->value = p->token.value;
        return advance(p) < 0 ? NULL : n;
    }
    const struct node *n;
    if (p->token.kind == TOKEN_NAME)
        n = parse_named(p);
    else if (p->token.kind == TOKEN_OPEN)
        n = parse_group(p);
    else
        return unexpected(p);
    while (n && (p->token.kind == TOKEN_DOT || p->token.kind == TOKEN_OPEN_INDEX))
        n = p->token.kind == TOKEN_DOT ? parse_member(p, n) : parse_index(p, n);
    return n;
}

static const struct node *parse_unary(struct parser *p)
{
    const struct node *n = NULL;
    size_t at = p->token.at;
    if (++p->nesting > NESTING_MAX)
        return too_deep(p, at);
    if (p->token.kind != TOKEN_NOT) {
        n = parse_postfix(p);
    } else if (advance(p) == 0) {
        n = parse_unary(p);
        if (n)
            n = adopt(p, new_node(p, NODE_NOT, at), &n, 1);
    }
    p->nesting--;
    return n;
}

static const struct {
    int level;
    enum node_kind node;
} operators[] = {
    [TOKEN_OR] = {1, NODE_OR},           [TOKEN_AND] = {2, NODE_AND},
    [TOKEN_EQUAL] = {3, NODE_EQUAL},     [TOKEN_UNEQUAL] = {3, NODE_UNEQUAL},
    [TOKEN_LESS] = {4, NODE_LESS},       [TOKEN_LESS_EQUAL] = {4, NODE_LESS_EQUAL},
    [TOKEN_GREATER] = {4, NODE_GREATER}, [TOKEN_GREATER_EQUAL] = {4, NODE_GREATER_EQUAL},
};

static size_t add_flat(const struct node **list, size_t n, const struct node *part, enum node_kind kind)
{
    if (part->kind != kind) {
        list[n] = part;
        return n + 1;
    }
    for (size_t i = 0; i < part->n; i++)
        list[n + i] = part->args[i];
    return n + part->n;
}

/* `a && b && c` is one node, whatever its brackets: the chain does not count as depth. */
static const struct node *parse_chain(struct parser *p, const struct node *first, enum token_kind token)
{
    struct buf parts = {0};
    size_t at = p->token.at, n = 0;
    const struct node *part = first, *chain = NULL;
    enum node_kind kind = operators[token].node;
    for (;;) {
        size_t more = part->kind == kind ? part->n : 1;
        buf_reserve(&parts, more * sizeof part);
        n = add_flat((const struct node **)(void *)parts.p, n, part, kind);
        parts.n = n * sizeof part;
        if (p->token.kind != token)
            break;
        if (advance(p) < 0 || !(part = parse_operators(p, operators[token].level + 1)))
            goto done;
    }
    chain = adopt(p, new_node(p, kind, at), (const struct node *const *)(void *)parts.p, n);
done:
    buf_free(&parts);
    return chain;
}

static const struct node *parse_operators(struct parser *p, int least)
{
    const struct node *left = parse_unary(p);
    while (left) {
        enum token_kind token = p->token.kind;
        int level = token < ARRAY_LEN(operators) ? operators[token].level : 0;
        if (level == 0 || level < least)
            break;
        if (level <= 2) {
            left = parse_chain(p, left, token);
            continue;
        }
        size_t at = p->token.at;
        const struct node *right = advance(p) < 0 ? NULL : parse_operators(p, level + 1);
        if (!right)
            return NULL;
        left = adopt(p, new_node(p, operators[token].node, at), (const struct node *[]){left, right}, 2);
    }
    return left;
}

size_t expr_place(struct sv text, size_t byte)
{
    size_t place = 1;
    for (size_t i = 0; i < text.n && i < byte; i++) {
        uint8_t c = (uint8_t)text.p[i];
        place += c >= 0xf0 ? 2 : (c & 0xc0) == 0x80 ? 0 : 1;
    }
    return place;
}

int expr_compile_at(struct sv text, size_t base, const struct expr_scope *scope, struct arena *arena,
                    const struct expr **ret, struct err *e)
{
    struct parser p = {.scope = scope, .arena = arena, .e = e, .base = base};
    struct expr *x = arena_new(arena, sizeof *x);
    if (expr_place(text, text.n) - 1 > EXPR_LENGTH) {
        err_set(e, ERR_INVALID, "Exceeded max expression length %d", EXPR_LENGTH);
        e->code = (int)base;
        return -1;
    }
    /* The tree lives longer than the text it was given; only strings are kept of it, and those are copies. */
    p.lexer = (struct lexer){.text = text.p ? text : SV(""), .arena = arena};
    if (advance(&p) < 0)
        return -1;
    if (p.token.kind != TOKEN_END) {
        x->root = parse_operators(&p, 1);
        if (x->root && p.token.kind != TOKEN_END)
            x->root = unexpected(&p);
        if (!x->root)
            return -1;
    }
    *ret = x;
    return 0;
}

int expr_compile(struct sv text, const struct expr_scope *scope, struct arena *arena, const struct expr **ret,
                 struct err *e)
{
    return expr_compile_at(text, 0, scope, arena, ret, e);
}
