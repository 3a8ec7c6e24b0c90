/* SPDX-License-Identifier: Apache-2.0 */
/* What repositories look like at a forge: branches, tags and open changes. A conversation of reading requests about a
 * few repositories; a forge reads many at once or one after another. Pure. */
#pragma once
#include "core/hook_event.h"
#include "fmt/json.h"
#include "port/talk.h"

enum { LOOK_REPOS = 20, LOOK_CALLS = 400 };

struct look_ref {
    const char *name;           /* refs/heads/x, refs/tags/x, change/7 */
    const char *sha;            /* tip or head: a tag object's where the tag has one, as in pushes */
    struct event_change change; /* of an open change: as far as the forge says it; else not present */
    const char *ref;            /* of its head: refs/pull/7/head */
};

struct look_repo {
    const char *path; /* in: where it is thought to be */
    int64_t id;       /* in and out: the forge's number, 0 = not known */
    /* out: */
    const char *path_now, *default_branch;
    enum tristate is_private;
    VEC(struct look_ref) refs;
    bool whole;          /* everything was read */
    bool gone;           /* there is none, or our credential may not see it */
    const char *problem; /* why it is neither */
    /* the forge's own: */
    const char *cursors[3];
    bool read[3];
};

enum look_tags { LOOK_NO_TAGS, LOOK_TAGS };
struct look {
    struct arena arena; /* of all text; freed with look_free */
    struct look_repo repos[LOOK_REPOS];
    size_t n;
    enum look_tags tags;
    unsigned calls;
    /* the forge's own: */
    size_t at;
    int stage;
    const char *next;
};
void look_add(struct look *l, struct look_repo *r, const char *name, const char *sha); /* text is copied, or dropped */
void look_free(struct look *l);                                                        /* what is in it */

/* ---- forges with a list for each: the turns of one repository, in order ---- */

struct look_turn {
    enum look_tags only;                                      /* LOOK_TAGS: where tags are looked at */
    void (*ask)(const struct look_repo *r, struct buf *path); /* of the first page; later ones by Link */
    int (*read)(struct look *l, struct look_repo *r, const struct jval *root, struct err *e);
};
/* As look of struct forge_ops; turns end with one whose ask is NULL. */
enum talk_next look_lists(const struct talk_dialect *d, const struct look_turn *turns, struct look *l,
                          const struct api_reply *reply, struct api_request *ret, struct err *e);
