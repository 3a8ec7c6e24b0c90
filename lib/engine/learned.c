/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/state.h"

enum { KEPT = 10000, KEPT_MINUTES = 1000 };

/* A row with its name behind it, in one piece. */
static void *row_new(struct map *m, const char *name, size_t size, const char **ret_name)
{
    size_t n = strlen(name) + 1;
    char *row = mem_new(size + n);
    memcpy(row + size, name, n);
    *ret_name = row + size;
    map_put(m, sv_of(name), row);
    return row;
}

static struct failure_stat *failure_of(struct engine *e, const char *fingerprint)
{
    struct failure_stat *f = map_get(&e->learned.failures, sv_of(fingerprint));
    if (f || e->learned.failures.n >= KEPT)
        return f;
    const char *name;
    f = row_new(&e->learned.failures, fingerprint, sizeof *f, &name);
    f->fingerprint = name;
    return f;
}

static struct flaky_test *flaky_of(struct engine *e, const char *test)
{
    struct flaky_test *f = map_get(&e->learned.flaky, sv_of(test));
    if (f || e->learned.flaky.n >= KEPT)
        return f;
    const char *name;
    f = row_new(&e->learned.flaky, test, sizeof *f, &name);
    f->name = name;
    return f;
}

struct retry_budget *learned_budget(struct engine *e, const char *repo_id)
{
    struct retry_budget *b = map_get(&e->learned.budgets, sv_of(repo_id));
    if (b)
        return b;
    const char *name;
    b = row_new(&e->learned.budgets, repo_id, sizeof *b, &name);
    b->repo_id = name;
    return b;
}

void learned_adopt(struct engine *e, const struct open_work *w)
{
    for (size_t i = 0; i < w->n_failures; i++) {
        struct failure_stat *f = failure_of(e, w->failures[i].fingerprint);
        const char *name = f ? f->fingerprint : NULL;
        if (f)
            *f = w->failures[i];
        if (f)
            f->fingerprint = name;
    }
    for (size_t i = 0; i < w->n_flaky; i++) {
        struct flaky_test *f = flaky_of(e, w->flaky[i].name);
        const char *name = f ? f->name : NULL;
        if (f)
            *f = w->flaky[i];
        if (f)
            f->name = name;
    }
    for (size_t i = 0; i < w->n_budgets; i++) {
        struct retry_budget *b = learned_budget(e, w->budgets[i].repo_id);
        const char *name = b->repo_id;
        *b = w->budgets[i];
        b->repo_id = name;
    }
}

static void rows_free(struct map *m)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(m, &at, &key, &v);)
        mem_free(v);
    map_free(m);
}

void learned_free(struct learned *l)
{
    rows_free(&l->failures);
    rows_free(&l->budgets);
    rows_free(&l->flaky);
    rows_free(&l->outbreaks);
    rows_free(&l->breakers);
}

const struct failure_stat *learned_failure(const struct engine *e, const char *fingerprint)
{
    return fingerprint ? map_get(&e->learned.failures, sv_of(fingerprint)) : NULL;
}

void learned_retry(struct engine *e, const char *fingerprint, enum failure_class c, enum learned_outcome how)
{
    struct failure_stat *f = fingerprint ? failure_of(e, fingerprint) : NULL;
    if (!f)
        return;
    f->class = c;
    f->passed += how == LEARNED_PASSED;
    f->failed += how == LEARNED_FAILED;
    f->last_at = e->now;
    struct change_set *cs = engine_changes(e);
    struct change *x = change_add(cs, CHANGE_FAILURE_STAT);
    x->failure_stat = *f;
    x->failure_stat.fingerprint = arena_strdup(&cs->arena, f->fingerprint);
}

void learned_flip(struct engine *e, const char *repo_id, const char *job, const char *test)
{
    AUTO(arena_free) struct arena a = {0};
    struct flaky_test *f = flaky_of(e, arena_fmt(&a, "%s\n%s\n%s", repo_id ? repo_id : "", job, test));
    if (!f)
        return;
    f->flips++;
    f->last_at = e->now;
    struct change_set *cs = engine_changes(e);
    struct change *x = change_add(cs, CHANGE_FLAKY);
    x->flaky = *f;
    x->flaky.name = arena_strdup(&cs->arena, f->name);
}

void learned_budget_changed(struct engine *e, const struct retry_budget *b)
{
    struct change_set *cs = engine_changes(e);
    struct change *x = change_add(cs, CHANGE_BUDGET);
    x->budget = *b;
    x->budget.repo_id = arena_strdup(&cs->arena, b->repo_id);
}

/* ---- what counts for minutes ---- */

/* Those that say nothing any more make room. */
static void outbreaks_prune(struct engine *e)
{
    VEC(struct outbreak *) old = {0};
    VEC(const char *) names = {0};
    AUTO(arena_free) struct arena a = {0};
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->learned.outbreaks, &at, &key, &v);)
        if (outbreak_is_old(v, e->now)) {
            VEC_PUSH(&old, v);
            VEC_PUSH(&names, arena_dup(&a, key));
        }
    for (size_t i = 0; i < old.n; i++) {
        map_remove(&e->learned.outbreaks, sv_of(names.at[i]));
        mem_free(old.at[i]);
    }
    VEC_FREE(&old);
    VEC_FREE(&names);
}

struct outbreak *learned_outbreak(struct engine *e, const char *fingerprint)
{
    struct outbreak *o = map_get(&e->learned.outbreaks, sv_of(fingerprint));
    if (o)
        return o;
    if (e->learned.outbreaks.n >= KEPT_MINUTES)
        outbreaks_prune(e);
    o = mem_new(sizeof *o);
    map_put(&e->learned.outbreaks, sv_of(fingerprint), o);
    return o;
}

struct breaker *learned_breaker(struct engine *e, enum failure_class c, const char *forge)
{
    AUTO(arena_free) struct arena a = {0};
    struct sv key = sv_of(arena_fmt(&a, "%s %s", failure_class_name[c], forge));
    struct breaker *b = map_get(&e->learned.breakers, key);
    if (!b) {
        b = mem_new(sizeof *b);
        map_put(&e->learned.breakers, key, b);
    }
    return b;
}
