/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/standard/standard.h"

enum talk_next standard_talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                             struct api_request *ret_request, struct err *e)
{
    (void)t, (void)reply, (void)ret_request;
    err_set(e, ERR_INVALID, "%s only sends Standard Webhooks: nothing can be posted to it", x->forge);
    return TALK_DEAD;
}

/* No request is ever made, and no repository lives there: both leave `out` as it is. */
void standard_authorize(struct sv token, struct buf *out)
{
    (void)token, (void)out;
}

void standard_clone_url(struct sv api_base, struct sv path, struct buf *out)
{
    (void)api_base, (void)path, (void)out;
}

const struct forge_ops forge_standard = {
    .kind = "standard",
    .default_url = NULL,
    .read_head = standard_read_head,
    .decode = standard_decode,
    .talk = standard_talk,
    .authorize = standard_authorize,
    .clone_url = standard_clone_url,
    .git_user = "git",
};
