/* SPDX-License-Identifier: Apache-2.0 */
/* Random histories, as the text of a scenario: what a seed does can be read, cut down and kept. */
#pragma once
#include "base/str.h"

/* Appends the history of a seed: workflows of random shape, deliveries, replays, cancellations, crashes, reboots, new
 * configurations, clocks that are set, faults of git, of the store and its disk, and of the forge. The last lines
 * bring everything to its end and check all invariants. The same seed gives the same text. */
void history_write(uint64_t seed, struct buf *out);
