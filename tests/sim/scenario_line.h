/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the scenario language. */
#pragma once
#include "scenario.h"

enum { SCENARIO_WORDS = 12 };
struct scenario_line {
    struct sv words[SCENARIO_WORDS];
    size_t n;
};
/* Forty of a digit, or what is written out. */
const char *scenario_sha(struct world *w, struct sv digit);
long scenario_number(struct sv s); /* -1: it is none */
/* scenario_check.c: a line that begins with `check` */
const struct job *scenario_job(const struct run *r, struct sv key); /* an underscore stands for a blank; NULL = none */
int scenario_check(struct world *w, const struct scenario_line *l, struct err *e);
/* scenario_fault.c: forge, disk, git, jitter, twice, clock; 1 = something else */
int scenario_fault(struct world *w, const struct scenario_line *l, struct err *e);
