/* SPDX-License-Identifier: Apache-2.0 */
/* Control words: what people and tests let happen at an emulated forge. Each changes the world and tells the hooks, in
 * the forge's form. They stand in the ledger and are done again in a replay. Pure. */
#pragma once
#include "server/lab/event.h"

/* Words, each with a JSON object as its body, all with "forge" (github unless said) and "repo":
 *   members       login id level
 *   push          ref sha message user delete forced, or refs[]: several of one kind at once
 *   changes       do: open sync close reopen merge edit label; number title body head base sha fork user draft label
 *   repositories  do: create rename transfer delete private public; to user default_branch
 *   hooks         do: add edit remove; id url secret signing events[] branches system owner app form active insecure
 * The answer is in c: 200 and an object, or 400 and a message. False: there is no such word. */
bool act(struct lab_call *c, struct sv word);
/* Sets forge and repo from the body; false after answering when they are not there. `base` of c is the lab's. */
bool act_place(struct lab_call *c);
lab_turn act_changes; /* act_change.c: the word of that name */
