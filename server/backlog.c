/* SPDX-License-Identifier: Apache-2.0 */
#include "server/backlog.h"
#include "base/map.h"

enum {
    WINDOW = 64,          /* decoded at once */
    PUTS_IN_MEMORY = 256, /* bodies kept for decoding; those beyond are read back from the store */
    PUT_BYTES = 65536
};

#define HOOK_KIND "bare" /* handlers/forge/bare */

struct backlog {
    struct host *host;
    struct map puts;  /* deliveries whose body is still in memory */
    struct map hooks; /* id -> event of the calls of local hooks: somebody waits for what the engine says of them */
    VEC(int64_t) ids;
    size_t first; /* of ids: those before it are gone */
    int flying;
};

static int64_t next(struct backlog *b)
{
    int64_t id = b->ids.at[b->first++];
    if (b->first == b->ids.n) {
        VEC_FREE(&b->ids);
        b->first = 0;
    } else if (b->first > b->ids.n / 2) {
        b->ids.n -= b->first;
        memmove(b->ids.at, b->ids.at + b->first, b->ids.n * sizeof *b->ids.at);
        b->first = 0;
    }
    return id;
}

static void go_on(struct backlog *b)
{
    while (b->first < b->ids.n && b->flying < WINDOW) {
        struct delivery d = {.id = next(b)};
        AUTO(mem_freep) char *hook = map_remove_id(&b->hooks, d.id);
        if (hook) {
            d.kind = HOOK_KIND;
            d.event = hook;
        }
        struct engine_event ev = {.kind = EV_DELIVERY, .delivery = &d};
        host_step(b->host, &ev);
    }
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
    VEC_FREE(&b->ids);
    mem_free(b);
}

void backlog_add(struct backlog *b, struct delivery_put *put)
{
    struct delivery_put *p = put;
    VEC_PUSH(&b->ids, p->d.id);
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
    for (size_t i = b->first; i < b->ids.n; i++)
        if (b->ids.at[i] == delivery)
            return true;
    return false;
}

void backlog_decoded(struct backlog *b)
{
    b->flying--;
    go_on(b);
}
