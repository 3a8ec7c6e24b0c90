/* SPDX-License-Identifier: Apache-2.0 */
/* What came of an attempt: one try of one step, from the word of the executor to the next step. */
#include "core/classify.h"
#include "core/retry.h"
#include "engine/checkpoint.h"
#include "engine/recover.h"

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
    if (!j || !job_attempt(j) || j->doing->attempt->id != id || (epoch && j->doing->attempt->epoch != epoch))
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

/* What a step did that was ended for good, or that is tried again: one change-set with the end of its attempt. */
struct ending {
    enum attempt_state state;
    enum conclusion outcome;
    const struct failure *failure; /* NULL = success */
    const char *detail;
};

static void close_attempt(struct engine *e, struct live_job *j, struct attempt *a, const struct ending *x)
{
    struct arena *keep = &j->run->arena;
    a->state = x->state;
    a->ended_at = e->now;
    a->class_name = x->failure ? failure_class_name[x->failure->class] : NULL;
    a->evidence = x->failure ? evidence_json(keep, x->failure, learned_failure(e, x->failure->fingerprint)) : NULL;
    a->fingerprint = x->failure ? arena_strdup(keep, x->failure->fingerprint) : NULL;
    a->detail = arena_strdup(keep, x->detail);
    record_attempt(e, a);
    /* Before what comes next, so that it can be started in the same place. */
    engine_after(e, ACT_SETTLED)->attempt = a->id;
    j->doing->attempt = NULL;
}

/* Stored now and then: what is lost with the program is worth no retry. */
static void count_first(struct engine *e, const char *repo_id)
{
    struct retry_budget *b = learned_budget(e, repo_id);
    retry_budget_first(b, e->now);
    if (b->first % RETRY_SHARE == 0)
        learned_budget_changed(e, b);
}

static bool goes_on(struct engine *e, struct live_job *j, struct step *s, const struct attempt *a,
                    const struct ending *x)
{
    s->tries++;
    if (s->tries == 1 && j->row->repo_id)
        count_first(e, j->row->repo_id);
    if (!x->failure)
        return recover_passed(e, j, s, a->role);
    return recover_failed(e, &(struct trouble){j, s, a, x->failure, x->outcome, NULL});
}

/* The attempt's row is closed, the step ends or is tried again, and the job goes on, all in one change-set. */
static void settle(struct engine *e, struct live_job *j, const struct ending *x)
{
    struct attempt *a = job_attempt(j);
    struct step *s = step_of(j, a->step_id);
    close_attempt(e, j, a, x);
    if (goes_on(e, j, s, a, x))
        record_step(e, s);
    else
        step_end(e, j, s, x->outcome, a->detail);
    checkpoint_done(e, j, a->id);
    if (!j->row->hold)
        job_advance(e, j);
    dispatch(e);
    outbox_pump_all(e);
}

static const char *exit_detail(const struct exit_record *x, struct arena *a)
{
    switch (x->reason) {
    case EXIT_TIMEOUT:
        return "its time was over; the whole process tree was ended";
    case EXIT_SILENT:
        return "it wrote nothing for as long as it may; the whole process tree was ended";
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
        if (j->row->steps[i].id == j->doing->attempt->step_id)
            return j->row->steps[i].kind == STEP_USES;
    return false;
}

/* What we did and what the kernel says is believed before anything that a log says (scheduling.md §3.1). */
static struct failure why(const struct exit_record *x, const char *evidence, const struct failure *said)
{
    struct failure f = said ? *said : (struct failure){.class = FAILURE_UNKNOWN, .source = FAILURE_BY_NOTHING};
    enum failure_class ours = x->reason == EXIT_TIMEOUT       ? FAILURE_TIMEOUT
                              : x->reason == EXIT_SILENT      ? FAILURE_TIMEOUT
                              : x->reason == EXIT_CANCELLED   ? FAILURE_CANCELLED
                              : x->reason == EXIT_LOST        ? FAILURE_LOST
                              : x->reason == EXIT_NOT_STARTED ? FAILURE_CONFIG
                                                              : FAILURE_NONE;
    if (said && said->source <= FAILURE_BY_KERNEL && said->class != FAILURE_NONE)
        return f;
    if (ours || x->oom) {
        f.class = ours ? ours : FAILURE_RESOURCE;
        f.source = ours ? FAILURE_BY_US : FAILURE_BY_KERNEL;
        f.confidence = 100;
        f.evidence = evidence;
    } else if (!f.evidence) {
        f.evidence = evidence;
    }
    return f;
}

static enum conclusion outcome_of(const struct exit_record *x)
{
    switch (x->reason) {
    case EXIT_TIMEOUT:
    case EXIT_SILENT:
        return CONC_TIMED_OUT;
    case EXIT_CANCELLED:
        return CONC_CANCELLED;
    case EXIT_NOT_STARTED:
    case EXIT_LOST:
        return CONC_ERROR;
    case EXIT_NORMAL:
        break;
    }
    return x->exit_code == 0 && !x->signal ? CONC_SUCCESS : CONC_FAILURE;
}

static void ended(struct engine *e, struct live_job *j, const struct exit_record *x, const struct step_result *left,
                  const struct failure *said, const char *problem)
{
    AUTO(arena_free) struct arena arena = {0};
    struct attempt *a = job_attempt(j);
    struct ending end = {.state = x->reason == EXIT_LOST ? ATTEMPT_LOST : ATTEMPT_EXITED, .outcome = outcome_of(x)};
    bool wrong = problem != NULL;
    struct failure f;
    a->exit_code = x->exit_code;
    a->signal = x->signal;
    a->log_bytes = x->log_bytes;
    if (left)
        wrong |= result_keep(e, j, step_of(j, a->step_id), left, problem ? &(const char *){0} : &problem);
    end.detail = x->reason == EXIT_LOST ? lost_detail : exit_detail(x, &arena);
    if (wrong && end.outcome == CONC_SUCCESS) {
        end.outcome = CONC_FAILURE;
        f = (struct failure){
            .class = FAILURE_CONFIG, .source = FAILURE_BY_RESULT, .confidence = 90, .evidence = problem};
        end.failure = &f;
    } else if (end.outcome != CONC_SUCCESS) {
        f = why(x, end.detail, said);
        end.failure = &f;
        result_mask(e, j, &arena, &f);
    }
    if (end.outcome == CONC_FAILURE && problem)
        end.detail = problem;
    settle(e, j, &end);
}

void attempt_exited(struct engine *e, const struct exit_record *x, const struct step_result *left,
                    const struct failure *said)
{
    struct live_job *j = map_get_id(&e->attempts, x->attempt_id);
    bool ours = j && job_attempt(j) && j->doing->attempt->id == x->attempt_id;
    if (ours && is_stray(j)) {
        engine_after(e, ACT_SETTLED)->attempt = x->attempt_id;
        attempt_never_ran(e, j);
        dispatch(e);
    } else if ((j = take_attempt(e, x->attempt_id, x->epoch))) {
        ended(e, j, x, left, said, NULL);
    }
}

void attempt_archived(struct engine *e, const struct exit_record *x, const struct err *err,
                      const struct step_result *left, const struct failure *said)
{
    struct live_job *j = take_attempt(e, x->attempt_id, 0);
    struct exit_record as = *x;
    if (!j)
        return;
    if (job_is_cancelled(e, j))
        as.reason = EXIT_CANCELLED;
    ended(e, j, &as, left, said, err->cls == ERR_OK ? NULL : err->msg);
}

void attempt_checked_out(struct engine *e, int64_t attempt, const struct err *err)
{
    struct live_job *j = take_attempt(e, attempt, 0);
    if (!j)
        return;
    bool ok = err->cls == ERR_OK, cancelled = job_is_cancelled(e, j);
    struct failure f = {.class = cancelled ? FAILURE_CANCELLED : failure_class_of_err(err->cls),
                        .source = cancelled ? FAILURE_BY_US : FAILURE_BY_RESULT,
                        .confidence = 90,
                        .retry_after = err->retry_after_ms,
                        .evidence = err->msg};
    struct ending end = {.state = ATTEMPT_EXITED,
                         .outcome = cancelled ? CONC_CANCELLED
                                    : ok      ? CONC_SUCCESS
                                              : CONC_ERROR,
                         .failure = ok && !cancelled ? NULL : &f,
                         .detail = ok ? NULL : err->msg};
    j->doing->attempt->exit_code = ok ? 0 : 1;
    settle(e, j, &end);
}

void attempt_lost(struct engine *e, struct live_job *j)
{
    if (is_stray(j)) {
        engine_after(e, ACT_SETTLED)->attempt = j->doing->attempt->id;
        attempt_never_ran(e, j);
        return;
    }
    struct exit_record x = {.attempt_id = j->doing->attempt->id, .reason = EXIT_LOST, .exit_code = -1};
    if (take_attempt(e, j->doing->attempt->id, 0))
        ended(e, j, &x, NULL, NULL, NULL);
}

void attempt_never_ran(struct engine *e, struct live_job *j)
{
    struct attempt *a = job_attempt(j);
    if (!take_attempt(e, a->id, 0))
        return;
    a->state = ATTEMPT_REVOKED;
    a->ended_at = e->now;
    record_attempt(e, a);
    record_journal(e, "attempt", a->id, a->run_id, "intent", "revoked", "it never started; it is started again");
    j->doing->attempt = NULL;
    j->role = a->role;
    order_give_back(e, j, ORDER_NOT_SPENT);
    MUST(work_may(j->row->state, WORK_READY));
    j->row->state = WORK_READY;
    record_job(e, j->row);
    order_add(e, j);
}
