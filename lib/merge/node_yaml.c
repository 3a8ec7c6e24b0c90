/* SPDX-License-Identifier: Apache-2.0 */
/* YAML by its lines and their indentation: block mappings and block sequences; everything else is a leaf with all its
 * lines. yarn.lock, which looks like it, too. Whether the outcome is YAML is for the caller to check. */
#include <ctype.h>
#include "merge/node.h"
#include "merge/seq.h"

struct lines {
    const struct sv *at;
    size_t n;
    struct arena *a;
};

static bool is_remark(struct sv line)
{
    struct sv s = sv_trim(line);
    return s.n == 0 || s.p[0] == '#';
}

static struct sv range(const struct lines *l, size_t from, size_t to)
{
    const char *start = l->at[from].p;
    return to > from ? sv_n(start, (size_t)(l->at[to - 1].p + l->at[to - 1].n - start)) : sv_n(start, 0);
}

/* The end of the key in "key: …", without the colon; -1 = no such line. */
static ptrdiff_t key_end(struct sv s)
{
    size_t i = 0;
    if (s.n == 0 || strchr("#-?[]{},&*!|>%@`", s.p[0]))
        return -1;
    if (s.p[0] == '"' || s.p[0] == '\'') {
        ptrdiff_t close = sv_chr(sv_from(s, 1), s.p[0]);
        if (close < 0)
            return -1;
        i = (size_t)close + 2;
    }
    for (; i < s.n; i++) {
        if (s.p[i] == ':' && (i + 1 == s.n || isspace((unsigned char)s.p[i + 1])))
            return (ptrdiff_t)i;
        if (s.p[i] == '#' && i > 0 && s.p[i - 1] == ' ')
            return -1;
    }
    return -1;
}

static bool is_item(struct sv s)
{
    return s.n > 0 && s.p[0] == '-' && (s.n == 1 || s.p[1] == ' ');
}

static bool block(const struct lines *l, size_t from, size_t to, int depth, struct node *ret);

/* The lines of one entry: what is indented deeper, and a sequence right below its key. */
static size_t entry_end(const struct lines *l, size_t at, size_t to, size_t indent, bool item)
{
    size_t end = at + 1;
    size_t seen = end; /* behind the last line that is no remark */
    bool bare = !item && sv_ends(sv_trim(l->at[at]), SV(":"));
    for (; end < to; end++) {
        struct sv line = l->at[end];
        size_t deep = line_indent(line).n;
        if (is_remark(line) && !(sv_trim(line).n && deep > indent))
            continue;
        if (deep < indent || (deep == indent && !(bare && is_item(sv_trim(line)))))
            break;
        seen = end + 1;
    }
    return seen;
}

static struct sv item_key(const struct lines *l, size_t from, size_t to)
{
    static const char *const names[] = {"name:", "id:", "key:", "repo:", "title:"};
    for (size_t k = 0; k < ARRAY_LEN(names); k++)
        for (size_t i = from; i < to; i++) {
            struct sv s = sv_trim(l->at[i]);
            bool first = i == from;
            if (first)
                s = sv_trim(sv_from(s, 1));
            size_t deep = line_indent(l->at[i]).n;
            if (sv_starts(s, sv_of(names[k])) && (first || deep == line_indent(l->at[from]).n + 2))
                return s;
        }
    return sv_trim(range(l, from, to));
}

/* key: [a, b] with entries that are plain words. */
static void flow_list(struct arena *a, struct node *ret)
{
    struct nodes kids = {0};
    ptrdiff_t open = sv_chr(ret->all, '['), close = sv_rchr(ret->all, ']');
    if (open < 0 || close < open || ret->value.n < 2 || ret->value.p[0] != '[' || ret->value.p[ret->value.n - 1] != ']')
        return;
    struct sv rest = sv_n(ret->all.p + open + 1, (size_t)(close - open - 1)), part;
    for (size_t i = 0; i < rest.n; i++)
        if (!isalnum((unsigned char)rest.p[i]) && !strchr("_-./, \"'*@", rest.p[i]))
            return;
    while (sv_next(&rest, ',', &part)) {
        struct sv word = sv_trim(part);
        if (word.n == 0)
            break;
        struct node kid = {.lead = sv_n(part.p, (size_t)(word.p - part.p)), .key = word, .all = word, .head = word};
        VEC_PUSH(&kids.v, kid);
    }
    ret->kind = NODE_LIST;
    ret->separator = ',';
    ret->head = sv_cut(ret->all, (size_t)open + 1);
    ret->tail = sv_from(ret->all, (size_t)close);
    node_give(&kids, a, ret);
}

static bool entry(const struct lines *l, size_t at, size_t end, bool item, int depth, struct node *ret)
{
    struct sv s = sv_trim(l->at[at]);
    ret->all = ret->head = range(l, at, end);
    if (item) {
        ret->key = item_key(l, at, end);
        return true;
    }
    ptrdiff_t colon = key_end(s);
    if (colon < 0)
        return false;
    ret->key = sv_cut(s, (size_t)colon);
    struct sv rest = sv_trim(sv_from(s, (size_t)colon + 1));
    if (end == at + 1) {
        ret->value = rest;
        flow_list(l->a, ret);
        return true;
    }
    if (rest.n == 0 && depth < NODE_DEPTH) {
        struct node inner = {0};
        if (block(l, at + 1, end, depth + 1, &inner)) {
            ret->kind = inner.kind;
            ret->kids = inner.kids;
            ret->n = inner.n;
            ret->tail = inner.tail;
            ret->head = range(l, at, at + 1);
        }
    }
    return true;
}

static bool collect(const struct lines *l, size_t from, size_t to, int depth, struct nodes *kids, struct node *ret)
{
    size_t indent = SIZE_MAX, at = from;
    while (at < to) {
        size_t start = at;
        while (at < to && is_remark(l->at[at]))
            at++;
        if (at == to) {
            ret->tail = range(l, start, to);
            break;
        }
        struct sv body = sv_trim(l->at[at]);
        bool item = is_item(body);
        if (indent == SIZE_MAX) {
            indent = line_indent(l->at[at]).n;
            ret->kind = item ? NODE_LIST : NODE_MAP;
        }
        if (line_indent(l->at[at]).n != indent || item != (ret->kind == NODE_LIST) || sv_chr(l->at[at], '\t') == 0)
            return false;
        size_t end = entry_end(l, at, to, indent, item);
        struct node kid = {.lead = range(l, start, at)};
        if (!entry(l, at, end, item, depth, &kid))
            return false;
        VEC_PUSH(&kids->v, kid);
        at = end;
    }
    return indent != SIZE_MAX;
}

static bool block(const struct lines *l, size_t from, size_t to, int depth, struct node *ret)
{
    struct nodes kids = {0};
    bool good = collect(l, from, to, depth, &kids, ret);
    if (good)
        node_give(&kids, l->a, ret);
    VEC_FREE(&kids.v);
    return good;
}

bool node_yaml(struct sv text, struct arena *a, struct node *ret)
{
    struct seq_names names = {0};
    struct seq s;
    if (text.n == 0 || text.p[text.n - 1] != '\n')
        return false;
    seq_lines(&names, text, SEQ_EXACT, a, &s);
    seq_names_free(&names);
    struct lines l = {s.at, s.n, a};
    size_t at = 0;
    for (size_t i = 0; i < s.n; i++) /* the mark of a document only in front */
        if (sv_starts(s.at[i], SV("---")) || sv_starts(s.at[i], SV("..."))) {
            if (at || i > 0)
                return false;
            at = 1;
        }
    *ret = (struct node){.lead = range(&l, 0, at)};
    if (at == s.n || !block(&l, at, s.n, 0, ret))
        return false;
    ret->all = range(&l, at, s.n);
    return true;
}
