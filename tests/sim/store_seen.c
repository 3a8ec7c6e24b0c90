/* SPDX-License-Identifier: Apache-2.0 */
/* Rows about what was seen of the forges. */
#include <stdlib.h>
#include "world.h"

static struct sv key_sv(const uint8_t key[SAME_KEY])
{
    return sv_n((const char *)key, SAME_KEY);
}

static void *kept(struct world *w, const void *p, size_t n)
{
    void *q = arena_new(&w->arena, n);
    memcpy(q, p, n);
    return q;
}

static void put_ref(struct world *w, const struct seen_ref_row *r)
{
    struct seen_ref_row *to = kept(w, r, sizeof *r);
    const char *key = arena_fmt(&w->arena, "%s#%lld %s", r->forge, (long long)r->forge_id, r->name);
    if (!r->sha) {
        map_remove(&w->store.seen_refs, sv_of(key));
        return;
    }
    to->forge = arena_strdup(&w->arena, r->forge);
    to->name = arena_strdup(&w->arena, r->name);
    to->sha = arena_strdup(&w->arena, r->sha);
    to->loose = arena_strdup(&w->arena, r->loose);
    to->base = arena_strdup(&w->arena, r->base);
    map_put(&w->store.seen_refs, sv_of(key), to);
}

bool store_apply_seen(struct world *w, const struct change *c)
{
    struct seen_repo_row *r;
    switch (c->kind) {
    case CHANGE_SAME:
        map_put(&w->store.same, key_sv(c->same.key), kept(w, &c->same, sizeof c->same));
        return true;
    case CHANGE_MADE:
        map_put(&w->store.made, key_sv(c->made.tip), kept(w, &c->made, sizeof c->made));
        return true;
    case CHANGE_SEEN_REPO:
        r = kept(w, &c->seen_repo, sizeof *r);
        r->forge = arena_strdup(&w->arena, r->forge);
        r->path = arena_strdup(&w->arena, r->path);
        r->known_as = arena_strdup(&w->arena, r->known_as);
        map_put(&w->store.seen_repos, sv_of(arena_fmt(&w->arena, "%s#%lld", r->forge, (long long)r->forge_id)), r);
        return true;
    case CHANGE_SEEN_REF:
        put_ref(w, &c->seen_ref);
        return true;
    default:
        return false;
    }
}

static int by_key(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Keys in order, so that histories repeat. */
static const char **keys_of(const struct map *m, struct arena *a)
{
    const char **keys = arena_new(a, (m->n + 1) * sizeof *keys);
    struct sv key;
    void *v;
    size_t n = 0;
    for (size_t at = 0; map_each(m, &at, &key, &v);)
        keys[n++] = arena_dup(a, key);
    qsort(keys, n, sizeof *keys, by_key);
    return keys;
}

void store_open_seen(struct world *w, struct open_work *work)
{
    struct sim_store *s = &w->store;
    struct arena *a = &work->arena;
    struct sv key;
    void *v;
    work->made = arena_new(a, (s->made.n + 1) * sizeof *work->made);
    work->seen_repos = arena_new(a, (s->seen_repos.n + 1) * sizeof *work->seen_repos);
    work->seen_refs = arena_new(a, (s->seen_refs.n + 1) * sizeof *work->seen_refs);
    for (size_t at = 0; map_each(&s->made, &at, &key, &v);)
        work->made[work->n_made++] = *(struct made_row *)v;
    const char **repos = keys_of(&s->seen_repos, a), **refs = keys_of(&s->seen_refs, a);
    for (; work->n_seen_repos < s->seen_repos.n; work->n_seen_repos++)
        work->seen_repos[work->n_seen_repos] =
            *(struct seen_repo_row *)map_get(&s->seen_repos, sv_of(repos[work->n_seen_repos]));
    for (; work->n_seen_refs < s->seen_refs.n; work->n_seen_refs++)
        work->seen_refs[work->n_seen_refs] =
            *(struct seen_ref_row *)map_get(&s->seen_refs, sv_of(refs[work->n_seen_refs]));
}
