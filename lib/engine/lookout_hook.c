/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of the webhooks that lead here: whether things came by them, and which are switched on again. It
 * outlives the program as settings: "heard FORGE SOURCE", "switch FORGE HOOK", "connected FORGE REPOSITORY". */
#include "core/hook_switch.h"
#include "engine/lookout.h"

struct failing {  /* of one hook */
    msec_t first; /* what did not arrive, with nothing that did after it */
    bool sure;    /* and another one after that */
};

/* ---- what outlives the program ---- */

static void *slot(struct map *m, struct sv key, size_t size)
{
    void *x = map_get(m, key);
    if (!x)
        map_put(m, key, x = mem_new(size));
    return x;
}

static struct sv number_of(const struct missed_hook *h)
{
    return sv_of(hook_number(h->name));
}

static void keep_switch(struct engine *e, const struct lookout *l, const struct missed_hook *h,
                        const struct hook_switch *s)
{
    AUTO(arena_free) struct arena a = {0};
    record_setting(e, arena_fmt(&a, "switch %s %s", l->name, hook_number(h->name)), hook_switch_number(s));
}

static void hear(struct engine *e, struct lookout *l, const char *source)
{
    AUTO(arena_free) struct arena a = {0};
    if (!map_get(&l->heard, sv_of(source))) {
        map_put(&l->heard, sv_of(source), l);
        record_setting(e, arena_fmt(&a, "heard %s %s", l->name, source), e->now);
    }
}

/* What stands behind "WORD FORGE "; empty: it is another setting. */
static struct sv name_of(const struct setting *s, const char *word, const struct lookout *l)
{
    AUTO(arena_free) struct arena a = {0};
    struct sv prefix = sv_of(arena_fmt(&a, "%s %s ", word, l->name)), name = sv_of(s->name);
    return sv_starts(name, prefix) ? sv_from(name, prefix.n) : SV_NONE;
}

void hooks_adopt(struct lookout *l, const struct open_work *w)
{
    for (size_t i = 0; i < w->n_settings; i++) {
        const struct setting *s = &w->settings[i];
        struct sv heard = name_of(s, "heard", l), hook = name_of(s, "switch", l), repo = name_of(s, "connected", l);
        if (heard.n)
            map_put(&l->heard, heard, l);
        if (hook.n)
            *(struct hook_switch *)slot(&l->switches, hook, sizeof(struct hook_switch)) = hook_switch_of(s->value);
        if (repo.n && s->value)
            map_put(&l->connected, repo, l);
    }
}

static void free_values(struct map *m)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(m, &at, &key, &v);)
        mem_free(v);
    map_free(m);
}

void hooks_done(struct lookout *l)
{
    map_free(&l->heard);
    map_free(&l->connected);
    map_free(&l->owners);
    free_values(&l->switches);
    free_values(&l->failing);
}

/* ---- what came ---- */

/* Its signature was right, and the number is the forge's. */
void lookouts_came(struct engine *e, struct undecided *u, const struct hook_arrival *x)
{
    AUTO(arena_free) struct arena a = {0};
    struct lookout *l = x->forge && !u->replayed ? lookout_of(e, x->forge) : NULL;
    if (!l || !l->forge)
        return;
    u->came = true;
    if (l->forge->ops->naming == HOOKS_BY_PLACE)
        u->place = x->hook;
    else if (l->forge->ops->naming == HOOKS_BY_NUMBER && x->hook_id)
        hear(e, l, arena_fmt(&a, "%lld", (long long)x->hook_id));
}

void lookouts_told(struct engine *e, const struct undecided *u)
{
    AUTO(arena_free) struct arena a = {0};
    struct lookout *l = lookout_of(e, u->event->forge);
    int64_t repo = u->event->repo.forge_id;
    if (!l || !l->forge || !repo)
        return;
    if (u->place)
        hear(e, l, arena_fmt(&a, "%s %lld", u->place, (long long)repo));
    idle_came(e, l, repo);
}

/* ---- on and off ---- */

bool hooks_may_switch(void *ctx, const struct missed_hook *h)
{
    struct lookout *l = ctx;
    if (!h->source || !map_get(&l->heard, sv_of(h->source)))
        return false;
    struct hook_switch *s = slot(&l->switches, number_of(h), sizeof *s);
    if (!hook_switch_may(s, l->home->now))
        return false;
    hook_switch_try(s, l->home->now);
    keep_switch(l->home, l, h, s);
    return true;
}

void hooks_saw(struct engine *e, struct lookout *l, const struct missed_hook *h)
{
    struct hook_switch *s = map_get(&l->switches, number_of(h));
    if (!s)
        return;
    enum hook_hand was = s->hand;
    hook_switch_saw(s, h->trouble == HOOK_DISABLED && !h->mended ? HOOK_IS_OFF : HOOK_IS_ON);
    if (s->hand != was)
        keep_switch(e, l, h, s);
}

enum idle_why hooks_why_off(const struct lookout *l, const struct missed_hook *h)
{
    const struct hook_switch *s = map_get(&l->switches, number_of(h));
    if (h->trouble != HOOK_DISABLED || l->forge->ops->naming == HOOKS_UNNAMED)
        return IDLE_BY_ITSELF;
    if (s && s->hand == HAND_THEIRS)
        return IDLE_MEANT;
    return s && s->tried && l->home->now - s->tried < HOOK_SWITCH_REST_MS ? IDLE_TRIED : IDLE_UNKNOWN;
}

/* One that did not arrive is bad luck; a second one with nothing in between is not. */
bool hooks_are_silent(struct lookout *l, const struct missed_hook *h)
{
    struct failing *f = map_get(&l->failing, number_of(h));
    if (h->arrived && h->arrived >= h->failed) {
        mem_free(map_remove(&l->failing, number_of(h)));
        return false;
    }
    if (!f && h->failed) {
        f = slot(&l->failing, number_of(h), sizeof *f);
        f->first = h->failed;
    }
    if (f && h->failed > f->first)
        f->sure = true;
    return f && f->sure;
}

/* ---- where some were ---- */

static struct sv repo_key(int64_t repo, struct arena *a)
{
    return sv_of(arena_fmt(a, "%lld", (long long)repo));
}

bool hooks_were_at(const struct lookout *l, int64_t repo)
{
    AUTO(arena_free) struct arena a = {0};
    return map_get(&l->connected, repo_key(repo, &a)) != NULL;
}

void hooks_are_at(struct engine *e, struct lookout *l, int64_t repo, enum hooks_are what)
{
    AUTO(arena_free) struct arena a = {0};
    if (hooks_were_at(l, repo) == (what == HOOKS_ARE_THERE))
        return;
    if (what == HOOKS_ARE_THERE)
        map_put(&l->connected, repo_key(repo, &a), l);
    else
        map_remove(&l->connected, repo_key(repo, &a));
    record_setting(e, arena_fmt(&a, "connected %s %lld", l->name, (long long)repo), what == HOOKS_ARE_THERE);
}
