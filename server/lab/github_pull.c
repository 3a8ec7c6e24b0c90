/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's REST API 2022-11-28, "Pulls": reading; a pull request has the number of an issue. One
 * whose branch ends in "conflicting" cannot be merged. */
#include "server/lab/github.h"

static void put_side(struct lab_call *c, const char *key, const char *ref, const char *sha, const struct lab_repo *r)
{
    struct jout *j = &c->j;
    AUTO(buf_free) struct buf label = {0};
    buf_fmt(&label, "%.*s:%s", SV_ARG(sv_cut(sv_of(r->path), (size_t)sv_chr(sv_of(r->path), '/'))), ref);
    jout_key(j, key);
    jout_open(j, '{');
    jout_kstr(j, "label", buf_view(&label));
    jout_kstrz(j, "ref", ref);
    jout_kstrz(j, "sha", sha);
    jout_key(j, "repo");
    if (r->deleted)
        jout_null(j);
    else
        github_put_repo(c, r);
    jout_close(j, '}');
}

bool github_conflicts(const struct lab_change *x)
{
    return sv_ends(sv_of(x->head_ref), SV("conflicting"));
}

/* Whether a head merges is worked out after somebody asked: the first answer is null. */
static void put_whole(struct lab_call *c, const struct lab_change *x)
{
    struct jout *j = &c->j;
    bool known = !x->issue->closed && x->checked && strcmp(x->checked, x->head_sha) == 0;
    jout_kbool(j, "merged", x->merged);
    jout_key(j, "mergeable");
    if (known)
        jout_bool(j, !github_conflicts(x));
    else
        jout_null(j);
    jout_kstrz(j, "mergeable_state",
               !known                ? "unknown"
               : github_conflicts(x) ? "dirty"
               : x->draft            ? "draft"
                                     : "clean");
    jout_kint(j, "commits", 1);
}

void github_put_pull(struct lab_call *c, const struct lab_repo *r, const struct lab_change *x, enum lab_detail detail)
{
    struct jout *j = &c->j;
    const struct lab_issue *i = x->issue;
    AUTO(buf_free) struct buf url = {0}, html = {0};
    buf_fmt(&url, "%.*s/repos/%s/pulls/%lld", SV_ARG(c->base), r->path, (long long)i->number);
    buf_fmt(&html, "%.*s/%s/pull/%lld", SV_ARG(c->base), r->path, (long long)i->number);
    jout_open(j, '{');
    jout_kstr(j, "url", buf_view(&url));
    jout_kstr(j, "html_url", buf_view(&html));
    jout_kint(j, "id", i->id);
    jout_kint(j, "number", i->number);
    jout_kstrz(j, "state", i->closed ? "closed" : "open");
    jout_kbool(j, "locked", false);
    jout_kstrz(j, "title", i->title);
    jout_kstrz(j, "body", i->body);
    tell_who(c, "user", x->author);
    jout_key(j, "labels");
    github_put_labels(c, i->labels.at, i->labels.n);
    jout_kbool(j, "draft", x->draft);
    put_side(c, "head", x->head_ref, x->head_sha, x->head_repo);
    put_side(c, "base", x->base_ref, x->base_sha, r);
    jout_kstrz(j, "merge_commit_sha", x->merge_sha);
    call_time(c, "created_at", i->created);
    call_time(c, "updated_at", i->updated);
    call_time(c, "closed_at", i->closed_at);
    call_time(c, "merged_at", x->merged_at);
    jout_kstrz(j, "author_association", "MEMBER");
    if (detail == WHOLE)
        put_whole(c, x);
    jout_close(j, '}');
}

struct lab_change *github_change_asked(struct lab_call *c)
{
    int64_t n;
    struct lab_change *x = sv_int(c->segs[1], &n) ? change_find(c->repo, n) : NULL;
    if (!x)
        call_message(c, 404, "Not Found");
    return x;
}

static void put_listed(struct lab_call *c, const struct lab_change *x)
{
    github_put_pull(c, c->repo, x, IN_LIST);
}

static void list_pulls(struct lab_call *c)
{
    call_changes(c, put_listed);
}

static void get_pull(struct lab_call *c)
{
    struct lab_change *x = github_change_asked(c);
    if (!x)
        return;
    call_open(c, 200);
    github_put_pull(c, c->repo, x, WHOLE);
    x->checked = x->head_sha;
}

/* Open ones whose head the commit is, and merged ones that made it. */
static void list_of_commit(struct lab_call *c)
{
    const struct lab_repo *r = c->repo;
    jout_open(call_open(c, 200), '[');
    for (size_t i = r->changes.n; i-- > 0;) {
        const struct lab_change *x = r->changes.at[i];
        if (sv_is(c->segs[1], x->head_sha) || (x->merge_sha && sv_is(c->segs[1], x->merge_sha)))
            put_listed(c, x);
    }
    jout_close(&c->j, ']');
}

const struct lab_row github_pull_rows[] = {
    {"GET", "pulls", list_pulls},
    {"GET", "pulls/*", get_pull},
    {"GET", "commits/*/pulls", list_of_commit},
    {NULL, NULL, NULL},
};
