/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"
#include <stdio.h>
#include <stdlib.h>
#include "base/file.h"
#include "config/conf.h"
#include "fmt/json.h"

enum { WORDS = 12 };
struct line {
    struct sv words[WORDS];
    size_t n;
};

static void split(struct sv text, struct line *ret)
{
    struct sv rest = sv_trim(text), word;
    ret->n = 0;
    while (ret->n < WORDS && sv_next(&rest, ' ', &word))
        if (word.n)
            ret->words[ret->n++] = word;
}

static const char *zstr(struct world *w, struct sv s)
{
    return arena_dup(&w->arena, s);
}

static const char *sha_of(struct world *w, struct sv digit)
{
    char *sha = arena_new(&w->arena, 41);
    memset(sha, digit.n ? digit.p[0] : '0', 40);
    return sha;
}

static long number(struct sv s)
{
    int64_t v = -1;
    return sv_int(s, &v) ? (long)v : -1;
}

char *payload_push(const char *repo, const char *sha, const char *ref)
{
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(
        &b,
        "{\"ref\":\"%s\",\"before\":\"9999999999999999999999999999999999999999\",\"after\":\"%s\",\"created\":false,"
        "\"deleted\":false,\"forced\":false,\"commits\":[],\"head_commit\":null,\"repository\":{\"id\":1,"
        "\"name\":\"x\",\"full_name\":\"%s\",\"private\":false,\"default_branch\":\"main\"},"
        "\"pusher\":{\"name\":\"ann\"},\"sender\":{\"id\":1,\"login\":\"ann\",\"type\":\"User\"}}",
        ref, sha, repo);
    return buf_take(&b);
}

char *payload_change(const char *repo, const char *sha, int no, const char *head_repo)
{
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(&b,
            "{\"action\":\"opened\",\"number\":%d,\"pull_request\":{\"number\":%d,\"title\":\"t\",\"draft\":false,"
            "\"merged\":false,\"labels\":[],\"head\":{\"sha\":\"%s\",\"ref\":\"topic\",\"repo\":{\"id\":%d,"
            "\"full_name\":\"%s\"}},\"base\":{\"sha\":\"8888888888888888888888888888888888888888\",\"ref\":\"main\","
            "\"repo\":{\"id\":1,\"full_name\":\"%s\"}}},\"repository\":{\"id\":1,\"name\":\"x\",\"full_name\":\"%s\","
            "\"private\":false,\"default_branch\":\"main\"},\"sender\":{\"id\":1,\"login\":\"ann\",\"type\":\"User\"}}",
            no, no, sha, strcmp(head_repo, repo) == 0 ? 1 : 2, head_repo, repo, repo);
    return buf_take(&b);
}

static char *payload_comment(const char *repo, int no, const char *on_change, const char *login, const char *text)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    buf_fmt(&b,
            "{\"action\":\"created\",\"issue\":{\"number\":%d,\"title\":\"t\",\"labels\":[],\"draft\":false%s},"
            "\"repository\":{\"id\":1,\"name\":\"x\",\"full_name\":\"%s\",\"private\":false,"
            "\"default_branch\":\"main\"},\"sender\":{\"id\":1,\"login\":\"%s\",\"type\":\"User\"},"
            "\"comment\":{\"id\":5,\"user\":{\"id\":1},\"author_association\":\"NONE\",\"body\":",
            no, on_change, repo, login);
    jout_strz(&j, text);
    buf_str(&b, "}}");
    return buf_take(&b);
}

/* deliver comment REPO LOGIN issue|change NO WORDS… */
static char *comment_of(struct world *w, const struct line *l)
{
    AUTO(buf_free) struct buf text = {0};
    bool on_change = sv_is(l->words[4], "change");
    for (size_t i = 6; i < l->n; i++) {
        buf_str(&text, i > 6 ? " " : "");
        buf_sv(&text, l->words[i]);
    }
    buf_str(&text, "");
    return payload_comment(zstr(w, l->words[2]), (int)number(l->words[5]),
                           on_change ? ",\"pull_request\":{\"merged_at\":null}" : "", zstr(w, l->words[3]), text.p);
}

static int deliver(struct world *w, const struct line *l, struct err *e)
{
    if (!w->engine && w->crashes == 0)
        world_start(w);
    const char *repo = zstr(w, l->words[2]), *sha = sha_of(w, l->words[3]);
    char *payload;
    if (sv_is(l->words[1], "push"))
        payload = payload_push(repo, sha, l->n > 4 ? zstr(w, l->words[4]) : "refs/heads/main");
    else if (sv_is(l->words[1], "pull_request"))
        payload = payload_change(repo, sha, (int)number(l->words[4]), l->n > 5 ? "fork/x" : repo);
    else if (sv_is(l->words[1], "comment") && l->n > 6)
        payload = comment_of(w, l);
    else
        return err_set(e, ERR_INVALID, "what is delivered?");
    world_deliver(w, sv_is(l->words[1], "comment") ? "issue_comment" : zstr(w, l->words[1]), payload);
    mem_free(payload);
    return 0;
}

static int forge(struct world *w, const struct line *l, struct err *e)
{
    msec_t ms;
    if (sv_is(l->words[1], "away") && when_duration(l->words[2], &ms))
        w->forge.away_until = w->now + ms;
    else if (sv_is(l->words[1], "lost-answer"))
        w->forge.next[w->forge.n_next++] = FAULT_LOST_ANSWER;
    else if (sv_is(l->words[1], "member") && l->n == 4)
        map_put(&w->forge.members, sv_of(zstr(w, l->words[2])), (void *)(uintptr_t)zstr(w, l->words[3]));
    else if (sv_is(l->words[1], "500"))
        w->forge.next[w->forge.n_next++] = FAULT_500;
    else if (sv_is(l->words[1], "limit"))
        w->forge.next[w->forge.n_next++] = FAULT_LIMIT;
    else if (sv_is(l->words[1], "ok"))
        w->forge.next[w->forge.n_next++] = FAULT_NONE;
    else
        return err_set(e, ERR_INVALID, "what does the forge do?");
    return 0;
}

static int expect(struct err *e, const char *got, struct sv want)
{
    return sv_is(want, got) ? 0 : err_set(e, ERR_INVALID, "it is %s", got);
}

static int expect_number(struct err *e, size_t got, struct sv want)
{
    return (long)got == number(want) ? 0 : err_set(e, ERR_INVALID, "it is %zu", got);
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

static const struct job *job_named(const struct run *r, struct sv key)
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

static int check_output(const char *json, const struct line *l, struct err *e)
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

/* With commas between. */
static int check_locks(const struct job *j, struct sv want, struct err *e)
{
    AUTO(buf_free) struct buf all = {0};
    for (size_t i = 0; i < j->n_locks; i++)
        buf_fmt(&all, "%s%s", i ? "," : "", j->locks[i]);
    return expect(e, all.n ? all.p : "none", want);
}

/* check class|evidence N JOB NO = …; *ret is false when something else is checked */
static int check_failure(const struct world *w, const struct job *j, const struct line *l, bool *ret, struct err *e)
{
    size_t no = l->n > 5 ? (size_t)number(l->words[4]) : 0;
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
static int check_job(const struct job *j, const struct line *l, struct err *e)
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
    size_t no = (size_t)number(l->words[4]);
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
static int check_of_forge(struct world *w, const struct line *l, struct err *e)
{
    const struct sim_check *c = check_named(w, sha_of(w, l->words[2]), l->words[3]);
    struct sv want = l->words[l->n - 1];
    if (sv_is(l->words[1], "annotations"))
        return expect_number(e, c ? c->notes.n : 0, want);
    return expect(e, !c ? "absent" : c->conclusion ? c->conclusion : c->status, want);
}

/* "N KEY": why it is not done */
static int check_why(struct world *w, const struct line *l, struct err *e)
{
    AUTO(buf_free) struct buf json = {0};
    AUTO(jdoc_free) struct jdoc *d = NULL;
    size_t n = (size_t)number(l->words[2]);
    if (n < 1 || n > w->store.runs.n || !engine_why(w->engine, w->store.runs.at[n - 1]->id, w->now, &json))
        return err_set(e, ERR_INVALID, "there is no such run");
    if (jdoc_parse(buf_view(&json), NULL, &d, e) < 0)
        return -1;
    const struct jval *jobs = jval_get(jdoc_root(d), "jobs");
    for (size_t i = 0; i < jval_len(jobs); i++) {
        const struct jval *j = jval_item(jobs, i);
        if (reads(l->words[3], zstr(w, jval_str(jval_get(j, "key")))))
            return expect_within(e, zstr(w, jval_str(jval_get(j, "why"))), l->words[l->n - 1]);
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

static int check(struct world *w, const struct line *l, struct err *e)
{
    struct sv what = l->words[1], want = l->words[l->n - 1];
    if (sv_is(what, "check-run") || sv_is(what, "annotations"))
        return check_of_forge(w, l, e);
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
    if (sv_is(what, "issues")) {
        size_t n = 0;
        for (size_t i = 0; i < w->forge.issues.n; i++)
            n += sv_is(l->words[2], w->forge.issues.at[i].repo);
        return expect_number(e, n, want);
    }
    if (sv_is(what, "status")) {
        const struct sim_status *s = forge_status(w, sha_of(w, l->words[2]), zstr(w, l->words[3]));
        return expect(e, s ? s->state : "absent", want);
    }
    size_t n = (size_t)number(l->words[2]);
    if (sv_is(what, "delivery") && n >= 1 && n <= w->store.deliveries.n)
        return expect(e, delivery_state_name[w->store.deliveries.at[n - 1].d.state], want);
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
    const struct job *j = job_named(r, l->words[3]);
    if (!j)
        return err_set(e, ERR_INVALID, "there is no such job");
    bool done;
    int rc = check_failure(w, j, l, &done, e);
    if (done)
        return rc;
    return sv_is(what, "job") ? expect(e, conclusion_of(j->state, j->conclusion), want) : check_job(j, l, e);
}

static int pass(struct world *w, const struct line *l, struct err *e)
{
    msec_t ms;
    if (l->n < 2 || !when_duration(l->words[1], &ms))
        return err_set(e, ERR_INVALID, "how long?");
    world_run(w, w->now + ms);
    return 0;
}

/* secret NAME VALUE [ENVIRONMENT] */
static void secret(struct world *w, const struct line *l)
{
    const char **of = arena_new(&w->arena, sizeof *of);
    of[0] = l->n > 3 ? zstr(w, l->words[3]) : NULL;
    w->secrets[w->conf.n_secrets++] = (struct engine_secret){
        .name = zstr(w, l->words[1]), .value = zstr(w, l->words[2]), .environments = of, .n_environments = l->n > 3};
}

/* environment NAME [asks] [PATTERN…] */
static int environment(struct world *w, const struct line *l, struct err *e)
{
    static const struct wf_approve asks = {.present = true, .bind_sha = true, .deadline = 86400000};
    struct globs *branches = arena_new(&w->arena, sizeof *branches);
    bool asked = l->n > 2 && sv_is(l->words[2], "asks");
    for (size_t i = asked ? 3 : 2; i < l->n; i++)
        if (globs_add(branches, l->words[i], &w->arena, e) < 0)
            return -1;
    w->environments[w->conf.n_environments++] =
        (struct engine_environment){.name = zstr(w, l->words[1]), .branches = branches->n ? branches : NULL, .approve = asked ? &asks : NULL};
    w->conf.environments = w->environments;
    return 0;
}

/* queue pause | resume | bump N */
static int queue(struct world *w, const struct line *l, struct err *e)
{
    size_t n = l->n > 2 ? (size_t)number(l->words[2]) : 0;
    if (sv_is(l->words[1], "pause"))
        world_queue(w, QUEUE_PAUSE, 0);
    else if (sv_is(l->words[1], "resume"))
        world_queue(w, QUEUE_RESUME, 0);
    else if (sv_is(l->words[1], "bump") && n >= 1 && n <= w->store.runs.n)
        world_queue(w, QUEUE_BUMP, w->store.runs.at[n - 1]->id);
    else
        return err_set(e, ERR_INVALID, "pause, resume, or bump and a run");
    return 0;
}

/* rerun N [failed | job JOB | from JOB STEP]; in words an underscore stands for a blank */
static int rerun_of(struct world *w, const struct line *l, struct err *e)
{
    size_t n = (size_t)number(l->words[1]);
    if (n < 1 || n > w->store.runs.n)
        return err_set(e, ERR_INVALID, "there is no such run");
    struct rerun want = {0};
    if (l->n > 2)
        want.what = sv_is(l->words[2], "failed") ? RERUN_FAILED : sv_is(l->words[2], "job") ? RERUN_JOB : RERUN_FROM;
    const struct job *j = l->n > 3 ? job_named(w->store.runs.at[n - 1], l->words[3]) : NULL;
    want.job = j ? j->key : NULL;
    want.step = l->n > 4 ? zstr(w, l->words[4]) : NULL;
    return world_rerun(w, w->store.runs.at[n - 1], &want, e);
}

static int command(struct world *w, const struct line *l, struct err *e)
{
    struct sv verb = l->words[0];
    msec_t ms = 7 * 86400000;
    if (sv_is(verb, "slots") && l->n == 2)
        w->conf.slots = (int)number(l->words[1]);
    else if (sv_is(verb, "lock") && l->n == 3) {
        w->locks[w->conf.n_locks++] = (struct engine_lock){zstr(w, l->words[1]), (int)number(l->words[2])};
        w->conf.locks = w->locks;
    } else if (sv_is(verb, "queue") && l->n >= 2)
        return queue(w, l, e);
    else if (sv_is(verb, "isolation") && l->n == 2)
        w->conf.isolated = sv_is(l->words[1], "bwrap");
    else if (sv_is(verb, "secret") && l->n >= 3)
        secret(w, l);
    else if (sv_is(verb, "environment") && l->n >= 2)
        return environment(w, l, e);
    else if (sv_is(verb, "var") && l->n == 3)
        w->vars[w->conf.n_vars++] = (struct engine_var){zstr(w, l->words[1]), zstr(w, l->words[2])};
    else if (sv_is(verb, "deliver") && l->n >= 4)
        return deliver(w, l, e);
    else if (sv_is(verb, "pass"))
        return pass(w, l, e);
    else if (sv_is(verb, "settle")) {
        if (l->n > 1 && !when_duration(l->words[1], &ms))
            return err_set(e, ERR_INVALID, "how long?");
        world_settle(w, ms);
    } else if (sv_is(verb, "crash"))
        world_crash(w);
    else if (sv_is(verb, "reboot"))
        world_reboot(w);
    else if (sv_is(verb, "start") || sv_is(verb, "restart"))
        world_start(w);
    else if (sv_is(verb, "forge") && l->n >= 2)
        return forge(w, l, e);
    else if ((sv_is(verb, "cancel") || sv_is(verb, "approve") || sv_is(verb, "reject")) && l->n == 2) {
        size_t n = (size_t)number(l->words[1]);
        if (n < 1 || n > w->store.runs.n)
            return err_set(e, ERR_INVALID, "there is no such run");
        if (sv_is(verb, "cancel"))
            world_cancel(w, w->store.runs.at[n - 1]->id);
        else
            world_answer(w, w->store.runs.at[n - 1]->id, sv_is(verb, "approve") ? ANSWER_APPROVE : ANSWER_REJECT);
    } else if (sv_is(verb, "check") && l->n >= 2)
        return check(w, l, e);
    else if (sv_is(verb, "rerun") && l->n >= 2)
        return rerun_of(w, l, e);
    else if (sv_is(verb, "snapshots") && l->n == 2) {
        w->no_snapshots = sv_is(l->words[1], "fail");
        if (sv_is(l->words[1], "forget"))
            map_free(&w->snapshots);
    } else
        return err_set(e, ERR_INVALID, "unknown command");
    return 0;
}

/* A block is the lines after a command that begin with "|". */
static void read_block(struct sv *rest, struct buf *ret, int *line)
{
    struct sv peek = *rest, l;
    while (sv_next(&peek, '\n', &l) && l.n && l.p[0] == '|') {
        buf_sv(ret, sv_from(l, l.n > 1 && l.p[1] == ' ' ? 2 : 1));
        buf_chr(ret, '\n');
        *rest = peek;
        (*line)++;
    }
}

static int one_line(struct world *w, struct sv text, struct sv *rest, int *line, struct err *e)
{
    struct line l;
    split(text, &l);
    if (l.n == 0 || l.words[0].p[0] == '#')
        return 0;
    bool is_workflow = sv_is(l.words[0], "workflow") && l.n == 2;
    if (sv_is(l.words[0], "file") && l.n >= 3) {
        AUTO(buf_free) struct buf block = {0};
        read_block(rest, &block, line);
        struct sim_file f = {zstr(w, l.words[1]), zstr(w, l.words[2]), l.n > 3 ? zstr(w, l.words[3]) : NULL,
                             arena_sv(&w->arena, buf_view(&block))};
        VEC_PUSH(&w->files, f);
        return 0;
    }
    if (is_workflow || sv_is(l.words[0], "repositories")) {
        AUTO(buf_free) struct buf block = {0};
        read_block(rest, &block, line);
        bool ok = is_workflow ? world_workflow(w, zstr(w, l.words[1]), buf_view(&block))
                              : world_repositories(w, buf_view(&block));
        return ok ? 0 : err_set(e, ERR_INVALID, "the file has errors");
    }
    while (text.p) {
        ptrdiff_t at = sv_find(text, SV(" ; "));
        struct sv part = at < 0 ? text : sv_cut(text, (size_t)at);
        text = at < 0 ? SV_NONE : sv_from(text, (size_t)at + 3);
        split(part, &l);
        if (l.n && command(w, &l, e) < 0)
            return -1;
    }
    return 0;
}

int scenario_run(const char *path, struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    struct world w;
    if (file_read(path, 1 << 20, &text, e) < 0)
        return -1;
    world_init(&w, 1);
    struct sv rest = buf_view(&text), l;
    int line = 0, rc = 0;
    while (rc == 0 && sv_next(&rest, '\n', &l)) {
        line++;
        int at = line;
        rc = one_line(&w, l, &rest, &line, e);
        if (rc == 0 && w.failed.cls)
            rc = err_set(e, ERR_BUG, "%s", w.failed.msg);
        if (rc < 0) {
            char where[300];
            snprintf(where, sizeof where, "%s:%d: %.*s", path, at, SV_ARG(sv_cut(l, 120)));
            err_add(e, "%s", where);
        }
    }
    world_done(&w);
    return rc;
}
