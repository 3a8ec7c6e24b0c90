/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>
#include "base/arena.h"
#include "base/clk.h"
#include "base/file.h"
#include "base/heap.h"
#include "base/id.h"
#include "base/map.h"

static void siphash_gives_the_published_style_vectors_deterministically(void **state)
{
    (void)state;
    uint8_t key[16];
    for (int i = 0; i < 16; i++)
        key[i] = (uint8_t)i;
    /* SipHash-1-3 of the empty string and of 00 under 00..0f, from the reference implementation's vectors. */
    assert_true(map_siphash13(key, "", 0) == 0xabac0158050fc4dcULL);
    assert_true(map_siphash13(key, "\0", 1) == 0xc9f49bf37d57ca93ULL);
}

static void a_map_keeps_what_is_put_and_forgets_what_is_removed(void **state)
{
    (void)state;
    AUTO(map_free) struct map m = {0};
    static int values[2000];
    for (int64_t i = 0; i < 2000; i++)
        assert_null(map_put_id(&m, i, &values[i]));
    for (int64_t i = 0; i < 2000; i += 2)
        assert_ptr_equal(map_remove_id(&m, i), &values[i]);
    for (int64_t i = 0; i < 2000; i++)
        assert_ptr_equal(map_get_id(&m, i), i % 2 ? &values[i] : NULL);
    assert_int_equal(m.n, 1000);
}

struct num {
    struct heap_node node;
    int v;
};

static bool num_before(const struct heap_node *a, const struct heap_node *b)
{
    return CONTAINER_OF(a, struct num, node)->v < CONTAINER_OF(b, struct num, node)->v;
}

static void a_heap_pops_in_order_whatever_is_removed_or_moved(void **state)
{
    (void)state;
    struct heap h = {.before = num_before};
    static struct num nums[500];
    srand(7);
    for (int i = 0; i < 500; i++) {
        nums[i].v = rand() % 1000;
        heap_add(&h, &nums[i].node);
    }
    for (int i = 0; i < 500; i += 3)
        heap_remove(&h, &nums[i].node);
    for (int i = 1; i < 500; i += 3) {
        nums[i].v = rand() % 1000;
        heap_moved(&h, &nums[i].node);
    }
    int last = -1, n = 0;
    for (struct heap_node *x; (x = heap_pop(&h)); n++) {
        int v = CONTAINER_OF(x, struct num, node)->v;
        assert_true(v >= last);
        last = v;
    }
    assert_int_equal(n, 500 - 167);
    heap_free(&h);
}

static void ids_rise_even_when_the_clock_steps_back(void **state)
{
    (void)state;
    struct id_gen g = {0};
    int64_t last = 0, now = 1764000000000;
    for (int i = 0; i < 100000; i++) {
        int64_t id = id_next(&g, i % 1000 ? now : now - 5000, 3);
        assert_true(id > last);
        char text[ID_TEXT];
        int64_t back;
        assert_true(id_parse(sv_of(id_text(id, text)), &back));
        assert_true(back == id);
        last = id;
    }
    int64_t bad;
    assert_false(id_parse(SV("zzzzzzzzzzzzz"), &bad));
    assert_false(id_parse(SV("0"), &bad));
}

static void utf8_is_judged_by_rfc_3629(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        ptrdiff_t want;
    } rows[] = {{"plain", -1},         {"caf\xc3\xa9 \xe2\x98\x95", -1}, {"\xc0\x80", 0},   {"a\xed\xa0\x80", 1},
                {"\xf4\x90\x80\x80", 0}, {"\xf0\x9f\x98\x80", -1},          {"ab\xe2\x98", 2}, {"\xff", 0}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(sv_bad_utf8(sv_of(rows[i].s)), rows[i].want);
    assert_int_equal(sv_cut_utf8(SV("caf\xc3\xa9"), 4).n, 3);
    assert_int_equal(sv_cut_chars(SV("caf\xc3\xa9!"), 4).n, 5);
}

static void numbers_times_and_durations_are_parsed_strictly(void **state)
{
    (void)state;
    int64_t v;
    assert_true(sv_int(SV("-9223372036854775808"), &v) && v == INT64_MIN);
    assert_false(sv_int(SV("9223372036854775808"), &v));
    assert_false(sv_int(SV("+5"), &v) || sv_int(SV(""), &v) || sv_int(SV("1 "), &v));
    msec_t t;
    char text[25];
    assert_true(when_parse(SV("2026-11-22T16:05:09.123Z"), &t));
    assert_string_equal(when_text(t, text), "2026-11-22T16:05:09.123Z");
    assert_true(when_parse(SV("2016-08-12 15:23:28 UTC"), &t) && t == 1471015408000);
    assert_true(when_parse(SV("2015-05-05T23:40:15+02:00"), &t) && t == 1430862015000);
    assert_false(when_parse(SV("yesterday"), &t));
    assert_true(when_duration(SV("1h30m"), &t) && t == 5400000);
    assert_false(when_duration(SV("5"), &t) || when_duration(SV("5x"), &t) || when_duration(SV(""), &t));
}

static void a_durable_file_is_whole_and_a_tree_is_removed_without_following_links(void **state)
{
    (void)state;
    struct err e = {0};
    char dir[] = "/tmp/fettle-test-XXXXXX", path[256];
    assert_non_null(mkdtemp(dir));
    AUTO(arena_free) struct arena a = {0};
    assert_int_equal(file_make_dirs(arena_fmt(&a, "%s/a/b/c", dir), &e), 0);
    snprintf(path, sizeof path, "%s/a/b/c/f", dir);
    assert_int_equal(file_write_durable(path, SV("hello"), 0600, &e), 0);
    AUTO(buf_free) struct buf b = {0};
    assert_int_equal(file_read(path, 5, &b, &e), 0);
    assert_true(sv_is(buf_view(&b), "hello"));
    assert_int_equal(file_read(path, 4, &b, &e), -1);
    assert_int_equal(e.cls, ERR_INVALID);
    assert_int_equal(symlink("/etc", arena_fmt(&a, "%s/a/etc", dir)), 0);
    assert_int_equal(file_remove_tree(dir, &e), 0);
    assert_false(file_exists(dir));
    assert_true(file_exists("/etc/passwd"));
}

static void a_tree_of_any_depth_is_removed_with_few_descriptors(void **state)
{
    (void)state;
    struct err e = {0};
    char dir[] = "/tmp/fettle-test-XXXXXX";
    assert_non_null(mkdtemp(dir));
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < 300; i++) {
        assert_int_equal(mkdirat(fd, "d", 0700) + mkdirat(fd, "beside", 0500), 0);
        assert_int_equal(symlinkat("/etc", fd, "link"), 0);
        int next = openat(fd, "d", O_RDONLY | O_DIRECTORY);
        assert_true(next >= 0);
        close(fd);
        fd = next;
    }
    close(fd);
    struct rlimit before, few;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = 100;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    int rc = file_remove_tree(dir, &e);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_string_equal(e.msg, "");
    assert_int_equal(rc, 0);
    assert_false(file_exists(dir));
    assert_true(file_exists("/etc/passwd"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(siphash_gives_the_published_style_vectors_deterministically),
        cmocka_unit_test(a_map_keeps_what_is_put_and_forgets_what_is_removed),
        cmocka_unit_test(a_heap_pops_in_order_whatever_is_removed_or_moved),
        cmocka_unit_test(ids_rise_even_when_the_clock_steps_back),
        cmocka_unit_test(utf8_is_judged_by_rfc_3629),
        cmocka_unit_test(numbers_times_and_durations_are_parsed_strictly),
        cmocka_unit_test(a_durable_file_is_whole_and_a_tree_is_removed_without_following_links),
        cmocka_unit_test(a_tree_of_any_depth_is_removed_with_few_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
