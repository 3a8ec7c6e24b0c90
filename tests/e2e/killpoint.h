/* SPDX-License-Identifier: Apache-2.0 */
/* kill -9 of the server at random moments under load, and a join of everything that was accepted, done and told.
 * The folder is made by the script beside it: fettle.yaml, repos/<forge>.git, commits/<forge>, secrets/. */
#pragma once
#include <stdatomic.h>
#include <sys/types.h>
#include "base/clk.h"
#include "base/err.h"

enum { FORGES = 3, TRACE_LINE = 64 };
extern const char *const rig_forges[FORGES]; /* "github", "gitlab", "gitea" */

struct rig {
    const char *dir;    /* absolute */
    const char *fettle; /* the program */
    int port, lab_port; /* of 127.0.0.1 */
    int points;
    int load;           /* deliveries under way at most */
    int deliveries;     /* all there are to post; 0 = until stopped */
    uint64_t seed;
    _Atomic int taken;           /* of `deliveries`, by a poster */
    _Atomic int acked, finished; /* deliveries: stored; with their last step done */
    _Atomic int resent, quarrels; /* sent again after the answer; answered as nobody should be */
    _Atomic bool stop;
    int shim_deaths; /* steps that may have been lost with their shims */
};

struct server {
    const struct rig *r;
    pid_t pid; /* 0: not there */
    int log;   /* its stderr */
    off_t read;
    int64_t *took_us; /* of each start that was waited for */
    int n_took, early;
};

uint64_t rig_random(uint64_t *state);

/* killpoint_post.c: one thread for each forge sends signed pushes, each until it is acknowledged, and writes every
 * acknowledgement to acked.log (forge, delivery id of the forge, ours), synced. */
void post_start(struct rig *r);
void post_join(struct rig *r);

/* One HTTP/1.1 exchange on a connection of its own. Status, or 0 when there was no whole answer. */
int rig_http(int port, const char *method, const char *path, const char *headers, struct sv body, struct buf *ret);

/* killpoint_server.c: what does not go as it should ends the program. */
void server_spawn(struct server *s);
int64_t server_start(struct server *s); /* µs from before the exec until "ready" was in the log */
void server_kill(struct server *s);
void server_end(struct server *s);  /* TERM, and it ends well */
bool server_died(struct server *s); /* by SIGKILL, not by us */
void give_up(const struct rig *r, const char *why);

/* killpoint.c */
void rig_pass(struct rig *r, msec_t ms);
/* A last start; everything comes to its end and is joined. */
struct rig_counts;
void rig_end(struct rig *r, struct server *s, struct rig_counts *ret);

/* killpoint_crash.c; the exit status */
int crash_sweep(struct rig *r, struct server *s);

/* killpoint_check.c */
struct rig_counts {
    int64_t deliveries, runs, steps, effects, adopted, statuses, issues;
    int lost, doubled, rerun, other;
};
/* True when nothing is left to be done, as far as the rows say. */
bool check_quiet(const struct rig *r);
int check_running(const struct rig *r); /* steps that the rows say are running */
/* Prints what is missing, at most some of each kind. The server has ended. */
void check_all(const struct rig *r, struct rig_counts *ret);
