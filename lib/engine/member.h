/* SPDX-License-Identifier: Apache-2.0 */
/* May the sender of an event do what it asks for? Private to lib/engine. */
#pragma once
#include "engine/state.h"

enum member_next { MEMBER_GO_ON, MEMBER_WAIT };
enum member_next member_ask(struct engine *e, struct undecided *u); /* WAIT: the forge is asked */
enum member_next member_answered(struct engine *e, struct undecided *u, const struct api_reply *reply);
const struct engine_forge *member_forge(const struct engine *e, const char *name); /* NULL = not configured */
void member_forget(struct engine *e); /* all that was heard */
/* intake.c: EV_ASKED */
void intake_asked(struct engine *e, int64_t delivery, const struct api_reply *reply);
