/* SPDX-License-Identifier: Apache-2.0 */
/* A status at a repository without an API is a line of a git note. The request is for the host, which carries it out
 * with git on a pool thread (port/local_talk.h); it is answered as a forge would answer. */
#include "handlers/forge/bare/bare.h"
#include "port/local_talk.h"

enum talk_next bare_talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                         struct api_request *ret_request, struct err *e)
{
    (void)t;
    if (x->kind != EFFECT_STATUS) {
        err_set(e, ERR_INVALID, "a bare repository takes statuses (as git notes) and nothing else: no %s",
                effect_kind_name[x->kind]);
        return TALK_DEAD;
    }
    if (!reply) {
        local_note(x, ret_request);
        return TALK_CALL;
    }
    if (reply->status == 200)
        return TALK_SENT;
    return talk_refused(x, reply, TURN_REPEATS, e);
}
