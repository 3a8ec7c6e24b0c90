/* SPDX-License-Identifier: Apache-2.0 */
/* Starting steps. Today one executor, on this machine, through fettle-shim; the core knows only this. Calls from one
 * thread (the engine's loop); the callback comes on it. */
#pragma once
#include "base/clk.h"
#include "base/err.h"
#include "base/id.h"
#include "core/run.h"
#include "core/step_result.h"

struct exec_spec {
    int64_t attempt_id, epoch, job_id, run_id;
    int64_t event;       /* that the step can read as JSON where GITHUB_EVENT_PATH says (exec_event_fn); 0 = none */
    int64_t failed_attempt; /* what it said, masked, the step can read where FETTLE_FAILED_LOG says; 0 = none */
    const char *script;  /* text of the step; written to a file, never to a command line */
    const char *shell;   /* "bash", "sh", "python", "pwsh", or a command with {0} for the script; NULL = default */
    const char *workdir; /* below the workspace, already checked; NULL = the workspace */
    const char **env;    /* "NAME=value", NULL at the end: the whole environment but PATH, HOME, TMPDIR, LANG */
    const char *const *path;  /* folders in front of PATH, the first one first; NULL at the end; NULL = none */
    const char *const *masks; /* values to hide in all output, NULL at the end; NULL = none */
    const char *const *shown; /* files (absolute, real paths) that the step may read where they are, although they are
                               * hidden; NULL at the end; NULL = none */
    msec_t timeout_ms, grace_ms; /* TERM, then after grace KILL of the whole tree */
    msec_t silence_ms;   /* it ends as if its time were over when it wrote nothing for so long; 0 = it may be silent */
    msec_t deadline;     /* wall clock: it ends then, however much of timeout_ms is left; 0 = none */
    int64_t log_limit;   /* bytes kept: head and tail */
    const char *reports; /* of tests: patterns of files below the workspace (lang/file_pattern.h), one a line, that are
                          * read when it fails; NULL = none. EXEC_REPORTS_MAX bytes with the NUL, no tabs */
    bool network;        /* false: no network for this step */
    bool trusted;        /* false: refused unless isolated */
};

enum exit_reason {
    EXIT_NORMAL,
    EXIT_TIMEOUT,
    EXIT_CANCELLED,
    EXIT_NOT_STARTED, /* proven: the step had no effect */
    EXIT_SILENT,      /* it wrote nothing for silence_ms, and was ended */
    EXIT_LOST         /* the shim vanished after the start, as FOUND_LOST: outcome unknown. Never on disk */
};

enum { EXEC_REPORTS_MAX = 512 };
enum exit_files { FILES_NONE, FILES_KEPT, FILES_LOST /* written, and could not be stored */ };

struct exit_record { /* what the shim left behind, durable */
    int64_t attempt_id, epoch;
    enum exit_reason reason;
    int exit_code; /* -1 if it ended by a signal */
    int signal;
    bool oom;
    int64_t job_id;
    char workdir[200];              /* of the step, as asked for; "" = the workspace, or too long */
    char reports[EXEC_REPORTS_MAX]; /* as asked for; "" = none */
    msec_t began_at;                /* wall clock, where there are reports: older files are another's; 0 = not known */
    enum exit_files files;          /* what the step wrote to $GITHUB_OUTPUT and the like */
    int64_t log_bytes, max_rss_kb, cpu_ms;
    char detail[160]; /* for EXIT_NOT_STARTED and EXIT_LOST: why; else a remark (output not stored), mostly empty */
};

/* Verdict about an attempt found after a restart: scheduling.md §2.5, the truth table. */
enum found {
    FOUND_RUNNING,   /* the lock is held in this boot: adopted, its exit will be reported */
    FOUND_FINISHED,  /* *ret is the exit record */
    FOUND_NEVER_RAN, /* revoked now, or nothing is there: may be started again as a new attempt */
    FOUND_LOST       /* started, no record, nobody holds the lock (or another boot) */
};

struct executor;
/* Appends the event's JSON, as it came. Called by executor_prepare and executor_start, rarely more than once for an
 * event. 1 = there is none (any more): the step has no such file then, and no variable. */
typedef int exec_event_fn(void *ctx, int64_t event, struct buf *ret, struct err *e);
struct exec_conf {
    const char *state_dir; /* attempts/, work/ live here */
    const char *shim;      /* path of fettle-shim */
    bool isolate;          /* bubblewrap */
    const char *const *hide; /* paths a step must not see (state, configuration, secrets), NULL at the end */
    exec_event_fn *read_event; /* NULL: no step has an event */
    void *event_ctx;
};
/* result: what the step left behind; borrowed, NULL = nothing. */
typedef void exec_exit_fn(void *ctx, const struct exit_record *r, const struct step_result *result);

struct loop;
MUST_USE int executor_new(struct loop *l, const struct exec_conf *c, exec_exit_fn *on_exit, void *ctx,
                          struct executor **ret, struct err *e);
void executor_free(struct executor **x); /* leaves running steps to their shims */
/* Does what can be done before the attempt's intent is committed: nothing that the outside sees. executor_start of the
 * same follows, or the process ends. */
void executor_prepare(struct executor *x, const struct exec_spec *s);
/* Gives the attempt to a shim. Every failure also arrives as an exit record EXIT_NOT_STARTED. */
void executor_start(struct executor *x, const struct exec_spec *s);
/* The end of the attempt is on disk in the store: the executor may forget it. Until then executor_find knows it, also
 * in a server that comes after. One without a process (or unknown) is ignored. */
void executor_settled(struct executor *x, int64_t attempt_id);
/* TERM, grace, KILL; the exit record follows with EXIT_CANCELLED. Unknown or finished attempts are ignored. */
void executor_cancel(struct executor *x, int64_t attempt_id);
/* Asks for events again before they are shown to a step from now on, and removes those that no step has: payloads may
 * have been removed. */
void executor_forget_events(struct executor *x);
/* For each open attempt after a restart, before any start. Adopts what runs. */
MUST_USE int executor_find(struct executor *x, int64_t attempt_id, int64_t epoch, enum found *ret,
                           struct exit_record *ret_exit, struct err *e);
/* The same of an attempt that executor_find said to be FOUND_FINISHED; false = nothing. Caller frees. */
bool executor_result(const struct executor *x, const struct exit_record *r, struct step_result *ret);
/* Paths: the workspace of a job (made on first use) and the log of an attempt. */
void executor_workspace(const struct executor *x, int64_t job_id, struct buf *ret);
bool executor_has_workspace(const struct executor *x, int64_t job_id);
void executor_home(const struct executor *x, int64_t job_id, struct buf *ret); /* of its steps; there once one ran */
void exec_log_path(const char *state_dir, int64_t attempt_id, struct buf *ret);
/* Further paths that steps started from now on must not see; those known before stay hidden. */
void executor_hide(struct executor *x, const char *const *hide);
/* Empties a job's workspace in the background, it is another one's then or is removed; idempotent. */
void executor_forget_job(struct executor *x, int64_t job_id);
/* After a restart, before any start: removes in the background what is left of every other job than these. A server
 * that was killed may have ended a job and not come to forget it. */
void executor_forget_others(struct executor *x, const int64_t *jobs, size_t n);
/* Removes in the background the logs made before that time, wall clock. No job may be that old
 * and still run. */
void executor_retain(struct executor *x, msec_t attempts_before);
