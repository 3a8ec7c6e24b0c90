/* SPDX-License-Identifier: Apache-2.0 */
/* What is well and what is not, by facts that others have gathered: the one judge of /healthz, /readyz, the watchdog
 * and `fettle doctor`. Pure. */
#pragma once
#include "base/clk.h"

enum health_state { HEALTH_OK, HEALTH_WARN, HEALTH_FAIL };
extern const char *const health_state_name[]; /* ok, warn, fail */

enum { HEALTH_SOON_DAYS = 14, HEALTH_NAME = 80, HEALTH_DETAIL = 200 };

struct health_check {
    char name[HEALTH_NAME]; /* engine, intake, store, disk, lag, certificate, configuration, draining, forge:NAME */
    enum health_state state;
    char detail[HEALTH_DETAIL]; /* for those who may know names and paths */
    bool stalled;               /* it fails because a thread stands still */
    msec_t since;               /* wall clock; set by who remembers, see health.h */
};

/* Times that last are in ms; -1 where nothing is known. */
struct health_disk {
    const char *place; /* "store", "state" */
    int64_t free, size;
};
struct health_forge {
    const char *name;
    enum { FORGE_CALLED, FORGE_PROBED, FORGE_LEFT_ALONE } breaker;
    msec_t answered, failed; /* wall clock of the last of each; 0 = none since the start */
    int64_t token_left;      /* s; 0 = nobody says when it ends */
};
struct health_facts {
    msec_t now;            /* wall clock */
    msec_t stall;          /* limits.stall */
    msec_t engine, intake; /* since that loop turned; the slowest of the intakes */
    msec_t store;          /* how long it owes an answer; 0 = it owes none */
    bool writable, draining;
    const char *why; /* it is not writable */
    struct health_disk disks[2];
    msec_t late, late_now;  /* the engine's timers: at the worst of the last minute, and the last time */
    int64_t certificate;    /* s until the first of them ends */
    const char *address;    /* of its listener; NULL = there are none */
    const char *not_loaded; /* why the newest configuration was refused; NULL = it is in force */
    const struct health_forge *forges;
    size_t n_forges;
};

enum { HEALTH_OWN = 8 }; /* checks that are no forge's */
/* All checks, in a fixed order; ret has room for HEALTH_OWN and one for each forge. How many there are. */
size_t health_judge(const struct health_facts *f, struct health_check *ret);
/* It takes work: nothing fails. */
bool health_is_ready(const struct health_check *c, size_t n);
/* The first thread that stands still, or NULL: the process is alive. */
const struct health_check *health_stalled(const struct health_check *c, size_t n);

/* ---- the single judgements, for those who know nothing else ---- */

enum health_state health_of_disk(int64_t free, int64_t size);
enum health_state health_of_end(int64_t seconds_left); /* of a certificate or a token */
