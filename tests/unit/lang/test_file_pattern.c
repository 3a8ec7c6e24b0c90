/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "lang/file_pattern.h"

static void patterns_mean_files_and_what_is_below_folders(void **state)
{
    (void)state;
    static const struct {
        const char *lines, *yes, *no; /* paths with blanks between */
    } rows[] = {
        {"a.txt", "a.txt a.txt/b", "b/a.txt a_txt A.txt"},
        {"*.c", "x.c .c", "a/x.c x.h"},
        {"**/*.c", "x.c a/x.c a/b/x.c .git/x.c", "x.h"},
        {"src", "src src/a src/a/b", "srcs a/src"},
        {"src/", "src/a src/a/b", "src"},
        {"src/**", "src/a src/a/b", "a/src"},
        {"src/*", "src/a src/a/b", "srcs/a"},
        {"**", "a a/b .x/.y", ""},
        {".", "a a/b", ""},
        {"./a/b", "a/b a/b/c", "a"},
        {"a//b", "a/b", "a"},
        {"**/b/**", "b/c a/b/c b", "a/c bb/c"},
        {"a/**/b", "a/b a/x/b a/x/y/b", "b a/x/c"},
        {"?.c", "x.c \xc3\xbc.c", "xx.c .c"},
        {"[a-c]x", "ax cx", "dx"},
        {"[!a]x", "bx", "ax"},
        {"[^a]x", "bx", "ax"},
        {"[]]x", "]x", "ax"},
        {"[a", "[a", "a"},
        {"\\*", "*", "a"},
        {"a\\[b]", "a[b]", "ab"},
        {"a*b*c", "abc axxbyyc abcbc", "ab acb"},
        {"a**b", "ab axb", "a/b"},
        {"**/*\n!b/**", "a c/d", "b/c b/x/y"},
        {"**/*\n!b/**\nb/keep", "a b/keep", "b/c"},
        {"!a\na", "a", "b"},
        {"# a\n\n  b  \r\n", "b", "a"},
        {"!!a", "a", "b"},
        {"/place/a", "a", "b"},
        {"/place/a/*.c", "a/x.c", "x.c"},
        {"/place", "a b/c", ""},
        {"**/package-lock.json\n**/Cargo.toml", "package-lock.json x/Cargo.toml", "x/y"},
        {"**/**/a", "a x/a x/y/a", "b"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        struct file_patterns l = {0};
        struct err e = {0};
        struct sv one;
        assert_int_equal(file_patterns_add(&l, sv_of(rows[i].lines), SV("/place/"), &a, &e), 0);
        for (struct sv rest = sv_of(rows[i].yes); sv_next(&rest, ' ', &one);) {
            if (!file_patterns_match(&l, one))
                fail_msg("\"%s\" does not match %.*s", rows[i].lines, SV_ARG(one));
            for (struct sv up = one; sv_rchr(up, '/') >= 0;) {
                up = sv_cut(up, (size_t)sv_rchr(up, '/'));
                if (!file_patterns_reach(&l, up))
                    fail_msg("\"%s\" does not reach into %.*s", rows[i].lines, SV_ARG(up));
            }
        }
        for (struct sv rest = sv_of(rows[i].no); sv_next(&rest, ' ', &one);)
            if (one.n && file_patterns_match(&l, one))
                fail_msg("\"%s\" matches %.*s", rows[i].lines, SV_ARG(one));
    }
}

static void folders_that_hold_nothing_meant_are_not_entered(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    struct file_patterns l = {0};
    struct err e = {0};
    assert_int_equal(file_patterns_add(&l, SV("src/*/x.c\n!node_modules/**"), SV_NONE, &a, &e), 0);
    assert_true(file_patterns_reach(&l, SV("")));
    assert_true(file_patterns_reach(&l, SV("src")));
    assert_true(file_patterns_reach(&l, SV("src/a")));
    assert_false(file_patterns_reach(&l, SV("src/a/b")));
    assert_false(file_patterns_reach(&l, SV("node_modules")));
}

static void ways_out_of_the_folder_are_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "../a", "a/../b", "a/./b", "/etc/passwd", "/place2/a", "~/a", "!/etc", "!", "--follow-symbolic-links", "a/.."};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        struct file_patterns l = {0};
        struct err e = {0};
        if (file_patterns_add(&l, sv_of(rows[i]), SV("/place"), &a, &e) == 0 || e.cls != ERR_INVALID)
            fail_msg("%s is taken", rows[i]);
    }
}

static void the_number_and_size_of_patterns_is_limited(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf many = {0}, deep = {0}, wide = {0};
    struct err e = {0};
    for (int i = 0; i <= FILE_PATTERNS; i++)
        buf_str(&many, "a\n");
    for (int i = 0; i <= FILE_PATTERN_SEGMENTS; i++)
        buf_str(&deep, "a/");
    for (int i = 0; i <= FILE_PATTERN_LENGTH; i++)
        buf_chr(&wide, 'a');
    assert_int_equal(file_patterns_add(&(struct file_patterns){0}, buf_view(&many), SV_NONE, &a, &e), -1);
    assert_int_equal(file_patterns_add(&(struct file_patterns){0}, buf_view(&deep), SV_NONE, &a, &e), -1);
    assert_int_equal(file_patterns_add(&(struct file_patterns){0}, buf_view(&wide), SV_NONE, &a, &e), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_mean_files_and_what_is_below_folders),
        cmocka_unit_test(folders_that_hold_nothing_meant_are_not_entered),
        cmocka_unit_test(ways_out_of_the_folder_are_refused),
        cmocka_unit_test(the_number_and_size_of_patterns_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
