/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "port/talk.h"

static void the_next_page_is_read_from_link(void **state)
{
    (void)state;
    static const struct {
        const char *link, *want;
    } rows[] = {
        {NULL, NULL},
        {"", NULL},
        {"<a?p=1,2>; rel=\"prev\", <b?p=3,4>; rel=\"next\", <c>; rel=\"last\"", "b?p=3,4"},
        {"<b>; rel=next", "b"},
        {"<b>; rel=\"last\"", NULL},
        {"<b", NULL},
        {"> <b>; rel=\"next\"", NULL},
        {"b; rel=\"next\"", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct sv got = talk_link_next(sv_of(rows[i].link));
        assert_int_equal(got.p != NULL, rows[i].want != NULL);
        if (rows[i].want)
            assert_true(sv_is(got, rows[i].want));
    }
}

static void an_address_is_cut_to_what_is_below_the_base(void **state)
{
    (void)state;
    static const char *const roots[] = {"/repos/", "/repositories/", NULL};
    static const char *const none[] = {NULL};
    const struct talk_dialect d = {roots, none};
    static const struct {
        const char *url, *want;
    } rows[] = {
        {"https://api.github.com/repos/a/b/issues?page=2", "/repos/a/b/issues?page=2"},
        {"https://evil.example/api/v3/repositories/1/x?u=/repos/", "/repositories/1/x?u=/repos/"},
        {"/repos/a/.github/issues", "/repos/a/.github/issues"},
        {"https://api.github.com/user?next=/repos/a", NULL},
        {"https://api.github.com/repos/a/../../user", NULL},
        {"https://api.github.com/repos/a/%2E%2e/user", NULL},
        {"https://api.github.com/repos/a/./b", NULL},
        {"https://api.github.com/repos/a/..?page=2", NULL},
        {"https://api.github.com/repos/a?u=/../b", NULL},
        {"https://api.github.com/repos/a?u=x/..", NULL},
        {"https://api.github.com/repos/a b", NULL},
        {"https://api.github.com/repos/a\r\nX: y", NULL},
        {"https://api.github.com/repos/a#b", NULL},
        {"https://api.github.com/repos/caf\xc3\xa9", NULL},
        {"", NULL},
        {NULL, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf out = {0};
        assert_int_equal(talk_below(&d, sv_of(rows[i].url), &out), rows[i].want != NULL);
        if (rows[i].want)
            assert_string_equal(out.p, rows[i].want);
    }
}

static void a_repository_path_keeps_its_slashes_alone(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    talk_repo_path("acme/a b?c/..%2f", &out);
    assert_string_equal(out.p, "acme/a%20b%3Fc/..%252f");
}

static void a_secondary_limit_at_the_end_of_the_hour_asks_for_the_longer_rest(void **state)
{
    (void)state;
    static const char secondary[] = "{\"message\":\"You have exceeded a secondary rate limit\"}";
    static const struct {
        const char *body, *reset;
        int tries;
        msec_t want;
    } rows[] = {
        {secondary, "1790002800", 0, 60000}, /* 10 s and one more are left of the hour */
        {secondary, "1790002800", 2, 240000},
        {secondary, "1790003790", 0, 1001000},
        {"{\"message\":\"API rate limit exceeded\"}", "1790002800", 2, 11000},
        {"{\"message\":\"API rate limit exceeded\"}", NULL, 0, 60000},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct api_reply r = {.status = 403,
                              .body = sv_of(rows[i].body),
                              .rate_remaining = SV("0"),
                              .rate_reset = sv_of(rows[i].reset),
                              .date = SV("Mon, 21 Sep 2026 14:59:50 GMT")};
        assert_int_equal(talk_limit(&r, rows[i].tries), rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_page_is_read_from_link),
        cmocka_unit_test(an_address_is_cut_to_what_is_below_the_base),
        cmocka_unit_test(a_repository_path_keeps_its_slashes_alone),
        cmocka_unit_test(a_secondary_limit_at_the_end_of_the_hour_asks_for_the_longer_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
