/* SPDX-License-Identifier: Apache-2.0 */
/* Files with crash semantics. Blocking: not for loop threads, except small local files at start. */
#pragma once
#include "base/err.h"
#include "base/str.h"

/* Appends the whole file to *ret. ERR_INVALID when it is larger than max; ERR_MISSING when absent. -1 on error. */
MUST_USE int file_read(const char *path, size_t max, struct buf *ret, struct err *e);
/* tmp, fsync, rename, fsync of the folder: after 0 the content survives a power loss, whole or not at all. */
MUST_USE int file_write_durable(const char *path, struct sv content, unsigned mode, struct err *e);
/* Plain create-or-truncate, no sync: for what may be lost in a crash. */
MUST_USE int file_write(const char *path, struct sv content, unsigned mode, struct err *e);
/* mkdir -p with mode 0700; existing folders are fine. */
MUST_USE int file_make_dirs(const char *path, struct err *e);
MUST_USE int file_sync_dir(const char *path, struct err *e);
/* rm -rf that does not follow links; an absent path is fine. */
MUST_USE int file_remove_tree(const char *path, struct err *e);
bool file_exists(const char *path);
/* All of n bytes or -1 with errno. Retries EINTR. */
int fd_write_all(int fd, const void *p, size_t n);
