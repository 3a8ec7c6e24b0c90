/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to people. A question holds its job and outlives the server; an answer counts for the commit it was asked
 * about; a deadline says what happens when nobody answers. */
#include "engine/recover.h"

static const char *names_json(struct arena *a, const char *const *names, size_t n)
{
    AUTO(buf_free) struct buf json = {0};
    struct jout o = {.buf = &json};
    if (n == 0)
        return NULL;
    jout_strs(&o, names, n);
    return arena_dup(a, buf_view(&json));
}

struct approval *approval_of_job(struct engine *e, const struct live_job *j)
{
    struct sv key;
    void *v;
    if (j->row->hold != HOLD_APPROVAL)
        return NULL;
    for (size_t at = 0; map_each(&e->approvals, &at, &key, &v);)
        if (((struct approval *)v)->job_id == j->row->id)
            return v;
    return NULL;
}

void approval_ask(struct engine *e, struct live_job *j, const struct question *q)
{
    struct arena *a = &j->run->arena;
    struct approval *p = arena_new(a, sizeof *p);
    *p = (struct approval){.id = engine_id(e),
                           .run_id = j->row->run_id,
                           .job_id = j->row->id,
                           .step_id = q->step ? q->step->id : 0,
                           .kind = q->kind,
                           .question = arena_strdup(a, q->text),
                           .by = names_json(a, q->by, q->n_by),
                           .sha = arena_strdup(a, q->sha),
                           .then = q->then,
                           .asked_at = e->now,
                           .deadline = q->time ? e->now + q->time : 0,
                           .version = 1};
    map_put_id(&e->approvals, p->id, p);
    record_approval_new(e, p);
    record_journal(e, "approval", p->id, p->run_id, NULL, "asked", p->question);
    job_hold(e, j, HOLD_APPROVAL, p->deadline, p->question);
}

/* The server's word about its environment, which no file can talk it out of; else the job's own. */
static const struct wf_approve *asked_for(struct scene *s)
{
    struct err ignored;
    const char *name = NULL;
    const struct wf_approve *own = s->spec->job.approve.present ? &s->spec->job.approve : NULL;
    if (scene_text(s, "environment", s->spec->job.environment, &name, &ignored) < 0 || !name || !name[0])
        return own;
    const struct engine_environment *x = deploy_find(s->e, name);
    return x && x->approve ? x->approve : own;
}

bool approval_needed(struct engine *e, struct live_job *j)
{
    AUTO(arena_free) struct arena a = {0};
    struct scene s;
    const struct wf_job *said = &job_spec_of(j)->job;
    if (!said->approve.present && !said->environment)
        return false;
    scene_open(&s, SCENE_JOB, e, j->run, j, &a);
    const struct wf_approve *w = asked_for(&s);
    if (w) {
        const struct question q = {
            .kind = APPROVAL_START,
            .text = arena_fmt(&a, "May %s of %s start?", j->row->name, j->run->row->workflow),
            .by = (const char *const *)w->by,
            .n_by = w->n_by,
            .sha = w->bind_sha ? j->row->sha : NULL,
            .time = w->deadline,
            .then = w->then,
        };
        approval_ask(e, j, &q);
    }
    scene_close(&s);
    return w != NULL;
}

/* ---- answers ---- */

static void close_row(struct engine *e, struct approval *p, enum approval_state to, const char *by)
{
    struct live_run *r = map_get_id(&e->runs, p->run_id);
    map_remove_id(&e->approvals, p->id);
    p->state = to;
    p->answered_at = e->now;
    p->answered_by = r ? arena_strdup(&r->arena, by) : NULL;
    record_approval(e, p);
    record_journal(e, "approval", p->id, p->run_id, "asked", approval_state_name[to], p->answered_by);
}

static struct step *step_of(struct live_job *j, int64_t id)
{
    for (size_t i = 0; i < j->row->n_steps; i++)
        if (j->row->steps[i].id == id)
            return &j->row->steps[i];
    return NULL;
}

enum verdict { VERDICT_YES, VERDICT_NO, VERDICT_GO_ON };

/* The step that was asked about ends; those behind it have their turn when the job has a slot again. */
static void end_step(struct engine *e, struct live_job *j, struct step *s, enum conclusion outcome, const char *detail)
{
    if (s && s->state != WORK_DONE)
        step_end(e, j, s, outcome, detail);
    job_release(e, j, detail);
}

static void carry_out(struct engine *e, struct live_job *j, const struct approval *p, enum verdict v,
                      const char *detail)
{
    struct step *s = step_of(j, p->step_id);
    bool yes = v == VERDICT_YES;
    recover_close(e, j, yes || v == VERDICT_GO_ON ? RECOVERY_RECOVERED : RECOVERY_FAILED, detail);
    if (s && v == VERDICT_GO_ON)
        s->continue_on_error = true; /* as if the file had said so */
    if (p->kind == APPROVAL_START && v == VERDICT_NO) {
        hold_forget(e, j);
        j->row->hold = HOLD_NONE;
        job_end(e, j, CONC_FAILURE, detail);
    } else if (p->kind == APPROVAL_START || (p->kind == APPROVAL_MANUAL && yes)) {
        job_release(e, j, detail);
    } else if (p->kind == APPROVAL_OUTCOME && yes) {
        end_step(e, j, s, CONC_SUCCESS, NULL);
    } else {
        end_step(e, j, s, p->kind == APPROVAL_OUTCOME ? CONC_ERROR : CONC_FAILURE, detail);
    }
}

static struct live_job *job_of(struct engine *e, const struct approval *p)
{
    struct live_run *r = map_get_id(&e->runs, p->run_id);
    for (size_t i = 0; r && i < r->jobs.n; i++)
        if (r->jobs.at[i]->row->id == p->job_id)
            return r->jobs.at[i];
    return NULL;
}

void approval_expire(struct engine *e, struct live_job *j)
{
    struct approval *p = approval_of_job(e, j);
    if (!p)
        return;
    close_row(e, p, APPROVAL_EXPIRED, NULL);
    carry_out(e, j, p, p->then == THEN_CONTINUE ? VERDICT_GO_ON : VERDICT_NO,
              p->then == THEN_CONTINUE ? "nobody answered in time: it goes on" : "nobody answered in time");
}

void approval_moot(struct engine *e, struct live_job *j)
{
    struct approval *p = approval_of_job(e, j);
    if (p)
        close_row(e, p, APPROVAL_MOOT, NULL);
}

static bool counts_for(const struct approval *p, const char *sha)
{
    return !p->sha || !sha || strcmp(p->sha, sha) == 0;
}

const char *engine_answer_problem(const struct engine *e, int64_t run, const char *sha)
{
    struct sv key;
    void *v;
    bool asked = false;
    for (size_t at = 0; map_each(&e->approvals, &at, &key, &v);) {
        const struct approval *p = v;
        if (p->run_id == run && counts_for(p, sha))
            return NULL;
        asked |= p->run_id == run;
    }
    return asked ? "it waits for an answer about another commit" : "nothing of it waits for an answer";
}

/* Ids are collected first, in their order: an answer may end jobs, and with them other questions. */
void approval_answer(struct engine *e, int64_t run, enum approval_answer how, const char *by, const char *sha)
{
    VEC(int64_t) ids = {0};
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->approvals, &at, &key, &v);) {
        const struct approval *p = v;
        if (p->run_id == run && counts_for(p, sha))
            VEC_PUSH(&ids, p->id);
    }
    for (size_t i = 1; i < ids.n; i++)
        for (size_t k = i; k > 0 && ids.at[k] < ids.at[k - 1]; k--) {
            int64_t x = ids.at[k];
            ids.at[k] = ids.at[k - 1];
            ids.at[k - 1] = x;
        }
    for (size_t i = 0; i < ids.n; i++) {
        AUTO(arena_free) struct arena a = {0};
        struct approval *p = map_get_id(&e->approvals, ids.at[i]);
        struct live_job *j = p ? job_of(e, p) : NULL;
        if (!j || j->row->state == WORK_DONE)
            continue;
        close_row(e, p, how == ANSWER_APPROVE ? APPROVAL_APPROVED : APPROVAL_REJECTED, by);
        carry_out(e, j, p, how == ANSWER_APPROVE ? VERDICT_YES : VERDICT_NO,
                  arena_fmt(&a, "%s by %s", how == ANSWER_APPROVE ? "approved" : "rejected", by ? by : "somebody"));
    }
    VEC_FREE(&ids);
    dispatch(e);
    outbox_pump_all(e);
}
