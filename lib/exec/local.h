/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the local executor; nobody above includes this. One thread: the loop's. */
#pragma once
#include "base/arena.h"
#include "base/map.h"
#include "exec/attempt_dir.h"
#include "exec/sandbox.h"
#include "io/loop.h"
#include "io/pool.h"

struct executor {
    struct loop *loop;
    exec_exit_fn *on_exit;
    void *ctx;
    struct arena arena; /* of the configuration */
    const char *state, *shim, *bash, *sh; /* absolute; bash, sh NULL = absent */
    bool isolate;
    int attempts_fd, work_fd;
    struct sandbox sandbox;

    struct map running; /* attempt id -> struct running */
    int poke_fd, ends_fd; /* ends_fd: an epoll of the pidfds */
    struct watch *poke, *ends;
    struct timer *sweep;
    struct timer *soon; /* delivers `unstarted` from the loop, not from inside executor_start */
    struct {
        VEC(struct exit_record) v;
    } unstarted;

    struct pool *pool; /* NULL: not opened */
    struct mailbox *forgotten;
    struct watch *forgotten_watch;
};

enum shim_bond { SHIM_OURS, SHIM_ADOPTED }; /* a child must be waited for */
struct running {
    struct executor *x;
    int64_t id, epoch;
    pid_t pid;
    enum shim_bond bond;
    int pidfd; /* -1: only the sweep sees its end */
    bool reported;
    bool cancel_due; /* wanted before the shim could be found */
};

/* launch.c: the attempt directory, the spec and the shim. */
MUST_USE int launch(struct executor *x, const struct exec_spec *s, pid_t *ret_pid, struct err *e);

/* follow.c: from the shim's start to the one report of its end. */
int follow_open(struct executor *x, struct err *e); /* socket and timers */
void follow_close(struct executor *x);
/* Takes pidfd; -1: it is looked up in the directory. */
void follow_shim(struct executor *x, int64_t id, int64_t epoch, pid_t pid, int pidfd, enum shim_bond bond);
void follow_end_strays(const struct executor *x, int64_t attempt_id); /* after a lost shim */
void follow_cancel(struct running *r);
void follow_unstarted(struct executor *x, const struct exec_spec *s, const char *why);

/* forget.c */
void forget_open(struct executor *x);
void forget_close(struct executor *x);

enum job_dir { JOB_WORK, JOB_HOME, JOB_TMP, JOB_DIRS };
void job_dir_name(int64_t job_id, enum job_dir which, char ret[32]); /* below work_fd */
