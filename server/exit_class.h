/* SPDX-License-Identifier: Apache-2.0 */
/* The class of an attempt that ended, for the engine. Engine thread: at most a millisecond. */
#pragma once
#include "core/classify.h"
#include "port/exec.h"

struct app;
/* The rules in force: those of the configuration, and the built-in ones. The old ones are freed: to be called before
 * the configuration goes that they were made of. */
void exit_rules(struct app *a);
/* `left`: what it left behind, NULL = nothing; `err`: of an action, NULL = none. NULL = it did not fail. What is told
 * lives in the arena and in *ret. */
const struct failure *exit_class(const struct app *a, const struct exit_record *x, const struct step_result *left,
                                 const struct err *err, struct arena *arena, struct failure *ret);
