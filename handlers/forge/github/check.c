/* SPDX-License-Identifier: Apache-2.0 */
/* A check run is made once, found again by its external id, and then written over; only annotations are appended by
 * every write. They go in batches in their order, so the number of those that are there says where to go on; the last
 * write of a final state is the one that completes the check run. */
#include "handlers/forge/github/turns.h"
#include "core/check.h"
#include "fmt/enc.h"
#include "fmt/json.h"
#include "port/harmless.h"

enum { BATCH = 50, TITLE_CHARS = 255, MESSAGE_BYTES = 64 << 10 };
static const struct json_limits page_limits = {.bytes = 64 << 20, .depth = 32, .nodes = 500000};

static const char *const status_word[STATUS_STATE_N] = {
    [STATUS_QUEUED] = "queued",       [STATUS_RUNNING] = "in_progress", [STATUS_SUCCESS] = "completed",
    [STATUS_FAILED] = "completed",    [STATUS_ERROR] = "completed",     [STATUS_TIMED_OUT] = "completed",
    [STATUS_CANCELLED] = "completed", [STATUS_SKIPPED] = "completed",
};
static const char *const conclusion_word[STATUS_STATE_N] = {
    [STATUS_SUCCESS] = "success",     [STATUS_FAILED] = "failure",      [STATUS_ERROR] = "failure",
    [STATUS_TIMED_OUT] = "timed_out", [STATUS_CANCELLED] = "cancelled", [STATUS_SKIPPED] = "skipped",
};

struct check_talk {   /* effect_talk.own */
    size_t there;     /* annotations that the check run has */
    bool wrote;       /* something was written in this conversation */
    bool bare;        /* the rest of the annotations was refused */
    bool completed;   /* it was found like that: no write may open it again */
    const char *next; /* page of the list */
};

static struct check_talk *own(struct effect_talk *t)
{
    if (!t->own)
        t->own = arena_new(&t->arena, sizeof(struct check_talk));
    return t->own;
}

bool github_check_wrote(const struct effect_talk *t)
{
    const struct check_talk *k = t->own;
    return k && k->wrote;
}

/* Behind the last annotation that the next write appends. */
static size_t batch_end(const struct effect *x, const struct check_talk *k)
{
    size_t n = x->check.n_notes;
    return k->bare || k->there >= n ? n : n - k->there < BATCH ? n : k->there + BATCH;
}

static size_t batch_size(const struct effect *x, const struct check_talk *k)
{
    return k->bare || k->there >= x->check.n_notes ? 0 : batch_end(x, k) - k->there;
}

/* ---- what is written ---- */

static void put_time(struct jout *j, const char *key, msec_t at)
{
    char text[25];
    AUTO(buf_free) struct buf whole = {0};
    if (!at)
        return;
    buf_sv(&whole, sv_cut(sv_of(when_text(at, text)), strlen("2026-11-22T16:05:09")));
    buf_chr(&whole, 'Z');
    jout_kstr(j, key, buf_view(&whole));
}

static void put_note(const struct check_note *n, struct jout *j)
{
    static const char *const words[] = {[NOTE_NOTICE] = "notice", [NOTE_WARNING] = "warning", [NOTE_ERROR] = "failure"};
    jout_open(j, '{');
    jout_kstrz(j, "path", n->path);
    jout_kint(j, "start_line", n->line);
    jout_kint(j, "end_line", n->end_line);
    if (n->col && n->line == n->end_line) { /* else refused with 422 */
        jout_kint(j, "start_column", n->col);
        jout_kint(j, "end_column", n->end_col);
    }
    jout_kstrz(j, "annotation_level", words[n->level]);
    jout_kstr(j, "message", sv_cut_utf8(sv_of(n->text), MESSAGE_BYTES));
    if (n->title && n->title[0])
        jout_kstr(j, "title", sv_cut_chars(sv_of(n->title), TITLE_CHARS));
    jout_close(j, '}');
}

static void put_summary(const struct effect *x, const struct check_talk *k, struct jout *j)
{
    AUTO(buf_free) struct buf text = {0}, tail = {0};
    if (k->bare)
        buf_fmt(&tail, "\n\nGitHub refused %zu annotations.\n", x->check.n_notes - k->there);
    harmless_markdown(sv_of(x->check.summary), SLASH_PLAIN, &text);
    text.n = sv_cut_utf8(buf_view(&text), CHECK_SUMMARY_MAX - tail.n).n;
    buf_sv(&text, buf_view(&tail));
    jout_kstr(j, "summary", buf_view(&text));
}

static void put_output(const struct effect *x, const struct check_talk *k, struct jout *j)
{
    AUTO(buf_free) struct buf title = {0};
    talk_line(x->check.title, TITLE_CHARS, &title);
    jout_key(j, "output");
    jout_open(j, '{');
    jout_kstr(j, "title", buf_view(&title));
    put_summary(x, k, j);
    if (batch_size(x, k)) {
        jout_key(j, "annotations");
        jout_open(j, '[');
        for (size_t i = k->there; i < batch_end(x, k); i++)
            put_note(&x->check.notes[i], j);
        jout_close(j, ']');
    }
    jout_close(j, '}');
}

/* Come back as check_run.requested_action; at most 20, 40 and 20 characters. */
static void put_button(const struct check_body *c, struct jout *j)
{
    bool ended = status_is_final(c->state);
    if (!c->buttons || c->superseded || c->state == STATUS_SUCCESS || c->state == STATUS_SKIPPED)
        return;
    jout_key(j, "actions");
    jout_open(j, '[');
    jout_open(j, '{');
    jout_kstrz(j, "label", ended ? "Run failed again" : "Cancel");
    jout_kstrz(j, "description", ended ? "Repeats the jobs that failed" : "Ends what is under way");
    jout_kstrz(j, "identifier", ended ? "fettle-retest" : "fettle-cancel");
    jout_close(j, '}');
    jout_close(j, ']');
}

static void put_state(const struct effect *x, const struct check_talk *k, struct jout *j)
{
    const struct check_body *c = &x->check;
    bool last = k->completed || batch_end(x, k) == c->n_notes;
    jout_kstrz(j, "external_id", c->external_id);
    if (c->details_url)
        jout_kstrz(j, "details_url", c->details_url);
    jout_kstrz(j, "status", last ? status_word[c->state] : status_word[STATUS_RUNNING]);
    if (c->state != STATUS_QUEUED)
        put_time(j, "started_at", c->started_at);
    if (last && status_is_final(c->state)) {
        jout_kstrz(j, "conclusion", conclusion_word[c->state]);
        put_time(j, "completed_at", c->completed_at);
    }
    if (last)
        put_button(c, j);
    put_output(x, k, j);
}

static void runs_path(const struct effect *x, struct api_request *ret)
{
    buf_str(&ret->path, "/repos/");
    talk_repo_path(x->repo, &ret->path);
    buf_str(&ret->path, "/check-runs");
}

static void one_path(const struct effect *x, const struct effect_talk *t, struct api_request *ret)
{
    runs_path(x, ret);
    buf_chr(&ret->path, '/');
    url_put(&ret->path, sv_of(t->remote_id));
}

/* ---- refusals ---- */

/* The one thing that a person has to know: the token of a person can post statuses, and no check runs. */
static enum talk_next refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                              enum talk_next usual, struct err *e)
{
    (void)x, (void)t;
    if (usual == TALK_DEAD && (r->status == 403 || r->status == 404))
        err_add(e, "check runs need the token of a GitHub App that may write them (the status is posted all the same)");
    return usual;
}

static enum talk_next write_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                    enum talk_next usual, struct err *e)
{
    struct check_talk *k = own(t);
    if (github_no_commit(r, e))
        return TALK_RETRY;
    /* A place in a file that GitHub does not like must not keep the check run from its end. */
    if (r->status == 422 && usual == TALK_DEAD && batch_size(x, k)) {
        k->bare = true;
        return TALK_CALL;
    }
    return refused(x, t, r, usual, e);
}

/* ---- create, update ---- */

static enum talk_next written(const struct effect *x, struct effect_talk *t)
{
    struct check_talk *k = own(t);
    bool more = batch_end(x, k) < x->check.n_notes;
    k->wrote = true;
    k->there = batch_end(x, k);
    t->stage = GITHUB_CHECK_UPDATE;
    return more ? TALK_CALL : TALK_SENT;
}

static void create_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    struct jout j = {.buf = &ret->body};
    ret->method = "POST";
    runs_path(x, ret);
    jout_open(&j, '{');
    jout_kstrz(&j, "name", x->check.name);
    jout_kstrz(&j, "head_sha", x->check.sha);
    put_state(x, own(t), &j);
    jout_close(&j, '}');
}

static enum talk_next create_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    if (talk_remember(t, r->body, "id", "html_url"))
        return written(x, t);
    err_set(e, ERR_UNCERTAIN, "the answer to the new check run cannot be read");
    return TALK_UNCERTAIN;
}

const struct talk_turn github_check_create = {TURN_CREATES, create_ask, create_done, write_refused};

static void update_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    struct jout j = {.buf = &ret->body};
    ret->method = "PATCH";
    one_path(x, t, ret);
    jout_open(&j, '{');
    put_state(x, own(t), &j);
    jout_close(&j, '}');
}

static enum talk_next update_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                  struct err *e)
{
    (void)e;
    talk_remember(t, r->body, "id", "html_url");
    return written(x, t);
}

/* What it appends would be there twice. */
const struct talk_turn github_check_update = {TURN_CREATES, update_ask, update_done, write_refused};

/* ---- look ---- */

static bool says_the_same(const struct effect *x, const struct jval *v)
{
    const struct check_body *c = &x->check;
    AUTO(buf_free) struct buf title = {0};
    talk_line(c->title, TITLE_CHARS, &title);
    return sv_is(jval_str(jval_get(v, "status")), status_word[c->state]) &&
           (!status_is_final(c->state) || sv_is(jval_str(jval_get(v, "conclusion")), conclusion_word[c->state])) &&
           sv_eq(jval_str(jval_at(v, "output", "title")), buf_view(&title));
}

/* Our check run: is this state said already? The write that completes is the last one: what is missing was refused. */
static enum talk_next found(const struct effect *x, struct effect_talk *t, const struct jval *v)
{
    struct check_talk *k = own(t);
    int64_t there;
    k->completed = sv_is(jval_str(jval_get(v, "status")), status_word[STATUS_SUCCESS]);
    if (jval_int(jval_at(v, "output", "annotations_count"), &there) && there > 0)
        k->there = (size_t)there;
    if (says_the_same(x, v) || (k->completed && !status_is_final(x->check.state)))
        return TALK_SENT;
    t->stage = GITHUB_CHECK_UPDATE;
    return TALK_CALL;
}

static void get_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "GET";
    one_path(x, t, ret);
}

static enum talk_next get_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    struct err ignored = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (jdoc_parse(r->body, &page_limits, &doc, &ignored) < 0 || jval_kind(jdoc_root(doc)) != J_OBJECT) {
        err_set(e, ERR_TRANSIENT, "the check run cannot be read");
        return TALK_RETRY;
    }
    return found(x, t, jdoc_root(doc));
}

const struct talk_turn github_check_get = {TURN_READS, get_ask, get_done, refused};

static void list_ask(const struct effect *x, struct effect_talk *t, struct api_request *ret)
{
    ret->method = "GET";
    if (own(t)->next) {
        buf_str(&ret->path, own(t)->next);
        return;
    }
    buf_str(&ret->path, "/repos/");
    talk_repo_path(x->repo, &ret->path);
    buf_str(&ret->path, "/commits/");
    url_put(&ret->path, sv_of(x->check.sha));
    buf_str(&ret->path, "/check-runs?check_name=");
    url_put(&ret->path, sv_of(x->check.name));
    buf_str(&ret->path, "&filter=all&per_page=100");
}

static bool take(struct effect_talk *t, const struct jval *v)
{
    AUTO(buf_free) struct buf json = {0};
    jout_val(&(struct jout){.buf = &json}, v);
    return talk_remember(t, buf_view(&json), "id", "html_url");
}

static enum talk_next list_done(const struct effect *x, struct effect_talk *t, const struct api_reply *r, struct err *e)
{
    struct err ignored = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    AUTO(buf_free) struct buf next = {0};
    const struct jval *list = NULL;
    if (jdoc_parse(r->body, &page_limits, &doc, &ignored) == 0)
        list = jval_get(jdoc_root(doc), "check_runs");
    if (jval_kind(list) != J_ARRAY) {
        err_set(e, ERR_TRANSIENT, "the list of check runs cannot be read");
        return TALK_RETRY;
    }
    for (size_t i = 0; i < jval_len(list); i++) {
        const struct jval *v = jval_item(list, i);
        if (sv_is(jval_str(jval_get(v, "external_id")), x->check.external_id) && take(t, v))
            return found(x, t, v);
    }
    if (++t->page < TALK_PAGES && talk_below(&github_dialect, talk_link_next(r->link), &next)) {
        own(t)->next = arena_dup(&t->arena, buf_view(&next));
        return TALK_CALL;
    }
    t->stage = GITHUB_CHECK_CREATE;
    return x->check.superseded ? TALK_SENT : TALK_CALL;
}

static enum talk_next list_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                                   enum talk_next usual, struct err *e)
{
    return github_no_commit(r, e) ? TALK_RETRY : refused(x, t, r, usual, e);
}

const struct talk_turn github_check_list = {TURN_READS, list_ask, list_done, list_refused};
