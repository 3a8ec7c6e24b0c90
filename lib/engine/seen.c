/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/seen.h"

static const char *key_of(const char *forge, int64_t forge_id, struct arena *a)
{
    return arena_fmt(a, "%s#%lld", forge, (long long)forge_id);
}

static void text_set(const char **at, const char *z)
{
    char *copy = z ? mem_strdup(z) : NULL;
    mem_free((void *)(uintptr_t)*at);
    *at = copy;
}

/* ---- repositories ---- */

static void place(struct engine *e, struct seen_repo *r)
{
    AUTO(arena_free) struct arena a = {0};
    const struct repo *c = repo_by_id(e->conf->repos, sv_of(arena_fmt(&a, "%s:%s", r->row.forge, r->row.path)));
    if (c)
        r->configured = c->id;
}

struct seen_repo *seen_find(const struct engine *e, const char *forge, int64_t forge_id)
{
    AUTO(arena_free) struct arena a = {0};
    return map_get(&e->seen, sv_of(key_of(forge, forge_id, &a)));
}

void seen_repo_record(struct engine *e, const struct seen_repo *r)
{
    struct change_set *cs = engine_changes(e);
    struct change *c = change_add(cs, CHANGE_SEEN_REPO);
    c->seen_repo = r->row;
    c->seen_repo.forge = arena_strdup(&cs->arena, r->row.forge);
    c->seen_repo.path = arena_strdup(&cs->arena, r->row.path);
}

static struct seen_repo *repo_new(struct engine *e, const struct seen_repo_row *row)
{
    AUTO(arena_free) struct arena a = {0};
    struct seen_repo *r = mem_new(sizeof *r);
    r->row = *row;
    r->row.forge = mem_strdup(row->forge);
    r->row.path = mem_strdup(row->path);
    map_put(&e->seen, sv_of(key_of(row->forge, row->forge_id, &a)), r);
    place(e, r);
    return r;
}

struct seen_repo *seen_learn(struct engine *e, const char *forge, int64_t forge_id, const char *path)
{
    struct seen_repo *r = seen_find(e, forge, forge_id);
    if (r)
        return r;
    r = repo_new(e, &(struct seen_repo_row){.forge = forge, .forge_id = forge_id, .path = path});
    seen_repo_record(e, r);
    return r;
}

/* Only of repositories that are configured: those of strangers come and go. */
struct seen_repo *seen_of_event(struct engine *e, const struct hook_event *ev)
{
    if (!ev->repo.forge_id || !ev->repo.id || !ev->repo.full_name || !ev->forge)
        return NULL;
    struct seen_repo *r = seen_find(e, ev->forge, ev->repo.forge_id);
    if (r || !repo_by_id(e->conf->repos, sv_of(ev->repo.id)))
        return r;
    return seen_learn(e, ev->forge, ev->repo.forge_id, ev->repo.full_name);
}

/* ---- refs and changes ---- */

struct seen_ref *seen_ref_of(const struct seen_repo *r, const char *name)
{
    return map_get(&r->refs, sv_of(name));
}

static void ref_free(struct seen_ref *x)
{
    text_set(&x->row.name, NULL);
    text_set(&x->row.sha, NULL);
    text_set(&x->row.prev, NULL);
    text_set(&x->row.base, NULL);
    text_set(&x->other, NULL);
    mem_free(x);
}

static struct seen_ref *ref_put(struct seen_repo *r, const struct seen_ref_row *row)
{
    struct seen_ref *x = seen_ref_of(r, row->name);
    if (!x) {
        x = mem_new(sizeof *x);
        x->row.forge = r->row.forge;
        x->row.forge_id = r->row.forge_id;
        text_set(&x->row.name, row->name);
        map_put(&r->refs, sv_of(row->name), x);
    }
    text_set(&x->row.sha, row->sha);
    text_set(&x->row.prev, row->prev);
    text_set(&x->row.base, row->base);
    text_set(&x->other, NULL);
    x->row.at = row->at;
    return x;
}

void seen_ref_set(struct engine *e, struct seen_repo *r, const char *name, const char *sha, const char *prev,
                  const char *base)
{
    struct change_set *cs = engine_changes(e);
    struct change *c = change_add(cs, CHANGE_SEEN_REF);
    c->seen_ref = (struct seen_ref_row){.forge = arena_strdup(&cs->arena, r->row.forge),
                                        .forge_id = r->row.forge_id,
                                        .name = arena_strdup(&cs->arena, name),
                                        .sha = arena_strdup(&cs->arena, sha),
                                        .prev = arena_strdup(&cs->arena, prev),
                                        .base = arena_strdup(&cs->arena, base),
                                        .at = e->now};
    if (sha) {
        ref_put(r, &c->seen_ref);
        return;
    }
    struct seen_ref *gone = map_remove(&r->refs, sv_of(name));
    if (gone)
        ref_free(gone);
}

/* ---- events ---- */

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static void pushed(struct engine *e, struct seen_repo *r, const struct hook_event *ev)
{
    const struct seen_ref *x = seen_ref_of(r, ev->ref);
    const char *after = oid_is_zero(ev->after) ? NULL : ev->after;
    const char *before = oid_is_zero(ev->before) ? NULL : ev->before;
    const char *is = x ? x->row.sha : NULL;
    if (is == after || same(is, after))
        return;
    if (x && x->row.prev && same(x->row.prev, ev->before)) {
        seen_ref_set(e, r, ev->ref, x->row.sha, ev->after, NULL); /* it fills the gap, from its start */
        return;
    }
    bool connects = is == before || same(is, before);
    /* After a jump, what leads from where it was to here may still come. A ref that is gone has no row to say so. */
    seen_ref_set(e, r, ev->ref, after, connects || !is ? NULL : is, NULL);
}

static void changed(struct engine *e, struct seen_repo *r, const struct hook_event *ev, const char *place)
{
    const struct seen_ref *x = seen_ref_of(r, place);
    bool head = same(ev->action, "opened") || same(ev->action, "reopened") || same(ev->action, "synchronize");
    if (same(ev->action, "closed"))
        seen_ref_set(e, r, place, NULL, NULL, NULL);
    else if (head && !(x && same(x->row.sha, ev->after) && same(x->row.base, ev->change.base_ref)))
        seen_ref_set(e, r, place, ev->after, NULL, ev->change.base_ref);
}

void seen_event(struct engine *e, const struct hook_event *ev)
{
    AUTO(arena_free) struct arena a = {0};
    const char *place = same_event_place(ev, &a);
    struct seen_repo *r = seen_of_event(e, ev);
    if (!r || !place)
        return;
    if (ev->change.present)
        changed(e, r, ev, place);
    else
        pushed(e, r, ev);
}

/* ---- life ---- */

void seen_adopt(struct engine *e, const struct open_work *w)
{
    for (size_t i = 0; i < w->n_seen_repos; i++)
        repo_new(e, &w->seen_repos[i]);
    for (size_t i = 0; i < w->n_seen_refs; i++) {
        struct seen_repo *r = seen_find(e, w->seen_refs[i].forge, w->seen_refs[i].forge_id);
        if (r)
            ref_put(r, &w->seen_refs[i]);
    }
}

void seen_conf(struct engine *e)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->seen, &at, &key, &v);) {
        ((struct seen_repo *)v)->configured = NULL;
        place(e, v);
    }
}

static void repo_free(struct seen_repo *r)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&r->refs, &at, &key, &v);)
        ref_free(v);
    map_free(&r->refs);
    text_set(&r->row.forge, NULL);
    text_set(&r->row.path, NULL);
    mem_free(r);
}

void seen_free(struct engine *e)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->seen, &at, &key, &v);)
        repo_free(v);
    map_free(&e->seen);
}
