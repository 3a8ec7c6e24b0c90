/* SPDX-License-Identifier: Apache-2.0 */
#include "core/repo.h"

const struct repo *repo_by_alias(const struct repo_set *s, struct sv alias)
{
    for (size_t i = 0; i < s->n; i++)
        if (sv_is(alias, s->at[i].alias))
            return &s->at[i];
    return NULL;
}

const struct repo *repo_by_id(const struct repo_set *s, struct sv id)
{
    for (size_t i = 0; i < s->n; i++)
        if (sv_is(id, s->at[i].id))
            return &s->at[i];
    return NULL;
}
