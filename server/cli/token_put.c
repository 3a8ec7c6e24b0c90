/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/token.h"
#include "server/cli/edits.h"

struct place {
    struct edits edits;
    struct arena arena;
    const char *entry;
};

/* Behind the line of a mark; at the end of a text that lacks its last line end, one is added. */
static void put_below(struct place *p, int line, const char *text)
{
    const struct edits *x = &p->edits;
    bool last = (size_t)line >= x->lines.n;
    size_t at = last ? x->source.n : x->lines.at[line];
    bool open = last && x->source.n && x->source.p[x->source.n - 1] != '\n';
    edits_put(&p->edits, at, 0, arena_fmt(&p->arena, "%s%s\n", open ? "\n" : "", text));
}

static bool is_flow(const struct place *p, const struct ynode *n)
{
    size_t at = edits_offset(&p->edits, n->at);
    return at < p->edits.source.n && (p->edits.source.p[at] == '[' || p->edits.source.p[at] == '{');
}

/* In front of the bracket that closes a flow collection. */
static int put_inside(struct place *p, const struct ynode *n, const char *text, struct err *e)
{
    size_t end = edits_offset(&p->edits, n->end);
    if (end == 0 || end > p->edits.source.n || !strchr("]}", p->edits.source.p[end - 1]))
        return err_set(e, ERR_INVALID, "it does not end in a bracket");
    edits_put(&p->edits, end - 1, 0, arena_fmt(&p->arena, "%s%s", n->n ? ", " : "", text));
    return 0;
}

/* A list in lines: one line more, as far in as its others. */
static int put_item(struct place *p, const struct ynode *list, struct err *e)
{
    const struct ynode *first = list->items[0], *last = list->items[list->n - 1];
    size_t line = (size_t)first->at.line - 1;
    if (line >= p->edits.lines.n)
        return err_set(e, ERR_INVALID, "its first entry was not found");
    struct sv text = sv_from(p->edits.source, p->edits.lines.at[line]);
    size_t indent = 0;
    while (indent < text.n && text.p[indent] == ' ')
        indent++;
    if (indent == text.n || text.p[indent] != '-')
        return err_set(e, ERR_INVALID, "its first entry does not stand behind a dash");
    put_below(p, last->end.line, arena_fmt(&p->arena, "%*s- %s", (int)indent, "", p->entry));
    return 0;
}

static int put_tokens(struct place *p, const struct ynode *api, struct err *e)
{
    const struct ynode *tokens = ynode_get(api, "tokens"), *key = api->keys[0];
    int in = key->at.col - 1;
    if (tokens && tokens->kind == Y_SEQ)
        return is_flow(p, tokens) ? put_inside(p, tokens, p->entry, e) : put_item(p, tokens, e);
    if (tokens)
        return err_set(e, ERR_INVALID, "\"tokens\" is no list");
    put_below(p, key->at.line - 1, arena_fmt(&p->arena, "%*stokens:\n%*s- %s", in, "", in + 2, "", p->entry));
    return 0;
}

static int put(struct place *p, const struct ynode *root, struct err *e)
{
    const struct ynode *api = ynode_get(root, "api");
    if (!root || root->kind != Y_MAP || is_flow(p, root))
        return err_set(e, ERR_INVALID, "it is no mapping of keys in lines of their own");
    if (!api) {
        put_below(p, (int)p->edits.lines.n, arena_fmt(&p->arena, "api:\n  tokens:\n    - %s", p->entry));
        return 0;
    }
    if (api->kind != Y_MAP || (api->n == 0 && !is_flow(p, api)))
        return err_set(e, ERR_INVALID, "\"api\" is there and empty");
    if (is_flow(p, api) && !ynode_get(api, "tokens"))
        return put_inside(p, api, arena_fmt(&p->arena, "tokens: [%s]", p->entry), e);
    return put_tokens(p, api, e);
}

/* What came out is read again: one token more, and as many keys as there were, or one more. */
static int check(struct sv before, struct sv after, struct err *e)
{
    AUTO(arena_free) struct arena arena = {0};
    struct ynode *old = NULL, *now = NULL;
    struct ymark at;
    if (yaml_load(before, NULL, &arena, &old, &at, e) < 0 || yaml_load(after, NULL, &arena, &now, &at, e) < 0)
        return -1;
    const struct ynode *had = ynode_get(ynode_get(old, "api"), "tokens"),
                       *has = ynode_get(ynode_get(now, "api"), "tokens");
    size_t n = had ? had->n : 0, keys = old->n + !ynode_get(old, "api");
    if (has && has->n == n + 1 && now->n == keys)
        return 0;
    return err_set(e, ERR_INVALID, "the entry would stand in the wrong place");
}

int token_put(struct sv text, const char *entry, struct buf *ret, struct err *e)
{
    struct place p = {.entry = entry};
    AUTO(buf_free) struct buf changed = {0};
    struct ynode *root = NULL;
    struct ymark at;
    edits_open(&p.edits, text);
    int rc = yaml_load(text, NULL, &p.arena, &root, &at, e);
    if (rc == 0)
        rc = put(&p, root, e);
    if (rc == 0)
        edits_apply(&p.edits, &changed);
    if (rc == 0 && (rc = check(text, buf_view(&changed), e)) == 0)
        buf_sv(ret, buf_view(&changed));
    edits_free(&p.edits);
    arena_free(&p.arena);
    return rc;
}
