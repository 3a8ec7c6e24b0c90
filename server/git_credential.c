/* SPDX-License-Identifier: Apache-2.0 */
/* Where git finds a repository, and what it signs in with, before a task of it is posted. */
#include "server/host.h"

/* Over ssh, and from a folder, no token is used. */
static bool is_http(const struct repo *r)
{
    return !r->url || sv_starts(sv_of(r->url), SV("https://")) || sv_starts(sv_of(r->url), SV("http://"));
}

static const struct conf_forge *forge_of(const struct app *a, const char *repo_id, struct sv *ret_path)
{
    const struct repo *r = repo_by_id(&a->conf->repos, sv_of(repo_id));
    if (!r || !is_http(r))
        return NULL;
    *ret_path = sv_of(r->path);
    return conf_forge_by_name(a->conf, sv_of(r->forge));
}

void git_credential_get(struct app *a, const char *repo_id, enum credential_use use, credential_fn *fn, void *ctx)
{
    struct sv path = SV_NONE;
    const struct conf_forge *f = forge_of(a, repo_id, &path);
    credential_get(a->credentials, f, path, use, fn, ctx);
}

void git_credential_refused(struct app *a, const char *repo_id, enum credential_use use, int64_t generation)
{
    struct sv path = SV_NONE;
    const struct conf_forge *f = forge_of(a, repo_id, &path);
    credential_refused(a->credentials, f, path, use, generation, NULL);
}

bool app_remote(const struct conf *c, const char *repo_id, struct arena *a, struct git_remote *ret)
{
    const struct repo *r = repo_by_id(&c->repos, sv_of(repo_id));
    const struct conf_forge *f = r ? conf_forge_by_name(c, sv_of(r->forge)) : NULL;
    if (!f)
        return false;
    AUTO(buf_free) struct buf url = {0};
    if (r->url)
        buf_str(&url, r->url);
    else
        f->ops->clone_url(sv_of(f->url), sv_of(r->path), &url);
    *ret = (struct git_remote){.id = arena_strdup(a, repo_id),
                               .url = arena_dup(a, buf_view(&url)),
                               .token = f->has_token ? arena_dup(a, f->token.value) : NULL,
                               .user = f->ops->git_user};
    return true;
}
