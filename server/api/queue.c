/* SPDX-License-Identifier: Apache-2.0 */
/* What waits and why, and what people want about the order; which webhooks bring nothing. The engine thread answers:
 * only its memory knows. */
#include "server/api/api.h"

enum { SHOWN = 200 };

void api_queue(const struct api_call *c)
{
    AUTO(buf_free) struct buf limit = {0};
    struct sv v = api_query(c, "limit", &limit);
    int64_t n = SHOWN;
    if (v.p && !sv_int(v, &n))
        n = SHOWN;
    api_ask(c, LETTER_QUEUE, n);
}

void api_hooks(const struct api_call *c)
{
    api_ask(c, LETTER_HOOKS, 0);
}

void api_queue_pause(const struct api_call *c)
{
    api_ask(c, LETTER_PAUSE, 0);
}

void api_queue_resume(const struct api_call *c)
{
    api_ask(c, LETTER_RESUME, 0);
}

void api_bump(const struct api_call *c)
{
    api_ask(c, LETTER_BUMP, c->id);
}

/* Its word was looked at with the query. */
void api_priority(const struct api_call *c)
{
    AUTO(buf_free) struct buf to = {0};
    api_ask_with(c, LETTER_PRIORITY, c->id, api_query(c, "to", &to));
}

void api_run_why(const struct api_call *c)
{
    api_ask(c, LETTER_WHY, c->id);
}
