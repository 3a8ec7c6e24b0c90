/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include "metrics/metrics.h"

static bool written(const char *line)
{
    AUTO(buf_free) struct buf out = {0};
    metric_write(&out, METRIC_TEXT);
    return sv_find(buf_view(&out), sv_of(line)) >= 0;
}

static void counters_add_up_per_label_set(void **state)
{
    (void)state;
    COUNT2(M_TASKS, "checkout", "ok");
    COUNT2(M_TASKS, "checkout", "ok");
    COUNT2(M_TASKS, "checkout", "failed");
    assert_int_equal(metric_value(M_TASKS, (const char *const[]){"checkout", "ok"}), 2);
    assert_true(written("automation_task_executions_total{action=\"checkout\",outcome=\"ok\"} 2\n"));
    assert_true(written("automation_task_executions_total{action=\"checkout\",outcome=\"failed\"} 1\n"));
}

static void a_gauge_is_set_and_moves_both_ways(void **state)
{
    (void)state;
    metric_set(M_SLOTS, NULL, 4);
    metric_add(M_SLOTS, NULL, -1);
    assert_int_equal(metric_value(M_SLOTS, NULL), 3);
    assert_true(written("# TYPE automation_slots gauge\nautomation_slots 3\n"));
}

static void a_histogram_is_cumulative_and_in_seconds(void **state)
{
    (void)state;
    metric_observe_ms(M_STORE_COMMIT_TIME, NULL, 1);
    metric_observe_ms(M_STORE_COMMIT_TIME, NULL, 250);
    metric_observe_ms(M_STORE_COMMIT_TIME, NULL, 99999999);
    assert_true(written("automation_store_commit_seconds_bucket{le=\"0.001\"} 1\n"));
    assert_true(written("automation_store_commit_seconds_bucket{le=\"0.1\"} 1\n"));
    assert_true(written("automation_store_commit_seconds_bucket{le=\"0.25\"} 2\n"));
    assert_true(written("automation_store_commit_seconds_bucket{le=\"10\"} 2\n"));
    assert_true(written("automation_store_commit_seconds_bucket{le=\"+Inf\"} 3\n"
                        "automation_store_commit_seconds_sum 100000.25\nautomation_store_commit_seconds_count 3\n"));
    assert_int_equal(metric_value(M_STORE_COMMIT_TIME, NULL), 3);
}

static void a_label_can_not_forge_a_line_and_is_always_utf8(void **state)
{
    (void)state;
    COUNT1(M_ERRORS, "a\"} 1\nevil 2\\");
    COUNT1(M_ERRORS, "bad\xff\xfe");
    assert_true(written("automation_errors_total{class=\"a\\\"} 1\\nevil 2\\\\\"} 1\n"));
    assert_false(written("\nevil"));
    assert_true(written("{class=\"bad??\"} 1\n"));
    char lng[1000];
    memset(lng, 'x', sizeof lng);
    memcpy(lng + 119, "\xc3\xa9", 2); /* cut in the middle of a character */
    lng[999] = 0;
    COUNT1(M_ERRORS, lng);
    AUTO(buf_free) struct buf out = {0};
    metric_write(&out, METRIC_TEXT);
    assert_int_equal(sv_bad_utf8(buf_view(&out)), -1);
}

static void beyond_a_thousand_label_sets_the_rest_is_other(void **state)
{
    (void)state;
    for (int i = 0; i < 1500; i++) {
        char name[16];
        snprintf(name, sizeof name, "r%d", i);
        COUNT1(M_REFUSED, name);
    }
    assert_int_equal(metric_value(M_REFUSED, (const char *const[]){"r999"}), 1);
    assert_int_equal(metric_value(M_REFUSED, (const char *const[]){"other"}), 500);
    assert_false(written("\"r1000\""));
}

static void *count_many(void *arg)
{
    (void)arg;
    for (int i = 0; i < 20000; i++) {
        char name[16];
        snprintf(name, sizeof name, "f%d", i % 300);
        COUNT3(M_API_CALLS, name, "GET", "ok");
        COUNT(M_STORE_COMMITS);
        metric_observe_ms(M_RUN_TIME, NULL, i);
    }
    return NULL;
}

static void threads_lose_no_count_while_series_appear(void **state)
{
    (void)state;
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, count_many, NULL), 0);
    for (int i = 0; i < 20; i++)
        assert_true(written("# TYPE automation_store_commits_total counter"));
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    int64_t sum = 0;
    for (int i = 0; i < 300; i++) {
        char name[16];
        snprintf(name, sizeof name, "f%d", i);
        sum += metric_value(M_API_CALLS, (const char *const[]){name, "GET", "ok"});
    }
    assert_int_equal(sum, 80000);
    assert_int_equal(metric_value(M_STORE_COMMITS, NULL), 80000);
    assert_int_equal(metric_value(M_RUN_TIME, NULL), 80000);
}

/* name{…} value, or a comment of HELP or TYPE: what the text format allows of what we use. */
static bool good_line(struct sv line)
{
    if (sv_starts(line, SV("# HELP ")) || sv_starts(line, SV("# TYPE ")))
        return true;
    size_t i = 0;
    while (i < line.n && (isalnum((unsigned char)line.p[i]) || line.p[i] == '_'))
        i++;
    ptrdiff_t blank = sv_rchr(line, ' ');
    return i > 0 && blank > 0 && (line.p[i] == '{' ? line.p[blank - 1] == '}' : blank == (ptrdiff_t)i);
}

static void every_line_is_well_formed_and_every_family_is_introduced_once(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    metric_write(&out, METRIC_TEXT);
    struct sv rest = buf_view(&out), line, last = SV("");
    assert_true(sv_ends(rest, SV("\n")));
    int helps = 0, types = 0;
    while (sv_next(&rest, '\n', &line)) {
        assert_true(line.n == 0 || good_line(line));
        helps += sv_starts(line, SV("# HELP "));
        types += sv_starts(line, SV("# TYPE "));
        assert_true(!sv_starts(line, SV("# TYPE ")) || sv_starts(last, SV("# HELP ")));
        last = line;
    }
    assert_int_equal(helps, types);
    assert_true(helps > 10 && helps <= METRIC_N);
}

static void seconds_are_kept_in_milliseconds(void **state)
{
    (void)state;
    metric_set(M_CPU, NULL, 12345);
    metric_set(M_QUEUE_OLDEST, (const char *const[]){"normal"}, -1500);
    assert_true(written("# TYPE automation_process_cpu_seconds_total counter\n"
                        "automation_process_cpu_seconds_total 12.345\n"));
    assert_true(written("# TYPE automation_queue_oldest_seconds gauge\n"
                        "automation_queue_oldest_seconds{priority=\"normal\"} -1.5\n"));
}

static void openmetrics_names_families_without_total_and_ends(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf out = {0};
    COUNT1(M_ERRORS, "tool");
    metric_write(&out, METRIC_OPENMETRICS);
    struct sv all = buf_view(&out);
    assert_true(sv_find(all, SV("# TYPE automation_errors counter\n")) >= 0);
    assert_true(sv_find(all, SV("\nautomation_errors_total{class=\"tool\"} 1\n")) >= 0);
    assert_true(sv_find(all, SV("_total counter\n")) < 0);
    assert_true(sv_ends(all, SV("\n# EOF\n")));
}

static void a_total_is_that_of_all_series_or_of_one_word(void **state)
{
    (void)state;
    assert_int_equal(metric_total(M_DELIVERIES, "accepted"), 0);
    COUNT2(M_DELIVERIES, "github", "accepted");
    COUNT2(M_DELIVERIES, "gitlab", "accepted");
    COUNT2(M_DELIVERIES, "gitlab", "duplicate");
    assert_int_equal(metric_total(M_DELIVERIES, "accepted"), 2);
    assert_int_equal(metric_total(M_DELIVERIES, NULL), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_add_up_per_label_set),
        cmocka_unit_test(a_gauge_is_set_and_moves_both_ways),
        cmocka_unit_test(a_histogram_is_cumulative_and_in_seconds),
        cmocka_unit_test(a_label_can_not_forge_a_line_and_is_always_utf8),
        cmocka_unit_test(beyond_a_thousand_label_sets_the_rest_is_other),
        cmocka_unit_test(threads_lose_no_count_while_series_appear),
        cmocka_unit_test(a_total_is_that_of_all_series_or_of_one_word),
        cmocka_unit_test(seconds_are_kept_in_milliseconds),
        cmocka_unit_test(openmetrics_names_families_without_total_and_ends),
        cmocka_unit_test(every_line_is_well_formed_and_every_family_is_introduced_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
