/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the local executor; nobody above includes this. One thread: the loop's. */
#pragma once
#include "base/arena.h"
#include "base/map.h"
#include "exec/sandbox.h"
#include "exec/seat.h"
#include "io/loop.h"
#include "io/pool.h"

enum { EVENTS_KEPT = 32 };
enum job_dir { JOB_WORK, JOB_HOME, JOB_TMP, JOB_DIRS /* of steps */, JOB_KEPT = JOB_DIRS /* of shims, rarely made */ };

/* A place where one attempt runs at a time, with the shim that sits there and waits for the next. */
struct seat {
    struct executor *x;
    int no;
    int fd;           /* the seat file */
    int line;         /* to our shim; -1: there is none, or it is another server's */
    pid_t pid;        /* of the shim; 0 = none known */
    bool child;       /* and it is ours: it must be waited for */
    int pidfd;        /* -1: only the sweep sees its end */
    int64_t attempt;  /* sits here until it is settled; 0 = free */
    int64_t next;     /* handed to the shim already; 0 = none. It goes when `attempt` is settled and its start came */
    int64_t next_epoch;
    bool go_due;      /* the start of `next` came first */
    bool messy;       /* the shim before went without an exit record: something may read the script */
    int64_t event;    /* that was asked for last; 0 = none, and -1 before anything was */
    bool event_there; /* and it lies beside the script */
    bool no_failed;   /* no log of a failure lies there */
    msec_t free_since;
};

struct executor {
    struct loop *loop;
    exec_exit_fn *on_exit;
    void *ctx;
    struct arena arena; /* of the configuration */
    const char *state, *shim, *bash, *sh; /* absolute; bash, sh NULL = absent */
    bool isolate;
    int attempts_fd, work_fd, seats_fd, state_fd;
    struct sandbox sandbox;

    struct {
        VEC(struct seat *) v;
    } seats;            /* by number */
    struct map running; /* attempt id -> struct running */
    int poke_fd, ends_fd; /* ends_fd: an epoll of lines and pidfds */
    struct watch *poke, *ends;
    struct timer *sweep;
    struct timer *soon; /* delivers `unstarted` from the loop, not from inside executor_start */
    struct {
        VEC(struct exit_record) v;
    } unstarted;

    exec_event_fn *read_event;
    void *event_ctx;
    struct { /* those that are written: a ring */
        int64_t id[EVENTS_KEPT];
        size_t next;
    } events;

    struct pool *readers; /* NULL: not opened */
    struct mailbox *read;
    struct watch *read_watch;

    struct pool *pool; /* NULL: not opened */
    struct mailbox *forgotten;
    struct watch *forgotten_watch;
    struct {
        VEC(char *) v;
    } spare[JOB_DIRS]; /* names of empty folders below work_fd, for the next jobs */
    int spare_no;
    bool spare_used;    /* since the last sweep */
};

struct running { /* an attempt whose end was not reported yet */
    struct seat *seat;
    int64_t id, epoch;
    bool cancel_due; /* wanted before the shim could be found */
};

/* seats.c: who sits where. */
MUST_USE int seats_open(struct executor *x, struct err *e); /* finds those that are there */
void seats_close(struct executor *x);
/* A free one for `next`, or one whose attempt has ended and will be settled. */
MUST_USE int seats_take(struct executor *x, int64_t attempt_id, struct seat **ret, struct err *e);
struct seat *seats_of(const struct executor *x, int64_t attempt_id); /* NULL = sits nowhere */
struct seat *seats_of_next(const struct executor *x, int64_t attempt_id);
struct seat *seats_found(struct executor *x, int64_t attempt_id);    /* the seat file that names it, claimed; or NULL */
void seats_leave(struct seat *s);       /* `attempt` is over */
void seats_send_home(struct executor *x); /* shims that waited for long */
bool seats_shim_lives(struct seat *s);    /* for certain; an adopted one that cannot be told may live all the same */
void seats_hang_up(struct seat *s);       /* its shim ends what it has and leaves */
void seats_shim_gone(struct seat *s);

/* launch.c: the spec, the script and the shim; up to the word to go. */
MUST_USE int launch(struct executor *x, const struct exec_spec *s, struct seat **ret, struct err *e);
void launch_go(struct seat *s); /* `next` becomes `attempt` and is followed */

/* payload.c */
void payload_open(struct executor *x); /* before seats_open: removes what a server before us has written */
/* Makes the folder of the seat, which is there, show the event (0 = none) and no other. 1 = it has none (any more). */
MUST_USE int failed_show(struct seat *s, int64_t attempt, struct err *e); /* failed.c; 1 = there is none */
MUST_USE int payload_show(struct seat *s, int64_t event, struct err *e);
void payload_unknown(struct seat *s); /* what lies there is to be looked at again */

/* follow.c: from an attempt's start to the one report of its end. */
int follow_open(struct executor *x, struct err *e); /* socket and timers */
void follow_close(struct executor *x);
void follow_attempt(struct seat *s, int64_t epoch);
void follow_shim(struct seat *s, pid_t pid, int line); /* ours; takes the line */
void follow_end_strays(const struct executor *x, int64_t attempt_id); /* after a lost shim */
void follow_cancel(struct running *r);
void follow_unstarted(struct executor *x, const struct exec_spec *s, const char *why);

/* result.c: an exit is reported with what the step left behind. */
void result_open(struct executor *x);
void result_close(struct executor *x);
void result_report(struct executor *x, const struct exit_record *r);

/* shell.c: the command that runs the script. Strings live in `a`, or as long as s and x. */
MUST_USE int shell_argv(const struct executor *x, const struct exec_spec *s, const char *path, const char *script,
                        struct arena *a, struct argv *ret, struct err *e);

/* environment.c: what a step sees, "NAME=value"; *ret_path is its PATH. */
void environment(const struct executor *x, const struct exec_spec *s, const struct sandbox_paths *p, struct arena *a,
                 struct argv *ret, const char **ret_path);

/* forget.c */
void forget_open(struct executor *x);
void forget_close(struct executor *x);
/* Gives an empty folder that a job has left to another one; false = there is none. */
void forget_spares(struct executor *x); /* removes those that nobody wants any more */
bool forget_reuse(struct executor *x, enum job_dir which, const char *name);

void job_dir_name(int64_t job_id, enum job_dir which, char ret[32]); /* below work_fd */
