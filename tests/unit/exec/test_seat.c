/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/exec/steps.h"
#include <sys/file.h>
#include "exec/shim/wire.h"

enum { ID = 4711, EPOCH = 7 };
static char dir[64];
static int seats, fd;

static int set_up(void **state)
{
    (void)state;
    struct err e = {0};
    snprintf(dir, sizeof dir, "/tmp/fettle-seat-XXXXXX");
    assert_non_null(mkdtemp(dir));
    seats = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(seat_open(seats, 0, &fd, &e), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    struct err e = {0};
    fd_closep(&fd);
    fd_closep(&seats);
    assert_int_equal(file_remove_tree(dir, &e), 0);
    return 0;
}

static void put(off_t at, struct sv text)
{
    assert_int_equal(pwrite(fd, text.p, text.n, at), text.n);
}

static void put_record(const char *body)
{
    AUTO(buf_free) struct buf b = {0};
    buf_fmt(&b, WIRE_EXIT_HEAD "%s", body);
    wire_seal(&b, WIRE_EXIT_MAX);
    put(WIRE_EXIT_AT, buf_view(&b));
}

static void put_name(off_t at, const char *head, int64_t id)
{
    AUTO(buf_free) struct buf b = {0};
    wire_name(&b, head, id, EPOCH, boot_id());
    put(at, buf_view(&b));
}

static const char good[] = "attempt 4711\nepoch 7\nreason timeout\ncode -1\nsignal 9\noom 1\nlog 12345\nrss 678\n"
                           "cpu 90\ndetail a b c\n";

static void an_exit_record_is_read_back(void **state)
{
    (void)state;
    struct exit_record r;
    struct err e = {0};
    put_record(good);
    assert_int_equal(seat_exit(fd, ID, EPOCH, &r, &e), 0);
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
    static const struct {
        const char *body;
        enum err_class want;
    } rows[] = {
        {"attempt 4712\nepoch 7\n", ERR_MISSING},
        {"attempt 4711\nepoch 8\n", ERR_INVALID},
        {"attempt x\nepoch 7\n", ERR_MISSING},
        {"attempt 4711\nepoch 7\nfoo 1\n", ERR_MISSING},
        {"attempt 4711\nepoch 7\nreason lost\n", ERR_MISSING},
        {"attempt 4711\nepoch 7\ncode 99999999999\n", ERR_MISSING},
        {"nonsense\n", ERR_MISSING},
        {"", ERR_MISSING},
    };
    struct exit_record r;
    struct err e = {0};
    assert_int_equal(seat_exit(fd, ID, EPOCH, &r, &e), -1);
    assert_int_equal(e.cls, ERR_MISSING);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        put_record(rows[i].body);
        e = (struct err){0};
        assert_int_equal(seat_exit(fd, ID, EPOCH, &r, &e), -1);
        assert_int_equal(e.cls, rows[i].want);
    }
}

static void no_flipped_or_missing_byte_goes_unnoticed(void **state)
{
    (void)state;
    char whole[WIRE_EXIT_MAX];
    struct exit_record r;
    struct err e = {0};
    put_record(good);
    assert_int_equal(pread(fd, whole, sizeof whole, WIRE_EXIT_AT), sizeof whole);
    size_t n = sizeof whole;
    while (whole[n - 1] == '\n')
        n--;
    for (size_t i = 0; i < n; i++) {
        char c = whole[i];
        whole[i] ^= 4;
        put(WIRE_EXIT_AT, sv_n(whole, sizeof whole));
        assert_int_equal(seat_exit(fd, ID, EPOCH, &r, &e), -1);
        whole[i] = c;
        put(WIRE_EXIT_AT, sv_n(whole, sizeof whole));
        /* The rest is what was there before: the end of an older record. */
        AUTO(buf_free) struct buf old = {0};
        buf_fmt(&old, "%.*s", (int)i, whole);
        while (old.n < sizeof whole)
            buf_chr(&old, 'o');
        put(WIRE_EXIT_AT, buf_view(&old));
        assert_int_equal(seat_exit(fd, ID, EPOCH, &r, &e), -1);
    }
    put(WIRE_EXIT_AT, sv_n(whole, sizeof whole));
    assert_int_equal(seat_exit(fd, ID, EPOCH, &r, &e), 0);
}

/* What is in a block: nothing, this attempt, the one before it, half of a write; for `started` also that the shim was
 * ready in this boot, or in another. */
enum { NONE, OURS, OTHER, TORN, READY, READY_BEFORE };

static void put_row(int given, int started, int exit)
{
    if (given)
        put_name(WIRE_GIVEN_AT, WIRE_GIVEN_HEAD, given == OURS ? ID : ID - 1);
    AUTO(buf_free) struct buf b = {0};
    if (started >= READY) {
        wire_name(&b, WIRE_READY_HEAD, ID, EPOCH, started == READY ? boot_id() : "another-boot");
        put(WIRE_STARTED_AT, buf_view(&b));
    } else if (started)
        put_name(WIRE_STARTED_AT, WIRE_STARTED_HEAD, started == OURS ? ID : ID - 1);
    if (exit == OTHER)
        put_record("attempt 4710\nepoch 7\nreason normal\ncode 0\n");
    else if (exit)
        put_record(good);
    if (exit == TORN)
        put(WIRE_EXIT_AT + 16, SV("o\0o\0"));
}

static void the_truth_table(void **state)
{
    (void)state;
    /* scheduling.md §2.5. A power loss ends every shim and may undo what was not synced: `given` may be older than
     * `started`, `exit` may be torn. */
    static const struct {
        bool held;
        int given, started, exit;
        enum found want;
        bool revoked;
    } rows[] = {
        {true, OURS, NONE, NONE, FOUND_RUNNING, false},
        {true, OURS, OURS, NONE, FOUND_RUNNING, false},
        {true, OURS, OURS, OTHER, FOUND_RUNNING, false},
        {true, OURS, OURS, TORN, FOUND_RUNNING, false},
        {true, OURS, OURS, OURS, FOUND_FINISHED, false},
        {false, OURS, NONE, NONE, FOUND_NEVER_RAN, true},
        {false, OURS, OTHER, OTHER, FOUND_NEVER_RAN, true},
        {false, NONE, NONE, NONE, FOUND_NEVER_RAN, false},
        {false, OTHER, OTHER, OTHER, FOUND_NEVER_RAN, false},
        {true, OURS, READY, NONE, FOUND_RUNNING, false},
        {true, OURS, READY, OTHER, FOUND_RUNNING, false},
        {false, OURS, READY, NONE, FOUND_NEVER_RAN, true},
        {false, OURS, READY, OTHER, FOUND_NEVER_RAN, true},
        {false, OURS, READY_BEFORE, OTHER, FOUND_LOST, false},
        {false, OTHER, READY_BEFORE, OTHER, FOUND_LOST, false},
        {false, OURS, READY_BEFORE, TORN, FOUND_LOST, false},
        {false, OURS, READY_BEFORE, OURS, FOUND_FINISHED, false},
        {false, OURS, OURS, NONE, FOUND_LOST, false},
        {false, OURS, OURS, OTHER, FOUND_LOST, false},
        {false, OTHER, OURS, OTHER, FOUND_LOST, false},
        {false, OURS, OURS, TORN, FOUND_LOST, false},
        {false, OURS, OURS, OURS, FOUND_FINISHED, false},
        {false, OTHER, OTHER, OURS, FOUND_FINISHED, false},
        {false, OURS, NONE, OURS, FOUND_FINISHED, false}, /* it was cancelled before it started */
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        set_up(NULL);
        AUTO(fd_closep) int lock = openat(seats, "0", O_RDWR | O_CLOEXEC);
        if (rows[i].held)
            assert_int_equal(flock(lock, LOCK_EX), 0);
        put_row(rows[i].given, rows[i].started, rows[i].exit);
        for (int twice = 0; twice < 2; twice++) {
            struct exit_record r;
            struct err e = {0};
            enum found found;
            assert_int_equal(seat_judge(fd, ID, EPOCH, &found, &r, &e), 0);
            if (found != rows[i].want)
                fail_msg("row %zu: %d", i, (int)found);
            char block[WIRE_BLOCK];
            struct wire_named w = {.attempt_id = -1};
            assert_int_equal(pread(fd, block, sizeof block, WIRE_GIVEN_AT), sizeof block);
            wire_names(sv_n(block, sizeof block), WIRE_GIVEN_HEAD, &w);
            assert_int_equal(w.attempt_id == 0, rows[i].revoked);
        }
        assert_int_equal(seat_is_held(fd), rows[i].held);
        tear_down(NULL);
    }
}

/* What a power loss can leave of an attempt whose end was not committed, and of the one that was got ready after it. */
static void the_attempt_before_is_not_forgotten_for_the_next(void **state)
{
    static const struct {
        int exit;
        enum found before, next;
        const char *boot; /* in which the next was got ready; NULL = this one */
    } rows[] = {
        {OURS, FOUND_FINISHED, FOUND_NEVER_RAN, NULL},
        {TORN, FOUND_LOST, FOUND_NEVER_RAN, NULL},
        {NONE, FOUND_LOST, FOUND_NEVER_RAN, NULL},
        {OURS, FOUND_FINISHED, FOUND_LOST, "another-boot"},
        {TORN, FOUND_LOST, FOUND_LOST, "another-boot"},
    };
    static const off_t at[][2] = {{WIRE_STARTED_AT, WIRE_STARTED_TOO_AT}, {WIRE_STARTED_TOO_AT, WIRE_STARTED_AT}};
    (void)state;
    for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
        const off_t *turn = at[i / ARRAY_LEN(rows)];
        __typeof__(&rows[0]) r = &rows[i % ARRAY_LEN(rows)];
        AUTO(buf_free) struct buf b = {0};
        struct exit_record got;
        struct err e = {0};
        enum found found;
        set_up(NULL);
        put_row(NONE, NONE, r->exit);
        put_name(turn[0], WIRE_STARTED_HEAD, ID);
        put_name(WIRE_GIVEN_AT, WIRE_GIVEN_HEAD, ID + 1);
        wire_name(&b, WIRE_READY_HEAD, ID + 1, EPOCH, r->boot ? r->boot : boot_id());
        put(turn[1], buf_view(&b));
        for (int order = 0; order < 4; order++) {
            bool next = order % 2;
            assert_int_equal(seat_judge(fd, next ? ID + 1 : ID, EPOCH, &found, &got, &e), 0);
            if (found != (next ? r->next : r->before))
                fail_msg("row %zu, %s: %d", i, next ? "next" : "before", (int)found);
        }
        tear_down(NULL);
    }
}

static void a_record_of_another_epoch_is_not_this_attempts_end(void **state)
{
    (void)state;
    struct exit_record r;
    struct err e = {0};
    enum found found;
    put_row(OURS, OURS, OURS);
    assert_int_equal(seat_judge(fd, ID, EPOCH + 1, &found, &r, &e), 0);
    assert_int_equal(found, FOUND_LOST);
    assert_int_equal(seat_judge(fd, ID, 0, &found, &r, &e), 0);
    assert_int_equal(found, FOUND_FINISHED);
}

static void a_seat_never_grows_and_is_made_once(void **state)
{
    (void)state;
    struct err e = {0};
    struct stat st;
    put_row(OURS, OURS, OURS);
    assert_int_equal(seat_give(fd, INT64_MAX, INT64_MAX, &e), 0);
    AUTO(fd_closep) int again = -1;
    assert_int_equal(seat_open(seats, 0, &again, &e), 0);
    assert_int_equal(fstat(again, &st), 0);
    assert_int_equal(st.st_size, WIRE_SEAT_SIZE);
    assert_true(seat_names(again, INT64_MAX) && seat_names(again, ID) && !seat_names(again, ID + 1));
}

static void a_link_planted_in_the_place_of_a_seat_is_not_followed(void **state)
{
    (void)state;
    struct err e = {0};
    int other = -1;
    assert_int_equal(symlinkat("/tmp/fettle-never", seats, "1"), 0);
    assert_int_equal(mkdirat(seats, "1.in", 0700), 0);
    assert_int_equal(symlinkat("/tmp/fettle-never", seats, "1.in/script"), 0);
    assert_int_equal(seat_open(seats, 1, &other, &e), -1);
    assert_int_equal(seat_script(seats, 1, SV("x"), false, &e), -1);
    assert_false(file_exists("/tmp/fettle-never"));
}

static void a_script_is_replaced_whole(void **state)
{
    (void)state;
    static const char *const texts[] = {"echo a long one\n", "x", "", "echo again\n"};
    char path[128];
    struct stat before, after;
    struct err e = {0};
    snprintf(path, sizeof path, "%s/0.in/script", dir);
    for (size_t i = 0; i < 2 * ARRAY_LEN(texts); i++) {
        AUTO(buf_free) struct buf got = {0};
        bool fresh = i >= ARRAY_LEN(texts);
        AUTO(fd_closep) int old = open(path, O_RDONLY | O_CLOEXEC);
        assert_int_equal(seat_script(seats, 0, sv_of(texts[i % ARRAY_LEN(texts)]), fresh, &e), 0);
        assert_int_equal(file_read(path, 4096, &got, &e), 0);
        assert_true(sv_is(buf_view(&got), texts[i % ARRAY_LEN(texts)]));
        assert_int_equal(stat(path, &after), 0);
        /* Who still reads the old one goes on reading that. */
        if (old >= 0 && fstat(old, &before) == 0)
            assert_int_equal(before.st_ino == after.st_ino, !fresh);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_exit_record_is_read_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_record_that_is_damaged_or_of_another_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_flipped_or_missing_byte_goes_unnoticed, set_up, tear_down),
        cmocka_unit_test(the_truth_table),
        cmocka_unit_test(the_attempt_before_is_not_forgotten_for_the_next),
        cmocka_unit_test_setup_teardown(a_record_of_another_epoch_is_not_this_attempts_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_seat_never_grows_and_is_made_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_link_planted_in_the_place_of_a_seat_is_not_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_script_is_replaced_whole, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
