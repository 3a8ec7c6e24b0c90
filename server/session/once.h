/* SPDX-License-Identifier: Apache-2.0 */
/* One-time tokens: each begins one session, within ten minutes. They are kept in memory alone, as digests: a restart
 * ends them. Engine thread. */
#pragma once
#include "config/api_token.h"
#include "core/session.h"

#define ONCE_PREFIX API_TOKEN_PREFIX "once_"
static const msec_t ONCE_MS = 600000;
enum { ONCE_MOST = 64 }; /* with one more the oldest ends */

enum once_kind { ONCE_ASKED /* by somebody on the local socket */, ONCE_SETUP /* the file of a first start */ };
struct once {
    uint8_t hash[SESSION_HASH];
    enum once_kind kind;
    char name[API_TOKEN_NAME + 1];
    unsigned scopes;
    msec_t ends; /* monotonic */
};

struct onces {
    struct once at[ONCE_MOST];
    size_t n;
};
/* A new one; its text is appended to *ret, and is nowhere else. */
void once_new(struct onces *o, enum once_kind kind, const char *name, unsigned scopes, msec_t now, struct buf *ret);
/* Takes the one of that text out; false: there is none, or its time is over. Every one is compared, and whole. */
bool once_take(struct onces *o, struct sv text, msec_t now, struct once *ret);
void once_drop(struct onces *o, enum once_kind kind);
