/* SPDX-License-Identifier: Apache-2.0 */
/* What the core asks of a forge about Apps: the requests that lead to a token for one repository. Pure, any thread. */
#pragma once
#include "port/forge.h"

struct forge_installation { /* of an App */
    int64_t id;
    struct buf permissions; /* a JSON object: what was granted to it */
};

/* Forges where a program signs in as itself, an App, and gets tokens of short life for one repository. What is asked
 * here is asked with the App's own token (fmt/jwt.h) as authorization. */
struct forge_app_ops {
    /* Which installation has that repository; a known one is asked for by its id (else 0). */
    void (*ask_installation)(const char *repo, int64_t known, struct api_request *ret);
    /* 0, or -1 as read_member, ERR_MISSING: the App is not installed there. */
    int (*read_installation)(const struct api_reply *r, struct forge_installation *ret, struct err *e);
    /* A token for that repository alone and for no more than the use needs and was granted. -1 ERR_DENIED: nothing of
     * it was granted. */
    int (*ask_token)(const struct forge_installation *i, const char *repo, enum credential_use use,
                     struct api_request *ret, struct err *e);
    int (*read_token)(const struct api_reply *r, struct buf *ret_token, msec_t *ret_expires, struct err *e);
    /* The App's own token was refused because of the times in it. */
    bool (*clock_is_off)(const struct api_reply *r);
};
