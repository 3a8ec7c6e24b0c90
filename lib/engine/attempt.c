/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts: one try of one step, from the intent to what came of it. */
#include "engine/state.h"

static const char lost_detail[] =
    "the machine or the step's shim ended while it ran; what it did is not known, so it is not repeated";
static const msec_t GRACE_MS = 10000, CLEANUP_MS = 300000, JOB_MS = 6 * 3600000;

static void step_end(struct engine *e, struct live_job *j, struct step *s, enum conclusion outcome, const char *detail)
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

/* What is left of the job's time, or of the step's own if that is less. Steps that clean up get their minutes even
 * when the job has none left. */
static msec_t time_left(const struct engine *e, const struct live_job *j, const struct step *s)
{
    msec_t job = j->row->timeout_ms ? j->row->timeout_ms : JOB_MS;
    msec_t left = job - (e->now - j->row->started_at);
    if (s->cond != COND_SUCCESS && left < CLEANUP_MS)
        left = CLEANUP_MS;
    return s->timeout_ms && s->timeout_ms < left ? s->timeout_ms : left;
}

static struct attempt *attempt_new(struct engine *e, struct live_job *j, struct step *s)
{
    struct attempt *a = arena_new(&j->run->arena, sizeof *a);
    *a = (struct attempt){.id = engine_id(e),
                          .step_id = s->id,
                          .job_id = j->row->id,
                          .run_id = j->row->run_id,
                          .no = s->attempts,
                          .epoch = ++j->row->epoch,
                          .state = ATTEMPT_INTENT,
                          .created_at = e->now,
                          .exit_code = -1};
    j->attempt = a;
    map_put_id(&e->attempts, a->id, j);
    record_attempt_new(e, a);
    record_job(e, j->row);
    return a;
}

static const char **environment(struct arena *a, const struct step_spec *spec)
{
    const char **env = arena_new(a, (spec->n_env + 1) * sizeof *env);
    for (size_t i = 0; i < spec->n_env; i++)
        env[i] = arena_fmt(a, "%s=%s", spec->env[i].name, spec->env[i].value);
    return env;
}

static void start_script(struct engine *e, struct live_job *j, struct step *s, struct arena *arena,
                         const struct step_spec *spec)
{
    struct attempt *a = attempt_new(e, j, s);
    struct engine_action *act = engine_after(e, ACT_START);
    act->start.arena = arena;
    act->start.spec = (struct exec_spec){.attempt_id = a->id,
                                         .epoch = a->epoch,
                                         .job_id = a->job_id,
                                         .run_id = a->run_id,
                                         .script = spec->script,
                                         .shell = spec->shell,
                                         .workdir = spec->workdir,
                                         .env = environment(arena, spec),
                                         .timeout_ms = time_left(e, j, s),
                                         .grace_ms = GRACE_MS,
                                         .log_limit = e->conf->log_limit,
                                         .network = j->run->row->trusted,
                                         .trusted = j->run->row->trusted};
}

static void start_checkout(struct engine *e, struct live_job *j, struct step *s, const struct action_result *want)
{
    const char *repo = j->row->repo_id, *commit = j->row->sha;
    if (want->checkout.repo && (!j->row->repo_alias || strcmp(want->checkout.repo, j->row->repo_alias) != 0)) {
        const struct repo *r = repo_by_alias(e->conf->repos, sv_of(want->checkout.repo));
        repo = r ? arena_strdup(&j->run->arena, r->id) : NULL;
        commit = r ? arena_fmt(&j->run->arena, "refs/heads/%s", r->default_branch) : NULL;
    }
    if (want->checkout.ref)
        commit = arena_strdup(&j->run->arena, want->checkout.ref);
    if (!repo || !commit || !repo_by_id(e->conf->repos, sv_of(repo))) {
        step_end(e, j, s, CONC_ERROR,
                 repo ? "checkout: the repository is not in repositories.yaml" : "checkout: the job has no repository");
        return;
    }
    struct attempt *a = attempt_new(e, j, s);
    struct engine_action *act = engine_after(e, ACT_CHECKOUT);
    act->checkout.attempt = a->id;
    act->checkout.job = j->row->id;
    act->checkout.repo_id = repo;
    act->checkout.commit = commit;
    act->checkout.path = arena_strdup(&j->run->arena, want->checkout.path);
    act->checkout.depth = want->checkout.depth;
}

static void start_action(struct engine *e, struct live_job *j, struct step *s, struct arena *arena,
                         const struct step_spec *spec)
{
    struct err err = {0};
    char id[ID_TEXT];
    const struct action_ops *ops = action_find(sv_of(spec->uses));
    const char *url = e->conf->public_url ? arena_fmt(arena, "%s/runs/%s", e->conf->public_url,
                                                      id_text(j->row->run_id, id))
                                          : NULL;
    struct action_call call = {.with = spec->with,
                               .n_with = spec->n_with,
                               .arena = arena,
                               .workflow = j->run->row->workflow,
                               .job = j->row->key,
                               .run_url = url};
    struct action_result want = {0};
    const char *problem = NULL;
    if (!ops)
        step_end(e, j, s, CONC_ERROR, arena_fmt(arena, "there is no action \"%s\"", spec->uses));
    else if (ops->resolve(&call, &want, &err) < 0)
        step_end(e, j, s, CONC_ERROR, err.msg);
    else if (want.does == ACTION_CHECKOUT)
        start_checkout(e, j, s, &want);
    else if (!j->run->row->trusted) /* its token would write in the name of a stranger's change */
        step_end(e, j, s, CONC_SKIPPED, "runs of untrusted changes do not write to forges");
    else if (report_issue(e, j, s, &want, &problem))
        step_end(e, j, s, CONC_SUCCESS, NULL);
    else
        step_end(e, j, s, CONC_ERROR, problem);
}

void attempt_start(struct engine *e, struct live_job *j, struct step *s)
{
    struct err err = {0};
    struct arena *arena = mem_new(sizeof *arena);
    struct step_spec spec;
    bool given = false;
    MUST(!j->attempt);
    s->attempts++;
    if (s->state == WORK_WAITING) {
        s->state = WORK_RUNNING;
        s->started_at = e->now;
    }
    record_step(e, s);
    if (step_spec_read(s->spec, arena, &spec, &err) < 0) {
        step_end(e, j, s, CONC_ERROR, err.msg);
    } else if (job_is_cancelled(j) && s->cond != COND_ALWAYS && s->cond != COND_CANCELLED) {
        step_end(e, j, s, CONC_CANCELLED, "cancelled"); /* it was to be started again after a restart */
    } else if (time_left(e, j, s) <= 0) {
        step_end(e, j, s, CONC_TIMED_OUT, "the job's time is over");
    } else if (spec.uses) {
        start_action(e, j, s, arena, &spec);
    } else {
        start_script(e, j, s, arena, &spec);
        given = true;
    }
    if (!given) {
        arena_free(arena);
        mem_free(arena);
    }
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

void attempt_exited(struct engine *e, const struct exit_record *x)
{
    AUTO(arena_free) struct arena arena = {0};
    struct live_job *j = take_attempt(e, x->attempt_id, x->epoch);
    if (!j)
        return;
    if (x->reason == EXIT_LOST) {
        settle(e, j, ATTEMPT_LOST, CONC_ERROR, "lost", lost_detail);
        return;
    }
    struct attempt *a = j->attempt;
    bool ok = x->reason == EXIT_NORMAL && x->exit_code == 0 && !x->signal;
    enum conclusion outcome = ok                               ? CONC_SUCCESS
                              : x->reason == EXIT_TIMEOUT     ? CONC_TIMED_OUT
                              : x->reason == EXIT_CANCELLED   ? CONC_CANCELLED
                              : x->reason == EXIT_NOT_STARTED ? CONC_ERROR
                                                              : CONC_FAILURE;
    const char *class_name = ok                               ? NULL
                             : x->reason == EXIT_TIMEOUT     ? "timeout"
                             : x->reason == EXIT_CANCELLED   ? "cancelled"
                             : x->reason == EXIT_NOT_STARTED ? "config"
                             : x->oom                        ? "resource"
                                                              : "unknown";
    a->exit_code = x->exit_code;
    a->signal = x->signal;
    a->log_bytes = x->log_bytes;
    settle(e, j, ATTEMPT_EXITED, outcome, class_name, exit_detail(x, &arena));
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
    bool cancelled = job_is_cancelled(j);
    settle(e, j, ATTEMPT_EXITED, cancelled ? CONC_CANCELLED : ok ? CONC_SUCCESS : CONC_ERROR, class_name,
           ok ? NULL : err->msg);
}

void attempt_lost(struct engine *e, struct live_job *j)
{
    if (take_attempt(e, j->attempt->id, 0))
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
