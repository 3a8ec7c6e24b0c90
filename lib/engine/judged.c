/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/judged.h"
#include "fmt/enc.h"

enum { CALLS_DEEP = 4 };

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

bool judged_is_asked(const struct hook_event *ev)
{
    enum wf_event kind;
    return trigger_event_of(ev, &kind) && trigger_is_judging(kind);
}

bool judged_any(const struct engine *e)
{
    for (size_t i = 0; i < e->conf->workflows->n; i++)
        if (trigger_judging(e->conf->workflows->at[i], WF_EVENT_N))
            return true;
    return false;
}

/* ---- the key ---- */

struct digest {
    struct engine *e;
    const struct gather *g;
    struct arena *a;
    struct buf text;
    const char *own; /* alias of the event's repository */
};

static const struct gather_repo *gathered(const struct gather *g, const char *alias)
{
    for (size_t i = 0; g && i < g->n_repos; i++)
        if (same(g->repos[i].alias, alias) && !g->repos[i].called)
            return &g->repos[i];
    return NULL;
}

/* Another repository is judged with it, as it was then. */
static void add_repo(struct digest *d, const char *alias)
{
    if (!alias || same(alias, d->own))
        return;
    const struct gather_repo *r = gathered(d->g, alias);
    buf_fmt(&d->text, "\n%s=%s", alias, r && r->sha ? r->sha : "");
}

static void add_workflow(struct digest *d, const struct workflow *w, struct call_place at, int depth)
{
    buf_fmt(&d->text, "\n%s", w->digest);
    for (size_t i = 0; i < w->n_repositories; i++)
        add_repo(d, w->repositories[i]);
    for (size_t i = 0; i < w->n_jobs; i++) {
        struct call_place to;
        const char *ignored;
        add_repo(d, w->jobs[i].repo);
        const struct workflow *called =
            w->jobs[i].uses && depth ? call_find(d->e, d->g, at, w->jobs[i].uses, d->a, &to, &ignored) : NULL;
        if (called)
            add_workflow(d, called, to, depth - 1);
    }
}

/* A verdict of a run without secrets is none about one with them. */
static const char *key_of(struct engine *e, const struct undecided *u, const struct gather *g, const struct workflow *w,
                          const char *alias, struct arena *a)
{
    const struct gather_repo *own = alias ? gathered(g, alias) : NULL;
    struct digest d = {.e = e, .g = g, .a = a, .own = alias};
    uint8_t digest[SHA256_LEN];
    AUTO(buf_free) struct buf hex = {0};
    if (!own || !own->tree || !own->base || !w->digest[0])
        return NULL;
    buf_str(&d.text, u->event->trusted == YES ? "trusted" : "not trusted");
    add_workflow(&d, w, (struct call_place){.alias = w->origin}, CALLS_DEEP);
    sha256(d.text.p, d.text.n, digest);
    buf_free(&d.text);
    hex_put(&hex, digest, sizeof digest);
    return arena_fmt(a, "%s %s %s", own->tree, own->base, hex.p);
}

/* ---- runs ---- */

static void put_name(const char *repo_id, const char *workflow, const char *key, struct buf *out)
{
    buf_fmt(out, "%s\n%s\n%s", repo_id, workflow, key);
}

/* An error, a cancellation and the like judge nothing. */
static bool has_judged(const struct run *r)
{
    return r->conclusion == CONC_SUCCESS || r->conclusion == CONC_FAILURE;
}

void judged_adopt(struct engine *e, struct live_run *r)
{
    AUTO(buf_free) struct buf name = {0};
    if (!r->row->verdict || !r->row->repo_id)
        return;
    put_name(r->row->repo_id, r->row->workflow, r->row->verdict, &name);
    map_put(&e->judging, buf_view(&name), r);
}

void judged_forget(struct engine *e, const struct live_run *r)
{
    AUTO(buf_free) struct buf name = {0};
    if (!r->row->verdict || !r->row->repo_id)
        return;
    put_name(r->row->repo_id, r->row->workflow, r->row->verdict, &name);
    if (map_get(&e->judging, buf_view(&name)) == r)
        map_remove(&e->judging, buf_view(&name));
}

/* It is in memory for as long as this change-set takes. */
static struct live_run *load(struct engine *e, const char *repo_id, const char *workflow, const char *key)
{
    struct arena a = {0};
    struct run *row;
    if (!e->ports.judged || !e->ports.judged(e->ports.ctx, repo_id, workflow, key, &a, &row)) {
        arena_free(&a);
        return NULL;
    }
    struct live_run *r = map_get_id(&e->runs, row->id);
    if (r) {
        arena_free(&a);
        return r;
    }
    r = mem_new(sizeof *r);
    r->arena = a;
    r->row = row;
    r->claim = (struct claim){.run = r};
    map_put_id(&e->runs, row->id, r);
    judged_adopt(e, r);
    r->over_at_seq = engine_changes(e)->seq;
    list_push(&e->over_runs, &r->over);
    return r;
}

static struct live_run *find(struct engine *e, const char *repo_id, const char *workflow, const char *key)
{
    AUTO(buf_free) struct buf name = {0};
    put_name(repo_id, workflow, key, &name);
    struct live_run *r = map_get(&e->judging, buf_view(&name));
    if (r && (r->row->state != WORK_DONE || has_judged(r->row)))
        return r;
    return load(e, repo_id, workflow, key);
}

/* Would it have been judged, had it been asked? */
static bool should_have(const struct workflow *w, const struct trigger_input *in, struct arena *a)
{
    static const struct {
        enum wf_event event;
        const char *name;
    } hooks[] = {{WF_PRE_PUSH, "pre_push"}, {WF_PRE_RECEIVE, "pre_receive"}};
    for (size_t i = 0; i < ARRAY_LEN(hooks); i++) {
        struct hook_event as_if = *in->event;
        struct trigger_input asked = *in;
        struct trigger_verdict v;
        as_if.name = hooks[i].name;
        asked.event = &as_if;
        if (!trigger_judging(w, hooks[i].event))
            continue;
        trigger_match(w, &asked, a, &v);
        if (v.matched)
            return true;
    }
    return false;
}

void judged_find(struct engine *e, const struct undecided *u, const struct gather *g, const struct workflow *w,
                 const struct trigger_input *in, const struct trigger_verdict *v, struct arena *a, struct judged *ret)
{
    const struct hook_event *ev = u->event;
    bool asks = judged_is_asked(ev);
    *ret = (struct judged){0};
    if (asks ? !v->matched : !same(ev->name, "push") || !trigger_judging(w, WF_EVENT_N))
        return;
    const char *key = key_of(e, u, g, w, in->alias, a);
    if (key && !u->replayed)
        ret->run = find(e, ev->repo.id, w->name, key);
    if (asks)
        ret->key = key;
    else
        ret->unjudged = !ret->run && v->matched && should_have(w, in, a);
}
