/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/involved.h"
#include "core/backoff.h"
#include "core/trigger.h"
#include "engine/member.h"

enum { INVOLVED_MOST = 20 };
static const msec_t ASK_BASE_MS = 2000, ASK_CAP_MS = 300000;

/* A fork can call its branches as it likes: it says nothing on changes of others. */
static bool has_branch(const struct hook_event *ev)
{
    return ev->change.present && ev->change.head_ref && ev->change.head_ref[0] && ev->repo.id && ev->change.head_repo &&
           strcmp(ev->change.head_repo, ev->repo.id) == 0;
}

static void want(struct engine *e, struct undecided *u, const char *alias)
{
    const struct repo *r = repo_by_alias(e->conf->repos, sv_of(alias));
    if (!r || strcmp(r->id, u->event->repo.id) == 0 || u->n_involved == INVOLVED_MOST)
        return;
    for (size_t i = 0; i < u->n_involved; i++)
        if (strcmp(u->involved[i].repo_id, r->id) == 0)
            return;
    u->involved[u->n_involved++] = (struct asked_change){.repo_id = arena_strdup(&u->arena, r->id)};
}

static void collect(struct engine *e, struct undecided *u)
{
    const struct repo *own = repo_by_id(e->conf->repos, sv_of(u->event->repo.id));
    u->involved = arena_new(&u->arena, INVOLVED_MOST * sizeof *u->involved);
    for (size_t i = 0; i < e->conf->workflows->n; i++) {
        AUTO(arena_free) struct arena a = {0};
        const struct workflow *w = e->conf->workflows->at[i];
        struct trigger_input in = {
            .event = u->event, .alias = own ? own->alias : NULL, .known = PATHS_LATER, .level_known = LEVEL_LATER};
        struct trigger_verdict v;
        if (w->report.on != REPORT_ON_EVERY_CHANGE)
            continue;
        trigger_match(w, &in, &a, &v);
        for (size_t k = 0; v.matched && k < w->n_repositories; k++)
            want(e, u, w->repositories[k]);
    }
}

static struct asked_change *open_one(struct undecided *u)
{
    for (size_t i = 0; i < u->n_involved; i++)
        if (!u->involved[i].known)
            return &u->involved[i];
    return NULL;
}

static const struct engine_forge *forge_of(const struct engine *e, const struct asked_change *c, const char **ret_path)
{
    AUTO(arena_free) struct arena a = {0};
    struct sv forge;
    if (!report_address(c->repo_id, &forge, ret_path))
        return NULL;
    return member_forge(e, arena_dup(&a, forge));
}

bool involved_ask(struct engine *e, struct undecided *u)
{
    if (!has_branch(u->event))
        return false;
    if (!u->involved)
        collect(e, u);
    for (struct asked_change *c; (c = open_one(u));) {
        const char *path;
        const struct engine_forge *f = forge_of(e, c, &path);
        if (!f || !f->can_post || !f->ops->ask_change) {
            c->known = true; /* nothing can be said there either */
            continue;
        }
        struct api_request request = {0};
        f->ops->ask_change(path, u->event->change.head_ref, &request);
        buf_str(&request.repo, path);
        u->asking = ABOUT_CHANGE;
        u->call.what = ACT_ASK;
        u->call.id = u->id;
        lane_call(e, map_get(&e->lanes, sv_of(f->name)), &u->call, &request);
        return true;
    }
    return false;
}

bool involved_answered(struct engine *e, struct undecided *u, const struct api_reply *reply)
{
    struct asked_change *c = open_one(u);
    const char *path;
    const struct engine_forge *f = c ? forge_of(e, c, &path) : NULL;
    struct err err = {0};
    if (u->asking != ABOUT_CHANGE || !c)
        return false;
    u->asking = ABOUT_SENDER;
    int rc = f ? f->ops->read_change(reply, u->event->change.head_ref, &c->number, c->sha, &err) : 0;
    if (rc < 0 && (err.cls == ERR_TRANSIENT || err.cls == ERR_LIMITED)) {
        msec_t wait = backoff_ms(u->tries++, ASK_BASE_MS, ASK_CAP_MS, &e->random);
        wake_at(e, &u->wake, &u->waits, e->now + (err.retry_after_ms > wait ? err.retry_after_ms : wait));
        return true;
    }
    c->known = true;
    return true;
}

void involved_take(struct engine *e, const struct undecided *u, const char *const *aliases, size_t n,
                   struct live_run *r)
{
    struct run *row = r->row;
    row->involved = arena_new(&r->arena, (u->n_involved + 1) * sizeof *row->involved);
    for (size_t i = 0; i < u->n_involved; i++)
        for (size_t k = 0; u->involved[i].sha[0] && k < n; k++) {
            const struct repo *repo = repo_by_alias(e->conf->repos, sv_of(aliases[k]));
            if (!repo || strcmp(repo->id, u->involved[i].repo_id) != 0)
                continue;
            row->involved[row->n_involved++] = (struct involved){.repo_id = arena_strdup(&r->arena, repo->id),
                                                                 .sha = arena_strdup(&r->arena, u->involved[i].sha),
                                                                 .change = u->involved[i].number};
            break;
        }
}
