/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/event.h"

struct jout *tell_open(struct lab_call *e, const struct lab_call *c)
{
    *e = (struct lab_call){.world = c->world,
                           .forge = c->forge,
                           .repo = c->repo,
                           .base = c->base,
                           .now = c->now,
                           .arena = c->arena,
                           .method = SV("POST")};
    struct jout *j = call_open(e, 0);
    jout_open(j, '{');
    return j;
}

void tell_put(struct lab_call *e, const struct lab_event *kind)
{
    struct lab_world *w = e->world;
    struct lab_event *x = arena_new(&w->arena, sizeof *x);
    jout_close(&e->j, '}');
    *x = *kind;
    x->number = ++w->last_event;
    x->forge = e->forge;
    x->repo = e->repo;
    x->payload = arena_dup(&w->arena, buf_view(&e->out));
    VEC_PUSH(&w->events, x);
    call_free(e);
}

int64_t login_id(struct sv login)
{
    uint32_t h = 2166136261u; /* FNV-1a: only to differ */
    for (size_t i = 0; i < login.n; i++)
        h = (h ^ (uint8_t)login.p[i]) * 16777619u;
    return sv_is(login, "lab-bot") ? 1 : (int64_t)(h >> 1) + 2;
}

void tell_who(struct lab_call *e, const char *key, const char *who)
{
    struct jout *j = &e->j;
    struct sv login = sv_of(who);
    jout_key(j, key);
    jout_open(j, '{');
    jout_kint(j, "id", login_id(login));
    jout_kstrz(j, e->forge == LAB_GITLAB ? "username" : "login", who);
    if (e->forge == LAB_GITHUB)
        jout_kstrz(j, "type", sv_is(login, "lab-bot") || sv_ends(login, SV("[bot]")) ? "Bot" : "User");
    else
        jout_kstrz(j, e->forge == LAB_GITLAB ? "name" : "full_name", who);
    if (e->forge == LAB_GITEA)
        jout_kstrz(j, "username", who);
    jout_close(j, '}');
}

const struct lab_teller *lab_teller(enum lab_forge forge)
{
    static const struct lab_teller *const all[LAB_FORGES] = {&github_teller, &gitlab_teller, &gitea_teller};
    return all[forge];
}
