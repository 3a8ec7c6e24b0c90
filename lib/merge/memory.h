/* SPDX-License-Identifier: Apache-2.0 */
/* What names a conflict, so that its resolution is found when it comes again. Pure. */
#pragma once
#include "merge/merge.h"

/* SHA-256 over the name of the file (not its folder) and the three texts of the hunk, the sides in the order of their
 * bytes: who merges whom makes no difference. NUL-terminated hex. */
void merge_key(const char *path, struct sv base, struct sv ours, struct sv theirs, char ret[MERGE_KEY_LEN + 1]);
