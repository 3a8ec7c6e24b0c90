/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/app.h"
#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include "base/file.h"
#include "fmt/enc.h"
#include "fmt/jwt.h"

enum { KEY_MOST = 8192, EXP_MOST_S = 600 };

struct made_token {
    char *text;
    int64_t installation;
    char *repos;       /* names, a line each; NULL = all of the installation */
    char *permissions; /* JSON object */
    msec_t expires, fresh_until;
};

struct lab_apps {
    struct lab_app_conf conf;
    char *id;
    struct jwt_key *key;
    struct buf granted; /* JSON object */
    VEC(char *) owners; /* the installation n is of owners.at[n - FIRST_INSTALLATION] */
    VEC(struct made_token) tokens;
};
enum { FIRST_INSTALLATION = 7001 };

static void grant(struct lab_apps *a, struct sv list)
{
    struct jout j = {.buf = &a->granted};
    struct sv one;
    jout_open(&j, '{');
    while (sv_next(&list, ',', &one)) {
        ptrdiff_t eq = sv_chr(one, '=');
        if (eq > 0) {
            jout_keyv(&j, sv_cut(one, (size_t)eq));
            jout_str(&j, sv_from(one, (size_t)eq + 1));
        }
    }
    jout_close(&j, '}');
}

int lab_apps_open(const struct lab_app_conf *conf, struct lab_apps **ret, struct err *e)
{
    AUTO(buf_free) struct buf pem = {0};
    struct jwt_key *key = NULL;
    if (!conf->id || !conf->key)
        return 0;
    if (file_read(conf->key, KEY_MOST, &pem, e) < 0)
        return -1;
    if (jwt_public_read(buf_view(&pem), &key, e) < 0)
        return err_add(e, "%s", conf->key);
    struct lab_apps *a = *ret = mem_new(sizeof *a);
    a->conf = *conf;
    a->id = mem_strdup(conf->id);
    a->key = key;
    grant(a, sv_of(conf->granted ? conf->granted
                                 : "checks=write,contents=write,issues=write,metadata=read,pull_requests=write,"
                                   "repository_hooks=write,statuses=write,administration=read"));
    return 0;
}

void lab_apps_free(struct lab_apps **ap)
{
    struct lab_apps *a = STEAL(*ap);
    if (!a)
        return;
    for (size_t i = 0; i < a->tokens.n; i++) {
        mem_free(a->tokens.at[i].text);
        mem_free(a->tokens.at[i].repos);
        mem_free(a->tokens.at[i].permissions);
    }
    for (size_t i = 0; i < a->owners.n; i++)
        mem_free(a->owners.at[i]);
    VEC_FREE(&a->tokens);
    VEC_FREE(&a->owners);
    buf_free(&a->granted);
    jwt_key_free(&a->key);
    mem_free(a->id);
    mem_free(a);
}

static msec_t app_now(const struct lab_apps *a, const struct lab_call *c)
{
    return c->now + a->conf.skew;
}

/* Behind the server's own Date: the last one counts. */
static void put_date(const struct lab_apps *a, struct lab_call *c)
{
    char text[40];
    time_t s = (time_t)(app_now(a, c) / 1000);
    struct tm t;
    gmtime_r(&s, &t);
    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &t);
    if (a->conf.skew)
        buf_fmt(&c->headers, "Date: %s\r\n", text);
}

/* ---- the App itself ---- */

static const char *jwt_fault(const struct lab_apps *a, const struct lab_call *c)
{
    AUTO(buf_free) struct buf claims = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err e = {0};
    int64_t iat, exp, now = app_now(a, c) / 1000;
    if (jwt_open(a->key, c->token, &claims, &e) < 0 || jdoc_parse(buf_view(&claims), NULL, &doc, &e) < 0)
        return "A JSON web token could not be decoded";
    const struct jval *root = jdoc_root(doc);
    if (!jval_int(jval_get(root, "exp"), &exp) || exp <= now)
        return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the "
               "assertion expires";
    if (exp > now + EXP_MOST_S)
        return "'Expiration time' claim ('exp') is too far in the future";
    if (!jval_int(jval_get(root, "iat"), &iat) || iat > now)
        return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
    if (!sv_is(jval_str(jval_get(root, "iss")), a->id))
        return "Integration not found";
    return NULL;
}

static bool is_of_app(const struct lab_call *c)
{
    if (c->repo)
        return c->n_segs == 1 && sv_is(c->segs[0], "installation");
    return c->n_segs >= 1 && sv_is(c->segs[0], "app");
}

/* ---- what it has made ---- */

static const struct made_token *find_token(const struct lab_apps *a, struct sv text)
{
    for (size_t i = 0; i < a->tokens.n; i++)
        if (sv_is(text, a->tokens.at[i].text))
            return &a->tokens.at[i];
    return NULL;
}

static bool is_for(const struct lab_apps *a, const struct made_token *t, struct sv path)
{
    ptrdiff_t slash = sv_rchr(path, '/');
    struct sv owner = sv_cut(path, (size_t)(slash < 0 ? 0 : slash)), name = sv_from(path, owner.n + 1), one;
    struct sv rest = sv_of(t->repos);
    if (!sv_is(owner, a->owners.at[t->installation - FIRST_INSTALLATION]))
        return false;
    while (sv_next(&rest, '\n', &one))
        if (sv_eq(one, name))
            return true;
    return !t->repos;
}

/* What a path below a repository needs; reading it needs "read". */
static const char *permission_of(const struct lab_call *c)
{
    static const char *const rows[][2] = {{"statuses", "statuses"},      {"check-runs", "checks"},
                                          {"issues", "issues"},          {"labels", "issues"},
                                          {"hooks", "repository_hooks"}, {"pulls", "pull_requests"}};
    for (size_t i = 0; c->n_segs && i < ARRAY_LEN(rows); i++)
        if (sv_is(c->segs[0], rows[i][0]))
            return rows[i][1];
    return NULL;
}

static bool may(const struct made_token *t, const char *permission, bool writes)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err ignored = {0};
    if (jdoc_parse(sv_of(t->permissions), NULL, &doc, &ignored) < 0)
        return false;
    struct sv level = jval_str(jval_get(jdoc_root(doc), permission));
    return sv_is(level, "write") || (!writes && level.n);
}

static enum lab_entry shut(struct lab_call *c, int status, const char *message)
{
    c->type = "application/json; charset=utf-8";
    call_message(c, status, message);
    return ENTRY_SHUT;
}

/* git over https: the user x-access-token, and the token as its password. The lab has no repositories to give. */
static enum lab_entry git_entry(struct lab_apps *a, struct lab_call *c)
{
    static const struct sv user = {"x-access-token:", 15};
    uint8_t *plain = arena_new(c->arena, c->token.n + 4);
    size_t n = 0;
    struct sv both = base64_get(c->token, plain, &n) ? sv_n((const char *)plain, n) : SV_NONE;
    const struct made_token *t = sv_starts(both, user) ? find_token(a, sv_from(both, user.n)) : NULL;
    ptrdiff_t end = sv_find(c->path, SV(".git/"));
    if (!t || app_now(a, c) >= t->expires || !is_for(a, t, sv_from(sv_cut(c->path, (size_t)end), 1)))
        return shut(c, 401, "Invalid username or token.");
    return may(t, "contents", false) ? shut(c, 404, "Repository not found.")
                                     : shut(c, 403, "Write access not granted.");
}

enum lab_entry lab_app_entry(struct lab_apps *a, struct lab_call *c)
{
    if (c->forge == LAB_GITHUB && c->world->token_ends && !sv_starts(c->token, SV("ghs_")))
        buf_fmt(&c->headers, "GitHub-Authentication-Token-Expiration: %s 00:00:00 UTC\r\n", c->world->token_ends);
    if (!a || c->forge != LAB_GITHUB)
        return ENTRY_PLAIN;
    if (sv_find(c->path, SV(".git/info/refs")) > 0)
        return git_entry(a, c);
    put_date(a, c);
    if (is_of_app(c)) {
        const char *fault = jwt_fault(a, c);
        return fault ? shut(c, 401, fault) : ENTRY_OPEN;
    }
    if (!sv_starts(c->token, SV("ghs_")))
        return ENTRY_PLAIN;
    const struct made_token *t = find_token(a, c->token);
    if (!t || app_now(a, c) >= t->expires || c->now < t->fresh_until)
        return shut(c, 401, "Bad credentials");
    if (c->repo && !is_for(a, t, sv_of(c->repo->path)))
        return shut(c, 404, "Not Found");
    const char *permission = c->repo ? permission_of(c) : NULL;
    if (permission && !may(t, permission, !sv_is(c->method, "GET")))
        return shut(c, 403, "Resource not accessible by integration");
    return ENTRY_OPEN;
}

/* ---- its API ---- */

static void put_installation(struct lab_call *c, struct lab_apps *a, int64_t id)
{
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kint(j, "id", id);
    jout_key(j, "account");
    jout_open(j, '{');
    jout_kstrz(j, "login", a->owners.at[id - FIRST_INSTALLATION]);
    jout_close(j, '}');
    jout_kstrz(j, "repository_selection", "all");
    jout_kstrz(j, "app_id", a->id);
    jout_key(j, "permissions");
    jout_raw(j, buf_view(&a->granted));
    jout_key(j, "suspended_at");
    jout_null(j);
    jout_close(j, '}');
}

/* In the ledger's replay there is no App. */
static struct lab_apps *apps_of(struct lab_call *c)
{
    if (!c->world->apps)
        lab_dialect(c->forge)->missing(c);
    return c->world->apps;
}

static bool installation_asked(struct lab_call *c, const struct lab_apps *a, int64_t *ret)
{
    if (sv_int(c->segs[2], ret) && *ret >= FIRST_INSTALLATION && *ret - FIRST_INSTALLATION < (int64_t)a->owners.n)
        return true;
    lab_dialect(c->forge)->missing(c);
    return false;
}

static void get_app(struct lab_call *c)
{
    struct lab_apps *a = apps_of(c);
    if (!a)
        return;
    struct jout *j = call_open(c, 200);
    jout_open(j, '{');
    jout_kstrz(j, "id", a->id);
    jout_kstrz(j, "slug", "fettle-lab");
    jout_key(j, "permissions");
    jout_raw(j, buf_view(&a->granted));
    jout_close(j, '}');
}

static void get_installation(struct lab_call *c)
{
    struct lab_apps *a = apps_of(c);
    int64_t id;
    if (a && installation_asked(c, a, &id))
        put_installation(c, a, id);
}

int64_t lab_app_installation(struct lab_apps *a, struct sv repo)
{
    struct sv owner = sv_cut(repo, (size_t)sv_rchr(repo, '/'));
    size_t i = 0;
    while (a && i < a->owners.n && !sv_is(owner, a->owners.at[i]))
        i++;
    if (a && i == a->owners.n)
        VEC_PUSH(&a->owners, sv_dup(owner));
    return a ? FIRST_INSTALLATION + (int64_t)i : 0;
}

static void get_repo_installation(struct lab_call *c)
{
    struct lab_apps *a = apps_of(c);
    if (a)
        put_installation(c, a, lab_app_installation(a, sv_of(c->repo->path)));
}

/* More than was granted is refused. */
static bool is_granted(const struct lab_apps *a, const struct jval *wanted)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err ignored = {0};
    struct sv key;
    const struct jval *value;
    bool ok = jdoc_parse(buf_view(&a->granted), NULL, &doc, &ignored) == 0;
    for (size_t at = 0; ok && jval_each(wanted, &at, &key, &value);) {
        AUTO(mem_freep) char *name = sv_dup(key);
        struct sv level = jval_str(jval_get(jdoc_root(doc), name));
        ok = sv_eq(level, jval_str(value)) || (sv_is(level, "write") && sv_is(jval_str(value), "read"));
    }
    return ok;
}

static struct made_token token_new(const struct lab_apps *a, const struct lab_call *c, int64_t installation)
{
    uint8_t bytes[60];
    AUTO(buf_free) struct buf text = {0}, repos = {0}, permissions = {0};
    const struct jval *names = jval_get(c->body, "repositories"), *wanted = jval_get(c->body, "permissions");
    MUST(getrandom(bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes);
    buf_fmt(&text, "ghs_%s_", a->id); /* not of forty characters */
    hex_put(&text, bytes, sizeof bytes);
    for (size_t i = 0; i < jval_len(names); i++) {
        buf_sv(&repos, jval_str(jval_item(names, i)));
        buf_chr(&repos, '\n');
    }
    if (wanted)
        jout_val(&(struct jout){.buf = &permissions}, wanted);
    else
        buf_sv(&permissions, buf_view(&a->granted));
    return (struct made_token){.text = buf_take(&text),
                               .installation = installation,
                               .repos = names ? buf_take(&repos) : NULL,
                               .permissions = buf_take(&permissions),
                               .expires = app_now(a, c) + a->conf.life,
                               .fresh_until = c->now + a->conf.fresh};
}

static void post_token(struct lab_call *c)
{
    struct lab_apps *a = apps_of(c);
    int64_t id;
    if (!a || !installation_asked(c, a, &id))
        return;
    if (!is_granted(a, jval_get(c->body, "permissions"))) {
        call_message(c, 422, "The permissions requested are not granted to this installation.");
        return;
    }
    struct made_token t = token_new(a, c, id);
    VEC_PUSH(&a->tokens, t);
    world_mint(c->world, sv_of(t.text), c->now, 0); /* its end is looked at here */
    struct jout *j = call_open(c, 201);
    jout_open(j, '{');
    jout_kstrz(j, "token", t.text);
    call_time(c, "expires_at", t.expires);
    jout_key(j, "permissions");
    jout_raw(j, sv_of(t.permissions));
    jout_kstrz(j, "repository_selection", t.repos ? "selected" : "all");
    jout_close(j, '}');
}

const struct lab_row github_app_rows[] = {{"GET", "installation", get_repo_installation}, {NULL, NULL, NULL}};
const struct lab_row github_app_tops[] = {
    {"GET", "app", get_app},
    {"GET", "app/installations/*", get_installation},
    {"POST", "app/installations/*/access_tokens", post_token},
    {NULL, NULL, NULL},
};
