/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/command.h"
#include <stdlib.h>
#include "engine/member.h"
#include "engine/recover.h"

struct errand {
    struct engine *e;
    struct undecided *u;
    struct command command;
    const struct engine_found *found;
    struct buf *said; /* Markdown, one line for each thing done or not done */
    struct arena *a;
};

static int64_t change_of(const struct hook_event *ev)
{
    return ev->change.present ? ev->change.number : 0;
}

static bool concerns(const struct errand *d, const struct run *r)
{
    const struct hook_event *ev = d->u->event;
    if (!r->repo_id || !ev->repo.id || strcmp(r->repo_id, ev->repo.id) != 0)
        return false;
    if (!d->command.sha)
        return change_of(ev) != 0 && r->change == change_of(ev);
    return r->sha && strcmp(r->sha, d->command.sha) == 0 &&
           (!d->command.context || (r->report_context && strcmp(r->report_context, d->command.context) == 0));
}

static void say(struct errand *d, const struct run *r, const char *text)
{
    char id[ID_TEXT];
    const char *url = d->e->conf->public_url;
    id_text(r->id, id);
    buf_fmt(d->said, "- %s, run ", r->workflow);
    if (url)
        buf_fmt(d->said, "[%s](%s/runs/%s)", id, url, id);
    else
        buf_str(d->said, id);
    buf_fmt(d->said, ": %s\n", text);
}

static const char *state_of(const struct run *r)
{
    return r->state == WORK_DONE ? conclusion_name[r->conclusion] : work_state_name[r->state];
}

/* ---- retest ---- */

static bool is_wanted(const struct errand *d, const struct run *r)
{
    struct sv rest = d->command.rest;
    if (d->command.whole_check || sv_is(rest, "all"))
        return true;
    return rest.n ? sv_is(rest, r->workflow) : conclusion_failed(r->conclusion) || r->conclusion == CONC_CANCELLED;
}

static void retest(struct errand *d)
{
    bool whole = d->command.whole_check || d->command.rest.n > 0;
    for (size_t i = 0; i < d->found->n; i++) {
        const struct run_rows *rows = &d->found->rows[i];
        struct rerun_answer answer;
        struct rerun want = {.rows = rows,
                             .what = whole ? RERUN_ALL : RERUN_FAILED,
                             .cause = arena_fmt(d->a, "asked for by %s", d->u->event->sender.login)};
        if (rows->run->n_jobs == 0 || !is_wanted(d, rows->run))
            continue;
        rerun(d->e, &want, &answer);
        if (answer.run)
            say(d, rows->run, arena_fmt(d->a, "is repeated by run %s", id_text(answer.run, (char[ID_TEXT]){0})));
        else
            say(d, rows->run, answer.text);
    }
    if (!d->said->n)
        buf_str(d->said, "There is nothing that failed: `/fettle retest all` repeats all.\n");
}

/* ---- of what is under way: in the order of ids ---- */

static int by_id(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static size_t live_ids(const struct errand *d, int64_t **ret)
{
    VEC(int64_t) ids = {0};
    struct sv key;
    void *v;
    for (size_t at = 0; map_each(&d->e->runs, &at, &key, &v);) {
        const struct run *r = ((const struct live_run *)v)->row;
        if (r->state != WORK_DONE && concerns(d, r))
            VEC_PUSH(&ids, r->id);
    }
    size_t n = ids.n;
    *ret = arena_new(d->a, (n + 1) * sizeof **ret);
    if (n) {
        memcpy(*ret, ids.at, n * sizeof **ret);
        qsort(*ret, n, sizeof **ret, by_id);
    }
    VEC_FREE(&ids);
    return n;
}

static void cancel(struct errand *d)
{
    int64_t *ids;
    size_t n = live_ids(d, &ids);
    for (size_t i = 0; i < n; i++) {
        struct live_run *r = map_get_id(&d->e->runs, ids[i]);
        if (!r || r->row->state == WORK_DONE)
            continue;
        say(d, r->row, "is cancelled"); /* before: it may be over then */
        run_cancel(d->e, r, arena_fmt(&r->arena, "cancelled by %s", d->u->event->sender.login));
    }
    if (!d->said->n)
        buf_str(d->said, "Nothing is under way here.\n");
}

/* ---- answers ---- */

/* The whole id, or what people copy of it. */
static bool is_commit(struct sv said, const char *sha)
{
    enum { SHORTEST = 7 };
    return said.n >= SHORTEST && sha && sv_starts(sv_of(sha), said);
}

static size_t questions_of(const struct errand *d, const struct run *r, size_t *ret_foreign)
{
    struct sv key;
    void *v;
    size_t n = 0;
    for (size_t at = 0; map_each(&d->e->approvals, &at, &key, &v);) {
        const struct approval *p = v;
        if (p->run_id != r->id || !is_commit(d->command.rest, p->sha ? p->sha : r->sha))
            continue;
        if (team_may_answer(d->u, p->by))
            n++;
        else
            ++*ret_foreign;
    }
    return n;
}

static void answer(struct errand *d)
{
    int64_t *ids;
    size_t n = live_ids(d, &ids), asked = 0;
    bool yes = d->command.verb == COMMAND_APPROVE;
    for (size_t i = 0; i < n; i++) {
        size_t foreign = 0;
        struct live_run *r = map_get_id(&d->e->runs, ids[i]);
        size_t own = r ? questions_of(d, r->row, &foreign) : 0;
        asked += own + foreign;
        if (foreign)
            say(d, r->row, "waits for the answer of somebody else");
        else if (own)
            say(d, r->row, yes ? "is approved" : "is rejected");
        if (own && !foreign)
            approval_answer(d->e, ids[i], yes ? ANSWER_APPROVE : ANSWER_REJECT, d->u->event->sender.login, r->row->sha);
    }
    if (!asked)
        buf_fmt(d->said, "Nothing waits for an answer about that commit: `/fettle %s SHA` names it.\n",
                command_verb_name[d->command.verb]);
}

/* ---- explain ---- */

static void explain(struct errand *d)
{
    int64_t *ids;
    size_t n = live_ids(d, &ids);
    for (size_t i = 0; i < d->found->n; i++) {
        const struct run *r = d->found->rows[i].run;
        if (!map_get_id(&d->e->runs, r->id) || r->state == WORK_DONE)
            say(d, r, arena_fmt(d->a, "%s%s%s", state_of(r), r->detail ? ": " : "", r->detail ? r->detail : ""));
    }
    for (size_t i = 0; i < n; i++) {
        struct live_run *r = map_get_id(&d->e->runs, ids[i]);
        say(d, r->row, state_of(r->row));
        for (size_t k = 0; k < r->jobs.n; k++) {
            struct live_job *j = r->jobs.at[k];
            struct why w = {0};
            if (j->row->state == WORK_DONE || j->row->state == WORK_RUNNING)
                continue;
            why_job(d->e, j, d->e->now, &w);
            buf_fmt(d->said, "  - %s %s\n", j->row->name, w.text.n ? w.text.p : "waits");
            buf_free(&w.text);
        }
    }
    int64_t event = 0;
    for (size_t i = 0; i < d->found->n; i++)
        event = d->found->rows[i].run->delivery_id > event ? d->found->rows[i].run->delivery_id : event;
    if (!d->said->n)
        buf_str(d->said,
                "Nothing was started for this change. `fettle deliveries` lists its events, and `fettle explain ID` "
                "says of each workflow why.\n");
    else if (event)
        buf_fmt(d->said, "\nWhat did not start, and why: `fettle explain %s`.\n", id_text(event, (char[ID_TEXT]){0}));
}

static void help(struct errand *d)
{
    buf_str(d->said,
            "What there is: `/fettle retest`, `retest all`, `retest WORKFLOW`, `cancel`, `approve SHA`, `reject "
            "SHA`, `explain`.\n");
}

/* ---- the whole ---- */

/* One comment for all answers beneath a change or an issue: the newest stands there. */
static void reply(struct errand *d)
{
    const struct hook_event *ev = d->u->event;
    struct sv forge;
    const char *path;
    char fp[27], id[ID_TEXT];
    int64_t number = change_of(ev) ? change_of(ev) : ev->issue.number;
    enum thread_kind at = change_of(ev) ? THREAD_CHANGE : THREAD_ISSUE;
    if (d->command.sha || number <= 0 || !report_address(ev->repo.id, &forge, &path) || !report_can_post(d->e, forge))
        return;
    struct live_effect *x = effect_new(d->e, forge, path, 0, EFFECT_COMMENT);
    struct arena *a = &x->arena;
    effect_fingerprint(forge, sv_of(path), sv_of(arena_fmt(a, "command %d %lld", at, (long long)number)), fp);
    x->row->serial_key = arena_fmt(a, "comment:%s", fp);
    x->row->comment = (struct comment_body){
        .number = number,
        .at = at,
        .body = arena_fmt(a, "**fettle %s**, for %s\n\n%s", command_verb_name[d->command.verb],
                          ev->sender.login ? ev->sender.login : "somebody", d->said->p ? d->said->p : ""),
        .marker = arena_fmt(a, "<!-- fettle:fp=%s -->", fp)};
    effect_finish(d->e, x, sv_of(arena_fmt(a, "command %s", id_text(d->u->id, id))), 0);
}

static void carry_out(struct errand *d)
{
    switch (d->command.verb) {
    case COMMAND_RETEST:
        retest(d);
        break;
    case COMMAND_CANCEL:
        cancel(d);
        break;
    case COMMAND_APPROVE:
    case COMMAND_REJECT:
        answer(d);
        break;
    case COMMAND_EXPLAIN:
        explain(d);
        break;
    case COMMAND_NONE:
    case COMMAND_UNKNOWN:
    case COMMAND_VERB_N:
        help(d);
    }
    reply(d);
}

void command_found(struct engine *e, const struct engine_event *ev)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf said = {0};
    struct undecided *u = map_get_id(&e->undecided, ev->found.delivery);
    struct errand d = {.e = e, .u = u, .found = &ev->found, .said = &said, .a = &a};
    if (!u || !u->event || !command_of(u->event, &d.command))
        return;
    if (ev->found.err.cls != ERR_OK) {
        intake_later(e, u, ev->found.err.msg);
        return;
    }
    carry_out(&d);
    team_forget(u);
    const char *line = arena_fmt(&a, "command: %s", command_verb_name[d.command.verb]);
    intake_decide(e, u, DELIVERY_MATCHED, line);
    dispatch(e);
    outbox_pump_all(e);
}

static bool is_ours(const struct engine *e, const struct hook_event *ev)
{
    return ev->repo.id && repo_by_id(e->conf->repos, sv_of(ev->repo.id));
}

static void refuse(struct engine *e, struct undecided *u)
{
    AUTO(arena_free) struct arena a = {0};
    intake_decide(e, u, DELIVERY_IGNORED,
                  arena_fmt(&a, "permission: %s may not tell fettle what to do here, which takes \"write\"",
                            u->event->sender.login ? u->event->sender.login : "the sender"));
}

bool command_take(struct engine *e, struct undecided *u)
{
    struct command c;
    if (!command_of(u->event, &c) || !is_ours(e, u->event))
        return false;
    if (!c.sha && (!u->level_known || u->level < MEMBER_WRITE)) {
        refuse(e, u);
        return true;
    }
    if ((c.verb == COMMAND_APPROVE || c.verb == COMMAND_REJECT) && team_ask(e, u))
        return true;
    struct engine_action *x = engine_now(e, ACT_FIND);
    x->find.delivery = u->id;
    x->find.repo_id = u->event->repo.id;
    x->find.change = change_of(u->event);
    x->find.sha = c.sha;
    x->find.context = c.context;
    return true;
}
