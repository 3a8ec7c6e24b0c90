/* SPDX-License-Identifier: Apache-2.0 */
/* What the forge could not deliver: its lists are looked through from where the last look came to, and what is found
 * goes the way of every delivery. Only when all of it is on disk is it written down how far this look came. */
#include "engine/reconcile.h"
#include "core/backoff.h"

enum { TAKEN_MOST = 10000 };

/* ---- how far it came ---- */

const char *hook_number(const char *hook)
{
    const char *id = strrchr(hook, '/');
    return id ? id + 1 : hook;
}

static const char *setting_of(const struct lookout *l, const char *hook, struct arena *a)
{
    return arena_fmt(a, "missed %s %s", l->name, hook_number(hook));
}

static void since_put(struct lookout *l, const char *setting, int64_t since)
{
    int64_t *at = mem_new(sizeof *at);
    *at = since;
    mem_free(map_put(&l->since, sv_of(setting), at));
}

static int64_t since(void *ctx, const char *hook)
{
    AUTO(arena_free) struct arena a = {0};
    const struct lookout *l = ctx;
    const int64_t *at = map_get(&l->since, sv_of(setting_of(l, hook, &a)));
    return at ? *at : 0;
}

void missed_adopt(struct lookout *l, const struct open_work *w)
{
    AUTO(arena_free) struct arena a = {0};
    struct sv prefix = sv_of(arena_fmt(&a, "missed %s ", l->name));
    for (size_t i = 0; i < w->n_settings; i++)
        if (sv_starts(sv_of(w->settings[i].name), prefix))
            since_put(l, w->settings[i].name, w->settings[i].value);
}

static void drop(struct lookout *l)
{
    if (!l->missed)
        return;
    missed_free(l->missed);
    mem_free(l->missed);
    l->missed = NULL;
}

void missed_done(struct lookout *l)
{
    struct sv key;
    void *v;
    drop(l);
    for (size_t at = 0; map_each(&l->since, &at, &key, &v);)
        mem_free(v);
    map_free(&l->since);
    map_free(&l->taken);
}

/* ---- when ---- */

/* A repository whose number is not known yet is looked at first. */
static bool may_look(const struct engine *e, const struct lookout *l, size_t place)
{
    const struct seen_repo *r = seen_configured(e, l->places.at[place].repo_id);
    return r && r->row.looked_at;
}

static bool has_app(const struct lookout *l)
{
    return l->forge->is_app && l->forge->ops->app;
}

static msec_t *due_of(struct lookout *l, size_t place)
{
    return place == MISSING_APP ? &l->app_due : &l->places.at[place].missed_due;
}

msec_t missed_due(const struct engine *e, const struct lookout *l)
{
    msec_t due = INT64_MAX;
    if (!l->forge || !l->forge->reconcile_ms || !l->forge->ops->missed || !l->forge->n_hooks)
        return INT64_MAX;
    if (has_app(l))
        due = l->app_due;
    for (size_t i = 0; i < l->places.n; i++)
        if (may_look(e, l, i) && l->places.at[i].missed_due < due)
            due = l->places.at[i].missed_due;
    return due;
}

static bool oldest(const struct engine *e, const struct lookout *l, size_t *ret)
{
    msec_t due = missed_due(e, l);
    if (due > e->now)
        return false;
    *ret = MISSING_APP;
    if (has_app(l) && l->app_due == due)
        return true;
    for (*ret = 0; *ret < l->places.n; ++*ret)
        if (l->places.at[*ret].missed_due == due && may_look(e, l, *ret))
            return true;
    return false;
}

/* Hooks of an organisation are looked at with the first of its repositories. */
static const char *owner_of(const struct lookout *l, size_t place, struct arena *a)
{
    const char *path = strchr(l->places.at[place].repo_id, ':') + 1, *slash = strchr(path, '/');
    size_t n = slash ? (size_t)(slash - l->places.at[place].repo_id) + 1 : 0;
    for (size_t i = 0; i < place; i++)
        if (n && strncmp(l->places.at[i].repo_id, l->places.at[place].repo_id, n) == 0)
            return NULL;
    return slash ? arena_dup(a, sv_n(path, (size_t)(slash - path))) : NULL;
}

static void about_repo(struct engine *e, const struct lookout *l, size_t place, struct missed *m)
{
    const struct seen_repo *r = seen_configured(e, l->places.at[place].repo_id);
    m->repo = arena_strdup(&m->arena, r->row.path);
    m->repo_id = r->row.forge_id;
    m->owner = owner_of(l, place, &m->arena);
}

bool missed_look(struct engine *e, struct lookout *l, struct api_request *ret)
{
    struct err ignored = {0};
    size_t place;
    if (!oldest(e, l, &place))
        return false;
    struct missed *m = l->missed = mem_new(sizeof *m);
    m->now = e->now;
    m->up = l->up;
    m->of = place == MISSING_APP ? MISSED_APP : MISSED_REPO;
    m->repo = "";
    if (m->of == MISSED_REPO)
        about_repo(e, l, place, m);
    m->public_url = e->conf->public_url;
    m->places = l->forge->hooks;
    m->n_places = l->forge->n_hooks;
    m->since = since;
    m->may_switch = hooks_may_switch;
    m->ctx = l;
    l->missing = place;
    l->missed_talk = ++e->look_talks;
    l->takes = 0;
    l->missed_over = l->take_failed = false;
    *due_of(l, place) = INT64_MAX;
    if (l->forge->ops->missed(m, NULL, ret, &ignored) == TALK_CALL)
        return true;
    missed_put_off(l, e->now + l->forge->reconcile_ms);
    return false;
}

void missed_put_off(struct lookout *l, msec_t until)
{
    if (l->missed)
        *due_of(l, l->missing) = until;
    drop(l);
}

/* ---- what was found ---- */

static void take_in(struct engine *e, struct lookout *l, const struct missed_delivery *d)
{
    if (l->taken.n >= TAKEN_MOST)
        map_free(&l->taken);
    if (map_put(&l->taken, sv_of(d->guid), l))
        return; /* the store would know it, too */
    struct engine_action *x = engine_now(e, ACT_TAKE_IN);
    x->take_in.talk = l->missed_talk;
    x->take_in.forge = l->name;
    x->take_in.kind = l->forge->ops->kind;
    x->take_in.hook = d->place;
    x->take_in.event = d->event;
    x->take_in.guid = d->guid;
    x->take_in.system = d->system;
    x->take_in.payload = d->payload;
    x->take_in.at = d->at;
    l->takes++;
}

enum talk_next missed_heard(struct engine *e, struct lookout *l, const struct api_reply *reply, struct api_request *ret,
                            struct err *err)
{
    enum talk_next next = l->forge->ops->missed(l->missed, reply, ret, err);
    for (size_t i = 0; i < l->missed->found.n; i++)
        take_in(e, l, &l->missed->found.at[i]);
    VEC_CLEAR(&l->missed->found);
    return next;
}

static void keep_since(struct engine *e, struct lookout *l)
{
    AUTO(arena_free) struct arena a = {0};
    for (size_t i = 0; i < l->missed->hooks.n; i++) {
        const struct missed_hook *h = &l->missed->hooks.at[i];
        const char *setting = setting_of(l, h->name, &a);
        if (!h->since || h->since == since(l, h->name))
            continue;
        since_put(l, setting, h->since);
        record_setting(e, setting, h->since);
    }
}

bool missed_is_over(struct engine *e, struct lookout *l)
{
    msec_t every = l->forge ? l->forge->reconcile_ms : 0;
    l->missed_over = true;
    if (l->takes > 0)
        return false;
    idle_seen(e, l);
    if (l->take_failed)
        map_free(&l->taken);
    else
        keep_since(e, l);
    *due_of(l, l->missing) =
        e->now + (l->take_failed ? every / 5
                                 : every - every / 10 + (msec_t)(random_next(&e->random) % (uint64_t)(every / 5 + 1)));
    drop(l);
    return true;
}
