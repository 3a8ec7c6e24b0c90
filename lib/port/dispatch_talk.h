/* SPDX-License-Identifier: Apache-2.0 */
/* What is told to what is started at a forge: the inputs, and beside them our own two, by which it is found again and
 * by which a chain of our makings ends some time. Pure; any thread. */
#pragma once
#include "fmt/json.h"
#include "port/talk.h"

#define DISPATCH_TOKEN "fettle_token"
#define DISPATCH_HOPS  "fettle_hops"
enum dispatch_own { DISPATCH_OWN_TOLD, DISPATCH_OWN_LEFT_OUT };

/* Members of an object: the inputs, texts as they are and all else as its JSON; then our own two, as texts, in place
 * of any of that name. */
void dispatch_put(const struct effect *x, enum dispatch_own own, struct jout *j);
/* How many members that makes. */
size_t dispatch_size(const struct effect *x, enum dispatch_own own);
