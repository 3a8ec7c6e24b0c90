/* SPDX-License-Identifier: Apache-2.0 */
/* The limits of the forges, per token: GitHub's primary buckets and its secondary limits, GitLab's throttle and the
 * limits of single resources that its headers do not tell, Gitea's none. Off unless asked for; all numbers and the
 * length of a minute can be set, so that a test sees an hour pass. Whoever was told to wait and comes before that is
 * early: the ledger says so, whether the limits are on or a fault told it. Pure. */
#pragma once
#include "base/clk.h"
#include "base/err.h"
#include "base/map.h"
#include "server/lab/world.h"

/* Key, number by default. GitHub: core and graphql an hour, search a minute; then what is secondary. GitLab: gitlab,
 * gitlab-issues and gitlab-notes a minute. minute-ms: how long a minute is; an hour is sixty of them. */
#define LIMIT_KEYS(X)                                                                                                  \
    X(CORE, "core", 5000)                                                                                              \
    X(SEARCH, "search", 30)                                                                                            \
    X(GRAPHQL, "graphql", 5000)                                                                                        \
    X(CONCURRENT, "concurrent", 100)                                                                                   \
    X(POINTS, "points", 900)                                                                                           \
    X(GRAPHQL_POINTS, "graphql-points", 2000)                                                                          \
    X(CONTENT_MINUTE, "content-minute", 80)                                                                            \
    X(CONTENT_HOUR, "content-hour", 500)                                                                               \
    X(GITLAB, "gitlab", 2000)                                                                                          \
    X(GITLAB_ISSUES, "gitlab-issues", 200)                                                                             \
    X(GITLAB_NOTES, "gitlab-notes", 60)                                                                                \
    X(MINUTE_MS, "minute-ms", 60000)
enum limit_key {
#define X(id, name, number) LIMIT_##id,
    LIMIT_KEYS(X)
#undef X
        LIMIT_KEY_N
};

struct limits {
    bool on;
    int64_t of[LIMIT_KEY_N];
    uint64_t random;     /* what a secondary limit looks like is drawn */
    struct map by_token; /* a digit of the forge and the token → struct limit_state */
    struct arena arena;
};

void limits_init(struct limits *l, int64_t seed);
void limits_free(struct limits *l);
/* "on", "off", or "KEY=NUMBER,KEY=NUMBER", which also turns them on. ERR_INVALID names what is wrong. */
MUST_USE int limits_set(struct limits *l, struct sv words, struct err *e);
void limits_list(const struct limits *l, struct buf *out); /* JSON */

enum limit_bucket { BUCKET_CORE, BUCKET_SEARCH, BUCKET_GRAPHQL, BUCKETS };
struct limit_ask {
    enum lab_forge forge;
    struct sv token;
    enum limit_bucket bucket;
    bool free;                                                                 /* GET /rate_limit */
    bool write;                                                                /* not GET, HEAD or OPTIONS */
    enum { CONTENT_NONE, CONTENT_ISSUE, CONTENT_NOTE, CONTENT_OTHER } content; /* what it would make */
    int64_t under_way; /* requests of the token, this one among them */
    msec_t now;
};
enum limit_kind { LIMITED_NOT, LIMITED_PRIMARY, LIMITED_SECONDARY, LIMITED_RESOURCE };
struct limit_verdict {
    enum limit_kind kind;
    int status;     /* 403 or 429 */
    msec_t wait;    /* until it may come again */
    bool says_wait; /* in Retry-After */
};
/* Counts the request, unless it is refused. */
struct limit_verdict limits_ask(struct limits *l, const struct limit_ask *a);
bool limits_early(struct limits *l, const struct limit_ask *a);
/* It was told to wait: for this bucket (primary), or altogether. */
void limits_block(struct limits *l, const struct limit_ask *a, enum limit_kind kind, msec_t until);
/* Gives back what a 304 does not cost, or takes what a GraphQL query costs beyond one point. */
void limits_charge(struct limits *l, const struct limit_ask *a, int64_t points);
/* The headers of every answer. */
void limits_headers(struct limits *l, const struct limit_ask *a, struct buf *out);
/* "core": {"limit", "used", "remaining", "reset"} and the others, as members of an open object. */
void limits_buckets(struct limits *l, const struct limit_ask *a, struct jout *j);
struct limit_bucket_state {
    int64_t limit, used, remaining, reset; /* reset: epoch seconds */
};
struct limit_bucket_state limits_bucket(struct limits *l, const struct limit_ask *a, enum limit_bucket b);
uint64_t draw_next(uint64_t *state); /* splitmix64 */
