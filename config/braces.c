/* SPDX-License-Identifier: Apache-2.0 */
#include "config/braces.h"

enum braces braces_next(struct sv raw, size_t from, struct braces_at *ret)
{
    ptrdiff_t open = sv_find(sv_from(raw, from), SV("${{"));
    bool quoted = false;
    if (open < 0)
        return BRACES_NONE;
    ret->from = from + (size_t)open;
    for (size_t i = ret->from + 3; i < raw.n; i++) {
        if (raw.p[i] == '\'')
            quoted = !quoted;
        if (quoted || raw.p[i] != '}' || i + 1 >= raw.n || raw.p[i + 1] != '}')
            continue;
        ret->to = i + 2;
        ret->inner = sv_cut(sv_from(raw, ret->from + 3), i - ret->from - 3);
        return BRACES_FOUND;
    }
    return BRACES_OPEN;
}

struct sv braces_strip(struct sv raw)
{
    struct braces_at at;
    struct sv s = sv_trim(raw);
    if (braces_next(s, 0, &at) == BRACES_FOUND && at.from == 0 && at.to == s.n)
        return sv_trim(at.inner);
    return s;
}
