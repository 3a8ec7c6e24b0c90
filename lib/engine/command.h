/* SPDX-License-Identifier: Apache-2.0 */
/* What people tell fettle at a forge (core/command.h), carried out. Private to lib/engine.
 * A command is carried out, and its delivery decided, in one change-set: once, whatever happens in between. Runs that
 * are over are not in memory: the host is asked for them first (ACT_FIND, EV_FOUND). */
#pragma once
#include "core/command.h"
#include "engine/state.h"

/* The event is a command and was taken up, or decided already; false: it is none. The sender was asked about. */
bool command_take(struct engine *e, struct undecided *u);
void command_found(struct engine *e, const struct engine_event *ev);

/* team.c: the teams that answers of this command may have to come from. True: the forge is being asked. */
bool team_ask(struct engine *e, struct undecided *u);
/* An answer came; true: it was about a team, and team_ask is to be called again. */
bool team_answered(struct engine *e, struct undecided *u, const struct api_reply *reply);
/* May the sender answer? Empty `by`: whoever may write. */
bool team_may_answer(const struct undecided *u, const char *by);
void team_forget(struct undecided *u);
