/* SPDX-License-Identifier: Apache-2.0 */
/* The files that patterns name below a folder that strangers have written, in the order of the names within each
 * folder (bytes compared). A link is followed to a file that lies below the folder too, never out of it and never to a
 * folder, also when somebody changes it meanwhile. Blocking: not for loop threads. */
#pragma once
#include <sys/stat.h>
#include "base/err.h"
#include "lang/file_pattern.h"

enum { WALK_ENTRIES = 1000000, WALK_DEPTH = 200 };

/* A regular file, open; `path` is relative to the folder. -1 with *e ends the walk. */
typedef int walked_fn(void *ctx, const char *path, int fd, const struct stat *st, struct err *e);
/* Everything below the open folder `dir`; `entries` files and folders are looked at (0 = WALK_ENTRIES). -1: ERR_INVALID
 * for a limit, else from errno or of fn. */
MUST_USE int walk_files(int dir, const struct file_patterns *p, size_t entries, walked_fn *fn, void *ctx,
                        struct err *e);
