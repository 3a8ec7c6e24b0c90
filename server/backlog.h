/* SPDX-License-Identifier: Apache-2.0 */
/* Stored deliveries that nobody has looked into yet, in order of arrival: a few are decoded, the others wait on disk,
 * for 24 bytes of memory each. Engine thread, but for give_way. */
#pragma once
#include "server/host.h"

struct backlog;
struct backlog *backlog_new(struct host *h);
void backlog_free(struct backlog **b);
void backlog_add(struct backlog *b, struct delivery_put *put); /* takes it */
/* A decoding begins: gives the delivery with its body while that is still in memory, else NULL. */
struct delivery_put *backlog_take(struct backlog *b, int64_t delivery);
bool backlog_has(const struct backlog *b, int64_t delivery);
/* It has ended: there is room for another. */
void backlog_decoded(struct backlog *b);

/* Accepting comes first. Called on the decoder's thread before each decoding: while deliveries are being stored and
 * there are more threads than processors, it sleeps for most of the time. */
void give_way(const struct app *a);
