/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario_line.h"
#include <stdio.h>
#include <stdlib.h>
#include "base/file.h"
#include "config/conf.h"
#include "fmt/json.h"

static void split(struct sv text, struct scenario_line *ret)
{
    struct sv rest = sv_trim(text), word;
    ret->n = 0;
    while (ret->n < SCENARIO_WORDS && sv_next(&rest, ' ', &word))
        if (word.n)
            ret->words[ret->n++] = word;
}

static const char *zstr(struct world *w, struct sv s)
{
    return arena_dup(&w->arena, s);
}

const char *scenario_sha(struct world *w, struct sv digit)
{
    if (digit.n == 40)
        return zstr(w, digit);
    char *sha = arena_new(&w->arena, 41);
    memset(sha, digit.n ? digit.p[0] : '0', 40);
    return sha;
}

long scenario_number(struct sv s)
{
    int64_t v = -1;
    return sv_int(s, &v) ? (long)v : -1;
}

/* The forge's number of a repository. */
static int number_of(const char *repo)
{
    int n = 1;
    for (const char *p = repo; *p; p++)
        n = n * 31 % 100003 + (unsigned char)*p;
    return n;
}

char *payload_push(const char *repo, const char *sha, const char *ref)
{
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(
        &b,
        "{\"ref\":\"%s\",\"before\":\"9999999999999999999999999999999999999999\",\"after\":\"%s\",\"created\":false,"
        "\"deleted\":false,\"forced\":false,\"commits\":[],\"head_commit\":null,\"repository\":{\"id\":%d,"
        "\"name\":\"x\",\"full_name\":\"%s\",\"private\":false,\"default_branch\":\"main\"},"
        "\"pusher\":{\"name\":\"ann\"},\"sender\":{\"id\":1,\"login\":\"ann\",\"type\":\"User\"}}",
        ref, sha, number_of(repo), repo);
    return buf_take(&b);
}

char *payload_change(const char *repo, const char *sha, int no, const char *head_repo)
{
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(&b,
            "{\"action\":\"opened\",\"number\":%d,\"pull_request\":{\"number\":%d,\"title\":\"t\",\"draft\":false,"
            "\"merged\":false,\"labels\":[],\"head\":{\"sha\":\"%s\",\"ref\":\"topic\",\"repo\":{\"id\":%d,"
            "\"full_name\":\"%s\"}},\"base\":{\"sha\":\"8888888888888888888888888888888888888888\",\"ref\":\"main\","
            "\"repo\":{\"id\":%d,\"full_name\":\"%s\"}}},\"repository\":{\"id\":%d,\"name\":\"x\",\"full_name\":\"%s\","
            "\"private\":false,\"default_branch\":\"main\"},\"sender\":{\"id\":1,\"login\":\"ann\",\"type\":\"User\"}}",
            no, no, sha, number_of(head_repo), head_repo, number_of(repo), repo, number_of(repo), repo);
    return buf_take(&b);
}

static char *payload_comment(const char *repo, int no, const char *on_change, const char *login, const char *text)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    buf_fmt(&b,
            "{\"action\":\"created\",\"issue\":{\"number\":%d,\"title\":\"t\",\"labels\":[],\"draft\":false%s},"
            "\"repository\":{\"id\":%d,\"name\":\"x\",\"full_name\":\"%s\",\"private\":false,"
            "\"default_branch\":\"main\"},\"sender\":{\"id\":1,\"login\":\"%s\",\"type\":\"User\"},"
            "\"comment\":{\"id\":5,\"user\":{\"id\":1},\"author_association\":\"NONE\",\"body\":",
            no, on_change, number_of(repo), repo, login);
    jout_strz(&j, text);
    buf_str(&b, "}}");
    return buf_take(&b);
}

/* deliver comment REPO LOGIN issue|change NO SCENARIO_WORDS… */
static char *comment_of(struct world *w, const struct scenario_line *l)
{
    AUTO(buf_free) struct buf text = {0};
    bool on_change = sv_is(l->words[4], "change");
    for (size_t i = 6; i < l->n; i++) {
        buf_str(&text, i > 6 ? " " : "");
        buf_sv(&text, l->words[i]);
    }
    buf_str(&text, "");
    return payload_comment(zstr(w, l->words[2]), (int)scenario_number(l->words[5]),
                           on_change ? ",\"pull_request\":{\"merged_at\":null}" : "", zstr(w, l->words[3]), text.p);
}

/* deliver check_run REPO SHA NAME rerequested | requested_action BUTTON */
static char *payload_check_run(const char *repo, const char *sha, const char *name, const char *action,
                               const char *button)
{
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(&b,
            "{\"action\":\"%s\",\"check_run\":{\"id\":1,\"head_sha\":\"%s\",\"name\":\"%s\",\"status\":\"completed\","
            "\"check_suite\":{\"head_branch\":\"topic\"}},\"requested_action\":{\"identifier\":\"%s\"},\"repository\":{"
            "\"id\":1,"
            "\"name\":\"x\",\"full_name\":\"%s\",\"private\":false,\"default_branch\":\"main\"},"
            "\"sender\":{\"id\":1,\"login\":\"ann\",\"type\":\"User\"}}",
            action, sha, name, button ? button : "", repo);
    return buf_take(&b);
}

/* The payload with another text in it; it is taken. */
static char *instead(char *payload, const char *old, const char *new)
{
    AUTO(buf_free) struct buf b = {0};
    const char *at = strstr(payload, old);
    if (!at)
        return payload;
    buf_add(&b, payload, (size_t)(at - payload));
    buf_str(&b, new);
    buf_str(&b, at + strlen(old));
    mem_free(payload);
    return buf_take(&b);
}

static char *as_said(struct world *w, char *payload)
{
    if (w->sender)
        payload = instead(payload, "{\"id\":1,\"login\":\"ann\",\"type\":\"User\"}", w->sender);
    if (w->hops)
        payload = instead(payload, "\"head_commit\":null",
                          arena_fmt(&w->arena, "\"head_commit\":{\"message\":\"fix\\n\\nFettle-Hops: %d\"}", w->hops));
    return payload;
}

/* sender LOGIN ID [bot] | hops N | account LOGIN ID | bots N WINDOW */
static int who(struct world *w, const struct scenario_line *l, struct err *e)
{
    if (sv_is(l->words[0], "sender") && l->n >= 3)
        w->sender = arena_fmt(&w->arena, "{\"id\":%ld,\"login\":\"%s\",\"type\":\"%s\"}", scenario_number(l->words[2]),
                              zstr(w, l->words[1]), l->n > 3 ? "Bot" : "User");
    else if (sv_is(l->words[0], "hops") && l->n == 2)
        w->hops = (int)scenario_number(l->words[1]);
    else if (sv_is(l->words[0], "bots") && l->n == 3 && when_duration(l->words[2], &w->conf.bot_window))
        w->conf.bot_runs = (int)scenario_number(l->words[1]);
    else if (sv_is(l->words[0], "account") && l->n == 3) {
        w->forge.account = zstr(w, l->words[1]);
        w->forge.account_id = scenario_number(l->words[2]);
        w->forges[0].looks = true;
    } else
        return err_set(e, ERR_INVALID, "who?");
    return 0;
}

static bool is_who(struct sv verb)
{
    return sv_is(verb, "sender") || sv_is(verb, "hops") || sv_is(verb, "account") || sv_is(verb, "bots");
}

/* deliver repository REPO ACTION [PATH]: what happened to it, and where it is now */
static int deliver_repository(struct world *w, const struct scenario_line *l)
{
    const char *repo = zstr(w, l->words[2]), *now = l->n > 4 ? zstr(w, l->words[4]) : repo;
    world_deliver(w, "repository",
                  arena_fmt(&w->arena,
                            "{\"action\":\"%s\",\"repository\":{\"id\":%d,\"name\":\"x\",\"full_name\":\"%s\","
                            "\"private\":false,\"default_branch\":\"main\"},\"sender\":{\"id\":1,\"login\":\"ann\","
                            "\"type\":\"User\"}}",
                            zstr(w, l->words[3]), number_of(repo), now));
    return 0;
}

/* The same repository under another name: REPO=PATH. */
static char *elsewhere(struct world *w, const char *repo, const char *now, const char *sha)
{
    char *payload = payload_push(repo, sha, "refs/heads/main");
    return instead(payload, arena_fmt(&w->arena, "\"full_name\":\"%s\"", repo),
                   arena_fmt(&w->arena, "\"full_name\":\"%s\"", now));
}

/* call pre-push | pre-receive | update REPO SHA [REF] */
static int call(struct world *w, const struct scenario_line *l)
{
    if (!w->engine && w->crashes == 0)
        world_start(w);
    hooks_call(w, zstr(w, l->words[1]), zstr(w, l->words[2]), scenario_sha(w, l->words[3]),
               l->n > 4 ? zstr(w, l->words[4]) : "refs/heads/main");
    return 0;
}

static int deliver(struct world *w, const struct scenario_line *l, struct err *e)
{
    if (!w->engine && w->crashes == 0)
        world_start(w);
    if (sv_is(l->words[1], "repository"))
        return deliver_repository(w, l);
    const char *repo = zstr(w, l->words[2]), *sha = scenario_sha(w, l->words[3]);
    char *payload;
    if (sv_is(l->words[1], "moved-push") && l->n > 4)
        payload = elsewhere(w, repo, zstr(w, l->words[4]), sha);
    else if (sv_is(l->words[1], "push"))
        payload = payload_push(repo, sha, l->n > 4 ? zstr(w, l->words[4]) : "refs/heads/main");
    else if (sv_is(l->words[1], "pull_request"))
        payload = payload_change(repo, sha, (int)scenario_number(l->words[4]), l->n > 5 ? "fork/x" : repo);
    else if (sv_is(l->words[1], "comment") && l->n > 6)
        payload = comment_of(w, l);
    else if (sv_is(l->words[1], "check_run") && l->n > 5)
        payload = payload_check_run(repo, sha, zstr(w, l->words[4]), zstr(w, l->words[5]),
                                    l->n > 6 ? zstr(w, l->words[6]) : NULL);
    else
        return err_set(e, ERR_INVALID, "what is delivered?");
    payload = as_said(w, payload);
    hooks_told(w, sha);
    world_deliver(w, sv_is(l->words[1], "comment") ? "issue_comment" : sv_is(l->words[1], "moved-push") ? "push" : zstr(w, l->words[1]), payload);
    mem_free(payload);
    return 0;
}

/* The N-th of them, or "any N": of however many there are, perhaps none. */
static int which(const struct scenario_line *l, size_t n, size_t *ret, struct err *e)
{
    bool any = sv_is(l->words[1], "any");
    long no = scenario_number(l->words[any ? 2 : 1]);
    *ret = any && n && no >= 0 ? (size_t)no % n : (size_t)no - 1;
    if (any && n == 0)
        return 1;
    return no < 0 || *ret >= n ? err_set(e, ERR_INVALID, "there is no such one") : 0;
}

static bool is_deed(struct sv verb)
{
    return sv_is(verb, "cancel") || sv_is(verb, "replay") || sv_is(verb, "copy") || sv_is(verb, "approve") || sv_is(verb, "reject");
}

/* Whatever is still asked. */
static void answer_every(struct world *w)
{
    for (size_t i = 0; i < w->store.runs.n; i++)
        if (w->store.runs.at[i]->state != WORK_DONE)
            world_answer(w, w->store.runs.at[i]->id, ANSWER_APPROVE);
}

static int deed(struct world *w, const struct scenario_line *l, struct err *e)
{
    bool copies = sv_is(l->words[0], "copy"), replays = copies || sv_is(l->words[0], "replay");
    if (sv_is(l->words[0], "approve") && sv_is(l->words[1], "every")) {
        answer_every(w);
        return 0;
    }
    size_t at;
    int rc = which(l, replays ? w->store.deliveries.n : w->store.runs.n, &at, e);
    if (rc == 0 && sv_is(l->words[0], "approve"))
        world_answer(w, w->store.runs.at[at]->id, ANSWER_APPROVE);
    else if (rc == 0 && sv_is(l->words[0], "reject"))
        world_answer(w, w->store.runs.at[at]->id, ANSWER_REJECT);
    else if (rc == 0 && !replays)
        world_cancel(w, w->store.runs.at[at]->id);
    else if (rc == 0 && copies)
        world_copy(w, at);
    else if (rc == 0)
        world_replay(w, w->store.deliveries.at[at].d.id);
    return rc < 0 ? -1 : 0;
}

static int pass(struct world *w, const struct scenario_line *l, struct err *e)
{
    msec_t ms;
    if (l->n < 2 || !when_duration(l->words[1], &ms))
        return err_set(e, ERR_INVALID, "how long?");
    world_run(w, w->now + ms);
    return 0;
}

/* secret NAME VALUE [ENVIRONMENT] */
static void secret(struct world *w, const struct scenario_line *l)
{
    const char **of = arena_new(&w->arena, sizeof *of);
    of[0] = l->n > 3 ? zstr(w, l->words[3]) : NULL;
    w->secrets[w->conf.n_secrets++] = (struct engine_secret){
        .name = zstr(w, l->words[1]), .value = zstr(w, l->words[2]), .environments = of, .n_environments = l->n > 3};
}

/* environment NAME [asks] [PATTERN…] */
static int environment(struct world *w, const struct scenario_line *l, struct err *e)
{
    static const struct wf_approve asks = {.present = true, .bind_sha = true, .deadline = 86400000};
    struct globs *branches = arena_new(&w->arena, sizeof *branches);
    bool asked = l->n > 2 && sv_is(l->words[2], "asks");
    for (size_t i = asked ? 3 : 2; i < l->n; i++)
        if (globs_add(branches, l->words[i], &w->arena, e) < 0)
            return -1;
    w->environments[w->conf.n_environments++] = (struct engine_environment){
        .name = zstr(w, l->words[1]), .branches = branches->n ? branches : NULL, .approve = asked ? &asks : NULL};
    w->conf.environments = w->environments;
    return 0;
}

static int priority_of(struct world *w, int64_t run, struct sv word, struct err *e)
{
    for (int i = 0; i < PRIO_N; i++)
        if (sv_is(word, priority_name[i])) {
            world_priority(w, run, (enum priority)i);
            return 0;
        }
    return err_set(e, ERR_INVALID, "critical, high, normal or low");
}

/* queue pause | resume | bump N | priority N LEVEL */
static int queue(struct world *w, const struct scenario_line *l, struct err *e)
{
    const struct scenario_line bumped = {.words = {l->words[1], l->words[2], l->words[3]}, .n = l->n - 1};
    bool sets = sv_is(l->words[1], "priority") && l->n == 4;
    size_t at;
    if (sv_is(l->words[1], "pause"))
        world_queue(w, QUEUE_PAUSE, 0);
    else if (sv_is(l->words[1], "resume"))
        world_queue(w, QUEUE_RESUME, 0);
    else if (!sets && (!sv_is(l->words[1], "bump") || l->n < 3))
        return err_set(e, ERR_INVALID, "pause, resume, bump and a run, or priority, a run and which");
    else {
        int rc = which(&bumped, w->store.runs.n, &at, e);
        if (rc == 0 && sets)
            return priority_of(w, w->store.runs.at[at]->id, l->words[3], e);
        if (rc == 0)
            world_queue(w, QUEUE_BUMP, w->store.runs.at[at]->id);
        return rc < 0 ? -1 : 0;
    }
    return 0;
}

/* rerun N [failed | job JOB | from JOB STEP]; in words an underscore stands for a blank */
static int rerun_of(struct world *w, const struct scenario_line *l, struct err *e)
{
    size_t n = (size_t)scenario_number(l->words[1]);
    if (n < 1 || n > w->store.runs.n)
        return err_set(e, ERR_INVALID, "there is no such run");
    struct rerun want = {0};
    if (l->n > 2)
        want.what = sv_is(l->words[2], "failed") ? RERUN_FAILED : sv_is(l->words[2], "job") ? RERUN_JOB : RERUN_FROM;
    const struct job *j = l->n > 3 ? scenario_job(w->store.runs.at[n - 1], l->words[3]) : NULL;
    want.job = j ? j->key : NULL;
    want.step = l->n > 4 ? zstr(w, l->words[4]) : NULL;
    return world_rerun(w, w->store.runs.at[n - 1], &want, e);
}

/* redrive KIND */
static void redrive(struct world *w, struct sv kind)
{
    snprintf(w->redriven, sizeof w->redriven, "there is none");
    for (size_t i = w->store.effects.n; i-- > 0;) {
        const struct effect *x = &w->store.effects.at[i];
        if (sv_is(kind, effect_kind_name[x->kind]) && x->state == EFFECT_DEAD) {
            world_redrive(w, x);
            return;
        }
    }
}

static int command(struct world *w, const struct scenario_line *l, struct err *e)
{
    struct sv verb = l->words[0];
    msec_t ms = 7 * 86400000;
    if (sv_is(verb, "slots") && l->n == 2)
        w->conf.slots = (int)scenario_number(l->words[1]);
    else if (sv_is(verb, "lock") && l->n == 3) {
        w->locks[w->conf.n_locks++] = (struct engine_lock){zstr(w, l->words[1]), (int)scenario_number(l->words[2])};
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
    else if (sv_is(verb, "call") && l->n >= 4)
        return call(w, l);
    else if (sv_is(verb, "tree") && l->n == 3)
        hooks_content(w, scenario_sha(w, l->words[1]), scenario_sha(w, l->words[2]));
    else if (sv_is(verb, "pass"))
        return pass(w, l, e);
    else if (sv_is(verb, "settle")) {
        if (l->n > 1 && !when_duration(l->words[1], &ms))
            return err_set(e, ERR_INVALID, "how long?");
        world_settle(w, ms);
    } else if (sv_is(verb, "crash"))
        world_crash(w, l->n > 1 ? (size_t)scenario_number(l->words[1]) : 0);
    else if (sv_is(verb, "reboot"))
        world_reboot(w, l->n > 1 ? (size_t)scenario_number(l->words[1]) : 0);
    else if (sv_is(verb, "seed") && l->n == 2)
        w->random = (uint64_t)scenario_number(l->words[1]);
    else if (sv_is(verb, "start") || sv_is(verb, "restart"))
        world_start(w);
    else if (is_who(verb))
        return who(w, l, e);
    else if (is_deed(verb) && l->n >= 2)
        return deed(w, l, e);
    else if (sv_is(verb, "check") && l->n >= 2)
        return scenario_check(w, l, e);
    else if (sv_is(verb, "rerun") && l->n >= 2)
        return rerun_of(w, l, e);
    else if (sv_is(verb, "redrive") && l->n == 2)
        redrive(w, l->words[1]);
    else if (sv_is(verb, "refusals") && l->n == 2)
        w->refusals = sv_is(l->words[1], "stay");
    else if (sv_is(verb, "workspaces") && l->n == 2)
        w->no_workspaces = sv_is(l->words[1], "gone");
    else if (sv_is(verb, "snapshots") && l->n == 2) {
        w->no_snapshots = sv_is(l->words[1], "fail");
        if (sv_is(l->words[1], "forget"))
            map_free(&w->snapshots);
    } else if (sv_is(verb, "configure"))
        w->old_conf = world_conf_begin(w);
    else if (sv_is(verb, "configured")) {
        world_conf_end(w, w->old_conf);
        w->old_conf = (struct arena){0};
    } else {
        int rc = scenario_fault(w, l, e);
        return rc > 0 ? err_set(e, ERR_INVALID, "unknown command") : rc;
    }
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
    struct scenario_line l;
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

int scenario_play(struct world *w, struct sv text, enum scenario_checks checks, const char *name, struct err *e)
{
    struct sv rest = text, l;
    int line = 0, rc = 0;
    while (rc == 0 && sv_next(&rest, '\n', &l)) {
        int at = ++line;
        if (checks == CHECK_QUIET && sv_starts(l, SV("check ")) && !sv_is(l, "check quiet"))
            continue;
        rc = one_line(w, l, &rest, &line, e);
        /* The run that it repeats may have died with the server that was asked for it. */
        if (checks == CHECK_QUIET && sv_starts(l, SV("rerun ")) && !w->failed.cls)
            rc = 0;
        if (rc == 0 && w->failed.cls)
            rc = err_set(e, ERR_BUG, "%s", w->failed.msg);
        if (rc < 0) {
            char where[300];
            snprintf(where, sizeof where, "%s:%d: %.*s", name, at, SV_ARG(sv_cut(l, 120)));
            err_add(e, "%s", where);
        }
    }
    return rc;
}

int scenario_run(const char *path, struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    struct world w;
    if (file_read(path, 1 << 20, &text, e) < 0)
        return -1;
    world_init(&w, 1);
    int rc = scenario_play(&w, buf_view(&text), CHECK_ALL, path, e);
    world_done(&w);
    return rc;
}
