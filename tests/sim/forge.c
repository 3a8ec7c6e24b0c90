/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub, as far as statuses, check runs and issues go, with faults. */
#include <stdio.h>
#include <stdlib.h>
#include "fmt/json.h"
#include "world.h"

static const char *text_of(struct world *w, const struct jval *v, const char *key)
{
    return arena_dup(&w->arena, jval_str(jval_get(v, key)));
}

static void put_issue(const struct sim_issue *x, struct buf *out)
{
    struct jout j = {.buf = out};
    jout_open(&j, '{');
    jout_kint(&j, "number", x->number);
    jout_kstrz(&j, "title", x->title);
    jout_kstrz(&j, "body", x->body);
    jout_kstrz(&j, "state", "open");
    jout_kstrz(&j, "html_url", "https://github.example/issue");
    jout_close(&j, '}');
}

static int post_status(struct world *w, struct sv path, const struct jval *body)
{
    struct sv repo = sv_from(path, strlen("/repos/"));
    struct sim_status s = {.repo = arena_dup(&w->arena, sv_cut(repo, (size_t)sv_find(repo, SV("/statuses/")))),
                           .sha = arena_dup(&w->arena, sv_from(path, (size_t)sv_rchr(path, '/') + 1)),
                           .context = text_of(w, body, "context"),
                           .state = text_of(w, body, "state"),
                           .description = text_of(w, body, "description"),
                           .target_url = text_of(w, body, "target_url")};
    VEC_PUSH(&w->forge.statuses, s);
    return 201;
}

/* "/repos/acme/api/commits/SHA/statuses?per_page=100", newest first. */
static int list_statuses(struct world *w, struct sv path, struct buf *out)
{
    struct sim_forge *f = &w->forge;
    struct sv sha = sv_cut(path, (size_t)sv_find(path, SV("/statuses")));
    sha = sv_from(sha, (size_t)sv_rchr(sha, '/') + 1);
    struct jout j = {.buf = out};
    jout_open(&j, '[');
    for (size_t i = f->statuses.n, shown = 0; i-- > 0 && shown < 100;) {
        const struct sim_status *s = &f->statuses.at[i];
        if (!sv_is(sha, s->sha))
            continue;
        shown++;
        jout_open(&j, '{');
        jout_kstrz(&j, "context", s->context);
        jout_kstrz(&j, "state", s->state);
        jout_kstrz(&j, "description", s->description);
        jout_kstrz(&j, "target_url", s->target_url);
        jout_close(&j, '}');
    }
    jout_close(&j, ']');
    return 200;
}

static int issues(struct world *w, const struct api_request *r, struct sv repo, const struct jval *body,
                  struct buf *out)
{
    struct sim_forge *f = &w->forge;
    if (strcmp(r->method, "GET") == 0) {
        size_t shown = 0;
        buf_chr(out, '[');
        for (size_t i = 0; i < f->issues.n; i++)
            if (sv_is(repo, f->issues.at[i].repo)) {
                buf_str(out, shown++ ? "," : "");
                put_issue(&f->issues.at[i], out);
            }
        buf_chr(out, ']');
        return 200;
    }
    const char *number = strstr(r->path.p, "/issues/");
    if (number) {
        struct sim_issue *x = NULL;
        for (size_t i = 0; i < f->issues.n; i++)
            if (f->issues.at[i].number == strtol(number + 8, NULL, 10))
                x = &f->issues.at[i];
        if (!x)
            return 404;
        x->title = text_of(w, body, "title");
        x->body = text_of(w, body, "body");
        put_issue(x, out);
        return 200;
    }
    struct sim_issue x = {.repo = arena_dup(&w->arena, repo),
                          .title = text_of(w, body, "title"),
                          .body = text_of(w, body, "body"),
                          .number = (int64_t)f->issues.n + 1,
                          .created = w->now};
    VEC_PUSH(&f->issues, x);
    put_issue(&x, out);
    return 201;
}

/* "/repos/acme/api/collaborators/ann/permission" */
static int permission(struct world *w, struct sv path, struct buf *out)
{
    struct sv login = sv_from(path, (size_t)sv_find(path, SV("/collaborators/")) + 15);
    const char *role = map_get(&w->forge.members, sv_cut(login, (size_t)sv_find(login, SV("/permission"))));
    struct jout j = {.buf = out};
    w->forge.asked++;
    if (role && strcmp(role, "denied") == 0)
        return 403;
    jout_open(&j, '{');
    jout_kstrz(&j, "role_name", role ? role : "none");
    jout_close(&j, '}');
    return 200;
}

static int account(struct world *w, struct buf *out)
{
    if (!w->forge.account)
        return 403;
    buf_fmt(out, "{\"id\":%lld,\"login\":\"%s\"}", (long long)w->forge.account_id, w->forge.account);
    return 200;
}

static int serve(struct world *w, const struct api_request *r, struct buf *out)
{
    struct sv path = buf_view(&r->path);
    AUTO(jdoc_free) struct jdoc *d = NULL;
    struct err e = {0};
    if (r->body.n && jdoc_parse(buf_view(&r->body), NULL, &d, &e) < 0)
        return 400;
    const struct jval *body = d ? jdoc_root(d) : NULL;
    int of_hub = w->forge.hub ? hub_serve(w, r, out) : 0;
    if (of_hub)
        return of_hub;
    int checked = forge_checks(w, r, body, out);
    if (!checked)
        checked = forge_threads(w, r, body, out);
    if (checked)
        return checked;
    if (strstr(r->path.p, "/statuses/") && strcmp(r->method, "POST") == 0)
        return post_status(w, path, body);
    if (strstr(r->path.p, "/statuses") && strcmp(r->method, "GET") == 0)
        return list_statuses(w, path, out);
    if (sv_is(path, "/user"))
        return account(w, out);
    if (strstr(r->path.p, "/collaborators/"))
        return permission(w, path, out);
    const char *at = strstr(r->path.p, "/issues");
    if (at && sv_starts(path, SV("/repos/")))
        return issues(w, r, sv_n(r->path.p + 7, (size_t)(at - r->path.p - 7)), body, out);
    return 404;
}

void forge_call(struct world *w, const struct api_request *r, struct sim_event *answer)
{
    struct api_reply *ret = &answer->reply;
    enum sim_fault fault = fault_of_call(w);
    AUTO(buf_free) struct buf out = {0};
    *ret = (struct api_reply){0};
    answer->call = limit_pay(w, r);
    if (fault == FAULT_AWAY) {
        ret->problem = "connection refused";
    } else if (fault == FAULT_500) {
        ret->status = 502;
    } else if (fault == FAULT_DENIED) {
        ret->status = 403;
        buf_str(&out, "{\"message\": \"Resource not accessible by personal access token\"}");
    } else if (fault != FAULT_LIMIT && fault != FAULT_SECONDARY) {
        w->forge.link = NULL;
        ret->status = serve(w, r, &out);
        ret->link = sv_of(w->forge.link);
        w->forge.posts += ret->status == 201;
        if (fault == FAULT_500_AFTER) {
            ret->status = 502;
            buf_clear(&out);
        } else if (fault == FAULT_LOST_ANSWER) {
            *ret = (struct api_reply){.maybe_sent = true, .problem = "connection reset"};
            buf_clear(&out);
        }
    }
    limit_says(w, fault, ret, &out);
    answer->body = buf_take(&out);
}

const struct sim_status *forge_status(const struct world *w, const char *repo, const char *sha, const char *context)
{
    const struct sim_status *last = NULL;
    for (size_t i = 0; i < w->forge.statuses.n; i++) {
        const struct sim_status *s = &w->forge.statuses.at[i];
        if ((!repo || strcmp(s->repo, repo) == 0) && strcmp(s->sha, sha) == 0 &&
            sv_ieq(sv_of(s->context), sv_of(context))) /* as GitHub compares them */
            last = s;
    }
    return last;
}
