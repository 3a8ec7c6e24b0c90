/* SPDX-License-Identifier: Apache-2.0 */
/* What the program does, by the first word of its command line; each gives the exit status. */
#pragma once
#include <stdint.h>

/* sim seeds FIRST COUNT [-v]: random histories (history.h). Each is lived twice, in two processes (whose maps have
 * different orders): I14. */
int mode_seeds(char *const *words, uint64_t first, uint64_t count);
/* "sim lives FIRST COUNT": what came of each seed, for the process that started this one. */
int mode_lives(uint64_t first, uint64_t count);
/* sim shrink SEED|FILE: what can be left out of a history that fails is left out; the rest is printed, a scenario. */
int mode_shrink(const char *what);
/* sim sweep [--most N] FILE…: every crash point, every hit of it, over these scenarios. */
int mode_sweep(char *const *words);
/* sim recovery SEED RUNS: steps that fail for reasons that pass and for such that do not; what became of them. */
int mode_recovery(uint64_t seed, int runs);
/* sim downtime FIRST COUNT [EVENTS]: days without the server at each forge; what was missed, what became of it. */
int mode_downtime(uint64_t first, uint64_t count, int events);
/* sim effects SEED N: so many effects under limits, faults and deaths. */
int mode_effects(uint64_t seed, uint64_t effects);
