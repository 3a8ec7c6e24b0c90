/* SPDX-License-Identifier: Apache-2.0 */
#include "handlers/forge/internal/internal.h"

enum talk_next internal_talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                             struct api_request *ret_request, struct err *e)
{
    (void)t, (void)reply, (void)ret_request;
    err_set(e, ERR_INVALID, "%s is this server itself: nothing can be posted to it", x->forge);
    return TALK_DEAD;
}

/* No request is ever made, and no repository lives here: both leave `out` as it is. */
void internal_authorize(struct sv token, struct buf *out)
{
    (void)token, (void)out;
}

void internal_clone_url(struct sv api_base, struct sv path, struct buf *out)
{
    (void)api_base, (void)path, (void)out;
}

const struct forge_ops forge_internal = {
    .kind = "internal",
    .default_url = NULL,
    .read_head = NULL,
    .decode = internal_decode,
    .talk = internal_talk,
    .authorize = internal_authorize,
    .clone_url = internal_clone_url,
    .git_user = "git",
};
