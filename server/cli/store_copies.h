/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of `fettle store` that copy. Each says what it did and returns an exit code: 3 when a file is no sound
 * database of ours, 4 when there is none, 8 when a server has it or the new file is there already. */
#pragma once
#include "server/cli/list.h"

int store_backup_to(const char *path, const char *to, const struct listing *l);
int store_copy_url(const char *path, const char *url, const struct listing *l);
int store_restore_from(const char *from, const char *path, const struct listing *l);
int store_bring_forward(const char *path, const struct listing *l);
