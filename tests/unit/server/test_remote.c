/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "server/hooksock/remote.h"

static enum remote_match match(const char *one, const char *two, enum remote_fold fold)
{
    AUTO(remote_name_free) struct remote_name a, b;
    assert_true(remote_read(sv_of(one), &a));
    assert_true(remote_read(sv_of(two), &b));
    assert_int_equal(remote_compare(&a, &b, fold), remote_compare(&b, &a, fold));
    return remote_compare(&a, &b, fold);
}

static void the_ways_to_write_one_repository_are_one(void **state)
{
    (void)state;
    static const struct {
        const char *one, *two;
        enum remote_match want;
    } rows[] = {
        {"https://github.com/acme/api.git", "https://github.com/acme/api", REMOTE_SAME},
        {"https://github.com/acme/api/", "https://ann:x@GitHub.com:443//acme/api.git/", REMOTE_SAME},
        {"https://github.com/acme/api", "git@github.com:acme/api.git", REMOTE_OTHER_WAY},
        {"https://github.com/acme/api", "github.com:/acme/api", REMOTE_OTHER_WAY},
        {"https://github.com/acme/api", "ssh://git@github.com/acme/api.git", REMOTE_OTHER_WAY},
        {"https://github.com/acme/api", "ssh://git@ssh.github.com:443/acme/api.git", REMOTE_OTHER_WAY},
        {"https://gitlab.com/a/b/c", "ssh://git@altssh.gitlab.com:443/a/b/c.git", REMOTE_OTHER_WAY},
        {"https://forge.example:8443/a/b", "ssh://git@forge.example:2222/a/b", REMOTE_OTHER_WAY},
        {"git@github.com:acme/api", "ssh://github.com:22/acme/api.git", REMOTE_SAME},
        {"git+ssh://h/a", "ssh://h/a", REMOTE_SAME},
        {"https://h/a%20b", "https://h/a b.git", REMOTE_SAME},
        {"https://[::1]:8443/a/b", "git@[::1]:a/b", REMOTE_OTHER_WAY},
        {"/srv/git/api.git", "file:///srv/git/api.git", REMOTE_SAME},
        {"/srv/git//api/", "file://localhost/srv/git/api.git", REMOTE_SAME},
        {"/home/ann/api/.git", "/home/ann/api", REMOTE_SAME},
        /* others */
        {"https://github.com/acme/api", "https://github.com/acme/apis", REMOTE_OTHER},
        {"https://github.com/acme/api", "https://gitlab.com/acme/api", REMOTE_OTHER},
        {"https://forge.example:8443/a/b", "https://forge.example/a/b", REMOTE_OTHER},
        {"ssh://forge.example:2222/a/b", "git@forge.example:a/b", REMOTE_OTHER},
        {"/srv/git/api.git", "host:/srv/git/api.git", REMOTE_OTHER},
        {"/srv/git/api.git", "/srv/git/Api.git", REMOTE_OTHER},
        {"https://github.com/acme/.git", "https://github.com/acme/x.git", REMOTE_OTHER},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (match(rows[i].one, rows[i].two, REMOTE_EXACT) != rows[i].want)
            fail_msg("%s and %s: %d", rows[i].one, rows[i].two, match(rows[i].one, rows[i].two, REMOTE_EXACT));
}

static void case_counts_where_no_forge_folds_it(void **state)
{
    (void)state;
    assert_int_equal(match("https://github.com/Acme/API", "git@github.com:acme/api.git", REMOTE_FOLD), REMOTE_FOLDED);
    assert_int_equal(match("https://github.com/Acme/API", "git@github.com:acme/api.git", REMOTE_EXACT), REMOTE_OTHER);
    assert_int_equal(match("/srv/git/A", "/srv/git/a", REMOTE_FOLD), REMOTE_OTHER);
}

static void what_names_nothing_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {"",
                                       "..",
                                       "../api",
                                       "api",
                                       "./a:b",
                                       "https://",
                                       "https:///a/b",
                                       "https://h",
                                       "https://h/",
                                       "https://h:0/a",
                                       "https://h:70000/a",
                                       "https://h:x/a",
                                       "https://h/a%zz",
                                       "https://h/%00",
                                       "file://elsewhere/srv/a",
                                       "/",
                                       "//",
                                       "h:",
                                       "h:/",
                                       ":a",
                                       "ftp://h/a",
                                       "ext::sh -c true",
                                       "@:a"};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct remote_name n;
        if (remote_read(sv_of(rows[i]), &n))
            fail_msg("%s was taken: %s %s", rows[i], n.host.p ? n.host.p : "", n.path.p);
        assert_null(n.path.p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ways_to_write_one_repository_are_one),
        cmocka_unit_test(case_counts_where_no_forge_folds_it),
        cmocka_unit_test(what_names_nothing_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
