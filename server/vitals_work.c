/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"
#include "metrics/metrics.h"
#include "server/vitals.h"

struct figure {
    int64_t n;
    msec_t oldest; /* wall clock; 0 = none */
};

struct vitals_work {
    struct map repositories; /* id -> struct figure */
    struct figure other, by_priority[PRIO_N];
    struct map effects; /* "forge state" -> struct figure */
};

static void count(struct figure *f, msec_t since)
{
    f->n++;
    if (!f->oldest || since < f->oldest)
        f->oldest = since;
}

static void show(enum metric number, enum metric age, const char *const *labels, const struct figure *f, msec_t now)
{
    metric_set(number, labels, f->n);
    metric_set(age, labels, f->oldest && f->oldest < now ? now - f->oldest : 0);
}

static struct figure *figure_of(struct map *m, const char *key)
{
    struct figure *f = map_get(m, sv_of(key));
    if (!f)
        map_put(m, sv_of(key), f = mem_new(sizeof *f));
    return f;
}

void vitals_work_job(void *ctx, const char *repo_id, enum priority priority, msec_t since)
{
    struct vitals_work *w = ctx;
    bool known = map_get(&w->repositories, sv_of(repo_id)) || w->repositories.n < VITALS_REPOSITORIES;
    count(known ? figure_of(&w->repositories, repo_id) : &w->other, since);
    count(&w->by_priority[priority], since);
}

void vitals_work_effect(void *ctx, const struct effect *x)
{
    struct vitals_work *w = ctx;
    AUTO(buf_free) struct buf key = {0};
    buf_fmt(&key, "%s %s", x->forge, effect_state_name[x->state]);
    count(figure_of(&w->effects, key.p), x->created_at);
}

static void add_to(int64_t *n, msec_t *waited, const struct figure *f, msec_t now)
{
    *n += f->n;
    if (f->oldest && now - f->oldest > *waited)
        *waited = now - f->oldest;
}

void vitals_work_totals(const struct vitals_work *w, msec_t now, struct vitals_totals *ret)
{
    struct sv key;
    void *v;
    *ret = (struct vitals_totals){0};
    for (int p = 0; p < PRIO_N; p++)
        add_to(&ret->jobs, &ret->jobs_waited, &w->by_priority[p], now);
    for (size_t at = 0; map_each(&w->effects, &at, &key, &v);)
        add_to(&ret->effects, &ret->effects_waited, v, now);
}

static void show_effects(struct vitals_work *w, msec_t now)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&w->effects, &at, &key, &v);) {
        AUTO(buf_free) struct buf forge = {0}, state = {0};
        ptrdiff_t blank = sv_rchr(key, ' ');
        buf_sv(&forge, sv_cut(key, (size_t)blank));
        buf_sv(&state, sv_from(key, (size_t)blank + 1));
        show(M_EFFECTS_OPEN, M_EFFECTS_OLDEST, (const char *const[]){forge.p, state.p}, v, now);
    }
}

static void show_queue(struct vitals_work *w, msec_t now)
{
    struct sv key;
    void *v;
    for (int p = 0; p < PRIO_N; p++)
        show(M_QUEUE_WAITING, M_QUEUE_OLDEST, (const char *const[]){priority_name[p]}, &w->by_priority[p], now);
    for (size_t at = 0; map_each(&w->repositories, &at, &key, &v);) {
        AUTO(buf_free) struct buf name = {0};
        buf_sv(&name, key);
        show(M_QUEUE_REPOSITORY, M_QUEUE_REPOSITORY_OLDEST, (const char *const[]){name.p}, v, now);
    }
    if (w->repositories.n >= VITALS_REPOSITORIES)
        show(M_QUEUE_REPOSITORY, M_QUEUE_REPOSITORY_OLDEST, (const char *const[]){"other"}, &w->other, now);
}

/* The figures stay: what waits no more is shown as 0. */
static void forget_figures(struct map *m)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(m, &at, &key, &v);)
        *(struct figure *)v = (struct figure){0};
}

void vitals_work_show(struct vitals_work *w, msec_t now)
{
    show_queue(w, now);
    show_effects(w, now);
    forget_figures(&w->repositories);
    forget_figures(&w->effects);
    memset(w->by_priority, 0, sizeof w->by_priority);
    w->other = (struct figure){0};
}

struct vitals_work *vitals_work_new(void)
{
    return mem_new(sizeof(struct vitals_work));
}

static void free_figures(struct map *m)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(m, &at, &key, &v);)
        mem_free(v);
    map_free(m);
}

void vitals_work_free(struct vitals_work **wp)
{
    struct vitals_work *w = STEAL(*wp);
    if (!w)
        return;
    free_figures(&w->repositories);
    free_figures(&w->effects);
    mem_free(w);
}
