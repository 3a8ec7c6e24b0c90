/* SPDX-License-Identifier: Apache-2.0 */
/* Whose answer counts: `by` names people, and teams as ORGANISATION/TEAM. Whether somebody belongs to a team only the
 * forge knows; it is asked before the answer is taken, for the teams that questions of this change name. */
#include "core/backoff.h"
#include "engine/command.h"
#include "engine/member.h"
#include "fmt/json.h"

enum { TEAMS_MOST = 20 };

static bool knows(const struct undecided *u, const char *team)
{
    for (size_t i = 0; i < u->n_teams; i++)
        if (strcmp(u->teams[i].name, team) == 0)
            return true;
    return false;
}

static void want(struct undecided *u, struct sv team)
{
    const char *name = arena_dup(&u->arena, team);
    if (u->n_teams < TEAMS_MOST && !knows(u, name))
        u->teams[u->n_teams++] = (struct asked_team){.name = name};
}

static void want_of(struct undecided *u, const char *by)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct err ignored;
    if (!by || jdoc_parse(sv_of(by), NULL, &d, &ignored) < 0)
        return;
    for (size_t i = 0; i < jval_len(jdoc_root(d)); i++) {
        struct sv name = jval_str(jval_item(jdoc_root(d), i));
        if (sv_chr(name, '/') > 0)
            want(u, name);
    }
}

/* In the order of questions, so that a replay asks alike. */
static void collect(struct engine *e, struct undecided *u)
{
    struct sv key;
    void *v;
    int64_t last = 0, next;
    u->teams = arena_new(&u->arena, TEAMS_MOST * sizeof *u->teams);
    do {
        const struct approval *first = NULL;
        next = INT64_MAX;
        for (size_t at = 0; map_each(&e->approvals, &at, &key, &v);) {
            const struct approval *p = v;
            if (p->id > last && p->id < next) {
                next = p->id;
                first = p;
            }
        }
        const struct live_run *r = first ? map_get_id(&e->runs, first->run_id) : NULL;
        if (r && r->row->repo_id && strcmp(r->row->repo_id, u->event->repo.id) == 0 && u->event->change.present &&
            r->row->change == u->event->change.number)
            want_of(u, first->by);
        last = next;
    } while (next != INT64_MAX);
}

static struct asked_team *open_one(struct undecided *u)
{
    for (size_t i = 0; i < u->n_teams; i++)
        if (!u->teams[i].known)
            return &u->teams[i];
    return NULL;
}

bool team_ask(struct engine *e, struct undecided *u)
{
    if (!u->teams)
        collect(e, u);
    for (struct asked_team *t; (t = open_one(u));) {
        struct api_request request = {0};
        const struct engine_forge *f = member_forge(e, u->event->forge);
        if (f && f->can_post && f->ops->ask_team && f->ops->ask_team(sv_of(t->name), u->event, &request)) {
            const char *colon = u->event->repo.id ? strchr(u->event->repo.id, ':') : NULL;
            buf_str(&request.repo, colon ? colon + 1 : "");
            u->asking = ABOUT_TEAM;
            u->call.what = ACT_ASK;
            u->call.id = u->id;
            lane_call(e, map_get(&e->lanes, sv_of(f->name)), &u->call, &request);
            return true;
        }
        api_request_done(&request);
        t->known = true; /* nobody can say so: they are not in it */
    }
    return false;
}

bool team_answered(struct engine *e, struct undecided *u, const struct api_reply *reply)
{
    static const msec_t BASE_MS = 2000, CAP_MS = 300000;
    struct asked_team *t = open_one(u);
    const struct engine_forge *f = member_forge(e, u->event->forge);
    struct err err = {0};
    if (u->asking != ABOUT_TEAM || !t)
        return false;
    u->asking = ABOUT_SENDER;
    if (f && f->ops->read_team && f->ops->read_team(reply, u->event, &t->member, &err) < 0 &&
        (err.cls == ERR_TRANSIENT || err.cls == ERR_LIMITED)) {
        msec_t wait = backoff_ms(u->tries++, BASE_MS, CAP_MS, &e->random);
        wake_at(e, &u->wake, &u->waits, e->now + (err.retry_after_ms > wait ? err.retry_after_ms : wait));
        return true;
    }
    t->known = true;
    return true;
}

bool team_may_answer(const struct undecided *u, const char *by)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct err ignored;
    if (!by)
        return true;
    if (jdoc_parse(sv_of(by), NULL, &d, &ignored) < 0)
        return false;
    for (size_t i = 0; i < jval_len(jdoc_root(d)); i++) {
        struct sv name = jval_str(jval_item(jdoc_root(d), i));
        if (u->event->sender.login && sv_ieq(name, sv_of(u->event->sender.login)))
            return true;
        for (size_t k = 0; k < u->n_teams; k++)
            if (u->teams[k].member && sv_is(name, u->teams[k].name))
                return true;
    }
    return jval_len(jdoc_root(d)) == 0;
}

void team_forget(struct undecided *u)
{
    u->teams = NULL;
    u->n_teams = 0;
}
