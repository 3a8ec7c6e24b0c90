/* SPDX-License-Identifier: Apache-2.0 */
/* Live events; server/events.h has the rest. */
#include "base/id.h"
#include "metrics/metrics.h"
#include "server/api/gate.h"
#include "server/events.h"

/* The header is the browser's when it comes back; its address then still has the ?after of the first time. */
static bool take_after(const struct api_call *c, int64_t *ret)
{
    AUTO(buf_free) struct buf text = {0};
    struct sv header = http_header(http_req_head(c->req), "Last-Event-ID");
    struct sv v = header.n ? header : api_query(c, "after", &text);
    *ret = -1;
    return !v.p || (sv_int(v, ret) && *ret >= 0);
}

static void refuse(const struct api_call *c, enum viewer_verdict why)
{
    if (why == VIEWER_NO_RUN) {
        api_problem(c, 404, "no such run", NULL);
    } else if (why == VIEWER_NO_STORE) {
        api_problem_with(c, 503, "Retry-After: 5\r\n", "the store cannot be read", NULL);
    } else {
        COUNT1(M_REFUSED, "too-many-viewers");
        api_problem_with(c, 503, "Retry-After: 30\r\n", "too many follow already",
                         why == VIEWER_TOO_MANY ? "limits.viewers, or half of limits.connections"
                                                : "half of limits.per-address, from one address");
    }
}

void api_stream(const struct api_call *c)
{
    AUTO(buf_free) struct buf run = {0};
    struct viewer_wish w = {.who = c->who, .holds = gate_holds};
    struct sv v = api_query(c, "run", &run);
    if (!take_after(c, &w.after)) {
        api_problem(c, 400, "Last-Event-ID is the id of an event", NULL);
        return;
    }
    if (v.p && !id_parse(v, &w.run)) {
        api_problem(c, 400, "run is an id", NULL);
        return;
    }
    if (intake_draining(c->intake)) {
        api_problem_with(c, 503, "Retry-After: 1\r\n", "the server comes to its end", NULL);
        return;
    }
    enum viewer_verdict verdict = events_open(intake_events(c->intake), c->req, &w);
    if (verdict != VIEWER_WELCOME)
        refuse(c, verdict);
}
