/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/yaml.h"

const struct ynode *ynode_get(const struct ynode *map, const char *key)
{
    if (!map || map->kind != Y_MAP)
        return NULL;
    for (size_t i = 0; i < map->n; i++)
        if (sv_is(map->keys[i]->text, key))
            return map->items[i];
    return NULL;
}

static bool is_one_of(const struct ynode *n, const char *const *words)
{
    if (!n || n->kind != Y_SCALAR || !n->plain)
        return false;
    for (; *words; words++)
        if (sv_is(n->text, *words))
            return true;
    return false;
}

bool ynode_is_null(const struct ynode *n)
{
    return is_one_of(n, (const char *const[]){"", "~", "null", "Null", "NULL", NULL});
}

bool ynode_bool(const struct ynode *n, bool *ret)
{
    bool yes = is_one_of(n, (const char *const[]){"true", "True", "TRUE", NULL});
    if (!yes && !is_one_of(n, (const char *const[]){"false", "False", "FALSE", NULL}))
        return false;
    *ret = yes;
    return true;
}

bool ynode_int(const struct ynode *n, int64_t *ret)
{
    if (!n || n->kind != Y_SCALAR || !n->plain)
        return false;
    struct sv text = n->text;
    bool negative = sv_starts(text, SV("-"));
    struct sv digits = negative || sv_starts(text, SV("+")) ? sv_from(text, 1) : text;
    if (sv_starts(digits, SV("-")))
        return false;
    while (digits.n > 1 && digits.p[0] == '0')
        digits = sv_from(digits, 1);
    if (!negative)
        return sv_int(digits, ret);
    /* The smallest number has no positive twin, so the sign goes with the digits. */
    char signed_text[24] = "-";
    if (digits.n > sizeof signed_text - 2)
        return false;
    memcpy(signed_text + 1, digits.p, digits.n);
    return sv_int(sv_n(signed_text, digits.n + 1), ret);
}
