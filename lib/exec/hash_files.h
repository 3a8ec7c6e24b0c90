/* SPDX-License-Identifier: Apache-2.0 */
/* hashFiles(): SHA-256 over the SHA-256 digests of the files that patterns name, in the order of the names within each
 * folder (bytes compared), as GitHub's runner does it. Blocking: it reads the files; not for loop threads. */
#pragma once
#include "base/err.h"
#include "lang/file_pattern.h"

struct hash_limits {
    size_t entries; /* files and folders looked at; 0 = WALK_ENTRIES */
    uint64_t bytes; /* read; 0 = HASH_BYTES */
};
#define HASH_BYTES ((uint64_t)16 << 30)

/* Everything below the open folder `dir`, see exec/walk_files.h. Appends 64 hex digits, or nothing when no file is
 * meant. -1: ERR_INVALID for a limit, else from errno. */
MUST_USE int hash_files(int dir, const struct file_patterns *p, const struct hash_limits *limits, struct buf *ret,
                        struct err *e);
