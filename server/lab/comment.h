/* SPDX-License-Identifier: Apache-2.0 */
/* Comments beneath issues and changes of an emulated repository: issue comments, notes. Pure; one thread; all memory is
 * the world's. */
#pragma once
#include "server/lab/world.h"

struct lab_comment {
    int64_t id;               /* counted for the whole forge's world */
    struct lab_issue *thread; /* ->change tells an issue from a change */
    const char *body, *author;
    msec_t created, updated;
    int edits;
};

struct lab_comment *comment_add(struct lab_world *w, struct lab_repo *r, struct lab_issue *thread, struct sv body,
                                const char *author, msec_t now);
struct lab_comment *comment_find(const struct lab_repo *r, int64_t id); /* NULL if there is none */
void comment_edit(struct lab_world *w, struct lab_comment *m, struct sv body, msec_t now);
void comment_drop(struct lab_repo *r, const struct lab_comment *m);
/* Those of one thread, oldest first. mem_free. */
size_t comments_of(const struct lab_repo *r, const struct lab_issue *thread, struct lab_comment ***ret);
/* For tests: a member "comments" of an open object. */
void comments_state(const struct lab_world *w, struct jout *j);
