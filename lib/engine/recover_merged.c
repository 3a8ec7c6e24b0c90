/* SPDX-License-Identifier: Apache-2.0 */
/* What both sides were brought together to is checked, by doing the job once more on it, and then pushed: the branch is
 * moved there if it still is where it was. */
#include "engine/recover_conflict.h"
#include "fmt/json.h"

static const msec_t PUSH_AGAIN_MS = 30000, JOB_MS = 6 * 3600000;

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

static const char *push_json(struct arena *a, const struct conflict_made *made)
{
    AUTO(buf_free) struct buf json = {0};
    struct jout o = {.buf = &json};
    jout_open(&o, '{');
    jout_kstrz(&o, "ref", made->ref);
    jout_kstrz(&o, "expect", made->expect);
    jout_kstrz(&o, "way", conflict_way_name[made->way]);
    if (made->tried)
        jout_kstrz(&o, "tried", made->tried);
    jout_close(&o, '}');
    return arena_dup(a, buf_view(&json));
}

void conflict_check(struct engine *e, struct live_job *j, const struct conflict_made *made)
{
    struct arena *a = &j->run->arena;
    bool replayed = made->way == WAY_REBASE;
    const char *nth = j->n_children ? arena_fmt(a, " %u", j->n_children + 1) : "";
    struct job *row = recover_child(e, j, arena_fmt(a, "%s (%s%s)", j->row->key, replayed ? "rebased" : "merged", nth));
    row->sha = arena_strdup(a, made->commit);
    row->inputs = push_json(a, made);
    row->steps = steps_again(e, a, j->row, row->id);
    recover_child_begin(e, j, row,
                        replayed ? "it checks its commits on the base" : "it checks what both sides were merged to");
}

struct live_job *conflict_job(struct engine *e, int64_t id)
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

struct live_job *conflict_last_check(const struct live_job *j)
{
    for (size_t i = j->n_children; i > 0; i--)
        if (!job_is_fix(j->children[i - 1]))
            return j->children[i - 1];
    return NULL;
}

/* ---- the push ---- */

struct push_of { /* a check; text in the arena, NULL = a damaged row */
    const char *ref, *expect;
    bool rewrites; /* what is there now will not be behind it */
    const char *tried;
};

static struct push_of push_of(const struct live_job *check, struct arena *a)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct err ignored;
    if (!check->row->inputs || jdoc_parse(sv_of(check->row->inputs), NULL, &d, &ignored) < 0)
        return (struct push_of){0};
    return (struct push_of){arena_dup(a, jval_str(jval_get(jdoc_root(d), "ref"))),
                            arena_dup(a, jval_str(jval_get(jdoc_root(d), "expect"))),
                            sv_is(jval_str(jval_get(jdoc_root(d), "way")), conflict_way_name[WAY_REBASE]),
                            arena_dup(a, jval_str(jval_get(jdoc_root(d), "tried")))};
}

/* The step that met the conflict stays failed; the job did its work in the check. */
static void end_recovered(struct engine *e, struct live_job *j, const struct live_job *check, const char *what)
{
    struct arena *a = &j->run->arena;
    struct push_of p = push_of(check, a);
    const char *detail =
        arena_fmt(a, "%s, checked as \"%s\" and %s%s%s%s",
                  p.rewrites ? "its commits were replayed on the base" : "both sides were merged", check->row->key,
                  what, p.tried ? " (" : "", p.tried ? p.tried : "", p.tried ? ")" : "");
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

void conflict_push(struct engine *e, struct live_job *j, const struct live_job *check)
{
    struct push_of p = push_of(check, &j->run->arena);
    /* The configuration may be another than when the check began. */
    const char *problem = p.rewrites ? conflict_no_rewrite(e, j) : NULL;
    if (!p.ref || !p.expect) {
        recover_came_to_nothing(e, j, "it is not known where to push");
    } else if (problem) {
        recover_came_to_nothing(e, j, problem);
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
    if (job_is_fix(check)) {
        recover_fixed(e, j, check);
        return;
    }
    if (j->row->hold != HOLD_RECOVERY || !job_recovery(j))
        return;
    if (job_counts_as(check->row) == CONC_SUCCESS)
        conflict_push(e, j, check);
    else
        recover_came_to_nothing(
            e, j, arena_fmt(&a, "%s ended as %s", check->row->key, conclusion_name[check->row->conclusion]));
}

void recover_pushed(struct engine *e, const struct engine_event *ev)
{
    struct live_job *j = conflict_job(e, ev->pushed.id), *check = j ? conflict_last_check(j) : NULL;
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
