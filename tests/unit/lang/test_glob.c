/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "base/clk.h"
#include "lang/glob.h"

static struct glob *compiled(struct arena *a, const char *pattern)
{
    struct glob *g = NULL;
    struct err e = {0};
    if (glob_compile(sv_of(pattern), a, &g, &e) < 0)
        fail_msg("%s: %s", pattern, e.msg);
    return g;
}

/* GitHub's cheat sheet, its examples for branches, tags and paths; and what must not match. */
static const struct {
    const char *pattern, *yes, *no; /* names separated by blanks */
} sheet[] = {
    {"feature/*", "feature/my-branch feature/your-branch feature/", "feature/a/b feature"},
    {"feature/**", "feature/beta-a/my-branch feature/your-branch feature/mona/the/octocat", "feature"},
    {"main", "main", "Main main2 mai"},
    {"releases/mona-the-octocat", "releases/mona-the-octocat", "releases/mona"},
    {"*", "main releases README.md server.rb", "all/the/branches"},
    {"**", "all/the/branches every/tag main", ""},
    {"*feature", "mona-feature feature ver-10-feature", "a/feature feature1"},
    {"v2*", "v2 v2.0 v2.9", "v1 v2/a"},
    {"v[12].[0-9]+.[0-9]+", "v1.10.1 v2.0.0", "v3.1.0 v1..1 v1.1 v1.1.x"},
    {"*.jsx?", "page.js page.jsx", "page.jsxx a/page.js page.j"},
    {"**.js", "index.js js/index.js src/js/app.js", "index.jsx"},
    {"*.js", "app.js index.js", "js/index.js"},
    {"docs/*", "docs/README.md docs/file.txt", "docs/a/b docs"},
    {"docs/**", "docs/README.md docs/mona/octocat.txt", "xdocs/a docs"},
    {"docs/**/*.md", "docs/README.md docs/mona/hello-world.md docs/a/markdown/file.md", "docs/a.txt docsREADME.md"},
    {"**/docs/**", "docs/hello.md dir/docs/my-file.txt dir/docs/space/doc/plan.space", "xdocs/a docs dir/xdocs/a"},
    {"**/README.md", "README.md js/README.md a/b/README.md", "xREADME.md js/xREADME.md"},
    {"**/*src/**", "a/src/app.js my-src/code/js/app.js src/x", "srcs/x src"},
    {"**/*-post.md", "my-post.md path/their-post.md", "post.md/x"},
    {"**/migrate-*.sql", "migrate-10909.sql db/migrate-v1.0.sql db/sept/migrate-v1.sql", "xmigrate-1.sql"},
    {"a**/b", "a/b ax/b a/x/b", "b ab"},
    {"***", "a a/b", ""},
    {"a+", "a aaa", "b ab"},
    {"ab?c", "ac abc", "abbc"},
    {"[a-c-]x", "ax cx -x", "dx x"},
    {"\\*", "*", "a"},
    {"\\!x", "!x", "x"},
    {"*\\[bot\\]", "dependabot[bot] [bot]", "dependabot"},
    {"c\\+\\+/**", "c++/a.cc", "c/a.cc"},
    {"[\\]\\\\]", "] \\", "["},
    {"a]", "a]", "a"},
    {"caf\xc3\xa9?", "caf caf\xc3\xa9", "caf\xc3"},
    {"\xe6\x97\xa5+", "\xe6\x97\xa5\xe6\x97\xa5", "\xe6\x97"},
    {"[\xce\xb1-\xcf\x89]", "\xce\xb2", "a"},
    {"x*", "x\xff\xfe", "\xff"},
    {"\xe6\x97\xa5**\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac \xe6\x97\xa5/x\xe6\x9c\xac", "\xe6\x97\xa5 x\xe6\x9c\xac"},
    {"**\xa9", "", "caf\xc3\xa9"}, /* half a character is no end of one */
    {"\xc3**", "", "\xc3\xa9"},
    {"escape\\\\backslash", "escape\\backslash", "escapebackslash"},
    {".yml", ".yml", "fyml a/.yml"},
    {"*.+(x)", "a.(x) a..(x)", "a.x a.b(x)"},
    {"./src/**", "./src/a", "src/a"}, /* paths of git never begin so */
    {"/src/**", "/src/a", "src/a"},
    {"docs", "docs", "docs/a docs/"},
    {"docs/", "docs/", "docs docs/a"},
    {"**/docs/*.md", "docs/a.md x/docs/a.md", "docs/x/a.md xdocs/a.md"},
    {"a/**/b/**/c", "a/b/c a/x/b/y/z/c", "a/c ab/c a/b a/xb/c"},
    {"**/a/**/b.c", "a/b.c x/a/y/b.c a/a/b.c", "b.c xa/b.c a/xb.c"},
    {"a*b*c", "abc axbxc abcbc", "ab ac axbx a/bc abc/c"},
    {"aa*aa", "aaaa aaxaa", "aaa aa aaaaa/"},
    {"a?b+c*d", "bcd abbcxd", "ad abd abc/d"},
    {"v[0-9]?", "v v1", "v12 va"},
    {"v[0-9]+.x", "v1.x v12.x", "v.x va.x"},
};

static void check_names(const struct glob *g, const char *pattern, const char *names, bool want)
{
    struct sv rest = sv_of(names), name;
    while (names[0] && sv_next(&rest, ' ', &name))
        if (glob_match(g, name) != want)
            fail_msg("\"%s\" %s \"%.*s\"", pattern, want ? "should match" : "should not match", SV_ARG(name));
}

static void the_cheat_sheet_holds(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    for (size_t i = 0; i < ARRAY_LEN(sheet); i++) {
        const struct glob *g = compiled(&a, sheet[i].pattern);
        check_names(g, sheet[i].pattern, sheet[i].yes, true);
        check_names(g, sheet[i].pattern, sheet[i].no, false);
    }
}

static void an_empty_name_matches_only_what_may_be_empty(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    assert_true(glob_match(compiled(&a, "**"), SV("")));
    assert_true(glob_match(compiled(&a, "*"), SV("")));
    assert_true(glob_match(compiled(&a, "a?"), SV("")));
    assert_false(glob_match(compiled(&a, "a"), SV("")));
    assert_false(glob_match(compiled(&a, "a+"), SV("")));
}

static void bad_patterns_are_refused_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *why;
    } rows[] = {
        {"", "the pattern is empty"},
        {"!", "the pattern is empty"},
        {"?a", "\"?\" needs a plain character before it to repeat (itself it is written \"\\?\")"},
        {"+", "\"+\" needs a plain character before it to repeat (itself it is written \"\\+\")"},
        {"*?", "\"?\" needs a plain character before it to repeat (itself it is written \"\\?\")"},
        {"a++", "\"+\" needs a plain character before it to repeat (itself it is written \"\\+\")"},
        {"!?", "\"?\" needs a plain character before it to repeat (itself it is written \"\\?\")"},
        {"[a", "\"[\" without \"]\" (itself it is written \"\\[\")"},
        {"[]", "\"[]\" matches nothing"},
        {"[]-]", "\"[]\" matches nothing"},
        {"[z-a]", "a range in \"[…]\" goes backwards"},
        {"[!a]", "\"[!…]\" is not part of filter patterns: only characters and ranges are"},
        {"a\\", "\"\\\" at the end escapes nothing"},
        {"[a\\", "\"\\\" at the end escapes nothing"},
        {"[a-\\", "\"\\\" at the end escapes nothing"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        struct glob *g;
        struct err e = {0};
        assert_int_equal(glob_compile(sv_of(rows[i].pattern), &a, &g, &e), -1);
        assert_int_equal(e.cls, ERR_INVALID);
        assert_string_equal(e.msg, rows[i].why);
    }
}

static void a_pattern_has_a_longest_length(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf b = {0};
    struct glob *g;
    struct err e = {0};
    for (int i = 0; i < 1024; i++)
        buf_chr(&b, 'a');
    assert_int_equal(glob_compile(buf_view(&b), &a, &g, &e), 0);
    assert_true(glob_match(g, buf_view(&b)));
    buf_chr(&b, 'a');
    assert_int_equal(glob_compile(buf_view(&b), &a, &g, &e), -1);
    assert_string_equal(e.msg, "the pattern is longer than 1024 bytes");
}

static void in_a_list_the_last_matching_pattern_wins(void **state)
{
    (void)state;
    static const struct {
        const char *list, *name;
        bool want;
    } rows[] = {
        {"releases/** !releases/**-alpha", "releases/10", true},
        {"releases/** !releases/**-alpha", "releases/beta/3-alpha", false},
        {"!releases/**-alpha releases/**", "releases/beta/3-alpha", true},
        {"* !x x", "x", true},
        {"!x", "x", false},
        {"!x", "y", false},
        {"!x !y", "z", false},
        {"*.md !README.md README*", "README.md", true},
        {"* !*\\[bot\\]", "ann", true},
        {"* !*\\[bot\\]", "renovate[bot]", false},
        {"a b c d e f g h i", "i", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        struct globs l = {0};
        struct err e = {0};
        struct sv rest = sv_of(rows[i].list), one;
        while (sv_next(&rest, ' ', &one))
            assert_int_equal(globs_add(&l, one, &a, &e), 0);
        if (globs_match(&l, sv_of(rows[i].name)) != rows[i].want)
            fail_msg("%s against %s", rows[i].list, rows[i].name);
    }
}

static void an_empty_list_matches_nothing(void **state)
{
    (void)state;
    struct globs l = {0};
    assert_false(globs_match(&l, SV("main")));
}

static void a_negative_pattern_knows_its_own_sign(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    assert_true(glob_is_negative(compiled(&a, "!x")));
    assert_true(glob_match(compiled(&a, "!x"), SV("x")));
    assert_false(glob_is_negative(compiled(&a, "\\!x")));
}

/* Patterns that take a backtracking matcher longer than the age of the universe. */
static void bombs_take_linear_time(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf pattern = {0}, name = {0};
    for (int i = 0; i < 100; i++)
        buf_str(&pattern, i % 3 == 0 ? "*a" : i % 3 == 1 ? "**a" : "a?a+");
    buf_chr(&pattern, 'b');
    for (int i = 0; i < 20000; i++)
        buf_chr(&name, 'a');
    const struct glob *g = compiled(&a, pattern.p);
    msec_t start = clk_mono_ms();
    assert_false(glob_match(g, buf_view(&name)));
    buf_chr(&name, 'b');
    assert_true(glob_match(g, buf_view(&name)));
    /* 2 x 20,000 x about 300 states; generous for a sanitized build on a busy machine. */
    assert_true(clk_mono_ms() - start < 5000);
}

static void only_a_walk_counts_as_work(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    assert_int_equal(glob_work(compiled(&a, "main"), SV("main")), 0);
    assert_int_equal(glob_work(compiled(&a, "docs/**"), SV("docs/a/b")), 0);
    assert_int_equal(glob_work(compiled(&a, "a+b"), SV("x")), 0); /* its end is not that of the pattern */
    assert_int_equal(glob_work(compiled(&a, "a+b"), SV("aaab")), 3);
    assert_int_equal(glob_work(compiled(&a, "a+[bc]"), SV("aaab")), 8);
    assert_int_equal(glob_work(compiled(&a, "a+[bc]"), SV_NONE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cheat_sheet_holds),
        cmocka_unit_test(an_empty_name_matches_only_what_may_be_empty),
        cmocka_unit_test(bad_patterns_are_refused_with_a_reason),
        cmocka_unit_test(a_pattern_has_a_longest_length),
        cmocka_unit_test(in_a_list_the_last_matching_pattern_wins),
        cmocka_unit_test(an_empty_list_matches_nothing),
        cmocka_unit_test(a_negative_pattern_knows_its_own_sign),
        cmocka_unit_test(only_a_walk_counts_as_work),
        cmocka_unit_test(bombs_take_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
