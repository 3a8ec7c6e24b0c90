/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/config/conf_folder.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_that_do_not_hold_are_refused),
        cmocka_unit_test(a_webhook_secret_may_have_its_next_and_its_last_one_beside_it),
        cmocka_unit_test(secrets_of_workflows_name_repositories_that_there_are),
        cmocka_unit_test(a_credential_of_systemd_is_read),
        cmocka_unit_test(a_private_key_must_not_be_open_to_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
