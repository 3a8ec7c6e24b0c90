/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/desk.h"
#include "store/sqlite/schema.h"

static const char one[] = "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);";
static const char two[] = "ALTER TABLE a ADD COLUMN y TEXT; UPDATE a SET y = 'two';";
static const char broken[] = "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1);";

static int64_t ask(struct db *db, const char *sql)
{
    sqlite3_stmt *st;
    if (sqlite3_prepare_v2(db->h, sql, -1, &st, NULL) != SQLITE_OK)
        return -1;
    int64_t v = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
    sqlite3_finalize(st);
    return v;
}

static void open_raw(struct desk *d, struct db *db)
{
    struct err e = {0};
    snprintf(d->dir, sizeof d->dir, "/tmp/store-XXXXXX");
    assert_non_null(mkdtemp(d->dir));
    snprintf(d->path, sizeof d->path, "%s/fettle.db", d->dir);
    OK(db_open(db, d->path, DB_WRITER, &e));
    OK(db_own(db, &e));
}

static void versions_are_applied_once_and_in_order(void **state)
{
    (void)state;
    struct desk d;
    struct db db;
    struct err e = {0};
    open_raw(&d, &db);
    OK(schema_migrate(&db, (const char *const[]){one}, 1, &e));
    assert_int_equal(ask(&db, "PRAGMA user_version"), 1);
    OK(schema_migrate(&db, (const char *const[]){one, two}, 2, &e));
    OK(schema_migrate(&db, (const char *const[]){one, two}, 2, &e));
    assert_int_equal(ask(&db, "PRAGMA user_version"), 2);
    assert_int_equal(ask(&db, "SELECT count(*) FROM a WHERE y = 'two'"), 1);
    db_close(&db);
    OK(file_remove_tree(d.dir, &e));
}

static void a_step_that_fails_leaves_the_version_before_it(void **state)
{
    (void)state;
    struct desk d;
    struct db db;
    struct err e = {0};
    open_raw(&d, &db);
    assert_int_equal(schema_migrate(&db, (const char *const[]){one, broken, two}, 3, &e), -1);
    assert_non_null(strstr(e.msg, "schema version 2"));
    assert_int_equal(ask(&db, "PRAGMA user_version"), 1);
    assert_int_equal(ask(&db, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), 0);
    OK(schema_migrate(&db, (const char *const[]){one, two}, 2, &e)); /* a mended program goes on from there */
    assert_int_equal(ask(&db, "PRAGMA user_version"), 2);
    db_close(&db);
    OK(file_remove_tree(d.dir, &e));
}

static void exec_on(const char *path, const char *sql)
{
    sqlite3 *h;
    assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_exec(h, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(h);
}

static void a_newer_schema_is_refused_and_left_alone(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    desk_open(&d);
    struct reader *r = NULL;
    store_close(&d.s);
    exec_on(d.path, "PRAGMA user_version = 99");
    assert_int_equal(store_open(d.path, &d.s, &e), -1);
    assert_int_equal(e.cls, ERR_INVALID);
    assert_non_null(strstr(e.msg, "version 99"));
    assert_int_equal(reader_open(d.path, &r, &e), -1);
    assert_null(r);
    exec_on(d.path, "PRAGMA user_version = 2");
    desk_start(&d); /* nothing else was changed, and the lock was given back */
    desk_close(&d);
}

static void refused(const char *path, const char *why)
{
    struct err e = {0};
    struct store *s = NULL;
    assert_int_equal(store_open(path, &s, &e), -1);
    assert_null(s);
    if (!strstr(e.msg, why))
        fail_msg("\"%s\" does not say \"%s\"", e.msg, why);
}

static void what_is_not_our_database_is_refused_and_left_alone(void **state)
{
    (void)state;
    char dir[] = "/tmp/store-XXXXXX", path[64];
    struct err e = {0};
    AUTO(buf_free) struct buf before = {0}, after = {0};
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/x.db", dir);
    exec_on(path, "CREATE TABLE mine (x)");
    OK(file_read(path, 1 << 20, &before, &e));
    refused(path, "another program");
    OK(file_read(path, 1 << 20, &after, &e));
    assert_true(sv_eq(buf_view(&before), buf_view(&after)));
    OK(file_write(path,
                  SV("this is no database, but it is long enough to have a header of one hundred bytes, "
                     "which is what SQLite looks at first"),
                  0600, &e));
    refused(path, "not a database");
    refused("/nonexistent/fettle.db", "/nonexistent");
    OK(file_remove_tree(dir, &e));
}

static void a_damaged_database_is_noticed_at_the_start(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    desk_open(&d);
    struct change_set *cs = change_set_new();
    desk_run(cs, 1000, 200);
    assert_int_equal(desk_commit(&d, cs), 0);
    store_close(&d.s);
    AUTO(buf_free) struct buf all = {0};
    OK(file_read(d.path, 1 << 26, &all, &e));
    int noticed = 0, tried = 0;
    for (size_t at = 8192 + 3; at < all.n; at += 8192, tried++) { /* the cell count of every page but the first */
        struct store *s = NULL;
        all.p[at] = (char)(all.p[at] ^ 0x7f);
        OK(file_write(d.path, buf_view(&all), 0600, &e));
        all.p[at] = (char)(all.p[at] ^ 0x7f);
        if (store_open(d.path, &s, &e) < 0)
            noticed++;
        store_close(&s);
    }
    assert_true(tried > 5);
    assert_int_equal(noticed, tried);
    desk_close(&d);
}

static void a_reader_of_an_absent_database_says_so(void **state)
{
    (void)state;
    struct reader *r = NULL;
    struct err e = {0};
    assert_int_equal(reader_open("/tmp/there-is-no-such-file.db", &r, &e), -1);
    assert_int_equal(e.cls, ERR_MISSING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_are_applied_once_and_in_order),
        cmocka_unit_test(a_step_that_fails_leaves_the_version_before_it),
        cmocka_unit_test(a_newer_schema_is_refused_and_left_alone),
        cmocka_unit_test(what_is_not_our_database_is_refused_and_left_alone),
        cmocka_unit_test(a_damaged_database_is_noticed_at_the_start),
        cmocka_unit_test(a_reader_of_an_absent_database_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
