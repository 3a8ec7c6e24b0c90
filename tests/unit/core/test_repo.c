/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/repo.h"

static void a_repository_is_meant_by_alias_or_by_its_path(void **state)
{
    (void)state;
    struct repo rows[] = {
        {.alias = "api", .id = "github:acme/api", .forge = "github", .path = "acme/api"},
        {.alias = "copy", .id = "gitea:acme/api", .forge = "gitea", .path = "acme/api"},
        {.alias = "acme", .id = "gitea:x/y", .forge = "gitea", .path = "x/y"},
    };
    const struct repo_set all = {.at = rows, .n = ARRAY_LEN(rows)};
    assert_ptr_equal(repo_by_word(&all, SV("copy"), SV_NONE), &rows[1]);
    assert_ptr_equal(repo_by_word(&all, SV("acme/api"), SV_NONE), &rows[0]);
    assert_ptr_equal(repo_by_word(&all, SV("Acme/API"), SV("gitea")), &rows[1]);
    assert_ptr_equal(repo_by_word(&all, SV("x/y"), SV("github")), &rows[2]);
    assert_null(repo_by_word(&all, SV("acme/other"), SV("github")));
    assert_null(repo_by_word(&all, SV(""), SV_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_repository_is_meant_by_alias_or_by_its_path)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
