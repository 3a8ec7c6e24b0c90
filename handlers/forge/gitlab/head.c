/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/gitlab/gitlab.h"
#include "port/hook_head.h"

static enum hook_refusal read_token(const struct hook_head *h, struct hook_plan *ret)
{
    ret->scheme = SCHEME_TOKEN;
    ret->token = head_get(h, "X-Gitlab-Token");
    return ret->token.n ? HOOK_OK : HOOK_NO_SIGNATURE;
}

enum hook_refusal gitlab_read_head(const struct hook_head *h, struct hook_plan *ret)
{
    *ret = (struct hook_plan){0};
    /* A signature that is there must hold: the plain token beside it is no second chance. */
    enum hook_refusal why = head_get(h, "webhook-signature").p ? head_read_standard(h, ret) : read_token(h, ret);
    /* X-Gitlab-Event-UUID is shared between events and X-Gitlab-Webhook-UUID is new at each try: neither is an id. */
    struct sv guid = ret->guid.p ? ret->guid : head_get(h, "Idempotency-Key");
    if (why == HOOK_OK)
        why = head_read_ids(head_get(h, "X-Gitlab-Event"), guid, ret);
    if (why == HOOK_OK)
        why = head_read_type(h, BODY_JSON, ret);
    return why;
}
