/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/yaml.h"
#include <yaml.h>
#include "base/map.h"

/* What an anchor names, with what an alias to it counts for. */
struct anchor {
    struct ynode *node;
    size_t weight, height; /* all nodes in it, itself included; levels of sequences and mappings */
    size_t bytes;          /* of all texts in it */
    bool open;             /* its end has not come yet: an alias would contain itself */
};
/* A sequence or mapping that is being read. */
struct frame {
    struct ynode *node, *key; /* key: its value comes next */
    struct anchor *anchor;
    size_t nodes_before, bytes_before, height;
    size_t first_item, first_key; /* in the loader's items and keys: those behind belong to it */
    bool block;
    struct ymark last_end;
    struct map seen; /* more than a few keys, to their nodes */
};
struct loader {
    struct yaml_limits max;
    struct arena *arena;
    struct ynode *root;
    VEC(struct frame) frames;
    VEC(struct ynode *) items, keys; /* of the frames, one after the other */
    struct map anchors;
    size_t nodes, bytes, aliases, documents;
    struct ymark *at;
    struct err *e;
};

static struct ymark mark_of(yaml_mark_t m)
{
    return (struct ymark){(int)m.line + 1, (int)m.column + 1};
}

PRINTF_LIKE(3, 4) static int fault(struct loader *l, struct ymark at, const char *fmt, ...)
{
    AUTO(buf_free) struct buf text = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vfmt(&text, fmt, ap);
    va_end(ap);
    *l->at = at;
    return err_set(l->e, ERR_INVALID, "%s", text.p);
}

static struct frame *top_of(struct loader *l)
{
    return l->frames.n ? &l->frames.at[l->frames.n - 1] : NULL;
}

static bool is_key_next(const struct frame *top)
{
    return top && top->node->kind == Y_MAP && !top->key;
}

/* weight and height: of the node with all that an alias brings in. */
static int count(struct loader *l, struct ymark at, size_t weight, size_t height)
{
    if (l->frames.n + height > l->max.depth)
        return fault(l, at, "nested more than %zu levels deep", l->max.depth);
    if (weight > l->max.nodes - l->nodes)
        return fault(l, at, "more than %zu values, aliases counted as what they stand for", l->max.nodes);
    l->nodes += weight;
    return 0;
}

static void add_value(struct loader *l, struct ynode *n, size_t height, struct ymark end)
{
    struct frame *top = top_of(l);
    if (!top) {
        l->root = n;
        return;
    }
    if (top->node->kind == Y_MAP)
        VEC_PUSH(&l->keys, STEAL(top->key));
    VEC_PUSH(&l->items, n);
    top->last_end = end;
    if (height + 1 > top->height)
        top->height = height + 1;
}

static struct anchor *set_anchor(struct loader *l, const yaml_char_t *name, struct ynode *n)
{
    if (!name)
        return NULL;
    struct anchor *a = arena_new(l->arena, sizeof *a);
    *a = (struct anchor){n, 1, 0, n->text.n, n->kind != Y_SCALAR};
    map_put(&l->anchors, sv_of((const char *)name), a);
    return a;
}

/* The key of the frame that reads the same; NULL = none has come yet, and it is noted. */
static struct ynode *same_key(struct loader *l, struct frame *top, struct ynode *n)
{
    enum { FEW = 8 }; /* as many are compared one by one */
    size_t known = l->keys.n - top->first_key;
    struct ynode **keys = known ? l->keys.at + top->first_key : NULL;
    if (known > FEW)
        return map_put(&top->seen, n->text, n);
    for (size_t i = 0; i < known; i++)
        if (sv_eq(keys[i]->text, n->text))
            return keys[i];
    for (size_t i = 0; known == FEW && i < known; i++)
        map_put(&top->seen, keys[i]->text, keys[i]);
    if (known == FEW)
        map_put(&top->seen, n->text, n);
    return NULL;
}

static int set_key(struct loader *l, struct ynode *n)
{
    struct frame *top = top_of(l);
    struct sv shown = sv_cut_utf8(n->text, 60);
    if (n->plain && sv_is(n->text, "<<"))
        return fault(l, n->at, "merge keys (<<) are not supported");
    if (n->plain && n->text.n == 0)
        return fault(l, n->at, "key expected");
    struct ynode *first = same_key(l, top, n);
    if (first)
        return fault(l, n->at, "duplicate key \"%.*s\", first in line %d", SV_ARG(shown), first->at.line);
    top->key = n;
    return 0;
}

static struct ynode *new_node(struct loader *l, enum ykind kind, const yaml_event_t *ev)
{
    struct ynode *n = arena_new(l->arena, sizeof *n);
    n->kind = kind;
    n->at = mark_of(ev->start_mark);
    n->end = mark_of(ev->end_mark);
    return n;
}

static int on_scalar(struct loader *l, const yaml_event_t *ev)
{
    if (ev->data.scalar.tag)
        return fault(l, mark_of(ev->start_mark), "tags are not supported: \"!\" begins one");
    struct sv text = sv_n((const char *)ev->data.scalar.value, ev->data.scalar.length);
    if (sv_chr(text, 0) >= 0)
        return fault(l, mark_of(ev->start_mark), "a text must not contain NUL");
    if (count(l, mark_of(ev->start_mark), 1, 0) != 0)
        return -1;
    struct ynode *n = new_node(l, Y_SCALAR, ev);
    n->text = arena_sv(l->arena, text);
    l->bytes += text.n;
    n->plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    set_anchor(l, ev->data.scalar.anchor, n);
    if (is_key_next(top_of(l)))
        return set_key(l, n);
    add_value(l, n, 0, n->end);
    return 0;
}

static int on_start(struct loader *l, const yaml_event_t *ev)
{
    bool map = ev->type == YAML_MAPPING_START_EVENT;
    struct ymark at = mark_of(ev->start_mark);
    if (map ? ev->data.mapping_start.tag : ev->data.sequence_start.tag)
        return fault(l, at, "tags are not supported: \"!\" begins one");
    if (is_key_next(top_of(l)))
        return fault(l, at, "a key must be text, not a %s", map ? "mapping" : "sequence");
    size_t before = l->nodes;
    if (count(l, at, 1, 1) != 0)
        return -1;
    struct ynode *n = new_node(l, map ? Y_MAP : Y_SEQ, ev);
    struct frame f = {.node = n, .nodes_before = before, .bytes_before = l->bytes, .height = 1, .last_end = n->end};
    f.first_item = l->items.n;
    f.first_key = l->keys.n;
    f.anchor = set_anchor(l, map ? ev->data.mapping_start.anchor : ev->data.sequence_start.anchor, n);
    f.block = map ? ev->data.mapping_start.style == YAML_BLOCK_MAPPING_STYLE
                  : ev->data.sequence_start.style == YAML_BLOCK_SEQUENCE_STYLE;
    VEC_PUSH(&l->frames, f);
    return 0;
}

static struct ynode **to_arena(struct arena *arena, struct ynode **nodes, size_t n)
{
    struct ynode **copy = arena_new(arena, n * sizeof(struct ynode *));
    if (n)
        memcpy(copy, nodes, n * sizeof(struct ynode *));
    return copy;
}

static void on_end(struct loader *l, const yaml_event_t *ev)
{
    struct frame f = l->frames.at[--l->frames.n];
    struct ynode *n = f.node;
    n->n = l->items.n - f.first_item;
    if (n->n)
        n->items = to_arena(l->arena, l->items.at + f.first_item, n->n);
    if (l->keys.n > f.first_key)
        n->keys = to_arena(l->arena, l->keys.at + f.first_key, n->n);
    l->items.n = f.first_item;
    l->keys.n = f.first_key;
    /* The event of a block's end lies at the next token, behind blanks and comments. */
    n->end = f.block ? f.last_end : mark_of(ev->end_mark);
    if (f.anchor)
        *f.anchor = (struct anchor){n, l->nodes - f.nodes_before, f.height, l->bytes - f.bytes_before, false};
    map_free(&f.seen);
    add_value(l, n, f.height, n->end);
}

static int on_alias(struct loader *l, const yaml_event_t *ev)
{
    struct ymark at = mark_of(ev->start_mark);
    struct sv name = sv_of((const char *)ev->data.alias.anchor), shown = sv_cut_utf8(name, 60);
    const struct anchor *a = map_get(&l->anchors, name);
    if (!a)
        return fault(l, at, "alias of an unknown anchor \"%.*s\"", SV_ARG(shown));
    if (a->open)
        return fault(l, at, "alias \"%.*s\" would contain itself", SV_ARG(shown));
    if (is_key_next(top_of(l)))
        return fault(l, at, "a key must be text, not an alias");
    if (++l->aliases > l->max.aliases)
        return fault(l, at, "more than %zu aliases", l->max.aliases);
    if (count(l, at, a->weight, a->height) != 0)
        return -1;
    l->bytes += a->bytes;
    if (a->bytes && l->bytes > l->max.bytes)
        return fault(l, at, "more than %zu bytes, aliases counted as what they stand for", l->max.bytes);
    add_value(l, a->node, a->height, mark_of(ev->end_mark));
    return 0;
}

static int on_event(struct loader *l, const yaml_event_t *ev)
{
    switch (ev->type) {
    case YAML_DOCUMENT_START_EVENT:
        return l->documents++ == 0 ? 0 : fault(l, mark_of(ev->start_mark), "only one document is allowed");
    case YAML_SCALAR_EVENT:
        return on_scalar(l, ev);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return on_start(l, ev);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        on_end(l, ev);
        return 0;
    case YAML_ALIAS_EVENT:
        return on_alias(l, ev);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
    default:
        return 0;
    }
}

static struct ymark mark_at(struct sv text, size_t offset)
{
    struct ymark m = {1, 1};
    for (size_t i = 0; i < offset && i < text.n; i++) {
        bool newline = text.p[i] == '\n' || (text.p[i] == '\r' && !(i + 1 < text.n && text.p[i + 1] == '\n'));
        if (newline)
            m = (struct ymark){m.line + 1, 1};
        else if (((uint8_t)text.p[i] & 0xc0) != 0x80)
            m.col++;
    }
    return m;
}

static int libyaml_fault(struct loader *l, const yaml_parser_t *p, struct sv text)
{
    MUST(p->error != YAML_MEMORY_ERROR);
    const char *problem = p->problem ? p->problem : "not YAML";
    if (p->error == YAML_READER_ERROR)
        return fault(l, mark_at(text, p->problem_offset), "%s", problem);
    /* The index counts code points; at the end of the text libyaml's mark goes one line too far. */
    struct sv rest = sv_from(text, sv_cut_chars(text, p->problem_mark.index).n);
    struct ymark at = rest.n ? mark_of(p->problem_mark) : mark_at(text, text.n);
    if (rest.n && rest.p[0] == '\t')
        return fault(l, at, "a tab cannot indent or begin a value");
    return p->context ? fault(l, at, "%s %s", problem, p->context) : fault(l, at, "%s", problem);
}

static int read_events(struct loader *l, yaml_parser_t *p, struct sv text)
{
    for (bool more = true; more;) {
        yaml_event_t ev;
        if (!yaml_parser_parse(p, &ev))
            return libyaml_fault(l, p, text);
        more = ev.type != YAML_STREAM_END_EVENT;
        int rc = on_event(l, &ev);
        yaml_event_delete(&ev);
        if (rc != 0)
            return -1;
    }
    return 0;
}

/* What must not reach libyaml: text that it would read in quadratic time or place wrongly. */
static int check_text(struct loader *l, struct sv text)
{
    if (text.n > l->max.bytes)
        return fault(l, (struct ymark){1, 1}, "text of %zu bytes, at most %zu are read", text.n, l->max.bytes);
    ptrdiff_t bad = sv_bad_utf8(text);
    if (bad >= 0)
        return fault(l, mark_at(text, (size_t)bad), "bad UTF-8");
    /* Each new tag directive is compared with all before it. */
    ptrdiff_t tag = sv_starts(text, SV("%TAG")) ? 0 : sv_find(text, SV("\n%TAG")) + 1;
    if (tag > 0 || sv_starts(text, SV("%TAG")))
        return fault(l, mark_at(text, (size_t)tag), "tags are not supported: %%TAG declares one");
    return 0;
}

static struct loader loader_of(const struct yaml_limits *limits)
{
    struct yaml_limits l = limits ? *limits : (struct yaml_limits){0};
    return (struct loader){.max = {.bytes = l.bytes ? l.bytes : YAML_BYTES,
                                   .depth = l.depth ? l.depth : YAML_DEPTH,
                                   .nodes = l.nodes ? l.nodes : YAML_NODES,
                                   .aliases = l.aliases ? l.aliases : YAML_ALIASES}};
}

static void loader_free(struct loader *l)
{
    for (size_t i = 0; i < l->frames.n; i++)
        map_free(&l->frames.at[i].seen);
    VEC_FREE(&l->frames);
    VEC_FREE(&l->items);
    VEC_FREE(&l->keys);
    map_free(&l->anchors);
}

int yaml_load(struct sv text, const struct yaml_limits *limits, struct arena *arena, struct ynode **ret,
              struct ymark *at, struct err *e)
{
    if (sv_starts(text, SV("\xef\xbb\xbf")))
        text = sv_from(text, 3);
    struct loader l = loader_of(limits);
    l.arena = arena;
    l.at = at;
    l.e = e;
    if (check_text(&l, text) != 0)
        return -1;
    yaml_parser_t p;
    MUST(yaml_parser_initialize(&p));
    yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p, (const unsigned char *)(text.p ? text.p : ""), text.n);
    int rc = read_events(&l, &p, text);
    yaml_parser_delete(&p);
    loader_free(&l);
    if (rc == 0)
        *ret = l.root && l.root->plain && l.root->text.n == 0 ? NULL : l.root;
    return rc;
}
