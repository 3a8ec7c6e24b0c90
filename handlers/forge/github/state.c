/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub GraphQL API: the state of many repositories in one request, each under an alias, values as variables
 * ("Rate limits and node limits for the GraphQL API": about twenty aliases; a limit is an answer 200 with an error of
 * type RATE_LIMITED; `data` and `errors` may stand together, the path of an error names its alias). */
#include <stdio.h>
#include "fmt/json.h"
#include "handlers/forge/github/github.h"
#include "handlers/forge/github/turns.h"

enum part { HEADS, TAGS, CHANGES };
static const msec_t LIMIT_MS = 60000;
static const struct json_limits answer_limits = {.bytes = 16 << 20, .depth = 64, .nodes = 1000000};

/* ---- asking ---- */

static bool wants(const struct look *l, const struct look_repo *r, enum part p)
{
    return !r->read[p] && (p != TAGS || l->tags == LOOK_TAGS);
}

static bool is_open(const struct look *l, const struct look_repo *r)
{
    return !r->gone && !r->problem && (wants(l, r, HEADS) || wants(l, r, TAGS) || wants(l, r, CHANGES));
}

static void put_part(struct buf *q, size_t i, enum part p)
{
    static const char *const refs[] = {"heads", "tags"};
    if (p == CHANGES)
        buf_fmt(q,
                " pullRequests(states:OPEN,first:100,after:$c%zu_2){nodes{number title isDraft headRefOid headRefName "
                "baseRefOid baseRefName isCrossRepository headRepository{nameWithOwner}} "
                "pageInfo{hasNextPage endCursor}}",
                i);
    else
        buf_fmt(q,
                " %s:refs(refPrefix:\"refs/%s/\",first:100,after:$c%zu_%d){nodes{name target{oid}} "
                "pageInfo{hasNextPage endCursor}}",
                refs[p], refs[p], i, (int)p);
}

static void put_query(const struct look *l, struct buf *q)
{
    buf_str(q, "query(");
    for (size_t i = 0; i < l->n; i++) {
        if (!is_open(l, &l->repos[i]))
            continue;
        buf_fmt(q, "$o%zu:String!,$n%zu:String!,", i, i);
        for (int p = HEADS; p <= CHANGES; p++)
            if (wants(l, &l->repos[i], (enum part)p))
                buf_fmt(q, "$c%zu_%d:String,", i, p);
    }
    q->p[q->n - 1] = ')';
    buf_chr(q, '{');
    for (size_t i = 0; i < l->n; i++) {
        if (!is_open(l, &l->repos[i]))
            continue;
        buf_fmt(q,
                "a%zu:repository(owner:$o%zu,name:$n%zu){databaseId nameWithOwner isPrivate "
                "defaultBranchRef{name}",
                i, i, i);
        for (int p = HEADS; p <= CHANGES; p++)
            if (wants(l, &l->repos[i], (enum part)p))
                put_part(q, i, (enum part)p);
        buf_str(q, "} ");
    }
    buf_str(q, "rateLimit{cost remaining resetAt}}");
}

static void put_variables(const struct look *l, struct jout *o)
{
    char key[32];
    for (size_t i = 0; i < l->n; i++) {
        const struct look_repo *r = &l->repos[i];
        struct sv path = sv_of(r->path);
        ptrdiff_t slash = sv_chr(path, '/');
        if (!is_open(l, r))
            continue;
        snprintf(key, sizeof key, "o%zu", i);
        jout_kstr(o, key, sv_cut(path, slash < 0 ? path.n : (size_t)slash));
        snprintf(key, sizeof key, "n%zu", i);
        jout_kstr(o, key, sv_from(path, slash < 0 ? path.n : (size_t)slash + 1));
        for (int p = HEADS; p <= CHANGES; p++) {
            if (!wants(l, r, (enum part)p))
                continue;
            snprintf(key, sizeof key, "c%zu_%d", i, p);
            jout_kstrz(o, key, r->cursors[p]);
        }
    }
}

static enum talk_next ask(struct look *l, struct api_request *ret)
{
    AUTO(buf_free) struct buf query = {0};
    bool any = false;
    for (size_t i = 0; i < l->n; i++) {
        if (is_open(l, &l->repos[i]) && l->calls >= LOOK_CALLS)
            l->repos[i].problem = "it has too many refs to be looked through";
        any |= is_open(l, &l->repos[i]);
        l->repos[i].whole = !l->repos[i].gone && !l->repos[i].problem;
    }
    if (!any)
        return TALK_SENT;
    struct jout o = {.buf = &ret->body};
    put_query(l, &query);
    jout_open(&o, '{');
    jout_kstr(&o, "query", buf_view(&query));
    jout_key(&o, "variables");
    jout_open(&o, '{');
    put_variables(l, &o);
    jout_close(&o, '}');
    jout_close(&o, '}');
    ret->method = "POST";
    buf_str(&ret->path, "/graphql");
    for (size_t i = 0; github_dialect.headers[i]; i++)
        ret->headers[i] = github_dialect.headers[i];
    l->calls++;
    return TALK_CALL;
}

/* ---- reading ---- */

static const char *text(struct look *l, const struct jval *v)
{
    return jval_kind(v) == J_STRING ? arena_dup(&l->arena, jval_str(v)) : NULL;
}

static void read_refs(struct look *l, struct look_repo *r, const struct jval *nodes, const char *folder)
{
    for (size_t i = 0; i < jval_len(nodes); i++) {
        const char *name = text(l, jval_get(jval_item(nodes, i), "name"));
        if (name)
            look_add(l, r, arena_fmt(&l->arena, "%s%s", folder, name),
                     text(l, jval_at(jval_item(nodes, i), "target", "oid")));
    }
}

static void read_changes(struct look *l, struct look_repo *r, const struct jval *nodes)
{
    for (size_t i = 0; i < jval_len(nodes); i++) {
        const struct jval *x = jval_item(nodes, i);
        size_t before = r->refs.n;
        int64_t number = 0;
        if (!jval_int(jval_get(x, "number"), &number))
            continue;
        look_add(l, r, arena_fmt(&l->arena, "change/%lld", (long long)number), text(l, jval_get(x, "headRefOid")));
        if (r->refs.n == before)
            continue;
        struct look_ref *ref = &r->refs.at[before];
        ref->ref = arena_fmt(&l->arena, "refs/pull/%lld/head", (long long)number);
        const char *head = text(l, jval_at(x, "headRepository", "nameWithOwner"));
        bool ours =
            jval_kind(jval_get(x, "isCrossRepository")) == J_BOOL && !jval_true(jval_get(x, "isCrossRepository"));
        ref->change = (struct event_change){.present = true,
                                            .number = number,
                                            .title = text(l, jval_get(x, "title")),
                                            .head_sha = ref->sha,
                                            .head_ref = text(l, jval_get(x, "headRefName")),
                                            .head_repo = ours ? r->path_now : head,
                                            .base_ref = text(l, jval_get(x, "baseRefName")),
                                            .base_sha = text(l, jval_get(x, "baseRefOid")),
                                            .draft = jval_true(jval_get(x, "isDraft")) ? YES : NO,
                                            .merged = NO};
    }
}

static void read_part(struct look *l, struct look_repo *r, enum part p, const struct jval *v)
{
    if (!wants(l, r, p))
        return;
    if (jval_kind(jval_get(v, "nodes")) != J_ARRAY) {
        r->problem = "the forge's answer about it cannot be read";
        return;
    }
    if (p == CHANGES)
        read_changes(l, r, jval_get(v, "nodes"));
    else
        read_refs(l, r, jval_get(v, "nodes"), p == TAGS ? "refs/tags/" : "refs/heads/");
    r->read[p] = !jval_true(jval_at(v, "pageInfo", "hasNextPage"));
    r->cursors[p] = text(l, jval_at(v, "pageInfo", "endCursor"));
    r->read[p] |= !r->cursors[p];
}

static void read_repo(struct look *l, struct look_repo *r, const struct jval *v)
{
    int64_t id = 0;
    r->path_now = text(l, jval_get(v, "nameWithOwner"));
    if (!jval_int(jval_get(v, "databaseId"), &id) || !r->path_now) {
        r->problem = "the forge's answer about it cannot be read";
        return;
    }
    r->id = id;
    r->default_branch = text(l, jval_at(v, "defaultBranchRef", "name"));
    r->is_private = jval_bool(jval_get(v, "isPrivate")) == 0 ? NO : YES;
    read_part(l, r, HEADS, jval_get(v, "heads"));
    read_part(l, r, TAGS, jval_get(v, "tags"));
    read_part(l, r, CHANGES, jval_get(v, "pullRequests"));
}

static enum talk_next limited(const struct api_reply *r, struct err *e)
{
    msec_t ms = talk_limit(r, 0);
    err_set(e, ERR_LIMITED, "GraphQL: the points are spent");
    e->retry_after_ms = ms > LIMIT_MS ? ms : LIMIT_MS;
    return TALK_RETRY;
}

static void read_errors(struct look *l, const struct jval *errors)
{
    char alias[32];
    for (size_t k = 0; k < jval_len(errors); k++)
        for (size_t i = 0; i < l->n; i++) {
            const struct jval *x = jval_item(errors, k);
            snprintf(alias, sizeof alias, "a%zu", i);
            if (!sv_is(jval_str(jval_item(jval_get(x, "path"), 0)), alias))
                continue;
            l->repos[i].gone = sv_is(jval_str(jval_get(x, "type")), "NOT_FOUND");
            l->repos[i].problem = text(l, jval_get(x, "message"));
            if (!l->repos[i].problem)
                l->repos[i].problem = "the forge refuses to show it";
        }
}

static enum talk_next read_answer(struct look *l, const struct api_reply *r, const struct jval *root, struct err *e)
{
    const struct jval *errors = jval_get(root, "errors"), *data = jval_get(root, "data");
    char alias[32];
    for (size_t i = 0; i < jval_len(errors); i++)
        if (sv_is(jval_str(jval_get(jval_item(errors, i), "type")), "RATE_LIMITED"))
            return limited(r, e);
    if (jval_kind(data) != J_OBJECT) {
        struct sv why = jval_str(jval_get(jval_item(errors, 0), "message"));
        err_set(e, ERR_DENIED, "GraphQL: %.*s", SV_ARG(sv_cut_utf8(why.p ? why : SV("no data"), 200)));
        return TALK_DEAD;
    }
    read_errors(l, errors);
    for (size_t i = 0; i < l->n; i++) {
        snprintf(alias, sizeof alias, "a%zu", i);
        const struct jval *v = jval_get(data, alias);
        if (is_open(l, &l->repos[i]))
            read_repo(l, &l->repos[i], v);
    }
    return TALK_CALL;
}

enum talk_next github_state(struct look *l, const struct api_reply *reply, struct api_request *ret, struct err *e)
{
    static const struct effect nothing;
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (!reply)
        return ask(l, ret);
    if (reply->status != 200)
        return talk_refused(&nothing, reply, TURN_READS, e);
    if (jdoc_parse(reply->body, &answer_limits, &doc, e) < 0)
        return TALK_DEAD;
    enum talk_next next = read_answer(l, reply, jdoc_root(doc), e);
    return next == TALK_CALL ? ask(l, ret) : next;
}

/* The API of GitHub Enterprise Server is at https://HOST/api/v3, its GraphQL at https://HOST/api/graphql. */
void github_address(struct sv api_base, struct sv path, struct buf *out)
{
    static const char suffix[] = "/api/v3";
    bool cut = sv_is(path, "/graphql") && sv_ends(api_base, sv_of(suffix));
    buf_sv(out, cut ? sv_cut(api_base, api_base.n - strlen("/v3")) : api_base);
    buf_sv(out, path);
}
