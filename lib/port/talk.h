/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations with a forge, made of turns: a turn asks one request and reads its answer. The driver here does what
 * is the same everywhere: redirects of renamed repositories, limits, lost answers, refusals. Pure; any thread.
 * Rules: shared facts of the three forges' documentation about status codes, Retry-After and rate-limit headers,
 * RFC 8288 (Link), RFC 9110 §5.6.7 (dates) and §10.2.3 (Retry-After). */
#pragma once
#include "port/forge.h"

enum turn_risk {               /* what it means that an answer is lost or 5xx */
                 TURN_READS,   /* nothing: ask again */
                 TURN_REPEATS, /* writing it twice is the same as once: a lost answer is uncertain, a 5xx is tried again
                                */
                 TURN_CREATES  /* twice would be two: both are uncertain, and the next conversation looks first */
};

struct talk_turn {
    enum turn_risk risk;
    void (*ask)(const struct effect *x, struct effect_talk *t, struct api_request *ret);
    /* A 2xx came. TALK_CALL after setting t->stage to the next turn; anything else ends the conversation. */
    enum talk_next (*done)(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e);
    /* Something else than 2xx came, *e and `usual` say what is commonly made of it; may be NULL. */
    enum talk_next (*refused)(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                              enum talk_next usual, struct err *e);
};

struct talk_dialect {
    const char *const *roots;   /* where paths of the API begin, "/repos/": NULL at the end */
    const char *const *headers; /* sent with every request, at most 4, NULL at the end */
};

/* One step of a conversation whose stages are indices of `turns`. The first stage is set by the caller when reply is
 * NULL. Never more than TALK_TURNS requests in one conversation. */
enum { TALK_TURNS = 64, TALK_PAGES = 20 };
enum talk_next talk_turns(const struct talk_dialect *d, const struct talk_turn *turns, const struct effect *x,
                          struct effect_talk *t, const struct api_reply *reply, struct api_request *ret_request,
                          struct err *e);

/* What is commonly made of an answer that is no 2xx; fills *e (code = HTTP status, retry_after_ms for limits).
 *   0 not sent: RETRY; 0 maybe sent, 5xx: by risk; 401: RETRY as ERR_DENIED (fresh tokens need seconds);
 *   403 and 429 that are limits: RETRY as ERR_LIMITED; 408, 409, 425: RETRY; all else: DEAD. */
enum talk_next talk_refused(const struct effect *x, const struct api_reply *r, enum turn_risk risk, struct err *e);

/* The time to wait that a 403, 429 or 503 asks for, in ms (at most 2 h), or -1 when it is no limit: Retry-After, else
 * the reset time when nothing remains, else 60 s, doubled by tries. An answer with the words of a secondary limit asks
 * for the longer of the last two. The forge's own Date is the clock. */
msec_t talk_limit(const struct api_reply *r, int tries);
/* How many calls remain, and for how long (-1 = unknown), as far as the answer says so about calls like this one. */
bool talk_rate(const struct api_reply *r, int64_t *ret_remaining, msec_t *ret_reset_in);
/* For which limits a request counts. GraphQL is a read: mutations are not sent. */
enum call_kind talk_kind(const struct api_request *r);
bool talk_has_word(struct sv body, struct sv word); /* within its first 4 KiB, in any case */

/* The date of a header, "Sun, 06 Nov 1994 08:49:37 GMT": RFC 9110 §5.6.7, the one form that is still sent. */
bool talk_date(struct sv s, msec_t *ret);

/* The address with rel="next" of a Link header, borrowed; SV_NONE if there is none. */
struct sv talk_link_next(struct sv link);
/* Appends the part of an address that is below the API base: from the first root on, its query with it. The host in
 * the address is never used. False if no root is in it or it is no clean address. */
bool talk_below(const struct talk_dialect *d, struct sv url, struct buf *out);

/* Path segments of a repository, each percent-encoded, slashes kept. */
void talk_repo_path(const char *repo, struct buf *out);
/* A kind of effect that this forge has not got, a check run elsewhere than at GitHub: TALK_DEAD. */
enum talk_next talk_no_such(const struct effect *x, struct err *e);
/* One line for people: control characters become blanks, cut to n code points with an ellipsis. NULL gives "". */
void talk_line(const char *text, size_t n_chars, struct buf *out);
/* remote_id and remote_url from a JSON object: an integer member and a text member. False if there is no integer. */
bool talk_remember(struct effect_talk *t, struct sv json, const char *id_key, const char *url_key);
