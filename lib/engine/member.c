/* SPDX-License-Identifier: Apache-2.0 */
/* What the sender of an event may do: asked of the forge before anything is gathered, where the event does not say it
 * and something could start, and where a comment is a command. Answers are kept for a minute. */
#include "core/backoff.h"
#include "core/trigger.h"
#include "engine/member.h"

enum { ANSWERS_MOST = 1000 };
static const msec_t ANSWER_MS = 60000, ASK_BASE_MS = 2000, ASK_CAP_MS = 300000;

struct heard {
    enum member_level level;
    msec_t until;
};

/* ---- has anybody to be asked? ---- */

static bool may_start(const struct engine *e, const struct undecided *u, const char *alias, bool *ret_command)
{
    AUTO(arena_free) struct arena a = {0};
    bool any = false;
    for (size_t i = 0; i < e->conf->workflows->n; i++) {
        struct trigger_input in = {
            .event = u->event, .alias = alias, .known = PATHS_LATER, .level_known = LEVEL_LATER, .own = u->own};
        struct trigger_verdict v;
        trigger_match(e->conf->workflows->at[i], &in, &a, &v);
        any |= v.matched;
        *ret_command |= v.matched && v.needs_level;
    }
    return any;
}

static bool is_command(const struct hook_event *ev)
{
    struct sv command, arguments;
    return strcmp(ev->name, "issue_comment") == 0 && ev->comment.body &&
           trigger_command(ev->comment.body, &command, &arguments);
}

/* Files of the event's own repository are not known yet: they may want anything. */
static bool is_needed(const struct engine *e, const struct undecided *u)
{
    const struct hook_event *ev = u->event;
    const struct repo *own = ev->repo.id ? repo_by_id(e->conf->repos, sv_of(ev->repo.id)) : NULL;
    enum wf_event kind;
    bool command = own && is_command(ev);
    if (u->asked || !trigger_event_of(ev, &kind) || ev->deleted == YES || (ev->trusted != UNKNOWN && !is_command(ev)))
        return false;
    bool starts = may_start(e, u, own ? own->alias : NULL, &command);
    return command || (ev->trusted == UNKNOWN && (own || starts));
}

/* ---- what was heard ---- */

static const char *answer_key(const struct undecided *u, struct arena *a)
{
    const struct hook_event *ev = u->event;
    return ev->repo.id && ev->sender.present && ev->sender.login ? arena_fmt(a, "%s\n%s", ev->repo.id, ev->sender.login)
                                                                 : NULL;
}

static void note(struct engine *e, const struct undecided *u, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void note(struct engine *e, const struct undecided *u, const char *fmt, ...)
{
    AUTO(buf_free) struct buf b = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vfmt(&b, fmt, ap);
    va_end(ap);
    record_journal(e, "delivery", u->id, 0, "received", "received", arena_dup(&engine_changes(e)->arena, buf_view(&b)));
}

static void take_level(struct engine *e, struct undecided *u, enum member_level level)
{
    u->asked = u->level_known = true;
    u->level = level;
    u->tries = 0;
    if (u->event->trusted == UNKNOWN)
        u->event->trusted = level >= MEMBER_WRITE ? YES : NO;
    note(e, u, "%s has the permission \"%s\"", u->event->sender.login, member_level_name[level]);
}

static void take_refusal(struct engine *e, struct undecided *u, const char *why)
{
    u->asked = true;
    u->tries = 0;
    if (u->event->trusted == UNKNOWN)
        u->event->trusted = NO;
    note(e, u, "the sender's permission is not known, and so not trusted: %s", why);
}

void member_forget(struct engine *e)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->members, &at, &key, &v);)
        mem_free(v);
    map_free(&e->members);
}

static void keep(struct engine *e, const char *key, enum member_level level)
{
    if (e->members.n >= ANSWERS_MOST)
        member_forget(e);
    struct heard *x = map_get(&e->members, sv_of(key));
    if (!x) {
        x = mem_new(sizeof *x);
        map_put(&e->members, sv_of(key), x);
    }
    *x = (struct heard){level, e->now + ANSWER_MS};
}

/* ---- asking ---- */

const struct engine_forge *member_forge(const struct engine *e, const char *name)
{
    for (size_t i = 0; name && i < e->conf->n_forges; i++)
        if (strcmp(e->conf->forges[i].name, name) == 0)
            return &e->conf->forges[i];
    return NULL;
}

static const char *ask(struct engine *e, struct undecided *u)
{
    const struct engine_forge *f = member_forge(e, u->event->forge);
    struct api_request request = {0};
    if (!f || !f->ops->ask_member)
        return "there is no forge to ask";
    if (!f->can_post)
        return "the forge has no token";
    if (!f->ops->ask_member(u->event, &request)) {
        api_request_done(&request);
        return "the event does not say who it was";
    }
    const char *colon = u->event->repo.id ? strchr(u->event->repo.id, ':') : NULL;
    buf_str(&request.repo, colon ? colon + 1 : "");
    u->call.what = ACT_ASK;
    u->call.id = u->id;
    lane_call(e, map_get(&e->lanes, sv_of(f->name)), &u->call, &request);
    return NULL;
}

enum member_next member_ask(struct engine *e, struct undecided *u)
{
    AUTO(arena_free) struct arena a = {0};
    if (!is_needed(e, u))
        return MEMBER_GO_ON;
    const char *key = answer_key(u, &a);
    const struct heard *x = key ? map_get(&e->members, sv_of(key)) : NULL;
    if (x && x->until > e->now) {
        take_level(e, u, x->level);
        return MEMBER_GO_ON;
    }
    const char *why = ask(e, u);
    if (!why)
        return MEMBER_WAIT;
    take_refusal(e, u, why);
    return MEMBER_GO_ON;
}

enum member_next member_answered(struct engine *e, struct undecided *u, const struct api_reply *reply)
{
    AUTO(arena_free) struct arena a = {0};
    const struct engine_forge *f = member_forge(e, u->event->forge);
    enum member_level level;
    struct err err = {0};
    if (u->asked) /* a second answer */
        return MEMBER_WAIT;
    if (!f || !f->ops->read_member) {
        take_refusal(e, u, "there is no forge to ask");
    } else if (f->ops->read_member(reply, &level, &err) == 0) {
        const char *key = answer_key(u, &a);
        if (key)
            keep(e, key, level);
        take_level(e, u, level);
    } else if (err.cls == ERR_TRANSIENT || err.cls == ERR_LIMITED) {
        msec_t wait = backoff_ms(u->tries++, ASK_BASE_MS, ASK_CAP_MS, &e->random);
        wait = err.retry_after_ms > wait ? err.retry_after_ms : wait;
        note(e, u, "the sender's permission is asked for again in %lld ms: %s", (long long)wait, err.msg);
        wake_at(e, &u->wake, &u->waits, e->now + wait);
        return MEMBER_WAIT;
    } else {
        take_refusal(e, u, err.msg);
    }
    return MEMBER_GO_ON;
}
