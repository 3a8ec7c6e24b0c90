/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/desk.h"
#include "store/sqlite/put.h"
#include "store/sqlite/schema.h"

enum { MANY = 1500 }; /* of two keys each: more than one step of a fold */

struct bare { /* a database without its thread */
    struct desk d;
    struct db db;
    struct known known;
    struct id_gen ids;
};

static void bare_open(struct bare *b)
{
    struct err e = {0};
    *b = (struct bare){0};
    snprintf(b->d.dir, sizeof b->d.dir, "/tmp/store-XXXXXX");
    assert_non_null(mkdtemp(b->d.dir));
    snprintf(b->d.path, sizeof b->d.path, "%s/fettle.db", b->d.dir);
    OK(db_open(&b->db, b->d.path, DB_WRITER, &e));
    OK(db_own(&b->db, &e));
    OK(schema_migrate(&b->db, schema_steps, schema_version, &e));
    OK(db_prepare(&b->db, &e));
    OK(put_recall(&b->db, &b->known, &e));
}

static void bare_close(struct bare *b)
{
    struct err e = {0};
    known_free(&b->known);
    db_close(&b->db);
    OK(file_remove_tree(b->d.dir, &e));
}

static struct delivery_put *nth(struct bare *b, int i, const char *id_prefix)
{
    char guid[24], body[24];
    snprintf(guid, sizeof guid, "%s%d", id_prefix, i);
    snprintf(body, sizeof body, "body %d", i);
    return desk_delivery(&b->d, "github", guid, sv_of(body));
}

static enum put_verdict put(struct bare *b, struct delivery_put *p, int64_t *ret_id)
{
    struct err e = {0};
    OK(put_delivery(&b->db, &b->known, &b->ids, p, &e));
    enum put_verdict v = p->verdict;
    *ret_id = p->d.id;
    delivery_put_free(&p);
    return v;
}

static void put_many(struct bare *b, int64_t *ret_ids)
{
    struct err e = {0};
    OK(db_exec(&b->db, "BEGIN", &e));
    for (int i = 0; i < MANY; i++)
        assert_int_equal(put(b, nth(b, i, "a"), &ret_ids[i]), PUT_ACCEPTED);
    OK(db_exec(&b->db, "COMMIT", &e));
    known_keep(&b->known);
}

static void fold_step(struct bare *b)
{
    struct err e = {0};
    size_t at;
    OK(db_exec(&b->db, "BEGIN", &e));
    OK(known_fold_some(&b->known, &b->db, &at, &e));
    OK(db_exec(&b->db, "COMMIT", &e));
    known_folded(&b->known, at);
}

static int64_t rows(struct bare *b, const char *table)
{
    char sql[64];
    sqlite3_stmt *st;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
    assert_int_equal(sqlite3_prepare_v2(b->db.h, sql, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}

static void all_are_known(struct bare *b, const int64_t *ids)
{
    int64_t id;
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(put(b, nth(b, i, "a"), &id), PUT_DUPLICATE);
        assert_true(id == ids[i]);
    }
}

/* A stop between any two steps: memory is gone, the table has what was folded. */
static void keys_are_known_wherever_a_fold_was_cut_short(void **state)
{
    (void)state;
    static int64_t ids[MANY];
    struct err e = {0};
    struct bare b;
    bare_open(&b);
    put_many(&b, ids);
    for (int64_t steps = 0; rows(&b, "dedup") < 2 * MANY; steps++) {
        assert_true(steps < 4);
        known_fold(&b.known);
        fold_step(&b);
        all_are_known(&b, ids); /* while folding */
        known_free(&b.known);
        b.known = (struct known){0};
        OK(put_recall(&b.db, &b.known, &e));
        all_are_known(&b, ids);
    }
    assert_int_equal(rows(&b, "delivery"), MANY);
    int64_t id;
    assert_int_equal(put(&b, nth(&b, 3, "b"), &id), PUT_SUSPECT); /* bodies too */
    bare_close(&b);
}

static void a_finished_fold_leaves_nothing_to_recall(void **state)
{
    (void)state;
    static int64_t ids[MANY];
    struct err e = {0};
    struct bare b;
    bare_open(&b);
    put_many(&b, ids);
    known_fold(&b.known);
    while (known_is_folding(&b.known))
        fold_step(&b);
    assert_true(b.known.folded == ids[MANY - 1]);
    assert_int_equal(rows(&b, "dedup"), 2 * MANY);
    known_free(&b.known);
    b.known = (struct known){0};
    OK(put_recall(&b.db, &b.known, &e));
    assert_int_equal(known_mark(&b.known), 0);
    all_are_known(&b, ids);
    bare_close(&b);
}

static void what_is_rolled_back_is_not_known(void **state)
{
    (void)state;
    static const uint8_t one[DEDUP_KEY_LEN] = {1}, two[DEDUP_KEY_LEN] = {2};
    struct known k = {0};
    known_add(&k, one, 10, 1000);
    known_keep(&k);
    size_t mark = known_mark(&k);
    known_add(&k, two, 20, 2000);
    known_add(&k, one, 21, 2000); /* the first was too old to count */
    assert_true(known_find(&k, one)->delivery == 21);
    known_undo(&k, mark + 1);
    assert_true(known_find(&k, one)->delivery == 10);
    assert_true(known_find(&k, two)->delivery == 20);
    known_undo_all(&k);
    assert_null(known_find(&k, two));
    assert_true(known_find(&k, one)->delivery == 10);
    known_fold(&k);
    assert_true(known_find(&k, one)->delivery == 10);
    known_add(&k, one, 30, 3000);
    assert_true(known_find(&k, one)->delivery == 30);
    known_undo_all(&k);
    assert_true(known_find(&k, one)->delivery == 10);
    known_free(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_known_wherever_a_fold_was_cut_short),
        cmocka_unit_test(a_finished_fold_leaves_nothing_to_recall),
        cmocka_unit_test(what_is_rolled_back_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
