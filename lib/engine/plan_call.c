/* SPDX-License-Identifier: Apache-2.0 */
/* Where the file of a called workflow is. */
#include "engine/state.h"

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* "alias/.fettle/workflows/x.yml@ref" taken apart; false = it is not of that form. */
static bool call_remote(const char *uses, struct arena *a, const char **ret_alias, const char **ret_path,
                        const char **ret_ref)
{
    struct sv text = sv_of(uses);
    ptrdiff_t slash = sv_chr(text, '/'), at = sv_rchr(text, '@');
    if (slash <= 0 || uses[0] == '.' || at <= slash + 1 || (size_t)at + 1 == text.n)
        return false;
    *ret_alias = arena_dup(a, sv_cut(text, (size_t)slash));
    *ret_path = arena_dup(a, sv_n(uses + slash + 1, (size_t)(at - slash - 1)));
    *ret_ref = arena_dup(a, sv_from(text, (size_t)at + 1));
    return true;
}

static const struct workflow *in_repository(const struct gather *g, const char *alias, const char *ref,
                                            const char *path, struct arena *a, const char **ret_problem)
{
    for (size_t i = 0; g && i < g->n_repos; i++) {
        const struct gather_repo *r = &g->repos[i];
        if (!same(r->alias, alias) || (ref ? !same(r->called, ref) : r->called != NULL))
            continue;
        for (size_t k = 0; k < r->n_files; k++)
            if (same(r->files[k].path, path)) {
                *ret_problem = r->files[k].problem;
                return r->files[k].workflow;
            }
        if (r->failed != ERR_OK) {
            *ret_problem = arena_fmt(a, "%s: %s", alias, r->problem ? r->problem : "cannot be read");
            return NULL;
        }
    }
    *ret_problem = arena_fmt(a, "there is no %s in %s%s%s", path, alias, ref ? " at " : "", ref ? ref : "");
    return NULL;
}

static struct sv stem(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct sv base = sv_of(slash ? slash + 1 : path);
    ptrdiff_t dot = sv_rchr(base, '.');
    bool yaml = dot > 0 && (sv_is(sv_from(base, (size_t)dot), ".yml") || sv_is(sv_from(base, (size_t)dot), ".yaml"));
    return yaml ? sv_cut(base, (size_t)dot) : base;
}

static const struct workflow *in_folder(const struct engine *e, const char *uses, struct arena *a,
                                        const char **ret_problem)
{
    const struct workflow_set *all = e->conf->workflows;
    for (size_t i = 0; i < all->n; i++)
        if (same(all->at[i]->name, uses))
            return all->at[i];
    for (size_t i = 0; i < all->n; i++)
        if (sv_eq(stem(all->at[i]->file), stem(uses)))
            return all->at[i];
    *ret_problem = arena_fmt(a, "there is no workflow \"%s\" in the server's folder", uses);
    return NULL;
}

bool call_place_of(struct call_place from, const char *uses, struct arena *a, struct call_place *ret,
                   const char **ret_path)
{
    *ret = from;
    if (call_remote(uses, a, &ret->alias, ret_path, &ret->ref))
        return true;
    *ret_path = uses + 2;
    return from.alias && strncmp(uses, "./", 2) == 0;
}

const struct workflow *call_find(const struct engine *e, const struct gather *g, struct call_place from,
                                 const char *uses, struct arena *a, struct call_place *ret, const char **ret_problem)
{
    const char *path;
    if (call_place_of(from, uses, a, ret, &path))
        return in_repository(g, ret->alias, ret->ref, path, a, ret_problem);
    *ret = (struct call_place){0};
    return in_folder(e, uses, a, ret_problem);
}

bool call_is_unknown(const struct gather *g, struct call_place from, const char *uses, struct arena *a)
{
    struct call_place at;
    const char *path;
    if (!g || !g->offline || !call_place_of(from, uses, a, &at, &path))
        return false;
    for (size_t i = 0; i < g->n_repos; i++) {
        const struct gather_repo *r = &g->repos[i];
        if (same(r->alias, at.alias) && (at.ref ? same(r->called, at.ref) : !r->called))
            return r->failed != ERR_OK;
    }
    return false;
}
