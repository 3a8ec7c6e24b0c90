/* SPDX-License-Identifier: Apache-2.0 */
/* Repositories of this machine, without an API: `git init --bare` and git's own hooks. Contracts in port/forge.h. Pure,
 * any thread.
 *
 * No request can bring an event of this kind: the server makes one delivery for each ref of a hook's call, of forge
 * kind "bare" also where the repository is at another forge (a pre-push says what is about to go there). Its body, all
 * keys always present and no others:
 *   {"hook": "pre-push" | "pre-receive" | "update" | "post-receive", "call": text,
 *    "repository": {"id": "local:team/api", "full_name": "team/api", "default_branch": text | null},
 *    "ref", "before", "after": text, "actor", "user": text | null, "uid": number | null, "options": [text],
 *    "refs": number, "skip": bool, "trusted": bool}
 * A post-receive is a `push`; an update is a `pre_receive` of one ref. */
#pragma once
#include "port/forge.h"

struct look;

int bare_decode(const struct delivery *d, struct sv payload, struct arena *arena, struct hook_event *ret,
                struct err *e);
/* What stands for the number that a forge would give its repository, so that its state is remembered: made of the path.
 * Never 0. */
int64_t bare_number(struct sv path);
enum talk_next bare_talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                         struct api_request *ret_request, struct err *e);
enum talk_next bare_look(struct look *l, const struct api_reply *reply, struct api_request *ret, struct err *e);
