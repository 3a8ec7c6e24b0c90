/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>
#include "store/audit.h"
#include "unit/store/desk.h"

struct seen {
    char check[64][40];
    char mend[64][600];
    int64_t rows[64], id[64];
    int n;
};

static void found(void *ctx, const struct audit_finding *f)
{
    struct seen *s = ctx;
    assert_true(s->n < 64);
    snprintf(s->check[s->n], sizeof s->check[0], "%s", f->check);
    snprintf(s->mend[s->n], sizeof s->mend[0], "%s", f->mend);
    s->rows[s->n] = f->n;
    s->id[s->n++] = f->n_ids ? f->ids[0] : -1;
}

static void audit(struct desk *d, enum audit_beside want, struct seen *ret)
{
    struct err e = {0};
    enum audit_beside beside;
    int checks = 0;
    *ret = (struct seen){0};
    OK(store_audit(d->path, found, ret, &beside, &checks, &e));
    assert_int_equal(beside, want);
    assert_true(checks > 40);
}

static void run_sql(struct desk *d, const char *sql)
{
    sqlite3 *h;
    char *problem = NULL;
    assert_int_equal(sqlite3_open(d->path, &h), SQLITE_OK);
    if (sqlite3_exec(h, sql, NULL, NULL, &problem) != SQLITE_OK)
        fail_msg("%s: %s", sql, problem);
    sqlite3_close(h);
}

/* Two runs, the second one over; deliveries with what belongs to them. */
static void fill(struct desk *d)
{
    int64_t id;
    desk_open(d);
    struct change_set *cs = change_set_new();
    desk_run(cs, 1000, 2);
    struct run *r = desk_run(cs, 2000, 1);
    r->state = r->jobs[0]->state = WORK_DONE;
    r->conclusion = r->jobs[0]->conclusion = CONC_SUCCESS;
    struct attempt *a = arena_new(&cs->arena, sizeof *a);
    *a = (struct attempt){.id = 3000, .step_id = 1002, .job_id = 1001, .run_id = 1000, .no = 1, .epoch = 1};
    change_add(cs, CHANGE_ATTEMPT_NEW)->attempt = a;
    struct checkpoint *k = &change_add(cs, CHANGE_CHECKPOINT)->checkpoint;
    *k = (struct checkpoint){.job_id = 1001, .step_no = 0, .inputs = "00", .tree_job = 1001, .tree = "aa"};
    assert_int_equal(desk_commit(d, cs), 0);
    for (int i = 0; i < 3; i++) {
        char guid[2] = {(char)('a' + i), 0};
        assert_int_equal(desk_put(d, desk_delivery(d, "github", guid, sv_of(guid)), &id), PUT_ACCEPTED);
    }
    run_sql(d, "UPDATE step SET attempts = 1 WHERE id = 1002; UPDATE job SET epoch = 1 WHERE id = 1001;"
               "UPDATE delivery SET state = 'matched';"
               "INSERT INTO decision SELECT id, '{}' FROM delivery;");
}

static void a_sound_store_has_no_findings_with_a_server_and_without(void **state)
{
    (void)state;
    struct desk d;
    struct seen s;
    fill(&d);
    audit(&d, AUDIT_BESIDE_SERVER, &s);
    for (int i = 0; i < s.n; i++)
        print_message("%s\n", s.check[i]);
    assert_int_equal(s.n, 0);
    store_close(&d.s);
    audit(&d, AUDIT_ALONE, &s);
    assert_int_equal(s.n, 0);
    desk_close(&d);
}

static const struct {
    const char *damage, *check;
    int64_t id;   /* first row it is about; -1 = none */
    bool no_mend; /* the mend is a sentence */
} cases[] = {
    {"DELETE FROM run WHERE id = 2000", "jobs-without-run", 2001, false},
    {"UPDATE job SET parent_id = 77 WHERE id = 1001", "jobs-without-parent", 1001, false},
    {"DELETE FROM job WHERE id = 1004", "steps-without-job", 1005, false},
    {"DELETE FROM step WHERE id = 1002", "attempts-without-step", 3000, false},
    {"UPDATE attempt SET job_id = 1004 WHERE id = 3000", "attempts-of-others", 3000, false},
    {"INSERT INTO effect VALUES (9, 0, 77, 'k', 'status', 'f', 'r', 's', 1, '{}', 0, 'sent', 0, 0, 0, NULL, NULL, NULL,"
     " 1)",
     "effects-without-run", 9, false},
    {"INSERT INTO effect VALUES (9, 0, 77, 'k', 'status', 'f', 'r', 's', 1, '{}', 0, 'pending', 0, 0, 0, NULL, NULL,"
     " NULL, 1)",
     "unsettled-effects-without-run", 9, true},
    {"INSERT INTO body VALUES (77, x'00')", "bodies-without-delivery", 77, false},
    {"INSERT INTO decision VALUES (77, '{}')", "decisions-without-delivery", 77, false},
    {"INSERT INTO dedup SELECT x'77', max(id) + 1, 0 FROM delivery", "keys-without-delivery", 0, false},
    {"INSERT INTO checkpoint VALUES (77, 0, '', 0, 0, NULL, '', '', 0)", "checkpoints-without-job", 77, false},
    {"INSERT INTO checkpoint VALUES (1001, 9, '', 0, 0, NULL, '', '', 0)", "checkpoints-without-step", 1001, false},
    {"INSERT INTO recovery (id, run_id, job_id, step_id, attempt_id, strategy, class, outcome, at, ended_at, version)"
     " VALUES (9, 77, 0, 0, 0, 'retry', 'network', 'failed', 0, 0, 1)",
     "recoveries-without-run", 9, false},
    {"INSERT INTO approval (id, run_id, job_id, step_id, kind, question, follow, state, asked_at, deadline, "
     "answered_at,"
     " version) VALUES (9, 77, 0, 0, 'start', '', 0, 'moot', 0, 0, 0, 1)",
     "questions-without-run", 9, false},
    {"UPDATE run SET state = 'done', conclusion = 'error' WHERE id = 1000", "open-jobs-of-done-runs", 1001, false},
    {"UPDATE step SET state = 'running' WHERE id = 2002", "running-steps-of-done-jobs", 2002, false},
    {"UPDATE job SET state = 'done', conclusion = 'error' WHERE id = 1001", "open-attempts-of-done-jobs", 3000, false},
    {"INSERT INTO recovery (id, run_id, job_id, step_id, attempt_id, strategy, class, outcome, at, ended_at, version)"
     " VALUES (9, 2000, 2001, 0, 0, 'retry', 'network', 'open', 0, 0, 1)",
     "open-recoveries-of-done-jobs", 9, false},
    {"INSERT INTO approval (id, run_id, job_id, step_id, kind, question, follow, state, asked_at, deadline, "
     "answered_at,"
     " version) VALUES (9, 2000, 2001, 0, 'start', '', 0, 'asked', 0, 0, 0, 1)",
     "open-questions-of-done-jobs", 9, false},
    {"UPDATE job SET parent_id = 2001 WHERE id = 1004", "open-children-of-done-parents", 1004, false},
    {"UPDATE job SET conclusion = '' WHERE id = 2001", "done-without-conclusion", 2001, false},
    {"UPDATE run SET conclusion = '' WHERE id = 2000", "runs-without-conclusion", 2000, false},
    {"UPDATE attempt SET state = 'exited'; UPDATE job SET state = 'done', conclusion = 'success'",
     "runs-that-cannot-end", 1000, true},
    {"DELETE FROM decision", "matched-without-decision", 0, true},
    {"UPDATE run SET conc_group = 'g', state = 'running', conclusion = ''", "groups-held-twice", 1000, true},
    {"UPDATE step SET no = 0 WHERE id = 1003", "doubled-keys", 1003, false},
    {"UPDATE step SET attempts = 0 WHERE id = 1002", "step-attempts", 1002, false},
    {"UPDATE step SET tries = 5 WHERE id = 1002", "step-tries", 1002, false},
    {"UPDATE job SET epoch = 9 WHERE id = 1001", "job-epochs", 1001, false},
    {"INSERT INTO effect SELECT 9, 0, 1000, 'k', 'status', 'github', 'acme/backend',"
     " 'status:github:acme/backend:' || sha || ':fettle/ci', 3, '{}', 0, 'sent', 0, 0, 0, NULL, NULL, NULL, 1"
     " FROM run WHERE id = 1000",
     "status-numbers", 1000, false},
    {"UPDATE run SET number = 4 WHERE id = 2000", "run-numbers", 2000, false},
    {"UPDATE run SET rerun_of = 5, generation = 2", "generations", 2000, false},
    {"DELETE FROM dedup_folded", "deduplication", 0, false},
    {"UPDATE run SET state = 'fine' WHERE id = 1000", "words", 1000, true},
};

static int at_of(const struct seen *s, const char *check)
{
    for (int i = 0; i < s->n; i++)
        if (strcmp(s->check[i], check) == 0)
            return i;
    return -1;
}

static void each_damage_is_found_and_its_mend_mends_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct desk d;
        struct seen s;
        fill(&d);
        store_close(&d.s);
        run_sql(&d, cases[i].damage);
        audit(&d, AUDIT_ALONE, &s);
        int at = at_of(&s, cases[i].check);
        if (at < 0 || (cases[i].id && s.id[at] != cases[i].id))
            fail_msg("%s: %s, row %lld", cases[i].damage, at < 0 ? "not found" : "found",
                     at < 0 ? 0LL : (long long)s.id[at]);
        if (!cases[i].no_mend) {
            run_sql(&d, s.mend[at]);
            audit(&d, AUDIT_ALONE, &s);
            if (at_of(&s, cases[i].check) >= 0)
                fail_msg("%s: its mend changes nothing", cases[i].check);
        }
        desk_close(&d);
    }
}

static void a_damaged_file_is_found(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct seen s = {0};
    enum audit_beside beside;
    int checks;
    fill(&d);
    store_close(&d.s);
    run_sql(&d, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA writable_schema = ON;"
                "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'delivery')"
                " WHERE name = 'job_run'");
    int rc = store_audit(d.path, found, &s, &beside, &checks, &e);
    assert_true(rc < 0 || at_of(&s, "database") >= 0);
    desk_close(&d);
}

static void an_absent_database_and_one_of_another_program_are_told(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct seen s = {0};
    enum audit_beside beside;
    int checks;
    desk_open(&d);
    store_close(&d.s);
    run_sql(&d, "PRAGMA application_id = 7");
    assert_int_equal(store_audit(d.path, found, &s, &beside, &checks, &e), -1);
    assert_int_equal(e.cls, ERR_INVALID);
    assert_int_equal(unlink(d.path), 0);
    assert_int_equal(store_audit(d.path, found, &s, &beside, &checks, &e), -1);
    assert_int_equal(e.cls, ERR_MISSING);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_store_has_no_findings_with_a_server_and_without),
        cmocka_unit_test(each_damage_is_found_and_its_mend_mends_it),
        cmocka_unit_test(a_damaged_file_is_found),
        cmocka_unit_test(an_absent_database_and_one_of_another_program_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
