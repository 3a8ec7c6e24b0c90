/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/file.h"
#include "hooks/client/place.h"

static char root[64];

static int set_up(void **state)
{
    (void)state;
    struct err e = {0};
    snprintf(root, sizeof root, "/tmp/fettle-place.XXXXXX");
    if (!mkdtemp(root) || chdir(root) < 0)
        return -1;
    unsetenv("GIT_DIR");
    for (const char *const *d =
             (const char *const[]){"app/.git/worktrees/w", "app/.git/modules/m", "app/m", "w", "bare.git", NULL};
         *d; d++)
        if (file_make_dirs(*d, &e) < 0)
            return -1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    struct err e = {0};
    return chdir("/") < 0 ? -1 : file_remove_tree(root, &e);
}

static void put(const char *file, const char *text)
{
    struct err e = {0};
    assert_int_equal(file_write(file, sv_of(text), 0644, &e), 0);
}

static void is_at(const char *place)
{
    AUTO(arena_free) struct arena a = {0};
    struct sv got = SV("");
    struct err e = {0};
    if (place_repository(&a, &got, &e) < 0)
        fail_msg("%s", e.msg);
    assert_string_equal(arena_dup(&a, got), arena_fmt(&a, "%s/%s", root, place));
}

static void a_repository_is_where_git_would_find_it(void **state)
{
    (void)state;
    put("app/.git/HEAD", "x");
    put("app/.git/worktrees/w/HEAD", "x");
    put("app/.git/worktrees/w/commondir", "../..\n");
    put("app/.git/modules/m/HEAD", "x");
    put("app/m/.git", "gitdir: ../.git/modules/m\n");
    put("bare.git/HEAD", "x");
    assert_int_equal(chdir("app"), 0);
    is_at("app/.git");
    assert_int_equal(chdir("m"), 0);
    is_at("app/.git/modules/m");
    assert_int_equal(chdir("../../bare.git"), 0);
    is_at("bare.git");
    setenv("GIT_DIR", ".", 1);
    is_at("bare.git");
    AUTO(arena_free) struct arena a = {0};
    setenv("GIT_DIR", arena_fmt(&a, "%s/app/.git/worktrees/w", root), 1);
    is_at("app/.git");
}

static void a_folder_without_a_repository_is_refused(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct sv got = SV_NONE;
    struct err e = {0};
    assert_int_equal(place_repository(&a, &got, &e), -1);
    assert_int_equal(e.cls, ERR_MISSING);
    assert_string_equal(e.msg, "there is no repository at .");
    put("app/.git/HEAD", "x");
    setenv("GIT_DIR", "/nowhere", 1);
    assert_int_equal(place_repository(&a, &got, &e), -1);
}

static void who_pushes_is_what_the_machine_says_in_this_order(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    setenv("GL_USER", "bob", 1);
    setenv("REMOTE_USER", "carol", 1);
    assert_true(sv_is(place_actor(&a), "bob"));
    setenv("GL_USER", "", 1);
    assert_true(sv_is(place_actor(&a), "carol"));
    setenv("REMOTE_USER", "car\nol\t\x7f", 1);
    assert_true(sv_is(place_actor(&a), "car?ol??"));
    char wide[400];
    memset(wide, 'x', sizeof wide - 1);
    wide[sizeof wide - 1] = 0;
    setenv("REMOTE_USER", wide, 1);
    assert_int_equal(place_actor(&a).n, 255);
    unsetenv("GL_USER");
    unsetenv("REMOTE_USER");
    setenv("LOGNAME", "not-me", 1);
    if (geteuid() == 0)
        assert_true(sv_is(place_actor(&a), "root"));
}

static void a_remote_is_told_without_what_lets_somebody_in(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"https://github.com/acme/api.git", "https://github.com/acme/api.git"},
        {"https://ann:secret@github.com/acme/api.git", "https://github.com/acme/api.git"},
        {"https://ghp_token@github.com/acme/api", "https://github.com/acme/api"},
        {"https://ann:se@cret@github.com/acme/api", "https://github.com/acme/api"},
        {"http://h:8080/a@b/c.git?private_token=x#y", "http://h:8080/a@b/c.git"},
        {"https://u:p@h?x", "https://h"},
        {"ssh://git:secret@h:22/acme/api.git", "ssh://git@h:22/acme/api.git"},
        {"ssh://git@h/acme/api.git", "ssh://git@h/acme/api.git"},
        {"git+ssh://git:s@h/x", "git+ssh://git@h/x"},
        {"ftp://ann:s@h/x?y", "ftp://h/x?y"},
        {"git@github.com:acme/api.git", "git@github.com:acme/api.git"},
        {"file:///srv/git/api.git", "file:///srv/git/api.git"},
        {"/srv/git/api.git", "/srv/git/api.git"},
        {"./nowhere:x", "./nowhere:x"},
    };
    AUTO(arena_free) struct arena a = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_string_equal(arena_dup(&a, place_remote(&a, sv_of(rows[i][0]))), rows[i][1]);
    assert_string_equal(arena_dup(&a, place_remote(&a, SV("app/../bare.git"))), arena_fmt(&a, "%s/bare.git", root));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_repository_is_where_git_would_find_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_without_a_repository_is_refused, set_up, tear_down),
        cmocka_unit_test(who_pushes_is_what_the_machine_says_in_this_order),
        cmocka_unit_test_setup_teardown(a_remote_is_told_without_what_lets_somebody_in, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
