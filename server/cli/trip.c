/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/trip.h"
#include <stdio.h>

enum { POLL_MS = 100, ACCEPTED = 202 };

static int newest(struct trip *t, struct jdoc **ret)
{
    return remote_get_json(t->remote, "/api/v1/deliveries?limit=50", ret);
}

int trip_begin(const char *conf_file, struct trip *ret)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    *ret = (struct trip){0};
    int rc = remote_open(conf_file, &ret->remote);
    if (rc == CLI_OK && (rc = newest(ret, &doc)) == CLI_OK) {
        struct sv id = jval_str(jval_get(jval_item(jval_get(jdoc_root(doc), "deliveries"), 0), "id"));
        snprintf(ret->mark, sizeof ret->mark, "%.*s", SV_ARG(sv_cut(id, sizeof ret->mark - 1)));
        return CLI_OK;
    }
    trip_end(ret);
    return rc == CLI_UNREACHABLE ? CLI_OK : rc;
}

void trip_end(struct trip *t)
{
    remote_close(&t->remote);
}

static bool is_it(struct trip *t, const struct trip_want *w, const char *id, struct trip_found *ret)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    AUTO(buf_free) struct buf path = {0}, body = {0};
    msec_t at;
    if (remote_path("deliveries", id, "", &path) != CLI_OK || remote_get_json(t->remote, path.p, &doc) != CLI_OK)
        return false;
    const struct jval *d = jdoc_root(doc);
    if (!sv_is(jval_str(jval_get(d, "hook")), w->path))
        return false;
    if (remote_path("deliveries", id, "/body", &path) != CLI_OK || remote_get(t->remote, path.p, &body) != CLI_OK ||
        sv_find(buf_view(&body), sv_of(w->repo)) < 0)
        return false;
    struct sv secret = jval_str(jval_at(d, "headers", "fettle-secret"));
    if (w->secret && !sv_is(secret, w->secret))
        return false;
    snprintf(ret->id, sizeof ret->id, "%s", id);
    snprintf(ret->secret, sizeof ret->secret, "%.*s", SV_ARG(sv_cut(secret, sizeof ret->secret - 1)));
    ret->status = ACCEPTED; /* that is what stored ones are answered */
    ret->ms = when_parse(jval_str(jval_get(d, "received_at")), &at) && at > w->sent ? at - w->sent : 0;
    return true;
}

static bool look(struct trip *t, const struct trip_want *w, struct trip_found *ret)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (newest(t, &doc) != CLI_OK)
        return false;
    const struct jval *all = jval_get(jdoc_root(doc), "deliveries");
    for (size_t i = 0; i < jval_len(all); i++) {
        const struct jval *d = jval_item(all, i);
        AUTO(mem_freep) char *id = sv_dup(jval_str(jval_get(d, "id")));
        if (!id || strcmp(id, t->mark) <= 0) /* newest first, and ids rise */
            return false;
        if (sv_is(jval_str(jval_get(d, "event")), w->event) && is_it(t, w, id, ret))
            return true;
    }
    return false;
}

int trip_wait(struct trip *t, const struct trip_want *w, struct trip_found *ret)
{
    *ret = (struct trip_found){0};
    for (msec_t end = clk_mono_ms() + w->most; clk_mono_ms() < end; clk_sleep_ms(POLL_MS))
        if (look(t, w, ret)) {
            snprintf(t->mark, sizeof t->mark, "%s", ret->id); /* each counts once */
            return CLI_OK;
        }
    return CLI_TIMEOUT;
}
