/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for the open change of a branch: what the forges have in common. Pure. */
#pragma once
#include "fmt/json.h"
#include "port/forge.h"

struct change_words { /* where a row of the list has it; paths end with NULL */
    const char *number, *branch[3], *sha[3], *head_repo[4], *base_repo[4];
};
/* As forge_ops.read_change, over a list. Changes from forks are passed over. */
MUST_USE int change_read(const struct api_reply *r, const struct change_words *w, const char *branch,
                         int64_t *ret_number, char ret_sha[65], struct err *e);
