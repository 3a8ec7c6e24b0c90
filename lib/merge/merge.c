/* SPDX-License-Identifier: Apache-2.0 */
#include "merge/merge.h"

const char *merge_rule_name(enum merge_rule r)
{
    static const char *const names[] = {
#define X(name, text) [MERGE_##name] = text,
        MERGE_RULES(X)
#undef X
    };
    return names[r];
}

void merge_result_free(struct merge_result *r)
{
    buf_free(&r->text);
    VEC_FREE(&r->left);
    for (size_t i = 0; i < r->used.n; i++)
        mem_free(r->used.at[i]);
    VEC_FREE(&r->used);
}
