/* SPDX-License-Identifier: Apache-2.0 */
/* Brings what happened to the hooks that want it: signed as the forge does it, listed with the hook, one line in the
 * ledger each, faults of deliveries applied. One delivery a hook at a time; with a clock that does not move by itself
 * one altogether, so that the ledger is the same each time. On the loop of the lab. */
#pragma once
#include "base/clk.h"

struct lab;
struct sender;
struct sender *sender_new(struct lab *l);
void sender_free(struct sender **s); /* what is under way is given up */
/* Takes all events off the world. */
void sender_tell(struct sender *s);
bool sender_idle(const struct sender *s);
