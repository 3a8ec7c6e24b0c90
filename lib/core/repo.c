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

const struct repo *repo_by_word(const struct repo_set *s, struct sv word, struct sv forge)
{
    const struct repo *found = repo_by_alias(s, word);
    for (size_t i = 0; !found && i < s->n; i++)
        if (sv_ieq(word, sv_of(s->at[i].path)) && sv_is(forge, s->at[i].forge))
            found = &s->at[i];
    for (size_t i = 0; !found && i < s->n; i++)
        if (sv_ieq(word, sv_of(s->at[i].path)))
            found = &s->at[i];
    return found;
}
