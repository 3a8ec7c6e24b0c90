/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "handlers/forge/gitlab/gitlab.h"
#include "unit/handlers/talk_script.h"

#define SHA "6dcb09b5b57875f334f61aebed695e2e4193db5e"
#define PROJECT "/api/v4/projects/acme%2Fweb%2Ffrontend"
#define STATUSES "POST " PROJECT "/statuses/" SHA
#define LOOK "GET " PROJECT "/repository/commits/" SHA "/statuses?per_page=100&name=ci%2FBuild"
#define LIST "GET " PROJECT "/issues?state=all&order_by=created_at&sort=desc&per_page=100"
#define CREATE "POST " PROJECT "/issues"
#define UPDATE(n) "PUT " PROJECT "/issues/" #n
#define MARK "<!-- fettle:fp=0123456789abcdefghjkmnpqrs -->"

static const struct effect running = {
    .kind = EFFECT_STATUS,
    .repo = "acme/web/frontend",
    .status = {.sha = SHA, .context = "ci/Build", .description = "on it", .state = STATUS_RUNNING,
               .ref = "refs/heads/feat/x", .target_url = "https://ci.example.com/runs/1"},
};
static const struct effect fork_change = {
    .kind = EFFECT_STATUS,
    .repo = "acme/web/frontend",
    .status = {.sha = SHA, .context = "ci/Build", .description = "", .state = STATUS_FAILED,
               .ref = "refs/heads/fix", .change = 12, .head_repo = "gitlab:mallory/frontend"},
};
static const struct effect skipped = {
    .kind = EFFECT_STATUS,
    .repo = "acme/web/frontend",
    .status = {.sha = SHA, .context = "ci/Build", .description = "", .state = STATUS_SKIPPED},
};
static const char *labels[] = {"automation", "a,b"};
static const struct effect issue = {
    .kind = EFFECT_ISSUE,
    .repo = "acme/web/frontend",
    .issue = {.title = "Build broke", .body = "/close\nsee @team", .marker = MARK, .labels = labels, .n_labels = 2},
};

static void each_state_has_its_word_at_gitlab(void **state)
{
    (void)state;
    static const char *const want[STATUS_STATE_N] = {
        [STATUS_QUEUED] = "pending",     [STATUS_RUNNING] = "running", [STATUS_SUCCESS] = "success",
        [STATUS_FAILED] = "failed",      [STATUS_ERROR] = "failed",    [STATUS_TIMED_OUT] = "failed",
        [STATUS_CANCELLED] = "canceled", [STATUS_SKIPPED] = "skipped",
    };
    for (size_t i = 0; i < STATUS_STATE_N; i++) {
        struct effect x = running;
        char body[96];
        x.status.state = (enum status_state)i;
        snprintf(body, sizeof body, "{\"state\":\"%s\",\"name\":\"ci/Build\",\"ref\":\"feat/x\",", want[i]);
        hold(gitlab_talk, &(struct conversation){"a state", &x, .say = {{STATUSES, body, 201, "{\"id\":93}"}},
                                                 .end = TALK_SENT, .id = "93"});
    }
}

static void an_answer_to_a_status_is_judged_by_the_table(void **state)
{
    (void)state;
#define POST STATUSES, "\"state\":\"running\""
#define CANNOT "{\"message\":{\"status\":[\"Cannot transition status via :run from :running (Reason(s): x)\"]}}"
    static const struct conversation rows[] = {
        {"the same state again", &running, .say = {{POST, 400, CANNOT}}, .end = TALK_SENT},
        {"the same state again, as text", &running,
         .say = {{POST, 400, "{\"message\":\"Cannot transition status via :enqueue from :running\"}"}},
         .end = TALK_SENT},
        {"another 400", &running, .say = {{POST, 400, "{\"error\":\"state is missing\"}"}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"somebody else posts", &running, .say = {{POST, 409, "{\"message\":\"Another update\"}"}},
         .end = TALK_RETRY, .cls = ERR_CONFLICT},
        {"429 in plain text", &running,
         .say = {{POST, 429, "Retry later\n", .retry_after = "33", .remaining = "200"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 33000},
        {"429 without a word", &running, .say = {{POST, 429, ""}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 60000},
        {"not our project", &running, .say = {{POST, 404, "{\"message\":\"404 Project Not Found\"}"}},
         .end = TALK_DEAD, .cls = ERR_MISSING},
        {"an unreadable 201", &running, .say = {{POST, 201, "<html>"}}, .end = TALK_SENT},
        {"a fork: the target's own pipeline", &fork_change,
         .say = {{STATUSES, "\"ref\":\"refs/merge-requests/12/head\"", 201, "{}"}}, .end = TALK_SENT},
        {"a fork: the source project", &fork_change,
         .say = {{STATUSES, "\"ref\":\"refs/merge-requests/12/head\"", 404,
                  "{\"message\":\"404 References for commit Not Found\"}"},
                 {"POST /api/v4/projects/mallory%2Ffrontend/statuses/" SHA, "\"ref\":\"fix\"", 201, "{}"}},
         .end = TALK_SENT},
        {"a fork: nowhere", &fork_change,
         .say = {{STATUSES, "failed", 403, "{\"message\":\"403 Forbidden\"}"},
                 {"POST /api/v4/projects/mallory%2Ffrontend/statuses/" SHA, "failed", 403, "{}"}},
         .end = TALK_DEAD, .cls = ERR_DENIED},
        {"a fork: limited is not refused", &fork_change,
         .say = {{STATUSES, "failed", 403, "{}", .retry_after = "9"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 9000},
        {"an old instance without skipped", &skipped,
         .say = {{STATUSES, "\"state\":\"skipped\"", 400, "{\"error\":\"state does not have a valid value\"}"},
                 {STATUSES, "\"state\":\"success\"", 201, "{}"}},
         .end = TALK_SENT},
        {"no skipped and no success either", &skipped,
         .say = {{STATUSES, "\"state\":\"skipped\"", 400, "{\"error\":\"state does not have a valid value\"}"},
                 {STATUSES, "\"state\":\"success\"", 400, "{\"error\":\"state does not have a valid value\"}"}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"uncertain: it had arrived", &running, .look_first = true,
         .say = {{LOOK, NULL, 200,
                  "[{\"name\":\"ci/Build\",\"status\":\"running\",\"target_url\":\"https://ci.example.com/runs/1\"}]"}},
         .end = TALK_SENT},
        {"uncertain: an older run's", &running, .look_first = true,
         .say = {{LOOK, NULL, 200,
                  "[{\"name\":\"ci/Build\",\"status\":\"running\",\"target_url\":\"https://ci.example.com/runs/0\"}]"},
                 {POST, 201, "{}"}},
         .end = TALK_SENT},
        {"uncertain: it had not", &running, .look_first = true,
         .say = {{LOOK, NULL, 200, "[{\"name\":\"ci/Build\",\"status\":\"pending\",\"target_url\":null}]"},
                 {POST, 201, "{}"}},
         .end = TALK_SENT},
        {"uncertain: not allowed to look", &running, .look_first = true,
         .say = {{LOOK, NULL, 403, "{}"}, {POST, 201, "{}"}}, .end = TALK_SENT},
        {"uncertain: a garbled look", &running, .look_first = true,
         .say = {{LOOK, NULL, 200, "[{"}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"uncertain: the look is limited", &running, .look_first = true,
         .say = {{LOOK, NULL, 429, "", .retry_after = "4"}}, .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 4000},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitlab_talk, &rows[i]);
}

#define RUN(n) "https://ci.example.com/runs/" #n
#define AT(id, pipeline, state, url)                                                                                   \
    "{\"id\":" #id ",\"pipeline_id\":" #pipeline ",\"name\":\"ci/Build\",\"status\":\"" state "\","                        \
    "\"target_url\":\"" url "\"}"
#define END STATUSES, "\"target_url\":\"" RUN(1) "\"}"
#define END_AT(pipeline) STATUSES, "\"target_url\":\"" RUN(1) "\",\"pipeline_id\":" #pipeline "}"

/* A pipeline that came in between is the newest of the commit: the end would land there, and the beginning stay. */
static void what_was_begun_is_ended_in_its_pipeline(void **state)
{
    (void)state;
    struct effect over = running, fork = fork_change;
    over.seq = fork.seq = 2;
    over.status.state = STATUS_SUCCESS;
    const struct conversation rows[] = {
        {"the pipeline of the beginning", &over,
         .say = {{LOOK, NULL, 200, "[" AT(5, 7, "running", RUN(1)) "," AT(6, 9, "running", RUN(0)) "]"},
                 {END_AT(7), 201, "{\"id\":5}"}},
         .end = TALK_SENT, .id = "5"},
        {"the newest of several", &over,
         .say = {{LOOK, NULL, 200, "[" AT(6, 8, "pending", RUN(1)) "," AT(5, 7, "running", RUN(1)) ",7,null]"},
                 {END_AT(8), 201, "{}"}},
         .end = TALK_SENT},
        {"what is over does not move", &over,
         .say = {{LOOK, NULL, 200, "[" AT(5, 7, "failed", RUN(1)) "]"}, {END, 201, "{}"}}, .end = TALK_SENT},
        {"the same state of before is no reason to be silent", &over,
         .say = {{LOOK, NULL, 200, "[" AT(5, 7, "success", RUN(1)) "]"}, {END, 201, "{}"}}, .end = TALK_SENT},
        {"nothing there", &over, .say = {{LOOK, NULL, 200, "[]"}, {END, 201, "{}"}}, .end = TALK_SENT},
        {"no number of a pipeline", &over,
         .say = {{LOOK, NULL, 200, "[" AT(5, 0, "running", RUN(1)) "," AT(6, "7", "running", RUN(1)) "]"},
                 {END, 201, "{}"}},
         .end = TALK_SENT},
        {"not allowed to look", &over, .say = {{LOOK, NULL, 403, "{}"}, {END, 201, "{}"}}, .end = TALK_SENT},
        {"the look is limited", &over, .say = {{LOOK, NULL, 429, "", .retry_after = "4"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 4000},
        {"the look is lost", &over, .say = {{LOOK, NULL, 0, .maybe_sent = true}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"that pipeline is gone", &over,
         .say = {{LOOK, NULL, 200, "[" AT(5, 7, "running", RUN(1)) "]"},
                 {END_AT(7), 404, "{\"message\":\"404 Pipeline Not Found\"}"},
                 {END, 201, "{}"}},
         .end = TALK_SENT},
        {"uncertain, and still running", &over, .look_first = true,
         .say = {{LOOK, NULL, 200, "[" AT(5, 7, "running", RUN(1)) "]"}, {END_AT(7), 201, "{}"}}, .end = TALK_SENT},
        {"uncertain, and it had arrived", &over, .look_first = true,
         .say = {{LOOK, NULL, 200, "[" AT(5, 7, "success", RUN(1)) "]"}}, .end = TALK_SENT},
        {"a fork: its own project has other pipelines", &fork,
         .say = {{LOOK, NULL, 404, "{}"},
                 {STATUSES, "\"ref\":\"refs/merge-requests/12/head\"", 404, "{}"},
                 {"POST /api/v4/projects/mallory%2Ffrontend/statuses/" SHA, "\"description\":\"\"}", 201, "{}"}},
         .end = TALK_SENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitlab_talk, &rows[i]);
    hold_with_broken_answers(gitlab_talk, &over, 200, "[" AT(5, 7, "running", RUN(1)) "]");
}

static void fields_are_cut_to_what_gitlab_takes(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf text = {0}, want = {0};
    for (int i = 0; i < 300; i++)
        buf_chr(&text, 'a');
    buf_fmt(&want, "\"description\":\"%.254s\xe2\x80\xa6\"}", text.p);
    struct effect x = running;
    x.status.description = x.status.target_url = text.p; /* a cut address is none: the body ends with the text */
    hold(gitlab_talk, &(struct conversation){"cut", &x, .say = {{STATUSES, want.p, 201, "{}"}}, .end = TALK_SENT});
}

#define FOUND(n, s)                                                                                                    \
    "{\"iid\":" #n ",\"id\":900" #n ",\"state\":\"" s "\",\"web_url\":\"w" #n "\",\"description\":\"x\\n" MARK "\"}"
#define TEXTS                                                                                                          \
    "\"title\":\"Build broke\",\"description\":\"\xe2\x80\x8b/close\\nsee @\xe2\x80\x8bteam\\n\\n" MARK "\""

static void an_issue_is_opened_or_updated_once(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"none there: created", &issue,
         .say = {{LIST, NULL, 200, "[]"},
                 {CREATE, TEXTS ",\"labels\":[\"automation\",\"a b\"]}", 201, "{\"id\":8000,\"iid\":3,\"web_url\":\"w\"}"}},
         .end = TALK_SENT, .id = "3", .url = "w"},
        {"known and open: updated", &issue, .known_id = "3",
         .say = {{UPDATE(3), TEXTS ",\"add_labels\":[\"automation\",\"a b\"]}", 200, FOUND(3, "opened")}},
         .end = TALK_SENT, .id = "3", .url = "w3"},
        {"known and closed: opened again", &issue, .known_id = "3",
         .say = {{UPDATE(3), TEXTS, 200, FOUND(3, "closed")},
                 {UPDATE(3), "{\"state_event\":\"reopen\"}", 200, FOUND(3, "opened")}},
         .end = TALK_SENT, .id = "3"},
        {"found on the second page, the oldest", &issue,
         .say = {{LIST, NULL, 200, "[" FOUND(9, "opened") "]",
                  .link = "<https://gitlab.example.com/api/v4/projects/1/issues?page=2&per_page=100>; rel=\"next\""},
                 {"GET /api/v4/projects/1/issues?page=2&per_page=100", NULL, 200, "[" FOUND(4, "opened") "]"},
                 {UPDATE(4), MARK, 200, FOUND(4, "opened")}},
         .end = TALK_SENT, .id = "4", .url = "w4"},
        {"deleted: looked for, created", &issue, .known_id = "3",
         .say = {{UPDATE(3), MARK, 404, "{}"}, {LIST, NULL, 200, "[]"}, {CREATE, MARK, 201, "{\"iid\":5}"}},
         .end = TALK_SENT, .id = "5"},
        {"a 5xx to the creation", &issue, .say = {{LIST, NULL, 200, "[]"}, {CREATE, MARK, 500, ""}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"a lost answer to the creation", &issue,
         .say = {{LIST, NULL, 200, "[]"}, {CREATE, MARK, 0, .maybe_sent = true}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"limited by the application", &issue,
         .say = {{LIST, NULL, 200, "[]"}, {CREATE, MARK, 429, "Retry later", .remaining = "1999"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 60000},
        {"an error page instead of a list", &issue, .say = {{LIST, NULL, 200, "<html>"}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"moved project", &issue,
         .say = {{LIST, NULL, 301, "", .location = "https://gitlab.example.com/api/v4/projects/77/issues?state=all"},
                 {"GET /api/v4/projects/77/issues?state=all", NULL, 200, "[]"},
                 {CREATE, MARK, 201, "{\"iid\":5}"}},
         .end = TALK_SENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitlab_talk, &rows[i]);
}

#define OPEN "GET /api/v4/projects/acme%2Fweb%2Ffrontend/issues?state=opened&order_by=created_at&sort=desc&per_page=100"
#define GET(n) "GET /api/v4/projects/acme%2Fweb%2Ffrontend/issues/" #n
#define CLOSING TEXTS ",\"add_labels\":[\"automation\",\"a b\"],\"state_event\":\"close\"}"

static void an_issue_is_closed_with_its_last_word_if_it_is_open(void **state)
{
    (void)state;
    struct effect x = issue;
    x.issue.close = true;
    const struct conversation rows[] = {
        {"known and open", &x, .known_id = "3",
         .say = {{GET(3), NULL, 200, FOUND(3, "opened")}, {UPDATE(3), CLOSING, 200, FOUND(3, "closed")}},
         .end = TALK_SENT, .id = "3"},
        {"known, and closed by somebody", &x, .known_id = "3", .say = {{GET(3), NULL, 200, FOUND(3, "closed")}},
         .end = TALK_SENT, .id = "3"},
        {"known, and deleted", &x, .known_id = "3",
         .say = {{GET(3), NULL, 404, "{}"}, {OPEN, NULL, 200, "[]"}}, .end = TALK_SENT},
        {"unknown, and open", &x,
         .say = {{OPEN, NULL, 200, "[" FOUND(4, "opened") "]"}, {UPDATE(4), CLOSING, 200, FOUND(4, "closed")}},
         .end = TALK_SENT, .id = "4"},
        {"unknown, on the second page", &x,
         .say = {{OPEN, NULL, 200, "[]", .link = "<https://g/api/v4/projects/1/issues?page=2>; rel=\"next\""},
                 {"GET /api/v4/projects/1/issues?page=2", NULL, 200, "[" FOUND(4, "opened") "]"},
                 {UPDATE(4), CLOSING, 200, FOUND(4, "closed")}},
         .end = TALK_SENT},
        {"none open: nothing is done", &x, .say = {{OPEN, NULL, 200, "[]"}}, .end = TALK_SENT},
        {"a lost answer", &x, .known_id = "3",
         .say = {{GET(3), NULL, 200, FOUND(3, "opened")}, {UPDATE(3), CLOSING, 0, .maybe_sent = true}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"garbled", &x, .known_id = "3", .say = {{GET(3), NULL, 200, "{"}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitlab_talk, &rows[i]);
    hold_with_broken_answers(gitlab_talk, &x, 200, "[" FOUND(8, "opened") "]");
}

static void broken_answers_always_end_the_conversation(void **state)
{
    (void)state;
    hold_with_broken_answers(gitlab_talk, &issue, 200, "[" FOUND(8, "closed") "]");
    hold_with_broken_answers(gitlab_talk, &running, 400, CANNOT);
}

static void addresses_and_credentials_have_gitlabs_form(void **state)
{
    (void)state;
    static const struct {
        const char *base, *want;
    } rows[] = {
        {"https://gitlab.example.com", "https://gitlab.example.com/a/b/c.git"},
        {"https://example.com/gitlab", "https://example.com/gitlab/a/b/c.git"},
        {"https://gitlab.example.com/api/v4", "https://gitlab.example.com/a/b/c.git"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf out = {0};
        gitlab_clone_url(sv_of(rows[i].base), SV("a/b/c"), &out);
        assert_string_equal(out.p, rows[i].want);
    }
    AUTO(buf_free) struct buf out = {0};
    gitlab_authorize(SV("glpat-x"), &out);
    assert_string_equal(out.p, "PRIVATE-TOKEN: glpat-x");
}

static void people_are_led_to_its_pages(void **state)
{
    (void)state;
    static const char *const want[] = {
        [PAGE_REPOSITORY] = "https://gitlab.example.com/a/b/c",
        [PAGE_COMMIT] = "https://gitlab.example.com/a/b/c/-/commit/12",
        [PAGE_CHANGE] = "https://gitlab.example.com/a/b/c/-/merge_requests/12",
    };
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        AUTO(buf_free) struct buf out = {0};
        gitlab_page_url(SV("https://gitlab.example.com/api/v4"), SV("a/b/c"), (enum forge_page)i, SV("12"), &out);
        assert_string_equal(out.p, want[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_state_has_its_word_at_gitlab),
        cmocka_unit_test(an_answer_to_a_status_is_judged_by_the_table),
        cmocka_unit_test(what_was_begun_is_ended_in_its_pipeline),
        cmocka_unit_test(fields_are_cut_to_what_gitlab_takes),
        cmocka_unit_test(an_issue_is_opened_or_updated_once),
        cmocka_unit_test(an_issue_is_closed_with_its_last_word_if_it_is_open),
        cmocka_unit_test(broken_answers_always_end_the_conversation),
        cmocka_unit_test(addresses_and_credentials_have_gitlabs_form),
        cmocka_unit_test(people_are_led_to_its_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
