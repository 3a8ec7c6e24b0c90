/* SPDX-License-Identifier: Apache-2.0 */
/* Which caches a job may read, and to whom belongs what it saves. GitHub's rule: a branch sees its own caches and those
 * of the default branch, a change also those of its base. In addition, what an untrusted run saves is seen by untrusted
 * runs of the same change alone: a trusted one must not be fed by a stranger. */
#include "engine/scene.h"

static const char *own_scope(struct scene *s, const char *branch)
{
    const struct run *r = s->run->row;
    char id[ID_TEXT];
    if (r->change)
        return arena_fmt(s->a, "%srefs/pull/%lld", r->trusted ? "" : "untrusted/", (long long)r->change);
    if (!r->trusted)
        return arena_fmt(s->a, "untrusted/%s", id_text(r->id, id));
    return r->ref ? r->ref : branch;
}

const struct archive_scopes *archive_scopes_of(struct scene *s)
{
    const struct run *r = s->run->row;
    const struct job *j = s->job->row;
    const char *id = r->repo_id ? r->repo_id : j->repo_id;
    const struct repo *repo = id ? repo_by_id(s->e->conf->repos, sv_of(id)) : NULL;
    struct sv base = jval_str(jval_at(run_context(s->run), "github", "base_ref"));
    const char **reads = arena_new(s->a, 4 * sizeof *reads);
    struct archive_scopes *x = arena_new(s->a, sizeof *x);
    const char *branch = arena_fmt(s->a, "refs/heads/%s", repo ? repo->default_branch : "");
    size_t n = 0;
    reads[n++] = own_scope(s, branch);
    if (base.n)
        reads[n++] = arena_fmt(s->a, "refs/heads/%.*s", SV_ARG(base));
    reads[n++] = branch;
    *x = (struct archive_scopes){.repo = id ? id : "", .own = reads[0], .reads = reads,
                                 .version = j->repo_id ? j->repo_id : ""};
    return x;
}

struct post_of_cache archive_post(struct scene *s, int post)
{
    const struct job *j = s->job->row;
    struct post_of_cache x = {0};
    if (post < 1 || (size_t)post > j->n_steps)
        return x;
    const struct step *of = &j->steps[post - 1];
    if (of->state != WORK_DONE || of->outcome != CONC_SUCCESS || !of->outputs)
        return x;
    struct val all = scene_json(s, secret_unveil(s, of->outputs));
    x.key = arena_dup(s->a, val_to_string(val_get(all, SV("cache-primary-key"), s->a), s->a));
    x.hit = sv_is(val_to_string(val_get(all, SV("cache-hit"), s->a), s->a), "true");
    if (x.key && !x.key[0])
        x.key = NULL;
    return x;
}
