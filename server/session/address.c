/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include "server/session/desk.h"

static bool serves(const struct conf_listen *l)
{
    return (l->serves & SERVES_DASHBOARD) && l->kind != CONF_UNIX;
}

bool session_is_served_beyond(const struct conf *c)
{
    for (size_t i = 0; i < c->n_listens; i++)
        if (serves(&c->listens[i]) && !conf_listen_is_local(&c->listens[i]))
            return true;
    return false;
}

/* An address that stands for all of this machine's is none that can be called. */
static void put(const struct conf_listen *l, int port, struct buf *ret)
{
    struct sv all = sv_of(l->address);
    ptrdiff_t colon = sv_rchr(all, ':');
    struct sv host = sv_cut(all, colon < 0 ? all.n : (size_t)colon);
    if (sv_is(host, "0.0.0.0") || sv_is(host, "[::]"))
        host = SV("localhost");
    buf_fmt(ret, "%s://%.*s:%d", l->kind == CONF_HTTPS ? "https" : "http", SV_ARG(host), port);
}

/* The best first: what others reach too, then what needs no proxy. */
bool session_address(const struct app *a, const struct conf *born, struct buf *ret)
{
    const struct conf_listen *best = NULL;
    int port = 0;
    if (session_is_served_beyond(born) && a->conf->public_url) {
        buf_str(ret, a->conf->public_url);
        return true;
    }
    for (size_t i = 0; i < born->n_listens && i < a->n_ports; i++) {
        const struct conf_listen *l = &born->listens[i];
        if (!serves(l) || (best && (best->kind == CONF_HTTPS || l->behind_proxy)))
            continue;
        best = l;
        port = a->ports[i];
    }
    if (best)
        put(best, port, ret);
    return best != NULL;
}
