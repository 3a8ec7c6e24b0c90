/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "fmt/hmac.h"
#include "server/hooksock/gate.h"

enum { OWN = 700, OTHER = 701, FRIEND = 702 };

static struct conf_hook_user users[] = {{"other", OTHER, false}, {"friend", FRIEND, true}, {"nobody-here", -1, true}};
static struct conf_api_token tokens[3];

static struct conf conf_of(void)
{
    static const struct {
        const char *name, *text;
        unsigned scopes;
    } rows[] = {
        {"hooks", "fettle_a", API_HOOK}, {"all", "fettle_b", API_HOOK | API_RUN}, {"reader", "fettle_c", API_READ}};
    struct conf c = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        tokens[i] = (struct conf_api_token){.name = rows[i].name, .scopes = rows[i].scopes};
        sha256(rows[i].text, strlen(rows[i].text), tokens[i].hash);
    }
    c.hooks.users = users;
    c.hooks.n_users = ARRAY_LEN(users);
    c.api.tokens = tokens;
    c.api.n_tokens = ARRAY_LEN(tokens);
    return c;
}

static void users_of_this_machine_are_known_by_the_kernel(void **state)
{
    (void)state;
    static const struct {
        const char *peer;
        enum hook_gate want;
        bool trusted;
    } rows[] = {
        {"unix:0", HOOK_GATE_OPEN, true},
        {"unix:700", HOOK_GATE_OPEN, true},
        {"unix:701", HOOK_GATE_OPEN, false},
        {"unix:702", HOOK_GATE_OPEN, true},
        {"unix:703", HOOK_GATE_STRANGER, false},
        {"unix:-1", HOOK_GATE_STRANGER, false},
        {"unix:4294967295", HOOK_GATE_STRANGER, false},
        {"unix:", HOOK_GATE_STRANGER, false},
        {"unix:0x0", HOOK_GATE_STRANGER, false},
    };
    struct conf c = conf_of();
    struct http_head head = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct hook_caller who;
        assert_int_equal(hook_gate(&c, sv_of(rows[i].peer), &head, OWN, &who), rows[i].want);
        assert_int_equal(who.trusted, rows[i].trusted);
    }
    struct hook_caller root;
    (void)hook_gate(&c, SV("unix:0"), &head, OWN, &root);
    assert_string_equal(root.user, "root");
    assert_int_equal(root.uid, 0);
}

static void others_show_a_token_for_hooks(void **state)
{
    (void)state;
    static const struct {
        const char *shown;
        enum hook_gate want;
        bool trusted;
        const char *user;
    } rows[] = {
        {"Bearer fettle_a", HOOK_GATE_OPEN, false, "token:hooks"},
        {"bearer fettle_b", HOOK_GATE_OPEN, true, "token:all"},
        {"Bearer fettle_c", HOOK_GATE_NO_SCOPE, false, ""},
        {"Bearer fettle_", HOOK_GATE_BAD_TOKEN, false, ""},
        {"Bearer ", HOOK_GATE_BAD_TOKEN, false, ""},
        {"Basic cm9vdDo=", HOOK_GATE_NO_TOKEN, false, ""},
        {NULL, HOOK_GATE_NO_TOKEN, false, ""},
    };
    struct conf c = conf_of();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct hook_caller who;
        struct http_field field = {SV("Authorization"), sv_of(rows[i].shown)};
        struct http_head head = {.n_fields = rows[i].shown ? 1 : 0, .fields = &field};
        enum hook_gate got = hook_gate(&c, SV("127.0.0.1"), &head, OWN, &who);
        if (got != rows[i].want)
            fail_msg("%s: %d", rows[i].shown, got);
        assert_int_equal(who.trusted, rows[i].trusted);
        assert_string_equal(who.user, rows[i].user);
        assert_int_equal(who.uid, -1);
    }
    struct conf none = {0};
    struct hook_caller who;
    struct http_field field = {SV("Authorization"), SV("Bearer fettle_a")};
    struct http_head head = {.n_fields = 1, .fields = &field};
    assert_int_equal(hook_gate(&none, SV("192.0.2.1"), &head, OWN, &who), HOOK_GATE_BAD_TOKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_of_this_machine_are_known_by_the_kernel),
        cmocka_unit_test(others_show_a_token_for_hooks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
