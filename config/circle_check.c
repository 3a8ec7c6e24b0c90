/* SPDX-License-Identifier: Apache-2.0 */
/* Circles through calls and through workflow_run, and calls nested too deep. */
#include "config/cycle.h"
#include "config/workflow_parts.h"
#include "config/workflow_set.h"

enum { NESTING_MAX = 4 };

struct circles {
    const struct set_check *s;
    struct edges *edges;
    const char **names;
    enum { BY_CALL, BY_RUN } how;
};

static struct edges *edges_new(const struct set_check *s)
{
    return arena_new(s->arena, (s->n + 1) * sizeof(struct edges));
}

static struct edges *calls_of(const struct set_check *s)
{
    struct edges *edges = edges_new(s);
    for (size_t i = 0; i < s->n; i++) {
        const struct workflow *w = s->files[i].w;
        if (!w)
            continue;
        edges[i].to = arena_new(s->arena, (w->n_jobs + 1) * sizeof(size_t));
        for (size_t k = 0; k < w->n_jobs; k++) {
            const struct workflow_file *f = w->jobs[k].uses ? called_file(s, i, &w->jobs[k]) : NULL;
            if (f)
                edges[i].to[edges[i].n++] = (size_t)(f - s->files);
        }
    }
    return edges;
}

/* Who starts when i is done. */
static struct edges *listeners_of(const struct set_check *s)
{
    struct edges *edges = edges_new(s);
    size_t listening = 0;
    for (size_t i = 0; i < s->n; i++)
        for (size_t t = 0; s->files[i].w && t < s->files[i].w->n_triggers; t++)
            listening += s->files[i].w->triggers[t].event == WF_WORKFLOW_RUN;
    for (size_t i = 0; i < s->n && listening; i++) {
        if (!s->files[i].w)
            continue;
        edges[i].to = arena_new(s->arena, (listening + 1) * sizeof(size_t));
        for (size_t k = 0; k < s->n; k++)
            for (size_t t = 0; s->files[k].w && t < s->files[k].w->n_triggers; t++) {
                const struct wf_trigger *x = &s->files[k].w->triggers[t];
                if (x->event == WF_WORKFLOW_RUN && globs_match(&x->workflows.globs, sv_of(s->files[i].w->name)))
                    edges[i].to[edges[i].n++] = k;
            }
    }
    return edges;
}

static const struct ynode *place_of(const struct circles *c, size_t from, size_t to)
{
    const struct workflow_file *f = &c->s->files[from];
    for (size_t k = 0; c->how == BY_CALL && k < f->w->n_jobs; k++)
        if (f->w->jobs[k].uses && called_file(c->s, from, &f->w->jobs[k]) == &c->s->files[to])
            return job_node(f, f->w->jobs[k].key, "uses");
    const struct ynode *on = ynode_get(c->s->files[to].root, "on");
    const struct ynode *run = on ? ynode_get(on, "workflow_run") : NULL;
    const struct ynode *names = run ? ynode_get(run, "workflows") : NULL;
    return names ? names : on;
}

static void say_circle(void *ctx, const size_t *path, size_t n)
{
    const struct circles *c = ctx;
    bool call = c->how == BY_CALL;
    size_t edge = n - 2; /* where it is spoken of: the last file that may be spoken of */
    while (edge > 0 && c->s->files[path[edge + !call]].quiet)
        edge--;
    size_t at = path[edge + !call];
    say(&c->s->reading[at], place_of(c, path[edge], path[edge + 1]), "cycle",
        call ? "workflows call each other in a circle: %s"
             : "workflows start each other in a circle, without an end: %s",
        cycle_text(c->s->arena, c->names, path, n));
    for (size_t i = 0; i < n; i++)
        c->s->bad[path[i]] = true;
}

/* Longest chain of calls from each, where there is no circle. */
static size_t depth_of(const struct edges *edges, size_t i, size_t *depth, size_t level)
{
    if (depth[i] || level > NESTING_MAX + 1)
        return depth[i];
    for (size_t k = 0; k < edges[i].n; k++) {
        size_t d = depth_of(edges, edges[i].to[k], depth, level + 1);
        depth[i] = d > depth[i] ? d : depth[i];
    }
    return ++depth[i];
}

static void nesting_check(const struct set_check *s, const struct edges *edges)
{
    for (size_t i = 0; i < s->n; i++) {
        if (!s->files[i].w || s->bad[i] || edges[i].n == 0)
            continue;
        size_t *depth = arena_new(s->arena, (s->n + 1) * sizeof *depth);
        if (depth_of(edges, i, depth, 0) <= NESTING_MAX)
            continue;
        for (size_t k = 0; k < s->files[i].w->n_jobs; k++)
            if (s->files[i].w->jobs[k].uses) {
                say(&s->reading[i], job_node(&s->files[i], s->files[i].w->jobs[k].key, "uses"), "too-deep",
                    "workflows call each other more than %d levels deep", NESTING_MAX);
                break;
            }
        s->bad[i] = true;
    }
}

void circles_check(const struct set_check *s)
{
    struct circles c = {.s = s};
    c.names = arena_new(s->arena, (s->n + 1) * sizeof *c.names);
    for (size_t i = 0; i < s->n; i++)
        c.names[i] = s->files[i].w ? s->files[i].w->name : "?";
    c.how = BY_CALL;
    c.edges = calls_of(s);
    cycles_each(c.edges, s->n, say_circle, &c);
    nesting_check(s, c.edges);
    c.how = BY_RUN;
    cycles_each(listeners_of(s), s->n, say_circle, &c);
}
