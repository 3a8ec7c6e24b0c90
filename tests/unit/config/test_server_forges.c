/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/config/conf_folder.h"
#include <openssl/pem.h>
#include <openssl/rsa.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_of_an_api_lose_what_the_forge_adds),
        cmocka_unit_test(public_forges_have_their_documented_limits_and_others_none),
        cmocka_unit_test(a_token_over_plain_http_is_warned_of),
        cmocka_unit_test(a_forge_of_this_machine_is_its_kind_and_nothing_else),
        cmocka_unit_test(repositories_of_this_machine_have_a_folder),
        cmocka_unit_test(what_only_a_forge_can_be_told_is_refused_for_a_folder),
        cmocka_unit_test(an_app_takes_the_place_of_a_token),
        cmocka_unit_test(an_app_that_cannot_sign_in_is_refused_where_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
