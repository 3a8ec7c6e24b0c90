/* SPDX-License-Identifier: Apache-2.0 */
/* The same failure in many places at once: then the cause is not in any of them, and trying each again makes it worse.
 * Five runs of at least three repositories in ten minutes are an outbreak; it is over ten minutes after its last
 * failure. Pure. */
#pragma once
#include "base/clk.h"

enum { OUTBREAK_RUNS = 5, OUTBREAK_REPOS = 3, OUTBREAK_KEPT = 16 };
struct outbreak { /* of one fingerprint; zeroed at first */
    struct {
        int64_t run;
        uint64_t repo; /* hash */
        msec_t at;
    } seen[OUTBREAK_KEPT];
    int n, next;
    msec_t since; /* it is one since then; 0 = it is none */
};

enum outbreak_is { OUTBREAK_NONE, OUTBREAK_BEGINS, OUTBREAK_GOES_ON };
enum outbreak_is outbreak_saw(struct outbreak *o, int64_t run, uint64_t repo, msec_t now);
bool outbreak_is_old(const struct outbreak *o, msec_t now); /* may be forgotten */
