/* SPDX-License-Identifier: Apache-2.0 */
/* A person who signed in with a browser. The cookie is never kept: only its digest is. */
#pragma once
#include <stdbool.h>
#include "base/clk.h"

enum { SESSION_HASH = 32 };

struct session {
    int64_t id;
    uint8_t hash[SESSION_HASH];  /* SHA-256 of the cookie's text */
    uint8_t token[SESSION_HASH]; /* that of the API token it was begun with, and ends with */
    bool of_token;               /* false: begun with a one-time token */
    const char *name;            /* for the journal: the token's, or who asked for the one-time token */
    unsigned scopes;             /* enum api_scope */
    msec_t created, seen, ends;  /* seen: not to the minute, see SESSION_SEEN */
};

static const msec_t SESSION_IDLE = 12 * 3600000,                  /* without a request it is over after that */
    SESSION_LONGEST = 7 * 24 * 3600000, SESSION_SEEN = 5 * 60000; /* so often it is written that it was seen */
enum { SESSIONS_MOST = 1000 };                                    /* with one more, those seen longest ago end */

static inline bool session_is_over(const struct session *s, msec_t now)
{
    return now >= s->ends || now - s->seen >= SESSION_IDLE;
}
