/* SPDX-License-Identifier: Apache-2.0 */
/* How worlds, servers and machines begin and end. */
#include <limits.h>
#include "core/backoff.h"
#include "ports.h"

static const msec_t RECORD_MS = 2;

static bool event_before(const struct heap_node *x, const struct heap_node *y)
{
    const struct sim_event *a = CONTAINER_OF(x, struct sim_event, node), *b = CONTAINER_OF(y, struct sim_event, node);
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void world_init(struct world *w, uint64_t seed)
{
    *w = (struct world){.now = 1790000000000, .random = seed, .events = {.before = event_before}};
    w->bug = bug_planted();
    w->forges[0] = (struct engine_forge){.name = "github",
                                         .ops = forge_find(SV("github")),
                                         .can_post = true,
                                         .limits = {.flights = 8, .writes = 8}};
    w->forge.limit.most = w->forges[0].limits;
    w->conf = (struct engine_conf){.workflows = &w->workflows,
                                   .repos = &w->repos,
                                   .forges = w->forges,
                                   .n_forges = 1,
                                   .slots = 2,
                                   .log_limit = 1 << 20,
                                   .public_url = "https://ci.example.com",
                                   .secrets = w->secrets,
                                   .vars = w->vars,
                                   .isolated = true};
}

void world_boot_event(struct world *w, struct engine_event *ret)
{
    struct open_work *work = store_open_work(w);
    enum found *found = arena_new(&w->arena, (work->n_attempts + 1) * sizeof *found);
    struct exit_record *exits = arena_new(&w->arena, (work->n_attempts + 1) * sizeof *exits);
    const struct step_result **results = arena_new(&w->arena, (work->n_attempts + 1) * sizeof *results);
    const struct failure **failures = arena_new(&w->arena, (work->n_attempts + 1) * sizeof *failures);
    for (size_t i = 0; i < work->n_attempts; i++) {
        struct sim_process *p = exec_find(w, work->attempts[i].id);
        found[i] = !p || !p->started ? FOUND_NEVER_RAN
                   : p->killed       ? FOUND_LOST
                   : p->ended        ? FOUND_FINISHED
                                     : FOUND_RUNNING;
        if (found[i] == FOUND_FINISHED) {
            exits[i] = p->exit;
            results[i] = p->result;
            failures[i] = exec_failure(w, p);
        }
    }
    *ret = (struct engine_event){
        .kind = EV_BOOT,
        .boot = {.work = work, .found = found, .exits = exits, .results = results, .failures = failures}};
    keep_boot(w, ret);
}

void world_start(struct world *w)
{
    struct engine_ports ports = {.recall = recall, .same = same, .run_number = run_number, .judged = hooks_judged,
                                 .ctx = w};
    uint64_t seed = random_next(&w->random);
    if (w->engine)
        return; /* a second server is refused: the first one has the lock */
    w->clock = w->wall;
    w->slots_busy = INT_MAX;
    limit_remembered(w);
    world_check_boot(w, seed);
    w->engine = engine_new(&w->conf, &ports, seed);
    struct engine_event ev;
    world_boot_event(w, &ev);
    for (size_t i = 0; i < ev.boot.work->n_attempts; i++)
        if (ev.boot.found[i] == FOUND_FINISHED)
            exec_find(w, ev.boot.work->attempts[i].id)->reported = true;
    w->no_workspaces = false;
    world_step(w, &ev);
    world_bury(w);
}

void world_crash(struct world *w, size_t kept)
{
    if (!w->engine)
        return;
    for (size_t i = 0; i < w->commits.n; i++)
        if (i < kept)
            store_on_disk(w, w->commits.at[i]);
        else
            change_set_free(&w->commits.at[i]);
    VEC_CLEAR(&w->commits);
    w->commit_at = 0;
    if (w->bug == BUG_LYING_SYNC)
        store_forget_last(w);
    limit_forget(w, false);
    w->crashes++;
    w->generation++;
    w->timer_set = false;
    for (size_t i = 0; i < w->gates.n; i++) {
        for (size_t k = 0; k < w->gates.at[i].actions.n; k++)
            drop(&w->gates.at[i].actions.at[k]);
        VEC_FREE(&w->gates.at[i].actions);
    }
    VEC_CLEAR(&w->gates);
    engine_free(&w->engine);
}

/* A record that was written a moment before was not yet synced. */
void world_reboot(struct world *w, size_t kept)
{
    world_crash(w, kept);
    for (size_t i = 0; i < w->processes.n; i++) {
        struct sim_process *p = &w->processes.at[i];
        if (p->started && !p->reported && (!p->ended || p->ends_at + RECORD_MS > w->now))
            p->killed = p->ended = true;
    }
}

void world_done(struct world *w)
{
    world_crash(w, 0);
    for (struct heap_node *x; (x = heap_pop(&w->events));)
        event_free(CONTAINER_OF(x, struct sim_event, node));
    heap_free(&w->events);
    VEC_FREE(&w->gates);
    VEC_FREE(&w->commits);
    VEC_FREE(&w->files);
    map_free(&w->faults.asked_at);
    hooks_forget(w);
    map_free(&w->forge.at);
    VEC_FREE(&w->forge.limit.paid);
    for (size_t i = 0; i < w->processes.n; i++)
        if (w->processes.at[i].result) {
            step_result_free(w->processes.at[i].result);
            mem_free(w->processes.at[i].result);
        }
    VEC_FREE(&w->processes);
    VEC_FREE(&w->forge.statuses);
    VEC_FREE(&w->forge.issues);
    VEC_FREE(&w->forge.comments);
    VEC_FREE(&w->forge.labels);
    VEC_FREE(&w->forge.pulls);
    VEC_FREE(&w->forge.dispatched);
    for (size_t i = 0; i < w->forge.checks.n; i++) {
        VEC_FREE(&w->forge.checks.at[i]->notes);
        VEC_FREE(&w->forge.checks.at[i]->history);
    }
    VEC_FREE(&w->forge.checks);
    map_free(&w->forge.members);
    store_free(w);
    map_free(&w->snapshots);
    arena_free(&w->conf_arena);
    arena_free(&w->arena);
}
