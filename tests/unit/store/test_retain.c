/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/desk.h"
#include "store/retain.h"

#define DAY ((msec_t)24 * 3600 * 1000)

static void decide(struct desk *d, int64_t id, enum delivery_state to)
{
    struct change_set *cs = change_set_new();
    struct change *c = change_add(cs, CHANGE_DELIVERY);
    c->delivery.id = id;
    c->delivery.state = to;
    c->delivery.event_json = "{}";
    assert_int_equal(desk_commit(d, cs), 0);
}

static void skip_row(void *ctx, struct sv json)
{
    (void)json;
    ++*(int *)ctx;
}

static int count(struct desk *d, enum listing what, const char *filter)
{
    struct err e = {0};
    int n = 0;
    struct reader *r = desk_reader(d);
    OK(read_list(r, what, filter, 0, 1000, skip_row, &n, &e));
    reader_close(&r);
    return n;
}

static bool has_body(struct desk *d, int64_t id)
{
    struct err e = {0};
    AUTO(buf_free) struct buf body = {0};
    struct reader *r = desk_reader(d);
    int rc = read_body(r, id, &body, &e);
    reader_close(&r);
    return rc == 0;
}

/* The work is done in idle moments: wait until the last phase has come by. */
static void retain(struct desk *d, msec_t now, struct retain_ages ages)
{
    store_retain(d->s, now, ages);
    clk_sleep_ms(1000);
}

static void bodies_go_before_deliveries_and_undecided_ones_stay(void **state)
{
    (void)state;
    struct desk d;
    int64_t ids[250];
    desk_open(&d);
    for (int i = 0; i < 250; i++) { /* more than one batch */
        char guid[8];
        snprintf(guid, sizeof guid, "%d", i);
        assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", guid, SV("x")), &ids[i]), PUT_ACCEPTED);
    }
    for (int i = 0; i < 250; i++)
        if (i != 7)
            decide(&d, ids[i], i % 2 ? DELIVERY_MATCHED : DELIVERY_IGNORED);
    struct retain_ages ages = {.bodies = 30 * DAY, .deliveries = 90 * DAY};
    msec_t now = clk_wall_ms();
    retain(&d, now + 29 * DAY, ages);
    assert_true(has_body(&d, ids[0]));
    retain(&d, now + 31 * DAY, ages);
    assert_int_equal(count(&d, LIST_DELIVERIES, NULL), 250);
    for (int i = 0; i < 250; i++)
        assert_int_equal(has_body(&d, ids[i]), i == 7);
    retain(&d, now + 91 * DAY, ages);
    assert_int_equal(count(&d, LIST_DELIVERIES, NULL), 1);
    assert_true(has_body(&d, ids[7]));
    /* Forgotten as rows, still remembered as arrivals. */
    int64_t id;
    assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", "3", SV("x")), &id), PUT_DUPLICATE);
    assert_true(id == ids[3]);
    desk_close(&d);
}

static void only_finished_runs_go(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    msec_t now = clk_wall_ms();
    struct id_gen ids = {0};
    int64_t run[3];
    desk_open(&d);
    for (int i = 0; i < 3; i++) {
        struct change_set *cs = change_set_new();
        run[i] = id_next(&ids, now - (i < 2 ? 200 : 10) * DAY + i, 0);
        desk_run(cs, run[i], 2)->state = i == 1 ? WORK_RUNNING : WORK_DONE;
        struct change *c = change_add(cs, CHANGE_JOURNAL);
        c->journal = (struct journal){.at = 1, .kind = "run", .ref_id = run[i], .run_id = run[i], .to = "done"};
        assert_int_equal(desk_commit(&d, cs), 0);
    }
    retain(&d, now, (struct retain_ages){.runs = 180 * DAY});
    assert_int_equal(count(&d, LIST_RUNS, NULL), 2);
    assert_int_equal(count(&d, LIST_JOURNAL, NULL), 2);
    struct reader *r = desk_reader(&d);
    AUTO(buf_free) struct buf json = {0};
    assert_int_equal(read_run_json(r, run[0], &json, &e), 1);
    assert_int_equal(read_run_json(r, run[1], &json, &e), 0); /* old, but running */
    assert_int_equal(read_run_json(r, run[2], &json, &e), 0);
    reader_close(&r);
    desk_close(&d);
}

static int64_t keys_in(const char *path)
{
    sqlite3 *h;
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(h, "SELECT count(*) FROM dedup", -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(h);
    return n;
}

static void keys_older_than_ninety_days_are_swept(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    for (int i = 0; i < 1200; i++) { /* more than two batches */
        char guid[8];
        snprintf(guid, sizeof guid, "%d", i);
        struct delivery_put *p = desk_delivery(&d, "gitlab", guid, SV("x"));
        p->d.received_at -= i % 3 ? 91 * DAY : 89 * DAY;
        store_put(d.s, p);
    }
    for (int i = 0; i < 1200; i++) {
        struct delivery_put *p = CONTAINER_OF(desk_wait(&d), struct delivery_put, letter);
        assert_int_equal(p->verdict, PUT_ACCEPTED);
        delivery_put_free(&p);
    }
    store_retain(d.s, clk_wall_ms(), (struct retain_ages){0}); /* keys go into the table before */
    clk_sleep_ms(3000); /* the first pass begins two seconds after the start */
    store_close(&d.s);
    assert_int_equal(keys_in(d.path), 400);
    desk_start(&d);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_go_before_deliveries_and_undecided_ones_stay),
        cmocka_unit_test(only_finished_runs_go),
        cmocka_unit_test(keys_older_than_ninety_days_are_swept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
