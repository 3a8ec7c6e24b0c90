/* SPDX-License-Identifier: Apache-2.0 */
/* Which files of a job go into an archive: the names alone; what is in them a process of the job's own reads. Blocking.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

enum pick_what {
    PICK_ALL = 0,
    PICK_FOLDERS = 1,   /* folders too; else files alone, and links that lead to one */
    PICK_NO_HIDDEN = 2, /* nothing whose name begins with a dot, or that lies in such a folder */
};

struct pick_place {
    const char *work, *home; /* absolute, folders beside each other */
};

struct picked {
    struct arena arena;
    VEC(const char *) paths; /* "<name of work or home>/<path>", in order */
    const char *root; /* what all lie below, of the same form: where the patterns begin (upload-artifact's rule) */
    size_t files, left_out;  /* left_out: links that lead out of the folder, or nowhere */
};
void picked_free(struct picked *p);

/* patterns: lines as lang/file_pattern.h has them, from the workspace, or with ~ from the home. -1: ERR_INVALID for
 * a pattern that leads elsewhere and for too many files. */
MUST_USE int pick_files(const struct pick_place *at, const char *patterns, unsigned what, struct picked *ret,
                        struct err *e);
