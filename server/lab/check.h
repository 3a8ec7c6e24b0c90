/* SPDX-License-Identifier: Apache-2.0 */
/* Check runs of the emulated GitHub; see world.h. */
#pragma once
#include "server/lab/world.h"

struct lab_note {
    const char *path, *level, *title, *message; /* title may be NULL */
    int64_t start_line, end_line, start_column, end_column; /* columns: 0 = none */
};

struct lab_check { /* a check run */
    int64_t id;
    const char *sha, *name, *external_id, *details_url, *status, *conclusion, *title, *summary, *text;
    msec_t started, completed;   /* completed: 0 = not yet */
    VEC(struct lab_note) notes;  /* in the order they came */
    VEC(const char *) history;   /* every status that was accepted, in order */
};

struct lab_check *check_add(struct lab_world *w, struct lab_repo *r, struct sv sha, struct sv name, msec_t now);
struct lab_check *check_find(const struct lab_repo *r, struct sv id); /* NULL if there is none */
void check_set(struct lab_world *w, struct lab_check *c, struct sv status, struct sv conclusion, msec_t now);
void checks_free(struct lab_repo *r);

void note_put(const struct lab_note *n, struct jout *j);
/* For tests: all that is known of it, as one object. */
void check_state(const struct lab_repo *r, const struct lab_check *c, struct jout *j);
