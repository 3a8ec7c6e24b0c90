/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/desk.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>
#include "unit/store/faulty_vfs.h"

static struct change_set *new_run(struct desk *d, int64_t id)
{
    struct change_set *cs = change_set_new();
    desk_run(cs, id, 2);
    cs->reply = d->reply;
    return cs;
}

static void wait_until_writable(struct desk *d)
{
    char why[160];
    for (int i = 0; i < 500 && !store_is_writable(d->s, why); i++)
        clk_sleep_ms(10);
    assert_true(store_is_writable(d->s, why));
}

static int n_runs(struct desk *d)
{
    struct err e = {0};
    struct open_work w;
    struct reader *r = desk_reader(d);
    OK(read_open_work(r, &w, &e));
    int n = (int)w.n_runs;
    arena_free(&w.arena);
    reader_close(&r);
    return n;
}

static void without_space_deliveries_fail_at_once_and_change_sets_wait(void **state)
{
    (void)state;
    struct desk d;
    struct change_set *cs[3];
    char why[160];
    desk_open(&d);
    assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", "before", SV("x")), NULL), PUT_ACCEPTED);
    atomic_store(&fault_full, true);
    for (int i = 0; i < 3; i++)
        store_commit(d.s, cs[i] = new_run(&d, 1000 + i * 100));
    for (int i = 0; i < 20; i++) {
        struct delivery_put *p = desk_delivery(&d, "gitlab", "during", SV("x"));
        msec_t from = clk_mono_ms();
        store_put(d.s, p);
        assert_ptr_equal(CONTAINER_OF(desk_wait(&d), struct delivery_put, letter), p); /* and no change-set */
        assert_int_equal(p->verdict, PUT_FAILED);
        assert_non_null(strstr(p->err.msg, "no space left"));
        assert_true(clk_mono_ms() - from < 450);
        delivery_put_free(&p);
    }
    assert_false(store_is_writable(d.s, why));
    assert_non_null(strstr(why, "no space left"));
    clk_sleep_ms(1200); /* two tries in vain */
    assert_int_equal(n_runs(&d), 0);
    atomic_store(&fault_full, false);
    for (int i = 0; i < 3; i++) {
        assert_ptr_equal(CONTAINER_OF(desk_wait(&d), struct change_set, letter), cs[i]); /* in their order */
        assert_int_equal(cs[i]->failed, 0);
        change_set_free(&cs[i]);
    }
    wait_until_writable(&d);
    assert_int_equal(n_runs(&d), 3);
    /* The failed one left no key behind. */
    assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", "during", SV("x")), NULL), PUT_ACCEPTED);
    assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", "before", SV("x")), NULL), PUT_DUPLICATE);
    desk_close(&d);
}

static void space_that_returns_is_noticed_without_any_traffic(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    atomic_store(&fault_full, true);
    assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", "1", SV("x")), NULL), PUT_FAILED);
    atomic_store(&fault_full, false);
    wait_until_writable(&d);
    desk_close(&d);
}

static void closing_without_space_gives_change_sets_back_as_failed(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    atomic_store(&fault_full, true);
    struct change_set *cs = new_run(&d, 1000);
    store_commit(d.s, cs);
    store_close(&d.s);
    assert_ptr_equal(CONTAINER_OF(desk_wait(&d), struct change_set, letter), cs);
    assert_int_equal(cs->failed, -1);
    assert_int_equal(cs->err.cls, ERR_TRANSIENT);
    change_set_free(&cs);
    atomic_store(&fault_full, false);
    desk_close(&d);
}

static void after_a_failed_sync_nothing_is_written_or_synced_again(void **state)
{
    (void)state;
    struct desk d;
    char why[160];
    desk_open(&d);
    assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", "1", SV("x")), NULL), PUT_ACCEPTED);
    atomic_store(&fault_sync, true);
    assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", "2", SV("x")), NULL), PUT_FAILED);
    assert_int_equal(atomic_load(&sync_failures), 1);
    assert_false(store_is_writable(d.s, why));
    struct change_set *cs = new_run(&d, 1000);
    store_commit(d.s, cs);
    assert_ptr_equal(CONTAINER_OF(desk_wait(&d), struct change_set, letter), cs);
    assert_int_equal(cs->failed, -1);
    assert_int_equal(cs->err.cls, ERR_UNCERTAIN);
    change_set_free(&cs);
    clk_sleep_ms(700);
    assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", "3", SV("x")), NULL), PUT_FAILED);
    store_close(&d.s);
    assert_int_equal(atomic_load(&syncs_after_failure), 0);
    atomic_store(&sync_failures, 0);
    desk_start(&d); /* a new process would do the same: what was accepted is there */
    assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", "1", SV("x")), NULL), PUT_DUPLICATE);
    assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", "3", SV("x")), NULL), PUT_ACCEPTED);
    desk_close(&d);
}

/* Fills what is left; the caller removes the file. */
static void fill(const char *name)
{
    char *zeros = mem_new(65536);
    int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    while (fd_write_all(fd, zeros, 65536) == 0)
        ;
    assert_int_equal(errno, ENOSPC);
    close(fd);
    mem_free(zeros);
}

static void a_small_disk_fills_up_and_recovers(void **state)
{
    (void)state;
    char dir[] = "/tmp/store-disk-XXXXXX", name[64];
    assert_non_null(mkdtemp(dir));
    if (mount("tmpfs", dir, "tmpfs", 0, "size=8m") < 0) {
        print_message("skipped: mounting a tmpfs is not permitted here\n");
        rmdir(dir);
        skip();
    }
    snprintf(name, sizeof name, "%s/filler", dir);
    struct desk d;
    struct err e = {0};
    int64_t ids[64];
    char *body = mem_new(100000);
    int n = 0;
    enum put_verdict v = PUT_ACCEPTED;
    desk_open_in(&d, dir);
    for (; n < 40 && v == PUT_ACCEPTED; n++) {
        char guid[8];
        snprintf(guid, sizeof guid, "%d", n);
        if (n == 10)
            fill(name);
        v = desk_put(&d, desk_delivery(&d, "gitlab", guid, sv_n(body, 100000)), &ids[n]);
    }
    assert_int_equal(v, PUT_FAILED);
    n--;
    struct change_set *cs = new_run(&d, 1000);
    store_commit(d.s, cs);
    clk_sleep_ms(1100);
    assert_int_equal(unlink(name), 0);
    assert_ptr_equal(CONTAINER_OF(desk_wait(&d), struct change_set, letter), cs);
    assert_int_equal(cs->failed, 0);
    change_set_free(&cs);
    wait_until_writable(&d);
    struct reader *r = desk_reader(&d);
    for (int i = 0; i < n; i++) {
        AUTO(buf_free) struct buf got = {0};
        OK(read_body(r, ids[i], &got, &e));
        assert_int_equal(got.n, 100000);
    }
    reader_close(&r);
    assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", "after", SV("x")), NULL), PUT_ACCEPTED);
    desk_close(&d);
    mem_free(body);
    assert_int_equal(umount(dir), 0);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_space_deliveries_fail_at_once_and_change_sets_wait),
        cmocka_unit_test(space_that_returns_is_noticed_without_any_traffic),
        cmocka_unit_test(closing_without_space_gives_change_sets_back_as_failed),
        cmocka_unit_test(after_a_failed_sync_nothing_is_written_or_synced_again),
        cmocka_unit_test(a_small_disk_fills_up_and_recovers),
    };
    faulty_vfs_register();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
