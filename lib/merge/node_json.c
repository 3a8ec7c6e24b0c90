/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/json.h"
#include "merge/node.h"

struct reader { /* of text that json_validate accepted */
    struct sv text;
    size_t at;
    struct arena *a;
    int depth;
};

static char next(const struct reader *r)
{
    return r->at < r->text.n ? r->text.p[r->at] : '\0';
}

static struct sv space(struct reader *r)
{
    size_t from = r->at;
    while (strchr(" \t\r\n", next(r)) && next(r))
        r->at++;
    return sv_n(r->text.p + from, r->at - from);
}

static struct sv string(struct reader *r)
{
    size_t from = r->at++;
    while (next(r) != '"')
        r->at += next(r) == '\\' ? 2 : 1;
    r->at++;
    return sv_n(r->text.p + from, r->at - from);
}

static void scalar(struct reader *r)
{
    if (next(r) == '"') {
        (void)string(r);
        return;
    }
    while (next(r) && !strchr(",]} \t\r\n", next(r)))
        r->at++;
}

/* What names an entry of a list. */
static struct sv name_of(const struct node *n)
{
    static const char *const names[] = {"\"name\"", "\"id\"", "\"key\"", "\"path\"", "\"label\"", "\"title\""};
    for (size_t k = 0; n->kind == NODE_MAP && k < ARRAY_LEN(names); k++)
        for (size_t i = 0; i < n->n; i++)
            if (sv_is(n->kids[i].key, names[k]) && n->kids[i].kind == NODE_LEAF)
                return n->kids[i].value;
    return n->all;
}

static void value(struct reader *r, size_t from, struct node *ret);

static void members(struct reader *r, char end, struct node *ret)
{
    struct nodes kids = {0};
    for (;;) {
        size_t before = r->at;
        struct node kid = {.lead = space(r)};
        if (next(r) == end) { /* an empty one */
            r->at = before;
            break;
        }
        size_t from = r->at;
        if (end == '}') {
            kid.key = string(r);
            space(r);
            r->at++; /* the colon */
            space(r);
        }
        value(r, from, &kid);
        if (end == ']')
            kid.key = name_of(&kid);
        VEC_PUSH(&kids.v, kid);
        before = r->at;
        space(r);
        if (next(r) != ',') {
            r->at = before;
            break;
        }
        r->at++;
    }
    node_give(&kids, r->a, ret);
}

/* `from`: where the member begins, with its key. */
static void value(struct reader *r, size_t from, struct node *ret)
{
    size_t start = r->at;
    char open = next(r);
    if ((open == '{' || open == '[') && r->depth < NODE_DEPTH) {
        char end = open == '{' ? '}' : ']';
        ret->kind = open == '{' ? NODE_MAP : NODE_LIST;
        ret->separator = ',';
        r->at++;
        ret->head = sv_n(r->text.p + from, r->at - from);
        r->depth++;
        members(r, end, ret);
        r->depth--;
        size_t tail = r->at;
        space(r);
        r->at++;
        ret->tail = sv_n(r->text.p + tail, r->at - tail);
    } else {
        scalar(r);
        ret->value = sv_n(r->text.p + start, r->at - start);
    }
    ret->all = sv_n(r->text.p + from, r->at - from);
}

bool node_json(struct sv text, struct arena *a, struct node *ret)
{
    struct err ignored;
    struct reader r = {.text = text, .a = a};
    if (json_validate(text, &(struct json_limits){.depth = NODE_DEPTH}, &ignored) < 0)
        return false;
    *ret = (struct node){.lead = space(&r)};
    value(&r, r.at, ret);
    struct sv end = sv_from(text, r.at);
    ret->all = sv_n(ret->all.p, ret->all.n + end.n); /* the line end behind it */
    if (ret->kind != NODE_LEAF)
        ret->tail = sv_n(ret->tail.p, ret->tail.n + end.n);
    return true;
}
