/* SPDX-License-Identifier: Apache-2.0 */
/* What the core asks of the store: asynchronous and typed. Deliveries and change-sets go in as letters and are applied
 * in the order of posting, each whole or not at all, many to one transaction; each comes back through its mailbox
 * when it is on disk (or cannot be). No SQL above lib/store. */
#pragma once
#include "port/change.h"
#include "port/store_list.h"

/* ---- deliveries ---- */

enum put_verdict { PUT_ACCEPTED, PUT_DUPLICATE, PUT_SUSPECT, PUT_FAILED };

struct delivery_put {
    struct letter letter;
    struct mailbox *reply;
    struct delivery d; /* text borrowed from `arena`; d.id set by the store when accepted or suspect, and to the
                          earlier delivery's id for a duplicate */
    struct arena arena;
    char *body; /* in memory, owned; NULL when spooled */
    int spool;  /* file descriptor of the body when body is NULL, owned; else -1 */
    enum put_verdict verdict;
    struct err err; /* PUT_FAILED: why (disk full …) */
    void *owner;    /* of the poster; not touched by the store */
};
struct delivery_put *delivery_put_new(void);
void delivery_put_free(struct delivery_put **p);

/* ---- the store ---- */

struct store; /* the writer: one thread that owns the only writing connection */

/* Opens, checks (quick_check, schema not newer than ours), migrates and starts the thread. path: the database file. */
MUST_USE int store_open(const char *path, struct store **ret, struct err *e);
void store_close(struct store **s); /* commits everything posted before, checkpoints, joins */
/* Any thread. Both give the letter away until it comes back through its reply mailbox. A change-set that cannot be
 * committed for lack of space is kept and tried again (head of the line) until it can; deliveries come back with
 * PUT_FAILED at once in that time. */
void store_put(struct store *s, struct delivery_put *p);
void store_commit(struct store *s, struct change_set *cs);
/* The same for a list of their letters, which is empty after: the thread is woken once and finds all of them, where it
 * may begin a group with the first of several posts. */
void store_put_all(struct store *s, struct list *puts);
void store_commit_all(struct store *s, struct list *sets);
bool store_is_writable(struct store *s, char ret_why[160]); /* for /readyz; any thread */
/* Since when the store owes an answer: to what was posted and not taken up, to a step of its own, or to a sync of the
 * disk, whichever began first. Monotonic; 0 = it owes none. Any thread. */
msec_t store_owes_since(struct store *s);
/* Bytes of a disk of that size which the store keeps free of deliveries. */
uint64_t store_reserve(uint64_t disk);

/* ---- readers: a connection of one's own, one thread each ---- */

struct reader;
MUST_USE int reader_open(const char *path, struct reader **ret, struct err *e);
void reader_close(struct reader **r);

/* Raw bytes of a delivery's body, appended to *ret. ERR_MISSING: not stored (any more); ERR_BUG: its digest differs
 * from the one it came with. */
MUST_USE int read_body(struct reader *r, int64_t delivery, struct buf *ret, struct err *e);
/* One delivery, with the event JSON of its decision (NULL if none); 1 = no such row. */
MUST_USE int read_delivery(struct reader *r, int64_t id, struct arena *a, struct delivery *ret, const char **ret_event,
                           struct err *e);

/* Everything that is not finished, in id order: what a start-up goes on with. */
struct open_work {
    struct arena arena;
    struct delivery *deliveries; /* state received */
    size_t n_deliveries;
    struct run **runs; /* not done, with all jobs and steps */
    size_t n_runs;
    struct attempt *attempts; /* state intent */
    size_t n_attempts;
    struct effect *effects; /* pending, inflight, uncertain; body parsed */
    size_t n_effects;
    struct standing *standing;
    size_t n_standing;
    struct fired *fired;
    size_t n_fired;
    struct setting *settings;
    size_t n_settings;
    struct recovery *recoveries; /* open */
    size_t n_recoveries;
    struct approval *approvals; /* asked */
    size_t n_approvals;
    struct duration_stat *durations;
    size_t n_durations;
    struct failure_stat *failures;
    size_t n_failures;
    struct retry_budget *budgets;
    size_t n_budgets;
    struct flaky_test *flaky;
    size_t n_flaky;
    struct checkpoint *checkpoints; /* of jobs of those runs, by job and step */
    size_t n_checkpoints;
    struct made_row *made;
    size_t n_made;
    struct seen_repo_row *seen_repos;
    size_t n_seen_repos;
    struct seen_ref_row *seen_refs;
    size_t n_seen_refs;
    int64_t max_id; /* the greatest id in use anywhere */
};
MUST_USE int read_open_work(struct reader *r, struct open_work *ret, struct err *e);
/* One run with all its jobs and steps, and their checkpoints; 1 = no such run. *ret_generation: the newest of the runs
 * that repeat it, or that it repeats; *ret_open: one of those that is not done, or 0. */
struct run_rows {
    struct run *run;
    struct checkpoint *checkpoints;
    size_t n_checkpoints;
    int newest_generation;
    int64_t open;
};
MUST_USE int read_run_rows(struct reader *r, int64_t run, struct arena *a, struct run_rows *ret, struct err *e);
/* The newest run of each workflow that was about this change of the repository, or with change 0 about this commit
 * under that context (NULL = any): ids, in their order, at most `most`, the newest of them. Number of ids, or -1. */
MUST_USE int read_runs_about(struct reader *r, const char *repo_id, int64_t change, const char *sha,
                             const char *context, int64_t *ret, int most, struct err *e);
/* The newest run of that repository and workflow that judged this before a push (struct run, `verdict`) and succeeded
 * or failed, with its jobs and steps; 1 = there is none. */
MUST_USE int read_judged(struct reader *r, const char *repo_id, const char *workflow, const char *verdict,
                         struct arena *a, struct run **ret, struct err *e);
/* What became of the run that a job belongs to, for those who keep things for jobs. */
enum job_fate { JOB_UNKNOWN, JOB_OPEN, JOB_SUCCEEDED, JOB_FAILED };
/* *ret_at: when its run ended; JOB_OPEN also when a job of an open run was begun from its checkpoints. */
MUST_USE int read_job_fate(struct reader *r, int64_t job, enum job_fate *ret, msec_t *ret_at, struct err *e);
/* Fingerprint -> number at the forge; 1 = unknown. */
MUST_USE int read_remote(struct reader *r, const char *fingerprint, char ret_id[64], char ret_url[512], struct err *e);

/* One effect, its body parsed, and the newest one of its serial key behind it that was sent (0 = none); text in the
 * arena. 1 = there is no such effect. */
MUST_USE int read_effect(struct reader *r, int64_t id, struct arena *a, struct effect *ret, int64_t *ret_newer,
                         struct err *e);

/* The delivery that told of an event before; 1 = none did. */
MUST_USE int read_same(struct reader *r, const uint8_t key[SAME_KEY], struct same_row *ret, struct err *e);

/* The session of a cookie, by its SHA-256; 1 = there is none. Whether it is over is not looked at. */
MUST_USE int read_session(struct reader *r, const uint8_t hash[SESSION_HASH], struct arena *a, struct session *ret,
                          struct err *e);
/* All of them, the newest first; borrowed. */
typedef void session_fn(void *ctx, const struct session *s);
MUST_USE int read_sessions(struct reader *r, session_fn *each, void *ctx, struct err *e);
/* A number that outlives the program (CHANGE_SETTING); 1 = there is none of that name. */
MUST_USE int read_setting(struct reader *r, const char *name, int64_t *ret, struct err *e);

/* How a conflict was resolved before, appended; 1 = unknown. The key is that of port/merge.h. */
MUST_USE int read_resolution(struct reader *r, const char *hunk, struct buf *ret, struct err *e);

/* Newest run number under that name; 0 = none. */
MUST_USE int read_run_number(struct reader *r, const char *name, int64_t *ret, struct err *e);
