/* SPDX-License-Identifier: Apache-2.0 */
/* Gitea's API v1: branches, tags, refs and commits, reading alone. */
#include "server/lab/gitea.h"

static void put_commit(struct lab_call *c, const char *sha)
{
    struct jout *j = &c->j;
    const struct lab_commit *m = commit_find(c->repo, sv_of(sha));
    jout_open(j, '{');
    jout_kstrz(j, "id", sha);
    jout_kstrz(j, "message", m ? m->message : "a commit");
    call_time(c, "timestamp", m ? m->at : c->now);
    jout_close(j, '}');
}

static void put_branch(struct lab_call *c, const struct lab_ref *r)
{
    jout_open(&c->j, '{');
    jout_kstr(&c->j, "name", ref_short(r));
    jout_key(&c->j, "commit");
    put_commit(c, r->sha);
    jout_kbool(&c->j, "protected", false);
    jout_close(&c->j, '}');
}

static void put_tag(struct lab_call *c, const struct lab_ref *r)
{
    struct jout *j = &c->j;
    jout_open(j, '{');
    jout_kstr(j, "name", ref_short(r));
    jout_kstrz(j, "id", r->sha);
    jout_kstrz(j, "message", "");
    jout_key(j, "commit");
    jout_open(j, '{');
    jout_kstrz(j, "sha", r->sha);
    jout_close(j, '}');
    jout_close(j, '}');
}

static void put_ref(struct lab_call *c, const struct lab_ref *r)
{
    struct jout *j = &c->j;
    jout_open(j, '{');
    jout_kstrz(j, "ref", r->name);
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

/* Those that begin like this, also when one is named whole: always a list. */
static void list_refs(struct lab_call *c)
{
    AUTO(buf_free) struct buf prefix = {0};
    buf_str(&prefix, "refs/");
    buf_sv(&prefix, call_rest(c, 2));
    call_refs(c, buf_view(&prefix), ALL_AT_ONCE, put_ref);
}

static const struct lab_ref *ref_asked(struct lab_call *c, const char *folder)
{
    AUTO(buf_free) struct buf full = {0};
    buf_str(&full, folder);
    buf_sv(&full, call_rest(c, 1));
    const struct lab_ref *r = ref_find(c->repo, buf_view(&full));
    if (!r)
        gitea_missing(c);
    return r;
}

static void get_branch(struct lab_call *c)
{
    const struct lab_ref *r = ref_asked(c, "refs/heads/");
    if (!r)
        return;
    call_open(c, 200);
    put_branch(c, r);
}

static void get_tag(struct lab_call *c)
{
    const struct lab_ref *r = ref_asked(c, "refs/tags/");
    if (!r)
        return;
    call_open(c, 200);
    put_tag(c, r);
}

static void get_commit(struct lab_call *c)
{
    struct sv asked = c->segs[2], sha = commit_named(c->repo, asked);
    if (!sha.p && is_oid(asked) && !c->repo->refs.n) /* nothing was pushed: every full sha is there */
        sha = asked;
    if (!sha.p) {
        gitea_missing(c);
        return;
    }
    const struct lab_commit *m = commit_find(c->repo, sha);
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kstr(j, "sha", sha);
    call_time(c, "created", m ? m->at : c->now);
    jout_key(j, "commit");
    jout_open(j, '{');
    jout_kstrz(j, "message", m ? m->message : "a commit");
    jout_close(j, '}');
    jout_close(j, '}');
}

const struct lab_row gitea_ref_rows[] = {
    {"GET", "branches", list_branches},
    {"GET", "branches/**", get_branch},
    {"GET", "tags", list_tags},
    {"GET", "tags/**", get_tag},
    {"GET", "git/refs/**", list_refs},
    {"GET", "git/commits/*", get_commit},
    {NULL, NULL, NULL},
};
