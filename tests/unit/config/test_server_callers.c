/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/config/conf_folder.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(behind_a_proxy_plain_http_is_fine),
        cmocka_unit_test(a_dashboard_needs_the_api_of_its_listener),
        cmocka_unit_test(tokens_of_the_api_are_digests_with_scopes),
        cmocka_unit_test(an_api_for_others_that_nobody_can_use_is_told),
        cmocka_unit_test(a_dashboard_for_others_is_one_where_somebody_can_sign_in),
        cmocka_unit_test(users_of_hooks_are_those_of_the_machine),
        cmocka_unit_test(a_wrong_word_of_hooks_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
