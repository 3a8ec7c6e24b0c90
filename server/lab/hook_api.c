/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/hook_api.h"

static struct lab_hook_place place_of(const struct lab_call *c)
{
    return c->repo ? (struct lab_hook_place){c->forge, HOOK_REPO, c->repo, SV_NONE}
                   : (struct lab_hook_place){c->forge, HOOK_OWNER, NULL, c->segs[1]};
}

struct lab_hook *hook_asked(struct lab_call *c)
{
    struct lab_hook_place p = place_of(c);
    struct lab_hook *h = hook_find(c->world, &p, c->segs[c->repo ? 1 : 3]);
    if (!h)
        lab_dialect(c->forge)->missing(c);
    return h;
}

struct lab_hook *hook_made(struct lab_call *c)
{
    return hook_add(c->world, c->forge, HOOK_REPO, c->repo, SV_NONE, c->now);
}

void hook_list(struct lab_call *c, void (*put)(struct lab_call *c, const struct lab_hook *h))
{
    struct lab_hook_place place = place_of(c);
    struct lab_hook **there;
    size_t n = hooks_at(c->world, &place, &there);
    struct lab_page p = call_page(c, n);
    jout_open(call_open(c, 200), '[');
    for (size_t i = p.from; i < p.to; i++)
        put(c, there[i]);
    jout_close(&c->j, ']');
    mem_free(there);
}

void hook_deleted(struct lab_call *c)
{
    struct lab_hook *h = hook_asked(c);
    if (!h)
        return;
    hook_remove(h, c->now);
    c->status = 204;
}

bool hook_has(const struct lab_hook *h, const char *event)
{
    for (size_t i = 0; i < h->events.n; i++)
        if (strcmp(h->events.at[i], event) == 0)
            return true;
    return false;
}

void hook_event(struct lab_world *w, struct lab_hook *h, const char *name)
{
    if (!hook_has(h, name))
        VEC_PUSH(&h->events, arena_strdup(&w->arena, name));
}

void hook_events(struct lab_world *w, struct lab_hook *h, const struct jval *names)
{
    if (!names)
        return;
    VEC_CLEAR(&h->events);
    for (size_t i = 0; i < jval_len(names); i++) {
        AUTO(mem_freep) char *name = sv_dup(jval_str(jval_item(names, i)));
        if (name && *name)
            hook_event(w, h, name);
    }
}
