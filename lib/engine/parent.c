/* SPDX-License-Identifier: Apache-2.0 */
/* Parents: what their children make of them. */
#include "engine/recover.h"

struct strategy { /* of a parent */
    bool fail_fast;
    int64_t max_parallel; /* 0 = no bound */
};

static struct strategy strategy_of(const struct live_job *parent)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct err ignored;
    struct strategy s = {.fail_fast = true};
    if (!parent->row->strategy || jdoc_parse(sv_of(parent->row->strategy), NULL, &d, &ignored) < 0)
        return s;
    s.fail_fast = jval_bool(jval_get(jdoc_root(d), "fail-fast")) != 0;
    if (!jval_int(jval_get(jdoc_root(d), "max-parallel"), &s.max_parallel))
        s.max_parallel = 0;
    return s;
}

/* A leg that waits for its group has been considered, and counts: the group gives it no second way in. */
static bool is_under_way(const struct live_job *j)
{
    return j->row->state == WORK_READY || j->row->state == WORK_RUNNING || job_group(j) ||
           (j->row->hold && j->row->state != WORK_DONE);
}

void parent_feed(struct engine *e, struct live_job *parent)
{
    int64_t most = parent->row->kind == JOB_MATRIX ? strategy_of(parent).max_parallel : 0, running = 0;
    for (size_t i = 0; most && i < parent->n_children; i++)
        running += is_under_way(parent->children[i]);
    for (size_t i = 0; i < parent->n_children; i++) {
        struct live_job *c = parent->children[i];
        if (parent->row->state == WORK_DONE || parent->closing || (most && running >= most))
            return;
        if (c->row->state != WORK_WAITING || c->open_needs || job_group(c) || c->row->hold)
            continue;
        job_consider(e, c);
        running += is_under_way(c);
    }
}

/* ---- outputs ---- */

static struct val outputs_of(struct scene *s, const char *json)
{
    struct val v = scene_json(s, json);
    struct val_object none = {.arena = s->a};
    return v.kind == VAL_OBJECT ? v : val_object_done(&none);
}

/* Of legs the one that ended last wins, where it has set something. */
static void merge_outputs(struct engine *e, struct live_job *parent, const struct job *leg)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf json = {0};
    struct scene s;
    if (!leg->outputs)
        return;
    scene_open(&s, SCENE_JOB, e, parent->run, parent, &a);
    struct val_object o = {.arena = &a};
    struct val was = outputs_of(&s, parent->row->outputs), now = outputs_of(&s, leg->outputs), v;
    struct sv key;
    for (size_t i = 0; val_each(was, &i, &key, &v);)
        val_object_put(&o, key, v);
    for (size_t i = 0; val_each(now, &i, &key, &v);)
        if (val_to_string(v, &a).n)
            val_object_put(&o, key, v);
    val_write(val_object_done(&o), VAL_ONE_LINE, &json);
    scene_close(&s);
    parent->row->outputs = arena_dup(&parent->run->arena, buf_view(&json));
    if (parent->open_children)
        record_job(e, parent->row);
}

static int called_outputs(struct engine *e, struct live_job *j, struct err *err)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf json = {0};
    struct scene s;
    struct jout o = {.buf = &json};
    scene_open(&s, SCENE_JOINED, e, j->run, j, &a);
    const struct callee *c = s.spec->callee;
    int rc = 0;
    jout_open(&o, '{');
    for (size_t i = 0; rc == 0 && c && i < c->outputs.n; i++) {
        const char *text;
        rc = scene_text(&s, arena_fmt(&a, "outputs: %s", c->outputs.names[i]), c->outputs.values[i], &text, err);
        if (rc == 0)
            jout_kstrz(&o, c->outputs.names[i], text ? text : "");
    }
    jout_close(&o, '}');
    scene_close(&s);
    if (rc == 0 && c && c->outputs.n)
        j->row->outputs = arena_dup(&j->run->arena, buf_view(&json));
    return rc;
}

/* ---- the end ---- */

static const struct job *child_with(const struct live_job *p, enum conclusion c)
{
    for (size_t i = 0; i < p->n_children; i++)
        if (job_counts_as(p->children[i]->row) == c)
            return p->children[i]->row;
    return NULL;
}

/* A failure makes the whole a failure, also beside legs that were cancelled because of it. */
static enum conclusion conclusion_of(struct engine *e, struct live_job *p, const struct job **ret_because)
{
    static const enum conclusion worst_first[] = {CONC_FAILURE, CONC_TIMED_OUT, CONC_ERROR, CONC_CANCELLED};
    *ret_because = child_with(p, CONC_CANCELLED);
    if (*ret_because && job_is_cancelled(e, p))
        return CONC_CANCELLED;
    for (size_t i = 0; i < ARRAY_LEN(worst_first); i++)
        if ((*ret_because = child_with(p, worst_first[i])))
            return worst_first[i];
    return p->n_children == 0 || child_with(p, CONC_SUCCESS) ? CONC_SUCCESS : CONC_SKIPPED;
}

static void parent_end(struct engine *e, struct live_job *p)
{
    AUTO(arena_free) struct arena a = {0};
    struct err err = {0};
    const struct job *because;
    enum conclusion c = conclusion_of(e, p, &because);
    if (p->row->kind == JOB_CALL && called_outputs(e, p, &err) < 0) {
        job_end(e, p, conclusion_failed(c) ? c : CONC_ERROR, err.msg);
        return;
    }
    const char *detail = NULL;
    if (because)
        detail = arena_fmt(&a, "%s%s%s", because->key, because->detail ? ": " : " ",
                           because->detail ? because->detail : conclusion_name[because->conclusion]);
    job_end(e, p, c, detail);
}

static void fail_fast(struct engine *e, struct live_job *parent, const struct live_job *failed)
{
    AUTO(arena_free) struct arena a = {0};
    const char *cause = arena_fmt(&a, "%s failed, and the strategy is to fail fast", failed->row->key);
    parent->closing = true;
    for (size_t i = 0; i < parent->n_children && parent->row->state != WORK_DONE; i++)
        if (parent->children[i] != failed)
            job_cancel(e, parent->children[i], cause);
    parent->closing = false;
}

void parent_child_done(struct engine *e, struct live_job *child)
{
    struct live_job *p = child->parent;
    p->open_children--;
    if (p->row->kind == JOB_STEPS) {
        recover_checked(e, p, child);
        return;
    }
    if (p->row->kind == JOB_MATRIX) {
        merge_outputs(e, p, child->row);
        if (p->open_children && conclusion_failed(job_counts_as(child->row)) && strategy_of(p).fail_fast)
            fail_fast(e, p, child);
        /* Those that failed fast were counted down in the calls above: the last of them ended the parent. */
        if (p->row->state == WORK_DONE)
            return;
        parent_feed(e, p);
    }
    if (p->open_children == 0 && p->row->state != WORK_DONE)
        parent_end(e, p);
}
