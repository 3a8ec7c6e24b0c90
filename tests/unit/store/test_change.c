/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/desk.h"
#include "fmt/json.h"

static struct change_set *journal_only(int64_t run, const char *cause)
{
    struct change_set *cs = change_set_new();
    struct change *c = change_add(cs, CHANGE_JOURNAL);
    c->journal = (struct journal){.at = 1700000000123,
                                  .kind = "run",
                                  .ref_id = run,
                                  .run_id = run,
                                  .from = "ready",
                                  .to = "running",
                                  .cause = arena_strdup(&cs->arena, cause)};
    return cs;
}

static struct change_set *run_at(int64_t id, int version)
{
    struct change_set *cs = journal_only(id, "moved");
    struct run *r = arena_new(&cs->arena, sizeof *r);
    *r = (struct run){.id = id, .state = WORK_RUNNING, .version = version, .started_at = 1700000001000};
    struct change *c = change_add(cs, CHANGE_RUN);
    c->run = r;
    return cs;
}

static void new_run(struct desk *d, int64_t id, size_t jobs)
{
    struct change_set *cs = change_set_new();
    desk_run(cs, id, jobs);
    assert_int_equal(desk_commit(d, cs), 0);
}

static struct jdoc *run_document(struct desk *d, int64_t id)
{
    struct err e = {0};
    AUTO(buf_free) struct buf text = {0};
    struct reader *r = desk_reader(d);
    struct jdoc *doc = NULL;
    OK(read_run_json(r, id, &text, &e));
    OK(jdoc_parse(buf_view(&text), NULL, &doc, &e));
    reader_close(&r);
    return doc;
}

static void count_row(void *ctx, struct sv json)
{
    struct jdoc *doc = NULL;
    struct err e = {0};
    OK(jdoc_parse(json, NULL, &doc, &e));
    jdoc_free(&doc);
    ++*(int *)ctx;
}

static int rows_of(struct desk *d, enum listing what, const char *filter, int64_t before, int limit)
{
    struct err e = {0};
    int n = 0;
    struct reader *r = desk_reader(d);
    OK(read_list(r, what, filter, before, limit, count_row, &n, &e));
    reader_close(&r);
    return n;
}

static void a_change_replaces_exactly_the_version_before_it(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    new_run(&d, 1000, 1);
    assert_int_equal(desk_commit(&d, run_at(1000, 2)), 0);
    assert_int_equal(desk_commit(&d, run_at(1000, 2)), -1); /* once only */
    assert_int_equal(desk_commit(&d, run_at(1000, 4)), -1); /* none left out */
    assert_int_equal(desk_commit(&d, run_at(1000, 3)), 0);
    assert_int_equal(desk_commit(&d, run_at(999, 2)), -1); /* no such run */
    desk_close(&d);
}

static void a_set_whose_expectation_fails_leaves_nothing_and_the_others_are_committed(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    new_run(&d, 1000, 1);
    struct change_set *cs[] = {journal_only(1000, "first"), run_at(1000, 7), journal_only(1000, "third"),
                               run_at(1000, 2)};
    static const int want[] = {0, -1, 0, 0};
    for (size_t i = 0; i < ARRAY_LEN(cs); i++) {
        cs[i]->reply = d.reply;
        store_commit(d.s, cs[i]);
    }
    struct delivery_put *p = desk_delivery(&d, "gitlab", "1", SV("x"));
    store_put(d.s, p);
    for (size_t i = 0; i < ARRAY_LEN(cs); i++) {
        assert_ptr_equal(CONTAINER_OF(desk_wait(&d), struct change_set, letter), cs[i]);
        assert_int_equal(cs[i]->failed, want[i]);
    }
    assert_int_equal(cs[1]->err.cls, ERR_CONFLICT);
    assert_ptr_equal(CONTAINER_OF(desk_wait(&d), struct delivery_put, letter), p);
    assert_int_equal(p->verdict, PUT_ACCEPTED);
    assert_int_equal(rows_of(&d, LIST_JOURNAL, "1000", 0, 100), 3);
    char why[160];
    assert_true(store_is_writable(d.s, why));
    for (size_t i = 0; i < ARRAY_LEN(cs); i++)
        change_set_free(&cs[i]);
    delivery_put_free(&p);
    desk_close(&d);
}

static struct change_set *attempt_at(enum change_kind kind, int64_t epoch, enum attempt_state to)
{
    struct change_set *cs = change_set_new();
    struct attempt *t = arena_new(&cs->arena, sizeof *t);
    *t = (struct attempt){.id = 1500,
                          .step_id = 1002,
                          .job_id = 1001,
                          .run_id = 1000,
                          .no = 1,
                          .epoch = epoch,
                          .state = to,
                          .created_at = 1700000000500,
                          .exit_code = to == ATTEMPT_EXITED ? 3 : -1,
                          .class_name = to == ATTEMPT_EXITED ? "test" : NULL,
                          .log_bytes = 77};
    struct change *c = change_add(cs, kind);
    c->attempt = t;
    return cs;
}

static void an_attempt_is_ended_once_and_only_by_its_own_epoch(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    new_run(&d, 1000, 1);
    assert_int_equal(desk_commit(&d, attempt_at(CHANGE_ATTEMPT_NEW, 4, ATTEMPT_INTENT)), 0);
    assert_int_equal(desk_commit(&d, attempt_at(CHANGE_ATTEMPT, 3, ATTEMPT_EXITED)), -1);
    assert_int_equal(desk_commit(&d, attempt_at(CHANGE_ATTEMPT, 5, ATTEMPT_EXITED)), -1);
    assert_int_equal(desk_commit(&d, attempt_at(CHANGE_ATTEMPT, 4, ATTEMPT_EXITED)), 0);
    assert_int_equal(desk_commit(&d, attempt_at(CHANGE_ATTEMPT, 4, ATTEMPT_LOST)), -1);
    assert_int_equal(desk_commit(&d, attempt_at(CHANGE_ATTEMPT_NEW, 5, ATTEMPT_INTENT)), -1); /* the id is taken */
    struct jdoc *doc = run_document(&d, 1000);
    const struct jval *step = jval_item(jval_get(jval_item(jval_get(jdoc_root(doc), "jobs"), 0), "steps"), 0);
    const struct jval *attempt = jval_item(jval_get(step, "attempts"), 0);
    int64_t code;
    assert_true(jval_int(jval_get(attempt, "exit_code"), &code) && code == 3);
    assert_true(sv_is(jval_str(jval_get(attempt, "class")), "test"));
    assert_true(sv_is(jval_str(jval_get(attempt, "state")), "exited"));
    assert_true(sv_is(jval_str(jval_get(attempt, "created_at")), "2023-11-14T22:13:20.500Z"));
    assert_int_equal(jval_kind(jval_get(attempt, "ended_at")), J_NULL);
    jdoc_free(&doc);
    desk_close(&d);
}

static struct change_set *effect_of(int64_t id, const char *key, enum change_kind kind, enum effect_state to,
                                    int version)
{
    struct change_set *cs = change_set_new();
    struct effect *x = arena_new(&cs->arena, sizeof *x);
    *x = (struct effect){.id = id,
                         .run_id = 1000,
                         .key = arena_strdup(&cs->arena, key),
                         .kind = EFFECT_STATUS,
                         .forge = "github",
                         .repo = "acme/backend",
                         .serial_key = "s",
                         .seq = 1,
                         .state = to,
                         .status = {.sha = "0123456789012345678901234567890123456789",
                                    .context = "fettle/ci",
                                    .state = STATUS_QUEUED,
                                    .description = "queued"},
                         .created_at = 1,
                         .version = version};
    AUTO(buf_free) struct buf body = {0};
    effect_body_write(x, &body);
    x->body = arena_dup(&cs->arena, buf_view(&body));
    struct change *c = change_add(cs, kind);
    c->effect = x;
    return cs;
}

static void an_effect_is_written_once_for_its_key(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    new_run(&d, 1000, 1);
    assert_int_equal(desk_commit(&d, effect_of(1600, "k1", CHANGE_EFFECT_NEW, EFFECT_PENDING, 1)), 0);
    assert_int_equal(desk_commit(&d, effect_of(1601, "k1", CHANGE_EFFECT_NEW, EFFECT_PENDING, 1)), 0);
    assert_int_equal(desk_commit(&d, effect_of(1602, "k2", CHANGE_EFFECT_NEW, EFFECT_PENDING, 1)), 0);
    assert_int_equal(rows_of(&d, LIST_EFFECTS, NULL, 0, 10), 2);
    assert_int_equal(desk_commit(&d, effect_of(1600, "k1", CHANGE_EFFECT, EFFECT_SENT, 2)), 0);
    assert_int_equal(desk_commit(&d, effect_of(1600, "k1", CHANGE_EFFECT, EFFECT_SENT, 2)), -1);
    assert_int_equal(rows_of(&d, LIST_EFFECTS, "sent", 0, 10), 1);
    assert_int_equal(rows_of(&d, LIST_EFFECTS, "pending", 0, 10), 1);
    struct jdoc *doc = run_document(&d, 1000);
    const struct jval *effects = jval_get(jdoc_root(doc), "effects");
    assert_int_equal(jval_len(effects), 2);
    assert_true(sv_is(jval_str(jval_at(jval_item(effects, 0), "body", "context")), "fettle/ci"));
    assert_true(sv_is(jval_str(jval_get(jval_item(effects, 0), "repository")), "acme/backend"));
    jdoc_free(&doc);
    desk_close(&d);
}

static void a_decided_delivery_keeps_its_event_and_reason(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    int64_t id;
    desk_open(&d);
    assert_int_equal(desk_put(&d, desk_delivery(&d, "gitlab", "1", SV("x")), &id), PUT_ACCEPTED);
    struct change_set *cs = change_set_new();
    struct change *c = change_add(cs, CHANGE_DELIVERY);
    c->delivery.id = id;
    c->delivery.state = DELIVERY_IGNORED;
    c->delivery.reason = "no workflow wants it";
    c->delivery.event_json = "{\"name\":\"push\"}";
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    AUTO(arena_free) struct arena a = {0};
    struct delivery got;
    const char *event;
    OK(read_delivery(r, id, &a, &got, &event, &e));
    assert_int_equal(got.state, DELIVERY_IGNORED);
    assert_string_equal(got.reason, "no workflow wants it");
    assert_string_equal(event, "{\"name\":\"push\"}");
    reader_close(&r);
    assert_int_equal(rows_of(&d, LIST_DELIVERIES, "received", 0, 10), 0);
    assert_int_equal(rows_of(&d, LIST_DELIVERIES, "ignored", 0, 10), 1);
    assert_int_equal(rows_of(&d, LIST_DELIVERIES, NULL, 0, 10), 1);
    assert_int_equal(rows_of(&d, LIST_DELIVERIES, NULL, id, 10), 0);
    desk_close(&d);
}

static void the_newest_number_of_a_fingerprint_counts(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    char id[64], url[512];
    desk_open(&d);
    struct reader *r = desk_reader(&d);
    assert_int_equal(read_remote(r, "fp", id, url, &e), 1);
    for (int i = 1; i <= 2; i++) {
        struct change_set *cs = change_set_new();
        struct change *c = change_add(cs, CHANGE_REMOTE);
        c->remote.fingerprint = "fp";
        c->remote.forge = "github";
        c->remote.repo = "acme/frontend";
        c->remote.remote_id = i == 1 ? "41" : "42";
        c->remote.url = i == 1 ? "https://x/41" : "https://x/42";
        assert_int_equal(desk_commit(&d, cs), 0);
    }
    OK(read_remote(r, "fp", id, url, &e));
    assert_string_equal(id, "42");
    assert_string_equal(url, "https://x/42");
    reader_close(&r);
    desk_close(&d);
}

static void listings_page_from_the_newest_on(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    for (int i = 0; i < 7; i++)
        new_run(&d, 1000 + i * 100, 1);
    assert_int_equal(rows_of(&d, LIST_RUNS, NULL, 0, 3), 3);
    assert_int_equal(rows_of(&d, LIST_RUNS, NULL, 1300, 100), 3);
    assert_int_equal(rows_of(&d, LIST_RUNS, "ready", 0, 100), 7);
    assert_int_equal(rows_of(&d, LIST_RUNS, "done", 0, 100), 0);
    assert_int_equal(rows_of(&d, LIST_RUNS, "success", 0, 100), 0);
    assert_int_equal(rows_of(&d, LIST_RUNS, "'; DROP TABLE run; --", 0, 100), 0);
    struct change_set *cs = run_at(1000, 2);
    struct run *end = arena_new(&cs->arena, sizeof *end);
    *end = (struct run){.id = 1000, .state = WORK_DONE, .conclusion = CONC_SUCCESS, .version = 3};
    change_add(cs, CHANGE_RUN)->run = end;
    assert_int_equal(desk_commit(&d, cs), 0);
    assert_int_equal(rows_of(&d, LIST_RUNS, "done", 0, 100), 1);
    assert_int_equal(rows_of(&d, LIST_RUNS, "success", 0, 100), 1);
    assert_int_equal(rows_of(&d, LIST_RUNS, "failure", 0, 100), 0);
    assert_int_equal(rows_of(&d, LIST_RUNS, "ready", 0, 100), 6);
    desk_close(&d);
}

static void the_journal_is_read_oldest_first_from_a_place_on(void **state)
{
    (void)state;
    struct desk d;
    desk_open(&d);
    for (int i = 0; i < 6; i++)
        assert_int_equal(desk_commit(&d, journal_only(1000 + i % 2, "x")), 0);
    assert_int_equal(rows_of(&d, LIST_JOURNAL, NULL, 0, 100), 6);
    assert_int_equal(rows_of(&d, LIST_JOURNAL, "1001", 0, 100), 3);
    assert_int_equal(rows_of(&d, LIST_JOURNAL, "1001", 3, 100), 2); /* behind entry 3 */
    struct reader *r = desk_reader(&d);
    struct err e = {0};
    int n = 0;
    assert_int_equal(read_list(r, LIST_JOURNAL, "run", 0, 9, count_row, &n, &e), -1);
    assert_int_equal(e.cls, ERR_INVALID);
    reader_close(&r);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_replaces_exactly_the_version_before_it),
        cmocka_unit_test(a_set_whose_expectation_fails_leaves_nothing_and_the_others_are_committed),
        cmocka_unit_test(an_attempt_is_ended_once_and_only_by_its_own_epoch),
        cmocka_unit_test(an_effect_is_written_once_for_its_key),
        cmocka_unit_test(a_decided_delivery_keeps_its_event_and_reason),
        cmocka_unit_test(the_newest_number_of_a_fingerprint_counts),
        cmocka_unit_test(listings_page_from_the_newest_on),
        cmocka_unit_test(the_journal_is_read_oldest_first_from_a_place_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
