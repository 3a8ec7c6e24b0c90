/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/github/github.h"
#include "port/hook_head.h"

enum hook_refusal github_read_head(const struct hook_head *h, struct hook_plan *ret)
{
    *ret = (struct hook_plan){0};
    enum hook_refusal why = head_read_hex(head_get(h, "X-Hub-Signature-256"), SV("sha256="), ret);
    if (why == HOOK_OK)
        why = head_read_ids(head_get(h, "X-GitHub-Event"), head_get(h, "X-GitHub-Delivery"), ret);
    if (why == HOOK_OK)
        why = head_read_type(h, BODY_JSON_OR_FORM, ret);
    if (!sv_int(head_get(h, "X-GitHub-Hook-ID"), &ret->hook_id) || ret->hook_id < 0)
        ret->hook_id = 0;
    return why;
}
