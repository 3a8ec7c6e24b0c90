/* SPDX-License-Identifier: Apache-2.0 */
/* The forge-neutral meaning of a delivery: exactly the context `event` of the specification (§5). All text lives in
 * one arena that the caller owns; NULL text is null in JSON. Pure. */
#pragma once
#include "base/arena.h"
#include "base/err.h"

enum tristate { NO = 0, YES = 1, UNKNOWN = -1 }; /* UNKNOWN is null in JSON */

struct event_repo {
    const char *id;        /* "github:acme/backend"; NULL = the event has no repository */
    const char *full_name; /* "acme/backend", "acme/web/frontend" */
    const char *default_branch;
    enum tristate is_private;
    const char *clone_url; /* not part of §5: what the payload offers for git; never used for unconfigured repos */
    int64_t forge_id;      /* not part of §5: the forge's numeric id, 0 = none */
};

struct event_change { /* pull or merge request */
    bool present;
    int64_t number;
    const char *title;
    const char *head_sha, *head_ref, *head_repo; /* head_repo "github:fork/backend"; NULL when the fork is gone */
    const char *base_sha, *base_ref;
    enum tristate draft, merged;
    const char **labels;
    size_t n_labels;
};

struct event_issue {
    bool present;
    int64_t number;
    const char *title;
    const char **labels;
    size_t n_labels;
};

/* What an event of its own kind adds. Its members are NULL, 0 or UNKNOWN where the forge does not say. */
struct event_review {
    bool present;
    int64_t id;
    const char *state; /* approved, changes_requested, commented, dismissed */
};
struct event_release {
    bool present;
    const char *tag, *name;
    enum tristate draft, prerelease;
};
struct event_check { /* of a check run or check suite */
    bool present;
    int64_t id;
    const char *name, *status, *conclusion;
    const char *wish; /* requested_action: the identifier of the button */
};
struct event_status {
    bool present;
    const char *context, *state, *description;
};
struct event_workflow_run { /* a run of ours, or of the forge's own actions */
    bool present;
    int64_t id;        /* the forge's */
    const char *run;   /* ours, then id is 0 */
    const char *name;  /* of the workflow */
    const char *event; /* that the run started from */
    const char *status, *conclusion;
    const char *head_branch, *head_sha;
};

struct hook_event {
    const char *forge;    /* configured name, else the kind */
    const char *name;     /* push, pull_request, issue_comment, system, ... (spec §4) */
    const char *action;   /* GitHub's words (spec §5); NULL when the event has none */
    const char *delivery; /* the forge's id; NULL from a file */
    struct event_repo repo;
    const char *ref;            /* always full: refs/heads/x, refs/tags/v1, refs/pull/7/head; NULL if none */
    const char *before, *after; /* 40 or 64 hex digits; zeros = absent side; a change has its head's SHA in after */
    enum tristate created, deleted, forced;
    const char *tag; /* short name of the tag, only for tags */
    bool commits_truncated;
    struct event_change change;
    struct event_issue issue;
    struct {
        bool present;
        int64_t id;
        const char *body;
    } comment;
    struct {
        int64_t id; /* 0 = unknown */
        const char *login;
        enum tristate bot;
        bool present;
    } sender;
    enum tristate trusted; /* UNKNOWN: the actor's permission must be asked for before a run is planned */
    struct event_review review;
    struct event_release release;
    struct event_check check;
    struct event_status status;
    struct event_workflow_run workflow_run;
    const char *merge_base;     /* merge_group: the branch that is merged into */
    const char *workflow;       /* the workflow that alone is meant, by name or file; NULL = each that listens */
    const char *schedule;       /* the schedule that has come, as written in the workflow */
    const char *inputs;         /* workflow_dispatch: a JSON object */
    const char *client_payload; /* repository_dispatch: a JSON object */
    /* Not part of §5: */
    const char *identity; /* equal in all deliveries of this event (core/same_event.h); NULL = its content says it */
    bool marked;          /* what it is about was written by us and says so (core/own_event.h) */
    int hops;             /* pushes and requests of ours, each because of the one before, that led to it */
    bool received;        /* of `push`: a bare repository took it, and `post_receive` means it too */
    bool made_up;         /* nobody delivered it: it was found missing (engine/reconcile.c) */
};

/* The object of §5, all keys always present, in this order: forge name action delivery repository ref before after
 * created deleted forced tag commits_truncated pull_request issue comment sender trusted; then what §5 does not name:
 * review{id, state} release{tag, name, draft, prerelease} check{id, name, status, conclusion, wish}
 * status{context, state, description} workflow_run{id, name, event, status, conclusion, head_branch, head_sha}
 * merge_group{base} workflow schedule inputs client_payload. */
void hook_event_write(const struct hook_event *ev, struct buf *out);
/* 0 = zeros only (40 or 64), the absent object id. */
bool oid_is_zero(const char *oid);
bool oid_sv_is_zero(struct sv oid); /* the same */
bool oid_is_valid(struct sv oid);   /* 40 or 64 lower-case hex digits */
