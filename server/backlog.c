/* SPDX-License-Identifier: Apache-2.0 */
#include "server/backlog.h"
#include "base/map.h"
#include "metrics/metrics.h"

enum {
    WINDOW = 64,          /* decoded at once */
    PUTS_IN_MEMORY = 256, /* bodies kept for decoding; those beyond are read back from the store */
    PUT_BYTES = 65536
};

#define HOOK_KIND "bare" /* handlers/forge/bare */

struct waiting {
    int64_t id;
    msec_t at; /* when it was first sent, else when it came */
    enum { TIME_KNOWN, TIMELESS } time;
};

struct backlog {
    struct host *host;
    struct map puts;  /* deliveries whose body is still in memory */
    struct map hooks; /* id -> event of the calls of local hooks: somebody waits for what the engine says of them */
    VEC(struct waiting) all;
    size_t first; /* of all: those before it are gone */
    int flying;
};

static struct waiting next(struct backlog *b)
{
    struct waiting w = b->all.at[b->first++];
    if (b->first == b->all.n) {
        VEC_FREE(&b->all);
        b->first = 0;
    } else if (b->first > b->all.n / 2) {
        b->all.n -= b->first;
        memmove(b->all.at, b->all.at + b->first, b->all.n * sizeof *b->all.at);
        b->first = 0;
    }
    return w;
}

static void go_on(struct backlog *b)
{
    while (b->first < b->all.n && b->flying < WINDOW) {
        struct waiting w = next(b);
        struct delivery d = {.id = w.id, .received_at = w.at};
        if (w.time == TIMELESS)
            d.source = SOURCE_RECOVERED;
        else
            d.happened_at = w.at;
        AUTO(mem_freep) char *hook = map_remove_id(&b->hooks, d.id);
        if (hook) {
            d.kind = HOOK_KIND;
            d.event = hook;
        }
        struct engine_event ev = {.kind = EV_DELIVERY, .delivery = &d};
        host_step(b->host, &ev);
    }
    metric_set(M_BACKLOG, NULL, (int64_t)(b->all.n - b->first));
}

struct backlog *backlog_new(struct host *h)
{
    struct backlog *b = mem_new(sizeof *b);
    b->host = h;
    return b;
}

void backlog_free(struct backlog **bp)
{
    struct backlog *b = STEAL(*bp);
    struct sv key;
    void *v;
    if (!b)
        return;
    for (size_t at = 0; map_each(&b->puts, &at, &key, &v);) {
        struct delivery_put *p = v;
        delivery_put_free(&p);
    }
    map_free(&b->puts);
    for (size_t at = 0; map_each(&b->hooks, &at, &key, &v);)
        mem_free(v);
    map_free(&b->hooks);
    VEC_FREE(&b->all);
    mem_free(b);
}

void backlog_add(struct backlog *b, struct delivery_put *put)
{
    struct delivery_put *p = put;
    bool timeless = p->d.source == SOURCE_RECOVERED && !p->d.happened_at;
    struct waiting w = {p->d.id, p->d.happened_at ? p->d.happened_at : p->d.received_at,
                        timeless ? TIMELESS : TIME_KNOWN};
    VEC_PUSH(&b->all, w);
    if (strcmp(p->d.kind, HOOK_KIND) == 0)
        mem_free(map_put_id(&b->hooks, p->d.id, mem_strdup(p->d.event)));
    if (p->body && p->d.size <= PUT_BYTES && b->puts.n < PUTS_IN_MEMORY)
        map_put_id(&b->puts, p->d.id, p);
    else
        delivery_put_free(&p);
    go_on(b);
}

struct delivery_put *backlog_take(struct backlog *b, int64_t delivery)
{
    b->flying++;
    return map_remove_id(&b->puts, delivery);
}

bool backlog_has(const struct backlog *b, int64_t delivery)
{
    for (size_t i = b->first; i < b->all.n; i++)
        if (b->all.at[i].id == delivery)
            return true;
    return false;
}

void backlog_decoded(struct backlog *b)
{
    b->flying--;
    go_on(b);
}
