/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "unit/git/lab.h"

#define ID "bare:acme/api"

/* Every test runs against libgit2 and, with SHA-256 objects, against the git program. */
static const char *const formats[] = {"sha1", "sha256"};

static const char *joined(struct lab *l, const struct git_paths *p)
{
    AUTO(buf_free) struct buf all = {0};
    for (size_t i = 0; i < p->n; i++) {
        buf_str(&all, i ? "," : "");
        buf_str(&all, p->at[i]);
    }
    return arena_dup(&l->a, buf_view(&all));
}

static const char *changed(struct lab *l, const char *from, const char *to)
{
    struct git_paths p;
    if (git_changed(l->g, ID, from, to, &l->a, &p, &l->e) < 0)
        return "error";
    return joined(l, &p);
}

static const char *listed(struct lab *l, const char *commit, const char *folder)
{
    struct git_paths p;
    if (git_list(l->g, ID, commit, folder, &l->a, &p, &l->e) < 0)
        return "error";
    return joined(l, &p);
}

static void a_renamed_file_counts_under_both_names(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(formats); f++) {
        AUTO(lab_close) struct lab l;
        lab_open(&l, formats[f]);
        lab_write(&l, "src/old.c", "a file that is long enough to be recognised\n");
        lab_write(&l, "same", "1");
        const char *one = lab_commit(&l, "one");
        GIT(&l, l.origin, "mv", "src/old.c", "src/new.c");
        const char *two = lab_commit(&l, "two");
        assert_int_equal(lab_fetch(&l, NULL), 0);
        assert_string_equal(changed(&l, one, two), "src/new.c,src/old.c");
        assert_string_equal(changed(&l, two, one), "src/new.c,src/old.c");
        assert_string_equal(changed(&l, one, one), "");
    }
}

static void added_removed_changed_and_retyped_files_come_once_each(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(formats); f++) {
        AUTO(lab_close) struct lab l;
        lab_open(&l, formats[f]);
        lab_write(&l, "changed", "1");
        lab_write(&l, "removed", "1");
        lab_write(&l, "retyped", "1");
        lab_write(&l, "mode", "1");
        const char *one = lab_commit(&l, "one");
        lab_write(&l, "changed", "2");
        lab_write(&l, "added/deep/x", "2");
        assert_int_equal(unlink(lab_path(&l, "origin/removed")), 0);
        assert_int_equal(unlink(lab_path(&l, "origin/retyped")), 0);
        assert_int_equal(symlink("changed", lab_path(&l, "origin/retyped")), 0);
        assert_int_equal(chmod(lab_path(&l, "origin/mode"), 0755), 0);
        const char *two = lab_commit(&l, "two");
        assert_int_equal(lab_fetch(&l, NULL), 0);
        assert_string_equal(changed(&l, one, two), "added/deep/x,changed,mode,removed,retyped");
        assert_string_equal(changed(&l, "refs/heads/main", "main"), "");
    }
}

static void against_nothing_every_file_is_changed(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(formats); f++) {
        AUTO(lab_close) struct lab l;
        lab_open(&l, formats[f]);
        lab_write(&l, "b/c", "1");
        lab_write(&l, "a", "1");
        const char *one = lab_commit(&l, "one");
        assert_int_equal(lab_fetch(&l, NULL), 0);
        assert_string_equal(changed(&l, NULL, one), "a,b/c");
    }
}

static void names_with_blanks_quotes_and_line_ends_come_as_they_are(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(formats); f++) {
        AUTO(lab_close) struct lab l;
        lab_open(&l, formats[f]);
        const char *one = lab_commit(&l, "one");
        lab_write(&l, "a b", "1");
        lab_write(&l, "c\"d", "1");
        lab_write(&l, "e\nf", "1");
        lab_write(&l, "\xc3\xa9", "1");
        lab_write(&l, "*.c", "1");
        lab_write(&l, "-x", "1");
        const char *two = lab_commit(&l, "two");
        assert_int_equal(lab_fetch(&l, NULL), 0);
        assert_string_equal(changed(&l, one, two), "*.c,-x,a b,c\"d,e\nf,\xc3\xa9");
        AUTO(buf_free) struct buf text = {0};
        assert_int_equal(git_file(l.g, ID, two, "-x", 10, &text, &l.e), 0);
        assert_int_equal(git_file(l.g, ID, two, "*.c", 10, &text, &l.e), 0);
        assert_int_equal(git_file(l.g, ID, two, "e\nf", 10, &text, &l.e), 0);
        assert_true(sv_is(buf_view(&text), "111"));
    }
}

static void an_unknown_commit_is_missing(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(formats); f++) {
        AUTO(lab_close) struct lab l;
        lab_open(&l, formats[f]);
        const char *one = lab_commit(&l, "one");
        assert_int_equal(lab_fetch(&l, NULL), 0);
        char *other = arena_strdup(&l.a, one);
        other[0] = other[0] == '0' ? '1' : '0';
        assert_string_equal(changed(&l, other, one), "error");
        assert_int_equal(l.e.cls, ERR_MISSING);
        memset(other, '0', strlen(other)); /* what a forge sends for a new branch */
        assert_string_equal(changed(&l, other, one), "error");
        assert_int_equal(l.e.cls, ERR_MISSING);
    }
}

static void the_base_of_two_branches_is_found_and_unrelated_ones_have_none(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(formats); f++) {
        AUTO(lab_close) struct lab l;
        lab_open(&l, formats[f]);
        const char *base = lab_commit(&l, "base");
        GIT(&l, l.origin, "checkout", "--quiet", "-b", "topic");
        lab_write(&l, "a", "1");
        lab_commit(&l, "topic");
        GIT(&l, l.origin, "checkout", "--quiet", "main");
        lab_write(&l, "b", "1");
        lab_commit(&l, "more");
        GIT(&l, l.origin, "checkout", "--quiet", "--orphan", "other");
        lab_commit(&l, "unrelated");
        assert_int_equal(lab_fetch(&l, NULL), 0);
        const char *found = "";
        assert_int_equal(git_base(l.g, ID, "main", "topic", &l.a, &found, &l.e), 0);
        assert_string_equal(found, base);
        assert_int_equal(git_base(l.g, ID, "main", "other", &l.a, &found, &l.e), 0);
        assert_null(found);
        assert_int_equal(git_base(l.g, ID, "main", "nowhere", &l.a, &found, &l.e), -1);
        assert_int_equal(l.e.cls, ERR_MISSING);
    }
}

static void a_file_is_read_at_a_commit_within_its_limit(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(formats); f++) {
        AUTO(lab_close) struct lab l;
        lab_open(&l, formats[f]);
        lab_write(&l, ".fettle/workflows/ci.yml", "on: push\n");
        const char *one = lab_commit(&l, "one");
        lab_write(&l, ".fettle/workflows/ci.yml", "changed\n");
        assert_int_equal(symlink("/etc/passwd", lab_path(&l, "origin/link")), 0);
        lab_commit(&l, "two");
        assert_int_equal(lab_fetch(&l, NULL), 0);
        AUTO(buf_free) struct buf text = {0};
        assert_int_equal(git_file(l.g, ID, one, ".fettle/workflows/ci.yml", 9, &text, &l.e), 0);
        assert_true(sv_is(buf_view(&text), "on: push\n"));
        assert_int_equal(git_file(l.g, ID, one, ".fettle/workflows/ci.yml", 8, &text, &l.e), -1);
        assert_int_equal(l.e.cls, ERR_INVALID);
        static const char *const absent[] = {"nope", ".fettle", ".fettle/workflows", "link",
                                             ".fettle/workflows/ci.yml/x"};
        for (size_t i = 0; i < ARRAY_LEN(absent); i++) {
            assert_int_equal(git_file(l.g, ID, "main", absent[i], 100, &text, &l.e), -1);
            assert_int_equal(l.e.cls, ERR_MISSING);
        }
        static const char *const bad[] = {"", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a/"};
        for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
            assert_int_equal(git_file(l.g, ID, "main", bad[i], 100, &text, &l.e), -1);
            assert_int_equal(l.e.cls, ERR_INVALID);
        }
    }
}

static void a_folder_is_listed_without_its_sub_folders_and_links(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(formats); f++) {
        AUTO(lab_close) struct lab l;
        lab_open(&l, formats[f]);
        lab_write(&l, "w/b.yml", "1");
        lab_write(&l, "w/a.yml", "1");
        lab_write(&l, "w/deep/c.yml", "1");
        lab_write(&l, "w2/x", "1");
        lab_write(&l, "top", "1");
        assert_int_equal(symlink("a.yml", lab_path(&l, "origin/w/link")), 0);
        const char *one = lab_commit(&l, "one");
        assert_int_equal(lab_fetch(&l, NULL), 0);
        assert_string_equal(listed(&l, one, "w"), "a.yml,b.yml");
        assert_string_equal(listed(&l, one, "w/"), "a.yml,b.yml");
        assert_string_equal(listed(&l, one, "w/deep"), "c.yml");
        assert_string_equal(listed(&l, one, ""), "top");
        assert_string_equal(listed(&l, one, "."), "top");
        assert_string_equal(listed(&l, one, "absent"), "");
        assert_string_equal(listed(&l, one, "top"), "");
        assert_string_equal(listed(&l, one, "../w"), "error");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_renamed_file_counts_under_both_names),
        cmocka_unit_test(added_removed_changed_and_retyped_files_come_once_each),
        cmocka_unit_test(against_nothing_every_file_is_changed),
        cmocka_unit_test(names_with_blanks_quotes_and_line_ends_come_as_they_are),
        cmocka_unit_test(an_unknown_commit_is_missing),
        cmocka_unit_test(the_base_of_two_branches_is_found_and_unrelated_ones_have_none),
        cmocka_unit_test(a_file_is_read_at_a_commit_within_its_limit),
        cmocka_unit_test(a_folder_is_listed_without_its_sub_folders_and_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
