/* SPDX-License-Identifier: Apache-2.0 */
/* Two sides changed the same. Both are brought together in memory, in the ways of the file; the job is done once more
 * on the result, as a job of its own, which is its check; and only then the branch is moved there, if it still is where
 * it was. A restart asks again from the part that was reached: merging the same twice makes the same commit, and so
 * does pushing it. */
#include "engine/recover_conflict.h"
#include "core/own_event.h"
#include "fmt/json.h"

static const msec_t MERGE_AGAIN_MS = 30000;
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

/* ---- which ways ---- */

/* Others may stand on the commits of such a branch, or nobody knows which branch it is. */
const char *conflict_no_rewrite(struct engine *e, struct live_job *j)
{
    const struct repo *repo = repo_by_id(e->conf->repos, sv_of(j->row->repo_id));
    struct sv head = of_context(j, "head_ref"),
              told = jval_str(jval_get(jval_at(run_context(j->run), "event", "repository"), "default_branch"));
    if (!j->run->row->change)
        return "only the commits of a change are replayed";
    if (j->run->row->head_repo)
        return "its branch is in another repository";
    if (!repo || !head.n)
        return "its repository is not known";
    if (sv_is(head, repo->default_branch) || (told.n && sv_eq(head, told)))
        return "its branch is the default branch of the repository, which is not rewritten";
    if (sv_eq(head, of_context(j, "base_ref")))
        return "its branch is its base, which is not rewritten";
    return NULL;
}

/* Those of the file but for what may not be; *ret_why says of that. */
static struct wf_ways ways_of(struct engine *e, struct live_job *j, const struct wf_recovery *p, const char **ret_why)
{
    struct wf_ways all = {{WAY_FORWARD, WAY_MERGE}, 2}, ret = {.n = 0};
    *ret_why = NULL;
    if (p && p->strategy == STRATEGY_CONFLICT && p->ways.n)
        all = p->ways;
    for (int i = 0; i < all.n; i++) {
        const char *problem = all.at[i] == WAY_REBASE ? conflict_no_rewrite(e, j) : NULL;
        if (problem)
            *ret_why = problem;
        else
            ret.at[ret.n++] = all.at[i];
    }
    return ret;
}

static void ask_merge(struct engine *e, struct live_job *j, const struct sides *x, const struct wf_ways *ways)
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
            arena_fmt(a, "Merge %s into %s\n\n" HOPS_TRAILER ": %d\n", x->theirs + strlen("refs/heads/"),
                      x->ref + strlen("refs/heads/"), run_hops(j->run) + 1),
        .name = "fettle",
        .email = "fettle@localhost",
        .when = j->run->row->created_at,
        .ways = *ways,
    };
}

bool recover_by_conflict(struct engine *e, const struct trouble *t, const struct wf_recovery *p)
{
    struct sides x;
    const char *no_rebase = NULL, *problem = against(t->job, &x);
    struct wf_ways ways = {.n = 0};
    if (!problem)
        ways = ways_of(e, t->job, p, &no_rebase);
    if (!problem && ways.n == 0)
        problem = no_rebase;
    if (problem) {
        recover_refuse(e, t, STRATEGY_CONFLICT, problem);
        return false;
    }
    const char *detail = x.theirs;
    if (no_rebase)
        detail = arena_fmt(&t->job->run->arena, "%s; no rebase: %s", x.theirs, no_rebase);
    recover_open(e, t, STRATEGY_CONFLICT, detail);
    job_hold(e, t->job, HOLD_RECOVERY, 0, "both sides are merged");
    ask_merge(e, t->job, &x, &ways);
    return true;
}

/* What is left, or which rules took part, in one line for people. */
static const char *told(struct arena *a, struct sv report)
{
    return arena_dup(a, sv_cut_utf8(report, REPORT_MOST));
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

static void begin_check(struct engine *e, struct live_job *j, const struct merge_answer *x)
{
    struct sides s;
    MUST(sides_of(j, &s));
    conflict_check(
        e, j, &(struct conflict_made){x->commit, s.ref, j->run->row->change ? x->ours : x->theirs, x->way, x->tried});
}

void recover_merged(struct engine *e, const struct engine_event *ev)
{
    AUTO(arena_free) struct arena a = {0};
    struct live_job *j = conflict_job(e, ev->merged.id);
    const struct merge_answer *x = ev->merged.answer;
    if (!j || (conflict_last_check(j) && conflict_last_check(j)->row->state != WORK_DONE))
        return; /* not waited for any more, or asked twice */
    if (!x && ev->merged.err.cls == ERR_TRANSIENT)
        job_hold(e, j, HOLD_RECOVERY, e->now + MERGE_AGAIN_MS, ev->merged.err.msg);
    else if (!x)
        recover_came_to_nothing(e, j, ev->merged.err.msg);
    else if (x->state == MERGE_NOTHING)
        recover_came_to_nothing(e, j, "there is nothing to merge: its commit has the other side already");
    else if (x->state == MERGE_UNRESOLVED)
        recover_came_to_nothing(e, j, arena_fmt(&a, "not resolved: %s", told(&a, x->report)));
    else
        begin_check(e, j, x);
    for (size_t i = 0; x && i < x->n_used; i++)
        keep_resolution(e, x->used[i], SV_NONE);
    dispatch(e);
    outbox_pump_all(e);
}

static bool has_failed(const struct live_job *check)
{
    return check->row->state == WORK_DONE && job_counts_as(check->row) != CONC_SUCCESS;
}

void recover_resume(struct engine *e, struct live_job *j)
{
    struct live_job *check = conflict_last_check(j);
    struct sides x;
    const char *no_rebase;
    if (job_recovery(j) && j->doing->recovery->strategy == STRATEGY_TESTFIX) {
        recover_fix_resume(e, j);
        return;
    }
    if (!job_recovery(j) || !sides_of(j, &x)) {
        job_release(e, j, "nothing mends it any more");
        return;
    }
    j->row->hold_until = 0;
    struct wf_ways ways = ways_of(e, j, policy_entry(j), &no_rebase);
    if (check && !has_failed(check)) {
        if (check->row->state == WORK_DONE)
            conflict_push(e, j, check);
    } else if (ways.n) {
        ask_merge(e, j, &x, &ways);
    } else {
        recover_came_to_nothing(e, j, no_rebase);
    }
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
