/* SPDX-License-Identifier: Apache-2.0 */
/* Where the credentials of calls and of git come from: the token of the configuration, or one that a GitHub App makes
 * for one repository, kept while it holds and made once however many wait for it; for what is the App's and no
 * repository's (USE_APP), its own, signed for each call. Engine thread. */
#pragma once
#include "config/conf.h"
#include "http/client.h"

struct loop;
struct credentials;

struct credential {
    struct sv token;               /* borrowed for the call; absent = there is none, which is no failure */
    int64_t generation;            /* of an App's token; 0 = it is that of the configuration */
    bool stopping;                 /* the server ends: only free what waited */
    const struct err *failed;      /* not NULL: none can be had, with the reason */
    const struct api_reply *limit; /* with it: the forge's answer, where it says how long to wait */
};
/* Called once for each credential_get: from inside of it when there is a token, never when there is none to be had. */
typedef void credential_fn(void *ctx, const struct credential *c);

struct credentials *credentials_new(struct loop *l, struct http_client *client);
void credentials_free(struct credentials **c); /* whoever waits hears `stopping` */

/* f: NULL = it left the configuration, then there is none. repo: path at the forge, copied. */
void credential_get(struct credentials *c, const struct conf_forge *f, struct sv repo, enum credential_use use,
                    credential_fn *fn, void *ctx);
/* The forge refused it (401, in those words; NULL = they are not known). True: another one can be had at once. */
bool credential_refused(struct credentials *c, const struct conf_forge *f, struct sv repo, enum credential_use use,
                        int64_t generation, const struct api_reply *r);
