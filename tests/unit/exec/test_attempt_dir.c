/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/exec/steps.h"
#include <fcntl.h>
#include <sys/file.h>
#include "exec/attempt_dir.h"
#include "exec/shim/wire.h"

enum { ID = 4711, EPOCH = 7 };
static char dir[64];
static int attempts, fd;

static int set_up(void **state)
{
    (void)state;
    struct err e = {0};
    snprintf(dir, sizeof dir, "/tmp/fettle-dir-XXXXXX");
    assert_non_null(mkdtemp(dir));
    attempts = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(attempt_dir_make(attempts, ID, SV("echo hi\n"), &fd, &e), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    struct err e = {0};
    fd_closep(&fd);
    fd_closep(&attempts);
    assert_int_equal(file_remove_tree(dir, &e), 0);
    return 0;
}

static void put(const char *name, struct sv text)
{
    AUTO(fd_closep) int f = openat(fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(f >= 0 && fd_write_all(f, text.p, text.n) == 0);
}

static void put_record(const char *body)
{
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(&b, WIRE_EXIT_HEAD "%s", body);
    buf_fmt(&b, "sum %016llx\n", (unsigned long long)wire_sum(buf_view(&b)));
    put(WIRE_EXIT, buf_view(&b));
}

static const char good[] = "attempt 4711\nepoch 7\nreason timeout\ncode -1\nsignal 9\noom 1\nlog 12345\nrss 678\n"
                           "cpu 90\ndetail a b c\n";

static void an_exit_record_is_read_back(void **state)
{
    (void)state;
    struct exit_record r;
    struct err e = {0};
    put_record(good);
    assert_int_equal(attempt_dir_exit(fd, ID, EPOCH, &r, &e), 0);
    assert_int_equal(r.attempt_id, ID);
    assert_int_equal(r.epoch, EPOCH);
    assert_int_equal(r.reason, EXIT_TIMEOUT);
    assert_int_equal(r.exit_code, -1);
    assert_int_equal(r.signal, 9);
    assert_true(r.oom);
    assert_int_equal(r.log_bytes, 12345);
    assert_int_equal(r.max_rss_kb, 678);
    assert_int_equal(r.cpu_ms, 90);
    assert_string_equal(r.detail, "a b c");
}

static void a_record_that_is_damaged_or_of_another_is_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "attempt 4712\nepoch 7\n", "attempt 4711\nepoch 8\n", "attempt x\nepoch 7\n", "attempt 4711\nepoch 7\nfoo 1\n",
        "attempt 4711\nepoch 7\nreason lost\n", "attempt 4711\nepoch 7\ncode 99999999999\n", "nonsense\n", "",
    };
    struct exit_record r;
    struct err e = {0};
    assert_int_equal(attempt_dir_exit(fd, ID, EPOCH, &r, &e), -1);
    assert_int_equal(e.cls, ERR_MISSING);
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        put_record(bodies[i]);
        assert_int_equal(attempt_dir_exit(fd, ID, EPOCH, &r, &e), -1);
        assert_int_equal(e.cls, ERR_INVALID);
    }
}

static void no_flipped_or_missing_byte_goes_unnoticed(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    struct exit_record r;
    struct err e = {0};
    put_record(good);
    char path[128], text[ID_TEXT];
    snprintf(path, sizeof path, "%s/%s/exit", dir, id_text(ID, text));
    assert_int_equal(file_read(path, 4096, &b, &e), 0);
    for (size_t i = 0; i < b.n; i++) {
        b.p[i] ^= 4;
        put(WIRE_EXIT, buf_view(&b));
        b.p[i] ^= 4;
        assert_int_equal(attempt_dir_exit(fd, ID, EPOCH, &r, &e), -1);
        put(WIRE_EXIT, sv_cut(buf_view(&b), i));
        assert_int_equal(attempt_dir_exit(fd, ID, EPOCH, &r, &e), -1);
    }
    put(WIRE_EXIT, buf_view(&b));
    assert_int_equal(attempt_dir_exit(fd, ID, EPOCH, &r, &e), 0);
}

static void the_truth_table(void **state)
{
    (void)state;
    static const struct {
        bool held, started, exit, damaged, revoked;
        enum found want;
        bool revoked_after;
    } rows[] = {
        {true, false, false, false, false, FOUND_RUNNING, false},
        {true, true, false, false, false, FOUND_RUNNING, false},
        {true, true, true, false, false, FOUND_RUNNING, false},
        {false, false, false, false, false, FOUND_NEVER_RAN, true},
        {false, false, false, false, true, FOUND_NEVER_RAN, true},
        {false, true, false, false, false, FOUND_LOST, false},
        {false, true, true, false, false, FOUND_FINISHED, false},
        {false, false, true, false, false, FOUND_FINISHED, false},
        {false, true, true, true, false, FOUND_LOST, false},
        {false, false, true, true, false, FOUND_LOST, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        set_up(NULL);
        AUTO(fd_closep) int lock = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (rows[i].held)
            assert_int_equal(flock(lock, LOCK_EX), 0);
        if (rows[i].started)
            put(WIRE_STARTED, SV("x"));
        if (rows[i].revoked)
            put(WIRE_REVOKED, SV(""));
        if (rows[i].exit)
            put_record(good);
        if (rows[i].damaged)
            put(WIRE_EXIT, SV("fettle-exit 1\n"));
        for (int twice = 0; twice < 2; twice++) {
            struct exit_record r;
            struct err e = {0};
            enum found found;
            assert_int_equal(attempt_dir_judge(fd, ID, EPOCH, &found, &r, &e), 0);
            if (found != rows[i].want)
                fail_msg("row %zu: %d", i, (int)found);
            assert_int_equal(faccessat(fd, WIRE_REVOKED, F_OK, 0) == 0, rows[i].revoked_after);
        }
        tear_down(NULL);
    }
}

static void a_whole_record_without_a_shim_counts_before_its_rename(void **state)
{
    (void)state;
    struct exit_record r;
    struct err e = {0};
    enum found found;
    put(WIRE_STARTED, SV("x"));
    put_record(good);
    assert_int_equal(renameat(fd, WIRE_EXIT, fd, WIRE_EXIT_TMP), 0);
    assert_int_equal(attempt_dir_exit(fd, ID, EPOCH, &r, &e), -1);
    {
        AUTO(fd_closep) int lock = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_int_equal(flock(lock, LOCK_EX), 0);
        assert_int_equal(attempt_dir_judge(fd, ID, EPOCH, &found, &r, &e), 0);
        assert_int_equal(found, FOUND_RUNNING);
    }
    assert_int_equal(attempt_dir_judge(fd, ID, EPOCH, &found, &r, &e), 0);
    assert_int_equal(found, FOUND_FINISHED);
    assert_int_equal(r.reason, EXIT_TIMEOUT);
    assert_int_equal(attempt_dir_judge(fd, ID, EPOCH + 1, &found, &r, &e), 0);
    assert_int_equal(found, FOUND_LOST);
    put(WIRE_EXIT_TMP, SV("fettle-exit 1\nattempt 4711\n"));
    assert_int_equal(attempt_dir_judge(fd, ID, EPOCH, &found, &r, &e), 0);
    assert_int_equal(found, FOUND_LOST);
}

static void a_link_planted_in_the_directory_is_not_followed(void **state)
{
    (void)state;
    struct exit_record r;
    struct err e = {0};
    enum found found;
    put_record(good);
    assert_int_equal(renameat(fd, WIRE_EXIT, fd, "elsewhere"), 0);
    assert_int_equal(symlinkat("elsewhere", fd, WIRE_EXIT), 0);
    assert_int_equal(attempt_dir_exit(fd, ID, EPOCH, &r, &e), -1);
    assert_int_equal(unlinkat(fd, WIRE_EXIT, 0), 0);
    assert_int_equal(symlinkat("/tmp/fettle-never", fd, WIRE_REVOKED), 0);
    assert_int_equal(attempt_dir_judge(fd, ID, EPOCH, &found, &r, &e), 0);
    assert_false(file_exists("/tmp/fettle-never"));
}

static void a_directory_is_made_once(void **state)
{
    (void)state;
    struct err e = {0};
    int again = -1;
    assert_int_equal(attempt_dir_make(attempts, ID, SV("x"), &again, &e), -1);
    assert_int_equal(attempt_dir_open(attempts, ID + 1, &again, &e), -1);
    assert_int_equal(e.cls, ERR_MISSING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_exit_record_is_read_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_record_that_is_damaged_or_of_another_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_flipped_or_missing_byte_goes_unnoticed, set_up, tear_down),
        cmocka_unit_test(the_truth_table),
        cmocka_unit_test_setup_teardown(a_whole_record_without_a_shim_counts_before_its_rename, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_link_planted_in_the_directory_is_not_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_directory_is_made_once, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
