/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/lookout.h"

static const msec_t SELF_AGAIN_MS = 3600000;

/* ---- the lookouts ---- */

struct lookout *lookout_of(const struct engine *e, const char *forge)
{
    for (size_t i = 0; forge && i < e->lookouts.n; i++)
        if (strcmp(e->lookouts.at[i]->name, forge) == 0)
            return e->lookouts.at[i];
    return NULL;
}

static struct lookout *lookout_new(struct engine *e, const char *name)
{
    struct lookout *l = mem_new(sizeof *l);
    l->name = mem_strdup(name);
    l->wake = (struct wake){.kind = WAKE_LOOK, .owner = l};
    VEC_PUSH(&e->lookouts, l);
    return l;
}

/* ---- a conversation ---- */

static void send(struct engine *e, struct lookout *l, enum look_at at, struct api_request *request)
{
    struct engine_action *x = engine_now(e, ACT_LOOK);
    l->at = at;
    l->talk = ++e->look_talks;
    x->look.talk = l->talk;
    x->look.forge = l->name;
    x->look.request = *request;
}

/* ---- who we are ---- */

/* The number outlives the program: what comes before the forge has answered is known all the same. */
static const char *self_setting(const struct lookout *l, struct arena *a)
{
    return arena_fmt(a, "account %s", l->name);
}

static void self_ask(struct engine *e, struct lookout *l)
{
    struct api_request request = {0};
    if (!l->forge || !l->forge->ops->ask_self || l->at != LOOK_NOTHING)
        return;
    l->self_asked_at = e->now;
    l->forge->ops->ask_self(&request);
    send(e, l, LOOK_WHO, &request);
}

static void self_heard(struct engine *e, struct lookout *l, const struct api_reply *reply)
{
    AUTO(arena_free) struct arena a = {0};
    struct own_account self = {0};
    struct err err = {0};
    if (!l->forge || !l->forge->ops->read_self || l->forge->ops->read_self(reply, &a, &self, &err) < 0)
        return; /* asked again when something comes and it is still not known */
    if (self.id != l->self.id)
        record_setting(e, self_setting(l, &a), self.id);
    mem_free((void *)(uintptr_t)l->self.login);
    l->self = (struct own_account){self.id, self.login ? mem_strdup(self.login) : NULL};
}

const struct own_account *lookout_self(struct engine *e, const char *forge)
{
    static const struct own_account nobody;
    struct lookout *l = lookout_of(e, forge);
    if (l && !l->self.login && e->now - l->self_asked_at >= SELF_AGAIN_MS)
        self_ask(e, l);
    return l ? &l->self : &nobody;
}

/* ---- events ---- */

void lookout_heard(struct engine *e, int64_t talk, const struct api_reply *reply)
{
    for (size_t i = 0; i < e->lookouts.n; i++) {
        struct lookout *l = e->lookouts.at[i];
        if (l->talk != talk || l->at == LOOK_NOTHING)
            continue;
        l->at = LOOK_NOTHING;
        self_heard(e, l, reply);
    }
}

void lookouts_conf(struct engine *e)
{
    for (size_t i = 0; i < e->lookouts.n; i++)
        e->lookouts.at[i]->forge = NULL;
    for (size_t i = 0; i < e->conf->n_forges; i++) {
        const struct engine_forge *f = &e->conf->forges[i];
        struct lookout *l = lookout_of(e, f->name);
        if (!f->looks || !f->can_post)
            continue;
        if (!l)
            l = lookout_new(e, f->name);
        l->forge = f;
        self_ask(e, l); /* perhaps another account's credential */
    }
}

void lookouts_adopt(struct engine *e, const struct open_work *w)
{
    AUTO(arena_free) struct arena a = {0};
    lookouts_conf(e);
    for (size_t i = 0; i < e->lookouts.n; i++)
        for (size_t k = 0; k < w->n_settings; k++)
            if (strcmp(w->settings[k].name, self_setting(e->lookouts.at[i], &a)) == 0)
                e->lookouts.at[i]->self.id = w->settings[k].value;
}

void lookouts_free(struct engine *e)
{
    for (size_t i = 0; i < e->lookouts.n; i++) {
        struct lookout *l = e->lookouts.at[i];
        wake_drop(e, &l->wake, &l->waits);
        mem_free((void *)(uintptr_t)l->self.login);
        mem_free((void *)(uintptr_t)l->name);
        mem_free(l);
    }
    VEC_FREE(&e->lookouts);
}
