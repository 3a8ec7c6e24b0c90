/* SPDX-License-Identifier: Apache-2.0 */
/* Any sender of Standard Webhooks 1.0 (https://www.standardwebhooks.com). Its events are `repository_dispatch` with
 * the body's `type` as the action, and it can not be written to. Contracts in port/forge.h. Pure, any thread. */
#pragma once
#include "port/forge.h"

enum hook_refusal standard_read_head(const struct hook_head *h, struct hook_plan *ret);
int standard_decode(const struct delivery *d, struct sv payload, struct arena *arena, struct hook_event *ret,
                    struct err *e);

/* Posting: there is nobody to post to, so every effect is dead and no address is known. */
enum talk_next standard_talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                             struct api_request *ret_request, struct err *e);
void standard_authorize(struct sv token, struct buf *out);
void standard_clone_url(struct sv api_base, struct sv path, struct buf *out);
