/* SPDX-License-Identifier: Apache-2.0 */
#include "server/hidden.h"
#include <sys/stat.h>
#include "base/vec.h"

struct paths {
    VEC(const char *) v;
};

static void hide_secret(struct paths *p, const struct conf_secret *s)
{
    if (s->file)
        VEC_PUSH(&p->v, s->file);
}

/* A secret that is exchanged while a step runs is a new file, which nothing hides from that step but its folder: so
 * that is hidden where it is the server's alone and has nothing else in it that the server needs. */
static void hide_folder(const struct conf *c, struct arena *a, struct paths *p, const struct conf_secret *s)
{
    struct stat st;
    const char *slash = s->file ? strrchr(s->file, '/') : NULL;
    if (!slash || slash == s->file)
        return;
    const char *folder = arena_dup(a, sv_n(s->file, (size_t)(slash - s->file)));
    bool holds_us = sv_starts(sv_of(c->dir), sv_of(folder));
    if (!holds_us && stat(folder, &st) == 0 && S_ISDIR(st.st_mode) && !(st.st_mode & 077))
        VEC_PUSH(&p->v, folder);
}

const char *const *hidden_paths(const struct conf *c, struct arena *a)
{
    struct paths all = {0}, *ret = &all;
    const char *const own[] = {c->state_dir, c->file, c->store_path, arena_fmt(a, "%s-wal", c->store_path),
                               arena_fmt(a, "%s-shm", c->store_path)};
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        VEC_PUSH(&ret->v, own[i]);
    for (size_t i = 0; i < c->n_forges; i++) {
        const struct conf_forge *f = &c->forges[i];
        if (f->has_token)
            hide_secret(ret, &f->token);
        if (f->has_app)
            hide_secret(ret, &f->app.key);
        for (size_t k = 0; k < f->n_webhooks; k++)
            for (size_t s = 0; s < f->webhooks[k].n_secrets; s++) {
                hide_secret(ret, &f->webhooks[k].secrets[s]);
                hide_folder(c, a, ret, &f->webhooks[k].secrets[s]);
            }
    }
    for (size_t i = 0; i < c->otlp.n_headers; i++)
        hide_secret(ret, &c->otlp.headers[i].value);
    for (size_t i = 0; i < c->n_secrets; i++)
        hide_secret(ret, &c->secrets[i].source);
    for (size_t i = 0; i < c->n_listens; i++) {
        if (c->listens[i].key)
            VEC_PUSH(&ret->v, c->listens[i].key);
        if (c->listens[i].kind == CONF_UNIX)
            VEC_PUSH(&ret->v, c->listens[i].address);
    }
    VEC_PUSH(&ret->v, NULL);
    const char **kept = arena_new(a, ret->v.n * sizeof *kept);
    memcpy(kept, ret->v.at, ret->v.n * sizeof *kept);
    VEC_FREE(&ret->v);
    return kept;
}
