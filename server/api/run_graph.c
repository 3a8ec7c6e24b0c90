/* SPDX-License-Identifier: Apache-2.0 */
/* Which jobs of a run are boxes, and what follows what; graph_place.c says where they stand. */
#include "server/api/run_boxes.h"
#include "base/map.h"

enum { BOXES_MOST = 500 };

struct making {
    const struct run *run;
    struct boxes *b;
    struct arena *a;
    struct map by_id, by_key; /* struct job_at */
    struct graph g;
    bool *seen; /* edges that are there */
};

/* A row of the run. */
struct job_at {
    const struct job *job;
    struct job_at *parent;
    struct box *box; /* NULL: it is in its matrix, is a call that has jobs, or one too many */
    bool has_parts;
};

static bool is_in_matrix(const struct job_at *x)
{
    for (x = x->parent; x; x = x->parent)
        if (x->job->kind == JOB_MATRIX)
            return true;
    return false;
}

static bool is_inside(const struct job_at *x, const struct job_at *of)
{
    for (; x; x = x->parent)
        if (x == of)
            return true;
    return false;
}

static struct job_at *index_jobs(struct making *m)
{
    size_t n = m->run->n_jobs;
    struct job_at *at = arena_new(m->a, (n + 1) * sizeof *at);
    for (size_t i = 0; i < n; i++) {
        at[i].job = m->run->jobs[i];
        map_put_id(&m->by_id, at[i].job->id, &at[i]);
        map_put(&m->by_key, sv_of(at[i].job->key), &at[i]);
    }
    for (size_t i = 0; i < n; i++) {
        struct job_at *parent = at[i].job->parent_id ? map_get_id(&m->by_id, at[i].job->parent_id) : NULL;
        if (!parent || parent >= &at[i]) /* children are later rows: no circle can be */
            continue;
        at[i].parent = parent;
        parent->has_parts = true;
    }
    return at;
}

static void make_boxes(struct making *m, struct job_at *at)
{
    struct boxes *b = m->b;
    b->at = arena_new(m->a, BOXES_MOST * sizeof *b->at);
    for (size_t i = 0; i < m->run->n_jobs; i++) {
        if (is_in_matrix(&at[i]) || (at[i].job->kind == JOB_CALL && at[i].has_parts))
            continue;
        if (b->n == BOXES_MOST) {
            b->left_out++;
            continue;
        }
        at[i].box = &b->at[b->n++];
        at[i].box->job = at[i].job;
    }
    for (size_t i = 0; i < m->run->n_jobs; i++) {
        const struct job_at *in = at[i].parent;
        if (at[i].has_parts || !in || !is_in_matrix(&at[i]))
            continue;
        while (in->parent && !in->box)
            in = in->parent;
        if (!in->box)
            continue;
        in->box->legs++;
        in->box->legs_done += at[i].job->state == WORK_DONE;
    }
}

static void put_edge(struct making *m, const struct box *from, const struct box *to)
{
    size_t f = (size_t)(from - m->b->at), t = (size_t)(to - m->b->at);
    if (f == t || m->seen[f * m->b->n + t])
        return;
    m->seen[f * m->b->n + t] = true;
    graph_edge(&m->g, f, t);
}

/* What a call needs, its jobs need; a need that is a call means all its jobs. */
static void make_edges(struct making *m, const struct job_at *at)
{
    size_t n = m->run->n_jobs;
    m->g.n = m->b->n;
    m->seen = arena_new(m->a, m->b->n * m->b->n + 1);
    for (size_t i = 0; i < n; i++) {
        for (const struct job_at *who = at[i].box ? &at[i] : NULL; who; who = who->parent) {
            for (size_t k = 0; k < who->job->n_needs; k++) {
                const struct job_at *need = map_get(&m->by_key, sv_of(who->job->needs[k]));
                if (need && need->box)
                    put_edge(m, need->box, at[i].box);
                for (size_t x = 0; need && !need->box && need->has_parts && x < n; x++)
                    if (at[x].box && is_inside(&at[x], need))
                        put_edge(m, at[x].box, at[i].box);
            }
        }
    }
}

msec_t box_time(const struct job *j, msec_t now)
{
    msec_t end = j->ended_at ? j->ended_at : now;
    return j->started_at && end > j->started_at ? end - j->started_at : 0;
}

/* How long it takes or took: of what is not done at least what its file says. */
static msec_t weight_of(const struct job *j, msec_t now)
{
    msec_t so_far = box_time(j, now);
    msec_t said = j->state == WORK_DONE ? 0 : j->estimate_ms;
    return 1 + (so_far > said ? so_far : said);
}

void boxes_make(const struct run *r, msec_t now, struct arena *a, struct boxes *ret)
{
    struct making m = {.run = r, .b = ret, .a = a};
    size_t bad;
    *ret = (struct boxes){0};
    struct job_at *at = index_jobs(&m);
    make_boxes(&m, at);
    make_edges(&m, at);
    msec_t *weight = arena_new(a, (ret->n + 1) * sizeof *weight);
    for (size_t i = 0; i < ret->n; i++)
        weight[i] = weight_of(ret->at[i].job, now);
    if (layout_make(&m.g, weight, a, &ret->layout, &bad) < 0) {
        VEC_CLEAR(&m.g.edges); /* no plan has a circle; should there be one, the boxes are drawn alone */
        MUST(layout_make(&m.g, weight, a, &ret->layout, &bad) == 0);
    }
    boxes_place(ret, a);
    for (size_t i = 0; i < ret->n; i++)
        ret->critical_ms += ret->layout.critical[i] ? weight[i] - 1 : 0;
    graph_free(&m.g);
    map_free(&m.by_id);
    map_free(&m.by_key);
}
