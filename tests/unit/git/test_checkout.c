/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <dirent.h>
#include "unit/git/lab.h"

#define ID "bare:acme/api"

static const char *const formats[] = {"sha1", "sha256"};

static bool holds(struct lab *l, const char *name, const char *text)
{
    AUTO(buf_free) struct buf b = {0};
    return file_read(lab_path(l, name), 4096, &b, &l->e) == 0 && sv_is(buf_view(&b), text);
}

static size_t entries(struct lab *l, const char *folder)
{
    DIR *d = opendir(lab_path(l, folder));
    size_t n = 0;
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

static void a_work_tree_is_whole_detached_and_needs_no_mirror(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(formats); f++) {
        AUTO(lab_close) struct lab l;
        lab_open(&l, formats[f]);
        lab_write(&l, "src/a", "one");
        const char *one = lab_commit(&l, "one");
        lab_write(&l, "src/a", "two");
        const char *two = lab_commit(&l, "two");
        lab_commit(&l, "three");
        assert_int_equal(lab_fetch(&l, NULL), 0);
        const char *dir = lab_path(&l, "work/1/tree");
        assert_int_equal(git_checkout(l.g, ID, two, 0, dir, &l.e), 0);
        assert_int_equal(file_remove_tree(lab_path(&l, "state"), &l.e), 0);
        assert_true(holds(&l, "work/1/tree/src/a", "two"));
        assert_string_equal(GIT(&l, dir, "rev-parse", "HEAD"), two);
        assert_string_equal(GIT(&l, dir, "rev-parse", "HEAD~1"), one);
        assert_string_equal(GIT(&l, dir, "rev-parse", "--abbrev-ref", "HEAD"), "HEAD");
        assert_string_equal(GIT(&l, dir, "status", "--porcelain"), "");
        assert_string_equal(GIT(&l, dir, "fsck", "--full"), "");
        assert_int_equal(entries(&l, "work/1"), 1);
    }
}

static void a_depth_cuts_the_history(void **state)
{
    (void)state;
    for (size_t f = 0; f < ARRAY_LEN(formats); f++) {
        AUTO(lab_close) struct lab l;
        lab_open(&l, formats[f]);
        lab_commit(&l, "one");
        lab_commit(&l, "two");
        const char *three = lab_commit(&l, "three");
        assert_int_equal(lab_fetch(&l, NULL), 0);
        assert_int_equal(git_checkout(l.g, ID, three, 1, lab_path(&l, "w1"), &l.e), 0);
        assert_string_equal(GIT(&l, lab_path(&l, "w1"), "rev-list", "--count", "HEAD"), "1");
        assert_int_equal(git_checkout(l.g, ID, three, 2, lab_path(&l, "w2"), &l.e), 0);
        assert_string_equal(GIT(&l, lab_path(&l, "w2"), "rev-list", "--count", "HEAD"), "2");
    }
}

static void an_earlier_tree_is_replaced_and_nothing_of_it_stays(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    lab_write(&l, "a", "1");
    const char *one = lab_commit(&l, "one");
    lab_write(&l, "a", "2");
    const char *two = lab_commit(&l, "two");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    const char *dir = lab_path(&l, "w/tree");
    assert_int_equal(git_checkout(l.g, ID, one, 1, dir, &l.e), 0);
    assert_int_equal(file_write(lab_path(&l, "w/tree/left"), SV("x"), 0600, &l.e), 0);
    assert_int_equal(git_checkout(l.g, ID, two, 1, dir, &l.e), 0);
    assert_true(holds(&l, "w/tree/a", "2"));
    assert_false(file_exists(lab_path(&l, "w/tree/left")));
    assert_int_equal(entries(&l, "w"), 1);
}

static void what_a_killed_checkout_left_beside_is_swept(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    lab_write(&l, "a", "1");
    const char *one = lab_commit(&l, "one");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    assert_int_equal(file_make_dirs(lab_path(&l, "w/tree.tmp-1-0/.git"), &l.e), 0);
    assert_int_equal(file_make_dirs(lab_path(&l, "w/tree.tmp-77-3"), &l.e), 0);
    assert_int_equal(file_make_dirs(lab_path(&l, "w/tree"), &l.e), 0); /* an empty one is no work tree either */
    assert_int_equal(file_make_dirs(lab_path(&l, "w/tree2.tmp-1-0"), &l.e), 0);
    assert_int_equal(git_checkout(l.g, ID, one, 0, lab_path(&l, "w/tree"), &l.e), 0);
    assert_true(holds(&l, "w/tree/a", "1"));
    assert_int_equal(entries(&l, "w"), 2); /* the tree, and what belongs to another one */
}

static void a_checkout_that_fails_leaves_the_earlier_tree_alone(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    lab_write(&l, "a", "1");
    const char *one = lab_commit(&l, "one");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    const char *dir = lab_path(&l, "w/tree");
    assert_int_equal(git_checkout(l.g, ID, one, 0, dir, &l.e), 0);
    const char *never = "0123456789012345678901234567890123456789";
    assert_int_equal(git_checkout(l.g, ID, never, 0, dir, &l.e), -1);
    assert_int_equal(l.e.cls, ERR_MISSING);
    assert_true(holds(&l, "w/tree/a", "1"));
    assert_int_equal(entries(&l, "w"), 1);
}

static void what_is_no_commit_id_or_folder_is_refused(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    const char *one = lab_commit(&l, "one");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    static const char *const commits[] = {"", "main", "-f", "--upload-pack=x", "HEAD", "01234567"};
    for (size_t i = 0; i < ARRAY_LEN(commits); i++) {
        assert_int_equal(git_checkout(l.g, ID, commits[i], 0, lab_path(&l, "w"), &l.e), -1);
        assert_int_equal(l.e.cls, ERR_INVALID);
    }
    assert_int_equal(git_checkout(l.g, ID, one, -1, lab_path(&l, "w"), &l.e), -1);
    assert_int_equal(git_checkout(l.g, ID, one, 0, "-w", &l.e), -1);
    assert_int_equal(git_checkout(l.g, ID, one, 0, "", &l.e), -1);
    assert_int_equal(git_checkout(l.g, "-id", one, 0, lab_path(&l, "w"), &l.e), -1);
    assert_int_equal(l.e.cls, ERR_INVALID);
    assert_false(file_exists(lab_path(&l, "w")));
}

/* A tree that asks for filters, hooks and submodules gets none of them. */
static void nothing_of_the_tree_is_run(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    lab_write(&l, ".gitattributes", "* filter=evil\n");
    lab_write(&l, ".gitmodules", "[submodule \"s\"]\n\tpath = s\n\turl = ext::touch /tmp/fettle-evil\n");
    lab_write(&l, "a", "1");
    lab_write(&l, "hooks/post-checkout", "#!/bin/sh\ntouch evil\n");
    lab_commit(&l, "one");
    const char *one = GIT(&l, l.origin, "rev-parse", "HEAD");
    GIT(&l, l.origin, "update-index", "--add", "--cacheinfo", arena_fmt(&l.a, "160000,%s,s", one));
    GIT(&l, l.origin, "commit", "--quiet", "-m", "with a submodule");
    const char *two = GIT(&l, l.origin, "rev-parse", "HEAD");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    assert_int_equal(git_checkout(l.g, ID, two, 0, lab_path(&l, "w"), &l.e), 0);
    assert_true(holds(&l, "w/a", "1"));
    assert_int_equal(entries(&l, "w/s"), 0);
    assert_false(file_exists(lab_path(&l, "w/evil")));
    assert_false(file_exists(lab_path(&l, "w/.git/hooks")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_work_tree_is_whole_detached_and_needs_no_mirror),
        cmocka_unit_test(a_depth_cuts_the_history),
        cmocka_unit_test(an_earlier_tree_is_replaced_and_nothing_of_it_stays),
        cmocka_unit_test(what_a_killed_checkout_left_beside_is_swept),
        cmocka_unit_test(a_checkout_that_fails_leaves_the_earlier_tree_alone),
        cmocka_unit_test(what_is_no_commit_id_or_folder_is_refused),
        cmocka_unit_test(nothing_of_the_tree_is_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
