/* SPDX-License-Identifier: Apache-2.0 */
#include "server/payload.h"
#include "fmt/enc.h"

static void add_payload(void *ctx, const char *p, size_t n)
{
    buf_add(ctx, p, n);
}

int payload_of(const struct delivery *d, struct sv body, struct buf *form, struct sv *ret, struct err *e)
{
    *ret = body;
    if (!d->form)
        return 0;
    struct form_reader r = {.name = "payload", .out = add_payload, .ctx = form};
    if (form_feed(&r, body) < 0 || form_end(&r) < 0)
        return err_set(e, ERR_INVALID, "the form has no single field \"payload\"");
    *ret = buf_view(form);
    return 0;
}

int payload_read(struct reader *r, int64_t delivery, struct buf *ret, struct err *e)
{
    AUTO(buf_free) struct buf body = {0}, form = {0};
    AUTO(arena_free) struct arena a = {0};
    struct delivery d;
    const char *ignored;
    struct sv payload;
    int rc = read_delivery(r, delivery, &a, &d, &ignored, e);
    if (rc != 0)
        return rc;
    if (read_body(r, delivery, &body, e) < 0)
        return e->cls == ERR_MISSING ? 1 : -1;
    if (payload_of(&d, buf_view(&body), &form, &payload, e) < 0)
        return -1;
    buf_sv(ret, payload);
    return 0;
}
