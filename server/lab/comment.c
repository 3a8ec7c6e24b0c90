/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/comment.h"

struct lab_comment *comment_add(struct lab_world *w, struct lab_repo *r, struct lab_issue *thread, struct sv body,
                                const char *author, msec_t now)
{
    struct lab_comment *m = arena_new(&w->arena, sizeof *m);
    m->id = ++w->last_comment;
    m->thread = thread;
    m->body = arena_dup(&w->arena, body);
    m->author = arena_strdup(&w->arena, author);
    m->created = m->updated = now;
    thread->updated = now;
    VEC_PUSH(&r->comments, m);
    return m;
}

struct lab_comment *comment_find(const struct lab_repo *r, int64_t id)
{
    for (size_t i = 0; i < r->comments.n; i++)
        if (r->comments.at[i]->id == id)
            return r->comments.at[i];
    return NULL;
}

void comment_edit(struct lab_world *w, struct lab_comment *m, struct sv body, msec_t now)
{
    m->body = arena_dup(&w->arena, body);
    m->updated = now;
    m->edits++;
}

void comment_drop(struct lab_repo *r, const struct lab_comment *m)
{
    for (size_t i = r->comments.n; i-- > 0;)
        if (r->comments.at[i] == m)
            VEC_REMOVE(&r->comments, i);
}

size_t comments_of(const struct lab_repo *r, const struct lab_issue *thread, struct lab_comment ***ret)
{
    VEC(struct lab_comment *) found = {0};
    for (size_t i = 0; i < r->comments.n; i++)
        if (r->comments.at[i]->thread == thread)
            VEC_PUSH(&found, r->comments.at[i]);
    *ret = found.at;
    return found.n;
}

static void put(const struct lab_repo *r, const struct lab_comment *m, struct jout *j)
{
    jout_open(j, '{');
    jout_kstrz(j, "forge", lab_forge_names[r->forge]);
    jout_kstrz(j, "repo", r->path);
    jout_kstrz(j, "at", m->thread->change ? "change" : "issue");
    jout_kint(j, "number", m->thread->number);
    jout_kint(j, "id", m->id);
    jout_kstrz(j, "author", m->author);
    jout_kstrz(j, "body", m->body);
    jout_kint(j, "edits", m->edits);
    jout_close(j, '}');
}

void comments_state(const struct lab_world *w, struct jout *j)
{
    jout_key(j, "comments");
    jout_open(j, '[');
    for (size_t i = 0; i < w->repos.n; i++)
        for (size_t k = 0; k < w->repos.at[i]->comments.n; k++)
            put(w->repos.at[i], w->repos.at[i]->comments.at[k], j);
    jout_close(j, ']');
}
