/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "exec/hash_files.h"
#include "fmt/enc.h"
#include "fmt/hmac.h"

struct rig {
    char path[64];
    int dir;
};

static void put(const struct rig *r, const char *name, const char *content)
{
    AUTO(buf_free) struct buf path = {0};
    struct err e;
    buf_fmt(&path, "%s/%s", r->path, name);
    if (strrchr(name, '/')) {
        AUTO(mem_freep) char *folder = mem_dup(path.p, (size_t)(strrchr(path.p, '/') - path.p));
        assert_int_equal(file_make_dirs(folder, &e), 0);
    }
    assert_int_equal(file_write(path.p, sv_of(content), 0600, &e), 0);
}

static int set_up(void **state)
{
    struct rig *r = mem_new(sizeof *r);
    strcpy(r->path, "/tmp/fettle-hash.XXXXXX");
    assert_non_null(mkdtemp(r->path));
    r->dir = open(r->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(r->dir >= 0);
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *r = *state;
    struct err e;
    close(r->dir);
    (void)!file_remove_tree(r->path, &e);
    mem_free(r);
    return 0;
}

/* What the contents, "|" between them, must give. */
static void put_wanted(const char *contents, struct buf *out)
{
    struct digest *all = digest_new();
    uint8_t sum[SHA256_LEN];
    struct sv part;
    for (struct sv rest = sv_of(contents); sv_next(&rest, '|', &part);) {
        sha256(part.p, part.n, sum);
        digest_add(all, sum, sizeof sum);
    }
    digest_end(all, sum);
    digest_free(&all);
    hex_put(out, sum, sizeof sum);
}

static void check(const struct rig *r, const char *patterns, const char *contents)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf got = {0}, want = {0};
    struct file_patterns l = {0};
    struct err e = {0};
    buf_str(&got, "");
    buf_str(&want, "");
    assert_int_equal(file_patterns_add(&l, sv_of(patterns), sv_of(r->path), &a, &e), 0);
    if (hash_files(r->dir, &l, NULL, &got, &e) < 0)
        fail_msg("%s: %s", patterns, e.msg);
    if (contents)
        put_wanted(contents, &want);
    assert_string_equal(got.p, want.p);
}

static void files_are_hashed_in_the_order_of_their_names(void **state)
{
    struct rig *r = *state;
    put(r, "b/z", "bz");
    put(r, "b/A", "bA");
    put(r, "a", "a");
    put(r, "b.txt", "btxt");
    put(r, ".hidden/x", "hx");
    check(r, "**", "hx|a|bA|bz|btxt");
    check(r, "**/*\n!b/**", "hx|a|btxt");
    check(r, "b", "bA|bz");
    check(r, "b*", "bA|bz|btxt");
    check(r, "nothing", NULL);
    check(r, "", NULL);
    AUTO(buf_free) struct buf whole = {0};
    buf_fmt(&whole, "%s/b/z", r->path);
    check(r, whole.p, "bz");
}

static void the_digest_is_the_one_of_the_other_runner(void **state)
{
    struct rig *r = *state;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf got = {0};
    struct file_patterns l = {0};
    struct err e = {0};
    put(r, "a", "a");
    assert_int_equal(file_patterns_add(&l, SV("a"), SV_NONE, &a, &e), 0);
    assert_int_equal(hash_files(r->dir, &l, NULL, &got, &e), 0);
    assert_string_equal(got.p, "bf5d3affb73efd2ec6c36ad3112dd933efed63c4e1cbffcfa88e2759c144f2d8");
}

static void links_are_followed_to_files_of_the_folder_alone(void **state)
{
    struct rig *r = *state;
    AUTO(buf_free) struct buf outside = {0};
    struct err e;
    buf_fmt(&outside, "%s.outside", r->path);
    assert_int_equal(file_write(outside.p, SV("secret"), 0600, &e), 0);
    put(r, "d/file", "inside");
    assert_int_equal(symlinkat("d/file", r->dir, "a"), 0);
    assert_int_equal(symlinkat(outside.p, r->dir, "b"), 0);
    assert_int_equal(symlinkat("../..", r->dir, "c"), 0);
    assert_int_equal(symlinkat("nowhere", r->dir, "e"), 0);
    assert_int_equal(symlinkat("d", r->dir, "f"), 0);
    assert_int_equal(symlinkat("g", r->dir, "g"), 0);
    assert_int_equal(mkfifoat(r->dir, "h", 0600), 0);
    check(r, "*", "inside|inside");
    check(r, "**", "inside|inside");
    unlink(outside.p);
}

static void limits_end_the_walk(void **state)
{
    struct rig *r = *state;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf got = {0};
    struct file_patterns l = {0};
    struct err e = {0};
    put(r, "a/b/c", "123");
    assert_int_equal(file_patterns_add(&l, SV("**"), SV_NONE, &a, &e), 0);
    assert_int_equal(hash_files(r->dir, &l, &(struct hash_limits){.entries = 3, .bytes = 3}, &got, &e), 0);
    assert_int_equal(hash_files(r->dir, &l, &(struct hash_limits){.entries = 2}, &got, &e), -1);
    assert_int_equal(e.cls, ERR_INVALID);
    assert_int_equal(hash_files(r->dir, &l, &(struct hash_limits){.bytes = 2}, &got, &e), -1);
    assert_int_equal(got.n, 64);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(files_are_hashed_in_the_order_of_their_names),
        CASE(the_digest_is_the_one_of_the_other_runner),
        CASE(links_are_followed_to_files_of_the_folder_alone),
        CASE(limits_end_the_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
