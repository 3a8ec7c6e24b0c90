/* SPDX-License-Identifier: Apache-2.0 */
/* How long jobs will take, by what was learned of them (plan/duration.h): rows are loaded at start-up and written with
 * the change-set in which a job ends. */
#include <stdlib.h>
#include "engine/spec.h"
#include "engine/state.h"

enum { ROWS_MOST = 20000 };

void duration_init(struct engine *e)
{
    durations_init(&e->durations, ROWS_MOST);
}

/* ---- whose time it is ---- */

static struct sv owner_of(struct sv repo_id)
{
    ptrdiff_t slash = sv_chr(repo_id, '/');
    return slash < 0 ? SV_NONE : sv_cut(repo_id, (size_t)slash);
}

/* A job that is made of actions alone takes about as long as others that end with the same one. */
static struct sv kind_of(const struct job *row, struct arena *a)
{
    struct step_spec s;
    struct err ignored;
    for (size_t i = 0; i < row->n_steps; i++)
        if (row->steps[i].kind != STEP_USES)
            return SV_NONE;
    if (!row->n_steps || step_spec_read(row->steps[row->n_steps - 1].spec, a, &s, &ignored) < 0 || !s.uses)
        return SV_NONE;
    struct sv uses = sv_of(s.uses);
    ptrdiff_t at = sv_rchr(uses, '@');
    return at < 0 ? uses : sv_cut(uses, (size_t)at);
}

static struct duration_key key_of(const struct live_job *j, struct arena *a)
{
    const struct run *run = j->run->row;
    const struct job *row = j->row;
    bool leg = j->parent && j->parent->row->kind == JOB_MATRIX;
    return (struct duration_key){.organisation = owner_of(sv_of(row->repo_id)),
                                 .repo = sv_of(row->repo_id),
                                 .workflow = sv_of(run->file ? run->file : run->workflow),
                                 .job = sv_of(leg ? j->parent->row->key : row->key),
                                 .matrix = sv_of(row->matrix),
                                 .event = sv_of(run->event),
                                 .kind = kind_of(row, a)};
}

struct expectation duration_expect(const struct engine *e, const struct live_job *j)
{
    AUTO(arena_free) struct arena a = {0};
    struct duration_key k = key_of(j, &a);
    struct duration_guess g = durations_guess(&e->durations, &k, j->row->estimate_ms);
    return (struct expectation){.estimate = g.estimate, .p90 = g.p90};
}

/* ---- rows ---- */

static int oldest_first(const void *x, const void *y)
{
    const struct duration_stat *a = *(const struct duration_stat *const *)x,
                               *b = *(const struct duration_stat *const *)y;
    if (a->updated_at != b->updated_at)
        return a->updated_at < b->updated_at ? -1 : 1;
    return strcmp(a->key, b->key);
}

void duration_adopt(struct engine *e, const struct open_work *w)
{
    const struct duration_stat **rows = mem_new((w->n_durations + 1) * sizeof *rows);
    for (size_t i = 0; i < w->n_durations; i++)
        rows[i] = &w->durations[i];
    qsort(rows, w->n_durations, sizeof *rows, oldest_first);
    for (size_t i = 0; i < w->n_durations; i++) {
        struct duration_seen seen = {rows[i]->n, rows[i]->mu, rows[i]->var, rows[i]->updated_at};
        /* One that is none of ours stays where it is, and is written over when its job ends. */
        (void)!durations_load(&e->durations, sv_of(rows[i]->key), &seen);
    }
    mem_free(rows);
}

static void keep(struct engine *e, const struct duration_news *news, msec_t took)
{
    struct change_set *cs = engine_changes(e);
    for (size_t i = 0; i < news->n_put; i++) {
        const struct duration_seen *s = &news->put[i]->seen;
        change_add(cs, CHANGE_DURATION)->duration =
            (struct duration_stat){.key = arena_strdup(&cs->arena, news->put[i]->key),
                                   .n = s->n,
                                   .mu = s->mean,
                                   .var = s->var,
                                   .last_ms = took,
                                   .updated_at = s->at};
    }
    for (size_t i = 0; i < news->n_dropped; i++)
        change_add(cs, CHANGE_DURATION_DROP)->duration.key = arena_strdup(&cs->arena, news->dropped[i]);
}

/* Further tries, and what it waited for between them, are not the time that one takes. */
static bool ran_at_one_go(const struct job *row)
{
    for (size_t i = 0; i < row->n_steps; i++)
        if (row->steps[i].tries > 1)
            return false;
    return row->kind == JOB_STEPS && row->started_at && row->tries <= 1;
}

void duration_learn(struct engine *e, const struct live_job *j)
{
    AUTO(arena_free) struct arena a = {0};
    const struct job *row = j->row;
    bool success = row->conclusion == CONC_SUCCESS;
    if (!ran_at_one_go(row) || (!success && row->conclusion != CONC_TIMED_OUT))
        return;
    struct duration_key k = key_of(j, &a);
    struct duration_news news;
    msec_t took = row->ended_at - row->started_at;
    durations_learn(&e->durations, &k, success ? DURATION_SUCCESS : DURATION_TIMED_OUT, took, e->now, &news);
    keep(e, &news, took);
    duration_news_free(&news);
}
