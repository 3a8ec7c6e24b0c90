/* SPDX-License-Identifier: Apache-2.0 */
/* What came of an attempt: one try of one step, from the word of the executor to the next step. */
#include "engine/scene.h"

static const char lost_detail[] =
    "the machine or the step's shim ended while it ran; what it did is not known, so it is not repeated";

void step_end(struct engine *e, struct live_job *j, struct step *s, enum conclusion outcome, const char *detail)
{
    bool forgiven = s->continue_on_error && outcome != CONC_CANCELLED && outcome != CONC_SKIPPED;
    MUST(work_may(s->state, WORK_DONE));
    s->state = WORK_DONE;
    s->outcome = outcome;
    s->conclusion = forgiven ? CONC_SUCCESS : outcome;
    s->ended_at = e->now;
    record_step(e, s);
    record_journal(e, "step", s->id, j->row->run_id, work_state_name[WORK_RUNNING], conclusion_name[outcome], detail);
    if (outcome != CONC_SUCCESS && !forgiven && detail)
        j->row->detail = arena_fmt(&j->run->arena, "%s: %s", s->name, detail);
}

/* The open attempt of this id, closed in memory; NULL when it is not ours any more. */
static struct live_job *take_attempt(struct engine *e, int64_t id, int64_t epoch)
{
    struct live_job *j = map_get_id(&e->attempts, id);
    if (!j || !j->attempt || j->attempt->id != id || (epoch && j->attempt->epoch != epoch))
        return NULL;
    map_remove_id(&e->attempts, id);
    return j;
}

static struct step *step_of(struct live_job *j, int64_t id)
{
    for (size_t i = 0; i < j->row->n_steps; i++)
        if (j->row->steps[i].id == id)
            return &j->row->steps[i];
    panic_at(__FILE__, __LINE__, "an attempt without its step");
}

/* The attempt's row is closed, the step ends, and the job goes on, all in one change-set. */
static void settle(struct engine *e, struct live_job *j, enum attempt_state state, enum conclusion outcome,
                   const char *class_name, const char *detail)
{
    struct attempt *a = j->attempt;
    struct step *s = step_of(j, a->step_id);
    a->state = state;
    a->ended_at = e->now;
    a->class_name = class_name;
    a->detail = arena_strdup(&j->run->arena, detail);
    record_attempt(e, a);
    /* Before what comes next, so that it can be started in the same place. */
    engine_after(e, ACT_SETTLED)->attempt = a->id;
    j->attempt = NULL;
    step_end(e, j, s, outcome, a->detail);
    job_advance(e, j);
    dispatch(e);
    outbox_pump_all(e);
}

static const char *exit_detail(const struct exit_record *x, struct arena *a)
{
    switch (x->reason) {
    case EXIT_TIMEOUT:
        return "its time was over; the whole process tree was ended";
    case EXIT_CANCELLED:
        return "cancelled";
    case EXIT_NOT_STARTED:
        return arena_fmt(a, "could not be started: %s", x->detail);
    case EXIT_LOST:
    case EXIT_NORMAL:
        break;
    }
    if (x->oom)
        return "ended by the kernel: out of memory";
    if (x->signal)
        return arena_fmt(a, "ended by signal %d", x->signal);
    return x->exit_code ? arena_fmt(a, "exit code %d", x->exit_code) : NULL;
}

/* A process that an action had, and that has outlived the server that knew what to do with it. Actions may be done
 * again. */
static bool is_stray(const struct live_job *j)
{
    for (size_t i = 0; i < j->row->n_steps; i++)
        if (j->row->steps[i].id == j->attempt->step_id)
            return j->row->steps[i].kind == STEP_USES;
    return false;
}

static void ended(struct engine *e, struct live_job *j, const struct exit_record *x, const struct step_result *left,
                  const char *problem)
{
    AUTO(arena_free) struct arena arena = {0};
    if (x->reason == EXIT_LOST) {
        settle(e, j, ATTEMPT_LOST, CONC_ERROR, "lost", lost_detail);
        return;
    }
    struct attempt *a = j->attempt;
    bool ok = x->reason == EXIT_NORMAL && x->exit_code == 0 && !x->signal, wrong = problem != NULL;
    enum conclusion outcome = ok                              ? CONC_SUCCESS
                              : x->reason == EXIT_TIMEOUT     ? CONC_TIMED_OUT
                              : x->reason == EXIT_CANCELLED   ? CONC_CANCELLED
                              : x->reason == EXIT_NOT_STARTED ? CONC_ERROR
                                                              : CONC_FAILURE;
    const char *class_name = ok                              ? NULL
                             : x->reason == EXIT_TIMEOUT     ? "timeout"
                             : x->reason == EXIT_CANCELLED   ? "cancelled"
                             : x->reason == EXIT_NOT_STARTED ? "config"
                             : x->oom                        ? "resource"
                                                             : "unknown";
    a->exit_code = x->exit_code;
    a->signal = x->signal;
    a->log_bytes = x->log_bytes;
    if (left)
        wrong |= result_keep(e, j, step_of(j, a->step_id), left, problem ? &(const char *){0} : &problem);
    if (wrong && outcome == CONC_SUCCESS) {
        outcome = CONC_FAILURE;
        class_name = "config";
    }
    settle(e, j, ATTEMPT_EXITED, outcome, class_name,
           outcome == CONC_FAILURE && problem ? problem : exit_detail(x, &arena));
}

void attempt_exited(struct engine *e, const struct exit_record *x, const struct step_result *left)
{
    struct live_job *j = map_get_id(&e->attempts, x->attempt_id);
    bool ours = j && j->attempt && j->attempt->id == x->attempt_id;
    if (ours && is_stray(j)) {
        engine_after(e, ACT_SETTLED)->attempt = x->attempt_id;
        attempt_never_ran(e, j);
        dispatch(e);
    } else if ((j = take_attempt(e, x->attempt_id, x->epoch))) {
        ended(e, j, x, left, NULL);
    }
}

void attempt_archived(struct engine *e, const struct exit_record *x, const struct err *err,
                      const struct step_result *left)
{
    struct live_job *j = take_attempt(e, x->attempt_id, 0);
    struct exit_record as = *x;
    if (!j)
        return;
    if (job_is_cancelled(e, j))
        as.reason = EXIT_CANCELLED;
    ended(e, j, &as, left, err->cls == ERR_OK ? NULL : err->msg);
}

void attempt_checked_out(struct engine *e, int64_t attempt, const struct err *err)
{
    struct live_job *j = take_attempt(e, attempt, 0);
    if (!j)
        return;
    bool ok = err->cls == ERR_OK;
    j->attempt->exit_code = ok ? 0 : 1;
    const char *class_name = ok                          ? NULL
                             : err->cls == ERR_TRANSIENT ? "network"
                             : err->cls == ERR_DENIED    ? "permission"
                                                         : "config";
    bool cancelled = job_is_cancelled(e, j);
    settle(e, j, ATTEMPT_EXITED,
           cancelled ? CONC_CANCELLED
           : ok      ? CONC_SUCCESS
                     : CONC_ERROR,
           class_name, ok ? NULL : err->msg);
}

void attempt_lost(struct engine *e, struct live_job *j)
{
    if (is_stray(j)) {
        engine_after(e, ACT_SETTLED)->attempt = j->attempt->id;
        attempt_never_ran(e, j);
    } else if (take_attempt(e, j->attempt->id, 0))
        settle(e, j, ATTEMPT_LOST, CONC_ERROR, "lost", lost_detail);
}

void attempt_never_ran(struct engine *e, struct live_job *j)
{
    struct attempt *a = j->attempt;
    if (!take_attempt(e, a->id, 0))
        return;
    a->state = ATTEMPT_REVOKED;
    a->ended_at = e->now;
    record_attempt(e, a);
    record_journal(e, "attempt", a->id, a->run_id, "intent", "revoked", "it never started; it is started again");
    j->attempt = NULL;
    if (j->has_slot)
        ready_give_back(&e->ready);
    j->has_slot = false;
    MUST(work_may(j->row->state, WORK_READY));
    j->row->state = WORK_READY;
    record_job(e, j->row);
    ready_add(&e->ready, &j->ready);
}
