/* SPDX-License-Identifier: Apache-2.0 */
/* `standby: true`: a job that is no part of a run, but the fix of another one. It works in place of the job that called
 * it, and has its repository, machine and resources: what says otherwise is refused. */
#include "config/workflow_parts.h"

static const struct wf_job *job_named(const struct workflow *w, const char *key)
{
    for (size_t i = 0; i < w->n_jobs; i++)
        if (strcmp(w->jobs[i].key, key) == 0)
            return &w->jobs[i];
    return NULL;
}

static bool is_called(const struct reading *r, const char *key)
{
    for (const struct fix_name *x = r->fixes; x; x = x->next)
        if (strcmp(x->job, key) == 0)
            return true;
    return false;
}

static void own_keys_check(struct reading *r, const struct ynode *n, const struct wf_job *j)
{
    static const char *const others[] = {"needs",       "if",       "repo",    "runs-on",           "strategy",
                                         "concurrency", "outputs",  "approve", "continue-on-error", "environment",
                                         "resources",   "recovery", "uses"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (key_node(n, others[i]))
            say(r, key_node(n, others[i]), "conflicting-keys",
                "\"%s\" cannot stand beside \"standby\": the job runs in place of the one that calls it", others[i]);
    if (!is_called(r, j->key))
        say(r, key_node(n, "standby"), "unreachable",
            "no \"fix\" calls the job \"%s\": write {job: %s} behind one, or leave out \"standby\"", j->key, j->key);
}

static void needs_check(struct reading *r, const struct ynode *n, const struct workflow *w, const struct wf_job *j)
{
    for (size_t i = 0; i < j->n_needs; i++) {
        const struct wf_job *need = job_named(w, j->needs[i]);
        if (need && need->standby)
            say(r, key_node(n, "needs"), "unreachable", "the job \"%s\" stands by: nothing can wait for it", need->key);
    }
}

static void fixes_check(struct reading *r, const struct workflow *w)
{
    const char **keys = arena_new(r->arena, (w->n_jobs + 1) * sizeof *keys);
    size_t n = 0;
    for (size_t i = 0; i < w->n_jobs; i++)
        if (w->jobs[i].standby)
            keys[n++] = w->jobs[i].key;
    for (const struct fix_name *x = r->fixes; x; x = x->next) {
        const struct wf_job *j = job_named(w, x->job);
        if (!j)
            say(r, x->node, "unknown-job", "there is no job \"%s\"%s", x->job, did_you_mean(r, sv_of(x->job), keys, n));
        else if (!j->standby)
            say(r, x->node, "bad-value", "the job \"%s\" runs by itself: one that only mends says \"standby: true\"",
                j->key);
    }
}

void standby_check(struct reading *r, const struct ynode *jobs, const struct workflow *w)
{
    size_t standing = 0;
    for (size_t i = 0; i < w->n_jobs; i++) {
        const struct ynode *n = ynode_get(jobs, w->jobs[i].key);
        if (!n || n->kind != Y_MAP)
            continue;
        needs_check(r, n, w, &w->jobs[i]);
        if (w->jobs[i].standby)
            own_keys_check(r, n, &w->jobs[i]);
        standing += w->jobs[i].standby;
    }
    if (w->n_jobs && standing == w->n_jobs)
        say(r, jobs, "unreachable", "all jobs stand by: none would run");
    fixes_check(r, w);
}
