/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of filtered lists, and single rows as the API shows them. */
#include "unit/store/desk.h"
#include "fmt/json.h"

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

struct seen {
    int n;
    char first[ID_TEXT]; /* id of the first row */
};

static void see_row(void *ctx, struct sv json)
{
    struct jdoc *doc = NULL;
    struct err e = {0};
    struct seen *s = ctx;
    OK(jdoc_parse(json, NULL, &doc, &e));
    if (!s->n++)
        snprintf(s->first, sizeof s->first, "%.*s", SV_ARG(jval_str(jval_get(jdoc_root(doc), "id"))));
    jdoc_free(&doc);
}

/* Rows of the page, and where the next one begins. */
static int page_of(struct reader *r, const struct list_filter *f, int64_t before, int limit, int64_t *ret_next)
{
    struct err e = {0};
    struct seen seen = {0};
    struct list_page page = {.before = before, .limit = limit};
    OK(read_page(r, LIST_RUNS, f, &page, see_row, &seen, &e));
    *ret_next = page.next;
    return seen.n;
}

static void new_run_of(struct desk *d, int64_t id, const char *workflow, const char *repo)
{
    struct change_set *cs = change_set_new();
    struct run *r = desk_run(cs, id, 1);
    r->workflow = workflow;
    r->repo_id = repo;
    r->ref = id % 2 ? "refs/heads/odd" : "refs/heads/even";
    assert_int_equal(desk_commit(d, cs), 0);
}

static void a_page_has_what_its_filters_want_and_says_where_the_next_begins(void **state)
{
    (void)state;
    struct desk d;
    int64_t next;
    desk_open(&d);
    for (int i = 0; i < 10; i++)
        new_run_of(&d, 1000 + i * 101, i % 3 ? "ci" : "ship", i < 5 ? "github:a/b" : "gitea:a/b");
    struct reader *r = desk_reader(&d);
    struct list_filter all = {0}, ci = {.workflow = "ci"}, of_repo = {.repository = "gitea:a/b"},
                       both = {.workflow = "ci", .repository = "gitea:a/b", .ref = "refs/heads/odd"},
                       open = {.state = "ready", .workflow = "ship"}, ended = {.state = "success", .workflow = "ship"},
                       none = {.workflow = "' OR 1 --"};
    assert_int_equal(page_of(r, &all, 0, 4, &next), 4);
    assert_int_equal(next, 1000 + 6 * 101);
    assert_int_equal(page_of(r, &all, next, 4, &next), 4);
    assert_int_equal(page_of(r, &all, next, 4, &next), 2);
    assert_int_equal(next, 0);
    assert_int_equal(page_of(r, &all, 0, 10, &next), 10);
    assert_int_equal(next, 0);
    assert_int_equal(page_of(r, &ci, 0, 100, &next), 6);
    assert_int_equal(page_of(r, &of_repo, 0, 100, &next), 5);
    assert_int_equal(page_of(r, &both, 0, 100, &next), 2); /* 5 and 7 */
    assert_int_equal(page_of(r, &open, 0, 100, &next), 4);
    assert_int_equal(page_of(r, &ended, 0, 100, &next), 0);
    assert_int_equal(page_of(r, &none, 0, 100, &next), 0);
    reader_close(&r);
    desk_close(&d);
}

static void a_page_looks_at_so_many_rows_and_no_more(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    int64_t next;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    for (int i = 0; i < 2100; i++)
        desk_run(cs, 10000 + i * 100, 1)->event = i ? "push" : "rare";
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    struct list_filter rare = {.event = "rare"};
    assert_int_equal(page_of(r, &rare, 0, 10, &next), 0);
    assert_true(next != 0);
    assert_int_equal(page_of(r, &rare, next, 10, &next), 1);
    assert_int_equal(next, 0);
    struct seen seen = {0};
    struct list_page bad = {.limit = 0};
    assert_int_equal(read_page(r, LIST_RUNS, &rare, &bad, see_row, &seen, &e), -1);
    bad.limit = 1;
    assert_int_equal(read_page(r, LIST_JOURNAL, &rare, &bad, see_row, &seen, &e), -1);
    reader_close(&r);
    desk_close(&d);
}

/* The rare ones are found at once, in their order, and all other filters hold too. */
static void a_commit_a_branch_and_a_repository_with_a_workflow_lead_to_their_runs(void **state)
{
    (void)state;
    struct desk d;
    int64_t next;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    for (int i = 0; i < 4200; i++) {
        struct run *r = desk_run(cs, 10000 + i * 100, 0);
        if (i > 3)
            continue;
        r->sha = "9999999999999999999999999999999999999999";
        r->ref = "refs/heads/rare";
        r->workflow = "ship";
        r->event = i % 2 ? "push" : "tag";
    }
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    struct list_filter filters[] = {{.sha = "9999999999999999999999999999999999999999"},
                                    {.ref = "refs/heads/rare"},
                                    {.workflow = "ship", .repository = "github:acme/backend"}};
    for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
        assert_int_equal(page_of(r, &filters[i], 0, 3, &next), 3);
        assert_int_equal(next, 10100);
        assert_int_equal(page_of(r, &filters[i], next, 3, &next), 1);
        assert_int_equal(next, 0);
        filters[i].event = "tag";
        assert_int_equal(page_of(r, &filters[i], 0, 3, &next), 2);
        filters[i].state = "failure";
        assert_int_equal(page_of(r, &filters[i], 0, 3, &next), 0);
        filters[i].state = "ready";
        assert_int_equal(page_of(r, &filters[i], 0, 1, &next), 0); /* open runs lead, 2000 at a time */
        assert_true(next != 0);
    }
    reader_close(&r);
    desk_close(&d);
}

static void a_workflow_and_a_repository_lead_to_what_ended_so(void **state)
{
    (void)state;
    struct desk d;
    int64_t next;
    desk_open(&d);
    struct change_set *cs = change_set_new();
    for (int i = 0; i < 2200; i++) {
        struct run *r = desk_run(cs, 10000 + i * 100, 0);
        r->state = WORK_DONE;
        r->conclusion = i > 3 ? CONC_SUCCESS : CONC_FAILURE;
        r->workflow = i == 3 ? "ship" : "ci";
        r->repo_id = i == 2 ? "gitea:a/b" : "github:acme/backend";
        r->event = i ? "push" : "tag";
    }
    assert_int_equal(desk_commit(&d, cs), 0);
    struct reader *r = desk_reader(&d);
    struct list_filter ci = {.workflow = "ci", .state = "failure"},
                       backend = {.repository = "github:acme/backend", .state = "failure"},
                       tag = {.workflow = "ci", .state = "failure", .event = "tag"},
                       seldom = {.workflow = "ci", .event = "tag"};
    assert_int_equal(page_of(r, &ci, 0, 10, &next), 3);
    assert_int_equal(next, 0);
    assert_int_equal(page_of(r, &backend, 0, 10, &next), 3);
    assert_int_equal(page_of(r, &backend, 0, 2, &next), 2);
    assert_int_equal(next, 10100);
    assert_int_equal(page_of(r, &tag, 0, 10, &next), 1);
    int pages = 1;
    while (page_of(r, &seldom, next, 10, &next) == 0) /* 1000 rows each */
        pages++;
    assert_int_equal(pages, 3);
    assert_int_equal(next, 0);
    reader_close(&r);
    desk_close(&d);
}

static void a_job_is_shown_alone_and_a_step_knows_its_newest_attempt(void **state)
{
    (void)state;
    struct desk d;
    struct err e = {0};
    AUTO(buf_free) struct buf text = {0};
    int64_t attempt;
    desk_open(&d);
    new_run(&d, 1000, 2);
    struct reader *r = desk_reader(&d);
    struct jdoc *run = run_document(&d, 1000), *doc = NULL;
    const struct jval *job = jval_item(jval_get(jdoc_root(run), "jobs"), 1);
    int64_t id, step;
    assert_true(id_parse(jval_str(jval_get(job, "id")), &id));
    assert_true(id_parse(jval_str(jval_get(jval_item(jval_get(job, "steps"), 0), "id")), &step));
    OK(read_job_json(r, id, &text, &e));
    OK(jdoc_parse(buf_view(&text), NULL, &doc, &e));
    assert_true(sv_eq(jval_str(jval_get(jdoc_root(doc), "run")), jval_str(jval_get(jdoc_root(run), "id"))));
    assert_int_equal(jval_len(jval_get(jdoc_root(doc), "steps")), jval_len(jval_get(job, "steps")));
    assert_int_equal(read_job_json(r, 1000, &text, &e), 1);
    assert_int_equal(read_newest_attempt(r, step, &attempt, &e), 1);
    jdoc_free(&doc);
    jdoc_free(&run);
    reader_close(&r);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_has_what_its_filters_want_and_says_where_the_next_begins),
        cmocka_unit_test(a_page_looks_at_so_many_rows_and_no_more),
        cmocka_unit_test(a_commit_a_branch_and_a_repository_with_a_workflow_lead_to_their_runs),
        cmocka_unit_test(a_workflow_and_a_repository_lead_to_what_ended_so),
        cmocka_unit_test(a_job_is_shown_alone_and_a_step_knows_its_newest_attempt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
