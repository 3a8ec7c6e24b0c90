/* SPDX-License-Identifier: Apache-2.0 */
/* A forge that answers anything. Byte 0: forge and kind of effect; byte 1: what is known at the start; then answers:
 * status, length of Link or Location, length of the body (x8), and the bytes. When the input is used up, empty answers
 * follow. Oracle: the conversation ends; paths stay below the API; after a new issue may exist no second one is
 * asked for, nor a second comment, change or check run, nothing is started twice, and no annotation comes a second
 * time; what may have started is not started again; an end that is not "sent" says why. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "port/forge.h"

#define MARK "<!-- fettle:fp=0123456789abcdefghjkmnpqrs -->"

static const int statuses[] = {200, 201, 0, 301, 307, 400, 401, 403, 404, 409, 410, 422, 429, 500, 503, 204};

struct input {
    const uint8_t *p;
    size_t n;
};

static struct sv take(struct input *in, size_t n)
{
    struct sv s = {(const char *)in->p, n < in->n ? n : in->n};
    in->p += s.n;
    in->n -= s.n;
    return s;
}

static uint8_t byte(struct input *in)
{
    struct sv s = take(in, 1);
    return s.n ? (uint8_t)s.p[0] : 0;
}

static struct api_reply answer(struct input *in)
{
    uint8_t head = byte(in);
    struct api_reply r = {.status = statuses[head % ARRAY_LEN(statuses)], .maybe_sent = head & 0x80};
    size_t link = byte(in), body = (size_t)byte(in) * 8;
    r.link = r.location = link ? take(in, link) : SV_NONE;
    r.retry_after = r.rate_reset = r.rate_remaining = r.date = head & 0x40 ? sv_cut(r.link, 29) : SV_NONE;
    r.body = take(in, body);
    return r;
}

static void check_path(const struct forge_ops *f, struct sv path)
{
    static const char *const root[] = {"/repos/", "/repositories/", "/api/v4/", "/api/v1/"};
    bool below = f->local; /* git is asked, by what port/local_talk.h says: there is no API */
    for (size_t i = 0; i < ARRAY_LEN(root); i++)
        below = below || sv_starts(path, sv_of(root[i]));
    MUST(below);
    for (size_t i = 0; i < path.n; i++)
        MUST(path.p[i] > ' ' && path.p[i] <= '~');
    MUST(sv_find(path, SV("/../")) < 0 && !sv_ends(path, SV("/..")));
}

/* Annotations follow each other: what may have arrived does not come again. Returns the line of the first one. */
static size_t check_batch(const struct api_request *q, size_t after)
{
    struct sv body = buf_view(&q->body), mark = SV("\"start_line\":");
    ptrdiff_t at = sv_find(body, mark);
    if (at < 0)
        return after;
    size_t n = 0, line = (size_t)strtoul(body.p + (size_t)at + mark.n, NULL, 10);
    MUST(line > after);
    for (; (at = sv_find(body, mark)) >= 0; n++)
        body = sv_from(body, (size_t)at + mark.n);
    MUST(n <= 50);
    return line;
}

static bool may_have_arrived(const struct api_reply *r)
{
    return (r->status >= 200 && r->status < 300) || r->status >= 500 || (!r->status && r->maybe_sent);
}

static bool creates(const struct effect *x, const struct api_request *q)
{
    bool post = !strcmp(q->method, "POST");
    if (x->kind == EFFECT_COMMENT || x->kind == EFFECT_DISPATCH)
        return post;
    return post && sv_find(buf_view(&q->body), SV("\"title\":")) >= 0;
}

/* Of a ref alone: the one start that may be looked for and then made after all. */
static bool is_pipeline(const struct effect *x)
{
    return x->kind == EFFECT_DISPATCH && !x->dispatch.event && !x->dispatch.workflow;
}

static void hold(const struct forge_ops *f, const struct effect *x, struct effect_talk *t, struct input *in)
{
    struct api_request q = {0};
    struct err e = {0};
    int created = 0;
    bool looked = false;
    size_t after = 0;
    bool check = x->kind == EFFECT_CHECK;
    enum talk_next next = f->talk(x, t, NULL, &q, &e);
    for (int i = 0; next == TALK_CALL; i++) {
        MUST(i < 100);
        check_path(f, buf_view(&q.path));
        bool makes = creates(x, &q);
        MUST(!makes || (!created && !(x->kind == EFFECT_DISPATCH && t->look_first && !looked)));
        MUST(x->kind != EFFECT_MERGE || !strcmp(q.method, "GET") || sv_find(buf_view(&q.body), SV("6dcb09b5")) >= 0);
        size_t line = check ? check_batch(&q, after) : 0;
        struct api_reply r = answer(in);
        created += makes && may_have_arrived(&r);
        looked = looked || (is_pipeline(x) && !makes && r.status >= 200 && r.status < 300);
        after = may_have_arrived(&r) ? line : after;
        next = f->talk(x, t, &r, &q, &e);
    }
    MUST(next == TALK_SENT || (e.msg[0] && e.cls != ERR_OK && sv_bad_utf8(sv_of(e.msg)) < 0));
    MUST(e.retry_after_ms >= 0 && e.retry_after_ms <= 7200000);
    /* An open change is looked for before anything else, whatever the end was; what may have started where nobody can
     * look is given up. */
    bool given_up = next == TALK_DEAD && (check || x->kind == EFFECT_DISPATCH);
    MUST(!created || next == TALK_SENT || next == TALK_UNCERTAIN || given_up || x->kind == EFFECT_PULL);
    int64_t id;
    MUST(!t->remote_id[0] || sv_int(sv_of(t->remote_id), &id));
    api_request_done(&q);
}

static const char *labels[] = {"automation", "bug"};

static void be_status(struct effect *x, uint8_t known)
{
    x->kind = EFFECT_STATUS;
    x->status = (struct status_body){.sha = "6dcb09b5",
                                     .context = "ci",
                                     .description = "d",
                                     .state = (enum status_state)(known % STATUS_STATE_N),
                                     .change = known & 8,
                                     .head_repo = known & 16 ? "gitlab:m/fork" : NULL};
}

static void be_check(struct effect *x, uint8_t known)
{
    static struct check_note notes[120];
    x->kind = EFFECT_CHECK;
    x->seq = known & 32 ? 2 : 1;
    for (int i = 0; i < (int)ARRAY_LEN(notes); i++)
        notes[i] =
            (struct check_note){.level = NOTE_ERROR, .path = "a", .text = "t", .line = i + 1, .end_line = i + 1};
    x->check = (struct check_body){.sha = "6dcb09b5",
                                   .name = "ci",
                                   .external_id = "ext",
                                   .title = "t",
                                   .summary = "s",
                                   .state = (enum status_state)(known % STATUS_STATE_N),
                                   .superseded = known & 64,
                                   .notes = notes,
                                   .n_notes = known & 4 ? ARRAY_LEN(notes) : 0};
}

static void be_issue(struct effect *x, uint8_t known, bool close)
{
    x->kind = EFFECT_ISSUE;
    x->issue = (struct issue_body){
        .title = "t", .body = "b", .marker = MARK, .labels = labels, .n_labels = known & 4 ? 2 : 0, .close = close};
}

/* The kinds that steps and reports have beside those. */
static void be_other(struct effect *x, uint8_t which, uint8_t known)
{
    enum thread_kind at = known & 16 ? THREAD_ISSUE : THREAD_CHANGE;
    x->kind = (enum effect_kind)(EFFECT_COMMENT + which % 5);
    x->comment = (struct comment_body){.number = 5, .at = at, .body = "b", .marker = MARK, .remove = known & 4};
    x->label = (struct label_body){.number = 5,
                                   .at = at,
                                   .add = labels,
                                   .n_add = known & 4 ? 2 : 0,
                                   .remove = labels,
                                   .n_remove = known & 8 ? 2 : 0};
    x->pull = (struct pull_body){.head = "fix",
                                 .base = "main",
                                 .title = "t",
                                 .body = "b",
                                 .marker = MARK,
                                 .labels = labels,
                                 .n_labels = known & 4 ? 2 : 0,
                                 .draft = known & 8};
    x->merge = (struct merge_body){
        .number = 5, .sha = "6dcb09b5", .method = (enum merge_method)(known % MERGE_METHOD_N)};
    x->dispatch = (struct dispatch_body){.event = known & 12 ? NULL : "deployed",
                                         .workflow = known & 4 ? "ci.yml" : NULL,
                                         .ref = known & 12 ? "main" : NULL,
                                         .inputs = "{\"a\":\"b\"}",
                                         .token = "0123456789abcdefghjkmnpqrs"};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const kinds[] = {"github", "gitlab", "gitea"};
    struct input in = {data, size};
    uint8_t who = byte(&in), known = byte(&in);
    struct effect x = {.repo = "acme/backend", .forge = "f", .tries = who >> 4};
    struct effect_talk t = {.look_first = known & 2};
    if (who & 0x80)
        be_other(&x, (who >> 2) & 7, known);
    else if (who & 8)
        be_check(&x, known);
    else if (who & 4)
        be_status(&x, known);
    else
        be_issue(&x, known, who & 0x40);
    if ((known & 1) && x.kind != EFFECT_STATUS)
        memcpy(t.remote_id, "7", 2);
    hold(forge_find(sv_of(kinds[(who & 3) % 3])), &x, &t, &in);
    effect_talk_done(&t);
    return 0;
}
