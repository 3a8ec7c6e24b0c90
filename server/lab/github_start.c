/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's REST API 2022-11-28, "Workflows", "Workflow runs" and repository_dispatch. Nothing runs. Every workflow is
 * there but those named *.missing.yml. It declares every input and says the one named fettle_token in its run-name;
 * *.bare.yml declares none that begins with fettle_, and *.quiet.yml says nothing in its run-name. */
#include "server/lab/github.h"
#include "server/lab/start.h"

enum { INPUTS_MOST = 25, PAYLOAD_MOST = 10, EVENT_CHARS = 100 };

/* ---- runs ---- */

static struct sv named(const struct lab_start *x)
{
    static const struct json_limits limits = {.bytes = 1 << 20};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err ignored = {0};
    if (!x->inputs || sv_ends(sv_of(x->workflow), SV(".quiet.yml")) ||
        jdoc_parse(sv_of(x->inputs), &limits, &doc, &ignored) < 0)
        return SV_NONE;
    struct sv token = jval_str(jval_get(jdoc_root(doc), "fettle_token"));
    ptrdiff_t at = token.n ? sv_find(sv_of(x->inputs), token) : -1;
    return at < 0 ? SV_NONE : sv_cut(sv_from(sv_of(x->inputs), (size_t)at), token.n);
}

static void put_run(struct lab_call *c, const struct lab_start *x)
{
    struct jout *j = &c->j;
    AUTO(buf_free) struct buf title = {0}, url = {0};
    struct sv token = named(x);
    buf_str(&title, x->workflow);
    if (token.n)
        buf_fmt(&title, " %.*s", SV_ARG(token));
    buf_fmt(&url, "%.*s/%s/actions/runs/%lld", SV_ARG(c->base), c->repo->path, (long long)x->id);
    jout_open(j, '{');
    jout_kint(j, "id", x->id);
    jout_kstrz(j, "name", x->workflow);
    jout_kstr(j, "display_title", buf_view(&title));
    jout_kstrz(j, "head_branch", x->ref);
    jout_kstrz(j, "head_sha", x->sha);
    jout_kstrz(j, "event", "workflow_dispatch");
    jout_kstrz(j, "status", "queued");
    jout_key(j, "conclusion");
    jout_null(j);
    jout_kint(j, "run_attempt", 1);
    jout_kstr(j, "html_url", buf_view(&url));
    call_time(c, "created_at", x->at);
    jout_close(j, '}');
}

static bool is_since(const struct lab_call *c, const struct lab_start *x)
{
    struct sv created = call_param(c, "created");
    msec_t from;
    return !sv_starts(created, SV(">=")) || !when_parse(sv_from(created, 2), &from) || x->at >= from;
}

static bool is_asked(const struct lab_call *c, const struct lab_start *x, struct sv workflow)
{
    struct sv event = call_param(c, "event"), branch = call_param(c, "branch");
    return x->repo == c->repo && x->workflow && (!workflow.n || sv_is(workflow, x->workflow)) &&
           (!event.n || sv_is(event, "workflow_dispatch")) && (!branch.n || sv_is(branch, x->ref)) && is_since(c, x);
}

/* Newest first. */
static void list(struct lab_call *c, struct sv workflow)
{
    VEC(const struct lab_start *) found = {0};
    for (size_t i = c->world->starts.n; i-- > 0;)
        if (is_asked(c, c->world->starts.at[i], workflow))
            VEC_PUSH(&found, c->world->starts.at[i]);
    struct lab_page p = call_page(c, found.n);
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kint(j, "total_count", (int64_t)found.n);
    jout_key(j, "workflow_runs");
    jout_open(j, '[');
    for (size_t i = p.from; i < p.to; i++)
        put_run(c, found.at[i]);
    jout_close(j, ']');
    jout_close(j, '}');
    VEC_FREE(&found);
}

static void list_runs(struct lab_call *c)
{
    list(c, SV_NONE);
}

static void list_runs_of(struct lab_call *c)
{
    list(c, c->segs[2]);
}

static void get_run(struct lab_call *c)
{
    int64_t id;
    const struct lab_start *x = sv_int(c->segs[2], &id) ? start_find(c->world, c->repo, id) : NULL;
    if (!x || !x->workflow) {
        github_missing(c);
        return;
    }
    call_open(c, 200);
    put_run(c, x);
}

/* ---- a workflow ---- */

/* `Unexpected inputs provided: ["a", "b"]`, or NULL. */
static const char *unexpected(struct lab_call *c, const struct jval *inputs)
{
    AUTO(buf_free) struct buf text = {0};
    struct sv key;
    const struct jval *v;
    if (!sv_ends(c->segs[2], SV(".bare.yml")))
        return NULL;
    for (size_t at = 0; jval_each(inputs, &at, &key, &v);)
        if (sv_starts(key, SV("fettle_")))
            buf_fmt(&text, "%s\"%.*s\"", text.n ? ", " : "", SV_ARG(key));
    return text.n ? arena_fmt(c->arena, "Unexpected inputs provided: [%s]", text.p) : NULL;
}

static bool may_start(struct lab_call *c, struct sv ref, const struct jval *inputs)
{
    const char *wrong = unexpected(c, inputs);
    if (sv_ends(c->segs[2], SV(".missing.yml")))
        github_missing(c);
    else if (!ref.n)
        call_message(c, 422, "Invalid request.\n\n\"ref\" wasn't supplied.");
    else if (c->repo->refs.n && !commit_named(c->repo, ref).n)
        call_message(c, 422, arena_fmt(c->arena, "No ref found for: %.*s", SV_ARG(ref)));
    else if (jval_len(inputs) > INPUTS_MOST)
        call_message(c, 422, "you may only define a maximum of 25 `inputs` for a `workflow_dispatch` event");
    else if (wrong)
        call_message(c, 422, wrong);
    else
        return true;
    return false;
}

static void put_started(struct lab_call *c, const struct lab_start *x)
{
    struct jout *j = call_open(c, 200);
    AUTO(buf_free) struct buf url = {0}, html = {0};
    buf_fmt(&url, "%.*s/repos/%s/actions/runs/%lld", SV_ARG(c->base), c->repo->path, (long long)x->id);
    buf_fmt(&html, "%.*s/%s/actions/runs/%lld", SV_ARG(c->base), c->repo->path, (long long)x->id);
    jout_open(j, '{');
    jout_kint(j, "workflow_run_id", x->id);
    jout_kstr(j, "run_url", buf_view(&url));
    jout_kstr(j, "html_url", buf_view(&html));
    jout_close(j, '}');
}

static void start_workflow(struct lab_call *c)
{
    struct sv ref = call_text(c, "ref");
    const struct jval *inputs = jval_get(c->body, "inputs");
    if (!may_start(c, ref, inputs))
        return;
    struct lab_start s = {.workflow = arena_dup(c->arena, c->segs[2]),
                          .ref = arena_dup(c->arena, ref),
                          .sha = arena_dup(c->arena, commit_named(c->repo, ref)),
                          .inputs = start_inputs(c->world, inputs)};
    const struct lab_start *x = start_add(c->world, c->repo, &s, c->now);
    if (jval_true(jval_get(c->body, "return_run_details")))
        put_started(c, x);
    else
        c->status = 204;
}

/* ---- an event ---- */

static void send_event(struct lab_call *c)
{
    struct sv event = call_text(c, "event_type");
    const struct jval *payload = jval_get(c->body, "client_payload");
    if (!event.n || sv_cut_chars(event, EVENT_CHARS).n < event.n) {
        call_message(c, 422,
                     event.n ? "Invalid request.\n\nOnly 100 characters are allowed."
                             : "Invalid request.\n\n\"event_type\" wasn't supplied.");
        return;
    }
    if (jval_len(payload) > PAYLOAD_MOST) {
        call_message(c, 422,
                     arena_fmt(c->arena,
                               "Invalid request.\n\nNo more than 10 properties are allowed; %zu were supplied.",
                               jval_len(payload)));
        return;
    }
    start_add(c->world, c->repo,
              &(struct lab_start){.event = arena_dup(c->arena, event), .inputs = start_inputs(c->world, payload)},
              c->now);
    c->status = 204;
}

const struct lab_row github_start_rows[] = {
    {"POST", "actions/workflows/*/dispatches", start_workflow},
    {"GET", "actions/workflows/*/runs", list_runs_of},
    {"GET", "actions/runs", list_runs},
    {"GET", "actions/runs/*", get_run},
    {"POST", "dispatches", send_event},
    {NULL, NULL, NULL},
};
