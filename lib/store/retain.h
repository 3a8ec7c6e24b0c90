/* SPDX-License-Identifier: Apache-2.0 */
/* Forgetting on purpose. What is undecided, open or unsettled is never removed, however old it is, and the memory
 * for deduplication (90 days of delivery ids) is kept apart and outlives the deliveries themselves. The history
 * (port/history.h) outlives the runs that it counts, and forgets by itself. */
#pragma once
#include "port/store.h"

struct retain_ages {   /* what is older goes; 0 = keep for ever */
    msec_t bodies;     /* raw bytes of decided deliveries (default of the specification: 30 d) */
    msec_t deliveries; /* rows of decided and suspect deliveries, with body and event (90 d) */
    msec_t runs;       /* finished runs with jobs, steps, attempts, settled effects and journal (180 d) */
};

/* Any thread; returns at once. The rows are removed by the store thread in small transactions between commits; a second
 * call replaces the ages of one that is still being worked off. now: wall clock. */
void store_retain(struct store *s, msec_t now, struct retain_ages ages);
