/* SPDX-License-Identifier: Apache-2.0 */
/* The round trip of a delivery that a forge was asked for: did it arrive at the running server, when, and by which
 * secret was it let in? */
#pragma once
#include "base/clk.h"
#include "server/cli/remote.h"

struct trip {
    struct remote *remote; /* NULL: there is no running server */
    char mark[32];         /* id of the newest delivery before */
};
/* CLI_OK also without a server: then it has said so, and trip.remote is NULL. */
MUST_USE int trip_begin(const char *conf_file, struct trip *ret);
void trip_end(struct trip *t); /* fits AUTO(trip_end) */

struct trip_want {
    const char *path, *event, *repo; /* webhook, event header, and what stands in the body */
    const char *secret;              /* by which it has to be let in; NULL = any */
    msec_t sent, most;               /* when it was asked for, how long to wait */
};
struct trip_found {
    char id[32], secret[128]; /* secret: what it is called; "" = the server does not say */
    int status;               /* answered */
    msec_t ms;
};
/* CLI_TIMEOUT, and nothing is said, when none came. */
MUST_USE int trip_wait(struct trip *t, const struct trip_want *w, struct trip_found *ret);
