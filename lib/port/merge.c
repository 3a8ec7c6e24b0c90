/* SPDX-License-Identifier: Apache-2.0 */
#include "port/merge.h"

const char *merge_state_name(enum merge_state s)
{
    static const char *const names[] = {
        [MERGE_NOTHING] = "nothing-to-do",
        [MERGE_MERGED] = "merged",
        [MERGE_RESOLVED] = "resolved",
        [MERGE_UNRESOLVED] = "unresolved",
    };
    return names[s];
}
