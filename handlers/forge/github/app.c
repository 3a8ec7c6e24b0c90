/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub Apps: GitHub REST API 2022-11-28, "GitHub Apps" (a repository's installation, access tokens), and the texts
 * with which GitHub refuses an App's token because of its times. */
#include "fmt/json.h"
#include "handlers/forge/github/github.h"
#include "handlers/forge/github/turns.h"
#include "port/forge_app.h"

static const struct json_limits answer_limits = {.bytes = 1 << 20, .depth = 32, .nodes = 10000};

static void put_headers(struct api_request *ret)
{
    size_t n = 0;
    for (; github_dialect.headers[n]; n++)
        ret->headers[n] = github_dialect.headers[n];
    ret->headers[n] = NULL;
}

/* What is commonly made of a refusal, where nothing is an effect and a 404 is about the App. */
static int refused(const struct api_reply *r, const char *missing, struct err *e)
{
    const struct effect nothing = {0};
    enum talk_next next = talk_refused(&nothing, r, TURN_READS, e);
    if (r->status == 404)
        return err_set(e, ERR_MISSING, "%s", missing);
    if (next == TALK_RETRY && e->cls == ERR_DENIED) /* 401: of the App's own token */
        return err_add(e, "the App cannot sign in");
    return -1;
}

/* ---- installation ---- */

static void ask_installation(const char *repo, int64_t known, struct api_request *ret)
{
    ret->method = "GET";
    if (known) {
        buf_fmt(&ret->path, "/app/installations/%lld", (long long)known);
    } else {
        buf_str(&ret->path, "/repos/");
        talk_repo_path(repo, &ret->path);
        buf_str(&ret->path, "/installation");
    }
    put_headers(ret);
}

static int read_installation(const struct api_reply *r, struct forge_installation *ret, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (r->status != 200)
        return refused(r, "the App is not installed at this repository", e);
    if (jdoc_parse(r->body, &answer_limits, &doc, e) < 0)
        return err_set(e, ERR_TRANSIENT, "the answer about the App's installation cannot be read");
    const struct jval *root = jdoc_root(doc), *granted = jval_get(root, "permissions");
    if (!jval_int(jval_get(root, "id"), &ret->id) || ret->id <= 0 || jval_kind(granted) != J_OBJECT)
        return err_set(e, ERR_TRANSIENT, "the answer about the App's installation says no id and no permissions");
    if (jval_str(jval_get(root, "suspended_at")).n)
        return err_set(e, ERR_DENIED, "the App's installation is suspended");
    buf_clear(&ret->permissions);
    jout_val(&(struct jout){.buf = &ret->permissions}, granted);
    return 0;
}

/* ---- token ---- */

struct need {
    const char *name;
    enum { NEED_READ, NEED_WRITE } level;
};
static const struct need needs[USE_N][7] = {
    [USE_API] = {{"checks", NEED_WRITE},
                 {"issues", NEED_WRITE},
                 {"members", NEED_READ},
                 {"metadata", NEED_READ},
                 {"pull_requests", NEED_WRITE},
                 {"statuses", NEED_WRITE}},
    [USE_MERGE] = {{"contents", NEED_WRITE},
                   {"metadata", NEED_READ},
                   {"pull_requests", NEED_WRITE},
                   {"workflows", NEED_WRITE}},
    [USE_DISPATCH] = {{"actions", NEED_WRITE}, {"contents", NEED_WRITE}, {"metadata", NEED_READ}},
    [USE_FETCH] = {{"contents", NEED_READ}, {"metadata", NEED_READ}},
    [USE_PUSH] = {{"contents", NEED_WRITE}, {"metadata", NEED_READ}, {"workflows", NEED_WRITE}},
    [USE_HOOKS] = {{"metadata", NEED_READ}, {"repository_hooks", NEED_WRITE}},
};

/* GitHub refuses the whole request when more is asked than was granted. False: nothing but metadata is left. */
static bool put_permissions(const struct forge_installation *i, enum credential_use use, struct jout *j)
{
    struct err ignored = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    size_t n = 0;
    if (jdoc_parse(buf_view(&i->permissions), &answer_limits, &doc, &ignored) < 0)
        return false;
    jout_key(j, "permissions");
    jout_open(j, '{');
    for (const struct need *w = needs[use]; w->name; w++) {
        struct sv level = jval_str(jval_get(jdoc_root(doc), w->name));
        bool writes = sv_is(level, "write") || sv_is(level, "admin");
        if (!level.n)
            continue;
        jout_kstrz(j, w->name, writes && w->level == NEED_WRITE ? "write" : "read");
        n += strcmp(w->name, "metadata") != 0;
    }
    jout_close(j, '}');
    return n > 0;
}

static int no_permission(enum credential_use use, struct err *e)
{
    AUTO(buf_free) struct buf names = {0};
    for (const struct need *w = needs[use]; w->name; w++)
        if (strcmp(w->name, "metadata") != 0)
            buf_fmt(&names, "%s%s: %s", names.n ? ", " : "", w->name, w->level == NEED_WRITE ? "write" : "read");
    return err_set(e, ERR_DENIED, "the App was granted none of %s", names.p);
}

static int ask_token(const struct forge_installation *i, const char *repo, enum credential_use use,
                     struct api_request *ret, struct err *e)
{
    const char *slash = strrchr(repo, '/');
    struct jout j = {.buf = &ret->body};
    ret->method = "POST";
    buf_fmt(&ret->path, "/app/installations/%lld/access_tokens", (long long)i->id);
    put_headers(ret);
    jout_open(&j, '{');
    jout_key(&j, "repositories"); /* names without their owner, which the installation has */
    jout_strs(&j, (const char *const[]){slash ? slash + 1 : repo}, 1);
    if (!put_permissions(i, use, &j))
        return no_permission(use, e);
    jout_close(&j, '}');
    return 0;
}

static int read_token(const struct api_reply *r, struct buf *ret_token, msec_t *ret_expires, struct err *e)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (r->status != 201)
        return refused(r, "the App's installation is gone", e);
    if (jdoc_parse(r->body, &answer_limits, &doc, e) < 0)
        return err_set(e, ERR_TRANSIENT, "the answer with the App's token cannot be read");
    struct sv token = jval_str(jval_get(jdoc_root(doc), "token"));
    /* No word about its length or form: those have changed before. */
    for (size_t i = 0; i < token.n; i++)
        if (token.p[i] <= ' ' || token.p[i] > '~')
            token.n = 0;
    if (!token.n || !when_parse(jval_str(jval_get(jdoc_root(doc), "expires_at")), ret_expires))
        return err_set(e, ERR_TRANSIENT, "the answer has no token of the App, or does not say how long it holds");
    buf_clear(ret_token);
    buf_sv(ret_token, token);
    return 0;
}

static bool clock_is_off(const struct api_reply *r)
{
    static const struct sv words[] = {
        SV("'Expiration time' claim ('exp')"), /* is too far in the future; must be a numeric value representing … */
        SV("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"),
    };
    for (size_t i = 0; r->status == 401 && i < ARRAY_LEN(words); i++)
        if (sv_find(r->body, words[i]) >= 0)
            return true;
    return false;
}

const struct forge_app_ops github_app = {
    .ask_installation = ask_installation,
    .read_installation = read_installation,
    .ask_token = ask_token,
    .read_token = read_token,
    .clock_is_off = clock_is_off,
};
