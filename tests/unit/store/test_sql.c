/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/desk.h"
#include "store/sqlite/check.h"
#include "store/sqlite/sql.h"

static sqlite3 *open_beside(struct desk *d)
{
    sqlite3 *h;
    desk_open(d);
    assert_int_equal(sqlite3_open(d->path, &h), SQLITE_OK);
    return h;
}

/* Walks of a whole table that are meant: the few rows they need are the first they meet, or all of them are wanted,
 * and of sessions there are SESSIONS_MOST at most. */
static bool may_scan(enum sql q)
{
    return q == SQL_LIST_JOURNAL || q == SQL_OPEN_STANDING || q == SQL_OPEN_FIRED || q == SQL_OPEN_SETTINGS ||
           q == SQL_OPEN_DURATIONS || q == SQL_OPEN_FAILURES || q == SQL_OPEN_BUDGETS || q == SQL_OPEN_FLAKY ||
           q == SQL_OPEN_MADE || q == SQL_OPEN_SEEN_REPOS || q == SQL_OPEN_SEEN_REFS || q == SQL_SESSIONS_MANY ||
           q == SQL_LIST_SESSIONS;
}

/* These indexes hold what is open and nothing else. */
static bool of_open_work(const char *line)
{
    static const char *const indexes[] = {"INDEX run_open", "INDEX effect_unsettled", "INDEX effect_dead",
                                          "INDEX recovery_open", "INDEX approval_open"};
    for (size_t i = 0; i < ARRAY_LEN(indexes); i++)
        if (strstr(line, indexes[i]))
            return true;
    return false;
}

static void no_statement_walks_through_a_whole_table(void **state)
{
    (void)state;
    struct desk d;
    sqlite3 *h = open_beside(&d);
    for (int q = 0; q < SQL_N; q++) {
        AUTO(buf_free) struct buf explain = {0};
        sqlite3_stmt *st;
        if (!sql_text[q])
            continue;
        buf_fmt(&explain, "EXPLAIN QUERY PLAN %s", sql_text[q]);
        assert_int_equal(sqlite3_prepare_v2(h, explain.p, -1, &st, NULL), SQLITE_OK);
        while (sqlite3_step(st) == SQLITE_ROW) {
            const char *line = (const char *)sqlite3_column_text(st, 3);
            bool scan = strncmp(line, "SCAN", 4) == 0 && !strstr(line, "CONSTANT ROW") && !of_open_work(line);
            if ((scan && !may_scan((enum sql)q)) || strstr(line, "TEMP B-TREE"))
                fail_msg("%s: %s", sql_text[q], line);
        }
        sqlite3_finalize(st);
    }
    sqlite3_close(h);
    desk_close(&d);
}

static void every_statement_has_a_text(void **state)
{
    (void)state;
    for (int q = 0; q < SQL_N; q++)
        if (q != SQL_WRITER_N && !sql_text[q])
            fail_msg("statement %d has none", q);
}

static void a_check_that_has_no_time_finds_nothing_wrong(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct db db;
    desk_open(&d);
    for (int i = 0; i < 20; i++) {
        struct change_set *cs = change_set_new();
        desk_run(cs, 1000000 * (i + 1), 100);
        assert_int_equal(desk_commit(&d, cs), 0);
    }
    OK(db_open(&db, d.path, DB_READER, &e));
    for (int i = 0; i < 20; i++)
        OK(check_database(&db, i % 3, &e));
    OK(check_database(&db, 60000, &e));
    db_close(&db);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_statement_walks_through_a_whole_table),
        cmocka_unit_test(every_statement_has_a_text),
        cmocka_unit_test(a_check_that_has_no_time_finds_nothing_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
