/* SPDX-License-Identifier: Apache-2.0 */
/* What git signs in with, before a task of it is posted. */
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
