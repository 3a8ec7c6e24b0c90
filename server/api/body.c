/* SPDX-License-Identifier: Apache-2.0 */
/* A body that is small and wanted whole. */
#include "server/api/api.h"

struct waiting { /* one request whose body comes in */
    struct handler handler;
    struct api_call call;
    struct buf body;
    api_body_fn *done;
};

static void waiting_free(struct waiting *w)
{
    if (w->body.n)
        explicit_bzero(w->body.p, w->body.n); /* it may hold a token */
    buf_free(&w->body);
    mem_free(w);
}

static void on_body(struct handler *h, struct http_req *r, const char *p, size_t n)
{
    (void)r;
    buf_add(&CONTAINER_OF(h, struct waiting, handler)->body, p, n);
}

static void on_end(struct handler *h, struct http_req *r)
{
    struct waiting *w = CONTAINER_OF(h, struct waiting, handler);
    http_req_set(r, NULL);
    w->done(&w->call, buf_view(&w->body));
    waiting_free(w);
}

static void on_gone(struct handler *h)
{
    waiting_free(CONTAINER_OF(h, struct waiting, handler));
}

void api_body(const struct api_call *c, int64_t most, api_body_fn *done)
{
    struct waiting *w = mem_new(sizeof *w);
    w->handler = (struct handler){on_body, on_end, on_gone};
    w->call = *c;
    w->done = done;
    http_req_limit(c->req, most);
    http_req_set(c->req, w);
}
