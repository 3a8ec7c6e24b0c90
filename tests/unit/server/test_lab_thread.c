/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated GitLab and Gitea where they are written to beneath issues and changes: what is taken, and with which
 * words it is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "server/lab/call.h"

struct row {
    const char *method, *path, *body;
    int status;
    const char *has; /* a part of the answer; "" = it is empty, NULL = not looked at */
};

static void run(struct lab_world *w, enum lab_forge forge, const struct row *row)
{
    struct arena arena = {0};
    struct err e = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    if (row->body && jdoc_parse(sv_of(row->body), NULL, &doc, &e) < 0)
        fail_msg("%s is no JSON: %s", row->body, e.msg);
    struct lab_call c = {.world = w, .forge = forge, .method = sv_of(row->method), .path = sv_of(row->path),
                         .base = SV("http://lab"), .body = jdoc_root(doc), .now = 1700000000000, .arena = &arena};
    call_parse(&c);
    call_run(&c);
    buf_chr(&c.out, 0);
    bool fits = !row->has || (row->has[0] ? strstr(c.out.p, row->has) != NULL : c.out.p[0] == 0);
    if (c.status != row->status || !fits)
        fail_msg("%s %s %s: %d %s", row->method, row->path, row->body ? row->body : "", c.status, c.out.p);
    call_free(&c);
    arena_free(&arena);
}

static void run_all(enum lab_forge forge, const struct row *rows, size_t n, const char *state_has)
{
    struct lab_world w = {0};
    AUTO(buf_free) struct buf out = {0};
    for (size_t i = 0; i < n; i++)
        run(&w, forge, &rows[i]);
    world_state(&w, &out);
    if (sv_find(buf_view(&out), sv_of(state_has)) < 0)
        fail_msg("%s is not in %s", state_has, out.p);
    world_free(&w);
}

#define GL "/api/v4/projects/acme%2Fweb"
#define GT "/api/v1/repos/acme/docs"
#define OPEN "{\"source_branch\":\"up\",\"target_branch\":\"main\",\"title\":\"Up\"}"

static void gitlab_carries_out_what_begins_with_a_slash(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"POST", GL "/issues", "{\"title\":\"t\"}", 201, "\"iid\":1"},
        {"POST", GL "/issues/1/notes", "{\"body\":\"well\\n/close\\nso\"}", 201, "\"body\":\"well\\nso\""},
        {"GET", GL "/issues/1", NULL, 200, "\"state\":\"closed\""},
        {"POST", GL "/issues/1/notes", "{\"body\":\"/reopen\"}", 202, "commands_changes"},
        {"GET", GL "/issues/1", NULL, 200, "\"state\":\"opened\""},
        {"POST", GL "/issues/1/notes", "{\"body\":\"```\\n/close\\n```\"}", 201, "/close"},
        {"POST", GL "/issues/1/notes", "{\"body\":\"/tmp is full\"}", 201, "/tmp is full"},
        {"POST", GL "/issues/1/notes", "{}", 400, "body is missing"},
        {"POST", GL "/issues/1/notes", "{\"body\":\" \"}", 400, "can't be blank"},
        {"GET", GL "/issues/1/notes?sort=asc&per_page=1", NULL, 200, "\"id\":1"},
        {"GET", GL "/issues/1/notes?per_page=1", NULL, 200, "\"id\":3"},
        {"PUT", GL "/issues/1/notes/1", "{\"body\":\"better\"}", 200, "\"body\":\"better\""},
        {"PUT", GL "/issues/1/notes/1", "{\"body\":\"\"}", 400, "body is empty"},
        {"DELETE", GL "/issues/1/notes/2", NULL, 204, ""},
        {"DELETE", GL "/issues/1/notes/2", NULL, 404, "Note Not Found"},
        {"GET", GL "/merge_requests/1/notes", NULL, 404, "404 Not found"},
        {"POST", GL "/merge_requests", OPEN, 201, "\"iid\":1"},
        {"GET", GL "/merge_requests/1/notes/1", NULL, 404, "Note Not Found"},
    };
    run_all(LAB_GITLAB, rows, ARRAY_LEN(rows), "\"at\":\"issue\",\"number\":1,\"id\":1,\"author\":\"lab-bot\",\"body\":\"better\",\"edits\":1");
}

static void gitlab_opens_one_merge_request_of_two_branches_and_merges_what_is_named(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"POST", GL "/merge_requests", "{\"source_branch\":\"up\",\"title\":\"Up\"}", 400, "target_branch is missing"},
        {"POST", GL "/merge_requests",
         "{\"source_branch\":\"up\",\"target_branch\":\"main\",\"title\":\"Draft: Up\",\"labels\":[\"a\",\"b,c\"]}", 201,
         "\"labels\":[\"a\",\"b\",\"c\"]"},
        {"POST", GL "/merge_requests", OPEN, 409, "already exists for this source branch: !1"},
        {"PUT", GL "/merge_requests/1", "{}", 400, "at least one parameter"},
        {"PUT", GL "/merge_requests/1/merge", "{}", 405, "405 Method Not Allowed"},
        {"PUT", GL "/merge_requests/1", "{\"title\":\"Up\",\"remove_labels\":[\"b\"],\"add_labels\":\"d\"}", 200,
         "\"labels\":[\"a\",\"c\",\"d\"]"},
        {"PUT", GL "/merge_requests/1/merge", "{\"sha\":\"6dcb09b\"}", 409, "SHA does not match HEAD"},
        {"PUT", GL "/merge_requests/1/merge", "{}", 200, "\"state\":\"merged\""},
        {"PUT", GL "/merge_requests/1/merge", "{}", 405, NULL},
        {"PUT", GL "/merge_requests/9/merge", "{}", 404, NULL},
        {"POST", GL "/merge_requests", OPEN, 201, "\"iid\":2"},
    };
    run_all(LAB_GITLAB, rows, ARRAY_LEN(rows), "\"state\":\"merged\"");
}

static void gitlab_keeps_the_variables_of_a_pipeline(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"POST", GL "/pipeline", "{}", 400, "ref is missing"},
        {"POST", GL "/pipeline", "{\"ref\":\"main\",\"variables\":[{\"key\":\"A\",\"value\":\"1\"},{\"key\":\"A\",\"value\":\"2\"}]}",
         400, "Duplicate variable name(s): A"},
        {"POST", GL "/pipeline", "{\"ref\":\"main\",\"variables\":[{\"key\":\"A\",\"value\":\"1\"}]}", 201, "\"id\":1"},
        {"POST", GL "/pipeline", "{\"ref\":\"next\"}", 201, "\"id\":2"},
        {"GET", GL "/pipelines?ref=main&source=api", NULL, 200, "[{\"id\":1,"},
        {"GET", GL "/pipelines?per_page=1", NULL, 200, "[{\"id\":2,"},
        {"GET", GL "/pipelines/1/variables", NULL, 200, "\"key\":\"A\",\"value\":\"1\""},
        {"GET", GL "/pipelines/2/variables", NULL, 200, "[]"},
        {"GET", GL "/pipelines/3/variables", NULL, 404, NULL},
    };
    run_all(LAB_GITLAB, rows, ARRAY_LEN(rows), "\"ref\":\"main\",\"inputs\":[{\"key\":\"A\",\"value\":\"1\"}]");
}

static void gitea_lists_comments_without_pages(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"POST", GT "/issues", "{\"title\":\"t\"}", 201, "\"number\":1"},
        {"POST", GT "/issues/1/comments", "{\"body\":\"/close\"}", 201, "\"body\":\"/close\""},
        {"POST", GT "/issues/1/comments", "{\"body\":\"two\"}", 201, "issuecomment-2"},
        {"POST", GT "/issues/1/comments", "{}", 422, "[Body]: Required"},
        {"GET", GT "/issues/1/comments?limit=1", NULL, 200, "\"id\":2"},
        {"PATCH", GT "/issues/comments/2", "{\"body\":\"three\"}", 200, "three"},
        {"DELETE", GT "/issues/comments/1", NULL, 204, ""},
        {"DELETE", GT "/issues/comments/1", NULL, 404, NULL},
        {"GET", GT "/issues/2/comments", NULL, 404, NULL},
        {"POST", GT "/labels", "{\"name\":\"bug\",\"color\":\"#ededed\"}", 201, "\"id\":1"},
        {"POST", GT "/issues/1/labels", "{\"labels\":[1]}", 200, "bug"},
        {"DELETE", GT "/issues/1/labels/9", NULL, 422, "label does not exist"},
        {"DELETE", GT "/issues/1/labels/1", NULL, 204, ""},
        {"GET", GT "/issues/1/labels", NULL, 200, "[]"},
    };
    run_all(LAB_GITEA, rows, ARRAY_LEN(rows), "\"body\":\"three\",\"edits\":1");
}

static void gitea_says_405_of_nearly_every_merge_that_cannot_be(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"POST", GT "/pulls", "{\"head\":\"up\",\"base\":\"main\",\"title\":\"WIP: Up\",\"labels\":[\"bug\"]}", 422, "int64"},
        {"POST", GT "/pulls", "{\"head\":\"up\",\"base\":\"main\",\"title\":\"WIP: Up\"}", 201, "\"draft\":true"},
        {"POST", GT "/pulls", "{\"head\":\"up\",\"base\":\"main\",\"title\":\"Up\"}", 409, "already exists for these targets"},
        {"POST", GT "/pulls", "{\"head\":\"main\",\"base\":\"main\",\"title\":\"Up\"}", 422, NULL},
        {"POST", GT "/pulls/1/merge", "{\"Do\":\"merge\"}", 405, "Work in progress"},
        {"PATCH", GT "/pulls/1", "{\"title\":\"Up\"}", 201, "\"draft\":false"},
        {"POST", GT "/pulls/1/merge", "{}", 422, "[Do]: Required"},
        {"POST", GT "/pulls/1/merge", "{\"Do\":\"merge\",\"head_commit_id\":\"6dcb09b\"}", 409, "head out of date"},
        {"POST", GT "/pulls/1/merge", "{\"Do\":\"squash\"}", 200, ""},
        {"POST", GT "/pulls/1/merge", "{\"Do\":\"squash\"}", 405, NULL},
        {"PATCH", GT "/pulls/1", "{\"state\":\"open\"}", 412, "already merged"},
        {"POST", GT "/actions/workflows/ci.yml/dispatches", "{}", 422, "[Ref]: Required"},
        {"POST", GT "/actions/workflows/ci.yml/dispatches", "{\"ref\":\"main\",\"inputs\":{\"a\":\"1\"}}", 204, ""},
        {"POST", GT "/actions/workflows/ci.missing.yml/dispatches", "{\"ref\":\"main\"}", 404, NULL},
    };
    run_all(LAB_GITEA, rows, ARRAY_LEN(rows), "\"workflow\":\"ci.yml\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gitlab_carries_out_what_begins_with_a_slash),
        cmocka_unit_test(gitlab_opens_one_merge_request_of_two_branches_and_merges_what_is_named),
        cmocka_unit_test(gitlab_keeps_the_variables_of_a_pipeline),
        cmocka_unit_test(gitea_lists_comments_without_pages),
        cmocka_unit_test(gitea_says_405_of_nearly_every_merge_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
