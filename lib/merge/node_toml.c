/* SPDX-License-Identifier: Apache-2.0 */
/* TOML by its lines: tables, their keys, and arrays of plain entries. Whatever else a value is, is a leaf. */
#include "merge/node.h"
#include "merge/seq.h"

struct reader {
    struct sv text;
    size_t at;
    struct arena *a;
    enum toml_names how;
};

static struct sv line_at(const struct reader *r, size_t at)
{
    struct sv rest = sv_from(r->text, at);
    ptrdiff_t lf = sv_chr(rest, '\n');
    return sv_cut(rest, lf < 0 ? rest.n : (size_t)lf + 1);
}

/* Behind a quoted text; the end of the text when it is never closed. */
static size_t pass_string(struct sv s, size_t at)
{
    struct sv mark = sv_cut(sv_from(s, at), 3);
    bool three = sv_is(mark, "\"\"\"") || sv_is(mark, "'''");
    char quote = s.p[at];
    for (size_t i = at + (three ? 3 : 1); i < s.n; i++) {
        if (quote == '"' && s.p[i] == '\\')
            i++;
        else if (s.p[i] == quote && (!three || sv_starts(sv_from(s, i), mark)))
            return i + (three ? 3 : 1);
    }
    return s.n;
}

/* From a value to behind its line; lines go on inside of brackets and quotes. */
static size_t value_end(struct sv s, size_t at)
{
    int depth = 0;
    while (at < s.n) {
        char c = s.p[at];
        if (c == '"' || c == '\'') {
            at = pass_string(s, at);
            continue;
        }
        if (c == '#')
            while (at < s.n && s.p[at] != '\n')
                at++;
        if (at < s.n && s.p[at] == '\n' && depth <= 0)
            return at + 1;
        depth += c == '[' || c == '{';
        depth -= c == ']' || c == '}';
        at++;
    }
    return s.n;
}

/* ["a", "b"] of one or several lines, strings alone. */
static bool array(const struct reader *r, struct sv all, size_t open, struct node *ret)
{
    struct nodes kids = {0};
    size_t at = open + 1;
    bool good = false;
    for (;;) {
        size_t lead = at;
        while (at < all.n && strchr(" \t\r\n", all.p[at]))
            at++;
        if (at < all.n && all.p[at] == ']') {
            /* a comma behind the last entry belongs to the end */
            size_t tail =
                kids.v.n ? (size_t)(kids.v.at[kids.v.n - 1].all.p - all.p) + kids.v.at[kids.v.n - 1].all.n : lead;
            ret->tail = sv_from(all, tail);
            good = line_is_blank(sv_from(all, at + 1));
            break;
        }
        if (at >= all.n || (all.p[at] != '"' && all.p[at] != '\''))
            break;
        size_t end = pass_string(all, at);
        struct sv entry = sv_n(all.p + at, end - at);
        struct node kid = {.lead = sv_n(all.p + lead, at - lead), .all = entry, .head = entry, .key = entry};
        VEC_PUSH(&kids.v, kid);
        at = end;
        while (at < all.n && (all.p[at] == ' ' || all.p[at] == '\t'))
            at++;
        if (at < all.n && all.p[at] == ',')
            at++;
    }
    if (good) {
        ret->kind = NODE_LIST;
        ret->separator = ',';
        ret->head = sv_cut(all, open + 1);
        node_give(&kids, r->a, ret);
    }
    VEC_FREE(&kids.v);
    return good;
}

static struct sv take_lead(struct reader *r)
{
    size_t from = r->at;
    while (r->at < r->text.n) {
        struct sv line = line_at(r, r->at), s = sv_trim(line);
        if (s.n && s.p[0] != '#')
            break;
        r->at += line.n;
    }
    return sv_n(r->text.p + from, r->at - from);
}

static bool pair(struct reader *r, struct node *ret)
{
    struct sv line = line_at(r, r->at);
    ptrdiff_t equals = sv_chr(line, '=');
    if (equals <= 0)
        return false;
    size_t end = value_end(r->text, r->at + (size_t)equals + 1);
    ret->key = sv_trim(sv_cut(line, (size_t)equals));
    ret->all = ret->head = sv_n(r->text.p + r->at, end - r->at);
    r->at = end;
    size_t open = (size_t)equals + 1;
    while (open < ret->all.n && (ret->all.p[open] == ' ' || ret->all.p[open] == '\t'))
        open++;
    if (open >= ret->all.n || ret->all.p[open] != '[' || !array(r, ret->all, open, ret))
        ret->value = sv_from(ret->all, (size_t)equals + 1);
    return true;
}

static struct sv value_of(const struct node *table, const char *key)
{
    for (size_t i = 0; i < table->n; i++)
        if (sv_is(table->kids[i].key, key))
            return sv_trim(table->kids[i].value);
    return SV_NONE;
}

/* "[[package]]" NUL name, and NUL version where names repeat. */
static bool name_table(const struct reader *r, struct node *table, struct sv heading)
{
    table->key = heading;
    if (!sv_starts(heading, SV("[[")))
        return true;
    struct sv name = value_of(table, "name"), version = value_of(table, "version");
    if (!name.p)
        return false;
    AUTO(buf_free) struct buf key = {0};
    buf_sv(&key, heading);
    buf_chr(&key, '\0');
    buf_sv(&key, name);
    if (r->how == TOML_BY_VERSION) {
        buf_chr(&key, '\0');
        buf_sv(&key, version);
    }
    table->key = arena_sv(r->a, buf_view(&key));
    return true;
}

/* Pairs up to the next heading; *ret_left is what stands in front of that. */
static bool pairs(struct reader *r, struct nodes *kids, struct sv *ret_left)
{
    for (;;) {
        struct node kid = {.lead = take_lead(r)};
        if (r->at >= r->text.n || sv_trim(line_at(r, r->at)).p[0] == '[') {
            *ret_left = kid.lead;
            return true;
        }
        if (!pair(r, &kid))
            return false;
        VEC_PUSH(&kids->v, kid);
    }
}

static bool table(struct reader *r, struct sv *lead, struct node *ret)
{
    struct sv line = line_at(r, r->at), heading = sv_trim(line);
    size_t from = r->at;
    struct nodes kids = {0};
    *ret = (struct node){.kind = NODE_MAP, .lead = *lead, .head = line};
    r->at += line.n;
    ptrdiff_t close = sv_rchr(heading, ']');
    bool good = close > 0 && pairs(r, &kids, lead);
    if (good) {
        node_give(&kids, r->a, ret);
        ret->all = sv_n(r->text.p + from, (size_t)(lead->p - r->text.p) - from);
        good = name_table(r, ret, sv_cut(heading, (size_t)close + 1));
    }
    VEC_FREE(&kids.v);
    return good;
}

bool node_toml(struct sv text, enum toml_names how, struct arena *a, struct node *ret)
{
    struct reader r = {.text = text, .a = a, .how = how};
    struct nodes kids = {0};
    struct sv lead = SV_NONE;
    if (text.n == 0 || text.p[text.n - 1] != '\n')
        return false;
    bool good = pairs(&r, &kids, &lead);
    while (good && r.at < text.n) {
        struct node next;
        good = table(&r, &lead, &next);
        if (good)
            VEC_PUSH(&kids.v, next);
    }
    *ret = (struct node){.kind = NODE_MAP, .lead = sv_cut(text, 0), .all = text, .tail = lead};
    if (good)
        node_give(&kids, a, ret);
    VEC_FREE(&kids.v);
    return good;
}
