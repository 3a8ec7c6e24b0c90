/* SPDX-License-Identifier: Apache-2.0 */
/* An engine by hand: one forge whose talk is scripted, one action "tell", one workflow on pushes to acme/api. What a step
 * gives out is looked at and then carried out by nobody. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "engine/engine.h"

struct rig {
    struct engine *engine;
    struct engine_out out;
    struct engine_forge forge;
    struct engine_conf conf;
    struct repo repos_at[2];
    struct repo_set repos;
    struct workflow workflow, *workflows_at[1];
    struct workflow_set workflows;
    struct wf_trigger trigger;
    struct wf_job job;
    struct wf_step steps[3];
    msec_t now;
    int64_t seq;      /* of the last change-set */
    bool commits;     /* see rig_commit */
    VEC(struct change_set *) sets; /* all of them: the engine may still hold what they point to */
};

/* ---- what the forge says: the next talk that has an answer ends like this ---- */

static enum talk_next rig_next = TALK_SENT;
static struct err rig_err;
static int rig_talks;           /* conversations begun */
static char rig_known[64];      /* number of the issue that the last one began with */

static inline enum talk_next rig_talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                                      struct api_request *ret_request, struct err *e)
{
    (void)x;
    if (!reply) {
        rig_talks++;
        memcpy(rig_known, t->remote_id, sizeof rig_known);
        *ret_request = (struct api_request){.method = "POST"};
        return TALK_CALL;
    }
    *e = rig_err;
    memcpy(t->remote_id, "17", 3);
    return rig_next;
}

static const struct forge_ops rig_forge = {.kind = "github", .talk = rig_talk};

static inline int rig_tell(const struct action_call *c, struct action_result *ret, struct err *e)
{
    (void)c;
    (void)e;
    ret->does = ACTION_EFFECT;
    ret->effect.kind = EFFECT_ISSUE;
    ret->effect.fingerprint = "one";
    ret->effect.issue = (struct issue_body){.title = "t", .body = "b"};
    return 0;
}

static const struct action_ops rig_action = {.name = "tell", .resolve = rig_tell};
const struct action_ops *const action_all[] = {&rig_action, NULL};

static inline bool rig_recall(void *ctx, const char *fingerprint, char ret_id[64], char ret_url[512])
{
    (void)ctx;
    (void)fingerprint;
    ret_id[0] = ret_url[0] = 0;
    return false;
}

/* ---- life ---- */

static inline void rig_open(struct rig *r)
{
    struct engine_ports ports = {.recall = rig_recall};
    *r = (struct rig){.now = 1790000000000, .commits = true};
    rig_next = TALK_SENT;
    rig_err = (struct err){0};
    rig_talks = 0;
    r->forge = (struct engine_forge){.name = "f", .ops = &rig_forge, .can_post = true};
    r->repos_at[0] = (struct repo){.alias = "api", .id = "f:acme/api", .forge = "f", .path = "acme/api", .default_branch = "main"};
    r->repos_at[1] = (struct repo){.alias = "web", .id = "f:acme/web", .forge = "f", .path = "acme/web", .default_branch = "main"};
    r->repos.at = r->repos_at;
    r->steps[0] = (struct wf_step){.name = "one", .kind = STEP_RUN, .run = "true"};
    r->steps[1] = (struct wf_step){.name = "two", .kind = STEP_RUN, .run = "true"};
    r->job = (struct wf_job){.key = "build", .name = "build", .steps = r->steps, .n_steps = 2};
    r->trigger = (struct wf_trigger){.event = WF_PUSH};
    r->workflow = (struct workflow){
        .name = "ci", .file = "ci.yml", .triggers = &r->trigger, .n_triggers = 1, .jobs = &r->job, .n_jobs = 1};
    r->workflows_at[0] = &r->workflow;
    r->workflows = (struct workflow_set){r->workflows_at, 1};
    r->conf = (struct engine_conf){.workflows = &r->workflows, .repos = &r->repos, .forges = &r->forge, .n_forges = 1,
                                   .slots = 2, .log_limit = 1 << 20, .isolated = true};
    r->engine = engine_new(&r->conf, &ports, 1);
}

static inline void rig_clear(struct rig *r)
{
    for (size_t i = 0; i < r->out.now.n + r->out.after.n; i++) {
        struct engine_action *x = i < r->out.now.n ? &r->out.now.at[i] : &r->out.after.at[i - r->out.now.n];
        if (x->kind == ACT_START)
            engine_start_done(x);
        else if (x->kind == ACT_GATHER)
            gather_free(&x->gather);
        else if (x->kind == ACT_LOOKAHEAD)
            foresight_free(&x->foresight);
        else if (x->kind == ACT_CALL)
            api_request_done(&x->call.request);
    }
    if (r->out.changes)
        VEC_PUSH(&r->sets, r->out.changes);
    engine_out_free(&r->out);
    r->out = (struct engine_out){0};
}

static inline void rig_close(struct rig *r)
{
    rig_clear(r);
    engine_free(&r->engine);
    for (size_t i = 0; i < r->sets.n; i++)
        change_set_free(&r->sets.at[i]);
    VEC_FREE(&r->sets);
}

/* Its change-set is on disk at once: the calls that waited for that stand in `after` then, behind what stands there. */
static inline void rig_commit(struct rig *r)
{
    struct engine_event ev = {.kind = EV_COMMITTED, .now = r->now, .committed = r->seq};
    struct engine_out more = {0};
    engine_step(r->engine, &ev, &more);
    assert_null(more.changes);
    assert_int_equal(more.after.n, 0);
    for (size_t i = 0; i < more.now.n; i++) {
        assert_true(more.now.at[i].kind == ACT_CALL);
        VEC_PUSH(&r->out.after, more.now.at[i]);
    }
    engine_out_free(&more);
}

/* One step. R2 holds in every one of them: what the outside sees is never in `now`, but for the turns of a conversation
 * that the store knows about. */
static inline void rig_step(struct rig *r, struct engine_event ev)
{
    rig_clear(r);
    ev.now = r->now;
    engine_step(r->engine, &ev, &r->out);
    for (size_t i = 0; i < r->out.now.n; i++)
        assert_true(r->out.now.at[i].kind == ACT_DECODE || r->out.now.at[i].kind == ACT_GATHER ||
                    r->out.now.at[i].kind == ACT_LOOKAHEAD ||
                    (r->out.now.at[i].kind == ACT_CALL && (ev.kind == EV_REPLY || ev.kind == EV_TIMER)));
    if (r->out.changes) {
        assert_int_equal(r->out.changes->seq, r->seq + 1);
        r->seq++;
        if (r->commits)
            rig_commit(r);
    }
}

static inline struct engine_action *rig_after(struct rig *r, enum engine_action_kind kind)
{
    for (size_t i = 0; i < r->out.after.n; i++)
        if (r->out.after.at[i].kind == kind)
            return &r->out.after.at[i];
    return NULL;
}

static inline struct engine_action *rig_now(struct rig *r, enum engine_action_kind kind)
{
    for (size_t i = 0; i < r->out.now.n; i++)
        if (r->out.now.at[i].kind == kind)
            return &r->out.now.at[i];
    return NULL;
}

static inline const struct change *rig_change(const struct rig *r, enum change_kind kind)
{
    for (const struct change *c = r->out.changes ? r->out.changes->first : NULL; c; c = c->next)
        if (c->kind == kind)
            return c;
    return NULL;
}

static inline bool rig_silent(const struct rig *r)
{
    return !r->out.changes && !r->out.now.n && !r->out.after.n;
}

/* A push as decoded; change it before it is given. */
static inline struct engine_event rig_push(int64_t delivery)
{
    struct engine_event ev = {.kind = EV_DECODED, .decoded = {.delivery = delivery, .verdict = DECODE_OK}};
    struct hook_event *h = ev.decoded.event = arena_new(&ev.decoded.arena, sizeof *h);
    h->forge = "f";
    h->name = "push";
    h->ref = "refs/heads/main";
    h->after = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    h->repo.id = "f:acme/api";
    h->repo.full_name = "acme/api";
    h->trusted = YES;
    return ev;
}

static inline void rig_deliver(struct rig *r, int64_t delivery)
{
    struct delivery d = {.id = delivery};
    rig_step(r, (struct engine_event){.kind = EV_DELIVERY, .delivery = &d});
    assert_int_equal(rig_now(r, ACT_DECODE)->delivery, delivery);
}

/* From the delivery to a run that has started its first step. */
static inline void rig_run(struct rig *r, int64_t delivery)
{
    rig_deliver(r, delivery);
    rig_step(r, rig_push(delivery));
}

static inline void rig_reply(struct rig *r, int64_t effect)
{
    static const struct api_reply reply = {.status = 200};
    rig_step(r, (struct engine_event){.kind = EV_REPLY, .reply = {effect, &reply}});
}

/* The time asked for comes. */
static inline void rig_wait(struct rig *r)
{
    msec_t at = engine_next_timer(r->engine);
    assert_true(at != INT64_MAX && at > r->now);
    r->now = at;
    rig_step(r, (struct engine_event){.kind = EV_TIMER});
}
