/* SPDX-License-Identifier: Apache-2.0 */
/* Webhooks that lead here and bring nothing: people hear of each once, and once more when it is over. */
#include "engine/lookout.h"
#include "fmt/json.h"

static const char *const words[] = {[HOOK_WORKS] = "works",
                                    [HOOK_DISABLED] = "disabled",
                                    [HOOK_RESTING] = "resting",
                                    [HOOK_SILENT] = "silent",
                                    [HOOK_GONE] = "gone"};

static const char *reason_of(const struct idle_hook *x)
{
    static const char *const off[] = {
        [IDLE_BY_ITSELF] = "the forge gave it up",
        [IDLE_UNKNOWN] = "it is switched off, and this server knows of nothing that came by it",
        [IDLE_MEANT] = "it was switched off again after it had been switched on, and is left so",
        [IDLE_TRIED] = "it is switched off, and was to be switched on less than a day ago"};
    static const char *const other[] = {[HOOK_RESTING] = "the forge lets it rest for a while",
                                        [HOOK_SILENT] = "it is on, and nothing of what it sends arrives",
                                        [HOOK_GONE] = "no webhook of it leads here any more"};
    return x->trouble == HOOK_DISABLED ? off[x->why] : other[x->trouble];
}

static void tell(struct engine *e, const struct lookout *l, const struct idle_hook *x, const char *from, const char *to)
{
    struct arena *a = &engine_changes(e)->arena;
    bool over = strcmp(to, words[x->trouble]) != 0;
    record_journal(e, "hook", 0, 0, from, to,
                   over ? arena_fmt(a, "%s %s", l->name, x->name)
                   : x->refused
                       ? arena_fmt(a, "%s %s: %s; that was refused: %s", l->name, x->name, reason_of(x), x->refused)
                       : arena_fmt(a, "%s %s: %s", l->name, x->name, reason_of(x)));
}

/* ---- the list ---- */

static void idle_free(struct idle_hook *x)
{
    mem_free(x->key);
    mem_free(x->name);
    mem_free(x->place);
    mem_free(x->refused);
    mem_free(x->until);
    mem_free(x);
}

void idle_done(struct lookout *l)
{
    for (size_t i = 0; i < l->idle.n; i++)
        idle_free(l->idle.at[i]);
    VEC_FREE(&l->idle);
}

static size_t find(const struct lookout *l, const char *key)
{
    size_t i = 0;
    while (i < l->idle.n && strcmp(l->idle.at[i]->key, key) != 0)
        i++;
    return i;
}

static void drop(struct lookout *l, size_t i)
{
    idle_free(l->idle.at[i]);
    VEC_REMOVE(&l->idle, i);
}

static void over(struct engine *e, struct lookout *l, const char *key)
{
    size_t i = find(l, key);
    if (i == l->idle.n)
        return;
    tell(e, l, l->idle.at[i], words[l->idle.at[i]->trouble], words[HOOK_WORKS]);
    drop(l, i);
}

static char *copy(const char *text)
{
    return text ? mem_strdup(text) : NULL;
}

static void idles(struct engine *e, struct lookout *l, const struct idle_hook *now)
{
    struct idle_hook *x = mem_new(sizeof *x);
    size_t i = find(l, now->key);
    const struct idle_hook *was = i < l->idle.n ? l->idle.at[i] : NULL;
    bool same = was && was->trouble == now->trouble && was->why == now->why;
    *x = (struct idle_hook){.key = copy(now->key),
                            .name = copy(now->name),
                            .place = copy(now->place),
                            .refused = copy(now->refused ? now->refused
                                            : same       ? was->refused
                                                         : NULL),
                            .until = copy(now->until),
                            .trouble = now->trouble,
                            .why = now->why,
                            .since = was ? was->since : e->now,
                            .talk = l->missed_talk};
    if (!same)
        tell(e, l, x, words[was ? was->trouble : HOOK_WORKS], words[x->trouble]);
    if (was)
        drop(l, i);
    VEC_PUSH(&l->idle, x);
}

/* ---- what a conversation has seen ---- */

static void hook_seen(struct engine *e, struct lookout *l, const struct missed_hook *h)
{
    const char *place = h->of_owner || l->missing == MISSING_APP ? NULL : l->places.at[l->missing].repo_id;
    const char *key = hook_number(h->name);
    bool silent = h->trouble == HOOK_WORKS && hooks_are_silent(l, h);
    hooks_saw(e, l, h);
    if (h->mended) {
        size_t i = find(l, key);
        record_journal(
            e, "hook", 0, 0, words[h->trouble], "switched-on",
            arena_fmt(&engine_changes(e)->arena, "%s %s: it was off, and was told to work again", l->name, h->name));
        if (i < l->idle.n)
            drop(l, i);
    } else if (h->trouble == HOOK_WORKS && !silent) {
        over(e, l, key);
    } else {
        idles(e, l,
              &(struct idle_hook){.key = (char *)(uintptr_t)key,
                                  .name = (char *)(uintptr_t)h->name,
                                  .place = (char *)(uintptr_t)place,
                                  .refused = (char *)(uintptr_t)h->refused,
                                  .until = (char *)(uintptr_t)h->until,
                                  .trouble = silent ? HOOK_SILENT : h->trouble,
                                  .why = hooks_why_off(l, h)});
    }
}

static void see_owner(struct lookout *l, const struct missed *m)
{
    bool any = false;
    if (!m->owner || !m->owner_listed)
        return;
    for (size_t i = 0; i < m->hooks.n; i++)
        any |= m->hooks.at[i].of_owner;
    if (any)
        map_put(&l->owners, sv_of(m->owner), l);
    else
        map_remove(&l->owners, sv_of(m->owner));
}

static bool has_hook_above(const struct lookout *l, const struct missed *m)
{
    ptrdiff_t slash = sv_chr(sv_of(m->repo), '/');
    return l->forge->is_app || (slash > 0 && map_get(&l->owners, sv_cut(sv_of(m->repo), (size_t)slash)));
}

/* A repository that had a hook of its own, and has none now. */
static void see_repo(struct engine *e, struct lookout *l, const struct missed *m)
{
    AUTO(arena_free) struct arena a = {0};
    char *key = arena_fmt(&a, "repository %lld", (long long)m->repo_id);
    char *place = (char *)(uintptr_t)l->places.at[l->missing].repo_id;
    if (m->hooks.n)
        hooks_are_at(e, l, m->repo_id, HOOKS_ARE_THERE);
    if (m->hooks.n || has_hook_above(l, m) || !hooks_were_at(l, m->repo_id))
        over(e, l, key);
    else
        idles(e, l, &(struct idle_hook){.key = key, .name = place, .place = place, .trouble = HOOK_GONE});
}

/* By another way than a hook of its own, then. */
void idle_came(struct engine *e, struct lookout *l, int64_t repo)
{
    AUTO(arena_free) struct arena a = {0};
    const char *key = l->idle.n ? arena_fmt(&a, "repository %lld", (long long)repo) : "";
    if (find(l, key) == l->idle.n)
        return;
    hooks_are_at(e, l, repo, HOOKS_ARE_GONE);
    over(e, l, key);
}

/* Hooks that this conversation would have met again. */
static void drop_removed(struct engine *e, struct lookout *l, const struct missed *m)
{
    AUTO(arena_free) struct arena a = {0};
    const char *place = l->places.at[l->missing].repo_id;
    struct sv owned = sv_of(arena_fmt(&a, "/orgs/%s/", m->owner ? m->owner : ""));
    for (size_t i = l->idle.n; i-- > 0;) {
        const struct idle_hook *x = l->idle.at[i];
        bool met =
            x->place ? m->listed && strcmp(x->place, place) == 0 : m->owner_listed && sv_starts(sv_of(x->name), owned);
        if (!met || x->trouble == HOOK_GONE || x->talk == l->missed_talk)
            continue;
        tell(e, l, x, words[x->trouble], "removed");
        drop(l, i);
    }
}

void idle_seen(struct engine *e, struct lookout *l)
{
    const struct missed *m = l->missed;
    for (size_t i = 0; i < m->hooks.n; i++)
        hook_seen(e, l, &m->hooks.at[i]);
    if (m->of != MISSED_REPO)
        return;
    see_owner(l, m);
    if (m->listed && m->repo_id)
        see_repo(e, l, m);
    drop_removed(e, l, m);
}

void idle_conf(struct lookout *l)
{
    for (size_t i = l->idle.n; i-- > 0;) {
        const struct idle_hook *x = l->idle.at[i];
        bool there = l->forge && !x->place;
        for (size_t k = 0; k < l->places.n && x->place; k++)
            there |= strcmp(l->places.at[k].repo_id, x->place) == 0;
        if (!there)
            drop(l, i);
    }
}

int lookouts_idle_hooks(const struct engine *e)
{
    size_t n = 0;
    for (size_t i = 0; i < e->lookouts.n; i++)
        n += e->lookouts.at[i]->idle.n;
    return (int)n;
}

/* ---- for people ---- */

static void put_hint(const struct idle_hook *x, struct buf *out)
{
    const char *place = x->place;
    if (x->trouble == HOOK_GONE)
        buf_fmt(out, "`fettle connect %s` makes one; or take it out of repositories.yaml", place);
    else if (x->trouble == HOOK_SILENT || x->trouble == HOOK_RESTING)
        buf_fmt(out, "can the forge reach this server, does it trust its certificate, has it the right secret? %s%s%s",
                place ? "`fettle connect " : "Its page of deliveries says more", place ? place : "",
                place ? "` sets it right and tries it" : "");
    else if (place)
        buf_fmt(out, "`fettle connect %s` switches it on; if it is not wanted, remove it at the forge", place);
    else
        buf_str(out, "switch it on in the settings of its owner; if it is not wanted, remove it there");
}

static void put_hook(const struct lookout *l, const struct idle_hook *x, struct jout *o)
{
    AUTO(buf_free) struct buf hint = {0};
    char at[25];
    put_hint(x, &hint);
    jout_open(o, '{');
    jout_kstrz(o, "forge", l->name);
    jout_kstrz(o, "hook", x->name);
    jout_kstrz(o, "repository", x->place);
    jout_kstrz(o, "state", words[x->trouble]);
    jout_kstrz(o, "why", reason_of(x));
    jout_kstrz(o, "refused", x->refused);
    jout_kstrz(o, "until", x->until);
    jout_kstrz(o, "since", when_text(x->since, at));
    jout_kstr(o, "hint", buf_view(&hint));
    jout_close(o, '}');
}

void engine_hooks(const struct engine *e, struct buf *out)
{
    struct jout o = {.buf = out};
    jout_open(&o, '{');
    jout_kint(&o, "schema", 1);
    jout_key(&o, "hooks");
    jout_open(&o, '[');
    for (size_t i = 0; i < e->lookouts.n; i++)
        for (size_t k = 0; k < e->lookouts.at[i]->idle.n; k++)
            put_hook(e->lookouts.at[i], e->lookouts.at[i]->idle.at[k], &o);
    jout_close(&o, ']');
    jout_close(&o, '}');
}
