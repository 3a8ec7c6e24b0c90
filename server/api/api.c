/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/gate.h"
#include <stdio.h>
#include <sys/random.h>
#include "fmt/enc.h"
#include "fmt/json.h"
#include "server/api/params.h"
#include "server/trace.h"

/* ---- answers ---- */

void api_json(const struct api_call *c, int status, struct sv json)
{
    api_json_with(c, status, "", json);
}

void api_json_with(const struct api_call *c, int status, const char *headers, struct sv json)
{
    AUTO(buf_free) struct buf all = {0};
    buf_fmt(&all, "Cache-Control: no-store\r\n%s", headers);
    http_req_answer(c->req, status, "application/json", all.p, json);
}

void api_problem(const struct api_call *c, int status, const char *title, const char *detail)
{
    api_problem_with(c, status, "", title, detail);
}

void api_problem_with(const struct api_call *c, int status, const char *headers, const char *title, const char *detail)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_open(&j, '{');
    jout_kstrz(&j, "type", "about:blank");
    jout_kint(&j, "status", status);
    jout_kstrz(&j, "title", title);
    if (detail)
        jout_kstrz(&j, "detail", detail);
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    http_req_answer(c->req, status, "application/problem+json", headers, buf_view(&b));
}

void api_no_store(const struct api_call *c, const struct err *e)
{
    api_problem(c, 503, "the store cannot be read", e->msg[0] ? e->msg : NULL);
}

struct sv api_query(const struct api_call *c, const char *name, struct buf *ret)
{
    struct sv rest = c->query, part;
    while (sv_next(&rest, '&', &part)) {
        ptrdiff_t eq = sv_chr(part, '=');
        if (eq < 0 || !sv_is(sv_cut(part, (size_t)eq), name))
            continue;
        if (!url_get(sv_from(part, (size_t)eq + 1), ret))
            return SV_NONE;
        return buf_view(ret);
    }
    return SV_NONE;
}

/* ---- questions to the engine thread ---- */

struct pending { /* one request that waits for the engine thread */
    struct handler handler;
    struct http_req *req;
    bool asked;
    struct api_call call;
    enum app_letter_kind kind;
    int64_t id;
    struct buf text;
    api_answer_fn *answer; /* NULL: by the kind */
};

static void pending_free(struct pending *p)
{
    buf_free(&p->text);
    mem_free(p);
}

static void pending_gone(struct handler *h)
{
    struct pending *p = CONTAINER_OF(h, struct pending, handler);
    p->req = NULL;
    if (!p->asked)
        pending_free(p);
}

/* What only looks is nobody's wish. */
static void take_caller(struct app_letter *l, const struct api_call *c)
{
    if (l->kind != LETTER_QUEUE && l->kind != LETTER_WHY && l->kind != LETTER_EXPLAIN)
        snprintf(l->by, sizeof l->by, "%s", c->by[0] ? c->by : "loopback");
}

static void pending_end(struct handler *h, struct http_req *r)
{
    (void)r;
    struct pending *p = CONTAINER_OF(h, struct pending, handler);
    struct app_letter *l = mem_new(sizeof *l);
    l->kind = p->kind;
    l->id = p->id;
    buf_sv(&l->text, buf_view(&p->text));
    l->reply = intake_answers(p->call.intake);
    l->owner = p;
    take_caller(l, &p->call);
    p->asked = true;
    mailbox_post(intake_app(p->call.intake)->inbox, &l->letter);
}

void api_ask(const struct api_call *c, enum app_letter_kind kind, int64_t id)
{
    api_ask_with(c, kind, id, SV_NONE);
}

void api_ask_with(const struct api_call *c, enum app_letter_kind kind, int64_t id, struct sv text)
{
    struct pending *p = mem_new(sizeof *p);
    p->handler = (struct handler){.on_end = pending_end, .on_gone = pending_gone};
    p->req = c->req;
    p->call = *c;
    p->kind = kind;
    p->id = id;
    buf_sv(&p->text, text);
    http_req_limit(c->req, 65536);
    http_req_set(c->req, p);
}

void api_post(const struct api_call *c, struct app_letter *l, api_answer_fn *answer)
{
    struct pending *p = mem_new(sizeof *p);
    p->handler = (struct handler){.on_gone = pending_gone};
    p->req = c->req;
    p->call = *c;
    p->kind = l->kind;
    p->asked = true;
    p->answer = answer;
    l->reply = intake_answers(c->intake);
    l->owner = p;
    take_caller(l, c);
    http_req_set(c->req, p);
    mailbox_post(intake_app(c->intake)->inbox, &l->letter);
}

void api_deliver(const struct api_call *c, const char *event, struct sv payload, enum own_checked checked)
{
    struct pending *p = mem_new(sizeof *p);
    struct app_letter *l = mem_new(sizeof *l);
    uint64_t once[2]; /* each request is one of its own, whatever its body */
    MUST(getrandom(once, sizeof once, 0) == (ssize_t)sizeof once);
    p->handler = (struct handler){.on_gone = pending_gone};
    p->req = c->req;
    p->call = *c;
    p->kind = l->kind = LETTER_DISPATCH;
    p->asked = true;
    l->event = event;
    l->look = checked == OWN_IN_REPOSITORY;
    snprintf(l->guid, sizeof l->guid, "%s:%016llx%016llx", event, (unsigned long long)once[0],
             (unsigned long long)once[1]);
    buf_sv(&l->text, payload);
    l->reply = intake_answers(c->intake);
    l->owner = p;
    trace_of_request(http_req_head(c->req), l->trace);
    take_caller(l, c);
    http_req_set(c->req, p);
    mailbox_post(intake_app(c->intake)->inbox, &l->letter);
}

static void answer_stored(const struct api_call *c, const struct app_letter *x)
{
    char id[ID_TEXT], header[TRACE_HEADER];
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(&b, "{\"delivery\":\"%s\",\"status\":\"accepted\"}\n", id_text(x->id, id));
    api_json_with(c, 202, trace_header(x->trace, x->id, header), buf_view(&b));
}

static void answer_accepted(const struct api_call *c, struct sv remarks)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_open(&j, '{');
    jout_kstrz(&j, "status", "accepted");
    if (remarks.n)
        jout_kstr(&j, "remarks", remarks);
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    api_json(c, 202, buf_view(&b));
}

void api_not_started(const struct api_call *c, int status, const char *why)
{
    api_problem(c, status, status == 404 ? "no such workflow" : "nothing was started", why);
}

/* The text is what was asked for. */
static void answer_asked(const struct pending *p, struct app_letter *x)
{
    buf_chr(&x->text, '\n');
    if (x->ok)
        api_json(&p->call, 200, buf_view(&x->text));
    else
        api_problem(&p->call, 404, "the run is not open", NULL);
}

static bool is_of_open_run(enum app_letter_kind k)
{
    return k == LETTER_CANCEL || k == LETTER_BUMP || k == LETTER_PRIORITY;
}

void api_answered(struct intake *i, struct app_letter *x)
{
    (void)i;
    struct pending *p = x->owner;
    if (p->req) {
        http_req_set(p->req, NULL);
        if (p->answer)
            p->answer(&p->call, x);
        else if (x->kind == LETTER_RERUN)
            api_rerun_answer(&p->call, x);
        else if (x->ok && x->kind == LETTER_DISPATCH)
            answer_stored(&p->call, x);
        else if (x->kind == LETTER_DISPATCH && x->status)
            api_not_started(&p->call, x->status, x->text.p);
        else if (x->kind == LETTER_DISPATCH)
            api_problem(&p->call, 503, "it could not be stored", x->text.n ? x->text.p : NULL);
        else if (x->kind == LETTER_EXPLAIN && !x->ok)
            api_problem(&p->call, x->status, "it cannot be explained", x->text.p);
        else if (x->kind == LETTER_QUEUE || x->kind == LETTER_HOOKS || x->kind == LETTER_WHY ||
                 x->kind == LETTER_EXPLAIN)
            answer_asked(p, x);
        else if (x->ok)
            answer_accepted(&p->call, buf_view(&x->text));
        else
            api_problem(&p->call, 409, is_of_open_run(p->kind) ? "the run is not open" : "refused",
                        x->text.n ? x->text.p : NULL);
    }
    buf_free(&x->text);
    mem_free(x);
    pending_free(p);
}

/* ---- routing ---- */

/* A place takes one segment, or what is left of it beside the text that the pattern has there. */
static bool match(const char *pattern, struct sv path, struct sv ret[2])
{
    struct sv rest = sv_of(pattern);
    ret[0] = ret[1] = SV_NONE;
    for (size_t i = 0;; i++) {
        ptrdiff_t brace = sv_chr(rest, '{');
        struct sv head = sv_cut(rest, brace < 0 ? rest.n : (size_t)brace);
        if (brace < 0)
            return sv_eq(path, head);
        if (i == 2 || !sv_starts(path, head))
            return false;
        path = sv_from(path, head.n);
        rest = sv_from(rest, (size_t)(sv_chr(rest, '}') + 1));
        struct sv here = sv_cut(path, sv_chr(path, '/') < 0 ? path.n : (size_t)sv_chr(path, '/'));
        struct sv tail = sv_chr(rest, '/') < 0 ? rest : SV("");
        if (!sv_ends(here, tail) || here.n <= tail.n)
            return false;
        ret[i] = sv_cut(here, here.n - tail.n);
        path = sv_from(path, ret[i].n);
    }
}

static void lead(struct api_call *c, const struct api_route *x)
{
    struct err why;
    if (!gate_pass(c, x))
        return;
    if (strstr(x->path, "{id}") && !id_parse(c->rest, &c->id))
        api_problem(c, 404, "no such id", NULL);
    else if (sv_starts(sv_of(x->path), SV("/api/")) && api_query_check(x->params, c->query, &why) < 0)
        api_problem(c, 400, why.msg, NULL);
    else
        x->answer(c);
}

bool api_start(struct intake *i, struct http_req *r)
{
    const struct http_head *h = http_req_head(r);
    struct api_call c = {.intake = i, .req = r, .query = h->query};
    bool known = false;
    for (const struct api_route *x = api_routes; x->path; x++) {
        struct sv at[2];
        if (!match(x->path, h->path, at))
            continue;
        c.rest = at[0];
        c.more = at[1];
        known = true;
        bool get = sv_is(h->method, "HEAD") && strcmp(x->method, "GET") == 0;
        if (!get && !sv_is(h->method, x->method))
            continue;
        lead(&c, x);
        return true;
    }
    if (known)
        api_problem(&c, 405, "method not allowed", NULL);
    else if (sv_starts(h->path, SV("/api/")))
        api_problem(&c, 404, "no such resource", NULL);
    return known || sv_starts(h->path, SV("/api/"));
}
