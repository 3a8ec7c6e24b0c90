/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine asks its host to do. Part of engine/engine.h. */
#pragma once
#include "base/vec.h"
#include "engine/foresight.h"
#include "engine/gather.h"
#include "port/action.h"
#include "port/exec.h"
#include "port/forge.h"
#include "port/merge.h"
#include "port/store.h"

enum engine_action_kind {
    ACT_DECODE,
    ACT_GATHER,
    ACT_START,
    ACT_CHECKOUT,
    ACT_ARCHIVE,
    ACT_HASH_FILES,
    ACT_SNAPSHOT,
    ACT_RESTORE,
    ACT_KILL,
    ACT_SETTLED,
    ACT_CALL,
    ACT_ASK,
    ACT_FIND,
    ACT_LOOK,
    ACT_TAKE_IN,
    ACT_DELIVER,
    ACT_LOOKAHEAD,
    ACT_MERGE,
    ACT_LEARN,
    ACT_PUSH,
    ACT_FORGET_JOB
};

struct engine_action {
    enum engine_action_kind kind;
    union {
        int64_t delivery;            /* ACT_DECODE */
        struct gather *gather;       /* ACT_GATHER: given to the host until EV_GATHERED */
        struct foresight *foresight; /* ACT_LOOKAHEAD: given to the host until EV_LOOKAHEAD; soon, or it is late */
        struct {                     /* ACT_START, ACT_ARCHIVE; text lives until the run is forgotten */
            struct exec_spec spec;   /* ACT_ARCHIVE: without script, path and environment */
            struct arena *arena;     /* given to the host: owns the environment; freed with engine_start_done */
            const struct archive_want *archive; /* ACT_ARCHIVE; both in the arena */
            const struct archive_scopes *scopes;
        } start;
        struct {
            int64_t attempt, job;
            const char *repo_id, *commit, *path; /* path NULL = the workspace itself */
            int64_t depth;
        } checkout;
        struct {                         /* ACT_HASH_FILES: hashFiles() in the workspace of a job; EV_HASHED answers */
            int64_t job, workspace;      /* who asks, and whose workspace it is */
            const char *key;             /* both live until the answer */
            const char *const *patterns; /* NULL at the end */
        } hash;
        struct { /* ACT_SNAPSHOT: of the workspace of a job, behind a step; EV_KEPT answers */
            int64_t job;
            int step;
            const char *const *borrowed; /* repositories that have some of it, NULL at the end; lives with the run */
        } snapshot;
        struct {               /* ACT_RESTORE: the workspace of a job becomes what it was then; EV_RESTORED answers */
            int64_t job, from; /* from: whose snapshot it is */
            const char *tree;  /* lives until the answer */
        } restore;
        int64_t attempt; /* ACT_KILL, ACT_SETTLED */
        struct {
            int64_t effect;
            const char *forge;          /* configured name; lives as long as the configuration */
            struct api_request request; /* given to the host: api_request_done */
        } call;
        struct { /* ACT_ASK: what the sender of a delivery may do; EV_ASKED answers */
            int64_t delivery;
            const char *forge;          /* as of call */
            struct api_request request; /* given to the host: api_request_done */
        } ask;
        struct { /* ACT_FIND: the newest run of each workflow about a change, or a commit; EV_FOUND answers */
            int64_t delivery;          /* names who asks; the texts live until the answer */
            const char *repo_id;       /* of the run's event */
            int64_t change;            /* 0 = by sha */
            const char *sha, *context; /* context NULL = any */
        } find;
        struct { /* ACT_LOOK: what nobody told us; EV_LOOKED answers */
            int64_t talk;
            const char *forge;          /* lives as long as the engine */
            struct api_request request; /* given to the host: api_request_done */
        } look;
        struct { /* ACT_TAKE_IN: a delivery that was found at the forge, for the store; EV_TAKEN_IN answers. Text lives
                    until the action was carried out */
            int64_t talk;
            const char *forge, *kind, *hook, *event, *guid;
            bool system;
            struct sv payload;
            msec_t at; /* when it was sent; 0 = not known */
        } take_in;
        struct { /* ACT_DELIVER: a delivery of kind "internal" for the store; text lives until EV_DELIVERED */
            int64_t effect;
            const char *guid, *event, *payload;
            bool made_up;      /* in place of one that never came */
            const char *trace; /* NULL = one of its own */
        } deliver;
        struct { /* ACT_MERGE: theirs is fetched and merged with ours; EV_MERGED answers. Text lives until then */
            int64_t id; /* names who asks */
            struct merge_want want;
        } merge;
        struct { /* ACT_LEARN: from a merge commit of a person; EV_LEARNED answers. Text as above */
            int64_t id;
            const char *repo_id, *commit;
        } learn;
        struct { /* ACT_PUSH: compare-and-swap at the forge; EV_PUSHED answers. Text as above */
            int64_t id;
            const char *repo_id;
            struct merge_push push;
        } push;
        int64_t job; /* ACT_FORGET_JOB */
    };
};
