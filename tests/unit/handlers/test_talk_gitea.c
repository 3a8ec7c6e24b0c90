/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "handlers/forge/gitea/gitea.h"
#include "unit/handlers/talk_script.h"

#define SHA "6dcb09b5b57875f334f61aebed695e2e4193db5e"
#define REPO "/api/v1/repos/acme/backend"
#define STATUSES "POST " REPO "/statuses/" SHA
#define LIST(page) "GET " REPO "/issues?state=all&type=issues&limit=50&page=" #page
#define LABELS(page) "GET " REPO "/labels?limit=50&page=" #page
#define CREATE "POST " REPO "/issues"
#define UPDATE(n) "PATCH " REPO "/issues/" #n
#define MARK "<!-- fettle:fp=0123456789abcdefghjkmnpqrs -->"

static const struct effect success = {
    .kind = EFFECT_STATUS,
    .repo = "acme/backend",
    .status = {.sha = SHA, .context = "CI/Build", .description = "all good", .state = STATUS_SUCCESS},
};
static const char *labels[] = {"automation", "bug"};
static const struct effect issue = {
    .kind = EFFECT_ISSUE,
    .repo = "acme/backend",
    .issue = {.title = "Build broke", .body = "see log", .marker = MARK, .labels = labels, .n_labels = 2},
};
static const struct effect plain = {
    .kind = EFFECT_ISSUE, .repo = "acme/backend", .issue = {.title = "t", .body = "b", .marker = MARK}};

static void each_state_has_its_word_at_gitea(void **state)
{
    (void)state;
    static const char *const want[STATUS_STATE_N] = {
        [STATUS_QUEUED] = "pending", [STATUS_RUNNING] = "pending", [STATUS_SUCCESS] = "success",
        [STATUS_FAILED] = "failure", [STATUS_ERROR] = "error",     [STATUS_TIMED_OUT] = "error",
        [STATUS_CANCELLED] = "error", [STATUS_SKIPPED] = "success",
    };
    for (size_t i = 0; i < STATUS_STATE_N; i++) {
        struct effect x = success;
        char body[96];
        x.status.state = (enum status_state)i;
        snprintf(body, sizeof body, "{\"state\":\"%s\",\"context\":\"CI/Build\",\"description\":\"all good\"}",
                 want[i]);
        hold(gitea_talk, &(struct conversation){"a state", &x, .say = {{STATUSES, body, 201, "{\"id\":5}"}},
                                                .end = TALK_SENT, .id = "5"});
    }
}

static void an_answer_to_a_status_is_judged_by_the_table(void **state)
{
    (void)state;
#define POST STATUSES, "\"state\":\"success\""
    static const struct conversation rows[] = {
        {"unknown commit", &success, .say = {{POST, 404, "{\"message\":\"not found\"}"}},
         .end = TALK_DEAD, .cls = ERR_MISSING},
        {"not sent", &success, .say = {{POST, 0}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"maybe sent", &success, .say = {{POST, 0, .maybe_sent = true}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"a proxy's 502", &success, .say = {{POST, 502, "<html>"}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"bad token", &success, .say = {{POST, 401, "{\"message\":\"token is required\"}"}},
         .end = TALK_RETRY, .cls = ERR_DENIED},
        {"renamed", &success,
         .say = {{POST, 307, "", .location = "/api/v1/repos/acme/new/statuses/" SHA},
                 {"POST /api/v1/repos/acme/new/statuses/" SHA, "success", 201, "{}"}},
         .end = TALK_SENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitea_talk, &rows[i]);
}

#define LOOK "GET " REPO "/commits/" SHA "/statuses?sort=recentupdate&limit=50"
#define URL "https://ci.example.com/runs/1"
#define ROW(context, key, state, text, url)                                                                            \
    "{\"context\":\"" context "\",\"" key "\":\"" state "\",\"description\":\"" text "\",\"target_url\":\"" url "\"}"

static void an_uncertain_status_is_looked_for_before_it_is_repeated(void **state)
{
    (void)state;
    struct effect x = success;
    x.status.target_url = URL;
    const struct conversation rows[] = {
        {"it had arrived", &x, .look_first = true,
         .say = {{LOOK, NULL, 200, "[" ROW("CI/Build", "status", "success", "all good", URL) "]"}},
         .end = TALK_SENT},
        {"it had arrived, in the other word", &x, .look_first = true,
         .say = {{LOOK, NULL, 200, "[" ROW("CI/Build", "state", "success", "all good", URL) "]"}},
         .end = TALK_SENT},
        {"without an address", &success, .look_first = true,
         .say = {{LOOK, NULL, 200, "[" ROW("CI/Build", "status", "success", "all good", "") "]"}}, .end = TALK_SENT},
        {"another case is another context", &x, .look_first = true,
         .say = {{LOOK, NULL, 200, "[" ROW("ci/build", "status", "success", "all good", URL) "]"},
                 {POST, 201, "{}"}},
         .end = TALK_SENT},
        {"it had not", &x, .look_first = true, .say = {{LOOK, NULL, 200, "[]"}, {POST, 201, "{\"id\":5}"}},
         .end = TALK_SENT, .id = "5"},
        {"not allowed to look", &x, .look_first = true,
         .say = {{LOOK, NULL, 404, "{}"}, {POST, 201, "{}"}}, .end = TALK_SENT},
        {"a garbled list", &x, .look_first = true, .say = {{LOOK, NULL, 200, "[{"}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitea_talk, &rows[i]);
}

#define FOUND(n) "{\"number\":" #n ",\"html_url\":\"h" #n "\",\"body\":\"x\\n" MARK "\",\"pull_request\":null}"
#define TEXTS "\"title\":\"Build broke\",\"body\":\"see log\\n\\n" MARK "\""
#define BOTH "[{\"id\":31,\"name\":\"bug\"},{\"id\":32,\"name\":\"other\"},{\"id\":33,\"name\":\"automation\"}]"

static void an_issue_is_opened_or_updated_once(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"none there: labels become ids, created", &issue,
         .say = {{LIST(1), NULL, 200, "[]"},
                 {LABELS(1), NULL, 200, BOTH},
                 {CREATE, TEXTS ",\"labels\":[33,31]}", 201, "{\"number\":7,\"html_url\":\"h\"}"}},
         .end = TALK_SENT, .id = "7", .url = "h"},
        {"a label is made", &issue,
         .say = {{LIST(1), NULL, 200, "[]"},
                 {LABELS(1), NULL, 200, "[{\"id\":31,\"name\":\"bug\"}]"},
                 {LABELS(2), NULL, 200, "[]"},
                 {"POST " REPO "/labels", "{\"name\":\"automation\",\"color\":\"#ededed\"}", 201,
                  "{\"id\":40,\"name\":\"automation\"}"},
                 {CREATE, "\"labels\":[40,31]}", 201, "{\"number\":7}"}},
         .end = TALK_SENT},
        {"a label that may not be made is left out", &issue,
         .say = {{LIST(1), NULL, 200, "[]"},
                 {LABELS(1), NULL, 200, "[{\"id\":31,\"name\":\"bug\"}]"},
                 {LABELS(2), NULL, 200, "[]"},
                 {"POST " REPO "/labels", "automation", 403, "{}"},
                 {CREATE, "\"labels\":[31]}", 201, "{\"number\":7}"}},
         .end = TALK_SENT},
        {"labels that may not be read are left out", &issue,
         .say = {{LIST(1), NULL, 200, "[]"}, {LABELS(1), NULL, 404, "{}"},
                 {CREATE, "\"labels\":[]}", 201, "{\"number\":7}"}},
         .end = TALK_SENT},
        {"making a label is tried again later", &issue,
         .say = {{LIST(1), NULL, 200, "[]"}, {LABELS(1), NULL, 200, "[]"},
                 {"POST " REPO "/labels", "automation", 0, .maybe_sent = true}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"known: updated, labels there", &issue, .known_id = "7",
         .say = {{UPDATE(7), TEXTS ",\"state\":\"open\"}", 201,
                  "{\"number\":7,\"html_url\":\"h\",\"labels\":" BOTH "}"}},
         .end = TALK_SENT, .id = "7"},
        {"known: updated, labels added", &issue, .known_id = "7",
         .say = {{UPDATE(7), TEXTS, 201, "{\"number\":7,\"labels\":[]}"},
                 {LABELS(1), NULL, 200, BOTH},
                 {"POST " REPO "/issues/7/labels", "{\"labels\":[33,31]}", 200, "[]"}},
         .end = TALK_SENT, .id = "7"},
        {"found, counting pages to an empty one", &plain,
         .say = {{LIST(1), NULL, 200, "[" FOUND(9) "]"}, {LIST(2), NULL, 200, "[" FOUND(2) "]"},
                 {LIST(3), NULL, 200, "[]"}, {UPDATE(2), MARK, 201, "{\"number\":2}"}},
         .end = TALK_SENT, .id = "2", .url = "h2"},
        {"found, Link says it is the last page", &plain,
         .say = {{LIST(1), NULL, 200, "[" FOUND(9) "]", .link = "<https://g/api/v1/x?page=1>; rel=\"first\""},
                 {UPDATE(9), MARK, 201, "{\"number\":9}"}},
         .end = TALK_SENT, .id = "9"},
        {"gone: looked for, created", &plain, .known_id = "7",
         .say = {{UPDATE(7), MARK, 404, "{}"}, {LIST(1), NULL, 200, "[]"}, {CREATE, MARK, 201, "{\"number\":8}"}},
         .end = TALK_SENT, .id = "8"},
        {"a 5xx to the creation", &plain, .say = {{LIST(1), NULL, 200, "[]"}, {CREATE, MARK, 500, ""}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"a lost answer to the creation", &plain,
         .say = {{LIST(1), NULL, 200, "[]"}, {CREATE, MARK, 0, .maybe_sent = true}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"and then it is there", &plain, .look_first = true,
         .say = {{LIST(1), NULL, 200, "[" FOUND(9) "]"}, {LIST(2), NULL, 200, "[]"},
                 {UPDATE(9), MARK, 201, "{\"number\":9}"}},
         .end = TALK_SENT, .id = "9"},
        {"an unreadable list", &plain, .say = {{LIST(1), NULL, 200, "{}"}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"unreadable labels", &issue, .say = {{LIST(1), NULL, 200, "[]"}, {LABELS(1), NULL, 200, "["}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitea_talk, &rows[i]);
}

#define OPEN(page) "GET " REPO "/issues?state=open&type=issues&limit=50&page=" #page
#define GET(n) "GET " REPO "/issues/" #n
#define STATE(n, s) "{\"number\":" #n ",\"state\":\"" s "\",\"labels\":[]}"

static void an_issue_is_closed_with_its_last_word_if_it_is_open(void **state)
{
    (void)state;
    struct effect x = issue;
    x.issue.close = true;
    const struct conversation rows[] = {
        {"known and open", &x, .known_id = "7",
         .say = {{GET(7), NULL, 200, STATE(7, "open")},
                 {UPDATE(7), TEXTS ",\"state\":\"closed\"}", 201, STATE(7, "closed")}},
         .end = TALK_SENT, .id = "7"},
        {"known, and closed by somebody", &x, .known_id = "7", .say = {{GET(7), NULL, 200, STATE(7, "closed")}},
         .end = TALK_SENT},
        {"known, and deleted", &x, .known_id = "7", .say = {{GET(7), NULL, 404, "{}"}, {OPEN(1), NULL, 200, "[]"}},
         .end = TALK_SENT},
        {"unknown, and open", &x,
         .say = {{OPEN(1), NULL, 200, "[" FOUND(9) "]"}, {OPEN(2), NULL, 200, "[]"},
                 {UPDATE(9), "\"state\":\"closed\"", 201, STATE(9, "closed")}},
         .end = TALK_SENT, .id = "9"},
        {"none open: nothing is done", &x, .say = {{OPEN(1), NULL, 200, "[]"}}, .end = TALK_SENT},
        {"a lost answer", &x, .known_id = "7",
         .say = {{GET(7), NULL, 200, STATE(7, "open")}, {UPDATE(7), "closed", 0, .maybe_sent = true}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"garbled", &x, .known_id = "7", .say = {{GET(7), NULL, 200, "[]"}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitea_talk, &rows[i]);
    hold_with_broken_answers(gitea_talk, &x, 200, "[" FOUND(8) "]");
}

static void broken_answers_always_end_the_conversation(void **state)
{
    (void)state;
    hold_with_broken_answers(gitea_talk, &issue, 200, "[" FOUND(8) "]");
    hold_with_broken_answers(gitea_talk, &issue, 200, BOTH);
    hold_with_broken_answers(gitea_talk, &success, 404, "{\"message\":\"\xe2\x98\x95\"}");
}

static void addresses_and_credentials_have_giteas_form(void **state)
{
    (void)state;
    static const struct {
        const char *base, *want;
    } rows[] = {
        {"https://gitea.example.com", "https://gitea.example.com/acme/x.git"},
        {"https://gitea.example.com/api/v1", "https://gitea.example.com/acme/x.git"},
        {"https://example.com/git", "https://example.com/git/acme/x.git"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf out = {0};
        gitea_clone_url(sv_of(rows[i].base), SV("acme/x"), &out);
        assert_string_equal(out.p, rows[i].want);
    }
    AUTO(buf_free) struct buf out = {0};
    gitea_authorize(SV("abc"), &out);
    assert_string_equal(out.p, "Authorization: token abc");
}

static void people_are_led_to_its_pages(void **state)
{
    (void)state;
    static const char *const want[] = {
        [PAGE_REPOSITORY] = "https://gitea.example.com/acme/x",
        [PAGE_COMMIT] = "https://gitea.example.com/acme/x/commit/12",
        [PAGE_CHANGE] = "https://gitea.example.com/acme/x/pulls/12",
    };
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        AUTO(buf_free) struct buf out = {0};
        gitea_page_url(SV("https://gitea.example.com"), SV("acme/x"), (enum forge_page)i, SV("12"), &out);
        assert_string_equal(out.p, want[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_state_has_its_word_at_gitea),
        cmocka_unit_test(an_answer_to_a_status_is_judged_by_the_table),
        cmocka_unit_test(an_uncertain_status_is_looked_for_before_it_is_repeated),
        cmocka_unit_test(an_issue_is_opened_or_updated_once),
        cmocka_unit_test(an_issue_is_closed_with_its_last_word_if_it_is_open),
        cmocka_unit_test(broken_answers_always_end_the_conversation),
        cmocka_unit_test(addresses_and_credentials_have_giteas_form),
        cmocka_unit_test(people_are_led_to_its_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
