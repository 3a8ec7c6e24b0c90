/* SPDX-License-Identifier: Apache-2.0 */
/* Events of our own making (lib/core/internal_event.h). No request can bring one: there is no read_head, and the
 * configuration refuses a forge of this kind. Nothing can be posted to it. Contracts in port/forge.h. Pure, any
 * thread. */
#pragma once
#include "port/forge.h"

int internal_decode(const struct delivery *d, struct sv payload, struct arena *arena, struct hook_event *ret,
                    struct err *e);

enum talk_next internal_talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                             struct api_request *ret_request, struct err *e);
void internal_authorize(struct sv token, struct buf *out);
void internal_clone_url(struct sv api_base, struct sv path, struct buf *out);
