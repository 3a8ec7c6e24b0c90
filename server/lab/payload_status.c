/* SPDX-License-Identifier: Apache-2.0 */
/* What a posted status raises, also one of fettle's own. */
#include "server/lab/gitea.h"
#include "server/lab/github.h"
#include "server/lab/gitlab.h"

enum { BRANCHES_MOST = 10 };

static void put_branches(struct lab_call *e, const char *sha)
{
    struct jout *j = &e->j;
    size_t n = 0;
    jout_key(j, "branches");
    jout_open(j, '[');
    for (size_t i = 0; i < e->repo->refs.n && n < BRANCHES_MOST; i++) {
        const struct lab_ref *r = e->repo->refs.at[i];
        if (strcmp(r->sha, sha) != 0 || !sv_starts(sv_of(r->name), SV("refs/heads/")))
            continue;
        n++;
        jout_open(j, '{');
        jout_kstr(j, "name", ref_short(r));
        jout_key(j, "commit");
        jout_open(j, '{');
        jout_kstrz(j, "sha", sha);
        jout_close(j, '}');
        jout_close(j, '}');
    }
    jout_close(j, ']');
}

/* GitHub and Gitea, whose repositories differ. */
static void tell_plain(const struct lab_call *c, const struct lab_context *x, const struct lab_status *s)
{
    struct lab_call e;
    struct jout *j = tell_open(&e, c);
    jout_kint(j, "id", s->id);
    jout_kstrz(j, "sha", x->sha);
    jout_kstrz(j, "name", c->repo->path);
    jout_kstrz(j, "context", x->name);
    jout_kstrz(j, "state", s->state);
    jout_kstrz(j, "description", s->description);
    jout_kstrz(j, "target_url", s->target_url);
    jout_key(j, "commit");
    jout_open(j, '{');
    jout_kstrz(j, "sha", x->sha);
    jout_close(j, '}');
    put_branches(&e, x->sha);
    call_time(&e, "created_at", s->created);
    call_time(&e, "updated_at", s->updated);
    jout_key(j, "repository");
    if (c->forge == LAB_GITHUB)
        github_put_repo(&e, c->repo);
    else
        gitea_put_repo(&e, c->repo);
    tell_who(&e, "sender", "lab-bot");
    tell_put(&e, &(struct lab_event){.event = "status"});
}

static void tell_pipeline(const struct lab_call *c, const struct lab_context *x, const struct lab_status *s)
{
    struct lab_call e;
    struct jout *j = tell_open(&e, c);
    jout_kstrz(j, "object_kind", "pipeline");
    jout_key(j, "object_attributes");
    jout_open(j, '{');
    jout_kint(j, "id", s->pipeline);
    jout_kstrz(j, "ref", s->ref);
    jout_kbool(j, "tag", false);
    jout_kstrz(j, "sha", x->sha);
    jout_kstrz(j, "before_sha", ZERO_OID);
    jout_kstrz(j, "source", "external");
    jout_kstrz(j, "status", s->state);
    jout_kstrz(j, "detailed_status", s->state);
    call_time(&e, "created_at", s->created);
    call_time(&e, "finished_at", s->finished);
    jout_close(j, '}');
    jout_key(j, "merge_request");
    jout_null(j);
    tell_who(&e, "user", "lab-bot");
    gitlab_put_project(&e, "project", c->repo);
    jout_key(j, "builds");
    jout_open(j, '[');
    jout_close(j, ']');
    tell_put(&e, &(struct lab_event){.event = "Pipeline Hook"});
}

void tell_status(const struct lab_call *c, const struct lab_context *x, const struct lab_status *s)
{
    if (c->forge == LAB_GITLAB)
        tell_pipeline(c, x, s);
    else
        tell_plain(c, x, s);
}
