/* SPDX-License-Identifier: Apache-2.0 */
/* POST runs/{id}/approve and /reject: answers to what a run asks people. */
#include "server/api/api.h"

const char *api_sender(const struct api_call *c)
{
    return c->by[0] ? c->by : NULL;
}

static void answer(const struct api_call *c, enum app_letter_kind kind)
{
    AUTO(buf_free) struct buf sha = {0}, text = {0};
    struct sv v = api_query(c, "sha", &sha);
    const char *by = api_sender(c);
    buf_fmt(&text, "%.*s\n%s", SV_ARG(v), by ? by : "");
    api_ask_with(c, kind, c->id, buf_view(&text));
}

void api_approve(const struct api_call *c)
{
    answer(c, LETTER_APPROVE);
}

void api_reject(const struct api_call *c)
{
    answer(c, LETTER_REJECT);
}
