/* SPDX-License-Identifier: Apache-2.0 */
/* What was seen of the forges: events that were taken, and the state of their repositories. Private to lib/engine.
 *
 * The state follows events when they are taken and looks at the forge (reconcile.c). Events may be missing and may come
 * in any order: a step that does not begin where the ref is waits, and a look that finds the end of one believes it. */
#pragma once
#include "engine/state.h"

#define SEEN_CLOSED "closed" /* in place of the head of a change */

struct seen_ref {
    struct seen_ref_row row; /* text is its own */
    int64_t delivery;        /* the newest that moved it */
    unsigned mark;           /* of the last look that saw it */
};

struct doubt {    /* a look saw something that no event has told of (yet) */
    char sha[65]; /* "" = it was not there */
    msec_t since;
    unsigned mark; /* of the last look that saw it so */
};

struct seen_repo {
    struct seen_repo_row row; /* text is its own; row.forge_id is never 0 */
    const char *configured;   /* its id in repositories.yaml, "github:acme/backend"; NULL = it is not there */
    struct map refs;          /* name -> struct seen_ref * */
    struct map doubts;        /* name -> struct doubt * */
    unsigned looks;
};

enum same_verdict {
    SAME_NEW,
    SAME_AS_ANOTHER /* to be ignored, for the reason given */
};

/* Asked once for each decoded delivery, which is written down as taken: *ret_reason lives in the delivery's arena. */
enum same_verdict same_check(struct engine *e, struct undecided *u, const char **ret_reason);
void same_made(struct engine *e, const struct hook_event *ev); /* one is about to be made up */
void same_init(struct engine *e);
void same_adopt(struct engine *e, const struct open_work *w);
void same_committed(struct engine *e, int64_t seq);
void same_free(struct engine *e);

void seen_adopt(struct engine *e, const struct open_work *w);
void seen_conf(struct engine *e); /* repositories.yaml is another one */
void seen_free(struct engine *e);
/* That of the event; made when it is new and the event says its number; NULL = it does not. */
struct seen_repo *seen_of_event(struct engine *e, const struct hook_event *ev);
struct seen_repo *seen_configured(const struct engine *e, const char *repo_id); /* NULL = not seen yet */
struct seen_repo *seen_find(const struct engine *e, const char *forge, int64_t forge_id);
struct seen_repo *seen_learn(struct engine *e, const char *forge, int64_t forge_id, const char *path);
struct seen_ref *seen_ref_of(const struct seen_repo *r, const char *name); /* NULL = not known */
/* sha NULL = it is gone. loose: as of struct seen_ref_row. */
void seen_ref_set(struct engine *e, struct seen_repo *r, const char *name, const char *sha, const char *loose,
                  const char *base);
/* An event told of this end, but not of the way there. */
bool seen_has_loose(const struct seen_ref *x, const char *after);
/* follow.c: the forge says that it is elsewhere, that it is deleted, that it is there. */
enum seen_is { SEEN_THERE, SEEN_GONE };
void seen_moved(struct engine *e, struct seen_repo *r, const char *path);
void seen_gone(struct engine *e, struct seen_repo *r, enum seen_is what);
/* An event's repository under the name that repositories.yaml has for it. A reason to ignore the event, or NULL. */
const char *seen_follow(struct engine *e, struct undecided *u);
/* Where what is configured as forge:path is now, as far as is known; borrowed until it moves. */
const char *seen_path(const struct engine *e, const char *forge, const char *path);
bool seen_is_gone(const struct engine *e, const char *forge, const char *path);
void seen_repo_record(struct engine *e, const struct seen_repo *r);
/* The state after an event that was taken. */
void seen_event(struct engine *e, const struct hook_event *ev, int64_t delivery);
