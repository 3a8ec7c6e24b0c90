/* SPDX-License-Identifier: Apache-2.0 */
/* An intended write to a forge, kept in the outbox until settled. Its key is deterministic, so deciding the same thing
 * twice makes one effect. */
#pragma once
#include "base/clk.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"

#define EFFECT_STATES(X)                                                                                               \
    X(PENDING, "pending")     /* decided; not sent, or proven not to have arrived */                                   \
    X(INFLIGHT, "inflight")   /* being sent; after a crash this is uncertain */                                        \
    X(UNCERTAIN, "uncertain") /* may have arrived: look before repeating */                                            \
    X(SENT, "sent")           /* settled */                                                                            \
    X(COALESCED, "coalesced") /* a newer one of the same serial key took its place */                                  \
    X(DEAD, "dead")           /* will never be accepted; shown and alarmed */
enum effect_state {
#define X(id, name) EFFECT_##id,
    EFFECT_STATES(X)
#undef X
        EFFECT_STATE_N
};
extern const char *const effect_state_name[];

enum effect_kind {
    EFFECT_STATUS,
    EFFECT_ISSUE,
    EFFECT_EVENT, /* a delivery that we make ourselves (core/internal_event.h); goes to no forge but to our store */
    EFFECT_KIND_N
};
extern const char *const effect_kind_name[]; /* "status", "issue", "event" */

/* What a status says (forges.md §7 has what each forge makes of it). */
enum status_state {
    STATUS_QUEUED,
    STATUS_RUNNING,
    STATUS_SUCCESS,
    STATUS_FAILED,
    STATUS_ERROR,
    STATUS_TIMED_OUT,
    STATUS_CANCELLED,
    STATUS_SKIPPED,
    STATUS_STATE_N
};
extern const char *const status_state_name[];
static inline bool status_is_final(enum status_state s)
{
    return s >= STATUS_SUCCESS;
}

struct status_body {
    const char *sha, *context, *description, *target_url; /* target_url may be NULL */
    enum status_state state;
    const char *ref;       /* full ref the sha was seen on; NULL if unknown (GitLab wants a branch name) */
    int64_t change;        /* number of the pull or merge request; 0 = none */
    const char *head_repo; /* forge:path of a fork's head; NULL = same repository (GitLab's fall-back) */
};

struct issue_body {
    const char *title, *body;
    const char *marker; /* the hidden line put at the end of the body: <!-- fettle:fp=<26 chars> --> */
    const char **labels;
    size_t n_labels;
};

struct event_body {
    const char *guid;    /* makes it happen once: two deliveries with the same one are one */
    const char *event;   /* "schedule", "workflow_run" */
    const char *payload; /* JSON of core/internal_event.h */
};

struct effect {
    int64_t id, run_id;
    const char *key; /* base32 of SHA-256 over (run, kind, logical name, generation), 26 characters */
    enum effect_kind kind;
    const char *forge;      /* configured name */
    const char *repo;       /* path at the forge: acme/backend */
    const char *serial_key; /* effects with the same one are sent in order of seq and coalesced where the kind allows */
    int64_t seq;
    const char *body;          /* JSON of status_body or issue_body: what is stored */
    struct status_body status; /* the parsed form of body, by kind */
    struct issue_body issue;
    struct event_body event;
    enum effect_state state;
    int tries;
    msec_t created_at, not_before, settled_at;
    const char *remote_id; /* number, iid or id at the forge, once known */
    const char *remote_url;
    const char *last_error;
    int version;
};

void effect_body_write(const struct effect *x, struct buf *out); /* status or issue -> JSON */
/* JSON -> status or issue; text is allocated in the arena. */
MUST_USE int effect_body_read(struct effect *x, struct arena *arena, struct err *e);
/* ret holds 27 bytes. */
void effect_key(int64_t run_id, enum effect_kind kind, struct sv name, int64_t generation, char ret[27]);
/* The same 26-character digest for an issue fingerprint: equal for equal (forge, repo, fingerprint). */
void effect_fingerprint(struct sv forge, struct sv repo, struct sv fingerprint, char ret[27]);
