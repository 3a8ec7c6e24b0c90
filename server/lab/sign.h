/* SPDX-License-Identifier: Apache-2.0 */
/* The heads of webhooks as the forges send them: event, ids, signature. Pure but for fresh ids. */
#pragma once
#include "base/clk.h"
#include "base/err.h"
#include "base/vec.h"

enum hook_sender { SENDER_GITHUB, SENDER_GITLAB, SENDER_GITEA, SENDER_FORGEJO, SENDER_STANDARD, SENDERS };
bool hook_sender_find(struct sv name, enum hook_sender *ret);

enum { SIGN_SYSTEM = 1 /* GitLab: a system hook */, SIGN_FORM = 2, SIGN_STANDARD = 4 /* GitLab: its signing token */ };
struct hook_sign {
    enum hook_sender sender;
    unsigned flags;
    struct sv event;  /* the event header; Gitea: the value of X-Gitea-Event-Type */
    struct sv secret; /* SIGN_STANDARD and SENDER_STANDARD: "whsec_" and base64 */
    struct sv id;
    msec_t now;
    /* What is made up where it is absent: the hook's number, the kind and number of what it belongs to (GitHub), the
     * ids of the event and of this try (GitLab). */
    struct sv hook, target_kind, target, event_uuid, try_uuid;
};

/* A fresh random UUID, 36 characters and a NUL. */
void fresh_uuid(char ret[37]);
/* "Name: value" each, owned by the caller, and the body as it is sent. ERR_INVALID for a secret that is no key. */
MUST_USE int hook_write(const struct hook_sign *s, struct sv payload, struct buf *ret_headers, struct buf *ret_body,
                        struct err *e);
