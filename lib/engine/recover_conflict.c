/* SPDX-License-Identifier: Apache-2.0 */
/* Two sides changed the same. Both are merged in memory; the job is done once more on the result, as a job of its own,
 * which is its check; and only then the branch is moved there, if it still is where it was. A restart asks again from
 * the part that was reached: merging the same twice makes the same commit, and so does pushing it. */
#include "engine/recover.h"
#include "fmt/json.h"

static const msec_t PUSH_AGAIN_MS = 30000, JOB_MS = 6 * 3600000;
enum { REPORT_MOST = 2000 };

struct sides {
    const char *theirs; /* ref that is merged into the job's commit */
    const char *ref;    /* that is moved */
};

static struct sv of_context(struct live_job *j, const char *name)
{
    return jval_str(jval_at(run_context(j->run), "github", name));
}

/* Of a change its head takes up the base; of a push its commit takes up what the branch has become. */
static bool sides_of(struct live_job *j, struct sides *ret)
{
    struct arena *a = &j->run->arena;
    const struct run *r = j->run->row;
    if (r->change) {
        struct sv base = of_context(j, "base_ref"), head = of_context(j, "head_ref");
        ret->theirs = base.n ? arena_fmt(a, "refs/heads/%.*s", SV_ARG(base)) : NULL;
        ret->ref = head.n ? arena_fmt(a, "refs/heads/%.*s", SV_ARG(head)) : NULL;
    } else {
        bool branch = j->row->ref && strncmp(j->row->ref, "refs/heads/", 11) == 0;
        ret->theirs = ret->ref = branch ? j->row->ref : NULL;
    }
    return ret->theirs && ret->ref;
}

static const char *against(struct live_job *j, struct sides *ret)
{
    const struct run *r = j->run->row;
    const struct wf_permissions *p = &job_spec_of(j)->permissions;
    if (j->parent && j->parent->row->kind == JOB_STEPS)
        return "this is the check of a resolved conflict";
    if (!r->trusted)
        return "the change is not trusted";
    if (r->head_repo)
        return "the change comes from another repository, to which nothing is pushed";
    if (p->said && p->at[PERM_CONTENTS] != ACCESS_WRITE)
        return "the workflow has not got the permission `contents: write`";
    if (!j->row->repo_id || !j->row->sha || !sides_of(j, ret))
        return "it is not on a branch";
    if (r->change && (!r->repo_id || strcmp(r->repo_id, j->row->repo_id) != 0))
        return "the job works on another repository than that of the change";
    return NULL;
}

static void ask_merge(struct engine *e, struct live_job *j, const struct sides *x)
{
    struct arena *a = &j->run->arena;
    char id[ID_TEXT];
    struct engine_action *act = engine_after(e, ACT_MERGE);
    act->merge.id = j->row->id;
    act->merge.want = (struct merge_want){
        .repo_id = j->row->repo_id,
        .ours = j->row->sha,
        .theirs = x->theirs,
        .key = arena_fmt(a, "%s-%u", id_text(j->row->id, id), j->n_children + 1),
        .message =
            arena_fmt(a, "Merge %s into %s\n", x->theirs + strlen("refs/heads/"), x->ref + strlen("refs/heads/")),
        .name = "fettle",
        .email = "fettle@localhost",
        .when = j->run->row->created_at,
    };
}

bool recover_by_conflict(struct engine *e, const struct trouble *t, const struct wf_recovery *p)
{
    struct sides x;
    const char *problem = against(t->job, &x);
    (void)p;
    if (problem) {
        recover_refuse(e, t, STRATEGY_CONFLICT, problem);
        return false;
    }
    recover_open(e, t, STRATEGY_CONFLICT, x.theirs);
    job_hold(e, t->job, HOLD_RECOVERY, 0, "both sides are merged");
    ask_merge(e, t->job, &x);
    return true;
}

/* ---- the check ---- */

static struct step *steps_again(struct engine *e, struct arena *a, const struct job *from, int64_t job)
{
    struct step *to = arena_new(a, (from->n_steps + 1) * sizeof *to);
    for (size_t i = 0; i < from->n_steps; i++) {
        const struct step *s = &from->steps[i];
        to[i] = (struct step){.id = engine_id(e),
                              .job_id = job,
                              .no = s->no,
                              .key = s->key,
                              .name = s->name,
                              .kind = s->kind,
                              .spec = s->spec,
                              .cond = s->cond,
                              .continue_on_error = s->continue_on_error,
                              .timeout_ms = s->timeout_ms,
                              .version = 1};
    }
    return to;
}

static const char *push_json(struct arena *a, const char *ref, const char *expect)
{
    AUTO(buf_free) struct buf json = {0};
    struct jout o = {.buf = &json};
    jout_open(&o, '{');
    jout_kstrz(&o, "ref", ref);
    jout_kstrz(&o, "expect", expect);
    jout_close(&o, '}');
    return arena_dup(a, buf_view(&json));
}

static void start_check(struct engine *e, struct live_job *j, const char *commit, const char *expect)
{
    struct live_run *r = j->run;
    struct arena *a = &r->arena;
    struct sides x = {0};
    struct job *row = arena_new(a, sizeof *row), **all = arena_new(a, (r->row->n_jobs + 2) * sizeof *all);
    size_t from = r->row->n_jobs;
    MUST(sides_of(j, &x));
    *row = *j->row;
    row->id = engine_id(e);
    row->parent_id = j->row->id;
    row->no = (int)from;
    row->key = arena_fmt(a, "%s (merged%s)", j->row->key, j->n_children ? arena_fmt(a, " %u", j->n_children + 1) : "");
    row->name = row->key;
    row->sha = arena_strdup(a, commit);
    row->inputs = push_json(a, x.ref, expect);
    row->spec = row->outputs = row->detail = NULL;
    row->needs = NULL;
    row->n_needs = 0;
    row->group = NULL;
    row->state = WORK_READY;
    row->conclusion = CONC_NONE;
    row->hold = HOLD_NONE;
    row->hold_until = row->hold_at = row->held_ms = row->started_at = row->ended_at = 0;
    row->ready_at = e->now;
    row->epoch = row->lock_token = 0;
    row->tries = row->version = 1;
    row->recovery_at = row->recovery_uses = 0;
    row->steps = steps_again(e, a, j->row, row->id);
    memcpy(all, r->row->jobs, from * sizeof *all);
    all[from] = row;
    r->row->jobs = all;
    r->row->n_jobs++;
    record_jobs_new(e, r->row, &row, 1);
    plan_link(r, from);
    record_journal(e, "job", row->id, row->run_id, NULL, "ready", "it checks what both sides were merged to");
    order_run(e, r);
    order_add(e, r->jobs.at[from]);
    job_watch(e, r->jobs.at[from]);
}

/* What is left, or which rules took part, in one line for people. */
static const char *told(struct arena *a, struct sv report)
{
    return arena_dup(a, sv_cut_utf8(report, REPORT_MOST));
}

static struct live_job *job_held(struct engine *e, int64_t id)
{
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&e->runs, &at, &key, &v);) {
        struct live_run *r = v;
        for (size_t i = 0; i < r->jobs.n; i++)
            if (r->jobs.at[i]->row->id == id)
                return r->jobs.at[i]->row->hold == HOLD_RECOVERY && job_recovery(r->jobs.at[i]) ? r->jobs.at[i] : NULL;
    }
    return NULL;
}

static struct live_job *last_check(const struct live_job *j)
{
    return j->n_children ? j->children[j->n_children - 1] : NULL;
}

static void keep_resolution(struct engine *e, const char *hunk, struct sv text)
{
    struct change_set *cs = engine_changes(e);
    struct change *x = change_add(cs, CHANGE_RESOLUTION);
    x->resolution.hunk = arena_strdup(&cs->arena, hunk);
    if (text.p)
        x->resolution.text = sv_of(arena_dup(&cs->arena, text));
    x->resolution.at = e->now;
}

void recover_merged(struct engine *e, const struct engine_event *ev)
{
    AUTO(arena_free) struct arena a = {0};
    struct live_job *j = job_held(e, ev->merged.id);
    const struct merge_answer *x = ev->merged.answer;
    if (!j || (last_check(j) && last_check(j)->row->state != WORK_DONE))
        return; /* not waited for any more, or asked twice */
    if (!x && ev->merged.err.cls == ERR_TRANSIENT)
        job_hold(e, j, HOLD_RECOVERY, e->now + PUSH_AGAIN_MS, ev->merged.err.msg);
    else if (!x)
        recover_came_to_nothing(e, j, ev->merged.err.msg);
    else if (x->state == MERGE_NOTHING)
        recover_came_to_nothing(e, j, "there is nothing to merge: its commit has the other side already");
    else if (x->state == MERGE_UNRESOLVED)
        recover_came_to_nothing(e, j, arena_fmt(&a, "not resolved: %s", told(&a, x->report)));
    else
        start_check(e, j, x->commit, j->run->row->change ? x->ours : x->theirs);
    for (size_t i = 0; x && i < x->n_used; i++)
        keep_resolution(e, x->used[i], SV_NONE);
    dispatch(e);
    outbox_pump_all(e);
}

/* ---- the push ---- */

struct push_of { /* a check; text in the arena, NULL = a damaged row */
    const char *ref, *expect;
};

static struct push_of push_of(const struct live_job *check, struct arena *a)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct err ignored;
    if (!check->row->inputs || jdoc_parse(sv_of(check->row->inputs), NULL, &d, &ignored) < 0)
        return (struct push_of){0};
    return (struct push_of){arena_dup(a, jval_str(jval_get(jdoc_root(d), "ref"))),
                            arena_dup(a, jval_str(jval_get(jdoc_root(d), "expect")))};
}

/* The step that met the conflict stays failed; the job did its work in the check. */
static void end_recovered(struct engine *e, struct live_job *j, const struct live_job *check, const char *what)
{
    struct arena *a = &j->run->arena;
    const char *detail = arena_fmt(a, "both sides were merged, checked as \"%s\" and %s", check->row->key, what);
    for (size_t i = 0; i < j->row->n_steps; i++)
        if (j->row->steps[i].state == WORK_RUNNING)
            step_end(e, j, &j->row->steps[i], CONC_FAILURE, "a conflict");
    j->row->outputs = check->row->outputs;
    recover_close(e, j, RECOVERY_RECOVERED, detail);
    job_end(e, j, CONC_SUCCESS, detail);
}

/* The branch had gone on, and held the job's commit: what was checked is where it is. */
static bool is_there(const struct push_of *p, const struct live_job *check)
{
    return p->expect && strcmp(p->expect, check->row->sha) == 0;
}

static void ask_push(struct engine *e, struct live_job *j, const struct live_job *check)
{
    struct push_of p = push_of(check, &j->run->arena);
    if (!p.ref || !p.expect) {
        recover_came_to_nothing(e, j, "it is not known where to push");
    } else if (is_there(&p, check)) {
        end_recovered(e, j, check, "the branch has it");
    } else {
        struct engine_action *act = engine_after(e, ACT_PUSH);
        act->push.id = j->row->id;
        act->push.repo_id = j->row->repo_id;
        act->push.push = (struct merge_push){.commit = check->row->sha, .ref = p.ref, .expect = p.expect};
    }
}

void recover_checked(struct engine *e, struct live_job *j, struct live_job *check)
{
    AUTO(arena_free) struct arena a = {0};
    if (j->row->hold != HOLD_RECOVERY || !job_recovery(j))
        return;
    if (job_counts_as(check->row) == CONC_SUCCESS)
        ask_push(e, j, check);
    else
        recover_came_to_nothing(
            e, j, arena_fmt(&a, "%s ended as %s", check->row->key, conclusion_name[check->row->conclusion]));
}

void recover_pushed(struct engine *e, const struct engine_event *ev)
{
    struct live_job *j = job_held(e, ev->pushed.id), *check = j ? last_check(j) : NULL;
    const struct err *err = &ev->pushed.err;
    msec_t whole = j && j->row->timeout_ms ? j->row->timeout_ms : JOB_MS;
    if (!check)
        return;
    bool again = err->cls == ERR_TRANSIENT || err->cls == ERR_UNCERTAIN;
    if (err->cls == ERR_OK)
        end_recovered(e, j, check, "pushed");
    else if (again && e->now < j->row->started_at + whole)
        job_hold(e, j, HOLD_RECOVERY, e->now + PUSH_AGAIN_MS, err->msg);
    else
        recover_came_to_nothing(e, j, err->msg);
    dispatch(e);
    outbox_pump_all(e);
}

void recover_resume(struct engine *e, struct live_job *j)
{
    struct live_job *check = last_check(j);
    struct sides x;
    if (!job_recovery(j) || !sides_of(j, &x)) {
        job_release(e, j, "nothing mends it any more");
        return;
    }
    j->row->hold_until = 0;
    if (!check || (check->row->state == WORK_DONE && job_counts_as(check->row) != CONC_SUCCESS))
        ask_merge(e, j, &x);
    else if (check->row->state == WORK_DONE)
        ask_push(e, j, check);
}

/* ---- what people do about conflicts ---- */

/* Specs are long, and most say nothing of it: a word tells whether one has to be read. */
static bool has_entry(struct live_job *j)
{
    size_t n;
    if (!j->row->spec || !strstr(j->row->spec, recovery_strategy_name[STRATEGY_CONFLICT]))
        return false;
    const struct wf_recovery *all = policy_recovery(j, &n);
    for (size_t i = 0; i < n; i++)
        if (all[i].strategy == STRATEGY_CONFLICT)
            return true;
    return false;
}

void recover_learn(struct engine *e, struct live_run *r)
{
    bool wanted = false;
    if (!r->row->trusted || !r->row->repo_id || !r->row->sha || strcmp(r->row->event, "push") != 0)
        return;
    for (size_t i = 0; i < r->jobs.n && !wanted; i++)
        wanted = has_entry(r->jobs.at[i]);
    if (!wanted)
        return;
    struct engine_action *act = engine_after(e, ACT_LEARN);
    act->learn.id = r->row->id;
    act->learn.repo_id = r->row->repo_id;
    act->learn.commit = r->row->sha;
}

void recover_learned(struct engine *e, const struct engine_event *ev)
{
    const struct merge_lessons *l = ev->learned.lessons;
    for (size_t i = 0; l && i < l->n; i++)
        keep_resolution(e, l->at[i].key, l->at[i].text);
}
