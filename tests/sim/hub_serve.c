/* SPDX-License-Identifier: Apache-2.0 */
/* What the forge answers about its state and its deliveries. Pages are small, so that there are some. */
#include <stdio.h>
#include <stdlib.h>
#include "hub.h"

enum { PAGE = 3, GITLAB_PAGE = 20, GITHUB_PAGE = 40, ALIASES = 20 };

static const struct hub_repo *repo_named(const struct world *w, struct sv path, size_t *ret)
{
    const struct hub *h = w->forge.hub;
    for (*ret = 0; *ret < h->repos.n; ++*ret)
        if (sv_is(path, h->repos.at[*ret].path))
            return &h->repos.at[*ret];
    return NULL;
}

/* ---- GraphQL ---- */

static size_t page_start(const struct jval *cursor)
{
    int64_t at = 0;
    return sv_int(jval_str(cursor), &at) ? (size_t)at : 0;
}

static void put_page_info(struct jout *o, size_t end, size_t all)
{
    char cursor[24];
    snprintf(cursor, sizeof cursor, "%zu", end);
    jout_key(o, "pageInfo");
    jout_open(o, '{');
    jout_kbool(o, "hasNextPage", end < all);
    jout_kstrz(o, "endCursor", cursor);
    jout_close(o, '}');
}

static void put_refs(const struct hub_repo *r, const char *folder, size_t at, struct jout *o)
{
    size_t n = 0, shown = 0;
    jout_open(o, '{');
    jout_key(o, "nodes");
    jout_open(o, '[');
    for (size_t i = 0; i < r->refs.n; i++) {
        if (!r->refs.at[i].sha || strncmp(r->refs.at[i].name, folder, strlen(folder)) != 0 || n++ < at || shown == PAGE)
            continue;
        shown++;
        jout_open(o, '{');
        jout_kstrz(o, "name", r->refs.at[i].name + strlen(folder));
        jout_key(o, "target");
        jout_open(o, '{');
        jout_kstrz(o, "oid", r->refs.at[i].sha);
        jout_close(o, '}');
        jout_close(o, '}');
    }
    jout_close(o, ']');
    put_page_info(o, at + shown, n);
    jout_close(o, '}');
}

static void put_changes(const struct hub_repo *r, size_t at, struct jout *o)
{
    size_t n = 0, shown = 0;
    jout_open(o, '{');
    jout_key(o, "nodes");
    jout_open(o, '[');
    for (size_t i = 0; i < r->changes.n; i++) {
        if (!r->changes.at[i].open || n++ < at || shown == PAGE)
            continue;
        shown++;
        jout_open(o, '{');
        jout_kint(o, "number", r->changes.at[i].number);
        jout_kstrz(o, "headRefOid", r->changes.at[i].sha);
        jout_kstrz(o, "headRefName", "topic");
        jout_kstrz(o, "baseRefName", "main");
        jout_kbool(o, "isCrossRepository", false);
        jout_close(o, '}');
    }
    jout_close(o, ']');
    put_page_info(o, at + shown, n);
    jout_close(o, '}');
}

static void put_alias(struct world *w, const char *query, const struct jval *vars, size_t i, struct jout *o)
{
    AUTO(arena_free) struct arena a = {0};
    size_t at;
    struct sv owner = jval_str(jval_get(vars, arena_fmt(&a, "o%zu", i)));
    struct sv name = jval_str(jval_get(vars, arena_fmt(&a, "n%zu", i)));
    const struct hub_repo *r = repo_named(w, sv_of(arena_fmt(&a, "%.*s/%.*s", SV_ARG(owner), SV_ARG(name))), &at);
    jout_key(o, arena_fmt(&a, "a%zu", i));
    if (!r) {
        jout_null(o);
        return;
    }
    jout_open(o, '{');
    jout_kint(o, "databaseId", r->id);
    jout_kstrz(o, "nameWithOwner", r->path);
    static const char *const parts[] = {"heads", "tags", "pullRequests"};
    for (int p = 0; p < 3; p++) {
        const char *var = arena_fmt(&a, "c%zu_%d", i, p);
        if (!strstr(query, arena_fmt(&a, "after:$%s)", var)))
            continue;
        jout_key(o, parts[p]);
        if (p == 2)
            put_changes(r, page_start(jval_get(vars, var)), o);
        else
            put_refs(r, p ? "refs/tags/" : "refs/heads/", page_start(jval_get(vars, var)), o);
    }
    jout_close(o, '}');
}

static int graphql(struct world *w, const struct api_request *r, struct buf *out)
{
    AUTO(jdoc_free) struct jdoc *d = NULL;
    AUTO(arena_free) struct arena a = {0};
    struct err e = {0};
    struct jout o = {.buf = out};
    MUST(jdoc_parse(buf_view(&r->body), NULL, &d, &e) == 0);
    const struct jval *vars = jval_get(jdoc_root(d), "variables");
    const char *query = arena_dup(&a, jval_str(jval_get(jdoc_root(d), "query")));
    jout_open(&o, '{');
    jout_key(&o, "data");
    jout_open(&o, '{');
    for (size_t i = 0; i < ALIASES; i++)
        if (jval_get(vars, arena_fmt(&a, "o%zu", i)))
            put_alias(w, query, vars, i, &o);
    jout_close(&o, '}');
    jout_close(&o, '}');
    return 200;
}

/* ---- deliveries ---- */

static void put_time(struct jout *o, const char *key, msec_t at)
{
    char text[25];
    jout_kstrz(o, key, when_text(at, text));
}

static void put_github_item(const struct hub_delivery *d, bool whole, struct jout *o)
{
    jout_open(o, '{');
    jout_kint(o, "id", d->id);
    jout_kstrz(o, "guid", d->guid);
    put_time(o, "delivered_at", d->at);
    jout_kbool(o, "redelivery", false);
    jout_kstrz(o, "status", d->ok ? "OK" : "timed out");
    jout_kint(o, "status_code", d->ok ? 202 : 0);
    jout_kstrz(o, "event", d->event);
    if (whole) {
        jout_key(o, "request");
        jout_open(o, '{');
        jout_key(o, "payload");
        jout_raw(o, sv_of(d->payload));
        jout_close(o, '}');
    }
    jout_close(o, '}');
}

static void put_gitlab_item(const struct hub_delivery *d, struct jout *o)
{
    jout_open(o, '{');
    jout_kint(o, "id", d->id);
    jout_kstrz(o, "response_status", d->ok ? "202" : "internal error");
    jout_key(o, "request_headers");
    jout_open(o, '{');
    jout_kstrz(o, "X-Gitlab-Event", d->event);
    jout_kstrz(o, "Idempotency-Key", d->guid);
    jout_close(o, '}');
    jout_key(o, "request_data");
    jout_raw(o, sv_of(d->payload));
    jout_close(o, '}');
}

static int page_of(const char *path)
{
    const char *at = strstr(path, "cursor=");
    if (!at)
        at = strstr(path, "&page=");
    return at ? atoi(strchr(at, '=') + 1) : 0;
}

static void put_link(struct world *w, const char *path, const char *word, size_t page)
{
    struct sv bare = sv_of(path);
    ptrdiff_t query = sv_chr(bare, '?');
    bare = query < 0 ? bare : sv_cut(bare, (size_t)query);
    w->forge.link = arena_fmt(&w->arena, "<https://forge.example.com%.*s?per_page=9&%s=%zu>; rel=\"next\"",
                              SV_ARG(bare), word, page);
}

static int list_deliveries(struct world *w, size_t repo, int hook, const char *path, struct buf *out)
{
    const struct hub *h = w->forge.hub;
    bool gitlab = strcmp(h->kind, "gitlab") == 0;
    size_t per = gitlab ? GITLAB_PAGE : GITHUB_PAGE, page = (size_t)page_of(path), n = 0;
    struct jout o = {.buf = out};
    jout_open(&o, '[');
    for (size_t i = h->deliveries.n; i > 0; i--) {
        const struct hub_delivery *d = &h->deliveries.at[i - 1];
        if (d->repo != repo || d->hook != hook)
            continue;
        if (n / per == page && gitlab)
            put_gitlab_item(d, &o);
        else if (n / per == page)
            put_github_item(d, false, &o);
        n++;
    }
    jout_close(&o, ']');
    if (n > (page + 1) * per)
        put_link(w, path, gitlab ? "page" : "cursor", page + 1);
    return 200;
}

static int one_delivery(struct world *w, int64_t id, struct buf *out)
{
    const struct hub *h = w->forge.hub;
    struct jout o = {.buf = out};
    for (size_t i = 0; i < h->deliveries.n; i++)
        if (h->deliveries.at[i].id == id) {
            put_github_item(&h->deliveries.at[i], true, &o);
            return 200;
        }
    return 404;
}

/* rest: "/hooks?…", "/hooks/11/deliveries?…", "/hooks/11/deliveries/7", "/hooks/11/events?…"; hook numbers are
 * repository * 10 + hook + 1. */
static int hooks(struct world *w, size_t repo, const char *rest, const char *path, struct buf *out)
{
    bool gitlab = strcmp(w->forge.hub->kind, "gitlab") == 0;
    if (rest[6] == '/') {
        int hook = atoi(rest + 7) - (int)repo * 10 - 1;
        const char *one = strstr(rest, "/deliveries/");
        return one ? one_delivery(w, atoll(one + 12), out) : list_deliveries(w, repo, hook, path, out);
    }
    buf_chr(out, '[');
    for (int k = 0; k < HUB_HOOKS; k++)
        buf_fmt(out, "%s{\"id\":%zu,\"active\":true,\"%s\":%s\"https://ci.example.com/hook/%s\"%s}", k ? "," : "",
                repo * 10 + (size_t)k + 1, gitlab ? "url" : "config", gitlab ? "" : "{\"url\":", k ? "two" : "one",
                gitlab ? "" : "}");
    buf_chr(out, ']');
    return 200;
}

/* ---- lists ---- */

static int list_refs(struct world *w, const struct hub_repo *r, const char *folder, const char *path, struct buf *out)
{
    size_t page = (size_t)page_of(path), n = 0;
    bool any = false;
    buf_chr(out, '[');
    for (size_t i = 0; i < r->refs.n; i++) {
        const struct hub_ref *x = &r->refs.at[i];
        if (!x->sha || strncmp(x->name, folder, strlen(folder)) != 0 || n++ / PAGE != page)
            continue;
        buf_fmt(out, "%s{\"name\":\"%s\",\"commit\":{\"id\":\"%s\",\"sha\":\"%s\"},\"id\":\"%s\",\"target\":\"%s\"}",
                any ? "," : "", x->name + strlen(folder), x->sha, x->sha, x->sha, x->sha);
        any = true;
    }
    buf_chr(out, ']');
    if (n > (page + 1) * PAGE)
        put_link(w, path, "page", page + 1);
    return 200;
}

static int list_changes(struct world *w, const struct hub_repo *r, const char *path, struct buf *out)
{
    size_t page = (size_t)page_of(path), n = 0;
    bool any = false;
    buf_chr(out, '[');
    for (size_t i = 0; i < r->changes.n; i++) {
        const struct hub_change *c = &r->changes.at[i];
        if (!c->open || n++ / PAGE != page)
            continue;
        buf_fmt(out,
                "%s{\"iid\":%d,\"number\":%d,\"title\":\"t\",\"sha\":\"%s\",\"source_branch\":\"topic\","
                "\"target_branch\":\"main\",\"source_project_id\":%lld,\"target_project_id\":%lld,\"draft\":false,"
                "\"head\":{\"sha\":\"%s\",\"ref\":\"topic\",\"repo\":{\"full_name\":\"%s\"}},"
                "\"base\":{\"ref\":\"main\"}}",
                any ? "," : "", c->number, c->number, c->sha, (long long)r->id, (long long)r->id, c->sha, r->path);
        any = true;
    }
    buf_chr(out, ']');
    if (n > (page + 1) * PAGE)
        put_link(w, path, "page", page + 1);
    return 200;
}

static int of_repo(struct world *w, size_t at, const char *rest, const char *path, struct buf *out)
{
    const struct hub_repo *r = &w->forge.hub->repos.at[at];
    if (!*rest) {
        buf_fmt(out,
                "{\"id\":%lld,\"path_with_namespace\":\"%s\",\"full_name\":\"%s\",\"default_branch\":\"main\","
                "\"visibility\":\"public\",\"private\":false}",
                (long long)r->id, r->path, r->path);
        return 200;
    }
    if (strncmp(rest, "/hooks", 6) == 0 && strcmp(w->forge.hub->kind, "gitea") != 0)
        return hooks(w, at, rest, path, out);
    if (strstr(rest, "/branches"))
        return list_refs(w, r, "refs/heads/", path, out);
    if (strstr(rest, "/tags"))
        return list_refs(w, r, "refs/tags/", path, out);
    if (strstr(rest, "/merge_requests") || strstr(rest, "/pulls"))
        return list_changes(w, r, path, out);
    return 404;
}

/* A status is taken, and none is known before. */
static int statuses(struct world *w, const struct api_request *r, struct buf *out)
{
    bool posts = strcmp(r->method, "POST") == 0;
    if (posts)
        buf_fmt(out, "{\"id\":%lld}", (long long)++w->forge.hub->counter);
    else
        buf_str(out, "[]");
    return posts ? 201 : 200;
}

/* By number or by name, of which the slashes may be encoded; "" = not of a repository. */
static const char *repo_at(struct world *w, const char *path, size_t *ret)
{
    const struct hub *h = w->forge.hub;
    for (*ret = 0; *ret < h->repos.n; ++*ret) {
        const struct hub_repo *r = &h->repos.at[*ret];
        const char *slash = strchr(r->path, '/');
        const char *names[] = {arena_fmt(&w->arena, "/projects/%lld", (long long)r->id),
                               arena_fmt(&w->arena, "/projects/%.*s%%2F%s", (int)(slash - r->path), r->path, slash + 1),
                               arena_fmt(&w->arena, "/repos/%s", r->path)};
        for (size_t i = 0; i < ARRAY_LEN(names); i++) {
            const char *at = strstr(path, names[i]);
            if (at && (at[strlen(names[i])] == '/' || !at[strlen(names[i])]))
                return at + strlen(names[i]);
        }
    }
    return NULL;
}

int hub_serve(struct world *w, const struct api_request *r, struct buf *out)
{
    const char *path = r->path.p;
    size_t at;
    if (strstr(path, "/statuses"))
        return strcmp(w->forge.hub->kind, "github") == 0 ? 0 : statuses(w, r, out);
    if (strstr(path, "/check-runs") || strstr(path, "/collaborators/") || strstr(path, "/user"))
        return 0;
    w->forge.hub->served++;
    if (strcmp(path, "/graphql") == 0)
        return graphql(w, r, out);
    const char *rest = repo_at(w, path, &at);
    return rest ? of_repo(w, at, rest, path, out) : 404;
}
