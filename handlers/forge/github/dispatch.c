/* SPDX-License-Identifier: Apache-2.0 */
/* Starting something at GitHub, never twice.
 *
 * A workflow by its file name: our token goes among its inputs, and is left out again when the workflow declares no
 * input of that name (422; nothing was started). After a lost answer the runs of the workflow since then are looked
 * through for the token. Inputs are not listed, so it is seen only where the workflow says it in its run-name
 * (`run-name: deploy ${{ inputs.fettle_token }}`), and a run may be listed some seconds late: it is looked several
 * times, and then given up as something that may have started.
 *
 * An event for everybody who listens (repository_dispatch) leaves no trace: after a lost answer it is given up at once.
 * Fields: GitHub REST API 2022-11-28, "Workflows", "Workflow runs", "Repositories". */
#include "handlers/forge/github/turns.h"
#include "fmt/enc.h"
#include "port/dispatch_talk.h"

enum { PAYLOAD_MEMBERS = 10, PAYLOAD_BYTES = 65535, SKEW_MS = 3600000 };
static const struct json_limits page_limits = {.bytes = 64 << 20, .depth = 32, .nodes = 2000000};

struct dispatch_talk { /* effect_talk.own */
    bool bare;         /* the workflow has no inputs for our own two */
    bool old;          /* an older server that cannot say which run it is */
    const char *next;  /* page of the list of runs */
};

static struct dispatch_talk *own(struct effect_talk *t)
{
    if (!t->own)
        t->own = arena_new(&t->arena, sizeof(struct dispatch_talk));
    return t->own;
}

static void put_payload(const struct effect *x, struct buf *out)
{
    struct jout j = {.buf = out};
    jout_open(&j, '{');
    dispatch_put(x, DISPATCH_OWN_TOLD, &j);
    jout_close(&j, '}');
}

int github_dispatch_may(const struct effect *x, const struct effect_talk *t, struct err *e)
{
    AUTO(buf_free) struct buf payload = {0};
    if (x->dispatch.workflow)
        return 0;
    if (!x->dispatch.event)
        return err_set(e, ERR_INVALID, "GitHub starts a workflow or an event, not a ref alone");
    if (t->look_first)
        return err_set(e, ERR_UNCERTAIN,
                       "the answer was lost: the event may have been sent, which cannot be looked "
                       "up, and is not sent twice");
    put_payload(x, &payload);
    if (dispatch_size(x, DISPATCH_OWN_TOLD) > PAYLOAD_MEMBERS)
        return err_set(e, ERR_INVALID, "more than %d inputs: an event of GitHub has %d, two of which are ours",
                       PAYLOAD_MEMBERS - 2, PAYLOAD_MEMBERS);
    if (payload.n > PAYLOAD_BYTES)
        return err_set(e, ERR_INVALID, "inputs of %zu bytes: an event of GitHub has %d", payload.n, PAYLOAD_BYTES);
    return 0;
}

/* ---- an event ---- */

static void event_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    AUTO(buf_free) struct buf payload = {0};
    struct jout j = {.buf = &ret->body};
    (void)t;
    ret->method = "POST";
    github_repo_path(x, "/dispatches", &ret->path);
    put_payload(x, &payload);
    jout_open(&j, '{');
    jout_kstrz(&j, "event_type", x->dispatch.event);
    jout_key(&j, "client_payload");
    jout_raw(&j, buf_view(&payload));
    jout_close(&j, '}');
}

static enum talk_next event_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                 struct err *e)
{
    (void)x, (void)t, (void)r, (void)e;
    return TALK_SENT;
}

const struct talk_turn github_dispatch_event = {TURN_CREATES, event_ask, event_done, NULL};

/* ---- a workflow ---- */

static void workflow_path(const struct effect *x, struct api_request *ret)
{
    github_repo_path(x, "/actions/workflows/", &ret->path);
    url_put(&ret->path, sv_of(x->dispatch.workflow));
}

static void workflow_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    struct jout j = {.buf = &ret->body};
    ret->method = "POST";
    workflow_path(x, ret);
    buf_str(&ret->path, "/dispatches");
    jout_open(&j, '{');
    jout_kstrz(&j, "ref", x->dispatch.ref);
    jout_key(&j, "inputs");
    jout_open(&j, '{');
    dispatch_put(x, own(t)->bare ? DISPATCH_OWN_LEFT_OUT : DISPATCH_OWN_TOLD, &j);
    jout_close(&j, '}');
    if (!own(t)->old)
        jout_kbool(&j, "return_run_details", true);
    jout_close(&j, '}');
}

/* 204 without a word, or 200 and which run it is. */
static enum talk_next workflow_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                    struct err *e)
{
    (void)x, (void)e;
    talk_remember(t, r->body, "workflow_run_id", "html_url");
    return TALK_SENT;
}

static bool says(const struct api_reply *r, struct sv word)
{
    return sv_find(r->body, word) >= 0;
}

static enum talk_next workflow_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                       enum talk_next usual, struct err *e)
{
    struct dispatch_talk *k = own(t);
    (void)x;
    if (r->status != 422 || usual != TALK_DEAD)
        return usual;
    if (!k->old && says(r, SV("return_run_details"))) {
        k->old = true;
        return TALK_CALL;
    }
    if (!k->bare && (says(r, SV("nexpected inputs")) || says(r, SV(DISPATCH_TOKEN)) || says(r, SV("maximum")))) {
        k->bare = true;
        return TALK_CALL;
    }
    if (says(r, SV("No ref found"))) { /* just pushed, and not known everywhere */
        e->cls = ERR_MISSING;
        return TALK_RETRY;
    }
    return usual;
}

const struct talk_turn github_dispatch_workflow = {TURN_CREATES, workflow_ask, workflow_done, workflow_refused};

/* ---- did it start? ---- */

static void look_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    char text[25];
    ret->method = "GET";
    if (own(t)->next) {
        buf_str(&ret->path, own(t)->next);
        return;
    }
    workflow_path(x, ret);
    buf_str(&ret->path, "/runs?event=workflow_dispatch&per_page=100");
    if (x->created_at > SKEW_MS) {
        when_text(x->created_at - SKEW_MS, text);
        buf_str(&ret->path, "&created=%3E%3D");
        url_put(&ret->path, sv_cut(sv_of(text), strlen("2026-11-22T16:05:09")));
        buf_chr(&ret->path, 'Z');
    }
}

static bool shows_token(const struct effect *x, const struct jval *run)
{
    static const char *const titles[] = {"display_title", "name"};
    struct sv token = sv_of(x->dispatch.token);
    for (size_t i = 0; i < ARRAY_LEN(titles); i++) {
        struct sv title = jval_str(jval_get(run, titles[i]));
        if (token.n && title.n && sv_find(title, token) >= 0)
            return true;
    }
    return false;
}

static bool take(struct effect_talk *t, const struct jval *run)
{
    AUTO(buf_free) struct buf json = {0};
    jout_val(&(struct jout){.buf = &json}, run);
    return talk_remember(t, buf_view(&json), "id", "html_url");
}

static enum talk_next look_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    AUTO(buf_free) struct buf next = {0};
    const struct jval *runs = NULL;
    if (jdoc_parse(r->body, &page_limits, &doc, e) == 0)
        runs = jval_get(jdoc_root(doc), "workflow_runs");
    if (jval_kind(runs) != J_ARRAY) {
        err_set(e, ERR_TRANSIENT, "the list of runs cannot be read");
        return TALK_RETRY;
    }
    for (size_t i = 0; i < jval_len(runs); i++)
        if (shows_token(x, jval_item(runs, i)) && take(t, jval_item(runs, i)))
            return TALK_SENT;
    if (++t->page < TALK_PAGES && talk_below(&github_dialect, talk_link_next(r->link), &next)) {
        own(t)->next = arena_dup(&t->arena, buf_view(&next));
        return TALK_CALL;
    }
    /* Tried again, and after several times given up with these words. */
    err_set(e, ERR_MISSING,
            "the answer was lost and no run shows the token: it may have started, and is not started "
            "twice");
    return TALK_RETRY;
}

static enum talk_next look_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                   enum talk_next usual, struct err *e)
{
    (void)x, (void)t, (void)r;
    if (usual == TALK_DEAD)
        err_add(e, "the answer was lost, it may have started, and its runs cannot be looked at");
    return usual;
}

const struct talk_turn github_dispatch_look = {TURN_READS, look_ask, look_done, look_refused};
