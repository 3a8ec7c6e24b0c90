/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/check.h"

struct lab_check *check_add(struct lab_world *w, struct lab_repo *r, struct sv sha, struct sv name, msec_t now)
{
    struct lab_check *c = arena_new(&w->arena, sizeof *c);
    c->id = ++w->last_check;
    c->sha = arena_dup(&w->arena, sha);
    c->name = arena_dup(&w->arena, name);
    c->started = now;
    VEC_PUSH(&r->checks, c);
    return c;
}

struct lab_check *check_find(const struct lab_repo *r, struct sv id)
{
    int64_t n;
    for (size_t i = 0; sv_int(id, &n) && i < r->checks.n; i++)
        if (r->checks.at[i]->id == n)
            return r->checks.at[i];
    return NULL;
}

void check_set(struct lab_world *w, struct lab_check *c, struct sv status, struct sv conclusion, msec_t now)
{
    c->status = arena_dup(&w->arena, status);
    c->conclusion = sv_is(status, "completed") ? arena_dup(&w->arena, conclusion) : NULL;
    c->completed = sv_is(status, "completed") ? now : 0;
    VEC_PUSH(&c->history, c->status);
}

void checks_free(struct lab_repo *r)
{
    for (size_t i = 0; i < r->checks.n; i++) {
        VEC_FREE(&r->checks.at[i]->notes);
        VEC_FREE(&r->checks.at[i]->history);
    }
    VEC_FREE(&r->checks);
}

void note_put(const struct lab_note *n, struct jout *j)
{
    jout_open(j, '{');
    jout_kstrz(j, "path", n->path);
    jout_kint(j, "start_line", n->start_line);
    jout_kint(j, "end_line", n->end_line);
    if (n->start_column)
        jout_kint(j, "start_column", n->start_column);
    if (n->end_column)
        jout_kint(j, "end_column", n->end_column);
    jout_kstrz(j, "annotation_level", n->level);
    jout_kstrz(j, "title", n->title);
    jout_kstrz(j, "message", n->message);
    jout_close(j, '}');
}

void check_state(const struct lab_repo *r, const struct lab_check *c, struct jout *j)
{
    jout_open(j, '{');
    jout_kstrz(j, "forge", lab_forge_names[r->forge]);
    jout_kstrz(j, "repo", r->path);
    jout_kstrz(j, "sha", c->sha);
    jout_kstrz(j, "name", c->name);
    jout_kint(j, "id", c->id);
    jout_kstrz(j, "external_id", c->external_id);
    jout_kstrz(j, "details_url", c->details_url);
    jout_kstrz(j, "status", c->status);
    jout_kstrz(j, "conclusion", c->conclusion);
    jout_kstrz(j, "title", c->title);
    jout_kstrz(j, "summary", c->summary);
    jout_key(j, "history");
    jout_open(j, '[');
    for (size_t i = 0; i < c->history.n; i++)
        jout_strz(j, c->history.at[i]);
    jout_close(j, ']');
    jout_key(j, "annotations");
    jout_open(j, '[');
    for (size_t i = 0; i < c->notes.n; i++)
        note_put(&c->notes.at[i], j);
    jout_close(j, ']');
    jout_close(j, '}');
}
