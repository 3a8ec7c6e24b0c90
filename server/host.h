/* SPDX-License-Identifier: Apache-2.0 */
/* Carries the engine: gives it events, stores its change-sets, and does its actions when they are due. Engine thread.
 */
#pragma once
#include "server/app.h"

struct host *host_new(struct app *a);
void host_free(struct host **h);
/* Takes up everything that is open in the store. */
MUST_USE int host_boot(struct host *h, struct err *e);
void host_delivery(struct host *h, struct delivery_put *put); /* takes it */
void host_replay(struct host *h, int64_t delivery);
bool host_cancel(struct host *h, int64_t run, const char *cause); /* false: no open run of that id */
void host_conf(struct host *h);                                   /* app->conf is a new one */
/* EV_DECODED: the event of a finished decoding, one for each decode_start. */
void host_decoded(struct host *h, struct engine_event *ev);
/* An event from a finished task or call. */
void host_step(struct host *h, struct engine_event *ev);
/* When the oldest run under way was made; INT64_MAX = there is none. */
msec_t host_oldest_run(const struct host *h);
/* Change-sets not on disk yet. */
size_t host_uncommitted(const struct host *h);

/* ---- what the actions are made of; each ends in host_step ---- */

/* decode.c: ACT_DECODE; takes put (may be NULL: the body is read from the store). */
void decode_start(struct app *a, int64_t delivery, struct delivery_put *put);
/* gather.c */
void gather_start(struct app *a, struct gather *g);
/* checkout.c */
void checkout_start(struct app *a, const struct engine_action *act);
/* Makes the folders above `path` in the workspace. Steps of the job may have put a link where the path leads: what
 * stands between the workspace and the new tree has to be a folder of the workspace (else ERR_INVALID). Nothing of the
 * job may run meanwhile. */
MUST_USE int checkout_make_way(const char *workspace, const char *path, struct err *e);
/* archive.c: ACT_ARCHIVE; takes the arena. Until their process has ended, its tasks are in host_archives (attempt ->
 * task). */
void archive_start(struct app *a, struct engine_action *act);
struct map *host_archives(struct host *h);
void archives_free(struct map *running);
/* Removes in the background the artifacts and caches whose time is over, and what runs made before that time have. */
void archives_trim(struct app *a, msec_t runs_before);
/* hash.c: ACT_HASH_FILES */
void hash_start(struct app *a, const struct engine_action *act);
/* call.c: ACT_CALL; takes the request. */
void call_start(struct app *a, struct engine_action *act);

/* Tasks come back to the engine thread through app_task_reply; their last member function is called there. */
struct app_task {
    struct task task;
    struct app *app;
    void (*done)(struct app_task *t); /* engine thread; frees t */
};
void app_task_post(struct app *a, struct pool *p, struct app_task *t, void (*run)(struct task *t),
                   void (*done)(struct app_task *t), uint64_t lane);
/* What git needs to reach a repository; text in the arena. False when its forge is not configured. */
bool app_remote(const struct conf *c, const char *repo_id, struct arena *a, struct git_remote *ret);
