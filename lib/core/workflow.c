/* SPDX-License-Identifier: Apache-2.0 */
#include "core/workflow.h"

const char *const wf_event_name[] = {
#define X(id, name) [WF_##id] = name,
    WF_EVENTS(X)
#undef X
};
const char *const wf_permission_name[] = {
#define X(id, name) [PERM_##id] = name,
    WF_PERMISSIONS(X)
#undef X
};
const char *const wf_cond_name[] = {"success", "failure", "always", "cancelled", "expr"};

bool workspace_path_ok(struct sv path)
{
    struct sv part;
    if (path.n == 0 || path.n > 1000 || path.p[0] == '/')
        return false;
    for (size_t i = 0; i < path.n; i++)
        if ((unsigned char)path.p[i] < 0x20 || path.p[i] == 0x7f)
            return false;
    while (sv_next(&path, '/', &part))
        if (sv_is(part, ".."))
            return false;
    return true;
}
