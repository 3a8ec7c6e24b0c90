/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of git's hooks: somebody is about to push. What the push has in it is the tree of its commit, which several
 * commits may share. */
#include "world.h"

void hooks_content(struct world *w, const char *sha, const char *tree)
{
    map_put(&w->hooks.trees, sv_of(sha), (void *)(uintptr_t)tree);
}

static const char *tree_of(const struct world *w, const char *sha)
{
    const char *tree = map_get(&w->hooks.trees, sv_of(sha));
    return tree ? tree : sha;
}

/* What git says of the content of a push. */
void hooks_gather(struct world *w, struct gather *g)
{
    struct gather_repo *own = g->n_repos ? &g->repos[0] : NULL;
    if (!own || !own->sha || !g->event->before || !g->event->repo.id || strcmp(own->id, g->event->repo.id) != 0)
        return;
    own->tree = tree_of(w, own->sha);
    own->base = g->event->before;
}

int64_t hooks_call(struct world *w, const char *hook, const char *repo, const char *sha, const char *ref)
{
    const char *payload = arena_fmt(
        &w->arena,
        "{\"hook\":\"%s\",\"call\":\"c%zu\",\"repository\":{\"id\":\"github:%s\",\"full_name\":\"%s\","
        "\"default_branch\":\"main\"},\"ref\":\"%s\",\"before\":\"9999999999999999999999999999999999999999\","
        "\"after\":\"%s\",\"actor\":\"ann\",\"user\":\"ann\",\"uid\":1000,\"options\":[],\"refs\":1,\"skip\":false,"
        "\"trusted\":true}",
        hook, w->store.deliveries.n, repo, repo, ref, sha);
    map_put(&w->hooks.called, sv_of(arena_strdup(&w->arena, sha)), w);
    return world_deliver_hook(w, hook, payload);
}

void hooks_told(struct world *w, const char *sha)
{
    map_put(&w->hooks.told, sv_of(arena_strdup(&w->arena, sha)), w);
}

/* ---- what the engine asks ---- */

bool hooks_judged(void *ctx, const char *repo_id, const char *workflow, const char *verdict, struct arena *a,
                  struct run **ret)
{
    struct world *w = ctx;
    const struct run *found = NULL;
    for (size_t i = 0; i < w->store.runs.n; i++) {
        const struct run *r = w->store.runs.at[i];
        bool judged = r->state == WORK_DONE && (r->conclusion == CONC_SUCCESS || r->conclusion == CONC_FAILURE);
        if (judged && r->verdict && strcmp(r->verdict, verdict) == 0 && strcmp(r->workflow, workflow) == 0 &&
            strcmp(r->repo_id, repo_id) == 0 && (!found || r->id > found->id))
            found = r;
    }
    if (!found)
        return false;
    *ret = arena_new(a, sizeof **ret);
    **ret = *found;
    (*ret)->involved = arena_new(a, (found->n_involved + 1) * sizeof *found->involved);
    if (found->n_involved)
        memcpy((*ret)->involved, found->involved, found->n_involved * sizeof *found->involved);
    return true;
}

/* ---- invariants ---- */

/* The forge does not know a commit that nobody has pushed. */
static void check_told(struct world *w)
{
    for (size_t i = 0; i < w->forge.statuses.n; i++) {
        struct sv sha = sv_of(w->forge.statuses.at[i].sha);
        if (map_get(&w->hooks.called, sha) && !map_get(&w->hooks.told, sha))
            world_fail(w, "I5: a status stands at %.*s, which nobody has pushed", SV_ARG(sha));
    }
}

static bool came_to_one(const struct run *r)
{
    return r->verdict && r->state == WORK_DONE && (r->conclusion == CONC_SUCCESS || r->conclusion == CONC_FAILURE);
}

/* Unless a person wanted it again. */
static void check_once(struct world *w)
{
    for (size_t i = 0; i < w->store.runs.n && !w->hooks.again; i++)
        for (size_t k = i + 1; k < w->store.runs.n; k++) {
            const struct run *a = w->store.runs.at[i], *b = w->store.runs.at[k];
            if (came_to_one(a) && came_to_one(b) && strcmp(a->verdict, b->verdict) == 0 &&
                strcmp(a->workflow, b->workflow) == 0 && strcmp(a->repo_id, b->repo_id) == 0)
                world_fail(w, "I2: one content was judged twice");
        }
}

/* A call that was decided about in this life, and whose runs are over, has its answer. */
static void check_answers(struct world *w)
{
    for (size_t i = 0; i < w->store.deliveries.n && w->engine; i++) {
        struct engine_verdict v;
        if (engine_verdict(w->engine, w->store.deliveries.at[i].d.id, &v) && v.state == VERDICT_OPEN)
            world_fail(w, "I11: a push still waits for its answer");
    }
}

/* Does another run say something there? Which of them is heard is a matter of what came first. */
static bool is_alone(const struct world *w, const struct run *r, const char *sha)
{
    for (size_t i = 0; i < w->store.runs.n; i++) {
        const struct run *o = w->store.runs.at[i];
        bool there = o != r && o->sha && strcmp(o->sha, sha) == 0;
        for (size_t k = 0; o != r && k < o->n_involved; k++)
            there |= strcmp(o->involved[k].sha, sha) == 0;
        if (there && o->report_context && sv_ieq(sv_of(o->report_context), sv_of(r->report_context)))
            return false;
    }
    return true;
}

static void check_spoken(struct world *w, const struct run *r, const char *sha, int64_t seq)
{
    const struct sim_status *s = forge_status(w, strchr(r->repo_id, ':') + 1, sha, r->report_context);
    if (!is_alone(w, r, sha))
        return;
    if (seq == REPORT_HELD ? s != NULL : seq > 0 && (!s || strcmp(s->state, world_status_word(r->conclusion)) != 0))
        world_fail(w, "I5: what was judged before a push ended as %s, the forge shows %s",
                   conclusion_name[r->conclusion], s ? s->state : "nothing");
}

static void check_all_spoken(struct world *w)
{
    for (size_t i = 0; i < w->store.runs.n; i++) {
        const struct run *r = w->store.runs.at[i];
        if (!r->verdict || !r->report_context)
            continue;
        check_spoken(w, r, r->sha, r->report_seq);
        for (size_t k = 0; k < r->n_involved; k++)
            check_spoken(w, r, r->involved[k].sha, r->involved[k].seq);
    }
}

void hooks_invariants(struct world *w)
{
    check_all_spoken(w);
    check_told(w);
    check_once(w);
    check_answers(w);
}

void hooks_forget(struct world *w)
{
    map_free(&w->hooks.trees);
    map_free(&w->hooks.called);
    map_free(&w->hooks.told);
}
