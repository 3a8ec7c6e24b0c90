/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's REST API 2022-11-28, "Rate limit" (free of charge) and "Search issues and pull requests", whose index lags.
 */
#include "server/lab/github.h"
#include "server/lab/limit.h"

static void get_rate_limit(struct lab_call *c)
{
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_key(j, "resources");
    jout_open(j, '{');
    if (c->limits)
        limits_buckets(c->limits, c->ask, j);
    jout_close(j, '}');
    jout_close(j, '}');
}

/* What of `q` is understood: repo:O/R, is:issue, is:pull-request, state:open|closed, label:L, and words of the title or
 * body. */
struct query {
    struct sv repo, state, label, word;
    enum { IS_ANY, IS_ISSUE, IS_PULL } is;
};

static struct query take_apart(struct sv q)
{
    struct query ret = {0};
    struct sv part;
    while (sv_next(&q, ' ', &part)) {
        if (sv_starts(part, SV("repo:")))
            ret.repo = sv_from(part, 5);
        else if (sv_starts(part, SV("state:")))
            ret.state = sv_from(part, 6);
        else if (sv_starts(part, SV("label:")))
            ret.label = sv_from(part, 6);
        else if (sv_is(part, "is:issue"))
            ret.is = IS_ISSUE;
        else if (sv_is(part, "is:pull-request") || sv_is(part, "is:pr"))
            ret.is = IS_PULL;
        else if (part.n && sv_find(part, SV(":")) < 0)
            ret.word = part;
    }
    return ret;
}

static bool is_found(const struct lab_call *c, const struct query *q, const struct lab_issue *i)
{
    if (c->now - i->updated < c->lag || (q->is == IS_ISSUE && i->change) || (q->is == IS_PULL && !i->change))
        return false;
    if (q->state.n && i->closed != sv_is(q->state, "closed"))
        return false;
    if (q->label.n && !issue_has_label(i, q->label))
        return false;
    return !q->word.n || sv_find(sv_of(i->title), q->word) >= 0 || (i->body && sv_find(sv_of(i->body), q->word) >= 0);
}

/* "+" is a blank here. */
static struct sv blanks(struct lab_call *c, struct sv q)
{
    char *text = arena_dup(c->arena, q);
    for (char *p = text; p && *p; p++)
        *p = *p == '+' ? ' ' : *p;
    return sv_of(text);
}

static void search_issues(struct lab_call *c)
{
    struct query q = take_apart(blanks(c, call_param(c, "q")));
    VEC(const struct lab_issue *) found = {0};
    if (q.is == IS_ANY) {
        github_invalid(c, "Search", "q", "invalid", "Query must include 'is:issue' or 'is:pull-request'");
        return;
    }
    for (size_t i = 0; i < c->world->repos.n; i++) {
        const struct lab_repo *r = c->world->repos.at[i];
        if (r->forge != LAB_GITHUB || r->deleted || (q.repo.n && !sv_is(q.repo, r->path)))
            continue;
        for (size_t k = r->issues.n; k-- > 0;)
            if (is_found(c, &q, r->issues.at[k]))
                VEC_PUSH(&found, r->issues.at[k]);
    }
    struct lab_page p = call_page(c, found.n);
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kint(j, "total_count", (int64_t)found.n);
    jout_kbool(j, "incomplete_results", false);
    jout_key(j, "items");
    jout_open(j, '[');
    for (size_t i = p.from; i < p.to; i++) {
        jout_open(j, '{');
        jout_kint(j, "id", found.at[i]->id);
        jout_kint(j, "number", found.at[i]->number);
        jout_kstrz(j, "title", found.at[i]->title);
        jout_kstrz(j, "body", found.at[i]->body);
        jout_kstrz(j, "state", found.at[i]->closed ? "closed" : "open");
        jout_close(j, '}');
    }
    jout_close(j, ']');
    jout_close(j, '}');
    VEC_FREE(&found);
}

const struct lab_row github_rate_tops[] = {
    {"GET", "rate_limit", get_rate_limit},
    {"GET", "search/issues", search_issues},
    {NULL, NULL, NULL},
};
