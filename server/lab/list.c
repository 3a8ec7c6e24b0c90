/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include "server/lab/change.h"
#include "server/lab/call.h"

/* How each forge calls the parameters of its list of issues. */
static const struct {
    const char *open, *otherwise, *since, *author, *order, *search;
} words[LAB_FORGES] = {
    [LAB_GITHUB] = {"open", "open", "since", "creator", "direction", NULL},
    [LAB_GITLAB] = {"opened", "all", "updated_after", "author_username", "sort", "search"},
    [LAB_GITEA] = {"open", "open", "since", "created_by", NULL, "q"},
};

static bool has_all_labels(const struct lab_issue *i, struct sv names)
{
    struct sv name;
    while (sv_next(&names, ',', &name))
        if (name.n && !issue_has_label(i, sv_trim(name)))
            return false;
    return true;
}

static bool holds(const struct lab_issue *i, struct sv part)
{
    return sv_find(sv_of(i->title), part) >= 0 || (i->body && sv_find(sv_of(i->body), part) >= 0);
}

static bool is_wanted(const struct lab_call *c, const struct lab_issue *i)
{
    struct sv state = call_param(c, "state"), author = call_param(c, words[c->forge].author), search = SV_NONE;
    struct sv type = c->forge == LAB_GITEA ? call_param(c, "type") : SV_NONE;
    msec_t since = 0, made = 0;
    if (type.n && sv_is(type, i->change ? "issues" : "pulls"))
        return false;
    if (!state.n)
        state = sv_of(words[c->forge].otherwise);
    if (words[c->forge].search)
        search = call_param(c, words[c->forge].search);
    if (!sv_is(state, "all") && i->closed == sv_is(state, words[c->forge].open))
        return false;
    if (when_parse(call_param(c, words[c->forge].since), &since) && i->updated < since)
        return false;
    if (when_parse(call_param(c, "created_after"), &made) && i->created < made)
        return false;
    return (!author.n || sv_is(author, "lab-bot")) && (!search.n || holds(i, search)) &&
           has_all_labels(i, call_param(c, "labels"));
}

void call_issues(struct lab_call *c, void (*put)(struct lab_call *c, const struct lab_issue *i))
{
    const struct lab_repo *r = c->repo;
    VEC(const struct lab_issue *) found = {0};
    const char *order = words[c->forge].order;
    bool oldest_first = order && sv_is(call_param(c, order), "asc");
    for (size_t k = 0; k < r->issues.n; k++) {
        const struct lab_issue *i = r->issues.at[oldest_first ? k : r->issues.n - 1 - k];
        if (is_wanted(c, i))
            VEC_PUSH(&found, i);
    }
    struct lab_page p = call_page(c, found.n);
    jout_open(call_open(c, 200), '[');
    for (size_t k = p.from; k < p.to; k++)
        put(c, found.at[k]);
    jout_close(&c->j, ']');
    VEC_FREE(&found);
}

/* ---- changes ---- */

/* Where a change's head or base is asked for: "owner:branch" at GitHub, the branch elsewhere. */
static bool is_branch(struct sv wanted, const struct lab_repo *repo, const char *branch)
{
    ptrdiff_t colon = sv_chr(wanted, ':');
    if (!wanted.p)
        return true;
    if (colon >= 0 && !(sv_starts(sv_of(repo->path), sv_cut(wanted, (size_t)colon)) && repo->path[colon] == '/'))
        return false;
    return sv_is(sv_from(wanted, (size_t)(colon + 1)), branch);
}

static bool is_wanted_change(const struct lab_call *c, const struct lab_change *x)
{
    bool lab = c->forge == LAB_GITLAB;
    struct sv state = call_param(c, "state");
    msec_t after = 0;
    if (!state.n)
        state = lab ? SV("all") : SV("open");
    if (!sv_is(state, "all") && !(sv_is(state, "merged")   ? x->merged
                                  : sv_is(state, "closed") ? x->issue->closed && !(lab && x->merged)
                                                           : !x->issue->closed))
        return false;
    if (when_parse(call_param(c, "updated_after"), &after) && x->issue->updated < after)
        return false;
    return is_branch(call_param(c, lab ? "source_branch" : "head"), x->head_repo, x->head_ref) &&
           is_branch(call_param(c, lab ? "target_branch" : "base"), c->repo, x->base_ref) &&
           has_all_labels(x->issue, lab ? call_param(c, "labels") : SV(""));
}

static int by_update(const void *a, const void *b)
{
    const struct lab_issue *x = (*(struct lab_change *const *)a)->issue, *y = (*(struct lab_change *const *)b)->issue;
    if (x->updated != y->updated)
        return x->updated < y->updated ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* Newest first unless they say otherwise; GitHub turns round once it is asked for an order. */
void call_changes(struct lab_call *c, void (*put)(struct lab_call *c, const struct lab_change *x))
{
    VEC(const struct lab_change *) found = {0};
    struct sv sort = call_param(c, "sort"), direction = call_param(c, "direction");
    bool asc, updated;
    if (c->forge == LAB_GITLAB) {
        updated = sv_is(call_param(c, "order_by"), "updated_at");
        asc = sv_is(sort, "asc");
    } else if (c->forge == LAB_GITHUB) {
        updated = sv_is(sort, "updated");
        asc = direction.n ? sv_is(direction, "asc") : sort.n && !sv_is(sort, "created");
    } else {
        updated = sv_is(sort, "recentupdate") || sv_is(sort, "leastupdate");
        asc = sv_is(sort, "oldest") || sv_is(sort, "leastupdate");
    }
    for (size_t k = 0; k < c->repo->changes.n; k++)
        if (is_wanted_change(c, c->repo->changes.at[k]))
            VEC_PUSH(&found, c->repo->changes.at[k]);
    if (updated && found.n)
        qsort(found.at, found.n, sizeof *found.at, by_update);
    struct lab_page p = call_page(c, found.n);
    jout_open(call_open(c, 200), '[');
    for (size_t k = p.from; k < p.to; k++)
        put(c, found.at[asc ? k : found.n - 1 - k]);
    jout_close(&c->j, ']');
    VEC_FREE(&found);
}

void call_refs(struct lab_call *c, struct sv prefix, enum lab_paging paging,
               void (*put)(struct lab_call *c, const struct lab_ref *r))
{
    struct lab_ref **refs;
    size_t n = refs_below(c->repo, prefix, &refs);
    struct lab_page p = paging == PAGED ? call_page(c, n) : (struct lab_page){0, n};
    jout_open(call_open(c, 200), '[');
    for (size_t i = p.from; i < p.to; i++)
        put(c, refs[i]);
    jout_close(&c->j, ']');
    mem_free(refs);
}

/* ---- statuses ---- */

static int newest_first(const void *a, const void *b)
{
    int64_t x = ((const struct lab_line *)a)->status->id, y = ((const struct lab_line *)b)->status->id;
    return x < y ? 1 : x > y ? -1 : 0;
}

size_t repo_lines(const struct lab_repo *r, struct sv sha, enum lab_rows which, struct lab_line **ret)
{
    VEC(struct lab_line) found = {0};
    for (size_t i = 0; i < r->contexts.n; i++) {
        const struct lab_context *x = r->contexts.at[i];
        if (!sv_is(sha, x->sha))
            continue;
        for (size_t k = which == ROWS_ALL ? 0 : x->rows.n - 1; k < x->rows.n; k++)
            VEC_PUSH(&found, ((struct lab_line){x, x->rows.at[k]}));
    }
    if (found.n)
        qsort(found.at, found.n, sizeof *found.at, newest_first);
    *ret = found.at;
    return found.n;
}
