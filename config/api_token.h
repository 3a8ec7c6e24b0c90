/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of the API, as the server file has them: never the token, only its digest. Pure. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "base/str.h"

/* What a token may do. Each stands for itself: none contains another. */
enum api_scope {
    API_ANYBODY = 0, /* of a route: also who has none */
    API_READ = 1,    /* look */
    API_RUN = 2,     /* start, repeat and stop runs */
    API_APPROVE = 4, /* answer what runs ask people */
    API_ADMIN = 8,   /* the server itself: configuration, queue */
    API_HOOK = 16,   /* call as a git hook */
    API_PROBE = 256  /* of a route: everybody, whatever he shows: what asks whether the server lives */
};
enum { API_SCOPES = 5 };
extern const char *const api_scope_name[]; /* in the order of the bits; NULL at the end */

enum { API_TOKEN_HASH = 32, API_TOKEN_NAME = 64, API_TOKENS = 1000 }; /* bytes, bytes, entries */
#define API_TOKEN_PREFIX "fettle_" /* of those that `fettle token new` makes: scanners for secrets know them by it */

struct conf_api_token {
    const char *name;             /* for the journal: who did it */
    uint8_t hash[API_TOKEN_HASH]; /* SHA-256 of the token's text */
    unsigned scopes;
    _Atomic int64_t *used; /* when it was shown last, ms since 1970; 0 = not since the start. NULL: nobody looks */
};
/* Any thread. */
static inline void api_token_use(const struct conf_api_token *t, int64_t now)
{
    if (t->used)
        *t->used = now;
}
/* What is known of the use of those that `from` has as well. */
void api_tokens_go_on(const struct conf_api_token *to, size_t n, const struct conf_api_token *from, size_t n_from);

/* Why a text is no name of a token, as the end of a sentence; NULL = it is one. */
const char *api_token_name_fault(struct sv name);
/* The bit of a word; 0 = there is no such scope. */
unsigned api_scope_of(struct sv word);
/* The one whose digest is that of `text`, NULL = none. Every entry is compared, and whole: the time says nothing. */
const struct conf_api_token *api_token_find(const struct conf_api_token *at, size_t n, struct sv text);
