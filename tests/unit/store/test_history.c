/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/desk.h"
#include "core/spread.h"

static const int64_t HOUR = 3600;
static const msec_t NOON = 1800014400000; /* a whole quarter of an hour */

struct seen {
    int n;
    struct history_row rows[64]; /* without spreads */
    struct spread took, waited;  /* of all */
};

static void take_row(void *ctx, const struct history_row *row)
{
    struct seen *s = ctx;
    assert_in_range(s->n, 0, ARRAY_LEN(s->rows) - 1);
    s->rows[s->n++] = *row;
    spread_unpack(&s->took, row->took);
    spread_unpack(&s->waited, row->waited);
}

static struct seen look(struct desk *d, enum history_grain grain, int64_t from, int64_t to)
{
    struct seen s = {0};
    struct err e = {0};
    struct reader *r = desk_reader(d);
    OK(read_history(r, grain, from, to, take_row, &s, &e));
    reader_close(&r);
    return s;
}

static struct seen look_all(struct desk *d, enum history_grain grain)
{
    return look(d, grain, 0, INT64_MAX);
}

static void put_run(struct desk *d, int64_t id)
{
    struct change_set *cs = change_set_new();
    desk_run(cs, id, 0);
    assert_int_equal(desk_commit(d, cs), 0);
}

/* From the event to the start 2 s; the row is written in version `version`. */
static int end_run(struct desk *d, int64_t id, msec_t at, enum conclusion how, int version)
{
    struct change_set *cs = change_set_new();
    struct run *r = arena_new(&cs->arena, sizeof *r);
    *r = (struct run){.id = id, .workflow = "ci", .file = "ci.yml", .event = "push", .state = WORK_DONE};
    r->conclusion = how;
    r->created_at = at - 12000;
    r->started_at = at - 10000;
    r->ended_at = at;
    r->version = version;
    change_add(cs, CHANGE_RUN)->run = r;
    return desk_commit(d, cs);
}

static void a_run_is_counted_once_where_it_ends(void **state)
{
    (void)state;
    static const enum conclusion ends[] = {CONC_SUCCESS,   CONC_SUCCESS,   CONC_FAILURE,
                                           CONC_TIMED_OUT, CONC_CANCELLED, CONC_SKIPPED};
    struct desk d;
    desk_open(&d);
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        put_run(&d, (int64_t)i + 1);
        assert_int_equal(end_run(&d, (int64_t)i + 1, NOON + (msec_t)i * 30000, ends[i], 2), 0);
    }
    assert_int_equal(end_run(&d, 1, NOON, CONC_SUCCESS, 3), 0);  /* its row is written once more */
    assert_int_equal(end_run(&d, 2, NOON, CONC_SUCCESS, 9), -1); /* refused as a whole */
    struct seen s = look_all(&d, HISTORY_QUARTER);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.rows[0].at, NOON / 1000);
    assert_int_equal(s.rows[0].success, 2);
    assert_int_equal(s.rows[0].failure, 2);
    assert_int_equal(s.rows[0].cancelled, 1);
    assert_int_equal(s.rows[0].figures.looks, 0);
    assert_in_range(spread_quantile(&s.took, 0.5), 9375, 10625);
    assert_in_range(spread_quantile(&s.waited, 0.5), 1875, 2125);
    s = look_all(&d, HISTORY_MINUTE);
    assert_int_equal(s.n, 3);
    assert_int_equal(s.rows[0].success, 2);
    assert_int_equal(s.rows[1].failure, 2);
    assert_int_equal(s.rows[2].cancelled, 1);
    s = look(&d, HISTORY_MINUTE, NOON / 1000 + 60, NOON / 1000 + 120);
    assert_int_equal(s.n, 1);
    desk_close(&d);
}

static void sample(struct desk *d, msec_t at, int64_t queue)
{
    struct change_set *cs = change_set_new();
    struct history_sample *x = &change_add(cs, CHANGE_SAMPLE)->sample;
    *x = (struct history_sample){.at = at, .figures = {.looks = 1, .deliveries = 3, .refused = 1}};
    x->figures.sum[HISTORY_QUEUE] = x->figures.most[HISTORY_QUEUE] = queue;
    x->figures.sum[HISTORY_RUNS] = x->figures.most[HISTORY_RUNS] = 1;
    assert_int_equal(desk_commit(d, cs), 0);
}

static void samples_add_up_and_outlive_a_restart(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    sample(&d, NOON, 5);
    store_close(&d.s);
    desk_start(&d);
    sample(&d, NOON + 59000, 1);
    sample(&d, NOON + 120000, 9); /* nobody looked in the minute between */
    struct seen s = look_all(&d, HISTORY_MINUTE);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.rows[0].figures.looks, 2);
    assert_int_equal(s.rows[0].figures.sum[HISTORY_QUEUE], 6);
    assert_int_equal(s.rows[0].figures.most[HISTORY_QUEUE], 5);
    assert_int_equal(s.rows[0].figures.deliveries, 6);
    s = look_all(&d, HISTORY_QUARTER);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.rows[0].figures.looks, 3);
    assert_int_equal(s.rows[0].figures.sum[HISTORY_QUEUE], 15);
    assert_int_equal(s.rows[0].figures.most[HISTORY_QUEUE], 9);
    assert_int_equal(s.rows[0].figures.most[HISTORY_RUNS], 1);
    assert_int_equal(s.rows[0].figures.refused, 3);
    desk_close(&d);
}

static void minutes_stay_a_day_and_quarters_thirty(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    for (int i = 0; i < 12; i++)
        sample(&d, NOON + i * 60000, i);
    for (int i = 0; i < 3; i++)
        sample(&d, NOON + (25 * HOUR + i * 60) * 1000, 0);
    struct seen s = look_all(&d, HISTORY_MINUTE);
    assert_int_equal(s.n, 3);
    assert_int_equal(s.rows[0].at, NOON / 1000 + 25 * HOUR);
    assert_int_equal(look_all(&d, HISTORY_QUARTER).n, 2);
    sample(&d, NOON + 32 * 24 * HOUR * 1000, 0);
    assert_int_equal(look_all(&d, HISTORY_QUARTER).n, 1);
    desk_close(&d);
}

static void a_clock_that_is_wrong_for_a_while_takes_little_of_the_past(void **state)
{
    (void)state;
    const msec_t year = 365 * 24 * HOUR * 1000;
    struct desk d;
    desk_open(&d);
    for (int i = 0; i < 40; i++)
        sample(&d, NOON + i * 60000, 7);
    sample(&d, NOON + year, 1);
    sample(&d, NOON - year, 1);
    struct seen s = look(&d, HISTORY_MINUTE, NOON / 1000, NOON / 1000 + HOUR);
    assert_in_range(s.n, 32, 40);
    for (int i = 0; i < 4; i++)
        sample(&d, NOON + (40 + i) * 60000, 7); /* it is right again: what was wrong goes */
    s = look_all(&d, HISTORY_MINUTE);
    for (int i = 0; i < s.n; i++)
        assert_int_equal(s.rows[i].figures.most[HISTORY_QUEUE], 7);
    desk_close(&d);
}

static void exec_on(const char *path, const char *sql)
{
    sqlite3 *h;
    assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_exec(h, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(h);
}

/* As behind the migration. */
static void runs_from_before_it_are_counted_when_the_store_is_opened(void **state)
{
    (void)state;
    struct desk d;
    struct id_gen ids = {0};
    msec_t now = clk_wall_ms();
    desk_open(&d);
    for (int i = 0; i < 3; i++) {
        msec_t at = now - (i == 2 ? 80 : 4 * i + 1) * 12 * HOUR * 1000;
        int64_t id = id_next(&ids, at, 0);
        put_run(&d, id);
        assert_int_equal(end_run(&d, id, at, i ? CONC_FAILURE : CONC_SUCCESS, 2), 0);
        ids = (struct id_gen){0};
    }
    store_close(&d.s);
    exec_on(d.path, "DELETE FROM history");
    desk_start(&d);
    store_close(&d.s);
    desk_start(&d); /* not once more */
    struct seen s = look_all(&d, HISTORY_QUARTER);
    assert_int_equal(s.n, 2); /* the third is too old */
    assert_int_equal(s.rows[0].failure, 1);
    assert_int_equal(s.rows[1].success, 1);
    assert_int_equal(look_all(&d, HISTORY_MINUTE).n, 1); /* of the newest, half a day ago */
    desk_close(&d);
}

static void recoveries_are_counted_when_they_end_well(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    desk_open(&d);
    put_run(&d, 1);
    for (int i = 0; i < 3; i++) {
        struct change_set *cs = change_set_new();
        struct recovery *x = arena_new(&cs->arena, sizeof *x);
        *x = (struct recovery){.id = 10 + i, .run_id = 1, .at = NOON, .outcome = RECOVERY_OPEN, .version = 1};
        change_add(cs, CHANGE_RECOVERY_NEW)->recovery = x;
        struct recovery *over = arena_new(&cs->arena, sizeof *over);
        *over = *x;
        over->outcome = i == 0 ? RECOVERY_RECOVERED : i == 1 ? RECOVERY_FAILED : RECOVERY_OPEN;
        over->ended_at = NOON + 5000;
        over->version = 2;
        change_add(cs, CHANGE_RECOVERY)->recovery = over;
        assert_int_equal(desk_commit(&d, cs), 0);
    }
    struct seen s = look_all(&d, HISTORY_MINUTE);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.rows[0].recovered, 1);
    struct history_open open;
    struct reader *r = desk_reader(&d);
    OK(read_open_counts(r, &open, &e));
    assert_int_equal(open.recoveries, 1);
    assert_int_equal(open.approvals, 0);
    reader_close(&r);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_counted_once_where_it_ends),
        cmocka_unit_test(samples_add_up_and_outlive_a_restart),
        cmocka_unit_test(minutes_stay_a_day_and_quarters_thirty),
        cmocka_unit_test(a_clock_that_is_wrong_for_a_while_takes_little_of_the_past),
        cmocka_unit_test(runs_from_before_it_are_counted_when_the_store_is_opened),
        cmocka_unit_test(recoveries_are_counted_when_they_end_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
