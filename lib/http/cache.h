/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to GETs, kept in memory: by credential, address and Accept, the least used go first. An answer is handed out
 * again while it is young, and later when the server says 304 to its ETag (RFC 9110 §13.1.2). Our own writes take out
 * what they may have changed. Validators belong to a credential: with a new token they are worth nothing, at GitHub at
 * least, so the name of the credential has to change with it. One thread. */
#pragma once
#include "base/clk.h"
#include "base/str.h"

struct http_cache;
struct http_cache_key {                    /* borrowed */
    const char *credential, *url, *accept; /* accept may be NULL */
};
struct http_cached {            /* status 200; borrowed until the cache is used again */
    struct sv body, etag, link; /* SV_NONE = it had none */
    msec_t at;                  /* when it was true */
};

struct http_cache *http_cache_new(size_t max_bytes);
void http_cache_free(struct http_cache **c);
/* False: there is none. Counts as a use. */
bool http_cache_find(struct http_cache *c, const struct http_cache_key *k, struct http_cached *ret);

/* A write begins, or is over, however it ended: of what shares the start of its path (a repository) and a word behind
 * it ("issues", a commit), nothing is handed out any more. Call it at both moments. */
void http_cache_wrote(struct http_cache *c, const char *credential, const char *url);
/* A number that such writes change: taken before the GET is sent and handed in with the answer, which is not kept if
 * the number is another one then. */
uint64_t http_cache_mark(const struct http_cache *c, const char *credential, const char *url);
/* Copies it. What is too large, or was asked for before a write, is not kept. */
void http_cache_put(struct http_cache *c, const struct http_cache_key *k, uint64_t mark, const struct http_cached *x);
/* The server said 304: what is kept is true at that time. */
void http_cache_still(struct http_cache *c, const struct http_cache_key *k, msec_t now);

struct http_cache_stats {
    size_t entries, bytes;
    uint64_t evicted; /* to make room */
};
void http_cache_stats(const struct http_cache *c, struct http_cache_stats *ret);
