/* SPDX-License-Identifier: Apache-2.0 */
/* Where the connections of local hooks begin: who may, and in which words others are refused. */
#include <unistd.h>
#include "hooks/head.h"
#include "metrics/metrics.h"
#include "server/hooksock/line_inside.h"
#include "server/trace.h"

static void refuse(struct http_req *r, int status, const char *reason, const char *headers)
{
    AUTO(buf_free) struct buf b = {0};
    COUNT1(M_REFUSED, reason);
    buf_fmt(&b, "{\"error\":\"%s\"}\n", reason);
    http_req_answer(r, status, "application/json", headers, buf_view(&b));
}

static bool passes(struct hook_lines *home, struct http_req *r, struct hook_caller *ret)
{
    static const struct {
        int status;
        const char *reason, *headers;
    } no[] = {
        [HOOK_GATE_NO_TOKEN] = {401, "hook-no-token", "WWW-Authenticate: Bearer realm=\"fettle\"\r\n"},
        [HOOK_GATE_BAD_TOKEN] = {401, "hook-bad-token",
                                 "WWW-Authenticate: Bearer realm=\"fettle\", error=\"invalid_token\"\r\n"},
        [HOOK_GATE_NO_SCOPE] = {403, "hook-no-scope",
                                "WWW-Authenticate: Bearer realm=\"fettle\", error=\"insufficient_scope\", "
                                "scope=\"hook\"\r\n"},
    };
    enum hook_gate gate = hook_gate(intake_conf_of(home->intake), http_req_peer(r), http_req_head(r), getuid(), ret);
    if (gate == HOOK_GATE_OPEN)
        return true;
    if (gate != HOOK_GATE_STRANGER) {
        refuse(r, no[gate].status, no[gate].reason, no[gate].headers);
        return false;
    }
    /* In the words of the protocol, so that the push ends with the reason. His call is not read. */
    AUTO(buf_free) struct buf text = {0};
    struct hook_line *l = line_new(home, r, ret);
    COUNT1(M_REFUSED, "hook-not-allowed");
    buf_fmt(&text, "the user %s (%lld) may not call: \"hooks.users\" of the server does not name him",
            ret->user[0] ? ret->user : "without a name", (long long)ret->uid);
    line_text(l, buf_view(&text));
    line_verdict(l, VERDICT_DENY, "not-allowed");
    return false;
}

bool hook_lines_start(struct hook_lines *home, struct http_req *r)
{
    const struct http_head *h = http_req_head(r);
    struct hook_caller caller;
    if (!sv_is(h->path, HOOK_TARGET) || !sv_is(h->method, "GET"))
        return false;
    if (intake_draining(home->intake))
        refuse(r, 503, "draining", "Retry-After: 10\r\n");
    else if (!http_req_wants(r, HOOK_PROTOCOL))
        refuse(r, 426, "hook-no-upgrade", "Upgrade: " HOOK_PROTOCOL "\r\n");
    else if (passes(home, r, &caller)) {
        trace_of_request(h, caller.trace);
        (void)line_new(home, r, &caller);
    }
    return true;
}

struct hook_lines *hook_lines_new(struct intake *i)
{
    struct hook_lines *home = mem_new(sizeof *home);
    home->intake = i;
    home->told = mailbox_new();
    home->watch = watch_mailbox(intake_loop(i), home->told, line_told, home);
    return home;
}

void hook_lines_free(struct hook_lines **hp)
{
    struct hook_lines *home = STEAL(*hp);
    struct list left;
    if (!home)
        return;
    MUST(home->all.n == 0);
    watch_free(&home->watch);
    mailbox_take(home->told, &left);
    for (struct list *x; (x = list_shift(&left));) {
        struct hook_tell *t = CONTAINER_OF(CONTAINER_OF(x, struct letter, node), struct hook_tell, letter);
        hook_tell_free(&t);
    }
    mailbox_free(&home->told);
    map_free(&home->all);
    mem_free(home);
}
