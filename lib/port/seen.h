/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of what was seen of the forges: which events were taken, and the state of their repositories. Repositories are
 * named by the forge's own number, which survives renaming. */
#pragma once
#include "base/clk.h"
#include "core/same_event.h"

struct same_row { /* an event that was taken; kept as long as the keys of deliveries */
    uint8_t key[SAME_KEY];
    int64_t delivery; /* the first that told of it */
    msec_t at;        /* when that happened */
};

struct made_row { /* an event that was made up, by what it leaves behind */
    uint8_t tip[SAME_KEY];
    int64_t delivery; /* 0 = not stored yet */
    int64_t real;     /* the forge's own word, which came after all; 0 = it has not */
    msec_t at;
};

struct seen_repo_row {
    const char *forge; /* configured name */
    int64_t forge_id;
    const char *path;     /* its newest */
    msec_t looked_at;     /* when its whole state was seen last; 0 = never, so that nothing can be missing */
    bool gone;            /* deleted at the forge */
    const char *known_as; /* its id in repositories.yaml, which may have its old name; NULL = never was there */
};

struct seen_ref_row {
    const char *forge;
    int64_t forge_id;
    const char *name;  /* "refs/heads/x", "change/7" (an open one) */
    const char *sha;   /* its tip or head; NULL = it is not there any more: the row goes */
    const char *loose; /* steps that events told of and that do not reach it: "before>after …"; NULL = none */
    const char *base;  /* of a change: the branch it is for */
    msec_t at;         /* of the event or look that said so */
};
