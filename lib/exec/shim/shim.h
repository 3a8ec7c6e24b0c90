/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of fettle-shim: one process, one thread, one step after the other. Nothing of a step stays for the next:
 * memory, descriptors, processes, resource use. What fails before the step runs becomes an exit record
 * with the reason `not_started`; what fails afterwards must not stop the record from being written. */
#pragma once
#include <stdio.h>
#include <sys/types.h>
#include "base/clk.h"
#include "base/err.h"
#include "exec/shim/screen.h"
#include "exec/shim/wire.h"

enum shim_reason { SHIM_NORMAL, SHIM_TIMEOUT, SHIM_CANCELLED, SHIM_NOT_STARTED, SHIM_SILENT };

struct shim_spec {
    int64_t attempt_id, epoch;
    int64_t timeout_ms, grace_ms; /* timeout 0 = none */
    int64_t silence_ms, deadline; /* deadline: wall clock; 0 = none */
    int64_t log_limit;
    int64_t max_procs; /* of the cgroup, else RLIMIT_NPROC; 0 = unlimited */
    int64_t own_uid;   /* who shall own `own` and what is below; 0 = leave it */
    bool sandboxed;    /* argv starts bwrap: the child is its monitor and gets no TERM */
    const char *cwd;         /* NULL = stay */
    const char *cgroup;      /* leaf to make and remove; NULL = none */
    const char *own;         /* folder; NULL = none */
    const char *home;         /* folder of the files a step writes; NULL = they are not looked for */
    int64_t job_id;
    const char *workdir;      /* as it was asked for; NULL = the workspace */
    const char *reports;      /* likewise; NULL = none */
    const char *kept;         /* folder of the job that steps do not see; made when it is needed; NULL = none */
    const char **argv, **env, **masks; /* NULL at the end */
    size_t n_argv, n_env, n_masks;
    enum { MASKS_NONE, MASKS_KEPT, MASKS_LOST } masks_kept; /* those that the step added, for the steps after it */
    struct buf text; /* owns the strings */
};

/* Reads the memfd. */
MUST_USE int spec_read(int fd, struct shim_spec *ret, struct err *e);
void spec_free(struct shim_spec *s); /* and wipes it: the environment may hold secrets */

/* line.c: what the server says. */
enum line_word { LINE_NOTHING, LINE_GO, LINE_CANCEL, LINE_CUT /* the server is gone */ };
/* Waits for an attempt, at most so long (-1: for ever). */
enum line_next { NEXT_ATTEMPT, NEXT_NOT_YET, NEXT_NEVER /* the line is cut, or a TERM came */ };
enum line_next line_wait(int signal_fd, int ms, int *ret_spec, int *ret_filter);
enum line_word line_read(int64_t attempt_id); /* the next word about this attempt, if there is one now */
/* Waits for it: LINE_GO, LINE_CANCEL or LINE_CUT, which is also a TERM. */
enum line_word line_await(int signal_fd, int64_t attempt_id);
bool line_tell(int64_t attempt_id);           /* `exit` is written; false = our server is gone */

/* log.c: what the step writes, limited to head and tail. */
struct shim_log {
    int fd, tail_fd; /* -1 until there is something to write */
    int64_t id;
    int64_t head_max, tail_max, total, lost; /* lost: could not be stored (disk full) */
    int64_t heard; /* bytes that came out of the step; `total` is what the mask has let go */
    struct screen screen;
};
void log_begin(struct shim_log *l, int64_t attempt_id, int64_t limit);
/* Reads what the pipe holds, at most a few buffers at a time so that timers are served. false at its end. */
bool log_pump(struct shim_log *l, int pipe_fd);
void log_flush(struct shim_log *l);  /* the output is at its end */
void log_finish(struct shim_log *l); /* joins head and tail */

/* keep.c: what outlives the step besides its log (WIRE_FILE). */
void keep_masks(struct shim_spec *s, struct screen *to); /* those of the spec and of earlier steps; and from now on
                                                                * those that `to` reports are kept */
/* To be called when nothing of the step runs any more. The summary passes the mask. */
enum wire_files keep_files(const struct shim_spec *s, struct screen *screen, struct err *e);

/* cgroup.c: a leaf of its own, version 1 (pids) or 2. Everything is best effort. */
struct shim_cgroup {
    const char *path; /* NULL = none */
};
void cgroup_make(struct shim_cgroup *g, const char *path, int64_t max_procs);
void cgroup_enter(const struct shim_cgroup *g); /* in the child: system calls only */
void cgroup_kill(const struct shim_cgroup *g);
bool cgroup_oom(const struct shim_cgroup *g);
void cgroup_remove(struct shim_cgroup *g);

/* child.c: the step's first process, in a session of its own, dying with the shim. */
struct child_fds {
    int out, status, filter; /* status, filter: -1 without a sandbox */
};
MUST_USE int child_spawn(const struct shim_spec *s, const struct shim_cgroup *g, const struct child_fds *f, pid_t *ret,
                         struct err *e);

/* tree.c: sends the signal to all descendants but `spare` (0 = none). Returns how many got it. */
int tree_signal(int sig, pid_t spare);

/* watch.c: until the step and everything it left behind is gone. */
struct shim_end {
    enum shim_reason reason;
    int status;   /* of waitpid, of the first process */
    bool immortal; /* something could not be killed */
    int64_t max_rss_kb, cpu_us; /* of all that was waited for */
};
void watch_step(const struct shim_spec *s, const struct shim_cgroup *g, struct shim_log *log, pid_t child, int out_fd,
                int signal_fd, struct shim_end *ret);
int watch_signals(void);            /* blocks TERM, INT, HUP, CHLD and returns their signalfd */
bool watch_cancelled(int signal_fd); /* a TERM is waiting */

/* own.c: gives the tree to uid, without following links. */
MUST_USE int own_tree(const char *path, uid_t uid, struct err *e);

/* record.c */
struct shim_record {
    int64_t attempt_id, epoch, job_id;
    char workdir[WIRE_WORKDIR_MAX]; /* "" = the workspace, or too long to be told */
    char reports[WIRE_REPORTS_MAX]; /* patterns with tabs between them; "" = none */
    int64_t began_ms;               /* wall clock, for the reports */
    enum shim_reason reason;
    int code, signal;
    bool oom;
    int64_t log_bytes, max_rss_kb, cpu_ms;
    enum wire_files files;
    char detail[160];
};
bool record_is_given(int64_t attempt_id, int64_t epoch); /* this attempt may start here */
MUST_USE int record_ready(int64_t attempt_id, int64_t epoch, const char *boot, struct err *e); /* on disk */
MUST_USE int record_started(int64_t attempt_id, int64_t epoch, const char *boot, struct err *e);
MUST_USE int record_holder(struct sv who, struct err *e);
MUST_USE int record_exit(const struct shim_record *r, struct err *e); /* written */
MUST_USE int record_sync(struct err *e);

/* drop.c: `fettle-shim drop UID command …`, run inside the sandbox of a server that is root. */
int drop_main(int argc, char **argv);
