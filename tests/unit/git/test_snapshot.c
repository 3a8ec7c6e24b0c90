/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "base/clk.h"
#include "git/snapshot.h"
#include "unit/git/lab.h"

#define ID "bare:acme/api"
enum { JOB = 77 };

static const char *work_path(struct lab *l, const char *name)
{
    return arena_fmt(&l->a, "%s/work/%s", l->root, name);
}

static void put(struct lab *l, const char *name, const char *text)
{
    const char *path = work_path(l, name);
    const char *slash = strrchr(path, '/');
    assert_int_equal(file_make_dirs(arena_dup(&l->a, sv_n(path, (size_t)(slash - path))), &l->e), 0);
    assert_int_equal(file_write(path, sv_of(text), 0644, &l->e), 0);
}

static bool holds(struct lab *l, const char *name, const char *text)
{
    AUTO(buf_free) struct buf b = {0};
    return file_read(work_path(l, name), 1 << 16, &b, &l->e) == 0 && sv_is(buf_view(&b), text);
}

static struct snapshot take(struct lab *l, int step)
{
    static const char *const borrowed[] = {ID, NULL};
    struct snapshot s;
    struct snapshot_want w = {.job = JOB, .step = step, .dir = work_path(l, "1"), .borrowed = borrowed};
    if (git_snapshot(l->g, &w, &s, &l->e) < 0)
        fail_msg("%s", l->e.msg);
    return s;
}

static void restore(struct lab *l, const struct snapshot *s, const char *name)
{
    if (git_restore(l->g, JOB, s->id, work_path(l, name), &l->e) < 0)
        fail_msg("%s", l->e.msg);
}

static int64_t size_of_repo(struct lab *l)
{
    const char *argv[] = {"count-objects", "-v", NULL};
    int64_t loose = -1, packed = -1;
    struct sv rest = sv_of(lab_git(l, arena_fmt(&l->a, "%s/state/checkpoints/000000000002d.git", l->root), argv)), line;
    while (sv_next(&rest, '\n', &line)) {
        if (sv_starts(line, SV("size: ")))
            sv_int(sv_from(line, 6), &loose);
        if (sv_starts(line, SV("size-pack: ")))
            sv_int(sv_from(line, 11), &packed);
    }
    return loose + packed;
}

static void a_workspace_comes_back_as_it_was(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    put(&l, "1/src/a.c", "one\r\ntwo\n");
    put(&l, "1/tool", "#!/bin/sh\n");
    put(&l, "1/odd \"name\"\nof a file", "x");
    put(&l, "1/.gitattributes", "* text eol=lf filter=evil ident\n*.c diff=x\n");
    put(&l, "1/$Id$", "$Id$\n");
    put(&l, "1/.gitignore", "build/\n");
    put(&l, "1/build/out.o", "ignored");
    assert_int_equal(chmod(work_path(&l, "1/tool"), 0755), 0);
    assert_int_equal(symlink("src/a.c", work_path(&l, "1/link")), 0);
    assert_int_equal(symlink("/etc/passwd", work_path(&l, "1/out")), 0);
    assert_int_equal(mkfifo(work_path(&l, "1/fifo"), 0600), 0);
    struct snapshot s = take(&l, 3);
    assert_string_equal(s.note, "");
    put(&l, "2/left", "over");
    restore(&l, &s, "2");
    struct stat st;
    assert_true(holds(&l, "2/src/a.c", "one\r\ntwo\n"));
    assert_true(holds(&l, "2/odd \"name\"\nof a file", "x"));
    assert_true(holds(&l, "2/$Id$", "$Id$\n"));
    assert_true(stat(work_path(&l, "2/tool"), &st) == 0 && (st.st_mode & 0777) == 0755);
    assert_true(lstat(work_path(&l, "2/out"), &st) == 0 && S_ISLNK(st.st_mode));
    assert_true(lstat(work_path(&l, "2/link"), &st) == 0 && S_ISLNK(st.st_mode));
    assert_false(file_exists(work_path(&l, "2/build/out.o")));
    assert_false(file_exists(work_path(&l, "2/left")));
    assert_false(file_exists(work_path(&l, "2/fifo")));
}

static void checkouts_come_back_with_commits_branch_and_index(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    lab_write(&l, "a", "1");
    lab_write(&l, ".gitignore", "kept.log\n");
    lab_write(&l, "kept.log", "tracked all the same");
    GIT(&l, l.origin, "add", "-f", "kept.log");
    const char *one = lab_commit(&l, "one");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    const char *root = work_path(&l, "1"), *sub = work_path(&l, "1/deep/sub");
    assert_int_equal(git_checkout(l.g, ID, one, 0, root, &l.e), 0);
    assert_int_equal(git_checkout(l.g, ID, one, 0, sub, &l.e), 0);
    put(&l, "1/deep/plain", "p");
    put(&l, "1/deep/sub/a", "changed");
    put(&l, "1/deep/sub/new", "untracked");
    GIT(&l, sub, "checkout", "-q", "-b", "topic");
    GIT(&l, sub, "commit", "-q", "-am", "mine");
    const char *mine = GIT(&l, sub, "rev-parse", "HEAD");
    put(&l, "1/deep/sub/staged", "s");
    GIT(&l, sub, "add", "staged");
    struct snapshot s = take(&l, 1);
    restore(&l, &s, "2");
    const char *root2 = work_path(&l, "2"), *sub2 = work_path(&l, "2/deep/sub");
    assert_string_equal(GIT(&l, root2, "rev-parse", "HEAD"), one);
    assert_string_equal(GIT(&l, root2, "status", "--porcelain"), "?? deep/");
    assert_string_equal(GIT(&l, sub2, "rev-parse", "HEAD"), mine);
    assert_string_equal(GIT(&l, sub2, "rev-parse", "--abbrev-ref", "HEAD"), "topic");
    assert_string_equal(GIT(&l, sub2, "status", "--porcelain"), "A  staged\n?? new");
    assert_string_equal(GIT(&l, sub2, "fsck", "--full"), "");
    assert_true(holds(&l, "2/kept.log", "tracked all the same"));
    assert_true(holds(&l, "2/deep/sub/kept.log", "tracked all the same"));
    assert_true(holds(&l, "2/deep/plain", "p"));
}

static void a_repository_without_a_commit_or_with_other_objects_is_one_too(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    put(&l, "1/empty/x", "1");
    put(&l, "1/other/y", "2");
    put(&l, "1/y", "3");
    GIT(&l, work_path(&l, "1/empty"), "init", "-q", "--template=");
    GIT(&l, work_path(&l, "1/other"), "init", "-q", "--template=", "--object-format=sha256");
    GIT(&l, work_path(&l, "1/other"), "add", "y");
    GIT(&l, work_path(&l, "1/other"), "commit", "-q", "-m", "m");
    const char *head = GIT(&l, work_path(&l, "1/other"), "rev-parse", "HEAD");
    struct snapshot s = take(&l, 1);
    restore(&l, &s, "2");
    assert_string_equal(GIT(&l, work_path(&l, "2/other"), "rev-parse", "HEAD"), head);
    assert_string_equal(GIT(&l, work_path(&l, "2/empty"), "status", "--porcelain"), "?? x");
    assert_true(holds(&l, "2/y", "3"));
}

static void submodules_are_left_out_and_said_and_ignored_repositories_are_ignored(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    put(&l, "1/a", "1");
    put(&l, "1/.gitignore", "node_modules/\n");
    put(&l, "1/node_modules/m/x", "1");
    GIT(&l, work_path(&l, "1/node_modules/m"), "init", "-q", "--template=");
    put(&l, "1/sub/.git", "gitdir: /somewhere/else\n");
    put(&l, "1/sub/s", "1");
    struct snapshot s = take(&l, 1);
    assert_string_equal(s.note, "1 submodule is not in the snapshot: sub");
    restore(&l, &s, "2");
    assert_true(holds(&l, "2/a", "1"));
    assert_false(file_exists(work_path(&l, "2/sub")));
    assert_false(file_exists(work_path(&l, "2/node_modules")));
}

static void an_empty_workspace_can_be_kept_too(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    assert_int_equal(file_make_dirs(work_path(&l, "1/nothing/here"), &l.e), 0);
    struct snapshot s = take(&l, 0);
    put(&l, "2/left", "over");
    restore(&l, &s, "2");
    assert_true(file_exists(work_path(&l, "2")));
    assert_false(file_exists(work_path(&l, "2/left")));
}

static void each_step_has_its_own_and_what_did_not_change_is_stored_once(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    AUTO(buf_free) struct buf big = {0};
    for (int i = 0; i < 40000; i++)
        buf_fmt(&big, "%d %d\n", i * 7919, i ^ 0x5aa5);
    lab_write(&l, "big", big.p);
    const char *one = lab_commit(&l, "one");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    assert_int_equal(git_checkout(l.g, ID, one, 1, work_path(&l, "1"), &l.e), 0);
    assert_int_equal(file_remove_tree(work_path(&l, "1/.git"), &l.e), 0);
    struct snapshot first = take(&l, 1);
    assert_true(size_of_repo(&l) < 30); /* KiB: the mirror has it */
    put(&l, "1/mine", big.p + 1);
    struct snapshot second = take(&l, 2);
    int64_t size = size_of_repo(&l);
    assert_true(size > 100);
    put(&l, "1/small", "x");
    struct snapshot third = take(&l, 3);
    assert_true(size_of_repo(&l) < size + 20);
    assert_int_equal(unlink(work_path(&l, "1/mine")), 0);
    struct snapshot fourth = take(&l, 4);
    restore(&l, &first, "2");
    assert_false(file_exists(work_path(&l, "2/mine")));
    restore(&l, &second, "2");
    assert_true(file_exists(work_path(&l, "2/mine")));
    restore(&l, &third, "2");
    assert_true(holds(&l, "2/small", "x") && file_exists(work_path(&l, "2/mine")));
    restore(&l, &fourth, "2");
    assert_true(holds(&l, "2/small", "x") && !file_exists(work_path(&l, "2/mine")));
}

static void a_workspace_that_is_too_large_is_refused_but_for_what_it_ignores(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    AUTO(buf_free) struct buf big = {0};
    for (int i = 0; i < 300000; i++)
        buf_str(&big, "0123456789");
    put(&l, "1/.gitignore", "*.o\n");
    put(&l, "1/x.o", big.p);
    struct snapshot s;
    struct snapshot_want w = {.job = JOB, .step = 1, .dir = work_path(&l, "1"), .max_bytes = 2 << 20};
    assert_int_equal(git_snapshot(l.g, &w, &s, &l.e), 0);
    put(&l, "1/x", big.p);
    assert_int_equal(git_snapshot(l.g, &w, &s, &l.e), -1);
    assert_int_equal(l.e.cls, ERR_INVALID);
    assert_non_null(strstr(l.e.msg, "2 MiB that are not ignored; a snapshot may have 2"));
}

static void what_is_not_there_or_not_whole_is_missing_and_the_place_stays(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    put(&l, "1/a", "more than a byte");
    struct snapshot s = take(&l, 1);
    put(&l, "2/left", "over");
    assert_int_equal(git_restore(l.g, JOB + 1, s.id, work_path(&l, "2"), &l.e), -1);
    assert_int_equal(l.e.cls, ERR_MISSING);
    char id[41];
    memset(id, 'a', 40);
    id[40] = 0;
    assert_int_equal(git_restore(l.g, JOB, id, work_path(&l, "2"), &l.e), -1);
    assert_int_equal(l.e.cls, ERR_MISSING);
    assert_int_equal(git_restore(l.g, JOB, "--help", work_path(&l, "2"), &l.e), -1);
    assert_int_equal(l.e.cls, ERR_INVALID);
    const char *packs = arena_fmt(&l.a, "%s/state/checkpoints/000000000002d.git/objects/pack", l.root);
    assert_int_equal(file_remove_tree(packs, &l.e), 0);
    assert_int_equal(git_restore(l.g, JOB, s.id, work_path(&l, "2"), &l.e), -1);
    assert_int_equal(l.e.cls, ERR_MISSING);
    assert_true(holds(&l, "2/left", "over"));
}

static void jobs_with_snapshots_are_listed_and_forgotten(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    put(&l, "1/a", "1");
    struct snapshot s = take(&l, 1);
    int64_t *jobs;
    size_t n;
    assert_int_equal(git_snapshot_jobs(l.g, &l.a, &jobs, &n, &l.e), 0);
    assert_int_equal(n, 1);
    assert_int_equal(jobs[0], JOB);
    assert_int_equal(git_snapshot_drop(l.g, JOB, &l.e), 0);
    assert_int_equal(git_snapshot_drop(l.g, JOB, &l.e), 0);
    assert_int_equal(git_snapshot_jobs(l.g, &l.a, &jobs, &n, &l.e), 0);
    assert_int_equal(n, 0);
    assert_int_equal(git_restore(l.g, JOB, s.id, work_path(&l, "2"), &l.e), -1);
    assert_int_equal(l.e.cls, ERR_MISSING);
}

/* Not judged here: only that it works at that size, and what it took. */
static void ten_thousand_files_take_a_moment(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    lab_open(&l, "sha1");
    for (int i = 0; i < 10000; i++)
        put(&l, arena_fmt(&l.a, "1/d%d/f%d", i / 100, i), arena_fmt(&l.a, "file %d\n", i));
    msec_t t[4] = {clk_mono_ms()};
    take(&l, 1);
    t[1] = clk_mono_ms();
    for (int i = 0; i < 50; i++)
        put(&l, arena_fmt(&l.a, "1/d%d/f%d", i, i * 100), arena_fmt(&l.a, "changed %d\n", i));
    struct snapshot s = take(&l, 2);
    t[2] = clk_mono_ms();
    restore(&l, &s, "2");
    t[3] = clk_mono_ms();
    assert_true(holds(&l, "2/d7/f700", "changed 7\n") && holds(&l, "2/d99/f9999", "file 9999\n"));
    print_message("10,000 files: first %lld ms, 50 changed %lld ms, restored in %lld ms\n", (long long)(t[1] - t[0]),
                  (long long)(t[2] - t[1]), (long long)(t[3] - t[2]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_workspace_comes_back_as_it_was),
        cmocka_unit_test(checkouts_come_back_with_commits_branch_and_index),
        cmocka_unit_test(a_repository_without_a_commit_or_with_other_objects_is_one_too),
        cmocka_unit_test(submodules_are_left_out_and_said_and_ignored_repositories_are_ignored),
        cmocka_unit_test(an_empty_workspace_can_be_kept_too),
        cmocka_unit_test(each_step_has_its_own_and_what_did_not_change_is_stored_once),
        cmocka_unit_test(a_workspace_that_is_too_large_is_refused_but_for_what_it_ignores),
        cmocka_unit_test(what_is_not_there_or_not_whole_is_missing_and_the_place_stays),
        cmocka_unit_test(jobs_with_snapshots_are_listed_and_forgotten),
        cmocka_unit_test(ten_thousand_files_take_a_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
