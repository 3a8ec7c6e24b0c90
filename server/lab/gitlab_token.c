/* SPDX-License-Identifier: Apache-2.0 */
/* The token that asks, as GitLab describes it. */
#include "server/lab/call.h"

static void get_token(struct lab_call *c)
{
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kint(j, "id", 1);
    jout_kstrz(j, "name", "lab");
    jout_kbool(j, "active", true);
    jout_kstrz(j, "expires_at", c->world->token_ends);
    jout_close(j, '}');
}

const struct lab_row gitlab_token_tops[] = {{"GET", "personal_access_tokens/self", get_token}, {NULL, NULL, NULL}};
