/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/enc.h"
#include "http/server.h"
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

/* {"kind": …, "count": 1, "ms": 1000, "match": …} */
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
    if (f.kind == FAULT_NONE || f.left < 0 || f.ms < 0 || f.ms > 86400000) {
        answer_error(r, 400, f.kind == FAULT_NONE ? "there is no such kind of fault" : "count or ms is out of bounds");
        return;
    }
    faults_add(&l->faults, f, clk_mono_ms());
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

/* {"forge": "github", "repo": "acme/api", "login": "ann", "id": 7, "level": "write"} */
static void set_member(struct lab *l, struct http_req *r, struct sv body)
{
    struct err e = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    enum member_level level;
    int64_t id = 0;
    if (jdoc_parse(body, NULL, &doc, &e) < 0) {
        answer_error(r, 400, e.msg);
        return;
    }
    const struct jval *root = jdoc_root(doc);
    struct sv forge = jval_str(jval_get(root, "forge")), repo = jval_str(jval_get(root, "repo"));
    struct sv login = jval_str(jval_get(root, "login"));
    jval_int(jval_get(root, "id"), &id);
    for (int f = 0; f < LAB_FORGES; f++)
        if (sv_is(forge, lab_forge_names[f]) && repo.n && login.n &&
            member_level_of(jval_str(jval_get(root, "level")), &level)) {
            member_set(&l->world, world_repo(&l->world, (enum lab_forge)f, repo), login, id, level);
            http_req_answer(r, 204, NULL, "", SV(""));
            return;
        }
    answer_error(r, 400, "a member has forge, repo, login, id and level: none read triage write maintain admin");
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

void lab_control(struct lab *l, struct http_req *r, struct sv body)
{
    struct sv path = http_req_head(r)->path;
    AUTO(buf_free) struct buf b = {0};
    if (sv_is(path, "/_lab/faults")) {
        faults(l, r, body);
    } else if (sv_is(path, "/_lab/members")) {
        set_member(l, r, body);
    } else if (sv_is(path, "/_lab/ledger")) {
        print_ledger(l, r);
    } else if (sv_is(path, "/_lab/state")) {
        world_state(&l->world, &b);
        answer_json(r, 200, &b);
    } else {
        answer_error(r, 404, "there are /_lab/faults, /_lab/members, /_lab/ledger and /_lab/state");
    }
}
