/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/reconcile.h"
#include <stdlib.h>

static const char ZERO[] = "0000000000000000000000000000000000000000";

/* Tags are not always looked at: after a time without, they are a beginning again. */
#define TAGS_SEEN "tags"

struct compare {
    struct engine *e;
    const struct lookout *l;
    const struct look_repo *saw;
    struct seen_repo *r;
    msec_t began;
    enum look_verdict verdict;
    bool first_tags;
    bool first; /* nothing was known of it: all that is there is a beginning, and nothing was missed */
};

/* ---- making up ---- */

static void name_repo(const struct compare *c, struct hook_event *ev, struct arena *a)
{
    ev->forge = c->r->row.forge;
    ev->made_up = true;
    ev->repo = (struct event_repo){.id = c->r->configured,
                                   .full_name = strchr(c->r->configured, ':') + 1, /* as the body's reader has it */
                                   .default_branch = c->saw->default_branch,
                                   .is_private = c->saw->is_private,
                                   .forge_id = c->r->row.forge_id};
    ev->delivery = arena_fmt(a, "reconcile:%s#%lld", c->r->row.forge, (long long)c->r->row.forge_id);
}

/* The same difference is told once: its name has the moment, and what is remembered changes with it. */
static void tell(const struct compare *c, const struct hook_event *ev, const char *name, struct arena *a)
{
    same_made(c->e, ev);
    internal_made_up(c->e, ev,
                     arena_fmt(a, "%s:%s:%s:%s:%lld", ev->delivery, name, ev->before ? ev->before : "",
                               ev->after ? ev->after : "", (long long)c->e->now));
    record_journal(
        c->e, "reconcile", c->r->row.forge_id, 0, NULL, ev->name,
        arena_fmt(&engine_changes(c->e)->arena, "%s %s: nothing was delivered of it", c->r->configured, name));
}

static void make_push(const struct compare *c, const char *name, const char *before, const char *after)
{
    AUTO(arena_free) struct arena a = {0};
    struct hook_event ev = {.name = "push", .trusted = YES, .ref = name};
    name_repo(c, &ev, &a);
    ev.received = c->l->forge->ops->local;
    ev.before = before ? before : ZERO;
    ev.after = after ? after : ZERO;
    tell(c, &ev, name, &a);
}

static void make_change(const struct compare *c, const char *name, const struct seen_ref *was,
                        const struct look_ref *is)
{
    AUTO(arena_free) struct arena a = {0};
    bool was_closed = was && strcmp(was->row.sha, SEEN_CLOSED) == 0;
    const char *action = !is ? "closed" : !was ? "opened" : was_closed ? "reopened" : "synchronize";
    struct hook_event ev = {.name = "pull_request", .action = action};
    name_repo(c, &ev, &a);
    ev.before = was && !was_closed && is ? was->row.sha : NULL;
    ev.after = is ? is->sha : was->row.sha;
    ev.trusted = NO; /* unless its code is this repository's own */
    if (is) {
        ev.change = is->change;
        ev.ref = is->ref;
        if (is->change.head_repo) {
            ev.change.head_repo = arena_fmt(&a, "%s:%s", c->r->row.forge, is->change.head_repo);
            ev.trusted = c->saw->path_now && strcmp(is->change.head_repo, c->saw->path_now) == 0 ? YES : NO;
        }
        if (ev.trusted == YES)
            ev.change.head_repo = ev.repo.id;
    } else {
        int64_t number = 0;
        (void)sv_int(sv_from(sv_of(name), strlen("change/")), &number);
        ev.change = (struct event_change){.present = true,
                                          .number = number,
                                          .head_sha = was->row.sha,
                                          .base_ref = was->row.base,
                                          .draft = UNKNOWN,
                                          .merged = UNKNOWN};
    }
    tell(c, &ev, name, &a);
}

static bool is_change(const char *name)
{
    return strncmp(name, "change/", strlen("change/")) == 0;
}

/* was, is: NULL = not there. */
static void make_up(struct compare *c, const char *name, const struct seen_ref *was, const struct look_ref *is)
{
    struct arena a = {0};
    const char *before = was ? arena_strdup(&a, was->row.sha) : NULL, *copy = arena_strdup(&a, name);
    if (is_change(name))
        make_change(c, copy, was, is);
    else
        make_push(c, copy, before, is ? is->sha : NULL);
    const char *after = is ? is->sha : is_change(copy) ? SEEN_CLOSED : NULL;
    seen_ref_set(c->e, c->r, copy, after, NULL, is ? is->change.base_ref : NULL);
    arena_free(&a);
}

/* ---- doubts ---- */

static void forget(struct compare *c, const char *name)
{
    mem_free(map_remove(&c->r->doubts, sv_of(name)));
}

/* The first time it is a doubt; when the grace is over and it is still so, it was missed. */
static void differs(struct compare *c, const char *name, const struct seen_ref *was, const struct look_ref *is)
{
    const char *sha = is ? is->sha : "";
    struct doubt *d = map_get(&c->r->doubts, sv_of(name));
    if (d && strcmp(d->sha, sha) == 0 && c->e->now - d->since >= reconcile_grace(c->l)) {
        forget(c, name);
        make_up(c, name, was, is);
        return;
    }
    c->verdict = LOOK_DOUBTS;
    if (!d) {
        d = mem_new(sizeof *d);
        map_put(&c->r->doubts, sv_of(name), d);
    }
    if (!d->since || strcmp(d->sha, sha) != 0)
        d->since = c->e->now;
    memcpy(d->sha, sha, strlen(sha) + 1);
    d->mark = c->r->looks;
}

/* An event has told of it, and all steps on the way count as told with it. */
static bool is_told(const struct seen_ref *was, const char *sha)
{
    return was && (strcmp(was->row.sha, sha) == 0 || seen_has_loose(was, sha));
}

static void compare_ref(struct compare *c, const struct look_ref *is)
{
    struct seen_ref *was = seen_ref_of(c->r, is->name);
    bool tag = strncmp(is->name, "refs/tags/", 10) == 0, told = is_told(was, is->sha);
    bool moved = was && was->row.at >= c->began; /* an event was quicker than the answer */
    bool plain = was && strcmp(was->row.sha, is->sha) == 0 && !was->row.loose;
    if (told)
        forget(c, is->name);
    if ((told && !plain && !moved) || (!told && (c->first || (c->first_tags && tag))))
        seen_ref_set(c->e, c->r, is->name, is->sha, NULL, is->change.base_ref);
    else if (!told && !moved)
        differs(c, is->name, was, is);
    if ((was = seen_ref_of(c->r, is->name)))
        was->mark = c->r->looks;
}

/* Names in order: what is made up is the same in every history. */
static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_of_look(const struct seen_ref *x, enum look_tags tags)
{
    if (strcmp(x->row.name, TAGS_SEEN) == 0)
        return false;
    return tags == LOOK_TAGS || strncmp(x->row.name, "refs/tags/", 10) != 0;
}

static void note_tags(struct compare *c, enum look_tags tags)
{
    const struct seen_ref *x = seen_ref_of(c->r, TAGS_SEEN);
    if (tags == LOOK_TAGS && !x)
        seen_ref_set(c->e, c->r, TAGS_SEEN, "yes", NULL, NULL);
    else if (tags != LOOK_TAGS && x)
        seen_ref_set(c->e, c->r, TAGS_SEEN, NULL, NULL, NULL);
}

static void compare_absent(struct compare *c, enum look_tags tags)
{
    VEC(const char *) gone = {0};
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&c->r->refs, &at, &key, &v);) {
        const struct seen_ref *x = v;
        if (x->mark != c->r->looks && is_of_look(x, tags))
            VEC_PUSH(&gone, x->row.name);
    }
    if (gone.n)
        qsort(gone.at, gone.n, sizeof *gone.at, by_name);
    for (size_t i = 0; i < gone.n; i++) {
        const struct seen_ref *x = seen_ref_of(c->r, gone.at[i]);
        bool told = strcmp(x->row.sha, SEEN_CLOSED) == 0 || oid_is_zero(x->row.sha) || seen_has_loose(x, ZERO);
        if (x->row.at >= c->began)
            continue;
        if (c->first || told)
            seen_ref_set(c->e, c->r, gone.at[i], NULL, NULL, NULL);
        else
            differs(c, gone.at[i], x, NULL);
    }
    VEC_FREE(&gone);
}

/* What an event has told of meanwhile, or is as it was again. */
static void settle(struct compare *c)
{
    VEC(const char *) settled = {0};
    AUTO(arena_free) struct arena a = {0};
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&c->r->doubts, &at, &key, &v);)
        if (((const struct doubt *)v)->mark != c->r->looks)
            VEC_PUSH(&settled, arena_dup(&a, key));
    for (size_t i = 0; i < settled.n; i++)
        forget(c, settled.at[i]);
    VEC_FREE(&settled);
}

enum look_verdict reconcile_repo(struct engine *e, const struct lookout *l, const struct look_repo *saw,
                                 enum look_tags tags, msec_t began)
{
    struct compare c = {.e = e, .l = l, .saw = saw, .began = began, .verdict = LOOK_AGREES};
    c.r = seen_learn(e, l->name, saw->id, saw->path_now ? saw->path_now : saw->path);
    seen_moved(e, c.r, saw->path_now);
    seen_gone(e, c.r, SEEN_THERE);
    c.first = c.r->row.looked_at == 0;
    if (!c.r->configured)
        return LOOK_AGREES;
    c.first_tags = !seen_ref_of(c.r, TAGS_SEEN);
    c.r->looks++;
    for (size_t i = 0; i < saw->refs.n; i++)
        compare_ref(&c, &saw->refs.at[i]);
    compare_absent(&c, tags);
    note_tags(&c, tags);
    settle(&c);
    c.r->row.looked_at = e->now;
    if (c.first)
        seen_repo_record(e, c.r);
    return c.verdict;
}
