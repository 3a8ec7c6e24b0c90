/* SPDX-License-Identifier: Apache-2.0 */
/* GitLab API v4, "Personal access tokens": details of the token that asks; also of project and group tokens, which are
 * those of a bot. It ends at the beginning of the day that expires_at names, UTC. */
#include "fmt/json.h"
#include "handlers/forge/gitlab/gitlab.h"
#include "handlers/forge/gitlab/turns.h"

void gitlab_ask_expiry(struct api_request *ret)
{
    ret->method = "GET";
    buf_str(&ret->path, "/api/v4/personal_access_tokens/self");
    for (size_t i = 0; gitlab_dialect.headers[i]; i++)
        ret->headers[i] = gitlab_dialect.headers[i];
}

int gitlab_read_expiry(const struct api_reply *r, msec_t *ret, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    AUTO(buf_free) struct buf whole = {0};
    const struct effect nothing = {0};
    *ret = 0;
    if (r->status != 200) {
        talk_refused(&nothing, r, TURN_READS, e);
        return -1;
    }
    if (jdoc_parse(r->body, &(struct json_limits){.bytes = 1 << 20, .depth = 32, .nodes = 1000}, &doc, e) < 0)
        return -1;
    const struct jval *at = jval_get(jdoc_root(doc), "expires_at");
    if (jval_kind(at) == J_NULL)
        return 0;
    struct sv day = jval_str(at);
    buf_sv(&whole, day);
    if (day.n == 10)
        buf_str(&whole, "T00:00:00Z");
    return day.n && when_parse(buf_view(&whole), ret) ? 0 : err_set(e, ERR_INVALID, "expires_at is no day");
}
