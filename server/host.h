/* SPDX-License-Identifier: Apache-2.0 */
/* Carries the engine: gives it events, stores its change-sets, and does its actions when they are due. Engine thread.
 */
#pragma once
#include "server/app.h"
#include "engine/verdict.h"
#include "server/credential.h"
#include "server/hooksock/desk.h"

struct host *host_new(struct app *a);
void host_free(struct host **h);
/* Takes up everything that is open in the store. */
MUST_USE int host_boot(struct host *h, struct err *e);
void host_delivery(struct host *h, struct delivery_put *put); /* takes it */
void host_replay(struct host *h, int64_t delivery);
/* Answers a letter, and gives it away, when all that was decided until now is on disk: a yes that a crash takes back is
 * none. */
void host_tell(struct host *h, struct app_letter *l);
/* text: "sha\nlogin", either may be empty; when it is refused the reason takes its place. */
bool host_answer(struct host *h, int64_t run, enum approval_answer how, struct buf *text);
bool host_cancel(struct host *h, int64_t run, const char *cause); /* false: no open run of that id */
/* *ret->run = 0: refused, or it could not be read (then the error is in the text). */
void host_rerun(struct host *h, int64_t run, struct rerun *want, struct rerun_answer *ret);
/* False: of a run that is not open. */
bool host_queue(struct host *h, const struct queue_asked *asked);
/* LETTER_QUEUE (id: at most so many), LETTER_HOOKS, LETTER_WHY (id: a run): JSON, appended. False: no such open run. */
bool host_ask(struct host *h, enum app_letter_kind what, int64_t id, struct buf *ret);
void host_conf(struct host *h); /* app->conf is a new one */
/* EV_DECODED: the event of a finished decoding, one for each decode_start. */
void host_decoded(struct host *h, struct engine_event *ev);
/* An event from a finished task or call. */
void host_step(struct host *h, struct engine_event *ev);
/* When the oldest run under way was made; INT64_MAX = there is none. */
msec_t host_oldest_run(const struct host *h);
/* Stores a delivery of our own (core/internal_event.h has its body) and takes it up: workflow_dispatch and
 * repository_dispatch of the API and the command line. The guid makes it happen once. done is called on the engine
 * thread, when it is on disk: delivery = its id, or that of the earlier one with this guid; err cls ERR_OK = stored. */
struct own_event {
    const char *guid, *event; /* "workflow_dispatch", … */
    struct sv payload;
    enum delivery_source source;
    const char *trace; /* as of trace_keep; NULL = one of its own */
};
typedef void deliver_done_fn(void *ctx, int64_t delivery, const struct err *err);
void host_deliver(struct host *h, const struct own_event *x, deliver_done_fn *done, void *ctx);
/* A delivery that the caller posts to the store (store_put_all) comes back to the host, which calls `done` and takes it
 * up. Called before the engine hears of it; ctx stays the caller's, who is told nothing when the server ends. */
void host_own(struct host *h, struct delivery_put *p, deliver_done_fn *done, void *ctx);
/* engine_verdict; a delivery that waits for its decoding is OPEN. */
void host_verdict(const struct host *h, int64_t delivery, struct engine_verdict *ret);
/* The time of the engine: wall clock that never goes back. */
msec_t host_now(struct host *h);
/* The JSON of a delivery's body, as it came, appended; 1 = it is not stored (any more). */
MUST_USE int host_payload(const struct host *h, int64_t delivery, struct buf *ret, struct err *e);
struct reader *host_reader(const struct host *h); /* of the engine thread */
const struct engine *host_engine(const struct host *h);
/* Change-sets not on disk yet. */
size_t host_uncommitted(const struct host *h);

/* journal.c: what was decided, as log lines and counts. */
void journal_tell(const struct change_set *cs);
void journal_gauges(const struct engine *e);

/* lane_gauges.c: calls to forges as metrics; looks only where something has changed since `seen`, zeroed at first. */
struct lanes_seen {
    int64_t no, spaced;
};
void lane_gauges(const struct engine *e, msec_t now, struct lanes_seen *seen);
/* Whether anything has changed or not: budgets come back with time. The calls that had to wait, since the start. */
int64_t lane_gauges_look(const struct engine *e, msec_t now);

/* engine_conf.c: what the engine is told of app->conf, which has to outlive it; the rest is in the arena. */
void engine_conf_build(const struct app *app, struct arena *a, struct engine_conf *ret);

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
/* deliver.c: ACT_DELIVER, ACT_TAKE_IN and host_deliver; the letters that come back through `reply` */
void deliver_own(struct app *a, struct mailbox *reply, const struct own_event *x, deliver_done_fn *done, void *ctx);
void deliver_prepare(struct app *a, struct mailbox *reply, struct delivery_put *p, deliver_done_fn *done, void *ctx);
void deliver_start(struct app *a, struct mailbox *reply, const struct engine_action *act);
void deliver_stored(struct letter *x);
void deliver_drop(struct letter *x); /* at the end */
/* dispatch.c: LETTER_DISPATCH; takes it, and posts it back when it is stored or refused */
void dispatch_letter(struct app *a, struct app_letter *l);
/* rerun.c: LETTER_RERUN; its answer into the letter */
void rerun_letter(struct app *a, struct app_letter *l);
/* redrive.c: LETTER_REDRIVE; its answer into the letter */
void redrive_letter(struct app *a, struct app_letter *l);
/* explain/task.c: LETTER_EXPLAIN; takes it, and posts it back when a pool thread has looked */
void explain_letter(struct app *a, struct app_letter *l);
/* archive.c: ACT_ARCHIVE; takes the arena. Until their process has ended, its tasks are in host_archives (attempt ->
 * task). */
void archive_start(struct app *a, struct engine_action *act);
struct map *host_archives(struct host *h);
void archives_free(struct map *running);
/* Removes in the background the artifacts and caches whose time is over, and what runs made before that time have. */
void archives_trim(struct app *a, msec_t runs_before);
/* merge.c: ACT_MERGE, ACT_LEARN, ACT_PUSH */
void merge_start(struct app *a, const struct engine_action *act);
/* snapshot.c: ACT_SNAPSHOT, ACT_RESTORE */
void snapshot_start(struct app *a, const struct engine_action *act);
void restore_start(struct app *a, const struct engine_action *act);
/* Removes in the background those whose time is over (retention.checkpoints, less after a success); not those of open
 * runs, nor those that a job of an open run begins with. */
void snapshots_trim(struct app *a);
/* foresight.c: ACT_LOOKAHEAD; takes the question */
void foresight_start(struct app *a, struct foresight *f);
/* hash.c: ACT_HASH_FILES */
void hash_start(struct app *a, const struct engine_action *act);
/* call.c: ACT_CALL; takes the request. */
void call_start(struct app *a, struct engine_action *act);
/* local_call.c: a request to a repository of this machine (port/local_talk.h), carried out with git on a pool thread.
 * reply NULL: the server stops, and nobody is to be told. The request is borrowed until then. */
void local_call(struct app *a, const char *forge, const struct api_request *request,
                void (*done)(void *ctx, const struct api_reply *reply), void *ctx);
/* find.c: ACT_FIND, and what the engine asks at once of struct engine_ports */
void find_start(struct app *a, const struct engine_action *act);
bool find_judged(void *host, const char *repo_id, const char *workflow, const char *verdict, struct arena *a,
                 struct run **ret);
/* call.c: ACT_ASK, ACT_LOOK; they take the request. */
void ask_start(struct app *a, struct engine_action *act);

/* Tasks come back to the engine thread through app_task_reply; their last member function is called there. */
struct app_task {
    struct task task;
    struct app *app;
    void (*done)(struct app_task *t); /* engine thread; frees t */
};
void app_task_post(struct app *a, struct pool *p, struct app_task *t, void (*run)(struct task *t),
                   void (*done)(struct app_task *t), uint64_t lane);
/* git_credential.c: a token for git; fn as of credential_get */
void git_credential_get(struct app *a, const char *repo_id, enum credential_use use, credential_fn *fn, void *ctx);
void git_credential_refused(struct app *a, const char *repo_id, enum credential_use use, int64_t generation);
/* What git needs to reach a repository, without the token of an App; text in the arena. False when its forge is not
 * configured. */
bool app_remote(const struct conf *c, const char *repo_id, struct arena *a, struct git_remote *ret);
