/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "server/api/overview.h"

static const int64_t NOW = 1800014400 + 7 * 60 + 5;

/* What is written of it, to be looked into. */
static struct jdoc *written(const struct overview *o)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    struct jdoc *doc = NULL;
    struct err e;
    jout_open(&j, '{');
    overview_span_put(o, &j);
    overview_series_put(o, &j);
    jout_close(&j, '}');
    assert_int_equal(jdoc_parse(buf_view(&b), NULL, &doc, &e), 0);
    return doc;
}

static const struct jval *member(struct jdoc *doc, const char *part, const char *key)
{
    return jval_get(jval_get(jdoc_root(doc), part), key);
}

/* -1 = null */
static double number(const struct jval *v)
{
    return jval_kind(v) == J_INT || jval_kind(v) == J_REAL ? jval_real(v) : -1;
}

static double in_series(struct jdoc *doc, const char *key, size_t i)
{
    return number(jval_item(member(doc, "series", key), i));
}

static struct history_row row_at(int64_t at)
{
    return (struct history_row){.at = at, .took = SV(""), .waited = SV("")};
}

static void every_range_ends_with_the_step_under_way(void **state)
{
    (void)state;
    static const char *const names[] = {"1h", "6h", "24h", "7d", "30d"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct overview_range *range = overview_range_find(sv_of(names[i]));
        struct overview o;
        assert_non_null(range);
        overview_begin(&o, range, NOW);
        assert_in_range(o.n, 60, 180);
        assert_int_equal(o.to - o.from, range->span_s);
        assert_int_equal(o.from % range->step_s, 0);
        assert_int_equal(range->step_s % (int64_t)range->grain, 0);
        assert_in_range(NOW, o.to - range->step_s, o.to - 1);
        AUTO(jdoc_free) struct jdoc *doc = written(&o);
        assert_int_equal(jval_len(member(doc, "series", "at")), o.n);
        assert_int_equal(jval_len(member(doc, "series", "effects")), o.n);
        assert_true(number(member(doc, "span", "p50_ms")) < 0); /* nothing is known of anything */
        assert_true(number(member(doc, "span", "success_rate")) < 0);
        assert_true(in_series(doc, "success", 3) < 0);
        overview_free(&o);
    }
    assert_ptr_equal(overview_range_find(SV_NONE), overview_range_find(SV("24h")));
    assert_null(overview_range_find(SV("2h")));
}

static void rows_are_summed_into_their_steps_and_gaps_stay(void **state)
{
    (void)state;
    struct overview o;
    struct spread times = {0};
    AUTO(buf_free) struct buf packed = {0};
    overview_begin(&o, overview_range_find(SV("6h")), NOW);
    for (int i = 0; i < 10; i++)
        spread_add(&times, 1000);
    spread_add(&times, 60000);
    spread_pack(&times, &packed);
    for (int i = 0; i < 5; i++) { /* the minutes of one step; in one of them nobody looked */
        struct history_row r = row_at(o.from + 3000 + i * 60);
        r.success = 3;
        r.failure = 1;
        r.recovered = 1;
        r.took = r.waited = buf_view(&packed);
        r.figures = (struct history_figures){.looks = i == 2 ? 0 : 12, .deliveries = 2};
        r.figures.sum[HISTORY_QUEUE] = i == 2 ? 0 : 12 * i;
        r.figures.most[HISTORY_QUEUE] = i == 2 ? 0 : 2 * i;
        overview_add(&o, &r);
    }
    struct history_row out = row_at(o.to), before = row_at(o.from - 60);
    out.success = before.success = 1000;
    overview_add(&o, &out);
    overview_add(&o, &before);
    AUTO(jdoc_free) struct jdoc *doc = written(&o);
    assert_int_equal(in_series(doc, "success", 10), 15);
    assert_int_equal(in_series(doc, "failure", 10), 5);
    assert_int_equal(in_series(doc, "cancelled", 10), 0);
    assert_int_equal(in_series(doc, "queue", 10), 2);
    assert_int_equal(in_series(doc, "queue_most", 10), 8);
    assert_in_range(in_series(doc, "p95_ms", 10), 56250, 63750);
    assert_true(in_series(doc, "success", 9) < 0 && in_series(doc, "queue", 11) < 0 && in_series(doc, "p95_ms", 9) < 0);
    assert_int_equal(number(member(doc, "span", "runs")), 20);
    assert_int_equal(number(member(doc, "span", "recovered")), 5);
    assert_int_equal(number(member(doc, "span", "deliveries")), 10);
    assert_int_equal(1000 * number(member(doc, "span", "success_rate")), 750);
    assert_in_range(number(member(doc, "span", "p50_ms")), 938, 1062);
    overview_free(&o);
}

static void a_rate_is_of_the_time_that_is_known_an_hour_at_least(void **state)
{
    (void)state;
    static const struct {
        int64_t age;
        double per_hour;
    } cases[] = {{120, 8}, {3600, 8}, {4 * 3600, 2}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct overview o;
        overview_begin(&o, overview_range_find(SV("24h")), NOW);
        struct history_row r = row_at(NOW - cases[i].age);
        r.success = 8;
        overview_add(&o, &r);
        AUTO(jdoc_free) struct jdoc *doc = written(&o);
        assert_int_equal(1000 * number(member(doc, "span", "throughput_per_hour")), 1000 * cases[i].per_hour);
        overview_free(&o);
    }
}

static void the_step_under_way_has_what_is_now_until_somebody_looked(void **state)
{
    (void)state;
    const struct history_figures now = {
        .looks = 1, .sum = {[HISTORY_BUSY] = 3}, .most = {[HISTORY_BUSY] = 3}, .deliveries = 5, .refused = 2};
    for (int looked = 0; looked < 2; looked++) {
        struct overview o;
        overview_begin(&o, overview_range_find(SV("1h")), NOW);
        struct history_row r = row_at(o.to - 60);
        r.figures.looks = looked;
        r.figures.deliveries = 10;
        r.figures.sum[HISTORY_BUSY] = looked;
        overview_add(&o, &r);
        overview_now(&o, &now);
        AUTO(jdoc_free) struct jdoc *doc = written(&o);
        assert_int_equal(in_series(doc, "busy", o.n - 1), looked ? 1 : 3);
        assert_int_equal(in_series(doc, "success", o.n - 1), 0);
        assert_int_equal(number(member(doc, "span", "deliveries")), 15); /* those since the newest look, too */
        assert_int_equal(number(member(doc, "span", "refused")), 2);
        overview_free(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_range_ends_with_the_step_under_way),
        cmocka_unit_test(rows_are_summed_into_their_steps_and_gaps_stay),
        cmocka_unit_test(a_rate_is_of_the_time_that_is_known_an_hour_at_least),
        cmocka_unit_test(the_step_under_way_has_what_is_now_until_somebody_looked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
