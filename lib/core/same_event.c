/* SPDX-License-Identifier: Apache-2.0 */
#include "core/same_event.h"
#include "fmt/hmac.h"

static bool is(const char *a, const char *b)
{
    return a && strcmp(a, b) == 0;
}

/* Length and bytes, so that ("ab", "c") and ("a", "bc") differ. */
static void add(struct buf *b, const char *z)
{
    uint64_t n = z ? strlen(z) : 0;
    buf_add(b, &n, sizeof n);
    buf_add(b, z, n);
}

static void add_repo(struct buf *b, const struct hook_event *ev)
{
    add(b, ev->forge);
    if (ev->repo.forge_id)
        buf_fmt(b, "#%lld", (long long)ev->repo.forge_id);
    else
        add(b, ev->repo.id);
}

static void end(const struct buf *b, uint8_t ret[SAME_KEY])
{
    uint8_t full[SHA256_LEN];
    sha256(b->p, b->n, full);
    memcpy(ret, full, SAME_KEY);
}

static bool is_push(const struct hook_event *ev)
{
    return is(ev->name, "push") && ev->ref && ev->before && ev->after && ev->repo.id;
}

bool same_event_key(const struct hook_event *ev, uint8_t ret[SAME_KEY])
{
    AUTO(buf_free) struct buf b = {0};
    if (ev->identity) {
        buf_chr(&b, 'i');
        add_repo(&b, ev);
        add(&b, ev->name);
        add(&b, ev->identity);
    } else if (is_push(ev) && !ev->made_up) {
        buf_chr(&b, 'p');
        add_repo(&b, ev);
        add(&b, ev->ref);
        add(&b, ev->before);
        add(&b, ev->after);
    } else {
        return false;
    }
    end(&b, ret);
    return true;
}

bool same_event_tip(const struct hook_event *ev, uint8_t ret[SAME_KEY])
{
    AUTO(buf_free) struct buf b = {0};
    bool closed = is(ev->action, "closed");
    bool head = is(ev->action, "opened") || is(ev->action, "synchronize") || is(ev->action, "reopened");
    if (is_push(ev)) {
        buf_chr(&b, 't');
        add_repo(&b, ev);
        add(&b, ev->ref);
    } else if (is(ev->name, "pull_request") && ev->change.present && ev->after && (closed || head)) {
        buf_chr(&b, closed ? 'c' : 'h');
        add_repo(&b, ev);
        buf_fmt(&b, "%lld", (long long)ev->change.number);
    } else {
        return false;
    }
    add(&b, ev->after);
    end(&b, ret);
    return true;
}

const char *same_event_place(const struct hook_event *ev, struct arena *a)
{
    if (is_push(ev))
        return ev->ref;
    bool whole = is(ev->name, "pull_request") && ev->change.present && ev->after && ev->repo.id;
    return whole ? arena_fmt(a, "change/%lld", (long long)ev->change.number) : NULL;
}
