/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's REST API 2022-11-28, "Branches", "Git references", "Commits": reading alone. */
#include "server/lab/github.h"

static void put_url(struct lab_call *c, const char *kind, const char *name)
{
    AUTO(buf_free) struct buf url = {0};
    buf_fmt(&url, "%.*s/repos/%s/%s/%s", SV_ARG(c->base), c->repo->path, kind, name);
    jout_kstr(&c->j, "url", buf_view(&url));
}

static void put_commit_short(struct lab_call *c, const char *sha)
{
    jout_key(&c->j, "commit");
    jout_open(&c->j, '{');
    jout_kstrz(&c->j, "sha", sha);
    put_url(c, "commits", sha);
    jout_close(&c->j, '}');
}

static void put_branch(struct lab_call *c, const struct lab_ref *r)
{
    jout_open(&c->j, '{');
    jout_kstr(&c->j, "name", ref_short(r));
    put_commit_short(c, r->sha);
    jout_kbool(&c->j, "protected", false);
    jout_close(&c->j, '}');
}

static void put_tag(struct lab_call *c, const struct lab_ref *r)
{
    jout_open(&c->j, '{');
    jout_kstr(&c->j, "name", ref_short(r));
    put_commit_short(c, r->sha);
    jout_close(&c->j, '}');
}

static void put_ref(struct lab_call *c, const struct lab_ref *r)
{
    struct jout *j = &c->j;
    jout_open(j, '{');
    jout_kstrz(j, "ref", r->name);
    put_url(c, "git", r->name);
    jout_key(j, "object");
    jout_open(j, '{');
    jout_kstrz(j, "type", "commit");
    jout_kstrz(j, "sha", r->sha);
    jout_close(j, '}');
    jout_close(j, '}');
}

static void list_branches(struct lab_call *c)
{
    call_refs(c, SV("refs/heads/"), PAGED, put_branch);
}

static void list_tags(struct lab_call *c)
{
    call_refs(c, SV("refs/tags/"), PAGED, put_tag);
}

/* Every ref that begins like this: none is an empty list, and there are no pages. */
static void list_matching(struct lab_call *c)
{
    AUTO(buf_free) struct buf prefix = {0};
    buf_str(&prefix, "refs/");
    buf_sv(&prefix, call_rest(c, 2));
    call_refs(c, buf_view(&prefix), ALL_AT_ONCE, put_ref);
}

static const struct lab_ref *ref_asked(struct lab_call *c, const char *folder, struct sv name)
{
    AUTO(buf_free) struct buf full = {0};
    buf_str(&full, folder);
    buf_sv(&full, name);
    return ref_find(c->repo, buf_view(&full));
}

static void get_branch(struct lab_call *c)
{
    const struct lab_ref *r = ref_asked(c, "refs/heads/", call_rest(c, 1));
    if (!r) {
        call_message(c, 404, "Branch not found");
        return;
    }
    call_open(c, 200);
    put_branch(c, r);
}

static void get_ref(struct lab_call *c)
{
    const struct lab_ref *r = ref_asked(c, "refs/", call_rest(c, 2));
    if (!r) {
        call_message(c, 404, "Not Found");
        return;
    }
    call_open(c, 200);
    put_ref(c, r);
}

/* By sha, branch or tag. A full sha that nobody pushed is taken for a commit as long as nothing was pushed at all. */
static void get_commit(struct lab_call *c)
{
    struct jout *j;
    struct sv asked = call_rest(c, 1), sha = commit_named(c->repo, asked);
    AUTO(buf_free) struct buf text = {0};
    if (!sha.p && is_oid(asked) && !c->repo->refs.n)
        sha = asked;
    if (!sha.p) {
        buf_fmt(&text, "No commit found for SHA: %.*s", SV_ARG(asked));
        call_message(c, 422, text.p);
        return;
    }
    const struct lab_commit *m = commit_find(c->repo, sha);
    j = call_open(c, 200);
    jout_open(j, '{');
    jout_kstr(j, "sha", sha);
    jout_key(j, "commit");
    jout_open(j, '{');
    jout_kstrz(j, "message", m ? m->message : "a commit");
    jout_key(j, "author");
    jout_open(j, '{');
    jout_kstrz(j, "name", m ? m->author : "ann");
    call_time(c, "date", m ? m->at : c->now);
    jout_close(j, '}');
    jout_close(j, '}');
    jout_key(j, "parents");
    jout_open(j, '[');
    jout_close(j, ']');
    jout_close(j, '}');
}

const struct lab_row github_ref_rows[] = {
    {"GET", "branches", list_branches},
    {"GET", "branches/**", get_branch},
    {"GET", "tags", list_tags},
    {"GET", "git/matching-refs/**", list_matching},
    {"GET", "git/ref/**", get_ref},
    {"GET", "commits/*", get_commit},
    {"GET", "commits/heads/**", get_commit},
    {NULL, NULL, NULL},
};
