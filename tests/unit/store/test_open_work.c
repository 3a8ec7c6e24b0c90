/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/store/desk.h"

#define SAME_TEXT(a, b, field) assert_true(sv_eq(sv_of((a)->field), sv_of((b)->field)))
#define SAME(a, b, field)      assert_true((a)->field == (b)->field)

static void same_step(const struct step *a, const struct step *b)
{
    SAME(a, b, id);
    SAME(a, b, job_id);
    SAME(a, b, no);
    SAME_TEXT(a, b, key);
    SAME_TEXT(a, b, name);
    SAME(a, b, kind);
    SAME_TEXT(a, b, spec);
    SAME(a, b, cond);
    SAME(a, b, continue_on_error);
    SAME(a, b, timeout_ms);
    SAME(a, b, state);
    SAME(a, b, conclusion);
    SAME(a, b, outcome);
    SAME(a, b, attempts);
    SAME(a, b, started_at);
    SAME(a, b, ended_at);
    SAME(a, b, version);
    SAME_TEXT(a, b, outputs);
    SAME_TEXT(a, b, exports);
    SAME_TEXT(a, b, notes);
    SAME_TEXT(a, b, summary);
}

static void same_job(const struct job *a, const struct job *b)
{
    SAME(a, b, id);
    SAME(a, b, run_id);
    SAME(a, b, no);
    SAME_TEXT(a, b, key);
    SAME_TEXT(a, b, name);
    SAME_TEXT(a, b, repo_id);
    SAME_TEXT(a, b, repo_alias);
    SAME_TEXT(a, b, sha);
    SAME_TEXT(a, b, ref);
    SAME(a, b, n_needs);
    for (size_t i = 0; i < a->n_needs; i++)
        SAME_TEXT(a, b, needs[i]);
    SAME(a, b, cond);
    SAME(a, b, timeout_ms);
    SAME(a, b, state);
    SAME(a, b, conclusion);
    SAME_TEXT(a, b, detail);
    SAME(a, b, epoch);
    SAME(a, b, ready_at);
    SAME(a, b, started_at);
    SAME(a, b, ended_at);
    SAME(a, b, version);
    SAME(a, b, parent_id);
    SAME(a, b, kind);
    SAME_TEXT(a, b, spec);
    SAME_TEXT(a, b, matrix);
    SAME_TEXT(a, b, strategy);
    SAME_TEXT(a, b, inputs);
    SAME_TEXT(a, b, outputs);
    SAME(a, b, continue_on_error);
    SAME(a, b, cancelling);
    SAME_TEXT(a, b, group);
    SAME(a, b, queue_all);
    SAME(a, b, group_at);
    SAME(a, b, slots);
    SAME(a, b, queue_ms);
    SAME(a, b, hold_at);
    SAME(a, b, held_ms);
    SAME(a, b, n_locks);
    SAME(a, b, lock_token);
    for (size_t i = 0; i < a->n_locks; i++)
        assert_string_equal(a->locks[i], b->locks[i]);
    SAME(a, b, n_steps);
    for (size_t i = 0; i < a->n_steps; i++)
        same_step(&a->steps[i], &b->steps[i]);
}

static void same_run(const struct run *a, const struct run *b)
{
    SAME(a, b, id);
    SAME(a, b, shard);
    SAME(a, b, delivery_id);
    SAME_TEXT(a, b, workflow);
    SAME_TEXT(a, b, file);
    SAME_TEXT(a, b, event);
    SAME_TEXT(a, b, action);
    SAME_TEXT(a, b, repo_id);
    SAME_TEXT(a, b, sha);
    SAME_TEXT(a, b, ref);
    SAME(a, b, change);
    SAME(a, b, trusted);
    SAME_TEXT(a, b, report_context);
    SAME(a, b, report_check);
    SAME(a, b, tells);
    assert_int_equal(a->n_involved, b->n_involved);
    for (size_t i = 0; i < a->n_involved; i++) {
        assert_string_equal(a->involved[i].repo_id, b->involved[i].repo_id);
        assert_string_equal(a->involved[i].sha, b->involved[i].sha);
        assert_int_equal(a->involved[i].change, b->involved[i].change);
        assert_int_equal(a->involved[i].seq, b->involved[i].seq);
    }
    SAME_TEXT(a, b, head_repo);
    SAME(a, b, state);
    SAME(a, b, conclusion);
    SAME_TEXT(a, b, detail);
    SAME(a, b, cancelling);
    SAME(a, b, report_seq);
    SAME(a, b, created_at);
    SAME(a, b, started_at);
    SAME(a, b, ended_at);
    SAME(a, b, version);
    SAME_TEXT(a, b, name);
    SAME(a, b, number);
    SAME_TEXT(a, b, context);
    SAME_TEXT(a, b, verdict);
    SAME_TEXT(a, b, group);
    SAME(a, b, queue_all);
    SAME(a, b, priority);
    SAME(a, b, deadline_at);
    SAME(a, b, n_jobs);
    for (size_t i = 0; i < a->n_jobs; i++)
        same_job(a->jobs[i], b->jobs[i]);
}

/* Other values in every column that can be changed later. */
static void move(struct run *r)
{
    struct job *j = r->jobs[0];
    struct step *s = &j->steps[0];
    r->state = WORK_RUNNING, r->detail = "d\"é", r->cancelling = RUN_OVER_TIME, r->report_seq = 9, r->started_at = 11;
    r->ended_at = 12, r->deadline_at = 13, r->version++;
    j->sha = "9999999999999999999999999999999999999999", j->ref = "refs/heads/x", j->state = WORK_RUNNING;
    j->conclusion = CONC_TIMED_OUT, j->detail = "jd", j->epoch = 3, j->ready_at = 21, j->started_at = 22;
    j->ended_at = 23, j->version++;
    j->name = "as evaluated", j->repo_id = "github:acme/web", j->repo_alias = "web", j->timeout_ms = 5;
    j->strategy = "{\"job-total\":2}", j->inputs = "{}", j->outputs = "{\"a\":\"b\"}", j->continue_on_error = true;
    j->cancelling = true, j->group = "staging", j->queue_all = true, j->group_at = 24;
    static const char *locks[] = {"a", "staging"};
    j->locks = locks, j->n_locks = 2, j->lock_token = 77, j->hold_at = 25, j->held_ms = 26;
    s->name = "step as evaluated", s->continue_on_error = true, s->timeout_ms = 6;
    s->outputs = "{\"o\":\"1\"}", s->exports = "{\"env\":{}}", s->notes = "[]", s->summary = "# sum";
    s->state = WORK_DONE, s->conclusion = CONC_SUCCESS, s->outcome = CONC_FAILURE, s->attempts = 2, s->started_at = 31;
    s->ended_at = 32, s->version++;
}

static void commit_move(struct desk *d, struct run *r)
{
    struct change_set *cs = change_set_new();
    change_add(cs, CHANGE_RUN)->run = r;
    change_add(cs, CHANGE_JOB)->job = r->jobs[0];
    change_add(cs, CHANGE_STEP)->step = &r->jobs[0]->steps[0];
    assert_int_equal(desk_commit(d, cs), 0);
}

static void open_runs_come_back_as_they_were_decided(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct open_work w;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    struct run *r = desk_run(cs, 1000, 3);
    r->action = "opened", r->change = 7, r->head_repo = "github:fork/backend";
    r->jobs[2]->needs = (const char *[]){"job0", "job\"1\""};
    r->jobs[2]->n_needs = 2;
    r->jobs[1]->cond = COND_FAILURE;
    r->jobs[2]->cond = COND_CANCELLED;
    r->jobs[1]->repo_id = r->jobs[1]->repo_alias = r->jobs[1]->sha = r->jobs[1]->ref = NULL;
    r->name = "a run", r->number = 12, r->context = "{\"github\":{}}", r->group = "one", r->queue_all = true, r->report_check = true, r->tells = RUN_TELLS_COMMENT;
    r->verdict = "tree base digest";
    static struct involved others[] = {{"github:acme/web", "b2", 7, 3}, {"gitlab:acme/x", "c3", 9, -1}};
    r->involved = others, r->n_involved = 2;
    r->jobs[1]->cond = COND_EXPR, r->jobs[1]->kind = JOB_MATRIX, r->jobs[1]->spec = "{\"key\":\"x\"}";
    r->jobs[2]->parent_id = r->jobs[1]->id, r->jobs[2]->matrix = "{\"n\":1}", r->jobs[2]->strategy = "{}";
    r->jobs[1]->steps[1].kind = STEP_USES;
    r->jobs[1]->steps[1].continue_on_error = true;
    cs->reply = d.reply;
    store_commit(d.s, cs);
    assert_ptr_equal(CONTAINER_OF(desk_wait(&d), struct change_set, letter), cs);
    assert_int_equal(cs->failed, 0);
    for (int i = 0; i < 2; i++) { /* as new, then as changed */
        struct reader *reader = desk_reader(&d);
        OK(read_open_work(reader, &w, &e));
        assert_int_equal(w.n_runs, 1);
        same_run(w.runs[0], r);
        assert_int_equal(w.max_id, 1009);
        arena_free(&w.arena);
        reader_close(&reader);
        move(r);
        commit_move(&d, r);
    }
    change_set_free(&cs);
    desk_close(&d);
}

static struct effect *add_effect(struct change_set *cs, int64_t id, enum effect_kind kind, enum effect_state state)
{
    struct effect *x = arena_new(&cs->arena, sizeof *x);
    *x = (struct effect){.id = id,
                         .run_id = 1000,
                         .key = arena_fmt(&cs->arena, "key%lld", (long long)id),
                         .kind = kind,
                         .forge = "github",
                         .repo = "acme/backend",
                         .serial_key = "s",
                         .seq = id,
                         .state = state,
                         .tries = 2,
                         .created_at = 1,
                         .not_before = 5,
                         .remote_id = "17",
                         .last_error = "502",
                         .version = 1};
    if (kind == EFFECT_STATUS)
        x->status = (struct status_body){.sha = "0123456789012345678901234567890123456789",
                                         .context = "fettle/ci",
                                         .description = "queued",
                                         .state = STATUS_QUEUED,
                                         .change = 7};
    else
        x->issue = (struct issue_body){.title = "broke", .body = "text", .marker = "<!-- fettle:fp=x -->"};
    AUTO(buf_free) struct buf body = {0};
    effect_body_write(x, &body);
    x->body = arena_dup(&cs->arena, buf_view(&body));
    change_add(cs, CHANGE_EFFECT_NEW)->effect = x;
    return x;
}

static void add_attempt(struct change_set *cs, int64_t id, enum attempt_state state)
{
    struct attempt *t = arena_new(&cs->arena, sizeof *t);
    *t = (struct attempt){.id = id,
                          .step_id = 1002,
                          .job_id = 1001,
                          .run_id = 1000,
                          .no = (int)(id - 1500),
                          .epoch = id,
                          .state = state,
                          .created_at = 9,
                          .exit_code = -1};
    change_add(cs, CHANGE_ATTEMPT_NEW)->attempt = t;
}

static void what_is_finished_is_left_out(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct open_work w;
    int64_t first, second;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    desk_run(cs, 1000, 1);
    desk_run(cs, 2000, 2)->state = WORK_DONE;
    for (int i = 0; i < EFFECT_STATE_N; i++)
        add_effect(cs, 1600 + i, i % 2 ? EFFECT_ISSUE : EFFECT_STATUS, (enum effect_state)i);
    for (int i = 0; i < ATTEMPT_STATE_N; i++)
        add_attempt(cs, 1501 + i, (enum attempt_state)i);
    assert_int_equal(desk_commit(&d, cs), 0);
    assert_int_equal(desk_put(&d, desk_delivery(&d, "github", "1", SV("x")), &first), PUT_ACCEPTED);
    assert_int_equal(desk_put(&d, desk_delivery(&d, "github", "2", SV("x")), NULL), PUT_SUSPECT);
    assert_int_equal(desk_put(&d, desk_delivery(&d, "github", "3", SV("y")), &second), PUT_ACCEPTED);
    struct reader *r = desk_reader(&d);
    OK(read_open_work(r, &w, &e));
    assert_int_equal(w.n_runs, 1);
    assert_int_equal(w.n_attempts, 1);
    assert_int_equal(w.attempts[0].id, 1501);
    assert_int_equal(w.n_effects, 3); /* pending, inflight, uncertain */
    assert_int_equal(w.effects[0].id, 1600);
    assert_string_equal(w.effects[0].status.context, "fettle/ci");
    assert_int_equal(w.effects[0].status.change, 7);
    assert_string_equal(w.effects[1].issue.title, "broke");
    assert_string_equal(w.effects[1].last_error, "502");
    assert_int_equal(w.n_deliveries, 2);
    assert_true(w.deliveries[0].id == first && w.deliveries[1].id == second && w.max_id == second);
    arena_free(&w.arena);
    reader_close(&r);
    desk_close(&d);
}

static void learn(struct change_set *cs, const char *key, int64_t n)
{
    change_add(cs, CHANGE_DURATION)->duration = (struct duration_stat){
        .key = arena_strdup(&cs->arena, key), .n = n, .mu = -5, .var = INT64_MAX, .last_ms = 6, .updated_at = 7};
}

static void a_learned_duration_is_replaced_and_dropped_by_its_key(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct open_work w;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    learn(cs, "job\ta", 1);
    learn(cs, "job\tb", 1);
    assert_int_equal(desk_commit(&d, cs), 0);
    cs = change_set_new();
    learn(cs, "job\ta", 2);
    change_add(cs, CHANGE_DURATION_DROP)->duration.key = arena_strdup(&cs->arena, "job\tb");
    change_add(cs, CHANGE_DURATION_DROP)->duration.key = arena_strdup(&cs->arena, "never there");
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    OK(read_open_work(r, &w, &e));
    assert_int_equal(w.n_durations, 1);
    assert_string_equal(w.durations[0].key, "job\ta");
    assert_true(w.durations[0].n == 2 && w.durations[0].mu == -5 && w.durations[0].var == INT64_MAX);
    assert_true(w.durations[0].last_ms == 6 && w.durations[0].updated_at == 7);
    arena_free(&w.arena);
    reader_close(&r);
    desk_close(&d);
}

static void an_empty_database_has_no_open_work(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct open_work w;
    desk_open(&d);
    struct reader *r = desk_reader(&d);
    OK(read_open_work(r, &w, &e));
    assert_true(!w.n_deliveries && !w.n_runs && !w.n_attempts && !w.n_effects && !w.max_id);
    arena_free(&w.arena);
    reader_close(&r);
    desk_close(&d);
}

static void a_row_with_an_unknown_state_is_damage(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct open_work w;
    sqlite3 *h;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    desk_run(cs, 1000, 1);
    assert_int_equal(desk_commit(&d, cs), 0);
    store_close(&d.s);
    assert_int_equal(sqlite3_open(d.path, &h), SQLITE_OK);
    assert_int_equal(sqlite3_exec(h, "UPDATE job SET state = 'runnin'", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(h);
    desk_start(&d);
    struct reader *r = desk_reader(&d);
    assert_int_equal(read_open_work(r, &w, &e), -1);
    assert_string_equal(e.msg, "row 1001 of table job is damaged");
    reader_close(&r);
    desk_close(&d);
}

static void children_come_back_behind_those_before_them(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct open_work w;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    desk_run(cs, 1000, 1);
    assert_int_equal(desk_commit(&d, cs), 0);
    cs = change_set_new();
    struct run *more = desk_run(cs, 1000, 2);
    cs->first = NULL, cs->last = &cs->first, cs->n = 0; /* not the run again */
    for (int i = 0; i < 2; i++) {
        struct job *j = more->jobs[i];
        j->id += 100, j->parent_id = 1001, j->no = 1 + i, j->key = i ? "job0 (b)" : "job0 (a)", j->n_needs = 0;
        for (int k = 0; k < 2; k++)
            j->steps[k].id += 100, j->steps[k].job_id = j->id;
    }
    change_add(cs, CHANGE_JOBS_NEW)->run = more;
    struct change *c = change_add(cs, CHANGE_NUMBER);
    c->number.name = "github:acme/backend\nci", c->number.number = 41;
    c = change_add(cs, CHANGE_STANDING);
    c->standing.repo_id = "github:acme/backend", c->standing.words = "{}";
    c = change_add(cs, CHANGE_FIRED);
    c->fired.name = "night", c->fired.at = 77;
    c = change_add(cs, CHANGE_SETTING);
    c->setting.name = "lock.token", c->setting.value = 41;
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    OK(read_open_work(r, &w, &e));
    assert_int_equal(w.runs[0]->n_jobs, 3);
    assert_string_equal(w.runs[0]->jobs[2]->key, "job0 (b)");
    assert_int_equal(w.runs[0]->jobs[2]->parent_id, 1001);
    assert_int_equal(w.runs[0]->jobs[1]->n_steps, 2);
    assert_int_equal(w.n_standing, 1);
    assert_string_equal(w.standing[0].words, "{}");
    assert_int_equal(w.fired[0].at, 77);
    assert_int_equal(w.n_settings, 1);
    assert_string_equal(w.settings[0].name, "lock.token");
    assert_int_equal(w.settings[0].value, 41);
    int64_t number = 0;
    OK(read_run_number(r, "github:acme/backend\nci", &number, &e));
    assert_int_equal(number, 41);
    OK(read_run_number(r, "github:acme/backend\nother", &number, &e));
    assert_int_equal(number, 0);
    arena_free(&w.arena);
    reader_close(&r);
    desk_close(&d);
}

static void ten_thousand_open_jobs_load_quickly(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    struct open_work w;
    desk_open(&d);
    for (int i = 0; i < 1000; i++) {
        struct change_set *cs = change_set_new();
        desk_run(cs, 1000 + i * 100, 10);
        cs->reply = d.reply;
        store_commit(d.s, cs);
    }
    for (int i = 0; i < 1000; i++) {
        struct change_set *cs = CONTAINER_OF(desk_wait(&d), struct change_set, letter);
        assert_int_equal(cs->failed, 0);
        change_set_free(&cs);
    }
    struct reader *r = desk_reader(&d);
    msec_t from = clk_mono_ms();
    OK(read_open_work(r, &w, &e));
    msec_t took = clk_mono_ms() - from;
    assert_int_equal(w.n_runs, 1000);
    assert_int_equal(w.runs[999]->n_jobs, 10);
    print_message("10,000 open jobs in %d ms\n", (int)took);
    assert_true(took < 3000); /* ten times the goal: sanitizers and busy machines */
    arena_free(&w.arena);
    reader_close(&r);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open_runs_come_back_as_they_were_decided),
        cmocka_unit_test(what_is_finished_is_left_out),
        cmocka_unit_test(a_learned_duration_is_replaced_and_dropped_by_its_key),
        cmocka_unit_test(an_empty_database_has_no_open_work),
        cmocka_unit_test(a_row_with_an_unknown_state_is_damage),
        cmocka_unit_test(children_come_back_behind_those_before_them),
        cmocka_unit_test(ten_thousand_open_jobs_load_quickly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
