/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "server/lab/sign.h"

/* The first is of GitHub's documentation; the others were computed with openssl. */
static const struct {
    enum hook_sender sender;
    unsigned flags;
    const char *secret, *payload, *want_head, *want_body;
} rows[] = {
    {SENDER_GITHUB, 0, "It's a Secret to Everybody", "Hello, World!",
     "X-Hub-Signature-256: sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17\n", "Hello, World!"},
    {SENDER_GITEA, 0, "It's a Secret to Everybody", "Hello, World!",
     "X-Gitea-Signature: 757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17\n", "Hello, World!"},
    /* Over the JSON, whatever is sent. */
    {SENDER_GITEA, SIGN_FORM, "It's a Secret to Everybody", "Hello, World!",
     "X-Gogs-Signature: 757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17\n",
     "payload=Hello%2C%20World%21"},
    {SENDER_FORGEJO, 0, "It's a Secret to Everybody", "Hello, World!",
     "X-Forgejo-Signature: 757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17\n", "Hello, World!"},
    {SENDER_GITLAB, SIGN_STANDARD, "whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=", "{\"object_kind\":\"push\"}",
     "webhook-signature: v1,68n7sQVzNQF7jew9KS2HTT9NVpOYy2A5oNqzWGa8QlM=\n", "{\"object_kind\":\"push\"}"},
    {SENDER_STANDARD, 0, "whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=", "{\"object_kind\":\"push\"}",
     "webhook-signature: v1,68n7sQVzNQF7jew9KS2HTT9NVpOYy2A5oNqzWGa8QlM=\n", "{\"object_kind\":\"push\"}"},
    {SENDER_GITLAB, 0, "plain", "{}", "X-Gitlab-Token: plain\n", "{}"},
    {SENDER_GITLAB, SIGN_SYSTEM, "plain", "{}", "X-Gitlab-Event: System Hook\n", "{}"},
};

static void every_forge_signs_as_it_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err e = {0};
        AUTO(buf_free) struct buf headers = {0}, body = {0};
        struct hook_sign s = {.sender = rows[i].sender,
                              .flags = rows[i].flags,
                              .event = SV("push"),
                              .secret = sv_of(rows[i].secret),
                              .id = SV("f5e5f430-f57b-4e6e-9fac-d9128cd7232f"),
                              .now = 1700000000999};
        assert_int_equal(hook_write(&s, sv_of(rows[i].payload), &headers, &body, &e), 0);
        assert_non_null(strstr(headers.p, rows[i].want_head));
        assert_string_equal(body.p, rows[i].want_body);
    }
}

static void a_signing_token_that_is_no_base64_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"whsec_", "whsec_%%%", "plain text"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err e = {0};
        AUTO(buf_free) struct buf headers = {0}, body = {0};
        struct hook_sign s = {.sender = SENDER_STANDARD, .secret = sv_of(bad[i]), .id = SV("x")};
        assert_int_equal(hook_write(&s, SV("{}"), &headers, &body, &e), -1);
        assert_int_equal(e.cls, ERR_INVALID);
    }
}

static void a_value_cannot_begin_a_header_of_its_own(void **state)
{
    (void)state;
    struct err e = {0};
    AUTO(buf_free) struct buf headers = {0}, body = {0};
    struct hook_sign s = {.sender = SENDER_GITHUB, .event = SV("push\r\nX-Evil: 1"), .secret = SV("k"), .id = SV("x")};
    assert_int_equal(hook_write(&s, SV("{}"), &headers, &body, &e), 0);
    assert_non_null(strstr(headers.p, "X-GitHub-Event: push  X-Evil: 1\n"));
}

static void fresh_ids_are_version_4_and_differ(void **state)
{
    (void)state;
    char a[37], b[37];
    fresh_uuid(a);
    fresh_uuid(b);
    assert_int_equal(strlen(a), 36);
    assert_int_equal(a[14], '4');
    assert_non_null(strchr("89ab", a[19]));
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_forge_signs_as_it_does),
        cmocka_unit_test(a_signing_token_that_is_no_base64_is_refused),
        cmocka_unit_test(a_value_cannot_begin_a_header_of_its_own),
        cmocka_unit_test(fresh_ids_are_version_4_and_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
