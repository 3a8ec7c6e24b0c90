/* SPDX-License-Identifier: Apache-2.0 */
/* What a check run tells of a run: its jobs with their results and what steps wrote for people as Markdown, and the
 * annotations of steps. Pure; private to lib/engine. */
#pragma once
#include "core/effect.h"
#include "core/run.h"

/* Fills summary, notes and n_notes of *ret from the rows, in the arena. Annotations are those at a file of the run's
 * own commit, errors before warnings before notices, within the bounds of core/check.h; the summary says how many more
 * there are, and has those that stand at no such place. Names and reasons in it are text, never Markdown. */
void check_compose(const struct run *r, struct arena *a, struct check_body *ret);
