/* SPDX-License-Identifier: Apache-2.0 */
/* Schedules: those of the server's folder, and those of default branches as they were read last. When one fires, and
 * when it was seen first, is in its row, so that a time that came while the server was down is known: the latest one
 * of the last hour is made up for, once; an older one is not, for what is due at night is not wanted at noon. */
#include "engine/state.h"
#include "fmt/json.h"
#include "lang/cron.h"

static const msec_t LATE_MS = 3600000;

void schedule_adopt(struct engine *e, const char *name, msec_t fired_at)
{
    int64_t *at = mem_new(sizeof *at);
    *at = fired_at;
    mem_free(map_put(&e->fired, sv_of(name), at));
}

static void fired(struct engine *e, const struct scheduled *s, msec_t at)
{
    struct change_set *cs = engine_changes(e);
    struct change *c = change_add(cs, CHANGE_FIRED);
    c->fired.name = arena_strdup(&cs->arena, s->name);
    c->fired.at = at;
    schedule_adopt(e, s->name, at);
}

/* The latest time of it in (after, now]; -1 = none. */
static msec_t latest(const struct scheduled *s, msec_t after, msec_t now)
{
    msec_t found = -1;
    for (msec_t t = cron_next(s->cron, s->zone, after); t <= now; t = cron_next(s->cron, s->zone, t))
        found = t;
    return found;
}

static void arm(struct engine *e, struct scheduled *s)
{
    msec_t next = cron_next(s->cron, s->zone, e->now);
    if (next != INT64_MAX)
        wake_at(e, &s->wake, &s->waits, next);
}

void schedule_due(struct engine *e, struct scheduled *s)
{
    const int64_t *last = map_get(&e->fired, sv_of(s->name));
    msec_t from = e->now - LATE_MS, at;
    wake_drop(e, &s->wake, &s->waits);
    if (!last)
        fired(e, s, e->now); /* seen for the first time: nothing was missed */
    else if ((at = latest(s, *last > from ? *last : from, e->now)) >= 0) {
        fired(e, s, at);
        internal_schedule(e, s, at);
    }
    arm(e, s);
}

static void add(struct engine *e, const struct repo *repo, const char *file, const char *cron, const char *zone)
{
    struct arena *a = &e->schedule_arena;
    struct scheduled *s = arena_new(a, sizeof *s);
    struct err ignored;
    *s = (struct scheduled){.repo = repo, .file = arena_strdup(a, file), .cron_text = arena_strdup(a, cron)};
    s->wake = (struct wake){.kind = WAKE_SCHEDULE, .owner = s};
    s->name = arena_fmt(a, "%s\n%s\n%s\n%s", repo ? repo->id : "", file, cron, zone ? zone : "");
    if (cron_compile(sv_of(cron), a, &s->cron, &ignored) < 0 || cron_zone(zone, a, &s->zone, &ignored) < 0)
        return; /* config has refused it; what a row has may be another version's */
    VEC_PUSH(&e->schedules, s);
}

static void add_of_folder(struct engine *e, const struct workflow *w)
{
    for (size_t k = 0; k < w->n_triggers; k++)
        for (size_t n = 0; n < w->triggers[k].n_schedules; n++)
            add(e, NULL, w->file, w->triggers[k].schedules[n].cron, w->triggers[k].schedules[n].timezone);
}

static void add_of_repo(struct engine *e, const struct repo *r)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    AUTO(arena_free) struct arena a = {0};
    struct err ignored;
    const char *words = map_get(&e->standing, sv_of(r->id));
    if (!words || jdoc_parse(sv_of(words), NULL, &d, &ignored) < 0)
        return;
    const struct jval *list = jval_get(jdoc_root(d), "schedules");
    for (size_t i = 0; i < jval_len(list); i++) {
        const struct jval *x = jval_item(list, i);
        const char *file = arena_dup(&a, jval_str(jval_item(x, 0))), *cron = arena_dup(&a, jval_str(jval_item(x, 1)));
        if (file && cron)
            add(e, r, file, cron, arena_dup(&a, jval_str(jval_item(x, 2))));
    }
}

static void forget(struct engine *e)
{
    for (size_t i = 0; i < e->schedules.n; i++)
        wake_drop(e, &e->schedules.at[i]->wake, &e->schedules.at[i]->waits);
    VEC_CLEAR(&e->schedules);
    arena_free(&e->schedule_arena);
}

void schedule_all(struct engine *e)
{
    forget(e);
    for (size_t i = 0; i < e->conf->workflows->n; i++)
        add_of_folder(e, e->conf->workflows->at[i]);
    for (size_t i = 0; i < e->conf->repos->n; i++)
        add_of_repo(e, &e->conf->repos->at[i]);
    for (size_t i = 0; i < e->schedules.n; i++)
        schedule_due(e, e->schedules.at[i]);
}

void schedule_free(struct engine *e)
{
    struct sv key;
    void *v;
    forget(e);
    VEC_FREE(&e->schedules);
    for (size_t at = 0; map_each(&e->fired, &at, &key, &v);)
        mem_free(v);
    for (size_t at = 0; map_each(&e->standing, &at, &key, &v);)
        mem_free(v);
    map_free(&e->fired);
    map_free(&e->standing);
}
