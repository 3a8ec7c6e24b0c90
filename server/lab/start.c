/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/start.h"

struct lab_start *start_add(struct lab_world *w, const struct lab_repo *r, const struct lab_start *s, msec_t now)
{
    struct lab_start *x = arena_new(&w->arena, sizeof *x);
    x->id = ++w->last_pipeline;
    x->repo = r;
    x->workflow = arena_strdup(&w->arena, s->workflow);
    x->event = arena_strdup(&w->arena, s->event);
    x->ref = arena_strdup(&w->arena, s->ref);
    x->sha = arena_strdup(&w->arena, s->sha);
    x->inputs = arena_strdup(&w->arena, s->inputs);
    x->at = now;
    VEC_PUSH(&w->starts, x);
    return x;
}

struct lab_start *start_find(const struct lab_world *w, const struct lab_repo *r, int64_t id)
{
    for (size_t i = 0; i < w->starts.n; i++)
        if (w->starts.at[i]->repo == r && w->starts.at[i]->id == id)
            return w->starts.at[i];
    return NULL;
}

const char *start_inputs(struct lab_world *w, const struct jval *v)
{
    AUTO(buf_free) struct buf text = {0};
    if (!v)
        return NULL;
    jout_val(&(struct jout){.buf = &text}, v);
    return arena_dup(&w->arena, buf_view(&text));
}

void starts_state(const struct lab_world *w, struct jout *j)
{
    jout_key(j, "starts");
    jout_open(j, '[');
    for (size_t i = 0; i < w->starts.n; i++) {
        const struct lab_start *x = w->starts.at[i];
        jout_open(j, '{');
        jout_kstrz(j, "forge", lab_forge_names[x->repo->forge]);
        jout_kstrz(j, "repo", x->repo->path);
        jout_kint(j, "id", x->id);
        jout_kstrz(j, "workflow", x->workflow);
        jout_kstrz(j, "event", x->event);
        jout_kstrz(j, "ref", x->ref);
        jout_key(j, "inputs");
        jout_raw(j, sv_of(x->inputs ? x->inputs : "null"));
        jout_close(j, '}');
    }
    jout_close(j, ']');
}
