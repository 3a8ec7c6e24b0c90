/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "port/forge.h"
#include "server/token_expiry.h"

#define DAY_MS (24LL * 3600 * 1000)
#define NOW    1764460800000LL /* 2025-11-30T00:00:00Z */

static void a_token_is_warned_of_within_two_weeks_of_its_end_once_a_day(void **state)
{
    (void)state;
    static const struct {
        msec_t expires, warned;
        bool due;
    } rows[] = {
        {0, 0, false},
        {NOW + 14 * DAY_MS, 0, false},
        {NOW + 14 * DAY_MS - 1, 0, true},
        {NOW + DAY_MS, NOW - DAY_MS + 1, false},
        {NOW + DAY_MS, NOW - DAY_MS, true},
        {NOW - 100 * DAY_MS, 0, true}, /* it has ended */
        {NOW + 400 * DAY_MS, NOW - 500 * DAY_MS, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (token_expiry_due(rows[i].expires, rows[i].warned, NOW) != rows[i].due)
            fail_msg("row %zu", i);
}

static void gitlab_says_when_the_token_that_asks_ends(void **state)
{
    (void)state;
    const struct forge_ops *gitlab = forge_find(SV("gitlab"));
    static const struct {
        int status;
        const char *body;
        int rc;
        msec_t expires;
    } rows[] = {
        {200, "{\"expires_at\":\"2025-11-30\"}", 0, NOW},
        {200, "{\"expires_at\":null}", 0, 0},
        {200, "{\"expires_at\":\"soon\"}", -1, 0},
        {200, "{}", -1, 0},
        {200, "<html>", -1, 0},
        {401, "{\"message\":\"401 Unauthorized\"}", -1, 0},
        {404, "{\"error\":\"404 Not Found\"}", -1, 0},
        {0, "", -1, 0},
    };
    struct api_request q = {0};
    gitlab->ask_expiry(&q);
    assert_string_equal(q.method, "GET");
    assert_string_equal(q.path.p, "/api/v4/personal_access_tokens/self");
    api_request_done(&q);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct api_reply r = {.status = rows[i].status, .body = sv_of(rows[i].body)};
        struct err e = {0};
        msec_t expires = 77;
        assert_int_equal(gitlab->read_expiry(&r, &expires, &e), rows[i].rc);
        assert_true(rows[i].rc < 0 ? e.msg[0] != 0 : expires == rows[i].expires);
    }
}

static void github_says_it_in_a_header_of_every_answer(void **state)
{
    (void)state;
    msec_t at = 0;
    assert_string_equal(forge_find(SV("github"))->expiry_header, "github-authentication-token-expiration");
    assert_true(when_parse(SV("2025-11-30 00:00:00 UTC"), &at)); /* as GitHub writes it */
    assert_int_equal(at, NOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_warned_of_within_two_weeks_of_its_end_once_a_day),
        cmocka_unit_test(gitlab_says_when_the_token_that_asks_ends),
        cmocka_unit_test(github_says_it_in_a_header_of_every_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
