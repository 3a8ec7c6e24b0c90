/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab's REST API v4, "Branches", "Tags", "Commits": reading alone. A branch's name is one encoded segment. */
#include "server/lab/gitlab.h"

static void put_commit(struct lab_call *c, const char *sha)
{
    struct jout *j = &c->j;
    const struct lab_commit *m = commit_find(c->repo, sv_of(sha));
    jout_open(j, '{');
    jout_kstrz(j, "id", sha);
    jout_kstr(j, "short_id", sv_cut(sv_of(sha), 8));
    jout_kstr(j, "title", sv_cut(sv_of(m ? m->message : "a commit"), 72));
    jout_kstrz(j, "message", m ? m->message : "a commit");
    jout_kstrz(j, "author_name", m ? m->author : "ann");
    call_time(c, "created_at", m ? m->at : c->now);
    call_time(c, "committed_date", m ? m->at : c->now);
    jout_key(j, "parent_ids");
    jout_strs(j, NULL, 0);
    jout_close(j, '}');
}

static void put_branch(struct lab_call *c, const struct lab_ref *r)
{
    struct jout *j = &c->j;
    bool is_default = sv_is(ref_short(r), c->repo->default_branch);
    jout_open(j, '{');
    jout_kstr(j, "name", ref_short(r));
    jout_key(j, "commit");
    put_commit(c, r->sha);
    jout_kbool(j, "merged", false);
    jout_kbool(j, "protected", is_default);
    jout_kbool(j, "default", is_default);
    jout_kbool(j, "can_push", true);
    jout_close(j, '}');
}

static void put_tag(struct lab_call *c, const struct lab_ref *r)
{
    struct jout *j = &c->j;
    jout_open(j, '{');
    jout_kstr(j, "name", ref_short(r));
    jout_kstrz(j, "message", "");
    jout_kstrz(j, "target", r->sha);
    jout_key(j, "commit");
    put_commit(c, r->sha);
    jout_kbool(j, "protected", false);
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

static const struct lab_ref *ref_asked(struct lab_call *c, const char *folder, const char *what)
{
    AUTO(buf_free) struct buf full = {0};
    buf_str(&full, folder);
    buf_sv(&full, call_rest(c, 2));
    const struct lab_ref *r = ref_find(c->repo, buf_view(&full));
    if (!r)
        call_message(c, 404, what);
    return r;
}

static void get_branch(struct lab_call *c)
{
    const struct lab_ref *r = ref_asked(c, "refs/heads/", "404 Branch Not Found");
    if (!r)
        return;
    call_open(c, 200);
    put_branch(c, r);
}

static void get_tag(struct lab_call *c)
{
    const struct lab_ref *r = ref_asked(c, "refs/tags/", "404 Tag Not Found");
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
        call_message(c, 404, "404 Commit Not Found");
        return;
    }
    call_open(c, 200);
    put_commit(c, arena_dup(c->arena, sha));
}

const struct lab_row gitlab_ref_rows[] = {
    {"GET", "repository/branches", list_branches}, {"GET", "repository/branches/**", get_branch},
    {"GET", "repository/tags", list_tags},         {"GET", "repository/tags/**", get_tag},
    {"GET", "repository/commits/*", get_commit},   {NULL, NULL, NULL},
};
