/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold when nothing is left to happen. All of them, with the numbers of the scheduling study:
 *   I1  a delivery that was accepted is decided, and has what was decided      here
 *   I2  one live attempt of a step, none of a job that is not its own          invariants_step.c, store.c (epochs)
 *   I3  a step that succeeded never runs again                                 invariants_step.c
 *   I4  one object at the forge for each effect                                here, forge_check.c
 *   I5  the last status at the forge is the last state                         here
 *   I6  slots and groups hold no more than they have                           invariants_step.c
 *   I7  nothing starts before what it needs                                    store.c
 *   I8  nobody is overtaken further than the order allows                      invariants_step.c
 *   I9  no slot is free while a job could take it                              invariants_step.c
 *   I10 a start is a function of the rows: twice is the same                   invariants_boot.c
 *   I11 nothing is open when nothing is left to happen                         here
 *   I12 what is counted is what a new count gives                              here, invariants_step.c
 *   I13 nobody is asked more often than it allows                              forge_limit.c
 *   I14 the same seed gives the same history                                   seeds.c */
#include "core/check.h"
#include "world.h"

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

const char *world_status_word(enum conclusion c)
{
    return c == CONC_SUCCESS || c == CONC_SKIPPED ? "success" : c == CONC_FAILURE ? "failure" : "error";
}

static void check_jobs(struct world *w, const struct run *r)
{
    for (size_t i = 0; i < r->n_jobs; i++) {
        const struct job *j = r->jobs[i];
        if (j->state != WORK_DONE)
            world_fail(w, "I11: job %s is still %s", j->key, work_state_name[j->state]);
        for (size_t k = 0; k < j->n_steps; k++)
            if (j->steps[k].state == WORK_RUNNING)
                world_fail(w, "I11: step %zu of job %s is still running", k, j->key);
    }
}

static void no_secret(struct world *w, const char *row, const char *text)
{
    for (size_t i = 0; text && i < w->conf.n_secrets; i++)
        if (strstr(text, w->secrets[i].value))
            world_fail(w, "secret: a row of a %s has the value of a secret", row);
}

static void check_secrets(struct world *w, const struct run *r)
{
    if (!r->trusted)
        return; /* it saw none; what it writes by itself is no leak */
    no_secret(w, "run", r->name);
    no_secret(w, "run", r->context);
    no_secret(w, "run", r->group);
    for (size_t i = 0; i < r->n_jobs; i++) {
        const struct job *j = r->jobs[i];
        const char *const texts[] = {j->name, j->detail, j->matrix, j->inputs, j->outputs, j->group};
        for (size_t k = 0; k < ARRAY_LEN(texts); k++)
            no_secret(w, "job", texts[k]);
        for (size_t k = 0; k < j->n_steps; k++) {
            no_secret(w, "step", j->steps[k].outputs);
            no_secret(w, "step", j->steps[k].exports);
            no_secret(w, "step", j->steps[k].notes);
            no_secret(w, "step", j->steps[k].summary);
        }
    }
}

/* Every child has its parent; a parent that is done has no open child. */
static void check_children(struct world *w, const struct run *r)
{
    for (size_t i = 0; i < r->n_jobs; i++) {
        size_t parents = r->jobs[i]->parent_id == 0;
        for (size_t k = 0; k < r->n_jobs; k++) {
            parents += r->jobs[k]->id == r->jobs[i]->parent_id;
            if (k != i && strcmp(r->jobs[k]->key, r->jobs[i]->key) == 0)
                world_fail(w, "rows: two jobs have the key %s", r->jobs[i]->key);
        }
        if (parents != 1)
            world_fail(w, "rows: job %s has %zu parents", r->jobs[i]->key, parents);
    }
}

static void check_runs(struct world *w)
{
    for (size_t i = 0; i < w->store.runs.n; i++) {
        const struct run *r = w->store.runs.at[i];
        char id[ID_TEXT];
        if (r->state != WORK_DONE) {
            world_fail(w, "I11: run %s of %s is still %s", id_text(r->id, id), r->workflow, work_state_name[r->state]);
            return;
        }
        check_jobs(w, r);
        check_children(w, r);
        check_secrets(w, r);
        const char *path = r->repo_id ? strchr(r->repo_id, ':') : NULL;
        const struct sim_status *s =
            r->report_context && path ? forge_status(w, path + 1, r->sha, r->report_context) : NULL;
        /* Two runs may report to one commit and context: the newest speaks. What was judged before a push does when
         * the push is told of, see hooks.c. */
        bool newest = !r->verdict && r->report_seq != REPORT_HELD;
        for (size_t k = 0; k < w->store.runs.n; k++) {
            const struct run *o = w->store.runs.at[k];
            bool counts = o->verdict ? o->report_seq != REPORT_HELD || o->n_involved : k > i;
            newest &= !counts || !(same(o->repo_id, r->repo_id) && r->sha && o->sha && r->report_context && o->report_context &&
                        strcmp(o->sha, r->sha) == 0 && sv_ieq(sv_of(o->report_context), sv_of(r->report_context)));
        }
        if (r->report_context && newest && (!s || strcmp(s->state, world_status_word(r->conclusion)) != 0))
            world_fail(w, "I5: run %s ended as %s, the forge shows %s", id_text(r->id, id),
                       conclusion_name[r->conclusion], s ? s->state : "nothing");
    }
}

/* The address names the run, so two equal rows are one effect sent twice. */
static void check_statuses(struct world *w)
{
    for (size_t i = 0; i < w->forge.statuses.n; i++)
        for (size_t k = i + 1; k < w->forge.statuses.n; k++) {
            const struct sim_status *a = &w->forge.statuses.at[i], *b = &w->forge.statuses.at[k];
            if (same(a->sha, b->sha) && same(a->context, b->context) && same(a->state, b->state) &&
                same(a->description, b->description) && same(a->target_url, b->target_url))
                world_fail(w, "I4: the status \"%s\" was sent twice", a->description);
        }
}

static const char *check_word(enum conclusion c)
{
    return c == CONC_ERROR ? "failure" : conclusion_name[c];
}

/* Notes of steps at the run's own commit; none of them twice is what their texts are different for. */
static size_t notes_of(const struct run *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_jobs; i++)
        for (size_t k = 0; k < r->jobs[i]->n_steps; k++) {
            const char *notes = r->jobs[i]->steps[k].notes;
            for (; notes && same(r->jobs[i]->sha, r->sha) && (notes = strstr(notes, "\"file\":\"")); notes++)
                n++;
        }
    return n;
}

static void check_notes(struct world *w, const struct run *r, const struct sim_check *c)
{
    AUTO(map_free) struct map seen = {0};
    for (size_t i = 0; i < c->notes.n; i++)
        if (map_put(&seen, sv_of(c->notes.at[i]), w))
            world_fail(w, "I4: the annotation \"%s\" is there twice", c->notes.at[i]);
    size_t all = notes_of(r);
    if (c->notes.n != (all < CHECK_NOTES_MAX ? all : CHECK_NOTES_MAX))
        world_fail(w, "I4: a check run has %zu annotations of %zu", c->notes.n, all);
}

static void check_history(struct world *w, const struct sim_check *c)
{
    static const char *const order[] = {"queued", "in_progress", "completed"};
    size_t at = 0, ends = 0;
    for (size_t i = 0; i < c->history.n; i++) {
        size_t now = 0;
        while (now < ARRAY_LEN(order) - 1 && !same(c->history.at[i], order[now]))
            now++;
        if (now < at)
            world_fail(w, "I5: a check run goes back from %s to %s", order[at], order[now]);
        at = now;
        ends += now == ARRAY_LEN(order) - 1;
    }
    if (ends != 1)
        world_fail(w, "I5: a check run was completed %zu times", ends);
}

/* A run that speaks has a check run that says how it ended; one that no longer does has none, or one that is over. */
static void check_check(struct world *w, const struct run *r)
{
    char key[27];
    effect_key(r->id, EFFECT_CHECK, sv_of(r->report_context), 0, key);
    const struct sim_check *c = forge_check(w, key);
    bool silent = r->report_seq < 0;
    if (!c && !silent)
        world_fail(w, "I5: a run has no check run");
    if (!c)
        return;
    check_history(w, c);
    if (same(c->conclusion, silent ? "cancelled" : check_word(r->conclusion)))
        silent = silent && c->notes.n == 0;
    else if (!silent || !same(c->conclusion, check_word(r->conclusion)))
        world_fail(w, "I5: a run ended as %s, its check run as %s", conclusion_name[r->conclusion],
                   c->conclusion ? c->conclusion : "nothing");
    if (!silent)
        check_notes(w, r, c);
}

static void check_checks(struct world *w)
{
    for (size_t i = 0; i < w->store.runs.n; i++)
        if (w->store.runs.at[i]->report_check)
            check_check(w, w->store.runs.at[i]);
    for (size_t i = 0; i < w->forge.checks.n; i++)
        if (!same(w->forge.checks.at[i]->status, "completed"))
            world_fail(w, "I5: a check run is still %s", w->forge.checks.at[i]->status);
}

static void check_effects(struct world *w)
{
    for (size_t i = 0; i < w->store.effects.n; i++) {
        enum effect_state s = w->store.effects.at[i].state;
        if (s != EFFECT_SENT && s != EFFECT_COALESCED && !(s == EFFECT_DEAD && w->refusals))
            world_fail(w, "I11: an effect is %s: %s", effect_state_name[s],
                       w->store.effects.at[i].last_error ? w->store.effects.at[i].last_error : "");
    }
    for (size_t i = 0; i < w->forge.issues.n; i++)
        for (size_t k = i + 1; k < w->forge.issues.n; k++) {
            const char *a = strstr(w->forge.issues.at[i].body, "<!-- fettle:fp=");
            const char *b = strstr(w->forge.issues.at[k].body, "<!-- fettle:fp=");
            if (!a || !b || strcmp(a, b) == 0)
                world_fail(w, "I4: two issues with one fingerprint");
        }
}

static void check_ids(struct world *w)
{
    AUTO(map_free) struct map seen = {0};
    bool twice = false;
    for (size_t i = 0; i < w->store.runs.n; i++) {
        const struct run *r = w->store.runs.at[i];
        twice |= map_put_id(&seen, r->id, w) != NULL;
        for (size_t k = 0; k < r->n_jobs; k++)
            twice |= map_put_id(&seen, r->jobs[k]->id, w) != NULL;
    }
    for (size_t i = 0; i < w->store.attempts.n; i++)
        twice |= map_put_id(&seen, w->store.attempts.at[i].id, w) != NULL;
    for (size_t i = 0; i < w->store.effects.n; i++)
        twice |= map_put_id(&seen, w->store.effects.at[i].id, w) != NULL;
    if (twice)
        world_fail(w, "rows: an id was made twice");
}

static void check_attempts(struct world *w)
{
    for (size_t i = 0; i < w->store.attempts.n; i++)
        if (w->store.attempts.at[i].state == ATTEMPT_INTENT)
            world_fail(w, "I11: an attempt is still open");
    for (size_t i = 0; i < w->processes.n; i++)
        if (w->processes.at[i].started && !w->processes.at[i].ended)
            world_fail(w, "I11: a process still runs");
}

static void check_deliveries(struct world *w)
{
    AUTO(map_free) struct map run_of = {0}, there = {0};
    for (size_t i = 0; i < w->store.runs.n; i++)
        map_put_id(&run_of, w->store.runs.at[i]->delivery_id, w);
    for (size_t i = 0; i < w->store.deliveries.n; i++) {
        const struct delivery *d = &w->store.deliveries.at[i].d;
        map_put_id(&there, d->id, w);
        if (d->state == DELIVERY_RECEIVED)
            world_fail(w, "I1: an accepted delivery is not decided");
        bool command = d->reason && strncmp(d->reason, "command:", 8) == 0; /* carried out, and perhaps by no run */
        bool judged = d->reason && strstr(d->reason, ": judged "); /* by a run of another delivery */
        if (d->state == DELIVERY_MATCHED && !command && !judged && !map_get_id(&run_of, d->id))
            world_fail(w, "I1: a delivery is matched and has no run");
    }
    for (size_t i = 0; i < w->store.runs.n; i++)
        if (!map_get_id(&there, w->store.runs.at[i]->delivery_id))
            world_fail(w, "I1: a run has no delivery");
}

void world_check(struct world *w)
{
    check_ids(w);
    check_deliveries(w);
    check_runs(w);
    check_attempts(w);
    check_statuses(w);
    check_checks(w);
    check_effects(w);
    hooks_invariants(w);
    struct engine_stats s;
    if (w->engine) {
        engine_stats(w->engine, &s);
        if (s.runs || s.effects || s.undecided || s.slots_busy || s.jobs_ready)
            world_fail(w, "I12: memory is not empty: %d runs, %d effects, %d undecided, %d busy, %d ready", s.runs,
                       s.effects, s.undecided, s.slots_busy, s.jobs_ready);
    }
}
