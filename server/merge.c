/* SPDX-License-Identifier: Apache-2.0 */
/* Merging, learning and pushing, on pool threads in the lane of the repository. */
#include "server/host.h"

struct merge_task {
    struct app_task app_task;
    enum engine_action_kind kind;
    struct arena arena;
    struct gits *gits;
    bool known; /* the repository is in the configuration */
    const char *repo_id;
    struct git_remote remote;
    int64_t generation;
    struct err no_token; /* why git has none; ERR_OK = it has */
    int64_t id;
    struct merge_want want;
    char *db_path;
    struct reader *reader; /* of what was learned; NULL = not opened yet */
    struct merge_push push;
    const char *commit; /* to learn from */
    struct merge_answer answer;
    struct merge_lessons lessons;
    struct err err;
};

/* Both ends may have moved since we last looked; what is given by its id has to be there all the same. */
static int fetch(struct merge_task *t, const char *first, const char *second)
{
    const char *want[3] = {NULL};
    size_t n = 0;
    if (oid_is_valid(sv_of(first)))
        want[n++] = first;
    if (second && oid_is_valid(sv_of(second)))
        want[n++] = second;
    bool fresh = (second && n < 2) || n < 1; /* a ref is asked for */
    if (fresh && git_fetch(t->gits, &t->remote, NULL, &t->err) < 0)
        return -1;
    return n ? git_fetch(t->gits, &t->remote, want, &t->err) : 0;
}

/* Without an answer of the store the merge goes on as if nothing was known. */
static bool recall(void *ctx, const char *key, struct buf *ret)
{
    struct merge_task *t = ctx;
    struct err e = {0};
    if (!t->reader && reader_open(t->db_path, &t->reader, &e) < 0)
        return false;
    return read_resolution(t->reader, key, ret, &e) == 0;
}

static int work(struct merge_task *t)
{
    struct merge_memory memory = {recall, t};
    if (!t->known)
        return err_set(&t->err, ERR_MISSING, "the repository is not in the configuration");
    if (t->no_token.cls != ERR_OK) {
        t->err = t->no_token;
        return -1;
    }
    switch (t->kind) {
    case ACT_MERGE:
        return fetch(t, t->want.ours, t->want.theirs) < 0
                   ? -1
                   : merge_commits(t->gits, &t->want, &memory, &t->arena, &t->answer, &t->err);
    case ACT_LEARN:
        return fetch(t, t->commit, NULL) < 0
                   ? -1
                   : merge_learn(t->gits, t->remote.id, t->commit, &t->arena, &t->lessons, &t->err);
    default:
        return merge_push(t->gits, &t->remote, &t->push, &t->err);
    }
}

static void run(struct task *task)
{
    struct merge_task *t = CONTAINER_OF(CONTAINER_OF(task, struct app_task, task), struct merge_task, app_task);
    if (work(t) == 0)
        t->err = (struct err){.cls = ERR_OK};
    reader_close(&t->reader);
}

static enum credential_use use_of(const struct merge_task *t)
{
    return t->kind == ACT_PUSH ? USE_PUSH : USE_FETCH;
}

static void task_free(struct merge_task *t)
{
    mem_free(t->db_path);
    arena_free(&t->arena);
    mem_free(t);
}

static void done(struct app_task *at)
{
    struct merge_task *t = CONTAINER_OF(at, struct merge_task, app_task);
    bool ok = t->err.cls == ERR_OK;
    struct engine_event ev;
    if (t->kind == ACT_MERGE)
        ev = (struct engine_event){.kind = EV_MERGED, .merged = {t->id, ok ? &t->answer : NULL, t->err}};
    else if (t->kind == ACT_LEARN)
        ev = (struct engine_event){.kind = EV_LEARNED, .learned = {t->id, ok ? &t->lessons : NULL, t->err}};
    else
        ev = (struct engine_event){.kind = EV_PUSHED, .pushed = {t->id, t->err}};
    if (!at->task.stopping) {
        if (t->err.cls == ERR_DENIED)
            git_credential_refused(at->app, t->repo_id, use_of(t), t->generation);
        host_step(at->app->host, &ev);
    }
    task_free(t);
}

static void on_credential(void *ctx, const struct credential *c)
{
    struct merge_task *t = ctx;
    struct app *a = t->app_task.app;
    if (c->stopping) {
        task_free(t);
        return;
    }
    if (c->failed)
        t->no_token = *c->failed;
    if (c->token.n)
        t->remote.token = arena_dup(&t->arena, c->token);
    t->generation = c->generation;
    app_task_post(a, a->pool, &t->app_task, run, done, git_lane(t->repo_id));
}

/* The engine's text may be gone before the answer is taken. */
static struct merge_want want_dup(const struct merge_want *w, struct arena *a)
{
    return (struct merge_want){.repo_id = arena_strdup(a, w->repo_id),
                               .ours = arena_strdup(a, w->ours),
                               .theirs = arena_strdup(a, w->theirs),
                               .key = arena_strdup(a, w->key),
                               .message = arena_strdup(a, w->message),
                               .name = arena_strdup(a, w->name),
                               .email = arena_strdup(a, w->email),
                               .when = w->when,
                               .ways = w->ways};
}

void merge_start(struct app *a, const struct engine_action *act)
{
    struct merge_task *t = mem_new(sizeof *t);
    const char *repo_id = act->kind == ACT_MERGE   ? act->merge.want.repo_id
                          : act->kind == ACT_LEARN ? act->learn.repo_id
                                                   : act->push.repo_id;
    t->kind = act->kind;
    t->gits = a->gits;
    t->db_path = mem_strdup(a->db_path);
    t->known = app_remote(a->conf, repo_id, &t->arena, &t->remote);
    if (act->kind == ACT_MERGE) {
        t->id = act->merge.id;
        t->want = want_dup(&act->merge.want, &t->arena);
    } else if (act->kind == ACT_LEARN) {
        t->id = act->learn.id;
        t->commit = arena_strdup(&t->arena, act->learn.commit);
    } else {
        t->id = act->push.id;
        t->push = (struct merge_push){.commit = arena_strdup(&t->arena, act->push.push.commit),
                                      .ref = arena_strdup(&t->arena, act->push.push.ref),
                                      .expect = arena_strdup(&t->arena, act->push.push.expect)};
    }
    t->repo_id = arena_strdup(&t->arena, repo_id);
    t->app_task.app = a;
    git_credential_get(a, t->repo_id, use_of(t), on_credential, t);
}
