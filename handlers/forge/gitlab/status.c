/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/enc.h"
#include "fmt/json.h"
#include "handlers/forge/gitlab/turns.h"

enum { FIELD_CHARS = 255 };

static const char *const state_word[STATUS_STATE_N] = {
    [STATUS_QUEUED] = "pending",     [STATUS_RUNNING] = "running", [STATUS_SUCCESS] = "success",
    [STATUS_FAILED] = "failed",      [STATUS_ERROR] = "failed",    [STATUS_TIMED_OUT] = "failed",
    [STATUS_CANCELLED] = "canceled", [STATUS_SKIPPED] = "skipped",
};

/* Instances before 17 do not know `skipped`; t->page says that this one refused it. */
static const char *word_for(const struct effect *x, const struct effect_talk *t)
{
    return t->page && x->status.state == STATUS_SKIPPED ? "success" : state_word[x->status.state];
}

static void project_path(struct sv project, struct api_request *ret)
{
    buf_str(&ret->path, "/api/v4/projects/");
    url_put(&ret->path, project);
}

/* Branches and tags go by their short names; other refs (refs/merge-requests/1/head) as they are. */
static struct sv short_ref(struct sv ref)
{
    static const char *const prefix[] = {"refs/heads/", "refs/tags/"};
    for (size_t i = 0; i < ARRAY_LEN(prefix); i++)
        if (sv_starts(ref, sv_of(prefix[i])))
            return sv_from(ref, strlen(prefix[i]));
    return ref;
}

/* The pipeline in which the status was begun, as the look has found it; 0 = not known. */
static int64_t pipeline_of(const struct effect_talk *t)
{
    return t->own ? *(const int64_t *)t->own : 0;
}

static bool is_fork(const struct effect *x)
{
    return x->status.change > 0 && x->status.head_repo;
}

/* pipeline: 0 = the newest one of the commit, or a new one. */
static void put_body(const struct effect *x, const struct effect_talk *t, struct sv ref, int64_t pipeline,
                     struct api_request *ret)
{
    AUTO(buf_free) struct buf name = {0}, line = {0};
    const struct status_body *s = &x->status;
    talk_line(s->context, FIELD_CHARS, &name);
    talk_line(s->description, FIELD_CHARS, &line);
    struct jout j = {.buf = &ret->body};
    jout_open(&j, '{');
    jout_kstrz(&j, "state", word_for(x, t));
    jout_kstr(&j, "name", buf_view(&name));
    if (ref.n)
        jout_kstr(&j, "ref", ref);
    jout_kstr(&j, "description", buf_view(&line));
    /* A cut address would lead nowhere. */
    if (s->target_url && strlen(s->target_url) <= FIELD_CHARS)
        jout_kstrz(&j, "target_url", s->target_url);
    if (pipeline)
        jout_kint(&j, "pipeline_id", pipeline);
    jout_close(&j, '}');
}

static void post_to(const struct effect *x, const struct effect_talk *t, struct sv project, struct sv ref,
                    int64_t pipeline, struct api_request *ret)
{
    ret->method = "POST";
    project_path(project, ret);
    buf_str(&ret->path, "/statuses/");
    url_put(&ret->path, sv_of(x->status.sha));
    put_body(x, t, ref, pipeline, ret);
}

/* The head of a fork's change is no branch of the target: there only a pipeline of the change itself has it. */
static void status_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    AUTO(buf_free) struct buf change = {0};
    if (is_fork(x))
        buf_fmt(&change, "refs/merge-requests/%lld/head", (long long)x->status.change);
    struct sv ref = is_fork(x) ? buf_view(&change) : short_ref(sv_of(x->status.ref));
    post_to(x, t, sv_of(x->repo), ref, pipeline_of(t), ret);
}

static void source_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    struct sv project = sv_of(x->status.head_repo);
    ptrdiff_t colon = sv_chr(project, ':');
    post_to(x, t, sv_from(project, (size_t)(colon + 1)), short_ref(sv_of(x->status.ref)), 0, ret);
}

static enum talk_next status_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    (void)x, (void)e;
    talk_remember(t, r->body, "id", NULL);
    return TALK_SENT;
}

static enum talk_next status_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                     enum talk_next usual, struct err *e)
{
    (void)e;
    /* The same state or a later one is there already: ours are sent in order, so what we wanted is history. */
    if (r->status == 400 && sv_find(r->body, SV("Cannot transition status")) >= 0)
        return TALK_SENT;
    if (r->status == 400 && x->status.state == STATUS_SKIPPED && !t->page &&
        sv_find(r->body, SV("does not have a valid value")) >= 0) {
        t->page = 1;
        return TALK_CALL;
    }
    if (r->status == 404 && t->own) { /* that pipeline was deleted, or is of another ref now */
        t->own = NULL;
        return TALK_CALL;
    }
    if (usual == TALK_DEAD && (r->status == 403 || r->status == 404) && is_fork(x) && t->stage == GITLAB_STATUS) {
        t->stage = GITLAB_STATUS_SOURCE;
        return TALK_CALL;
    }
    return usual;
}

const struct talk_turn gitlab_status = {TURN_CREATES, status_ask, status_done, status_refused};
const struct talk_turn gitlab_status_source = {TURN_CREATES, source_ask, status_done, status_refused};

/* ---- look: a repeated final state would make a second row, and an end in another pipeline than the beginning leaves
 * the beginning there for ever: without its number a post lands in the newest pipeline of the commit ---- */

static void look_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    (void)t;
    AUTO(buf_free) struct buf name = {0};
    talk_line(x->status.context, FIELD_CHARS, &name);
    ret->method = "GET";
    project_path(sv_of(x->repo), ret);
    buf_str(&ret->path, "/repository/commits/");
    url_put(&ret->path, sv_of(x->status.sha));
    buf_str(&ret->path, "/statuses?per_page=100&name=");
    url_put(&ret->path, buf_view(&name));
}

static bool same_text(struct sv have, const char *want)
{
    return sv_eq(have.p ? have : SV(""), sv_of(want ? want : ""));
}

static bool is_ours(const struct effect *x, const struct jval *v)
{
    return same_text(jval_str(jval_get(v, "name")), x->status.context) &&
           same_text(jval_str(jval_get(v, "target_url")), x->status.target_url);
}

static bool is_there(const struct effect *x, const struct effect_talk *t, const struct jval *list)
{
    for (size_t i = 0; i < jval_len(list); i++) {
        const struct jval *v = jval_item(list, i);
        if (sv_is(jval_str(jval_get(v, "status")), word_for(x, t)) && is_ours(x, v))
            return true;
    }
    return false;
}

/* Ours, and it still moves: what we say next is said of that one. The newest, if there are several. */
static void find_pipeline(const struct effect *x, struct effect_talk *t, const struct jval *list)
{
    int64_t newest = 0;
    for (size_t i = 0; i < jval_len(list); i++) {
        const struct jval *v = jval_item(list, i);
        struct sv state = jval_str(jval_get(v, "status"));
        int64_t id, pipeline;
        if ((!sv_is(state, "pending") && !sv_is(state, "running")) || !is_ours(x, v) ||
            !jval_int(jval_get(v, "id"), &id) || !jval_int(jval_get(v, "pipeline_id"), &pipeline) || id <= newest ||
            pipeline <= 0)
            continue;
        newest = id;
        if (!t->own)
            t->own = arena_new(&t->arena, sizeof pipeline);
        *(int64_t *)t->own = pipeline;
    }
}

static enum talk_next look_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    struct err ignored = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (jdoc_parse(r->body, NULL, &doc, &ignored) < 0) {
        err_set(e, ERR_TRANSIENT, "the list of statuses cannot be read");
        return TALK_RETRY;
    }
    if (t->look_first && is_there(x, t, jdoc_root(doc)))
        return TALK_SENT;
    find_pipeline(x, t, jdoc_root(doc));
    t->stage = GITLAB_STATUS;
    return TALK_CALL;
}

/* Not allowed to look, or the commit lives in a fork: a second row is the lesser evil. */
static enum talk_next look_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                   enum talk_next usual, struct err *e)
{
    (void)x, (void)r, (void)e;
    if (usual != TALK_DEAD)
        return usual;
    t->stage = GITLAB_STATUS;
    return TALK_CALL;
}

const struct talk_turn gitlab_look = {TURN_READS, look_ask, look_done, look_refused};
