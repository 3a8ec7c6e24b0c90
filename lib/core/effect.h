/* SPDX-License-Identifier: Apache-2.0 */
/* An intended write to a forge, kept in the outbox until settled. Its key is deterministic, so deciding the same thing
 * twice makes one effect. */
#pragma once
#include "base/clk.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "core/effect_body.h"
#include "core/step_result.h"

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
    EFFECT_EVENT,    /* a delivery that we make ourselves (core/internal_event.h); goes to no forge but to our store */
    EFFECT_CHECK,    /* a state of a check run, where the forge has such (core/check.h) */
    EFFECT_COMMENT,  /* beneath an issue or a change; the bodies of these are in core/effect_body.h */
    EFFECT_LABEL,    /* labels of an issue or a change */
    EFFECT_PULL,     /* a pull or merge request from a branch that was pushed */
    EFFECT_MERGE,    /* of a pull or merge request */
    EFFECT_DISPATCH, /* starts something at the forge */
    EFFECT_KIND_N
};
extern const char *const effect_kind_name[]; /* "status", "issue", "event", "check", "comment", … */

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
bool status_state_find(struct sv name, enum status_state *ret);
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
    bool close; /* what it told of is mended: an open one gets the body as its last word and is closed; where none is
                 * known or open nothing is done */
};

struct event_body {
    const char *guid;    /* makes it happen once: two deliveries with the same one are one */
    const char *event;   /* "schedule", "workflow_run" */
    const char *payload; /* JSON of core/internal_event.h */
    bool made_up;        /* in place of a delivery that never came */
    const char *trace;   /* for that delivery, as of trace_keep; NULL = one of its own */
};

struct check_note { /* an annotation at lines of a file of the commit */
    enum note_level level;
    const char *path, *title, *text; /* title may be NULL */
    int line, end_line;              /* 1 and more; end_line >= line */
    int col, end_col;                /* 0 = none; else on one line, and end_col >= col */
};

struct check_body { /* each says all of the check run as it is then */
    const char *sha, *name;
    const char *external_id; /* the same for all of one run: by it the check run is found again at the forge */
    const char *details_url; /* may be NULL */
    enum status_state state;
    bool superseded;             /* a newer run speaks now: ends what is there, and makes nothing where nothing is */
    bool buttons;                /* of a run, which can be repeated and cancelled from there (core/command.h) */
    const char *title, *summary; /* one line; Markdown */
    msec_t started_at, completed_at; /* 0 = not yet */
    struct check_note *notes;        /* with the end alone */
    size_t n_notes;
};

struct effect {
    int64_t id, run_id;
    const char *key; /* base32 of SHA-256 over (run, kind, logical name, generation), 26 characters */
    enum effect_kind kind;
    const char *forge;      /* configured name */
    const char *repo;       /* path at the forge: acme/backend */
    const char *serial_key; /* effects with the same one are sent in order of seq and coalesced where the kind allows */
    int64_t seq;
    const char *body;          /* JSON of the one below that belongs to the kind: what is stored */
    struct status_body status; /* the parsed form of body, by kind */
    struct issue_body issue;
    struct event_body event;
    struct check_body check;
    struct comment_body comment;
    struct label_body label;
    struct pull_body pull;
    struct merge_body merge;
    struct dispatch_body dispatch;
    enum effect_state state;
    int tries;
    msec_t created_at, not_before, settled_at;
    const char *remote_id; /* number, iid or id at the forge, once known */
    const char *remote_url;
    const char *last_error;
    int version;
};

void effect_body_write(const struct effect *x, struct buf *out); /* what belongs to its kind -> JSON */
/* JSON -> what belongs to its kind; text is allocated in the arena. */
MUST_USE int effect_body_read(struct effect *x, struct arena *arena, struct err *e);
/* ret holds 27 bytes. */
void effect_key(int64_t run_id, enum effect_kind kind, struct sv name, int64_t generation, char ret[27]);
/* The same 26-character digest for an issue fingerprint: equal for equal (forge, repo, fingerprint). */
void effect_fingerprint(struct sv forge, struct sv repo, struct sv fingerprint, char ret[27]);
