/* SPDX-License-Identifier: Apache-2.0 */
/* How often somebody may try to sign in: tokens that come back with time, for each address and for all together. An
 * address of IPv6 is a /64, for who has one of it has all. Pure: the time is a parameter. One thread. */
#pragma once
#include "base/clk.h"
#include "base/str.h"

enum {
    BUCKET_OF_ONE = 10, /* tries at once from an address; one more each BUCKET_ONE_MS */
    BUCKET_OF_ALL = 60, /* from everywhere but this machine */
    BUCKET_KNOWN = 4096 /* addresses that are remembered; those of further ones count for all alone */
};
static const msec_t BUCKET_ONE_MS = 6000, BUCKET_ALL_MS = 2000;

enum bucket_from { BUCKET_HERE, BUCKET_ELSEWHERE }; /* this machine: others cannot use up its tries */

struct buckets;
struct buckets *buckets_new(void);
void buckets_free(struct buckets **b);
/* One try; 0 = it may be made, else in how many ms the next may. now: monotonic. `peer`: "192.0.2.1", "2001:db8::1",
 * "unix:0"; what is none of these is an address of its own. */
msec_t buckets_take(struct buckets *b, struct sv peer, enum bucket_from from, msec_t now);
