/* SPDX-License-Identifier: Apache-2.0 */
#include "core/member.h"

const char *const member_level_name[] = {
#define X(id, name) [MEMBER_##id] = name,
    MEMBER_LEVELS(X)
#undef X
};

bool member_level_of(struct sv word, enum member_level *ret)
{
    for (int i = 0; i < MEMBER_LEVEL_N; i++)
        if (sv_is(word, member_level_name[i])) {
            *ret = (enum member_level)i;
            return true;
        }
    return false;
}
