/* SPDX-License-Identifier: Apache-2.0 */
/* Which jobs of a run are done again. */
#include "engine/rerun_inside.h"
#include <stdio.h>

bool rerun_refuse(struct repeat *p, const char *text)
{
    snprintf(p->answer->text, sizeof p->answer->text, "%s", text);
    return false;
}

static void find_parents(struct repeat *p)
{
    AUTO(map_free) struct map by_id = {0};
    for (size_t i = 0; i < p->old->n_jobs; i++)
        map_put_id(&by_id, p->old->jobs[i]->id, (void *)(uintptr_t)(i + 1));
    for (size_t i = 0; i < p->old->n_jobs; i++) {
        int64_t id = p->old->jobs[i]->parent_id;
        p->parent[i] = id ? (size_t)(uintptr_t)map_get_id(&by_id, id) - 1 : SIZE_MAX;
    }
}

/* The check of a conflict, the fix of tests: what a job that is done again needed once, it may not need again. */
static bool is_helper(const struct repeat *p, size_t at)
{
    return p->parent[at] != SIZE_MAX && p->old->jobs[p->parent[at]]->kind == JOB_STEPS;
}

static bool is_parent(const struct repeat *p, size_t at)
{
    for (size_t i = 0; i < p->old->n_jobs; i++)
        if (p->parent[i] == at && !is_helper(p, i))
            return true;
    return false;
}

static bool did_fail(const struct job *j)
{
    return j->conclusion != CONC_SUCCESS && j->conclusion != CONC_SKIPPED;
}

static size_t find_job(const struct repeat *p, const char *word)
{
    for (size_t i = 0; word && i < p->old->n_jobs; i++)
        if (strcmp(p->old->jobs[i]->key, word) == 0)
            return i;
    for (size_t i = 0; word && i < p->old->n_jobs; i++)
        if (strcmp(p->old->jobs[i]->name, word) == 0)
            return i;
    return SIZE_MAX;
}

static size_t find_step(const struct job *j, const char *word)
{
    int64_t no;
    for (size_t i = 0; word && i < j->n_steps; i++)
        if (j->steps[i].key[0] && strcmp(j->steps[i].key, word) == 0)
            return i;
    for (size_t i = 0; word && i < j->n_steps; i++)
        if (strcmp(j->steps[i].name, word) == 0)
            return i;
    return word && sv_int(sv_of(word), &no) && no >= 1 && (size_t)no <= j->n_steps ? (size_t)no - 1 : SIZE_MAX;
}

/* The one job that has this step; SIZE_MAX = none, or several. */
static size_t job_of_step(const struct repeat *p, const char *step)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < p->old->n_jobs; i++) {
        if (p->old->jobs[i]->kind != JOB_STEPS || is_helper(p, i) || find_step(p->old->jobs[i], step) == SIZE_MAX)
            continue;
        if (found != SIZE_MAX)
            return SIZE_MAX;
        found = i;
    }
    return found;
}

static bool mark_step(struct repeat *p, size_t at)
{
    const struct job *j = p->old->jobs[at];
    if (j->kind != JOB_STEPS)
        return rerun_refuse(p, "the job is made of other jobs: name one of those");
    p->first_step = find_step(j, p->want->step);
    return p->first_step != SIZE_MAX ? true : rerun_refuse(p, "the job has no such step");
}

static bool mark_asked(struct repeat *p)
{
    const struct rerun *w = p->want;
    bool one = w->what == RERUN_JOB || w->what == RERUN_FROM;
    size_t at = w->what == RERUN_FROM && !w->job ? job_of_step(p, w->step) : find_job(p, w->job);
    if (one && at == SIZE_MAX)
        return rerun_refuse(p, w->job ? "the run has no such job" : "which job? name it, as JOB/STEP");
    if (one && is_helper(p, at))
        return rerun_refuse(p, "the job is a part of another one: name that");
    if (w->what == RERUN_FROM && !mark_step(p, at))
        return false;
    if (one)
        p->fate[p->from_job = at] = FATE_AGAIN;
    bool any = one;
    for (size_t i = 0; w->what == RERUN_ALL && i < p->old->n_jobs; i++, any = true)
        p->fate[i] = p->parent[i] == SIZE_MAX ? FATE_AGAIN : FATE_GONE;
    for (size_t i = 0; w->what == RERUN_FAILED && i < p->old->n_jobs; i++)
        if (did_fail(p->old->jobs[i]) && !is_parent(p, i) && !is_helper(p, i)) {
            p->fate[i] = FATE_AGAIN;
            any = true;
        }
    if (any)
        return true;
    return rerun_refuse(p, w->what == RERUN_FAILED ? "nothing of the run has failed" : "the run has no jobs");
}

static bool needs(const struct job *j, const char *key)
{
    for (size_t i = 0; i < j->n_needs; i++)
        if (strcmp(j->needs[i], key) == 0)
            return true;
    return false;
}

/* Its parent is begun anew only where its needs are, or where it would have to ask for its group again. */
static bool spread(struct repeat *p, size_t at)
{
    bool more = false;
    size_t up = p->parent[at];
    if (up != SIZE_MAX && p->fate[up] == FATE_TAKEN) {
        p->fate[up] = p->old->jobs[up]->group ? FATE_AGAIN : FATE_PART;
        more = true;
    }
    for (size_t i = 0; i < p->old->n_jobs; i++) {
        bool behind = p->parent[i] == up && (p->fate[i] == FATE_TAKEN || p->fate[i] == FATE_PART) &&
                      needs(p->old->jobs[i], p->old->jobs[at]->key);
        bool below = p->parent[i] == at && p->fate[at] == FATE_AGAIN && p->fate[i] != FATE_GONE;
        bool lost = p->parent[i] == at && p->fate[at] == FATE_GONE && p->fate[i] != FATE_GONE;
        if (behind)
            p->fate[i] = FATE_AGAIN;
        if (below || lost)
            p->fate[i] = FATE_GONE;
        more |= behind || below || lost;
    }
    return more;
}

bool rerun_mark(struct repeat *p)
{
    find_parents(p);
    for (size_t i = 0; i < p->old->n_jobs; i++)
        if (is_helper(p, i))
            p->fate[i] = FATE_GONE;
    if (!mark_asked(p))
        return false;
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < p->old->n_jobs; i++)
            if (p->fate[i] != FATE_TAKEN && !is_helper(p, i))
                more |= spread(p, i);
    }
    return true;
}
