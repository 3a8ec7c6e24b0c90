/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/standard/standard.h"
#include "port/hook_head.h"

enum hook_refusal standard_read_head(const struct hook_head *h, struct hook_plan *ret)
{
    *ret = (struct hook_plan){0};
    enum hook_refusal why = head_read_standard(h, ret);
    if (why == HOOK_OK) /* there is no header for the event: the body's `type` says it */
        why = head_read_ids(SV("webhook"), ret->guid, ret);
    if (why == HOOK_OK)
        why = head_read_type(h, BODY_JSON, ret);
    return why;
}
