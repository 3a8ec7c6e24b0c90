/* SPDX-License-Identifier: Apache-2.0 */
/* I10: a start is a function of rows, processes and the hour alone. It is done twice here, and what comes of it is
 * compared; only then is it done for the server that stays. */
#include "ports.h"

static void mix(uint64_t *h, uint64_t v)
{
    *h = (*h ^ v) * 0x100000001b3u;
}

static void mix_text(uint64_t *h, const char *z)
{
    for (const char *p = z ? z : ""; *p; p++)
        mix(h, (unsigned char)*p);
    mix(h, 0x100);
}

static void mix_change(uint64_t *h, const struct change *c)
{
    mix(h, c->kind);
    switch (c->kind) {
    case CHANGE_RUN:
    case CHANGE_RUN_NEW:
    case CHANGE_JOBS_NEW:
        mix(h, (uint64_t)c->run->id);
        mix(h, c->run->state);
        break;
    case CHANGE_JOB:
        mix(h, (uint64_t)c->job->id);
        mix(h, c->job->state);
        break;
    case CHANGE_STEP:
        mix(h, (uint64_t)c->step->id);
        mix(h, c->step->outcome);
        break;
    case CHANGE_ATTEMPT:
    case CHANGE_ATTEMPT_NEW:
        mix(h, (uint64_t)c->attempt->id);
        mix(h, c->attempt->state);
        break;
    case CHANGE_EFFECT:
    case CHANGE_EFFECT_NEW:
        mix(h, (uint64_t)c->effect->id);
        mix(h, c->effect->state);
        break;
    case CHANGE_JOURNAL:
        mix(h, (uint64_t)c->journal.ref_id);
        mix_text(h, c->journal.to);
        mix_text(h, c->journal.cause);
        break;
    default:
        break;
    }
}

static uint64_t boot_once(struct world *w, uint64_t seed)
{
    struct engine_ports ports = {.recall = recall, .same = same, .run_number = run_number, .judged = hooks_judged,
                                 .ctx = w};
    struct engine *e = engine_new(&w->conf, &ports, seed);
    struct engine_out out = {0};
    struct engine_event ev;
    uint64_t h = 0xcbf29ce484222325u;
    world_boot_event(w, &ev);
    ev.now = w->now + w->clock;
    engine_step(e, &ev, &out);
    for (const struct change *c = out.changes ? out.changes->first : NULL; c; c = c->next)
        mix_change(&h, c);
    for (size_t i = 0; i < out.now.n; i++)
        mix(&h, out.now.at[i].kind);
    for (size_t i = 0; i < out.after.n; i++)
        mix(&h, out.after.at[i].kind);
    change_set_free(&out.changes);
    for (size_t i = 0; i < out.now.n; i++)
        drop(&out.now.at[i]);
    for (size_t i = 0; i < out.after.n; i++)
        drop(&out.after.at[i]);
    engine_out_free(&out);
    engine_free(&e);
    return h;
}

void world_check_boot(struct world *w, uint64_t seed)
{
    if (boot_once(w, seed) != boot_once(w, seed))
        world_fail(w, "I10: two starts from the same rows are not the same");
}
