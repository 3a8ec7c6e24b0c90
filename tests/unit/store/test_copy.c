/* SPDX-License-Identifier: Apache-2.0 */
/* Whole databases: copied beside a server that writes, put back, brought to this version. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/copy.h"
#include "store/sqlite/schema.h"
#include "unit/store/desk.h"

static char name[200];
static const char *in(const struct desk *d, const char *file)
{
    snprintf(name, sizeof name, "%s/%s", d->dir, file);
    return name;
}

static int64_t ask(const char *path, const char *sql)
{
    sqlite3 *h;
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_open_v2(path, &h, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(h, sql, -1, &st, NULL) != SQLITE_OK || sqlite3_step(st) != SQLITE_ROW)
        fail_msg("%s: %s", sql, sqlite3_errmsg(h));
    int64_t n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(h);
    return n;
}

static void put(struct desk *d, int n)
{
    int64_t id;
    static int made;
    for (int i = 0; i < n; i++) {
        char guid[16];
        snprintf(guid, sizeof guid, "g%d", made++);
        assert_int_equal(desk_put(d, desk_delivery(d, "github", guid, sv_of(guid)), &id), PUT_ACCEPTED);
    }
}

static const char count[] = "SELECT count(*) FROM delivery";

static void a_copy_is_one_private_file_with_all_of_a_moment(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct store_copied c;
    struct stat st;
    desk_open(&d);
    put(&d, 20);
    struct change_set *cs = change_set_new();
    change_add(cs, CHANGE_SESSION_NEW)->session = (struct session){.id = 1, .name = "ann"};
    assert_int_equal(desk_commit(&d, cs), 0);
    OK(store_copy(d.path, in(&d, "copy"), &c, &e));
    put(&d, 3);
    assert_int_equal(ask(name, count), 20);
    assert_int_equal(ask(d.path, "SELECT count(*) FROM session"), 1);
    assert_int_equal(ask(name, "SELECT count(*) FROM session"), 0); /* one that ends later does not come back */
    assert_int_equal(ask(name, "PRAGMA integrity_check = 0"), 0);   /* "ok" is no number */
    assert_int_equal(c.version, schema_version);
    assert_int_equal(stat(name, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, c.bytes);
    assert_false(file_exists(in(&d, "copy-wal")));
    assert_int_equal(store_copy(d.path, in(&d, "copy"), &c, &e), -1);
    assert_int_equal(e.cls, ERR_CONFLICT);
    desk_close(&d);
}

struct writer {
    struct desk *d;
    atomic_bool stop;
};

static void *write_on(void *arg)
{
    struct writer *w = arg;
    while (!atomic_load(&w->stop))
        put(w->d, 1);
    return NULL;
}

static void a_server_that_writes_does_not_disturb_it(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct store_copied c;
    pthread_t t;
    desk_open(&d);
    put(&d, 50);
    struct writer w = {.d = &d};
    assert_int_equal(pthread_create(&t, NULL, write_on, &w), 0);
    int64_t last = 50;
    for (int i = 0; i < 20; i++) {
        char file[16];
        snprintf(file, sizeof file, "copy%d", i);
        OK(store_copy(d.path, in(&d, file), &c, &e));
        int64_t n = ask(name, count);
        assert_true(n >= last);
        assert_int_equal(ask(name, "SELECT count(*) FROM delivery d JOIN body b ON b.id = d.id"), n);
        last = n;
    }
    atomic_store(&w.stop, true);
    pthread_join(t, NULL);
    desk_close(&d);
}

static void what_is_no_database_of_ours_is_refused_and_leaves_nothing(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct store_copied c;
    bool kept;
    sqlite3 *h;
    desk_open(&d);
    assert_int_equal(store_copy(in(&d, "nothing"), "/tmp/never", &c, &e), -1);
    assert_int_equal(e.cls, ERR_MISSING);
    assert_int_equal(sqlite3_open(in(&d, "other"), &h), SQLITE_OK);
    assert_int_equal(sqlite3_exec(h, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(h);
    char other[200], target[200];
    snprintf(other, sizeof other, "%s", name);
    snprintf(target, sizeof target, "%s", in(&d, "to"));
    assert_int_equal(store_copy(other, target, &c, &e), -1);
    assert_int_equal(e.cls, ERR_INVALID);
    assert_false(file_exists(target));
    assert_int_equal(store_restore(other, target, "/tmp/never", &kept, &c, &e), -1);
    assert_int_equal(e.cls, ERR_INVALID);
    assert_false(file_exists(target));
    desk_close(&d);
}

static void a_restore_waits_for_no_server_and_keeps_what_was_there(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct store_copied c;
    bool kept;
    char copy[200], old[200];
    desk_open(&d);
    put(&d, 5);
    snprintf(copy, sizeof copy, "%s", in(&d, "copy"));
    snprintf(old, sizeof old, "%s", in(&d, "old"));
    OK(store_copy(d.path, copy, &c, &e));
    put(&d, 2);
    assert_int_equal(store_restore(copy, d.path, old, &kept, &c, &e), -1);
    assert_int_equal(e.cls, ERR_CONFLICT);
    assert_false(file_exists(old));
    store_close(&d.s);
    OK(store_restore(copy, d.path, old, &kept, &c, &e));
    assert_true(kept);
    assert_int_equal(ask(d.path, count), 5);
    assert_int_equal(ask(old, count), 7);
    desk_start(&d); /* and a server takes it */
    put(&d, 1);
    desk_close(&d);
}

static void a_damaged_copy_changes_nothing(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct store_copied c;
    bool kept;
    char copy[200], zeros[3 * 8192] = {0};
    desk_open(&d);
    put(&d, 200);
    snprintf(copy, sizeof copy, "%s", in(&d, "copy"));
    OK(store_copy(d.path, copy, &c, &e));
    int fd = open(copy, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, zeros, sizeof zeros, 2 * 8192), sizeof zeros);
    close(fd);
    store_close(&d.s);
    assert_int_equal(store_restore(copy, d.path, in(&d, "old"), &kept, &c, &e), -1);
    assert_int_equal(e.cls, ERR_INVALID);
    assert_int_equal(ask(d.path, count), 200);
    desk_start(&d);
    desk_close(&d);
}

static void an_older_database_is_brought_forward_without_a_server(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct db db;
    int from = -1, to = -1;
    desk_open(&d);
    assert_int_equal(store_migrate(d.path, &from, &to, &e), -1);
    assert_int_equal(e.cls, ERR_CONFLICT);
    assert_int_equal(store_migrate(in(&d, "nothing"), &from, &to, &e), -1);
    assert_int_equal(e.cls, ERR_MISSING);
    OK(db_open(&db, in(&d, "older"), DB_WRITER, &e));
    OK(schema_migrate(&db, schema_steps, 1, &e));
    db_close(&db);
    OK(store_migrate(name, &from, &to, &e));
    assert_int_equal(from, 1);
    assert_int_equal(to, schema_version);
    assert_int_equal(ask(name, "PRAGMA user_version"), schema_version);
    OK(store_migrate(name, &from, &to, &e));
    assert_int_equal(from, schema_version);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_is_one_private_file_with_all_of_a_moment),
        cmocka_unit_test(a_server_that_writes_does_not_disturb_it),
        cmocka_unit_test(what_is_no_database_of_ours_is_refused_and_leaves_nothing),
        cmocka_unit_test(a_restore_waits_for_no_server_and_keeps_what_was_there),
        cmocka_unit_test(a_damaged_copy_changes_nothing),
        cmocka_unit_test(an_older_database_is_brought_forward_without_a_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
