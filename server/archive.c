/* SPDX-License-Identifier: Apache-2.0 */
#include "server/archive.h"
#include "base/map.h"
#include "server/artifacts.h"
#include "server/exit_class.h"

enum { CACHE_LANE = 0x63616368 }; /* caches are looked at by one task at a time */

static void task_free(struct archive_task *t)
{
    if (t->arena) {
        picked_free(&t->picked);
        buf_free(&t->script);
        VEC_FREE(&t->shown);
        step_result_free(&t->result);
        arena_free(t->arena);
        mem_free(t->arena);
    }
    mem_free(t->state_dir);
    mem_free(t->public_url);
    mem_free(t);
}

static struct archive_task *task_of(struct task *x)
{
    return CONTAINER_OF(CONTAINER_OF(x, struct app_task, task), struct archive_task, app_task);
}

static void answer(struct archive_task *t)
{
    AUTO(arena_free) struct arena arena = {0};
    struct failure f;
    const struct failure *said = exit_class(t->app_task.app, &t->exit, &t->result, &t->err, &arena, &f);
    struct engine_event ev = {.kind = EV_ARCHIVED, .archived = {t->exit, t->err, &t->result, said}};
    host_step(t->app_task.app->host, &ev);
    task_free(t);
}

static void run_keep(struct task *x)
{
    archive_keep(task_of(x));
}

static void kept(struct app_task *at)
{
    struct archive_task *t = CONTAINER_OF(at, struct archive_task, app_task);
    /* Not done: the next server does it again. */
    if (at->task.stopping)
        task_free(t);
    else
        answer(t);
}

static uint64_t lane_of(const struct archive_task *t)
{
    bool cache = t->want->kind == ARCHIVE_RESTORE || t->want->kind == ARCHIVE_SAVE;
    return cache ? CACHE_LANE : (uint64_t)t->spec.run_id;
}

static void keep(struct archive_task *t)
{
    struct app *a = t->app_task.app;
    t->app_task = (struct app_task){0};
    app_task_post(a, a->pool, &t->app_task, run_keep, kept, lane_of(t));
}

bool archive_exited(struct app *a, const struct exit_record *r)
{
    struct archive_task *t = map_remove_id(host_archives(a->host), r->attempt_id);
    if (!t)
        return false;
    t->exit = *r;
    keep(t);
    return true;
}

static void run_plan(struct task *x)
{
    archive_plan(task_of(x));
}

static void start(struct archive_task *t)
{
    static const char *none[] = {NULL};
    struct app *a = t->app_task.app;
    VEC_PUSH(&t->shown, NULL);
    t->spec.script = t->script.p;
    t->spec.shell = "sh";
    t->spec.env = none;
    t->spec.shown = t->shown.at;
    map_put_id(host_archives(a->host), t->spec.attempt_id, t);
    executor_start(a->executor, &t->spec);
}

static void planned(struct app_task *at)
{
    struct archive_task *t = CONTAINER_OF(at, struct archive_task, app_task);
    if (at->task.stopping) {
        task_free(t);
    } else if (t->err.cls != ERR_OK && t->want->kind != ARCHIVE_SAVE) {
        answer(t);
    } else if (t->err.cls != ERR_OK) {
        keep(t);
    } else {
        start(t);
    }
}

static struct caches_room room_of(const struct conf *c)
{
    return (struct caches_room){.bytes = c->limits.caches, .unused = c->retention.caches};
}

void archive_start(struct app *a, struct engine_action *act)
{
    AUTO(buf_free) struct buf work = {0}, home = {0};
    struct archive_task *t = mem_new(sizeof *t);
    t->arena = act->start.arena;
    act->start.arena = NULL;
    t->spec = act->start.spec;
    t->want = act->start.archive;
    t->scopes = act->start.scopes;
    t->exit = (struct exit_record){.attempt_id = t->spec.attempt_id, .epoch = t->spec.epoch, .reason = EXIT_NORMAL};
    executor_workspace(a->executor, t->spec.job_id, &work);
    executor_home(a->executor, t->spec.job_id, &home);
    t->place.work = arena_dup(t->arena, buf_view(&work));
    t->place.home = arena_dup(t->arena, buf_view(&home));
    t->base = arena_dup(t->arena, sv_n(work.p, (size_t)(strrchr(work.p, '/') - work.p)));
    char id[ID_TEXT];
    t->out = arena_fmt(t->arena, "%s/.fettle-archive-%s", t->place.home, id_text(t->spec.attempt_id, id));
    t->state_dir = mem_strdup(arena_dup(t->arena, sv_n(t->base, strlen(t->base) - strlen("/work"))));
    t->public_url = a->conf->public_url ? mem_strdup(a->conf->public_url) : NULL;
    t->room = room_of(a->conf);
    t->cache_max = a->conf->limits.cache < t->room.bytes ? a->conf->limits.cache : t->room.bytes;
    t->artifact_max = a->conf->limits.artifact;
    t->artifacts_max = a->conf->limits.artifacts;
    app_task_post(a, a->pool, &t->app_task, run_plan, planned, lane_of(t));
}

void archives_free(struct map *running)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(running, &at, &key, &v);)
        task_free(v);
    map_free(running);
}

struct trim_task {
    struct app_task app_task;
    char *state_dir;
    msec_t runs_before;
    struct caches_room room;
};

static void run_trim(struct task *x)
{
    struct trim_task *t = CONTAINER_OF(CONTAINER_OF(x, struct app_task, task), struct trim_task, app_task);
    msec_t now = clk_wall_ms();
    artifacts_trim(t->state_dir, t->runs_before, now);
    caches_trim(t->state_dir, &t->room, 0, now);
}

static void trimmed(struct app_task *at)
{
    struct trim_task *t = CONTAINER_OF(at, struct trim_task, app_task);
    mem_free(t->state_dir);
    mem_free(t);
}

void archives_trim(struct app *a, msec_t runs_before)
{
    struct trim_task *t = mem_new(sizeof *t);
    t->state_dir = mem_strdup(a->conf->state_dir);
    t->runs_before = runs_before;
    t->room = room_of(a->conf);
    app_task_post(a, a->pool, &t->app_task, run_trim, trimmed, CACHE_LANE);
}
