/* SPDX-License-Identifier: Apache-2.0 */
/* What a person may do in a repository, on one scale for all forges (words of GitHub's roles). Pure. */
#pragma once
#include "base/str.h"

#define MEMBER_LEVELS(X)                                                                                               \
    X(NONE, "none") X(READ, "read") X(TRIAGE, "triage") X(WRITE, "write") X(MAINTAIN, "maintain") X(ADMIN, "admin")
enum member_level {
#define X(id, name) MEMBER_##id,
    MEMBER_LEVELS(X)
#undef X
        MEMBER_LEVEL_N
};
extern const char *const member_level_name[];
/* False for a word that is no level; *ret is then untouched. */
bool member_level_of(struct sv word, enum member_level *ret);
