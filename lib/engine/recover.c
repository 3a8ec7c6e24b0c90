/* SPDX-License-Identifier: Apache-2.0 */
/* A step that failed: `retry` first, then the entries of `recovery` in their order, each as often as it may. What is
 * tried leaves a row, also where it was its turn and a budget, a breaker or its history spoke against it. */
#include "engine/recover.h"

static struct recovery *row_of(struct engine *e, const struct trouble *t, enum recovery_strategy strategy,
                               const char *detail)
{
    struct arena *a = &t->job->run->arena;
    struct recovery *r = arena_new(a, sizeof *r);
    *r = (struct recovery){.id = engine_id(e),
                           .run_id = t->attempt->run_id,
                           .job_id = t->attempt->job_id,
                           .step_id = t->step->id,
                           .attempt_id = t->attempt->id,
                           .strategy = strategy,
                           .class = t->failure->class,
                           .at = e->now,
                           .detail = arena_strdup(a, detail),
                           .fingerprint = arena_strdup(a, t->failure->fingerprint),
                           .tests = t->tests ? t->tests : tests_json(a, t->failure),
                           .version = 1};
    return r;
}

static void tell(struct engine *e, const struct recovery *r, const char *from)
{
    AUTO(arena_free) struct arena a = {0};
    record_journal(e, "recovery", r->id, r->run_id, from, recovery_outcome_name[r->outcome],
                   arena_fmt(&a, "%s after %s%s%s", recovery_strategy_name[r->strategy], failure_class_name[r->class],
                             r->detail ? ": " : "", r->detail ? r->detail : ""));
}

void recover_open(struct engine *e, const struct trouble *t, enum recovery_strategy strategy, const char *detail)
{
    MUST(!job_recovery(t->job));
    struct recovery *r = row_of(e, t, strategy, detail);
    job_doing(t->job)->recovery = r;
    record_recovery_new(e, r);
    tell(e, r, NULL);
}

void recover_refuse(struct engine *e, const struct trouble *t, enum recovery_strategy strategy, const char *why)
{
    struct recovery *r = row_of(e, t, strategy, why);
    r->outcome = RECOVERY_REFUSED;
    r->ended_at = e->now;
    record_recovery_new(e, r);
    tell(e, r, NULL);
}

void recover_close(struct engine *e, struct live_job *j, enum recovery_outcome how, const char *detail)
{
    struct recovery *r = job_recovery(j);
    if (!r)
        return;
    j->doing->recovery = NULL;
    r->outcome = how;
    r->ended_at = e->now;
    if (detail)
        r->detail = arena_strdup(&j->run->arena, detail);
    record_recovery(e, r);
    tell(e, r, recovery_outcome_name[RECOVERY_OPEN]);
}

/* ---- what a try teaches ---- */

static struct breaker *breaker_of(struct engine *e, const struct live_job *j, enum failure_class c)
{
    AUTO(arena_free) struct arena a = {0};
    struct sv forge;
    const char *path;
    bool outside = c == FAILURE_NETWORK || c == FAILURE_RATE_LIMIT;
    return outside && report_address(j->row->repo_id, &forge, &path) ? learned_breaker(e, c, arena_dup(&a, forge))
                                                                     : NULL;
}

static void learn(struct engine *e, struct live_job *j, enum learned_outcome how)
{
    const struct recovery *r = job_recovery(j);
    if (!r || r->strategy != STRATEGY_RETRY)
        return;
    learned_retry(e, r->fingerprint, r->class, how);
    struct breaker *b = how == LEARNED_PASSED ? breaker_of(e, j, r->class) : NULL;
    if (b)
        breaker_saw_pass(b, e->now);
}

/* ---- the chain ---- */

static bool use(struct engine *e, const struct trouble *t, const struct wf_recovery *p)
{
    const struct wf_retry again = {
        .attempts = t->step->tries + 1, .backoff = 2000, .max_backoff = 300000, .on = FAILURE_ANY};
    switch (p->strategy) {
    case STRATEGY_RETRY:
        return recover_by_retry(e, t, &again);
    case STRATEGY_TESTFIX:
        return recover_by_testfix(e, t, p);
    case STRATEGY_MANUAL:
        return recover_by_person(e, t, p);
    case STRATEGY_CONFLICT:
        return recover_by_conflict(e, t, p);
    case STRATEGY_N:
        break;
    }
    return false;
}

static bool walk(struct engine *e, const struct trouble *t, const struct step_policy *own)
{
    struct job *row = t->job->row;
    size_t n;
    const struct wf_recovery *all = policy_recovery(t->job, &n);
    for (; (size_t)row->recovery_at < n; row->recovery_at++, row->recovery_uses = 0) {
        const struct wf_recovery *p = &all[row->recovery_at];
        bool used_up = p->attempts && row->recovery_uses >= p->attempts; /* 0: a person is asked each time */
        if (!(p->on & FAILURE_BIT(t->failure->class)) || used_up)
            continue;
        if (own->once && p->strategy != STRATEGY_MANUAL)
            continue;
        row->recovery_uses++;
        if (use(e, t, p))
            return true;
    }
    return false;
}

/* Nobody knows whether it has done its work, and it must not be done twice. */
static bool ask_outcome(struct engine *e, const struct trouble *t)
{
    struct arena *a = &t->job->run->arena;
    const struct question q = {
        .kind = APPROVAL_OUTCOME,
        .step = t->step,
        .text = arena_fmt(a, "%s: nobody knows whether it has done its work, and it must not be repeated. Has it?",
                          t->step->name),
    };
    recover_open(e, t, STRATEGY_MANUAL, "its outcome is unknown, and it is not repeatable");
    approval_ask(e, t->job, &q);
    return true;
}

static bool is_asked_for(const struct wf_retry *p, const struct trouble *t)
{
    return (p->on & FAILURE_BIT(t->failure->class)) && t->step->tries < p->attempts;
}

bool recover_failed(struct engine *e, const struct trouble *t)
{
    struct live_job *j = t->job;
    enum failure_class c = t->failure->class;
    struct breaker *b = breaker_of(e, j, c);
    learn(e, j, LEARNED_FAILED);
    if (b)
        breaker_saw_failure(b, e->now);
    if (job_recovery(j) && job_recovery(j)->strategy == STRATEGY_TESTFIX && recover_by_testfix(e, t, policy_entry(j)))
        return true; /* its next part */
    recover_close(e, j, RECOVERY_FAILED, NULL);
    j->role = ROLE_STEP;
    if (c == FAILURE_CANCELLED || job_was_told(j))
        return false;
    struct step_policy own = policy_of_step(j, t->step);
    if (own.once && c == FAILURE_LOST)
        return ask_outcome(e, t);
    if (!own.once && is_asked_for(&own.retry, t) && recover_by_retry(e, t, &own.retry))
        return true;
    return walk(e, t, &own);
}

static struct step *step_under_way(struct live_job *j)
{
    for (size_t i = 0; i < j->row->n_steps; i++)
        if (j->row->steps[i].state == WORK_RUNNING)
            return &j->row->steps[i];
    panic_at(__FILE__, __LINE__, "a recovery without its step");
}

void recover_came_to_nothing(struct engine *e, struct live_job *j, const char *detail)
{
    struct arena *a = &j->run->arena;
    const struct recovery *r = job_recovery(j);
    struct step *s = step_under_way(j);
    const struct attempt attempt = {
        .id = r->attempt_id, .run_id = r->run_id, .job_id = r->job_id, .detail = arena_strdup(a, detail)};
    const struct failure f = {
        .class = r->class, .source = FAILURE_BY_US, .evidence = attempt.detail, .fingerprint = r->fingerprint};
    enum conclusion end = job_is_cancelled(e, j) ? CONC_CANCELLED : CONC_FAILURE;
    j->role = ROLE_STEP;
    recover_close(e, j, RECOVERY_FAILED, detail);
    struct step_policy own = policy_of_step(j, s);
    if (job_was_told(j))
        step_end(e, j, s, end, attempt.detail);
    else if (!walk(e, &(struct trouble){j, s, &attempt, &f, CONC_FAILURE, r->tests}, &own))
        step_end(e, j, s, CONC_FAILURE, attempt.detail);
    if (j->row->hold == HOLD_RECOVERY && !job_recovery(j))
        job_release(e, j, detail);
    else if (j->row->hold == HOLD_RECOVERY && j->role != ROLE_STEP)
        job_release(e, j, "its tests have their turn");
}

bool recover_passed(struct engine *e, struct live_job *j, struct step *s, enum attempt_role role)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct err ignored;
    const struct recovery *r = job_recovery(j);
    if (role == ROLE_FIX) {
        j->role = ROLE_VERIFY;
        recover_part(e, j, PART_VERIFY);
        return true;
    }
    j->role = ROLE_STEP;
    j->row->recovery_at = j->row->recovery_uses = 0;
    if (!r)
        return false;
    learn(e, j, LEARNED_PASSED);
    /* The same tree, the same tests: they are not to be trusted. */
    if (role != ROLE_VERIFY && r->class == FAILURE_TEST && r->tests &&
        jdoc_parse(sv_of(r->tests), NULL, &d, &ignored) == 0)
        for (size_t i = 0; i < jval_len(jdoc_root(d)); i++)
            learned_flip(e, j->row->repo_id, j->row->key,
                         arena_dup(&j->run->arena, jval_str(jval_item(jdoc_root(d), i))));
    recover_note(j, s, role);
    recover_close(e, j, RECOVERY_RECOVERED, NULL);
    return false;
}

/* What the next attempt is for: where there is an attempt already, that one says so itself. */
static void adopt(struct live_job *j, struct recovery *r)
{
    job_doing(j)->recovery = r;
    j->role = r->part == PART_KEEP || r->part == PART_FIX ? ROLE_FIX : r->part == PART_VERIFY ? ROLE_VERIFY : ROLE_STEP;
}

void recover_adopt(struct engine *e, const struct open_work *w)
{
    for (size_t i = 0; i < w->n_recoveries; i++) {
        struct live_run *r = map_get_id(&e->runs, w->recoveries[i].run_id);
        for (size_t k = 0; r && k < r->jobs.n; k++)
            if (r->jobs.at[k]->row->id == w->recoveries[i].job_id)
                adopt(r->jobs.at[k], &w->recoveries[i]);
    }
    for (size_t i = 0; i < w->n_approvals; i++)
        map_put_id(&e->approvals, w->approvals[i].id, &w->approvals[i]);
}
