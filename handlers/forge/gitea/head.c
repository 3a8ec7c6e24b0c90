/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/gitea/gitea.h"
#include "port/hook_head.h"

/* All three families send their predecessors' headers too, so the youngest name comes first. */
static const char *const event_types[] = {"X-Forgejo-Event-Type", "X-Gitea-Event-Type", "X-Gogs-Event-Type", NULL};
static const char *const events[] = {"X-Forgejo-Event", "X-Gitea-Event", "X-Gogs-Event", NULL};
static const char *const deliveries[] = {"X-Forgejo-Delivery", "X-Gitea-Delivery", "X-Gogs-Delivery", NULL};
static const char *const signatures[] = {"X-Forgejo-Signature", "X-Gitea-Signature", "X-Gogs-Signature", NULL};

static enum hook_refusal read_signature(const struct hook_head *h, struct hook_plan *ret)
{
    struct sv plain = head_first(h, signatures);
    if (plain.p)
        return head_read_hex(plain, SV(""), ret);
    return head_read_hex(head_get(h, "X-Hub-Signature-256"), SV("sha256="), ret);
}

enum hook_refusal gitea_read_head(const struct hook_head *h, struct hook_plan *ret)
{
    *ret = (struct hook_plan){0};
    enum hook_refusal why = read_signature(h, ret);
    /* The type is the finer of the two names: pull_request_review_approved against pull_request_approved. */
    struct sv event = head_first_filled(h, event_types);
    if (!event.p)
        event = head_first_filled(h, events);
    if (why == HOOK_OK)
        why = head_read_ids(event, head_first_filled(h, deliveries), ret);
    if (why == HOOK_OK)
        why = head_read_type(h, BODY_JSON_OR_FORM, ret);
    ret->over_payload = ret->form;
    return why;
}
