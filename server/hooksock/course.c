/* SPDX-License-Identifier: Apache-2.0 */
#include "server/hooksock/course.h"
#include "core/hook_event.h"

/* Our answer has to be at the client's before it stops waiting. */
enum { SPARE_MS = 500, SPARE_PART = 10 };

const char *const course_hook_name[] = {"pre-push", "pre-receive", "update", "post-receive", "other"};

/* Where several refs may go on for several reasons the first of these is said. */
static const char *const by_weight[] = {"background", "error", "judged", "reused", "no-workflow", "deleted"};

static enum course_step over(struct course *c, enum verdict_state verdict, const char *reason)
{
    c->state = COURSE_OVER;
    c->verdict = verdict;
    c->reason = reason;
    return verdict == VERDICT_NONE ? STEP_END : STEP_VERDICT;
}

static enum course_step go(struct course *c, enum course_state state, enum course_step step)
{
    c->state = state;
    return step;
}

enum course_step course_begin(struct course *c, const struct hook_call *call, msec_t now)
{
    *c = (struct course){.hook = COURSE_HOOK_N, .n_refs = call->n_updates};
    for (int i = 0; i < COURSE_HOOK_N; i++)
        if (sv_is(call->hook, course_hook_name[i]))
            c->hook = (enum course_hook)i;
    if (c->hook == COURSE_HOOK_N)
        return over(c, VERDICT_NONE, "unknown-hook");
    if (call->n_updates == 0)
        return over(c, VERDICT_ALLOW, "nothing");
    msec_t spare = call->wait_ms / SPARE_PART < SPARE_MS ? call->wait_ms / SPARE_PART : SPARE_MS;
    c->until = now + call->wait_ms - spare;
    for (size_t i = 0; i < call->n_options; i++)
        c->skip |= sv_is(call->options[i], "fettle.skip=1");
    for (size_t i = 0; i < call->n_updates; i++)
        c->wants_objects |= !oid_sv_is_zero(call->updates[i].after);
    c->wants_objects &= !c->skip && c->hook != COURSE_POST_RECEIVE;
    return go(c, COURSE_FINDING, STEP_FIND);
}

enum course_step course_found(struct course *c, enum course_found what)
{
    MUST(c->state == COURSE_FINDING);
    switch (what) {
    case FOUND_NO_REPO:
        return over(c, VERDICT_ALLOW, "unknown-repository");
    case FOUND_FAILED:
        return over(c, VERDICT_NONE, "git");
    case FOUND_LACKS:
        if (c->wants_objects)
            return go(c, COURSE_SENDING, STEP_SEND);
        break;
    case FOUND_WHOLE:
        break;
    }
    return go(c, COURSE_STORING, STEP_STORE);
}

enum course_step course_pack(struct course *c, enum course_pack what)
{
    MUST(c->state == COURSE_SENDING);
    switch (what) {
    case PACK_NONE:
        return over(c, VERDICT_DENY, "bad-pack");
    case PACK_TOO_LARGE:
        return over(c, VERDICT_DENY, "too-large");
    case PACK_NO_ROOM:
        return over(c, VERDICT_NONE, "no-room");
    case PACK_CAME:
        break;
    }
    return go(c, COURSE_TAKING, STEP_TAKE);
}

enum course_step course_taken(struct course *c, enum err_class cls)
{
    MUST(c->state == COURSE_TAKING);
    if (cls == ERR_OK)
        return go(c, COURSE_STORING, STEP_STORE);
    return cls == ERR_INVALID || cls == ERR_MISSING ? over(c, VERDICT_DENY, "bad-pack") : over(c, VERDICT_NONE, "git");
}

enum course_step course_stored(struct course *c, enum err_class cls)
{
    c->n_stored++;
    if (c->state == COURSE_OVER)
        return STEP_NONE;
    MUST(c->state == COURSE_STORING);
    if (cls == ERR_CONFLICT)
        return over(c, VERDICT_DENY, "error");
    if (cls != ERR_OK)
        return over(c, VERDICT_NONE, "store");
    if (c->n_stored < c->n_refs)
        return STEP_NONE;
    if (c->skip)
        return over(c, VERDICT_ALLOW, "skipped");
    if (c->hook == COURSE_POST_RECEIVE)
        return over(c, VERDICT_ALLOW, "background");
    return go(c, COURSE_JUDGING, STEP_JUDGE);
}

/* ---- the answers ---- */

static size_t weight_of(const char *reason)
{
    size_t i = 0;
    while (i < ARRAY_LEN(by_weight) && strcmp(by_weight[i], reason) != 0)
        i++;
    return i;
}

/* Of an answer that lets its ref pass; NULL: not yet, and *c->next is when it will in any case. */
static const char *passes(struct course *c, const struct engine_verdict *v, msec_t now)
{
    if (v->state == VERDICT_ALLOW)
        return v->reason;
    msec_t end = v->wait_until && v->wait_until < c->until ? v->wait_until : c->until;
    if (now >= end)
        return "background";
    c->next = end > c->next ? end : c->next;
    return NULL;
}

enum course_step course_judged(struct course *c, const struct engine_verdict *v, size_t n, msec_t now)
{
    MUST(c->state == COURSE_JUDGING && n == c->n_refs);
    const char *reason = NULL;
    bool open = false;
    c->next = 0;
    for (size_t i = 0; i < n; i++)
        if (v[i].state == VERDICT_DENY || v[i].state == VERDICT_NONE) {
            c->by = i; /* NONE: it was decided by a server before this one, which told nobody */
            return over(c, VERDICT_DENY, v[i].state == VERDICT_NONE ? "error" : v[i].reason);
        }
    for (size_t i = 0; i < n; i++) {
        const char *why = passes(c, &v[i], now);
        open |= !why;
        if (why && (!reason || weight_of(why) < weight_of(reason))) {
            reason = why;
            c->by = i;
        }
    }
    return open ? STEP_JUDGE : over(c, VERDICT_ALLOW, reason);
}
