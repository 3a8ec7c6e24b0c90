/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "handlers/forge/github/github.h"
#include "port/forge_app.h"
#include "port/look.h"
#include "port/missed.h"
#include "unit/handlers/talk_script.h"

#define SHA "6dcb09b5b57875f334f61aebed695e2e4193db5e"
#define STATUSES "POST /repos/acme/backend/statuses/" SHA
#define LIST "GET /repos/acme/backend/issues?state=all&sort=created&direction=desc&per_page=100"
#define CREATE "POST /repos/acme/backend/issues"
#define MARK "<!-- fettle:fp=0123456789abcdefghjkmnpqrs -->"
#define DATE "Mon, 23 Nov 2026 10:00:00 GMT" /* 1795428000 */

static const struct effect success = {
    .kind = EFFECT_STATUS,
    .repo = "acme/backend",
    .status = {.sha = SHA, .context = "CI/Build", .description = "all good", .state = STATUS_SUCCESS,
               .target_url = "https://ci.example.com/runs/1"},
};
static const char *labels[] = {"automation", "bug"};
static const struct effect issue = {
    .kind = EFFECT_ISSUE,
    .repo = "acme/backend",
    .issue = {.title = "Build broke", .body = "see log", .marker = MARK, .labels = labels, .n_labels = 2},
};
static const struct effect plain = {
    .kind = EFFECT_ISSUE, .repo = "acme/backend", .issue = {.title = "t", .body = "b", .marker = MARK}};

static void each_state_has_its_word_at_github(void **state)
{
    (void)state;
    static const char *const want[STATUS_STATE_N] = {
        [STATUS_QUEUED] = "pending", [STATUS_RUNNING] = "pending", [STATUS_SUCCESS] = "success",
        [STATUS_FAILED] = "failure", [STATUS_ERROR] = "error",     [STATUS_TIMED_OUT] = "error",
        [STATUS_CANCELLED] = "error", [STATUS_SKIPPED] = "success",
    };
    for (size_t i = 0; i < STATUS_STATE_N; i++) {
        struct effect x = success;
        char body[64];
        x.status.state = (enum status_state)i;
        snprintf(body, sizeof body, "{\"state\":\"%s\",\"context\":\"CI/Build\"", want[i]);
        hold(github_talk, &(struct conversation){"a state", &x, .say = {{STATUSES, body, 201, "{\"id\":5}"}},
                                                 .end = TALK_SENT, .id = "5"});
    }
}

static void an_answer_to_a_status_is_judged_by_the_table(void **state)
{
    (void)state;
#define POST STATUSES, "\"state\":\"success\""
    static const struct conversation rows[] = {
        {"unreadable answer", &success, .say = {{POST, 201, "{\"id\":"}}, .end = TALK_SENT, .id = ""},
        {"not sent", &success, .say = {{POST, 0}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"maybe sent", &success, .say = {{POST, 0, .maybe_sent = true}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"bad gateway", &success, .say = {{POST, 502, "<html>"}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"no commit yet", &success,
         .say = {{POST, 422, "{\"message\":\"No commit found for SHA: " SHA "\"}"}},
         .end = TALK_RETRY, .cls = ERR_MISSING},
        {"invalid", &success, .say = {{POST, 422, "{\"message\":\"Validation Failed\"}"}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"bad credentials", &success, .say = {{POST, 401, "{\"message\":\"Bad credentials\"}"}},
         .end = TALK_RETRY, .cls = ERR_DENIED},
        {"no permission", &success,
         .say = {{POST, 403, "{\"message\":\"Resource not accessible by integration\"}", .remaining = "4999"}},
         .end = TALK_DEAD, .cls = ERR_DENIED},
        {"not found", &success, .say = {{POST, 404, "{\"message\":\"Not Found\"}"}},
         .end = TALK_DEAD, .cls = ERR_MISSING},
        /* the decision table of limits */
        {"403 with Retry-After", &success, .say = {{POST, 403, "{}", .retry_after = "17", .remaining = "50"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 17000},
        {"403 with nothing left", &success,
         .say = {{POST, 403, "{}", .remaining = "0", .reset = "1795428030", .date = DATE}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 31000},
        {"403 with the words", &success,
         .say = {{POST, 403, "{\"message\":\"You have exceeded a Secondary Rate Limit\"}", .remaining = "60"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 60000},
        {"403 with the old words", &success,
         .say = {{POST, 403, "You have triggered an abuse detection mechanism"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 60000},
        {"429 in plain text", &success, .say = {{POST, 429, "Retry later\n"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 60000},
        {"reset in the past", &success,
         .say = {{POST, 429, "", .remaining = "0", .reset = "1795420000", .date = DATE}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 0},
        {"reset without a Date", &success, .say = {{POST, 403, "", .remaining = "0", .reset = "1795428030"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 60000},
        {"absurd Retry-After", &success, .say = {{POST, 403, "", .retry_after = "99999999999"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 7200000},
        {"Retry-After as a date", &success,
         .say = {{POST, 429, "", .retry_after = "Mon, 23 Nov 2026 10:02:00 GMT", .date = DATE}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 120000},
        {"503 with Retry-After", &success, .say = {{POST, 503, "", .retry_after = "5"}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN, .wait = 5000},
        /* a renamed repository */
        {"renamed", &success,
         .say = {{POST, 307, "", .location = "https://api.github.com/repositories/42/statuses/" SHA},
                 {"POST /repositories/42/statuses/" SHA, "\"state\":\"success\"", 201, "{\"id\":9}"}},
         .end = TALK_SENT, .id = "9"},
        {"renamed, GHES", &success,
         .say = {{POST, 301, "", .location = "https://ghe.example.com/api/v3/repositories/42/statuses/" SHA},
                 {"POST /repositories/42/statuses/" SHA, "\"state\":\"success\"", 201, "{}"}},
         .end = TALK_SENT},
        {"a login page", &success, .say = {{POST, 302, "", .location = "https://sso.example.com/login"}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"a way out", &success, .say = {{POST, 307, "", .location = "/repos/../../admin"}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"round and round", &success,
         .say = {{POST, 307, "", .location = "/repositories/42/x"},
                 {"POST /repositories/42/x", "", 307, "", .location = "/repositories/42/x"},
                 {"POST /repositories/42/x", "", 307, "", .location = "/repositories/42/x"},
                 {"POST /repositories/42/x", "", 307, "", .location = "/repositories/42/x"}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

#define LOOK "GET /repos/acme/backend/commits/" SHA "/statuses?per_page=100"
#define ROW(context, state, text, url)                                                                                 \
    "{\"context\":\"" context "\",\"state\":\"" state "\",\"description\":" text ",\"target_url\":" url "}"
#define OURS ROW("ci/BUILD", "success", "\"all good\"", "\"https://ci.example.com/runs/1\"")

static void an_uncertain_status_is_looked_for_before_it_is_repeated(void **state)
{
    (void)state;
    struct effect bare = success;
    bare.status.target_url = NULL;
    bare.status.description = "";
    const struct conversation rows[] = {
        {"it had arrived", &success, .look_first = true, .say = {{LOOK, NULL, 200, "[" OURS "]"}}, .end = TALK_SENT},
        {"and a newer run has spoken since", &success, .look_first = true,
         .say = {{LOOK, NULL, 200,
                  "[" ROW("CI/Build", "pending", "\"queued\"", "\"https://ci.example.com/runs/2\"") "," OURS "]"}},
         .end = TALK_SENT},
        {"nothing there", &success, .look_first = true,
         .say = {{LOOK, NULL, 200, "[]"}, {POST, 201, "{\"id\":5}"}}, .end = TALK_SENT, .id = "5"},
        {"only our earlier ones and those of others", &success, .look_first = true,
         .say = {{LOOK, NULL, 200,
                  "[" ROW("CI/Build", "pending", "\"all good\"", "\"https://ci.example.com/runs/1\"") ","
                  ROW("CI/Build", "success", "\"other\"", "\"https://ci.example.com/runs/1\"") ","
                  ROW("CI/Build", "success", "\"all good\"", "null") ","
                  ROW("CI/Lint", "success", "\"all good\"", "\"https://ci.example.com/runs/1\"") ",7,null]"},
                 {POST, 201, "{}"}},
         .end = TALK_SENT},
        {"without an address the newest counts", &bare, .look_first = true,
         .say = {{LOOK, NULL, 200, "[" ROW("CI/Build", "success", "null", "null") "]"}}, .end = TALK_SENT},
        {"without an address an older one is another run's", &bare, .look_first = true,
         .say = {{LOOK, NULL, 200,
                  "[" ROW("CI/Build", "pending", "null", "null") "," ROW("CI/Build", "success", "null", "null") "]"},
                 {POST, 201, "{}"}},
         .end = TALK_SENT},
        {"not allowed to look", &success, .look_first = true,
         .say = {{LOOK, NULL, 403, "{}"}, {POST, 201, "{}"}}, .end = TALK_SENT},
        {"a garbled list", &success, .look_first = true, .say = {{LOOK, NULL, 200, "[{"}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"no list", &success, .look_first = true, .say = {{LOOK, NULL, 200, "{}"}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"the look is limited", &success, .look_first = true, .say = {{LOOK, NULL, 429, "", .retry_after = "4"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 4000},
        {"the look is lost", &success, .look_first = true, .say = {{LOOK, NULL, 0, .maybe_sent = true}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"lost again after the look", &success, .look_first = true,
         .say = {{LOOK, NULL, 200, "[]"}, {POST, 0, .maybe_sent = true}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void a_secondary_limit_waits_longer_each_time(void **state)
{
    (void)state;
    for (int tries = 0; tries < 9; tries++) {
        struct effect x = success;
        x.tries = tries;
        hold(github_talk, &(struct conversation){"tries", &x, .say = {{STATUSES, "", 429, ""}}, .end = TALK_RETRY,
                                                 .cls = ERR_LIMITED, .wait = 60000LL << (tries > 5 ? 5 : tries)});
    }
}

static void a_long_description_is_cut_on_a_code_point(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf text = {0}, want = {0};
    for (int i = 0; i < 140; i++)
        buf_str(&text, "\xc3\xa9");
    buf_str(&want, "\"description\":\"");
    buf_sv(&want, sv_cut(buf_view(&text), 139 * 2));
    buf_str(&want, "\xe2\x80\xa6\"");
    buf_str(&text, "\n!");
    struct effect x = success;
    x.status.description = text.p;
    x.status.target_url = NULL;
    hold(github_talk, &(struct conversation){"cut", &x, .say = {{STATUSES, want.p, 201, "{}"}}, .end = TALK_SENT});
}

#define FOUND(n) "{\"number\":" #n ",\"html_url\":\"https://github.com/i/" #n "\",\"body\":\"x\\n\\n" MARK "\"}"
#define OTHER(n) "{\"number\":" #n ",\"body\":null}"
#define TEXTS "\"title\":\"Build broke\",\"body\":\"see log\\n\\n" MARK "\""
#define WITH_LABELS "{\"number\":7,\"html_url\":\"u\",\"labels\":[{\"name\":\"Bug\"},\"automation\"]}"

static void an_issue_is_opened_or_updated_once(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"none there: created", &issue,
         .say = {{LIST, NULL, 200, "[" OTHER(3) "," OTHER(1) "]"},
                 {CREATE, TEXTS ",\"labels\":[\"automation\",\"bug\"]}", 201, WITH_LABELS}},
         .end = TALK_SENT, .id = "7", .url = "u"},
        {"known: updated and opened again", &issue, .known_id = "7",
         .say = {{"PATCH /repos/acme/backend/issues/7", TEXTS ",\"state\":\"open\"}", 200, WITH_LABELS}},
         .end = TALK_SENT, .id = "7", .url = "u"},
        {"labels are added, none are taken", &issue, .known_id = "7",
         .say = {{"PATCH /repos/acme/backend/issues/7", TEXTS, 200, "{\"number\":7,\"labels\":[{\"name\":\"mine\"}]}"},
                 {"POST /repos/acme/backend/issues/7/labels", "{\"labels\":[\"automation\",\"bug\"]}", 200, "[]"}},
         .end = TALK_SENT},
        {"labels may be refused", &issue, .known_id = "7",
         .say = {{"PATCH /repos/acme/backend/issues/7", TEXTS, 200, "{\"number\":7}"},
                 {"POST /repos/acme/backend/issues/7/labels", "labels", 403, "{}"}},
         .end = TALK_SENT},
        {"found by its marker", &plain,
         .say = {{LIST, NULL, 200, "[" OTHER(9) "," FOUND(8) "]"},
                 {"PATCH /repos/acme/backend/issues/8", MARK, 200, "{\"number\":8}"}},
         .end = TALK_SENT, .id = "8", .url = "https://github.com/i/8"},
        {"two there: the oldest", &plain,
         .say = {{LIST, NULL, 200, "[" FOUND(12) "," OTHER(9) "]",
                  .link = "<https://api.github.com/repositories/1/issues?page=2>; rel=\"next\", "
                          "<https://api.github.com/repositories/1/issues?page=2>; rel=\"last\""},
                 {"GET /repositories/1/issues?page=2", NULL, 200, "[" FOUND(4) "]",
                  .link = "<https://api.github.com/repositories/1/issues?page=1>; rel=\"prev\""},
                 {"PATCH /repos/acme/backend/issues/4", MARK, 200, "{\"number\":4}"}},
         .end = TALK_SENT, .id = "4"},
        {"a pull request with the marker is none", &plain,
         .say = {{LIST, NULL, 200, "[{\"number\":5,\"body\":\"" MARK "\",\"pull_request\":{\"url\":\"u\"}}]"},
                 {CREATE, MARK, 201, "{\"number\":6}"}},
         .end = TALK_SENT, .id = "6"},
        {"a Link to another host stays here", &plain,
         .say = {{LIST, NULL, 200, "[]",
                  .link = "<https://evil.example/repos/acme/backend/issues?page=2>; rel=\"next\""},
                 {"GET /repos/acme/backend/issues?page=2", NULL, 200, "[]"},
                 {CREATE, MARK, 201, "{\"number\":6}"}},
         .end = TALK_SENT},
        {"a lost answer to the creation", &plain,
         .say = {{LIST, NULL, 200, "[]"}, {CREATE, MARK, 0, .maybe_sent = true}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"and then it is there", &plain, .look_first = true,
         .say = {{LIST, NULL, 200, "[" FOUND(10) "]"},
                 {"PATCH /repos/acme/backend/issues/10", MARK, 200, "{\"number\":10}"}},
         .end = TALK_SENT, .id = "10"},
        {"a 5xx to the creation", &plain, .say = {{LIST, NULL, 200, "[]"}, {CREATE, MARK, 502, ""}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"an unreadable answer to the creation", &plain,
         .say = {{LIST, NULL, 200, "[]"}, {CREATE, MARK, 201, "{\"number\":"}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"the creation never left", &plain, .say = {{LIST, NULL, 200, "[]"}, {CREATE, MARK, 0}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"the creation is limited", &plain,
         .say = {{LIST, NULL, 200, "[]"}, {CREATE, MARK, 403, "secondary rate limit"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 60000},
        {"a lost list", &plain, .say = {{LIST, NULL, 0, .maybe_sent = true}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"a cut list", &plain, .say = {{LIST, NULL, 200, "[" FOUND(1)}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"issues switched off", &plain, .say = {{LIST, NULL, 410, "{}"}}, .end = TALK_DEAD, .cls = ERR_MISSING},
        {"the known one was deleted", &plain, .known_id = "7",
         .say = {{"PATCH /repos/acme/backend/issues/7", MARK, 410, "{}"},
                 {LIST, NULL, 200, "[]"},
                 {CREATE, MARK, 201, "{\"number\":11}"}},
         .end = TALK_SENT, .id = "11"},
        {"the known one was moved", &plain, .known_id = "7",
         .say = {{"PATCH /repos/acme/backend/issues/7", MARK, 301, "{}",
                  .location = "https://api.github.com/repositories/5/issues/70"},
                 {"PATCH /repositories/5/issues/70", MARK, 200, "{\"number\":7}"}},
         .end = TALK_SENT},
        {"found, but not ours to write", &plain,
         .say = {{LIST, NULL, 200, "[" FOUND(8) "]"}, {"PATCH /repos/acme/backend/issues/8", MARK, 404, "{}"}},
         .end = TALK_DEAD, .cls = ERR_MISSING},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void an_endless_list_ends(void **state)
{
    (void)state;
    struct conversation c = {"endless", &plain, .end = TALK_SENT, .id = "6"};
    for (int i = 0; i < 20; i++)
        c.say[i] = (struct exchange){.want = i ? "GET /repositories/1/issues?page=2" : LIST,
                                     .status = 200,
                                     .body = "[]",
                                     .link = "<https://api.github.com/repositories/1/issues?page=2>; rel=\"next\""};
    c.say[20] = (struct exchange){.want = CREATE, .body_has = MARK, .status = 201, .body = "{\"number\":6}"};
    hold(github_talk, &c);
}

static void broken_answers_always_end_the_conversation(void **state)
{
    (void)state;
    hold_with_broken_answers(github_talk, &plain, 200, "[" FOUND(8) "]");
    hold_with_broken_answers(github_talk, &issue, 422, "{\"message\":\"a\xc3\xa9\",\"errors\":[1]}");
    hold_with_broken_answers(github_talk, &success, 201, "{\"id\":99999999999999999999}");
}

static void names_the_version(const char *what, struct api_request *q)
{
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(q->headers) && q->headers[i]; i++)
        n += sv_is(sv_of(q->headers[i]), "X-GitHub-Api-Version: 2022-11-28");
    if (n != 1)
        fail_msg("%s: the version is said %zu times", what, n);
    api_request_done(q);
}

/* Without it GitHub takes a version of its own choice, and a newer one some day. */
static void every_request_names_the_version_of_the_api(void **state)
{
    (void)state;
    const struct forge_ops *forge = forge_find(SV("github"));
    const struct effect *const effects[] = {&success, &issue};
    const struct hook_event ev = {.repo = {.id = "github:acme/x"}, .sender = {.present = true, .login = "ann"}};
    AUTO(buf_free) struct buf granted = {0};
    buf_str(&granted, "{\"statuses\":\"write\"}");
    const struct forge_installation home = {.id = 7, .permissions = granted};
    struct look l = {.n = 1, .repos = {{.path = "acme/x"}}};
    struct missed m = {.repo = "acme/x", .owner = "acme"};
    struct api_request q = {0};
    struct err e = {0};
    for (size_t i = 0; i < ARRAY_LEN(effects); i++) {
        struct effect_talk t = {0};
        const struct api_reply moved = {.status = 307, .location = SV("/repositories/4/x")};
        assert_int_equal(github_talk(effects[i], &t, NULL, &q, &e), TALK_CALL);
        names_the_version("the first", &q);
        assert_int_equal(github_talk(effects[i], &t, &moved, &q, &e), TALK_CALL);
        names_the_version("the same elsewhere", &q);
        effect_talk_done(&t);
    }
    assert_true(forge->ask_member(&ev, &q));
    names_the_version("a member", &q);
    assert_true(forge->ask_team(SV("acme/ops"), &ev, &q));
    names_the_version("a team", &q);
    forge->ask_change("acme/x", "topic", &q);
    names_the_version("a change", &q);
    forge->ask_self(&q);
    names_the_version("ourselves", &q);
    assert_int_equal(forge->look(&l, NULL, &q, &e), TALK_CALL);
    names_the_version("a look", &q);
    look_free(&l);
    assert_int_equal(forge->missed(&m, NULL, &q, &e), TALK_CALL);
    names_the_version("what was missed", &q);
    missed_free(&m);
    forge->app->ask_installation("acme/x", 0, &q);
    names_the_version("an installation", &q);
    assert_int_equal(forge->app->ask_token(&home, "acme/x", USE_API, &q, &e), 0);
    names_the_version("a token", &q);
}

static void addresses_and_credentials_have_githubs_form(void **state)
{
    (void)state;
    static const struct {
        const char *base, *want;
    } rows[] = {
        {"https://api.github.com", "https://github.com/acme/x.git"},
        {"https://ghe.example.com/api/v3", "https://ghe.example.com/acme/x.git"},
        {"https://api.octo.ghe.com", "https://octo.ghe.com/acme/x.git"},
        {"http://127.0.0.1:8081", "http://127.0.0.1:8081/acme/x.git"},
        {"https://api.example.com", "https://api.example.com/acme/x.git"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf out = {0};
        github_clone_url(sv_of(rows[i].base), SV("acme/x"), &out);
        assert_string_equal(out.p, rows[i].want);
    }
    AUTO(buf_free) struct buf out = {0};
    github_authorize(SV("tok"), &out);
    assert_string_equal(out.p, "Authorization: Bearer tok");
}

static void people_are_led_to_its_pages(void **state)
{
    (void)state;
    static const char *const want[] = {
        [PAGE_REPOSITORY] = "https://github.com/acme/x",
        [PAGE_COMMIT] = "https://github.com/acme/x/commit/12",
        [PAGE_CHANGE] = "https://github.com/acme/x/pull/12",
    };
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        AUTO(buf_free) struct buf out = {0};
        github_page_url(SV("https://api.github.com"), SV("acme/x"), (enum forge_page)i, SV("12"), &out);
        assert_string_equal(out.p, want[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_state_has_its_word_at_github),
        cmocka_unit_test(an_answer_to_a_status_is_judged_by_the_table),
        cmocka_unit_test(an_uncertain_status_is_looked_for_before_it_is_repeated),
        cmocka_unit_test(a_secondary_limit_waits_longer_each_time),
        cmocka_unit_test(a_long_description_is_cut_on_a_code_point),
        cmocka_unit_test(an_issue_is_opened_or_updated_once),
        cmocka_unit_test(an_endless_list_ends),
        cmocka_unit_test(broken_answers_always_end_the_conversation),
        cmocka_unit_test(every_request_names_the_version_of_the_api),
        cmocka_unit_test(addresses_and_credentials_have_githubs_form),
        cmocka_unit_test(people_are_led_to_its_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
