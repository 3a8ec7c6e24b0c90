/* SPDX-License-Identifier: Apache-2.0 */
#include "server/hooksock/delivery.h"
#include "fmt/json.h"
#include "server/trace.h"

/* Whom the kernel knows and nobody trusts does not choose his name. */
static struct sv actor_of(const struct hook_told *t)
{
    bool said = t->call->actor.n > 0 && (t->caller->trusted || t->caller->uid < 0);
    return said ? t->call->actor : SV_NONE;
}

static void write_body(const struct hook_told *t, size_t i, struct buf *out)
{
    const struct hook_call *c = t->call;
    struct jout j = {.buf = out};
    jout_open(&j, '{');
    jout_kstr(&j, "hook", c->hook);
    jout_kstr(&j, "call", c->id);
    jout_key(&j, "repository");
    jout_open(&j, '{');
    jout_kstrz(&j, "id", t->repo_id);
    jout_kstrz(&j, "full_name", t->path);
    jout_kstrz(&j, "default_branch", t->default_branch);
    jout_close(&j, '}');
    jout_kstr(&j, "ref", c->updates[i].ref);
    jout_kstr(&j, "before", c->updates[i].before);
    jout_kstr(&j, "after", c->updates[i].after);
    jout_kstr(&j, "actor", actor_of(t));
    jout_kstrz(&j, "user", t->caller->user[0] ? t->caller->user : NULL);
    jout_key(&j, "uid");
    if (t->caller->uid < 0)
        jout_null(&j);
    else
        jout_int(&j, t->caller->uid);
    jout_key(&j, "options");
    jout_open(&j, '[');
    for (size_t k = 0; k < c->n_options; k++)
        jout_str(&j, c->options[k]);
    jout_close(&j, ']');
    jout_kint(&j, "refs", (int64_t)c->n_updates);
    jout_kbool(&j, "skip", t->course->skip);
    jout_kbool(&j, "trusted", t->caller->trusted);
    jout_close(&j, '}');
}

struct delivery_put *hook_delivery_new(const struct hook_told *t, size_t i)
{
    struct delivery_put *p = delivery_put_new();
    struct arena *a = &p->arena;
    struct buf body = {0};
    write_body(t, i, &body);
    p->d = (struct delivery){.forge = arena_strdup(a, t->forge),
                             .kind = "bare",
                             .hook = arena_fmt(a, "git:%s", course_hook_name[t->course->hook]),
                             .event = course_hook_name[t->course->hook],
                             .guid = arena_fmt(a, "%.*s.%zu", SV_ARG(t->call->id), i + 1),
                             .headers = "{}",
                             .size = (int64_t)body.n,
                             .received_at = clk_wall_ms()};
    sha256(body.p, body.n, p->d.digest);
    p->body = buf_take(&body);
    trace_give(p, t->caller->trace);
    return p;
}
