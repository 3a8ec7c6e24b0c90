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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_page_is_read_from_link),
        cmocka_unit_test(an_address_is_cut_to_what_is_below_the_base),
        cmocka_unit_test(a_repository_path_keeps_its_slashes_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
