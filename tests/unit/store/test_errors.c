/* SPDX-License-Identifier: Apache-2.0 */
/* Failures in groups, as they were counted by the writer; what was learned of durations. */
#include "unit/store/desk.h"
#include "fmt/json.h"
#include "store/durations.h"
#include "store/errors.h"
#include "store/sqlite/schema.h"

static const msec_t NOON = 1800014400000, HOUR = 3600000, DAY = 86400000; /* 2027-01-15T12:00Z */

struct failing {
    int64_t run; /* an id; jobs, steps and attempts count on from it */
    const char *repo, *class, *fingerprint;
    msec_t at;
};

static void fail_once(struct desk *d, const struct failing *f)
{
    struct change_set *cs = change_set_new();
    struct run *r = desk_run(cs, f->run, 1);
    r->repo_id = r->jobs[0]->repo_id = f->repo;
    struct attempt *t = arena_new(&cs->arena, sizeof *t);
    *t = (struct attempt){.id = f->run + 10,
                          .step_id = f->run + 2,
                          .job_id = f->run + 1,
                          .run_id = f->run,
                          .no = 1,
                          .epoch = 1,
                          .created_at = f->at,
                          .exit_code = -1};
    change_add(cs, CHANGE_ATTEMPT_NEW)->attempt = t;
    struct attempt *end = arena_new(&cs->arena, sizeof *end);
    *end = *t;
    end->state = ATTEMPT_EXITED;
    end->ended_at = f->at;
    end->exit_code = f->class ? 1 : 0;
    end->class_name = f->class;
    end->detail = "exit code 1";
    end->evidence = f->class ? "{\"text\":\"refused\"}" : NULL;
    end->fingerprint = f->fingerprint;
    change_add(cs, CHANGE_ATTEMPT)->attempt = end;
    assert_int_equal(desk_commit(d, cs), 0);
}

static const struct failing some[] = {
    {700, "github:a/x", "network", "aaaa", -30}, {1000, "github:a/x", "network", "aaaa", 0},
    {2000, "github:a/y", "network", "aaaa", 1},  {3000, "github:a/x", "test", "bbbb", 2},
    {4000, "github:a/x", NULL, NULL, 3},         {5000, "github:a/x", "cancelled", "dddd", 4},
    {6000, "github:a/y", "lost", NULL, 5},
};

/* At noon, and so many hours after it. */
static void fail_some(struct desk *d)
{
    for (size_t i = 0; i < ARRAY_LEN(some); i++) {
        struct failing f = some[i];
        f.at = NOON + f.at * HOUR;
        fail_once(d, &f);
    }
}

struct groups {
    struct jdoc *at[20];
    int n;
};

static void take(void *ctx, struct sv json)
{
    struct groups *g = ctx;
    struct err e = {0};
    assert_true(g->n < 20);
    OK(jdoc_parse(json, NULL, &g->at[g->n++], &e));
}

static void groups_free(struct groups *g)
{
    for (int i = 0; i < g->n; i++)
        jdoc_free(&g->at[i]);
    g->n = 0;
}

static bool is_text(const struct jdoc *doc, const char *key, const char *text)
{
    return sv_is(jval_str(jval_get(jdoc_root(doc), key)), text);
}

static int64_t number(const struct jval *v)
{
    int64_t n = -1;
    assert_true(jval_int(v, &n));
    return n;
}

static int64_t member(const struct jdoc *doc, const char *key)
{
    return number(jval_get(jdoc_root(doc), key));
}

static struct error_ask of_a_week(void)
{
    return (struct error_ask){.span = ERRORS_BY_DAY, .buckets = 7, .now = NOON + 6 * HOUR, .limit = 10};
}

static void failures_are_grouped_by_what_they_are_known_by(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct groups g = {0};
    struct error_page p;
    struct error_ask ask = of_a_week();
    desk_open(&d);
    fail_some(&d);
    struct reader *r = desk_reader(&d);
    OK(read_errors(r, &ask, &p, take, &g, &e));
    assert_int_equal(p.total, 5);
    assert_int_equal(p.groups, 3);
    assert_true(p.counted_from == p.since && p.next.n == 0 && p.step == DAY);
    assert_int_equal(g.n, 3); /* the newest first; neither the success nor who was cancelled */
    assert_true(is_text(g.at[0], "fingerprint", "lost") && is_text(g.at[0], "class", "lost"));
    assert_true(is_text(g.at[1], "fingerprint", "bbbb") && is_text(g.at[2], "fingerprint", "aaaa"));
    assert_int_equal(member(g.at[2], "count"), 3);
    assert_true(is_text(g.at[2], "detail", "exit code 1"));
    assert_true(is_text(g.at[2], "last_at", "2027-01-15T13:00:00.000Z"));
    assert_true(is_text(g.at[2], "first_at", "2027-01-14T06:00:00.000Z"));
    const struct jval *trend = jval_get(jdoc_root(g.at[2]), "trend");
    assert_int_equal(jval_len(trend), 7);
    assert_int_equal(number(jval_item(trend, 5)), 1);
    assert_int_equal(number(jval_item(trend, 6)), 2);
    const struct jval *places = jval_get(jdoc_root(g.at[2]), "places");
    assert_true(jval_len(places) == 2 && member(g.at[2], "places_known") == 2);
    assert_int_equal(number(jval_get(jval_item(places, 0), "count")), 2); /* the most often first */
    assert_int_equal(jval_len(jval_get(jdoc_root(g.at[2]), "runs")), 3);
    groups_free(&g);
    reader_close(&r);
    desk_close(&d);
}

static void a_day_of_hours_leaves_out_what_is_older(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct groups g = {0};
    struct error_page p;
    struct error_ask ask = {.span = ERRORS_BY_HOUR, .buckets = 24, .now = NOON + 6 * HOUR, .limit = 10};
    desk_open(&d);
    fail_some(&d);
    struct reader *r = desk_reader(&d);
    OK(read_errors(r, &ask, &p, take, &g, &e));
    assert_int_equal(p.total, 4);
    assert_int_equal(member(g.at[2], "count"), 2);
    /* It was there before. */
    assert_true(is_text(g.at[2], "first_at", "2027-01-14T06:00:00.000Z"));
    groups_free(&g);
    reader_close(&r);
    desk_close(&d);
}

static void filters_and_orders_hold_and_pages_go_on_where_the_last_one_ended(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct groups g = {0};
    struct error_page p, q;
    struct error_ask ask = of_a_week();
    desk_open(&d);
    fail_some(&d);
    struct reader *r = desk_reader(&d);
    ask.class = "network";
    OK(read_errors(r, &ask, &p, take, &g, &e));
    assert_true(p.groups == 1 && p.total == 3);
    ask = of_a_week();
    ask.repository = "github:a/y";
    OK(read_errors(r, &ask, &p, take, &g, &e));
    assert_true(p.groups == 2 && p.total == 2);
    ask = of_a_week();
    ask.error = "bbbb";
    OK(read_errors(r, &ask, &p, take, &g, &e));
    assert_true(p.groups == 1 && p.total == 1);
    groups_free(&g);
    ask = of_a_week();
    ask.order = ERRORS_MOST;
    ask.limit = 2;
    OK(read_errors(r, &ask, &p, take, &g, &e));
    assert_int_equal(g.n, 2);
    assert_true(is_text(g.at[0], "fingerprint", "aaaa") && is_text(g.at[1], "fingerprint", "lost"));
    ask.after = p.next.p;
    OK(read_errors(r, &ask, &q, take, &g, &e));
    assert_int_equal(g.n, 3);
    assert_true(is_text(g.at[2], "fingerprint", "bbbb") && q.next.n == 0);
    buf_free(&p.next);
    groups_free(&g);
    ask.buckets = 31;
    assert_int_equal(read_errors(r, &ask, &p, take, &g, &e), -1);
    reader_close(&r);
    desk_close(&d);
}

static void what_was_tried_is_told(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct groups g = {0};
    struct error_page p;
    struct error_ask ask = of_a_week();
    desk_open(&d);
    fail_some(&d);
    struct change_set *cs = change_set_new();
    for (int i = 0; i < 3; i++) {
        struct recovery *x = arena_new(&cs->arena, sizeof *x);
        *x = (struct recovery){.id = 9000 + i,
                               .run_id = 1000,
                               .job_id = 1001,
                               .step_id = 1002,
                               .attempt_id = 1010,
                               .strategy = STRATEGY_RETRY,
                               .class = FAILURE_NETWORK,
                               .fingerprint = "aaaa",
                               .at = NOON,
                               .outcome = i ? RECOVERY_RECOVERED : RECOVERY_FAILED,
                               .version = 1};
        change_add(cs, CHANGE_RECOVERY_NEW)->recovery = x;
    }
    change_add(cs, CHANGE_FAILURE_STAT)->failure_stat = (struct failure_stat){
        .fingerprint = "aaaa", .class = FAILURE_NETWORK, .passed = 2, .failed = 1, .last_at = NOON};
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    ask.error = "aaaa";
    OK(read_errors(r, &ask, &p, take, &g, &e));
    assert_true(member(g.at[0], "passed") == 2 && member(g.at[0], "failed") == 1);
    const struct jval *done = jval_get(jdoc_root(g.at[0]), "recoveries");
    assert_int_equal(jval_len(done), 2); /* the newest first */
    assert_true(sv_is(jval_str(jval_get(jval_item(done, 0), "outcome")), "recovered"));
    assert_int_equal(number(jval_get(jval_item(done, 0), "count")), 2);
    groups_free(&g);
    reader_close(&r);
    desk_close(&d);
}

static void the_failures_of_one_error_are_told_the_newest_first(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct groups g = {0};
    int64_t id;
    desk_open(&d);
    fail_some(&d);
    struct reader *r = desk_reader(&d);
    OK(read_error_attempts(r, "aaaa", 0, 2, take, &g, &e));
    assert_int_equal(g.n, 2);
    assert_true(id_parse(jval_str(jval_get(jdoc_root(g.at[0]), "id")), &id) && id == 2010);
    assert_true(is_text(g.at[0], "repository", "github:a/y") && is_text(g.at[0], "job_key", "job0"));
    assert_true(id_parse(jval_str(jval_get(jdoc_root(g.at[1]), "id")), &id) && id == 1010);
    OK(read_error_attempts(r, "aaaa", id, 2, take, &g, &e));
    assert_int_equal(g.n, 3);
    OK(read_error_attempts(r, "lost", 0, 2, take, &g, &e));
    assert_int_equal(g.n, 4);
    OK(read_error_attempts(r, "dddd", 0, 2, take, &g, &e)); /* it was cancelled */
    OK(read_error_attempts(r, "' OR 1 --", 0, 2, take, &g, &e));
    assert_int_equal(g.n, 4);
    groups_free(&g);
    reader_close(&r);
    desk_close(&d);
}

static int64_t rows_of(struct desk *d, const char *sql)
{
    sqlite3 *h;
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_open(d->path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(h, sql, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(h);
    return n;
}

static void run_sql(struct desk *d, const char *sql)
{
    sqlite3 *h;
    assert_int_equal(sqlite3_open(d->path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_exec(h, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(h);
}

static void so_many_counts_are_looked_at_and_it_is_said_from_when_on(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct groups g = {0};
    struct error_page p;
    struct error_ask ask = of_a_week();
    AUTO(buf_free) struct buf sql = {0};
    desk_open(&d);
    for (int day = 0; day < 2; day++)
        buf_fmt(&sql,
                "WITH RECURSIVE x (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM x WHERE i < 6999)"
                " INSERT INTO error_count SELECT 86400000, '', %lld, 'e' || i, 'test', 1, 1, %lld, 1 FROM x;",
                (long long)(NOON - 12 * HOUR - day * DAY), (long long)(NOON - day * DAY));
    run_sql(&d, sql.p);
    struct reader *r = desk_reader(&d);
    OK(read_errors(r, &ask, &p, take, &g, &e));
    assert_int_equal(p.total, ERROR_ROWS);
    assert_true(p.counted_from == NOON - 12 * HOUR);
    const struct jval *trend = jval_get(jdoc_root(g.at[0]), "trend");
    assert_true(jval_kind(jval_item(trend, 5)) == J_NULL);
    assert_int_equal(number(jval_item(trend, 6)), 1);
    groups_free(&g);
    buf_free(&p.next);
    ask.error = "e6999";
    OK(read_errors(r, &ask, &p, take, &g, &e));
    assert_true(p.total == 2 && p.counted_from == p.since); /* of one alone nothing is missing */
    groups_free(&g);
    reader_close(&r);
    desk_close(&d);
}

static void counts_go_after_ninety_of_their_spans(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    fail_once(&d, &(struct failing){1000, "github:a/x", "test", "old", NOON});
    fail_once(&d, &(struct failing){2000, "github:a/x", "test", "young", NOON + 91 * HOUR});
    assert_int_equal(rows_of(&d, "SELECT count(*) FROM error_count WHERE error = 'old' AND span = 3600000"), 0);
    assert_int_equal(rows_of(&d, "SELECT count(*) FROM error_count WHERE error = 'old' AND span = 86400000"), 2);
    assert_int_equal(rows_of(&d, "SELECT count(*) FROM error_place WHERE error = 'old'"), 1);
    fail_once(&d, &(struct failing){3000, "github:a/x", "test", "young", NOON + 91 * DAY});
    assert_int_equal(rows_of(&d, "SELECT count(*) FROM error_count WHERE error = 'old'"), 0);
    assert_int_equal(rows_of(&d, "SELECT count(*) FROM error_place WHERE error = 'old'"), 0);
    assert_int_equal(rows_of(&d, "SELECT count(*) FROM error_place WHERE error = 'young'"), 1);
    desk_close(&d);
}

/* The step of the schema that begins to count. */
static int step_that_counts(void)
{
    for (int v = 0; v < schema_version; v++)
        if (strstr(schema_steps[v], "TRIGGER attempt_failed"))
            return v;
    fail();
    return -1;
}

static void failures_from_before_the_counting_are_counted_too(void **state)
{
    (void)state;
    struct desk d;
    struct db db;
    struct err e = {0};
    snprintf(d.dir, sizeof d.dir, "/tmp/store-XXXXXX");
    assert_non_null(mkdtemp(d.dir));
    snprintf(d.path, sizeof d.path, "%s/fettle.db", d.dir);
    OK(db_open(&db, d.path, DB_WRITER, &e));
    OK(db_own(&db, &e));
    OK(schema_migrate(&db, schema_steps, step_that_counts(), &e));
    OK(db_exec(&db,
               "INSERT INTO attempt (id, step_id, job_id, run_id, no, epoch, created_at, state, ended_at, exit_code,"
               " signal, class, log_bytes, fingerprint) VALUES (1, 1, 1, 1, 1, 1, 5, 'exited', 1800014400000, 1, 0,"
               " 'test', 0, 'aaaa'), (2, 1, 1, 1, 2, 1, 5, 'exited', 1800014400001, 0, 0, NULL, 0, NULL)",
               &e));
    OK(schema_migrate(&db, schema_steps, schema_version, &e));
    db_close(&db);
    assert_int_equal(rows_of(&d, "SELECT sum(n) FROM error_count WHERE repo_id = '' AND error = 'aaaa'"), 2);
    assert_int_equal(rows_of(&d, "SELECT count(*) FROM error_count"), 2); /* its job is not there any more */
    OK(file_remove_tree(d.dir, &e));
}

static void durations_are_told_by_their_keys(void **state)
{
    (void)state;
    static const char *const keys[] = {"job\tgithub:a/x\tci\tbuild\tpush\t", "job\tgithub:a/y\tci\tbuild\tpush\tff",
                                       "legs\tgithub:a/x\tci\tbuild", "name\tgithub:a\tbuild"};
    struct desk d;
    struct err e = {0};
    struct groups g = {0};
    desk_open(&d);
    struct change_set *cs = change_set_new();
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) /* e^9 and a half are 13359 ms */
        change_add(cs, CHANGE_DURATION)->duration = (struct duration_stat){
            .key = keys[i], .n = 3, .mu = (int64_t)(9.5 * (1 << 24)), .var = 1 << 22, .last_ms = 7, .updated_at = NOON};
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    OK(read_durations(r, "", "", 10, take, &g, &e));
    assert_int_equal(g.n, 4);
    assert_true(is_text(g.at[0], "repository", "github:a/x") && is_text(g.at[0], "event", "push"));
    assert_true(is_text(g.at[1], "matrix", "ff") && is_text(g.at[3], "name", "github:a\tbuild"));
    assert_int_equal(member(g.at[0], "median_ms"), 13360);
    assert_true(member(g.at[0], "p90_ms") > 25300 && member(g.at[0], "p90_ms") < 25400);
    groups_free(&g);
    OK(read_durations(r, "job\tgithub:a/x\t", "job\tgithub:a/x\n", 10, take, &g, &e));
    assert_int_equal(g.n, 1);
    OK(read_durations(r, keys[1], "", 1, take, &g, &e));
    assert_true(g.n == 2 && is_text(g.at[1], "of", "legs"));
    groups_free(&g);
    reader_close(&r);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_are_grouped_by_what_they_are_known_by),
        cmocka_unit_test(a_day_of_hours_leaves_out_what_is_older),
        cmocka_unit_test(filters_and_orders_hold_and_pages_go_on_where_the_last_one_ended),
        cmocka_unit_test(what_was_tried_is_told),
        cmocka_unit_test(the_failures_of_one_error_are_told_the_newest_first),
        cmocka_unit_test(so_many_counts_are_looked_at_and_it_is_said_from_when_on),
        cmocka_unit_test(counts_go_after_ninety_of_their_spans),
        cmocka_unit_test(failures_from_before_the_counting_are_counted_too),
        cmocka_unit_test(durations_are_told_by_their_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
