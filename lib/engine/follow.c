/* SPDX-License-Identifier: Apache-2.0 */
/* Repositories move and go: they are known by the forge's number. A repository that moved keeps the alias that
 * repositories.yaml gives it, what is posted goes to where it is now; of one that is gone nothing is posted, and its
 * runs end. */
#include <stdlib.h>
#include "engine/seen.h"

static bool is(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

void seen_moved(struct engine *e, struct seen_repo *r, const char *path)
{
    if (!path || is(r->row.path, path))
        return;
    if (r->configured)
        record_journal(e, "repository", r->row.forge_id, 0, NULL, "moved",
                       arena_fmt(&engine_changes(e)->arena,
                                 "%s is %s:%s now; repositories.yaml should say so, until then the old name is taken",
                                 r->configured, r->row.forge, path));
    mem_free((void *)(uintptr_t)r->row.path);
    r->row.path = mem_strdup(path);
    seen_repo_record(e, r);
}

static int by_id(const void *a, const void *b)
{
    const struct live_run *const *x = a, *const *y = b;
    return (*x)->row->id < (*y)->row->id ? -1 : (*x)->row->id > (*y)->row->id;
}

static void cancel_runs(struct engine *e, const char *repo_id)
{
    VEC(struct live_run *) runs = {0};
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->runs, &at, &key, &v);)
        if (is(((struct live_run *)v)->row->repo_id, repo_id))
            VEC_PUSH(&runs, v);
    if (runs.n)
        qsort(runs.at, runs.n, sizeof *runs.at, by_id);
    for (size_t i = 0; i < runs.n; i++)
        if (runs.at[i]->row->state != WORK_DONE)
            run_cancel(e, runs.at[i], "its repository was deleted");
    VEC_FREE(&runs);
}

void seen_gone(struct engine *e, struct seen_repo *r, enum seen_is what)
{
    bool gone = what == SEEN_GONE;
    if (r->row.gone == gone)
        return;
    r->row.gone = gone;
    seen_repo_record(e, r);
    record_journal(e, "repository", r->row.forge_id, 0, NULL, gone ? "deleted" : "there", r->configured);
    if (gone && r->configured)
        cancel_runs(e, r->configured);
}

/* What the event itself says of its repository. */
static void told(struct engine *e, struct seen_repo *r, const struct hook_event *ev)
{
    bool own = is(ev->name, "repository"), system = is(ev->name, "system");
    if ((own && (is(ev->action, "renamed") || is(ev->action, "transferred"))) ||
        (system && (is(ev->action, "project_rename") || is(ev->action, "project_transfer"))))
        seen_moved(e, r, ev->repo.full_name);
    if ((own && is(ev->action, "deleted")) || (system && is(ev->action, "project_destroy")))
        seen_gone(e, r, SEEN_GONE);
    else
        seen_gone(e, r, SEEN_THERE);
}

const char *seen_follow(struct engine *e, struct undecided *u)
{
    struct hook_event *ev = u->event;
    const struct seen_repo *was = ev->repo.id && ev->repo.forge_id ? seen_configured(e, ev->repo.id) : NULL;
    if (was && was->row.forge_id != ev->repo.forge_id && !was->row.gone && !is(was->row.path, ev->repo.full_name))
        return arena_fmt(&u->arena, "another repository has this name now: %s is at %s", ev->repo.id, was->row.path);
    struct seen_repo *r = seen_of_event(e, ev);
    if (!r || u->replayed)
        return NULL;
    told(e, r, ev);
    if (r->configured)
        ev->repo.id = arena_strdup(&u->event_arena, r->configured);
    return NULL;
}

static const struct seen_repo *named(const struct engine *e, const char *forge, const char *path)
{
    AUTO(arena_free) struct arena a = {0};
    return forge && path ? seen_configured(e, arena_fmt(&a, "%s:%s", forge, path)) : NULL;
}

const char *seen_path(const struct engine *e, const char *forge, const char *path)
{
    const struct seen_repo *r = named(e, forge, path);
    return r ? r->row.path : path;
}

bool seen_is_gone(const struct engine *e, const char *forge, const char *path)
{
    const struct seen_repo *r = named(e, forge, path);
    return r && r->row.gone;
}
