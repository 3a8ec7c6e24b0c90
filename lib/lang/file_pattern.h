/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns for files below a folder, as hashFiles() and the cache have them (the toolkit's @actions/glob): segments
 * between slashes with * ? [a-z] [!a-z] and \ escapes, ** for any run of segments; `!` in front takes away again, the
 * order matters; a pattern that names a folder names all that is below it; hidden files are files. Pure. */
#pragma once
#include "base/arena.h"
#include "base/err.h"

struct file_pattern;
struct file_patterns {
    struct file_pattern *at;
    size_t n, cap;
};
enum {
    FILE_PATTERN_LENGTH = 1024, /* of one line */
    FILE_PATTERN_SEGMENTS = 63,
    FILE_PATTERNS = 256
};

/* One pattern a line; empty lines and those that begin with # are passed over. `root` is the folder's absolute path:
 * patterns may begin with it; NULL = none may. -1 ERR_INVALID: a way out of the folder, too long, too many. */
MUST_USE int file_patterns_add(struct file_patterns *l, struct sv lines, struct sv root, struct arena *arena,
                               struct err *e);
/* A file at this path, relative to the folder and without `.` segments, is meant. */
bool file_patterns_match(const struct file_patterns *l, struct sv path);
/* Something below the folder at this path can be meant; "" is the folder itself. */
bool file_patterns_reach(const struct file_patterns *l, struct sv path);
