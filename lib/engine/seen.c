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
    if (!c && r->row.known_as) /* it moved, and repositories.yaml has its old name */
        c = repo_by_id(e->conf->repos, sv_of(r->row.known_as));
    if (!c)
        return;
    r->configured = c->id;
    if (!r->row.known_as || strcmp(r->row.known_as, c->id) != 0)
        text_set(&r->row.known_as, c->id);
    map_put(&e->seen_by_id, sv_of(c->id), r);
}

struct seen_repo *seen_find(const struct engine *e, const char *forge, int64_t forge_id)
{
    AUTO(arena_free) struct arena a = {0};
    return map_get(&e->seen, sv_of(key_of(forge, forge_id, &a)));
}

struct seen_repo *seen_configured(const struct engine *e, const char *repo_id)
{
    return map_get(&e->seen_by_id, sv_of(repo_id));
}

void seen_repo_record(struct engine *e, const struct seen_repo *r)
{
    struct change_set *cs = engine_changes(e);
    struct change *c = change_add(cs, CHANGE_SEEN_REPO);
    c->seen_repo = r->row;
    c->seen_repo.forge = arena_strdup(&cs->arena, r->row.forge);
    c->seen_repo.path = arena_strdup(&cs->arena, r->row.path);
    c->seen_repo.known_as = arena_strdup(&cs->arena, r->row.known_as);
}

static struct seen_repo *repo_new(struct engine *e, const struct seen_repo_row *row)
{
    AUTO(arena_free) struct arena a = {0};
    struct seen_repo *r = mem_new(sizeof *r);
    r->row = *row;
    r->row.forge = mem_strdup(row->forge);
    r->row.path = mem_strdup(row->path);
    r->row.known_as = row->known_as ? mem_strdup(row->known_as) : NULL;
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
    text_set(&x->row.loose, NULL);
    text_set(&x->row.base, NULL);
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
    text_set(&x->row.loose, row->loose);
    text_set(&x->row.base, row->base);
    x->row.at = row->at;
    return x;
}

void seen_ref_set(struct engine *e, struct seen_repo *r, const char *name, const char *sha, const char *loose,
                  const char *base)
{
    struct change_set *cs = engine_changes(e);
    struct change *c = change_add(cs, CHANGE_SEEN_REF);
    c->seen_ref = (struct seen_ref_row){.forge = arena_strdup(&cs->arena, r->row.forge),
                                        .forge_id = r->row.forge_id,
                                        .name = arena_strdup(&cs->arena, name),
                                        .sha = arena_strdup(&cs->arena, sha),
                                        .loose = arena_strdup(&cs->arena, loose),
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

/* ---- steps ---- */

/* Events come in any order, and some never: a step that does not begin where the ref is waits for those before it. */
enum { LOOSE_MOST = 16, LOOSE_BYTES = LOOSE_MOST * 140 };

static const char *next_loose(const char **at, struct arena *a, const char **ret_after)
{
    struct sv rest = sv_of(*at), step;
    if (!*at || !sv_next(&rest, ' ', &step))
        return NULL;
    *at = rest.n ? rest.p : NULL;
    ptrdiff_t mark = sv_chr(step, '>');
    *ret_after = mark < 0 ? "" : arena_dup(a, sv_from(step, (size_t)mark + 1));
    return arena_dup(a, sv_cut(step, mark < 0 ? step.n : (size_t)mark));
}

bool seen_has_loose(const struct seen_ref *x, const char *after)
{
    AUTO(arena_free) struct arena a = {0};
    const char *at = x->row.loose, *to;
    while (next_loose(&at, &a, &to))
        if (strcmp(to, after) == 0)
            return true;
    return false;
}

/* From sha as far as the loose steps lead; the rest is in *ret. */
static const char *follow(const char *sha, const char *loose, struct arena *a, const char **ret)
{
    for (bool moved = true; moved && loose;) {
        AUTO(buf_free) struct buf rest = {0};
        const char *at = loose, *from, *to;
        moved = false;
        while ((from = next_loose(&at, a, &to)))
            if (!moved && strcmp(from, sha) == 0) {
                sha = to;
                moved = true;
            } else {
                buf_fmt(&rest, "%s%s>%s", rest.n ? " " : "", from, to);
            }
        loose = rest.n ? arena_dup(a, buf_view(&rest)) : NULL;
    }
    *ret = loose;
    return sha;
}

static void step(struct engine *e, struct seen_repo *r, const char *name, const char *before, const char *after,
                 const char *base)
{
    AUTO(arena_free) struct arena a = {0};
    const struct seen_ref *x = seen_ref_of(r, name);
    const char *is = x ? arena_strdup(&a, x->row.sha) : NULL, *loose = x ? arena_strdup(&a, x->row.loose) : NULL;
    if (x && strcmp(is, after) == 0 && (!base || same(base, x->row.base)))
        return;
    if (x && strcmp(is, before) != 0) {
        loose = arena_fmt(&a, "%s%s%s>%s", loose ? loose : "", loose ? " " : "", before, after);
        if (strlen(loose) < LOOSE_BYTES)
            after = is;
        else
            loose = NULL; /* nobody looks: it is taken for where the last one led */
    } else {
        after = follow(after, loose, &a, &loose);
    }
    bool gone = oid_is_zero(after) && !loose; /* else it comes back */
    seen_ref_set(e, r, name, gone ? NULL : after, loose, base ? base : x ? arena_strdup(&a, x->row.base) : NULL);
}

static void pushed(struct engine *e, struct seen_repo *r, const struct hook_event *ev)
{
    if (!seen_ref_of(r, ev->ref) && oid_is_zero(ev->after))
        return;
    step(e, r, ev->ref, ev->before, ev->after, NULL);
}

/* A change that is closed leaves a mark until a look agrees: what was said before may come after. */
static void changed(struct engine *e, struct seen_repo *r, const struct hook_event *ev, const char *place,
                    int64_t delivery)
{
    const struct seen_ref *x = seen_ref_of(r, place);
    bool late = x && delivery < x->delivery; /* all that tells, where the forge does not say what was before */
    bool closed = x && strcmp(x->row.sha, SEEN_CLOSED) == 0;
    if (same(ev->action, "closed"))
        seen_ref_set(e, r, place, SEEN_CLOSED, NULL, NULL);
    else if (same(ev->action, "reopened") || (same(ev->action, "opened") && !x))
        seen_ref_set(e, r, place, ev->after, NULL, ev->change.base_ref);
    else if (same(ev->action, "synchronize") && !closed && ev->before)
        step(e, r, place, ev->before, ev->after, ev->change.base_ref);
    else if (same(ev->action, "synchronize") && !closed && !late)
        seen_ref_set(e, r, place, ev->after, NULL, ev->change.base_ref);
}

void seen_event(struct engine *e, const struct hook_event *ev, int64_t delivery)
{
    AUTO(arena_free) struct arena a = {0};
    const char *place = same_event_place(ev, &a);
    struct seen_repo *r = seen_of_event(e, ev);
    if (!r || !place)
        return;
    if (ev->change.present)
        changed(e, r, ev, place, delivery);
    else
        pushed(e, r, ev);
    struct seen_ref *x = seen_ref_of(r, place);
    if (x && delivery > x->delivery)
        x->delivery = delivery;
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
    map_free(&e->seen_by_id);
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
    for (size_t at = 0; map_each(&r->doubts, &at, &key, &v);)
        mem_free(v);
    map_free(&r->doubts);
    text_set(&r->row.forge, NULL);
    text_set(&r->row.path, NULL);
    text_set(&r->row.known_as, NULL);
    mem_free(r);
}

void seen_free(struct engine *e)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->seen, &at, &key, &v);)
        repo_free(v);
    map_free(&e->seen);
    map_free(&e->seen_by_id);
}
