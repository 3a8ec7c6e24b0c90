/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "config/conf.h"

/* A folder of its own per test, with the secrets and certificates the files name. */
struct place {
    char dir[64];
    struct conf *conf;
    struct problems problems;
    struct buf shown;
};

static void put(const struct place *p, const char *name, const char *text, mode_t mode)
{
    AUTO(buf_free) struct buf path = {0};
    struct err e = {0};
    buf_fmt(&path, "%s/%s", p->dir, name);
    if (file_write(path.p, sv_of(text), mode, &e) < 0)
        fail_msg("%s", e.msg);
    assert_int_equal(chmod(path.p, mode), 0);
}

static void make_dir(const struct place *p, const char *name)
{
    AUTO(buf_free) struct buf path = {0};
    struct err e = {0};
    buf_fmt(&path, "%s/%s", p->dir, name);
    assert_int_equal(file_make_dirs(path.p, &e), 0);
}

static struct place place_new(void)
{
    struct place p = {.dir = "/tmp/fettle-conf-XXXXXX"};
    assert_non_null(mkdtemp(p.dir));
    make_dir(&p, "secrets");
    make_dir(&p, "tls");
    make_dir(&p, "workflows");
    put(&p, "secrets/token", "tok\n", 0600);
    put(&p, "secrets/hook", "new\r\n\n", 0600);
    put(&p, "secrets/hook.old", "old", 0400);
    put(&p, "secrets/deploy", "-----BEGIN\nabc\n-----END\n", 0600);
    put(&p, "secrets/gitlab-hook", "g", 0600);
    put(&p, "secrets/gitlab-system", "s", 0600);
    put(&p, "tls/cert.pem", "c", 0644);
    put(&p, "tls/key.pem", "k", 0640);
    return p;
}

static void place_free(struct place *p)
{
    struct err e = {0};
    assert_int_equal(file_remove_tree(p->dir, &e), 0);
    conf_unref(&p->conf);
    problems_free(&p->problems);
    buf_free(&p->shown);
}

static int load(struct place *p)
{
    AUTO(buf_free) struct buf path = {0};
    buf_fmt(&path, "%s/fettle.yaml", p->dir);
    conf_unref(&p->conf);
    problems_free(&p->problems);
    buf_clear(&p->shown);
    int rc = conf_load(path.p, &p->conf, &p->problems);
    problems_write(&p->problems, &p->shown);
    buf_str(&p->shown, "");
    return rc;
}

static int load_text(struct place *p, const char *text)
{
    put(p, "fettle.yaml", text, 0644);
    return load(p);
}

static void must_load(struct place *p, const char *text)
{
    if (load_text(p, text) < 0)
        fail_msg("%s", p->shown.p);
}

static void must_fail(struct place *p, const char *text, const char *want)
{
    struct conf *before = p->conf;
    assert_int_equal(load_text(p, text), -1);
    assert_true(p->conf == NULL && (before == NULL || before != p->conf));
    if (!strstr(p->shown.p, want))
        fail_msg("--- want\n%s\n--- in\n%s", want, p->shown.p);
}

static void copy(const struct place *p, const char *from, const char *name)
{
    AUTO(buf_free) struct buf text = {0}, path = {0};
    struct err e = {0};
    buf_fmt(&path, FETTLE_SOURCE_DIR "/config/examples/%s", from);
    assert_int_equal(file_read(path.p, 1 << 20, &text, &e), 0);
    put(p, name, text.p, 0644);
}

static const char *below(const struct place *p, const char *path)
{
    size_t n = strlen(p->dir);
    assert_int_equal(strncmp(path, p->dir, n), 0);
    return path + n;
}

static void copy_examples(const struct place *p)
{
    copy(p, "fettle.yaml", "fettle.yaml");
    copy(p, "repositories.yaml", "repositories.yaml");
    copy(p, "workflows/ci.yml", "workflows/ci.yml");
    copy(p, "workflows/full-stack.yml", "workflows/full-stack.yml");
    copy(p, "workflows/projects.yml", "workflows/projects.yml");
    setenv("GITLAB_TOKEN", "from-env", 1);
}

static void the_example_is_read_as_a_whole(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    copy_examples(&p);
    if (load(&p) < 0)
        fail_msg("%s", p.shown.p);
    assert_int_equal(p.problems.list.n, 0);
    const struct conf *c = p.conf;
    assert_string_equal(below(&p, c->file), "/fettle.yaml");
    assert_string_equal(below(&p, c->store_path), "/state/fettle.db");
    assert_string_equal(below(&p, c->state_dir), "/state");
    assert_int_equal(c->n_listens, 3);
    assert_int_equal(c->listens[0].kind, CONF_HTTPS);
    assert_string_equal(c->listens[0].address, "0.0.0.0:8443");
    assert_int_equal(c->listens[0].serves, SERVES_HOOKS);
    assert_string_equal(below(&p, c->listens[0].key), "/tls/key.pem");
    assert_int_equal(c->listens[1].serves, SERVES_HOOKS | SERVES_API | SERVES_DASHBOARD);
    assert_string_equal(below(&p, c->listens[2].address), "/run/fettle.sock");
    assert_int_equal(c->slots, 4);
    assert_int_equal(c->limits.body, 26 << 20);
    assert_int_equal(c->limits.form_body, 80 << 20);
    assert_int_equal(c->limits.log, 64 << 20);
    assert_int_equal(c->limits.tls_time, 10000);
    assert_int_equal(c->retention.runs, 180LL * 86400000);
    assert_string_equal(c->public_url, "https://ci.example.com");
    assert_int_equal(c->log_level, LOG_INFO);
    assert_true(c->runner.isolate);
    assert_int_equal(c->runner.n_labels, 3);

    const struct conf_forge *github = conf_forge_by_name(c, SV("github")),
                            *gitlab = conf_forge_by_name(c, SV("gitlab"));
    assert_string_equal(github->ops->kind, "github");
    assert_string_equal(github->url, "https://api.github.com");
    assert_true(github->has_token);
    assert_true(sv_is(github->token.value, "tok"));
    assert_int_equal(github->webhooks[0].n_secrets, 2);
    assert_true(sv_is(github->webhooks[0].secrets[0].value, "new"));
    assert_true(sv_is(github->webhooks[0].secrets[1].value, "old"));
    assert_true(sv_is(gitlab->token.value, "from-env"));
    assert_true(gitlab->webhooks[1].system);
    assert_null(conf_forge_by_name(c, SV("gitea")));

    assert_int_equal(c->n_secrets, 1);
    assert_string_equal(c->secrets[0].name, "DEPLOY_KEY");
    assert_true(sv_is(c->secrets[0].source.value, "-----BEGIN\nabc\n-----END"));
    assert_string_equal(c->secrets[0].repos[0], "backend");
    assert_string_equal(c->secrets[0].environments[0], "production");
    assert_string_equal(c->vars[0].name, "REGION");
    assert_string_equal(c->vars[0].value, "eu");
    assert_string_equal(c->environments[0].name, "production");
    assert_true(globs_match(&c->environments[0].branches.globs, SV("main")));
    assert_false(globs_match(&c->environments[0].branches.globs, SV("topic")));

    assert_true(c->repos.n >= 2);
    assert_string_equal(repo_by_alias(&c->repos, SV("frontend"))->path, "acme/web/frontend");
    assert_int_equal(c->repos.n_cross, 1);
    assert_true(c->workflows.n >= 3);
    size_t found = 0;
    for (size_t i = 0; i < c->workflows.n; i++)
        found += strcmp(c->workflows.at[i]->file, "workflows/full-stack.yml") == 0;
    assert_int_equal(found, 1);
}

#define LISTEN "listen: [{http: \"127.0.0.1:0\"}]\n"

static void defaults_are_those_of_the_specification(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    must_load(&p, LISTEN);
    assert_string_equal(below(&p, p.conf->store_path), "/state/fettle.db");
    assert_null(p.conf->workflows_dir);
    assert_null(p.conf->public_url);
    assert_int_equal(p.conf->limits.connections, 10000);
    assert_int_equal(p.conf->limits.per_address, 100);
    assert_int_equal(p.conf->limits.cache, 5LL << 30);
    assert_int_equal(p.conf->limits.caches, 10LL << 30);
    assert_int_equal(p.conf->limits.artifact, 5LL << 30);
    assert_int_equal(p.conf->limits.artifacts, 10LL << 30);
    assert_int_equal(p.conf->retention.caches, 7LL * 86400000);
    assert_int_equal(p.conf->retention.checkpoints, 14LL * 86400000);
    assert_int_equal(p.conf->retention.deliveries, 90LL * 86400000);
    assert_int_equal(p.conf->log_format, LOG_LOGFMT);
    assert_true(p.conf->slots >= 1);
    assert_true(p.conf->intake_threads >= 1);
    assert_string_equal(p.conf->runner.labels[1], "linux");
    assert_int_equal(p.conf->listens[0].serves, SERVES_HOOKS | SERVES_API | SERVES_DASHBOARD);
}

static void rules_for_failures_stay_in_their_order(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    must_load(&p, LISTEN "failure-rules:\n  - {match: \"(?i)gone|away\", class: lost}\n"
                         "  - {match: '^x\\d', class: rate-limit, hint: wait}\n");
    assert_int_equal(p.conf->n_failure_rules, 2);
    assert_string_equal(p.conf->failure_rules[0].name, "failure-rules[0]");
    assert_string_equal(p.conf->failure_rules[0].pattern, "(?i)gone|away");
    assert_int_equal(p.conf->failure_rules[0].class, FAILURE_LOST);
    assert_null(p.conf->failure_rules[0].hint);
    assert_string_equal(p.conf->failure_rules[1].pattern, "^x\\d");
    assert_int_equal(p.conf->failure_rules[1].class, FAILURE_RATE_LIMIT);
    assert_string_equal(p.conf->failure_rules[1].hint, "wait");
}

static void urls_of_an_api_lose_what_the_forge_adds(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    static const struct {
        const char *kind, *url, *want;
    } rows[] = {
        {"gitlab", "https://gitlab.example.com/", "https://gitlab.example.com"},
        {"gitlab", "https://example.com/gitlab/api/v4/", "https://example.com/gitlab"},
        {"gitea", "https://codeberg.org/api/v1", "https://codeberg.org"},
        {"github", "https://ghe.example.com/api/v3", "https://ghe.example.com/api/v3"},
        {"github", "http://127.0.0.1:8090", "http://127.0.0.1:8090"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf b = {0};
        buf_fmt(&b, LISTEN "forges: {f: {kind: %s, url: \"%s\"}}\n", rows[i].kind, rows[i].url);
        must_load(&p, b.p);
        assert_string_equal(p.conf->forges[0].url, rows[i].want);
        assert_int_equal(p.problems.list.n, 0);
    }
}

static void public_forges_have_their_documented_limits_and_others_none(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    const struct {
        const char *forge;
        int hour, flights;
        msec_t gap;
    } rows[] = {
        {"kind: github", 5000, 10, 1000},
        {"kind: github, url: \"https://api.github.com/\"", 5000, 10, 1000},
        {"kind: github, url: \"https://api.acme.ghe.com\"", 5000, 10, 1000},
        {"kind: github, url: \"https://ghe.example.com/api/v3\"", 0, 16, 0},
        {"kind: github, limits: off", 0, 16, 0},
        {"kind: github, limits: auto", 5000, 10, 1000},
        {"kind: github, limits: {calls-per-hour: 15000, write-spacing: 200ms}", 15000, 10, 200},
        {"kind: gitlab, url: \"https://gitlab.example.com\"", 0, 16, 0},
        {"kind: gitlab, url: \"https://gitlab.example.com\", limits: {in-flight: 2}", 0, 2, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf b = {0};
        buf_fmt(&b, LISTEN "forges: {f: {%s}}\n", rows[i].forge);
        must_load(&p, b.p);
        const struct call_limits *l = &p.conf->forges[0].limits;
        assert_int_equal(l->hour, rows[i].hour);
        assert_int_equal(l->flights, rows[i].flights);
        assert_int_equal(l->write_gap, rows[i].gap);
        assert_int_equal(l->hold, 1000);
    }
    must_load(&p, LISTEN "forges: {f: {kind: gitlab}}\n");
    assert_int_equal(p.conf->forges[0].limits.minute, 2000);
    must_fail(&p, LISTEN "forges: {f: {kind: github, limits: none}}\n", "\"limits\" is auto, off, or keys [bad-value]");
    must_fail(&p, LISTEN "forges: {f: {kind: github, limits: aut}}\n", "did you mean \"auto\"?");
    must_fail(&p, LISTEN "forges: {f: {kind: github, limits: {in-flight: 0}}}\n", "[bad-value]");
    must_fail(&p, LISTEN "forges: {f: {kind: github, limits: {points-per-minute: 4}}}\n", "[bad-value]");
    must_fail(&p, LISTEN "forges: {f: {kind: github, limits: {calls: 4}}}\n", "[unknown-key]");
    must_fail(&p, LISTEN "forges: {f: {kind: github, limits: [1]}}\n", "must be");
}

static void a_token_over_plain_http_is_warned_of(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    must_load(&p, LISTEN "forges: {f: {kind: github, url: \"http://forge.example.com\"}}\n");
    assert_int_equal(p.problems.n_errors, 0);
    assert_non_null(strstr(p.shown.p, ":2:33: warning: the token goes to http://forge.example.com unencrypted"));
}

static void secrets_that_do_not_hold_are_refused(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    static const char base[] = LISTEN "forges: {f: {kind: github, token: %s}}\n";
    static const struct {
        const char *token, *want;
    } rows[] = {
        {"{file: secrets/open}", "can be read by others (mode 0644): chmod 600 it [bad-secret]"},
        {"{file: secrets/group}", "can be read by others (mode 0640): chmod 600 it [bad-secret]"},
        {"{file: secrets/empty}", ":2:42: error: the secret is empty [bad-secret]"},
        {"{file: secrets/lines}", "the secret has a line break or another control character in it [bad-secret]"},
        {"{file: secrets/none}", "cannot read the secret file "},
        {"{file: secrets}", " is no plain file [bad-secret]"},
        {"{file: secrets/large}", " is larger than 8192 bytes [bad-secret]"},
        {"{env: FETTLE_TEST_NOT_SET}", "the environment has no variable FETTLE_TEST_NOT_SET [bad-secret]"},
        {"{env: FETTLE_TEST_EMPTY}", "the secret is empty [bad-secret]"},
        {"{credential: ../x}", "\"../x\" is no name of a credential [bad-secret]"},
        {"{credential: none}", "/none: No such file or directory [bad-secret]"},
        {"ghp_verysecret", ":2:35: error: \"token\" is never written here"},
    };
    AUTO(buf_free) struct buf large = {0};
    for (int i = 0; i < 9000; i++)
        buf_chr(&large, 'x');
    put(&p, "secrets/open", "x", 0644);
    put(&p, "secrets/group", "x", 0640);
    put(&p, "secrets/empty", "\n", 0600);
    put(&p, "secrets/lines", "a\nb\n", 0600);
    put(&p, "secrets/large", large.p, 0600);
    setenv("FETTLE_TEST_EMPTY", "", 1);
    setenv("CREDENTIALS_DIRECTORY", p.dir, 1);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf b = {0};
        buf_fmt(&b, base, rows[i].token);
        must_fail(&p, b.p, rows[i].want);
        assert_null(strstr(p.shown.p, "verysecret"));
    }
    unsetenv("CREDENTIALS_DIRECTORY");
    must_fail(&p, LISTEN "forges: {f: {kind: github, token: {credential: x}}}\n", "there are no credentials");
}

/* A key of each kind, made by OpenSSL. */
static void put_key(const struct place *p, const char *name, EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    assert_int_equal(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
    char *z = mem_dup(text, (size_t)BIO_get_mem_data(bio, &text));
    put(p, name, z, 0600);
    mem_free(z);
    BIO_free(bio);
    EVP_PKEY_free(key);
}

#define APP(kind_, rest_) LISTEN "forges: {f: {kind: " kind_ ", url: \"https://forge.example.com\", " rest_ "}}\n"

static void a_webhook_secret_may_have_its_next_and_its_last_one_beside_it(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    static const char text[] =
        LISTEN "forges: {f: {kind: github, webhooks: [{path: /h, secrets: [{file: secrets/hook}%s]}]}}\n";
    static const struct {
        const char *more, *next, *old; /* NULL: no such file */
        size_t n;
        const char *last; /* of the list */
    } rows[] = {
        {"", NULL, NULL, 1, "new"},
        {"", NULL, "old", 2, "old"},
        {"", "next", NULL, 2, "next"},
        {"", "next", "old", 3, "old"},
        {", {file: secrets/hook.old}", NULL, "old", 2, "old"}, /* named as well: once all the same */
        {", {file: secrets/hook.old}, {file: secrets/gitlab-hook}", "next", "old", 4, "old"},
        {", {file: secrets/hook.old}", NULL, NULL, 1, "new"}, /* named, and the rotation is over */
        {", {file: secrets/gitlab-hook}", NULL, NULL, 2, "g"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf b = {0};
        char path[2][96];
        snprintf(path[0], sizeof path[0], "%s/secrets/hook.next", p.dir);
        snprintf(path[1], sizeof path[1], "%s/secrets/hook.old", p.dir);
        unlink(path[0]);
        unlink(path[1]);
        if (rows[i].next)
            put(&p, "secrets/hook.next", rows[i].next, 0600);
        if (rows[i].old)
            put(&p, "secrets/hook.old", rows[i].old, 0600);
        buf_fmt(&b, text, rows[i].more);
        must_load(&p, b.p);
        const struct conf_webhook *w = &p.conf->forges[0].webhooks[0];
        assert_int_equal(w->n_secrets, rows[i].n);
        assert_true(sv_is(w->secrets[0].value, "new"));
        assert_true(sv_is(w->secrets[w->n_secrets - 1].value, rows[i].last));
    }
    put(&p, "secrets/hook.next", "next", 0644);
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(&b, text, "");
    must_fail(&p, b.p, "secrets/hook.next can be read by others (mode 0644): chmod 600 it [bad-secret]");
}

static void a_forge_of_this_machine_is_its_kind_and_nothing_else(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    must_load(&p, LISTEN "forges: {local: {kind: bare, reconcile: 1h}}\n");
    assert_true(p.conf->forges[0].ops->local && conf_forge_can_ask(&p.conf->forges[0]));
    assert_null(p.conf->forges[0].url);
    static const char *const no[] = {"url: \"https://x\"", "token: {file: t}", "webhooks: []", "limits: off"};
    put(&p, "t", "secret", 0600);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        AUTO(buf_free) struct buf b = {0};
        buf_fmt(&b, LISTEN "forges: {local: {kind: bare, %s}}\n", no[i]);
        must_fail(&p, b.p, "a forge of kind bare has no \"");
    }
}

static void repositories_of_this_machine_have_a_folder(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
#define LOCAL                                                                                                          \
    LISTEN "repositories: repositories.yaml\nforges: {local: {kind: bare}, github: {kind: github, token: {file: "      \
           "t}}}\n"
#define REPO(rest) "repositories: [{name: api, id: \"local:team/api\"" rest "}]\n"
    put(&p, "t", "secret", 0600);
    put(&p, "repositories.yaml", REPO(", url: /srv/git/team/api.git"), 0644);
    must_load(&p, LOCAL);
    put(&p, "repositories.yaml", REPO(""), 0644);
    must_fail(&p, LOCAL, "a repository of this machine needs \"url\": the path of its folder [missing-key]");
    put(&p, "repositories.yaml", REPO(", url: \"ssh://host/api.git\""), 0644);
    must_fail(&p, LOCAL, "is the path of its folder, like /srv/git/team/api.git [bad-url]");
}

static void what_only_a_forge_can_be_told_is_refused_for_a_folder(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    static const struct {
        const char *job, *want;
    } rows[] = {
        {"{repo: api, steps: [{uses: status, with: {context: x, state: success}}, {uses: checkout}]}", NULL},
        {"{repo: api, steps: [{uses: issue, with: {title: t}}]}",
         "\"issue\" needs a forge, and the repository \"api\" is a folder of this machine"},
        {"{repo: web, steps: [{uses: issue, with: {title: t}}]}", NULL},
        {"{repo: web, steps: [{run: x}, {uses: comment, with: {repo: api, body: b, change: 7}}]}",
         "ci.yml:2:48: error: \"comment\" needs a forge"},
        {"{repo: api, steps: [{run: x}], recovery: [{on: any, do: manual, issue: {repo: api}}]}",
         "an issue needs a forge, and the repository \"api\" is a folder of this machine [unsupported-value]"},
    };
    put(&p, "t", "secret", 0600);
    make_dir(&p, "workflows");
    put(&p, "repositories.yaml",
        "repositories: [{name: api, id: \"local:team/api\", url: /srv/api.git}, {name: web, id: "
        "\"github:acme/web\"}]\n",
        0644);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO(buf_free) struct buf b = {0};
        buf_fmt(&b, "on: push\njobs: {a: %s}\n", rows[i].job);
        put(&p, "workflows/ci.yml", b.p, 0644);
        must_load(&p, LOCAL "workflows: workflows\n");
        assert_int_equal(p.problems.n_errors > 0, rows[i].want != NULL);
        if (rows[i].want && !strstr(p.shown.p, rows[i].want))
            fail_msg("--- want\n%s\n--- in\n%s", rows[i].want, p.shown.p);
    }
}

static void an_app_takes_the_place_of_a_token(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    put_key(&p, "secrets/app.pem", EVP_RSA_gen(2048));
    must_load(&p, APP("github", "app: {id: 12345, key: {file: secrets/app.pem}}"));
    const struct conf_forge *f = &p.conf->forges[0];
    assert_true(f->has_app && !f->has_token && conf_forge_can_ask(f));
    assert_string_equal(f->app.id, "12345");
    assert_int_equal(f->app.installation, 0);
    assert_true(sv_starts(f->app.key.value, SV("-----BEGIN PRIVATE KEY-----\n")));
    must_load(&p, APP("github", "app: {id: Iv23liABC.1, installation: 99000111222, key: {file: secrets/app.pem}}"));
    assert_string_equal(p.conf->forges[0].app.id, "Iv23liABC.1");
    assert_int_equal(p.conf->forges[0].app.installation, 99000111222);
}

static void an_app_that_cannot_sign_in_is_refused_where_it_stands(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    put_key(&p, "secrets/app.pem", EVP_RSA_gen(2048));
    put_key(&p, "secrets/curve.pem", EVP_EC_gen("P-256"));
#define GOOD_KEY "key: {file: secrets/app.pem}"
    static const struct {
        const char *text, *want;
    } rows[] = {
        {APP("github", "token: {file: secrets/token}, app: {id: 1, " GOOD_KEY "}"), "\"token\" or \"app\", not both"},
        {APP("gitlab", "app: {id: 1, " GOOD_KEY "}"), "only GitHub has Apps, and this forge is of kind gitlab"},
        {APP("github", "app: {id: 1}"), "\"app\" needs \"key\" [missing-key]"},
        {APP("github", "app: {" GOOD_KEY "}"), "\"app\" needs \"id\" [missing-key]"},
        {APP("github", "app: 12345"), "[bad-type]"},
        {APP("github", "app: {id: a/b, " GOOD_KEY "}"), "\"id\" is the App ID or the Client ID"},
        {APP("github", "app: {id: 1, installation: 0, " GOOD_KEY "}"), "\"installation\" is a number"},
        {APP("github", "app: {id: 1, installation: x, " GOOD_KEY "}"), "\"installation\" is a number"},
        {APP("github", "app: {id: 1, key: {file: secrets/token}}"),
         "the App's key is no private key in PEM without a passphrase"},
        {APP("github", "app: {id: 1, key: {file: secrets/curve.pem}}"), "the App's key is no RSA key"},
        {APP("github", "app: {id: 1, key: {file: secrets/none}}"), "cannot read the secret file "},
        {APP("github", "app: {id: 1, key: -----BEGIN}"), "\"key\" is never written here"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        must_fail(&p, rows[i].text, rows[i].want);
}

static void secrets_of_workflows_name_repositories_that_there_are(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    put(&p, "r.yaml", "repositories: [{name: backend, id: github:acme/backend}]\n", 0644);
    put(&p, "secrets/nul", "a\1b", 0600);
#define WORK LISTEN "forges: {github: {kind: github}}\nrepositories: r.yaml\nsecrets: {K: {file: secrets/token, "
    must_load(&p, WORK "repos: [backend]}}\n");
    must_fail(
        &p, WORK "repos: [bakend]}}\n",
        "error: there is no repository \"bakend\" (did you mean \"backend\"?) [unknown-repository]\n   4 | secrets");
    must_fail(&p, WORK "environments: [production]}}\n", "there is no environment \"production\"");
    must_load(&p, WORK "environments: [PRODUCTION]}}\nenvironments: {production: }\n");
    assert_string_equal(p.conf->secrets[0].environments[0], "production");
    assert_false(p.conf->environments[0].branches.present);
    must_fail(&p, LISTEN "secrets: {K: {file: secrets/nul}}\n", "the secret has a control character in it");
    must_fail(&p, LISTEN "secrets: {K: hunter2}\n", "the secret K is never written here");
    assert_null(strstr(p.shown.p, "hunter2"));
}

static void a_credential_of_systemd_is_read(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    put(&p, "secrets/api-token", "cred\n", 0440);
    AUTO(buf_free) struct buf dir = {0};
    buf_fmt(&dir, "%s/secrets", p.dir);
    setenv("CREDENTIALS_DIRECTORY", dir.p, 1);
    must_load(&p, LISTEN "forges: {f: {kind: github, token: {credential: api-token}}}\n");
    assert_true(sv_is(p.conf->forges[0].token.value, "cred"));
    unsetenv("CREDENTIALS_DIRECTORY");
}

static void a_private_key_must_not_be_open_to_all(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    static const char text[] = "listen: [{https: \"0.0.0.0:8443\", cert: tls/cert.pem, key: tls/key.pem}]\n";
    must_load(&p, text);
    assert_int_equal(p.conf->listens[0].serves, SERVES_HOOKS);
    put(&p, "tls/key.pem", "k", 0644);
    must_fail(&p, text, "can be read by others (mode 0644)");
}

static void behind_a_proxy_plain_http_is_fine(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    must_load(&p, "listen: [{http: \"0.0.0.0:8080\", behind-proxy: true}]\n");
    assert_true(p.conf->listens[0].behind_proxy);
    assert_int_equal(p.conf->listens[0].serves, SERVES_HOOKS);
    must_load(&p, "listen: [{http: \"[::1]:8080\"}, {http: \"localhost:8081\", serves: [api]}]\n");
    assert_string_equal(p.conf->listens[1].address, "127.0.0.1:8081");
    assert_int_equal(p.conf->listens[1].serves, SERVES_API);
}

static void a_dashboard_needs_the_api_of_its_listener(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    must_load(&p, "listen: [{http: \"127.0.0.1:8080\", serves: [api, dashboard]}]\n");
    assert_int_equal(p.conf->listens[0].serves, SERVES_API | SERVES_DASHBOARD);
    must_fail(&p, "listen: [{http: \"127.0.0.1:8080\", serves: [hooks, dashboard]}]\n",
              "\"dashboard\" needs \"api\" beside it");
}

static void a_broken_workflow_is_left_out_and_told(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    put(&p, "workflows/a.yml", "on: push\njobs: {a: {steps: [{run: x}]}}\n", 0644);
    put(&p, "workflows/b.yml", "on: psh\njobs: {a: {steps: [{run: x}]}}\n", 0644);
    put(&p, "workflows/c.yaml", "name: a\non: push\njobs: {a: {steps: [{run: x}]}}\n", 0644);
    put(&p, "workflows/d.yml", "on: push\njobs:\n  x: {runs-on: linus, steps: [{run: x}]}\n", 0644);
    put(&p, "workflows/e.txt", "no workflow", 0644);
    put(&p, "workflows/.f.yml", "hidden", 0644);
    must_load(&p, LISTEN "workflows: workflows\n");
    assert_int_equal(p.conf->workflows.n, 1);
    assert_int_equal(p.problems.n_errors, 3);
    assert_string_equal(p.shown.p,
                        "workflows/b.yml:1:5: error: unknown event \"psh\" (did you mean \"push\"?) [unknown-event]\n"
                        "   1 | on: psh\n"
                        "     |     ^~~\n"
                        "workflows/c.yaml:1:1: error: the name \"a\" is taken by workflows/a.yml [duplicate]\n"
                        "   1 | name: a\n"
                        "     | ^~~~~~~\n"
                        "workflows/d.yml:3:1: error: the job \"x\" runs on \"linus\", and this runner has no such "
                        "label (did you mean \"linux\"?): add it to \"runner.labels\" of the server file "
                        "[unknown-label]\n"
                        "   3 |   x: {runs-on: linus, steps: [{run: x}]}\n"
                        "     | ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n");
}

static void a_job_cannot_ask_for_more_slots_than_there_are(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    put(&p, "workflows/a.yml", "on: push\njobs:\n  x: {resources: {slots: 3}, steps: [{run: x}]}\n", 0644);
    put(&p, "workflows/b.yml", "on: push\njobs:\n  x: {resources: {slots: 2}, steps: [{run: x}]}\n", 0644);
    must_load(&p, LISTEN "workflows: workflows\nslots: 2\nlocks: {Staging: 2, host: 1}\n"
                         "environments: {production: {approve: {by: [acme/release], deadline: 1h}}, test: }\n");
    assert_int_equal(p.conf->workflows.n, 1);
    assert_non_null(strstr(p.shown.p,
                           "workflows/a.yml:3:26: error: the job \"x\" asks for 3 slots, and \"slots\" of the "
                           "server file is 2: it would never start [too-large]"));
    assert_int_equal(p.conf->n_locks, 2);
    assert_string_equal(p.conf->locks[0].name, "Staging");
    assert_int_equal(p.conf->locks[0].capacity, 2);
    assert_true(p.conf->environments[0].approve.present && p.conf->environments[0].approve.bind_sha);
    assert_string_equal(p.conf->environments[0].approve.by[0], "acme/release");
    assert_int_equal(p.conf->environments[0].approve.deadline, 3600000);
    assert_false(p.conf->environments[1].approve.present);
}

static void tokens_of_the_api_are_digests_with_scopes(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    /* sha256("abc"), FIPS 180-4 */
    must_load(&p, LISTEN
              "api:\n  tokens:\n"
              "    - {name: ops, hash: sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad,"
              " scopes: [read, admin]}\n"
              "    - {name: hooks.1, hash: sha256:0000000000000000000000000000000000000000000000000000000000000000,"
              " scopes: hook}\n");
    const struct conf *c = p.conf;
    assert_int_equal(c->api.n_tokens, 2);
    assert_int_equal(c->api.tokens[0].scopes, API_READ | API_ADMIN);
    assert_int_equal(c->api.tokens[1].scopes, API_HOOK);
    assert_ptr_equal(api_token_find(c->api.tokens, 2, SV("abc")), &c->api.tokens[0]);
    assert_null(api_token_find(c->api.tokens, 2, SV("abd")));
    assert_null(api_token_find(c->api.tokens, 2, SV("")));
    assert_null(api_token_find(c->api.tokens, 0, SV("abc")));
    must_load(&p, LISTEN "api:\n");
    assert_int_equal(p.conf->api.n_tokens, 0);
}

static void an_api_for_others_that_nobody_can_use_is_told(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    must_load(&p, "listen: [{http: \"0.0.0.0:8080\", behind-proxy: true, serves: [api]}]\n");
    assert_non_null(strstr(p.shown.p, "warning: 0.0.0.0:8080 serves the API to other machines, and there is no token"));
    must_load(&p, "listen: [{http: \"127.0.0.1:8080\", behind-proxy: true, serves: [api]}]\n");
    assert_non_null(strstr(p.shown.p, "[no-token]"));
    must_load(&p, "listen: [{http: \"127.0.0.1:8080\"}, {unix: s}]\napi: {tokens: []}\n");
    assert_true(p.shown.n == 0);
    assert_true(conf_listen_is_local(&p.conf->listens[0]) && conf_listen_is_local(&p.conf->listens[1]));
}

static void a_dashboard_for_others_is_one_where_somebody_can_sign_in(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    must_load(&p, "listen: [{http: \"0.0.0.0:8080\", behind-proxy: true, serves: [api, dashboard]}]\n");
    assert_non_null(strstr(p.shown.p, "nobody could sign in: `fettle dashboard` needs a listener \"unix\""));
    assert_non_null(strstr(p.shown.p, "if the proxy calls us by another name [no-public-url]"));
    must_load(&p, "listen: [{http: \"0.0.0.0:8080\", behind-proxy: true, serves: [api, dashboard]},"
                  " {unix: s, serves: [hooks]}]\npublic-url: https://ci.example.com\n");
    assert_non_null(strstr(p.shown.p, "[no-token]"));
    must_load(&p, "listen: [{http: \"0.0.0.0:8080\", behind-proxy: true, serves: [api, dashboard]}, {unix: s}]\n"
                  "public-url: https://ci.example.com\n");
    assert_true(p.shown.n == 0);
    must_fail(&p, "listen: [{http: \"0.0.0.0:8080\", serves: [api, dashboard]}, {unix: s}]\n", "[plain-http]");
}

static void scheduling_says_who_runs_next(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    must_load(&p, LISTEN);
    assert_int_equal(p.conf->scheduling.critical_percent, 25);
    assert_int_equal(p.conf->scheduling.ageing_percent, 5);
    assert_int_equal(p.conf->scheduling.lookahead, LOOKAHEAD_ON);
    assert_int_equal(p.conf->scheduling.lookahead_ms, 5);
    assert_int_equal(p.conf->scheduling.n_weights, 0);
    must_load(&p, LISTEN "forges: {github: {kind: github}}\n"
                         "scheduling: {critical-share: 0%, ageing: 1000%, lookahead: {budget: 20ms},\n"
                         "  weights: {\"github:acme\": 3, \"github:acme/api\": 1000}}\n");
    assert_int_equal(p.conf->scheduling.critical_percent, 0);
    assert_int_equal(p.conf->scheduling.ageing_percent, 1000);
    assert_int_equal(p.conf->scheduling.lookahead, LOOKAHEAD_ON);
    assert_int_equal(p.conf->scheduling.lookahead_ms, 20);
    assert_int_equal(p.conf->scheduling.n_weights, 2);
    assert_string_equal(p.conf->scheduling.weights[1].owner, "github:acme/api");
    assert_int_equal(p.conf->scheduling.weights[1].weight, 1000);
    must_load(&p, LISTEN "scheduling: {lookahead: off}\n");
    assert_int_equal(p.conf->scheduling.lookahead, LOOKAHEAD_OFF);
    assert_int_equal(p.conf->scheduling.critical_percent, 25);
}

static void a_wrong_word_of_scheduling_is_told_with_its_place(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"critical-share: 25", ":2:30: error: \"critical-share\" must be a percentage like 25% [bad-value]"},
        {"critical-share: 101%", "\"critical-share\" must be between 0% and 100% [bad-value]"},
        {"ageing: 1001%", ":2:22: error: \"ageing\" must be between 0% and 1000% [bad-value]"},
        {"ageing: -1%", "\"ageing\" must be between 0% and 1000% [bad-value]"},
        {"aging: 5%", "(did you mean \"ageing\"?)"},
        {"weights: {\"github:acme\": 0}", "a weight is a whole number from 1 to 1000 [bad-value]"},
        {"weights: {\"github:acme\": 1001}", "a weight is a whole number from 1 to 1000 [bad-value]"},
        {"weights: {acme: 2}", "a weight is that of forge:organisation or forge:organisation/repository"},
        {"weights: {\"githup:acme\": 2}",
         ":2:24: error: there is no forge \"githup\" under \"forges\" (did you mean \"github\"?) [unknown-forge]"},
        {"lookahead: maybe", "\"lookahead\" must be on, off or a mapping with \"budget\" [bad-value]"},
        {"lookahead: {budget: 2s}", "\"budget\" must be between 1ms and 1s [bad-value]"},
        {"lookahead: {budget: 0ms}", "\"budget\" must be between 1ms and 1s [bad-value]"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf b = {0};
        buf_fmt(&b, LISTEN "scheduling: {%s}\nforges: {github: {kind: github}}\n", rows[i].text);
        must_fail(&p, b.p, rows[i].want);
    }
}

static void users_of_hooks_are_those_of_the_machine(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    must_load(&p, LISTEN);
    assert_int_equal(p.conf->hooks.n_users, 0);
    assert_int_equal(p.conf->limits.pack, 512 << 20);
    must_load(&p, "listen: [{http: \"127.0.0.1:0\"}, {unix: hooks.sock, serves: [hooks]}]\n"
                  "hooks: {users: {root: {trusted: true}, \"1234567\": }}\nlimits: {pack: 1MiB}\n");
    assert_int_equal(p.conf->hooks.n_users, 2);
    assert_int_equal(p.conf->hooks.users[0].uid, 0);
    assert_true(p.conf->hooks.users[0].trusted);
    assert_int_equal(p.conf->hooks.users[1].uid, 1234567);
    assert_false(p.conf->hooks.users[1].trusted);
    assert_int_equal(p.conf->limits.pack, 1 << 20);
    assert_true(conf_listen_is_open(&p.conf->listens[p.conf->n_listens - 1]));
    assert_false(conf_listen_is_open(&p.conf->listens[0]));
    must_load(&p, LISTEN "hooks:\n");
}

static void a_wrong_word_of_hooks_is_told(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    must_fail(&p, LISTEN "hooks: {user: {}}\n", "(did you mean \"users\"?)");
    must_fail(&p, LISTEN "hooks: {users: [root]}\n", "\"users\" must be a mapping");
    must_fail(&p, LISTEN "hooks: {users: {root: {trustd: true}}}\n", "(did you mean \"trusted\"?)");
    must_fail(&p, LISTEN "hooks: {users: {root: , \"0\": }}\n", "the user \"0\" is there already, by name or number");
    must_fail(&p, LISTEN "hooks: {users: {\"a b\": }}\n", "a user is the name of a login");
    must_fail(&p, LISTEN "limits: {pack: 1KiB}\n", "\"pack\" must be between");
    must_load(&p, LISTEN "hooks: {users: {nobody-of-that-name: }}\n");
    assert_int_equal(p.conf->hooks.users[0].uid, -1);
    assert_non_null(strstr(p.shown.p, "this machine has no user \"nobody-of-that-name\""));
    assert_non_null(strstr(p.shown.p, "no socket is open to them"));
}

static void a_broken_repositories_file_stops_everything(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    put(&p, "repositories.yaml", "repositories:\n  - {name: a, id: \"githup:x/y\"}\n", 0644);
    must_fail(&p, LISTEN "forges: {github: {kind: github}}\nrepositories: repositories.yaml\n",
              "repositories.yaml:2:19: error: the server file has no forge \"githup\" (did you mean \"github\"?) "
              "[unknown-forge]");
}

static void a_missing_file_is_told(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    assert_int_equal(load(&p), -1);
    assert_non_null(strstr(p.shown.p, "fettle.yaml: No such file or directory [unreadable]"));
    must_fail(&p, LISTEN "repositories: none.yaml\n", "/none.yaml [bad-path]");
    must_fail(&p, LISTEN "workflows: none\n", "/none [bad-path]");
    must_fail(&p, "", "the server file is empty: it needs \"listen\" [missing-key]");
}

static void references_are_counted(void **state)
{
    (void)state;
    AUTO(place_free) struct place p = place_new();
    must_load(&p, LISTEN);
    struct conf *other = conf_ref(p.conf);
    conf_unref(&p.conf);
    assert_null(p.conf);
    assert_int_equal(other->n_listens, 1);
    conf_unref(&other);
    conf_unref(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_is_read_as_a_whole),
        cmocka_unit_test(defaults_are_those_of_the_specification),
        cmocka_unit_test(rules_for_failures_stay_in_their_order),
        cmocka_unit_test(urls_of_an_api_lose_what_the_forge_adds),
        cmocka_unit_test(public_forges_have_their_documented_limits_and_others_none),
        cmocka_unit_test(a_token_over_plain_http_is_warned_of),
        cmocka_unit_test(secrets_that_do_not_hold_are_refused),
        cmocka_unit_test(a_webhook_secret_may_have_its_next_and_its_last_one_beside_it),
        cmocka_unit_test(a_forge_of_this_machine_is_its_kind_and_nothing_else),
        cmocka_unit_test(repositories_of_this_machine_have_a_folder),
        cmocka_unit_test(what_only_a_forge_can_be_told_is_refused_for_a_folder),
        cmocka_unit_test(an_app_takes_the_place_of_a_token),
        cmocka_unit_test(an_app_that_cannot_sign_in_is_refused_where_it_stands),
        cmocka_unit_test(secrets_of_workflows_name_repositories_that_there_are),
        cmocka_unit_test(a_credential_of_systemd_is_read),
        cmocka_unit_test(a_private_key_must_not_be_open_to_all),
        cmocka_unit_test(behind_a_proxy_plain_http_is_fine),
        cmocka_unit_test(a_dashboard_needs_the_api_of_its_listener),
        cmocka_unit_test(a_broken_workflow_is_left_out_and_told),
        cmocka_unit_test(a_job_cannot_ask_for_more_slots_than_there_are),
        cmocka_unit_test(tokens_of_the_api_are_digests_with_scopes),
        cmocka_unit_test(an_api_for_others_that_nobody_can_use_is_told),
        cmocka_unit_test(a_dashboard_for_others_is_one_where_somebody_can_sign_in),
        cmocka_unit_test(scheduling_says_who_runs_next),
        cmocka_unit_test(a_wrong_word_of_scheduling_is_told_with_its_place),
        cmocka_unit_test(users_of_hooks_are_those_of_the_machine),
        cmocka_unit_test(a_wrong_word_of_hooks_is_told),
        cmocka_unit_test(a_broken_repositories_file_stops_everything),
        cmocka_unit_test(a_missing_file_is_told),
        cmocka_unit_test(references_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
