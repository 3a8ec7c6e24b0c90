/* SPDX-License-Identifier: Apache-2.0 */
/* Processes of the simulator. A script is "sleep SECONDS" and then "exit CODE", both optional; "hang" ends only by its
 * time limit or when it is killed. */
#include <stdio.h>
#include <stdlib.h>
#include "world.h"

struct sim_process *exec_find(struct world *w, int64_t attempt)
{
    for (size_t i = 0; i < w->processes.n; i++)
        if (w->processes.at[i].attempt == attempt)
            return &w->processes.at[i];
    return NULL;
}

static void end_at(struct world *w, struct sim_process *p, msec_t at)
{
    struct sim_event *ev = mem_new(sizeof *ev);
    p->ends_at = at;
    ev->kind = SIM_EXIT;
    ev->at = at;
    ev->id = p->attempt;
    world_push(w, ev);
}

void exec_start(struct world *w, const struct exec_spec *s)
{
    if (exec_find(w, s->attempt_id)) {
        world_fail(w, "an attempt is started twice");
        return;
    }
    struct sim_process p = {.attempt = s->attempt_id,
                            .epoch = s->epoch,
                            .script = arena_strdup(&w->arena, s->script),
                            .started = true,
                            .exit = {.attempt_id = s->attempt_id, .epoch = s->epoch}};
    for (size_t i = 0; i < w->store.attempts.n; i++)
        if (w->store.attempts.at[i].id == s->attempt_id)
            p.step = w->store.attempts.at[i].step_id;
    if (!p.step)
        world_fail(w, "a process starts without a committed intent");
    const char *sleep = strstr(s->script, "sleep "), *code = strstr(s->script, "exit ");
    msec_t ms = strstr(s->script, "hang") ? INT64_MAX / 4 : sleep ? (msec_t)(strtod(sleep + 6, NULL) * 1000) : 1;
    p.exit.exit_code = code ? (int)strtol(code + 5, NULL, 10) : 0;
    if (ms > s->timeout_ms) {
        ms = s->timeout_ms;
        p.exit.reason = EXIT_TIMEOUT;
        p.exit.exit_code = -1;
        p.exit.signal = 9;
    }
    VEC_PUSH(&w->processes, p);
    end_at(w, &w->processes.at[w->processes.n - 1], w->now + ms);
}

void exec_kill(struct world *w, int64_t attempt)
{
    struct sim_process *p = exec_find(w, attempt);
    if (!p || p->ended)
        return;
    p->exit.reason = EXIT_CANCELLED;
    p->exit.exit_code = -1;
    p->exit.signal = 15;
    end_at(w, p, w->now + 5);
}
