/* SPDX-License-Identifier: Apache-2.0 */
#include "core/trace.h"
#include "engine/spec.h"
#include "metrics/metrics.h"
#include "server/host.h"

/* Its row is written once in that state: again only when a person has sent it once more. */
static bool is_settled(const struct effect *x)
{
    return x->state == EFFECT_SENT || x->state == EFFECT_DEAD || x->state == EFFECT_COALESCED;
}

static void count_step(const struct step *s)
{
    AUTO(arena_free) struct arena a = {0};
    struct step_spec spec = {0};
    struct err e = {0};
    const char *action = "run";
    if (s->kind == STEP_USES)
        action = step_spec_read(s->spec, &a, &spec, &e) == 0 && spec.uses ? spec.uses : "uses";
    COUNT2(M_TASKS, action, conclusion_name[s->outcome]);
}

/* step: the row that was written last, which is the one that a line about a step speaks of. */
static void count_journal(const struct step *step, const struct journal *j)
{
    if (strcmp(j->kind, "step") == 0 && step && step->id == j->ref_id && step->state == WORK_DONE)
        count_step(step);
    else if (strcmp(j->kind, "hook") == 0 && strcmp(j->to, "switched-on") == 0)
        COUNT(M_HOOKS_MENDED);
    else if (strcmp(j->kind, "delivery") == 0 && j->from && strcmp(j->from, j->to) != 0)
        COUNT1(M_DECODED, j->to);
}

/* Behind all others: without a key it ends the list. */
static struct log_field trace_field(const char *kept)
{
    struct sv id = trace_id(kept);
    return id.p ? LV("trace", id) : (struct log_field){0};
}

void journal_tell(const struct change_set *cs)
{
    const struct step *step = NULL;
    for (const struct change *c = cs->first; c; c = c->next) {
        const struct journal *j = &c->journal;
        if (c->kind == CHANGE_RUN && c->run->state == WORK_DONE) {
            COUNT2(M_RUNS, c->run->workflow, conclusion_name[c->run->conclusion]);
            metric_observe_ms(M_RUN_TIME, NULL, c->run->ended_at - c->run->created_at);
        }
        if (c->kind == CHANGE_ATTEMPT && c->attempt->class_name)
            COUNT1(M_ERRORS, c->attempt->class_name);
        if ((c->kind == CHANGE_RECOVERY || c->kind == CHANGE_RECOVERY_NEW) && c->recovery->outcome != RECOVERY_OPEN)
            COUNT2(M_RECOVERIES, recovery_strategy_name[c->recovery->strategy],
                   recovery_outcome_name[c->recovery->outcome]);
        if (c->kind == CHANGE_EFFECT && is_settled(c->effect))
            COUNT3(M_EFFECTS, c->effect->forge, effect_kind_name[c->effect->kind], effect_state_name[c->effect->state]);
        if (c->kind == CHANGE_STEP)
            step = c->step;
        if (c->kind != CHANGE_JOURNAL)
            continue;
        count_journal(step, j);
        struct log_field trace = trace_field(j->trace);
        if (strcmp(j->kind, "incident") == 0)
            log_error("incident", LID("run", j->run_id), LS("cause", j->cause), trace);
        else if (strcmp(j->to, "dead") == 0)
            log_error("effect is dead", LID("effect", j->ref_id), LID("run", j->run_id), LS("cause", j->cause), trace);
        else if (strcmp(j->kind, "hook") == 0 || strcmp(j->kind, "repository") == 0 || strcmp(j->kind, "brake") == 0 ||
                 strcmp(j->kind, "reconcile") == 0)
            log_warn("forge", LS("kind", j->kind), LS("from", j->from), LS("to", j->to), LS("cause", j->cause));
        else if (strcmp(j->kind, "run") == 0 || strcmp(j->kind, "delivery") == 0)
            log_info("state", LS("kind", j->kind), LID("id", j->ref_id), LS("from", j->from), LS("to", j->to),
                     LS("cause", j->cause), trace);
        else
            log_debug("state", LS("kind", j->kind), LID("id", j->ref_id), LID("run", j->run_id), LS("from", j->from),
                      LS("to", j->to), LS("cause", j->cause), trace);
    }
}

void journal_gauges(const struct engine *e)
{
    struct engine_stats s;
    engine_stats(e, &s);
    metric_set(M_RUNS_ACTIVE, NULL, s.runs);
    metric_set(M_QUEUE, NULL, s.jobs_ready);
    metric_set(M_SLOTS_BUSY, NULL, s.slots_busy);
    metric_set(M_OUTBOX, NULL, s.effects);
    metric_set(M_UNDECIDED, NULL, s.undecided);
    metric_set(M_HOOKS_IDLE, NULL, s.hooks_idle);
}
