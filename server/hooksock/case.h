/* SPDX-License-Identifier: Apache-2.0 */
/* One call at the desk. Engine thread; the pool's threads read what does not change while their task runs. Private to
 * desk*.c. */
#pragma once
#include "base/map.h"
#include "base/vec.h"
#include "server/host.h"

struct hook_run {              /* that judges it, and what of it was told */
    int64_t id, step, attempt; /* the last failed step and its attempt, for its words */
};

struct hook_case {
    struct list node; /* of desk->all */
    struct hook_desk *desk;
    int64_t no;
    struct mailbox *reply;
    struct hook_caller caller;
    struct arena arena; /* call, repository */
    struct hook_call call;
    struct course course;
    const char *repo_id, *forge, *path, *default_branch; /* NULL = not found (yet) */
    struct sv *tips;                                     /* the new ids, each once */
    size_t n_tips;
    bool fetched;
    _Atomic bool gone; /* nobody waits: what is under way ends, and nothing new begins */
    int under_way;     /* tasks and deliveries that come back to it */
    int64_t *deliveries;
    size_t *runs_seen; /* of each of them */
    VEC(struct hook_run) runs;
    size_t lines; /* of progress */
    struct timer *timer;
};

struct hook_desk {
    struct app *app;
    struct mailbox *asks;
    struct watch *watch;
    struct list all;    /* cases, also those that are over and wait for what is under way */
    struct map cases;   /* no -> case */
    struct map fetches; /* repository -> struct hook_fetch */
};

/* desk.c */
void case_go(struct hook_case *c, enum course_step step);
/* A task or a delivery came back. False: nobody waits for it, and the case may be gone now. */
bool case_back(struct hook_case *c);
void case_text(struct hook_case *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct hook_case *case_of(struct hook_desk *d, int64_t no); /* NULL: it is over */

/* desk_git.c: each ends in case_go. */
void case_find(struct hook_case *c);
void case_take(struct hook_case *c, int fd);
void fetches_free(struct map *fetches);

/* desk_told.c: lines of progress */
void case_runs(struct hook_case *c, size_t ref, const struct engine_verdict *v);
void case_verdict_text(struct hook_case *c, const struct engine_verdict *v);
