/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "base/log.h"
#include "fmt/enc.h"
#include "http/server.h"
#include "server/lab/act.h"
#include "server/lab/lab.h"

static void answer_json(struct http_req *r, int status, const struct buf *b)
{
    http_req_answer(r, status, "application/json", "", buf_view(b));
}

static void answer_error(struct http_req *r, int status, const char *message)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_open(&j, '{');
    jout_kstrz(&j, "message", message);
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    answer_json(r, status, &b);
}

/* {"kind": …, "count": 1, "ms": 1000, "match": …, "chance": 100} */
static void add_fault(struct lab *l, struct http_req *r, struct sv body)
{
    struct err e = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    AUTO(buf_free) struct buf b = {0};
    struct fault f = {.left = 1, .ms = 1000};
    if (jdoc_parse(body, NULL, &doc, &e) < 0) {
        answer_error(r, 400, e.msg);
        return;
    }
    const struct jval *root = jdoc_root(doc);
    AUTO(mem_freep) char *match = sv_dup(jval_str(jval_get(root, "match")));
    f.kind = fault_find(jval_str(jval_get(root, "kind")));
    f.match = match;
    jval_int(jval_get(root, "count"), &f.left);
    jval_int(jval_get(root, "ms"), &f.ms);
    jval_int(jval_get(root, "chance"), &f.chance);
    if (f.kind == FAULT_NONE || f.left < 0 || f.ms < 0 || f.ms > 86400000 || f.chance < 0 || f.chance > 100) {
        answer_error(r, 400,
                     f.kind == FAULT_NONE ? "there is no such kind of fault" : "count, ms or chance is out of bounds");
        return;
    }
    faults_add(&l->faults, f, lab_now(l));
    faults_list(&l->faults, &b);
    answer_json(r, 201, &b);
}

static void faults(struct lab *l, struct http_req *r, struct sv body)
{
    AUTO(buf_free) struct buf b = {0};
    struct sv method = http_req_head(r)->method;
    if (sv_is(method, "POST")) {
        add_fault(l, r, body);
        return;
    }
    if (sv_is(method, "DELETE"))
        faults_clear(&l->faults);
    faults_list(&l->faults, &b);
    answer_json(r, 200, &b);
}

/* Decoded value of a query parameter; empty if absent. */
static void param(struct sv query, const char *key, struct buf *ret)
{
    struct sv part;
    while (sv_next(&query, '&', &part)) {
        ptrdiff_t eq = sv_chr(part, '=');
        if (eq >= 0 && sv_is(sv_cut(part, (size_t)eq), key) && !url_get(sv_from(part, (size_t)eq + 1), ret))
            buf_clear(ret);
    }
}

static void print_ledger(struct lab *l, struct http_req *r)
{
    AUTO(buf_free) struct buf forge = {0}, path = {0}, out = {0};
    struct err e = {0};
    struct sv query = http_req_head(r)->query;
    param(query, "forge", &forge);
    param(query, "path", &path);
    if (ledger_print(l->ledger, buf_view(&forge), buf_view(&path), &out, &e) < 0)
        answer_error(r, 500, e.msg);
    else
        http_req_answer(r, 200, "application/jsonl", "", buf_view(&out));
}

/* ---- limits, clock, idleness ---- */

/* {"set": "core=10,minute-ms=1000"} */
static void limits(struct lab *l, struct http_req *r, struct sv body)
{
    struct err e = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    AUTO(buf_free) struct buf b = {0};
    if (sv_is(http_req_head(r)->method, "POST") &&
        (jdoc_parse(body, NULL, &doc, &e) < 0 ||
         limits_set(&l->limits, jval_str(jval_get(jdoc_root(doc), "set")), &e) < 0)) {
        answer_error(r, 400, e.msg);
        return;
    }
    limits_list(&l->limits, &b);
    answer_json(r, 200, &b);
}

/* {"advance": 60000}: milliseconds; of a clock that moves by itself nothing is asked. */
static void clock_moved(struct lab *l, struct http_req *r, struct sv body)
{
    struct err e = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    char at[25];
    int64_t ms = 0;
    if (sv_is(http_req_head(r)->method, "POST")) {
        if (jdoc_parse(body, NULL, &doc, &e) < 0 || !jval_int(jval_get(jdoc_root(doc), "advance"), &ms) || ms < 0 ||
            ms > INT64_C(366) * 86400000 || !l->virtual_now) {
            answer_error(r, 400,
                         l->virtual_now ? "advance is a number of milliseconds, a year at most"
                                        : "this clock moves by itself: start the lab with --clock");
            return;
        }
        l->virtual_now += ms;
    }
    jout_open(&j, '{');
    jout_kstrz(&j, "now", when_text(lab_now(l), at));
    jout_kbool(&j, "real", l->virtual_now == 0);
    jout_close(&j, '}');
    buf_chr(&b, '\n');
    answer_json(r, 200, &b);
}

void lab_idle(struct lab *l)
{
    if (!sender_idle(l->sender))
        return;
    while (l->waiting.n) {
        struct http_req *r = l->waiting.at[--l->waiting.n];
        http_req_answer(r, 200, "application/json", "", SV("{\"idle\":true}\n"));
    }
}

/* ---- words ---- */

static void record_word(struct lab *l, struct http_req *r, const struct lab_call *c, struct sv body)
{
    struct err e = {0};
    struct ledger_line line = {c->now, c->forge, http_req_head(r), body, c->status, NULL, false};
    if (ledger_add(l->ledger, &line, &e) < 0)
        log_error("the ledger lacks a line", LS("cause", e.msg));
}

/* False: there is no such word. */
static bool word(struct lab *l, struct http_req *r, struct sv name, struct sv body)
{
    struct err e = {0};
    const struct http_head *h = http_req_head(r);
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    AUTO(arena_free) struct arena arena = {0};
    struct lab_call c = {.world = &l->world, .method = h->method, .now = lab_now(l), .arena = &arena};
    if (!sv_is(h->method, "POST"))
        return false;
    if (jdoc_parse(body, NULL, &doc, &e) < 0) {
        answer_error(r, 400, e.msg);
        return true;
    }
    c.body = jdoc_root(doc);
    c.base = sv_of(arena_fmt(&arena, "%s://%.*s", http_req_tag(r) ? "https" : "http",
                             SV_ARG(h->host.n ? h->host : SV("localhost"))));
    if (!act(&c, name)) {
        call_free(&c);
        return false;
    }
    if (c.status < 300)
        record_word(l, r, &c, body);
    if (c.out.n)
        buf_chr(&c.out, '\n');
    http_req_answer(r, c.status, c.status == 204 ? NULL : c.type, "", buf_view(&c.out));
    call_free(&c);
    sender_tell(l->sender);
    return true;
}

static void state(struct lab *l, struct http_req *r, struct sv body)
{
    AUTO(buf_free) struct buf b = {0};
    (void)body;
    world_state(&l->world, &b);
    answer_json(r, 200, &b);
}

static void ledger(struct lab *l, struct http_req *r, struct sv body)
{
    (void)body;
    print_ledger(l, r);
}

static void idle(struct lab *l, struct http_req *r, struct sv body)
{
    (void)body;
    VEC_PUSH(&l->waiting, r);
    lab_idle(l);
}

void lab_control(struct lab *l, struct http_req *r, struct sv body)
{
    static const struct {
        const char *name;
        void (*fn)(struct lab *l, struct http_req *r, struct sv body);
    } rows[] = {{"faults", faults}, {"ledger", ledger},     {"state", state},
                {"limits", limits}, {"clock", clock_moved}, {"idle", idle}};
    struct sv name = sv_from(http_req_head(r)->path, strlen("/_lab/"));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (sv_is(name, rows[i].name)) {
            rows[i].fn(l, r, body);
            return;
        }
    if (!word(l, r, name, body))
        answer_error(r, 404,
                     "there are /_lab/faults, ledger, state, limits, clock and idle, and to POST to: members, "
                     "push, changes, repositories, hooks");
}
