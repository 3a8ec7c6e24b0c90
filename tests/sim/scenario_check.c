/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario_line.h"
#include "fmt/json.h"

static int expect(struct err *e, const char *got, struct sv want)
{
    return sv_is(want, got) ? 0 : err_set(e, ERR_INVALID, "it is %s", got);
}

static int expect_number(struct err *e, size_t got, struct sv want)
{
    return (long)got == scenario_number(want) ? 0 : err_set(e, ERR_INVALID, "it is %zu", got);
}

/* In a word an underscore stands for a blank. */
static bool reads(struct sv word, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    bool same = text && n == word.n;
    for (size_t i = 0; same && i < n; i++)
        same = word.p[i] == text[i] || (word.p[i] == '_' && text[i] == ' ');
    return same;
}

const struct job *scenario_job(const struct run *r, struct sv key)
{
    for (size_t i = 0; i < r->n_jobs; i++)
        if (reads(key, r->jobs[i]->key))
            return r->jobs[i];
    return NULL;
}

static const char *conclusion_of(enum work_state s, enum conclusion c)
{
    return s == WORK_DONE ? conclusion_name[c] : work_state_name[s];
}

/* A text contains the word, where an underscore stands for any character. */
static int expect_within(struct err *e, const char *got, struct sv want)
{
    size_t n = got ? strlen(got) : 0;
    for (size_t at = 0; at + want.n <= n; at++) {
        bool same = true;
        for (size_t i = 0; same && i < want.n; i++)
            same = want.p[i] == got[at + i] || want.p[i] == '_';
        if (same)
            return 0;
    }
    return err_set(e, ERR_INVALID, "it is %s", got ? got : "absent");
}

static int check_output(const char *json, const struct scenario_line *l, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    AUTO(arena_free) struct arena a = {0};
    struct err ignored;
    if (json && jdoc_parse(sv_of(json), NULL, &d, &ignored) < 0)
        return err_set(e, ERR_INVALID, "the outputs are no JSON");
    const char *got = d ? arena_dup(&a, jval_str(jval_get(jdoc_root(d), arena_dup(&a, l->words[4])))) : NULL;
    if (!got)
        return expect(e, "absent", l->words[6]);
    return reads(l->words[6], got) ? 0 : err_set(e, ERR_INVALID, "it is %s", got);
}

/* = STATE [REASON] */
static int check_verdict(const struct world *w, int64_t delivery, const struct scenario_line *l, struct err *e)
{
    static const char *const states[] = {
        [VERDICT_NONE] = "none", [VERDICT_OPEN] = "open", [VERDICT_ALLOW] = "allow", [VERDICT_DENY] = "deny"};
    struct engine_verdict v = {.state = VERDICT_NONE};
    if (w->engine)
        engine_verdict(w->engine, delivery, &v);
    if (expect(e, states[v.state], l->words[4]) < 0)
        return -1;
    return l->n > 5 ? expect(e, v.reason ? v.reason : "absent", l->words[5]) : 0;
}

/* With commas between. */
static int check_locks(const struct job *j, struct sv want, struct err *e)
{
    AUTO(buf_free) struct buf all = {0};
    for (size_t i = 0; i < j->n_locks; i++)
        buf_fmt(&all, "%s%s", i ? "," : "", j->locks[i]);
    return expect(e, all.n ? all.p : "none", want);
}

/* check class|evidence N JOB NO = …; *ret is false when something else is checked */
static int check_failure(const struct world *w, const struct job *j, const struct scenario_line *l, bool *ret,
                         struct err *e)
{
    size_t no = l->n > 5 ? (size_t)scenario_number(l->words[4]) : 0;
    bool class = sv_is(l->words[1], "class");
    *ret = (class || sv_is(l->words[1], "evidence")) && no >= 1 && no <= j->n_steps;
    for (size_t i = w->store.attempts.n; *ret && i-- > 0;) {
        const struct attempt *a = &w->store.attempts.at[i];
        if (a->step_id == j->steps[no - 1].id)
            return class ? expect(e, a->class_name ? a->class_name : "none", l->words[l->n - 1])
                         : expect_within(e, a->evidence ? a->evidence : "none", l->words[l->n - 1]);
    }
    return *ret ? err_set(e, ERR_INVALID, "the step has no attempt") : 0;
}

/* check output|detail|name|locks N JOB …, check step|note N JOB NO = … */
static int check_job(const struct job *j, const struct scenario_line *l, struct err *e)
{
    struct sv what = l->words[1], want = l->words[l->n - 1];
    if (sv_is(what, "output") && l->n == 7)
        return check_output(j->outputs, l, e);
    if (sv_is(what, "detail"))
        return expect_within(e, j->detail, want);
    if (sv_is(what, "locks"))
        return check_locks(j, want, e);
    if (sv_is(what, "name"))
        return reads(want, j->name) ? 0 : err_set(e, ERR_INVALID, "it is %s", j->name);
    size_t no = (size_t)scenario_number(l->words[4]);
    if (sv_is(what, "note") && no >= 1 && no <= j->n_steps)
        return expect_within(e, j->steps[no - 1].notes ? j->steps[no - 1].notes : "none", want);
    if (sv_is(what, "step") && no >= 1 && no <= j->n_steps)
        return expect(e, conclusion_of(j->steps[no - 1].state, j->steps[no - 1].outcome), want);
    return err_set(e, ERR_INVALID, "what is checked?");
}

/* The newest one of a commit and a name; NULL = there is none. */
static const struct sim_check *check_named(const struct world *w, const char *sha, struct sv name)
{
    for (size_t i = w->forge.checks.n; i-- > 0;)
        if (strcmp(w->forge.checks.at[i]->sha, sha) == 0 && sv_is(name, w->forge.checks.at[i]->name))
            return w->forge.checks.at[i];
    return NULL;
}

/* check check-run|annotations SHA NAME = … */
static int check_of_forge(struct world *w, const struct scenario_line *l, struct err *e)
{
    const struct sim_check *c = check_named(w, scenario_sha(w, l->words[2]), l->words[3]);
    struct sv want = l->words[l->n - 1];
    if (sv_is(l->words[1], "annotations"))
        return expect_number(e, c ? c->notes.n : 0, want);
    return expect(e, !c ? "absent" : c->conclusion ? c->conclusion : c->status, want);
}

/* "N KEY": why it is not done */
static int check_why(struct world *w, const struct scenario_line *l, struct err *e)
{
    AUTO(buf_free) struct buf json = {0};
    AUTO(jdoc_free) struct jdoc *d = NULL;
    size_t n = (size_t)scenario_number(l->words[2]);
    if (n < 1 || n > w->store.runs.n || !engine_why(w->engine, w->store.runs.at[n - 1]->id, w->now, &json))
        return err_set(e, ERR_INVALID, "there is no such run");
    if (jdoc_parse(buf_view(&json), NULL, &d, e) < 0)
        return -1;
    const struct jval *jobs = jval_get(jdoc_root(d), "jobs");
    for (size_t i = 0; i < jval_len(jobs); i++) {
        const struct jval *j = jval_item(jobs, i);
        if (reads(l->words[3], arena_dup(&w->arena, jval_str(jval_get(j, "key")))))
            return expect_within(e, arena_dup(&w->arena, jval_str(jval_get(j, "why"))), l->words[l->n - 1]);
    }
    return err_set(e, ERR_INVALID, "it is done, or there is no such job");
}

static int check_queue(struct world *w, struct sv want, struct err *e)
{
    AUTO(buf_free) struct buf json = {0}, keys = {0};
    AUTO(jdoc_free) struct jdoc *d = NULL;
    engine_queue(w->engine, 100, w->now, &json);
    if (jdoc_parse(buf_view(&json), NULL, &d, e) < 0)
        return -1;
    const struct jval *jobs = jval_get(jdoc_root(d), "jobs");
    for (size_t i = 0; i < jval_len(jobs); i++)
        buf_fmt(&keys, "%s%.*s", i ? "," : "", SV_ARG(jval_str(jval_get(jval_item(jobs, i), "key"))));
    return reads(want, keys.n ? keys.p : "none") ? 0 : err_set(e, ERR_INVALID, "it is %s", keys.n ? keys.p : "none");
}

/* comments REPO = N | comment N WORDS… = yes | labels REPO NO = N | pulls = N | merges = N | dispatches = N */
static bool check_thread(struct world *w, const struct scenario_line *l, int *ret, struct err *e)
{
    const struct sim_forge *f = &w->forge;
    struct sv what = l->words[1], want = l->words[l->n - 1];
    size_t n = 0, at = (size_t)scenario_number(l->words[2]);
    if (sv_is(what, "comments")) {
        for (size_t i = 0; i < f->comments.n; i++)
            n += f->comments.at[i].body && sv_is(l->words[2], f->comments.at[i].repo);
        *ret = expect_number(e, n, want);
    } else if (sv_is(what, "comment") && at >= 1 && at <= f->comments.n) {
        *ret = expect_within(e, f->comments.at[at - 1].body, want);
    } else if (sv_is(what, "labels") && l->n > 4) {
        for (size_t i = 0; i < f->labels.n; i++)
            n += f->labels.at[i].number == scenario_number(l->words[3]) && sv_is(l->words[2], f->labels.at[i].repo);
        *ret = expect_number(e, n, want);
    } else if (sv_is(what, "pulls")) {
        *ret = expect_number(e, f->pulls.n, want);
    } else if (sv_is(what, "merges")) {
        *ret = expect_number(e, f->merges, want);
    } else if (sv_is(what, "dispatches")) {
        *ret = expect_number(e, f->dispatched.n, want);
    } else {
        return false;
    }
    return true;
}

int scenario_check(struct world *w, const struct scenario_line *l, struct err *e)
{
    struct sv what = l->words[1], want = l->words[l->n - 1];
    if (sv_is(what, "check-run") || sv_is(what, "annotations"))
        return check_of_forge(w, l, e);
    int rc_of_thread;
    if (check_thread(w, l, &rc_of_thread, e))
        return rc_of_thread;
    if (sv_is(what, "why") && l->n == 6)
        return check_why(w, l, e);
    if (sv_is(what, "queue"))
        return check_queue(w, want, e);
    if (sv_is(what, "check-runs"))
        return expect_number(e, w->forge.checks.n, want);
    if (sv_is(what, "quiet")) {
        world_check(w);
        return 0;
    }
    if (sv_is(what, "runs"))
        return expect_number(e, w->store.runs.n, want);
    if (sv_is(what, "executions"))
        return expect_number(e, w->processes.n, want);
    if (sv_is(what, "asked"))
        return expect_number(e, w->forge.asked, want);
    if (sv_is(what, "statuses"))
        return expect_number(e, w->forge.statuses.n, want);
    if (sv_is(what, "snapshots"))
        return expect_number(e, w->snapshots.n, want);
    if (sv_is(what, "restores"))
        return expect_number(e, w->restores, want);
    if (sv_is(what, "redriven"))
        return expect_within(e, w->redriven, want);
    if (sv_is(what, "issues")) {
        size_t n = 0;
        for (size_t i = 0; i < w->forge.issues.n; i++)
            n += sv_is(l->words[2], w->forge.issues.at[i].repo);
        return expect_number(e, n, want);
    }
    if (sv_is(what, "status-at")) {
        const struct sim_status *s =
            forge_status(w, NULL, scenario_sha(w, l->words[2]), arena_dup(&w->arena, l->words[3]));
        return expect(e, s ? s->repo : "absent", want);
    }
    if (sv_is(what, "told")) {
        const struct sim_status *s =
            forge_status(w, NULL, scenario_sha(w, l->words[2]), arena_dup(&w->arena, l->words[3]));
        return expect_within(e, s ? s->description : NULL, want);
    }
    if (sv_is(what, "status")) {
        const struct sim_status *s =
            forge_status(w, NULL, scenario_sha(w, l->words[2]), arena_dup(&w->arena, l->words[3]));
        return expect(e, s ? s->state : "absent", want);
    }
    size_t n = (size_t)scenario_number(l->words[2]);
    if (sv_is(what, "delivery") && n >= 1 && n <= w->store.deliveries.n)
        return expect(e, delivery_state_name[w->store.deliveries.at[n - 1].d.state], want);
    if (sv_is(what, "reason") && n >= 1 && n <= w->store.deliveries.n)
        return expect_within(e, w->store.deliveries.at[n - 1].d.reason, want);
    if (sv_is(what, "verdict") && n >= 1 && n <= w->store.deliveries.n)
        return check_verdict(w, w->store.deliveries.at[n - 1].d.id, l, e);
    if (sv_is(what, "source") && n >= 1 && n <= w->store.deliveries.n)
        return expect(e, delivery_source_name[w->store.deliveries.at[n - 1].d.source], want);
    if (n < 1 || n > w->store.runs.n)
        return err_set(e, ERR_INVALID, "there is no such run");
    const struct run *r = w->store.runs.at[n - 1];
    if (sv_is(what, "run"))
        return expect(e, conclusion_of(r->state, r->conclusion), want);
    if (sv_is(what, "jobs"))
        return expect_number(e, r->n_jobs, want);
    if (sv_is(what, "run-name"))
        return reads(want, r->name) ? 0 : err_set(e, ERR_INVALID, "it is %s", r->name ? r->name : "absent");
    if (sv_is(what, "priority"))
        return expect(e, priority_name[r->priority], want);
    if (sv_is(what, "run-detail"))
        return expect_within(e, r->detail, want);
    const struct job *j = scenario_job(r, l->words[3]);
    if (!j)
        return err_set(e, ERR_INVALID, "there is no such job");
    bool done;
    int rc = check_failure(w, j, l, &done, e);
    if (done)
        return rc;
    return sv_is(what, "job") ? expect(e, conclusion_of(j->state, j->conclusion), want) : check_job(j, l, e);
}
