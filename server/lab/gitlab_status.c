/* SPDX-License-Identifier: Apache-2.0 */
/* A status is a job in a pipeline: it moves forward only, and once it is final the next post makes a new one. Rules:
 * GitLab's CreateCommitStatusService. */
#include "server/lab/gitlab.h"

enum { FIELD_CHARS = 255 };

static const struct {
    const char *state, *event;
    int rank; /* only a higher one may follow */
} states[] = {{"pending", "enqueue", 1}, {"running", "run", 2},     {"success", "success", 3},
              {"failed", "drop", 3},     {"canceled", "cancel", 3}, {"skipped", "skip", 3}};

static int state_index(struct sv state)
{
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (sv_is(state, states[i].state))
            return (int)i;
    return -1;
}

static void put_status(struct lab_call *c, const struct lab_context *x, const struct lab_status *s)
{
    struct jout *j = &c->j;
    jout_open(j, '{');
    jout_kint(j, "id", s->id);
    jout_kstrz(j, "sha", x->sha);
    jout_kstrz(j, "ref", s->ref);
    jout_kstrz(j, "status", s->state);
    jout_kstrz(j, "name", x->name);
    jout_kstrz(j, "target_url", s->target_url);
    jout_kstrz(j, "description", s->description);
    call_time(c, "created_at", s->created);
    call_time(c, "started_at", s->started);
    call_time(c, "finished_at", s->finished);
    jout_kbool(j, "allow_failure", false);
    jout_kint(j, "pipeline_id", s->pipeline);
    call_user(c, "author");
    jout_close(j, '}');
}

/* The row that still moves, in this pipeline. */
static struct lab_status *moving(const struct lab_context *x, int64_t pipeline)
{
    for (size_t i = x ? x->rows.n : 0; i-- > 0;) {
        struct lab_status *s = x->rows.at[i];
        if (s->pipeline == pipeline && states[state_index(sv_of(s->state))].rank < 3)
            return s;
    }
    return NULL;
}

static void refuse_move(struct lab_call *c, int to, const struct lab_status *s)
{
    AUTO(buf_free) struct buf text = {0};
    const char *event = states[to].event;
    buf_fmt(&text, "Cannot transition status via :%s from :%s (Reason(s): Status cannot transition via \"%s\")", event,
            s->state, event);
    call_message(c, 400, text.p);
}

static struct lab_pipeline *asked_pipeline(struct lab_call *c, struct sv sha, struct sv ref)
{
    int64_t id = call_number(c, "pipeline_id", 0);
    for (size_t i = 0; id && i < c->repo->pipelines.n; i++) {
        struct lab_pipeline *p = c->repo->pipelines.at[i];
        if (p->id == id && sv_is(sha, p->sha) && (!ref.n || sv_is(ref, p->ref)))
            return p;
    }
    return id ? NULL : repo_pipeline(c->world, c->repo, sha, ref);
}

static void accept(struct lab_call *c, struct sv name, struct lab_pipeline *p, struct lab_status *s, int to)
{
    struct lab_context *x = repo_context(c->world, c->repo, c->segs[1], name);
    if (!s) {
        s = context_add(c->world, x, c->now);
        s->pipeline = p->id;
        s->ref = p->ref;
    }
    status_set(c->world, x, s, sv_of(states[to].state), call_text(c, "description"), call_text(c, "target_url"));
    s->updated = c->now;
    if (states[to].rank >= 2 && !s->started)
        s->started = c->now;
    if (states[to].rank == 3)
        s->finished = c->now;
    tell_status(c, x, s);
    call_open(c, 201);
    put_status(c, x, s);
}

static bool too_long(struct lab_call *c, const char *key)
{
    struct sv s = call_text(c, key);
    AUTO(buf_free) struct buf text = {0};
    if (sv_cut_chars(s, FIELD_CHARS).n == s.n)
        return false;
    buf_fmt(&text, "%s is too long (maximum is 255 characters)", key);
    call_message(c, 400, text.p);
    return true;
}

static void post_status(struct lab_call *c)
{
    struct sv sha = c->segs[1], state = call_text(c, "state"), name = call_text(c, "name");
    int to = state_index(state);
    if (!name.n)
        name = call_text(c, "context");
    if (!name.n)
        name = SV("default");
    if (to < 0) {
        gitlab_invalid(c, 400, state.p ? "state does not have a valid value" : "state is missing");
        return;
    }
    if (sha.n != 40 && sha.n != 64) {
        call_message(c, 404, "404 Commit Not Found");
        return;
    }
    if (too_long(c, "name") || too_long(c, "description") || too_long(c, "target_url"))
        return;
    struct lab_pipeline *p = asked_pipeline(c, sha, call_text(c, "ref"));
    if (!p) {
        call_message(c, 404, "404 Pipeline Not Found");
        return;
    }
    struct lab_status *s = moving(repo_context_find(c->repo, sha, name), p->id);
    if (s && states[to].rank <= states[state_index(sv_of(s->state))].rank)
        refuse_move(c, to, s);
    else
        accept(c, name, p, s, to);
}

static void list_statuses(struct lab_call *c)
{
    struct lab_line *lines, *at;
    enum lab_rows which = sv_is(call_param(c, "all"), "true") ? ROWS_ALL : ROWS_LAST;
    struct sv name = call_param(c, "name"), ref = call_param(c, "ref");
    int64_t pipeline = call_number(c, "pipeline_id", 0);
    size_t n = repo_lines(c->repo, c->segs[2], which, &lines), kept = 0;
    for (size_t i = n; i-- > 0;) {
        at = &lines[i];
        if ((!name.n || sv_is(name, at->context->name)) && (!ref.n || sv_is(ref, at->status->ref)) &&
            (!pipeline || pipeline == at->status->pipeline))
            kept++;
        else
            at->context = NULL;
    }
    struct lab_page p = call_page(c, kept);
    jout_open(call_open(c, 200), '[');
    size_t number = 0;
    for (size_t i = n; i-- > 0;) { /* oldest first */
        if (!lines[i].context)
            continue;
        if (number >= p.from && number < p.to)
            put_status(c, lines[i].context, lines[i].status);
        number++;
    }
    jout_close(&c->j, ']');
    mem_free(lines);
}

const struct lab_row gitlab_status_rows[] = {
    {"POST", "statuses/*", post_status},
    {"GET", "repository/commits/*/statuses", list_statuses},
    {NULL, NULL, NULL},
};
