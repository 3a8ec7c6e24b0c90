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
};

/* The object of §5, all keys always present. */
void hook_event_write(const struct hook_event *ev, struct buf *out);
/* 0 = zeros only (40 or 64), the absent object id. */
bool oid_is_zero(const char *oid);
bool oid_is_valid(struct sv oid); /* 40 or 64 lower-case hex digits */
