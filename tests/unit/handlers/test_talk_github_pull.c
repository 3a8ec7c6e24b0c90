/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "handlers/forge/github/github.h"
#include "unit/handlers/talk_script.h"

#define MARK   "<!-- fettle:fp=0123456789abcdefghjkmnpqrs -->"
#define LIST   "GET /repos/acme/backend/pulls?state=open&base=main&per_page=100&head=acme:fix%2Flint"
#define ALL    "GET /repos/acme/backend/pulls?state=open&base=main&per_page=100"
#define POST   "POST /repos/acme/backend/pulls"
#define UPDATE "PATCH /repos/acme/backend/pulls/12"
#define LABELS "POST /repos/acme/backend/issues/12/labels"
#define TEXTS  "{\"title\":\"Fix lint\",\"body\":\"by rule\\n\\n" MARK "\""
#define NEW    TEXTS ",\"head\":\"fix/lint\",\"base\":\"main\"}"
#define PULL(n, title, text, more)                                                                                     \
    "{\"number\":" #n ",\"html_url\":\"https://github.com/p/" #n "\",\"title\":\"" title "\",\"body\":\"" text "\""    \
    ",\"head\":{\"ref\":\"fix/lint\",\"repo\":{\"id\":1}},\"base\":{\"ref\":\"main\",\"repo\":{\"id\":1}}" more "}"
#define SAME(n) PULL(n, "Fix lint", "by rule\\n\\n" MARK, "")
#define OLD(n)  PULL(n, "Fix", "old\\n\\n" MARK, "")
#define MADE    "{\"number\":12,\"html_url\":\"https://github.com/p/12\"}"
#define REFUSED(field, code, text)                                                                                     \
    422, "{\"message\":\"Validation Failed\",\"errors\":[{\"resource\":\"PullRequest\",\"code\":\"" code               \
         "\",\"field\":\"" field "\",\"message\":\"" text "\"}]}"
#define NO_DRAFTS 422, "{\"message\":\"Draft pull requests are not supported in this repository.\"}"

static const char *labels[] = {"automation"};
static const struct effect opens = {
    .kind = EFFECT_PULL,
    .repo = "acme/backend",
    .pull = {.head = "fix/lint", .base = "main", .title = "Fix lint", .body = "by rule", .marker = MARK}};
static const struct effect labelled = {.kind = EFFECT_PULL,
                                       .repo = "acme/backend",
                                       .pull = {.head = "fix/lint",
                                                .base = "main",
                                                .title = "Fix lint",
                                                .body = "by rule",
                                                .marker = MARK,
                                                .labels = labels,
                                                .n_labels = 1}};
static const struct effect draft = {
    .kind = EFFECT_PULL,
    .repo = "acme/backend",
    .pull = {
        .head = "fix/lint", .base = "main", .title = "Fix lint", .body = "by rule", .marker = MARK, .draft = true}};

static void a_change_is_opened_once_and_then_written_over(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"none there", &opens, .say = {{LIST, NULL, 200, "[]"}, {POST, NEW, 201, MADE}}, .end = TALK_SENT, .id = "12",
         .url = "https://github.com/p/12"},
        {"a known number says nothing: it may be merged", &opens, .known_id = "3",
         .say = {{LIST, NULL, 200, "[]"}, {POST, NEW, 201, MADE}}, .end = TALK_SENT, .id = "12"},
        {"written over", &opens, .say = {{LIST, NULL, 200, "[" OLD(12) "]"}, {UPDATE, TEXTS "}", 200, MADE}},
         .end = TALK_SENT, .id = "12"},
        {"nothing differs", &opens, .say = {{LIST, NULL, 200, "[" SAME(12) "]"}}, .end = TALK_SENT, .id = "12",
         .url = "https://github.com/p/12"},
        {"of somebody else", &labelled, .say = {{LIST, NULL, 200, "[" PULL(12, "Mine", "text", "") "]"}},
         .end = TALK_SENT, .id = "12", .url = "https://github.com/p/12"},
        {"a quoted marker is somebody else's", &opens,
         .say = {{LIST, NULL, 200, "[" PULL(12, "Mine", "> " MARK, "") "]"}}, .end = TALK_SENT, .id = "12"},
        {"the same branch of a fork, another base, no number", &opens,
         .say = {{LIST, NULL, 200,
                  "[{\"number\":1,\"head\":{\"ref\":\"fix/lint\",\"repo\":{\"id\":2}},\"base\":{\"ref\":\"main\","
                  "\"repo\":{\"id\":1}}},{\"number\":2,\"head\":{\"ref\":\"fix/lint\",\"repo\":null},\"base\":{\"ref\":"
                  "\"main\",\"repo\":{\"id\":1}}},{\"number\":3,\"head\":{\"ref\":\"fix/lint\",\"repo\":{\"id\":1}},"
                  "\"base\":{\"ref\":\"dev\",\"repo\":{\"id\":1}}},"
                  "{\"head\":{\"ref\":\"fix/"
                  "lint\",\"repo\":{\"id\":1}},\"base\":{\"ref\":\"main\",\"repo\":{\"id\":1}}},7]"},
                 {POST, NEW, 201, MADE}},
         .end = TALK_SENT, .id = "12"},
        {"two there: the oldest", &opens, .say = {{LIST, NULL, 200, "[" OLD(13) "," SAME(12) "]"}}, .end = TALK_SENT,
         .id = "12"},
        {"a draft", &draft,
         .say = {{LIST, NULL, 200, "[]"},
                 {POST, TEXTS ",\"head\":\"fix/lint\",\"base\":\"main\",\"draft\":true}", 201, MADE}},
         .end = TALK_SENT},
        {"no drafts here", &draft, .say = {{LIST, NULL, 200, "[]"}, {POST, "draft", NO_DRAFTS}, {POST, NEW, 201, MADE}},
         .end = TALK_SENT},
        {"labels are of the issue", &labelled,
         .say = {{LIST, NULL, 200, "[]"}, {POST, NEW, 201, MADE}, {LABELS, "{\"labels\":[\"automation\"]}", 200, "[]"}},
         .end = TALK_SENT, .id = "12"},
        {"labels may be refused", &labelled,
         .say = {{LIST, NULL, 200, "[]"}, {POST, NEW, 201, MADE}, {LABELS, "automation", 403, "{}"}}, .end = TALK_SENT},
        {"labels that are there", &labelled,
         .say = {{LIST, NULL, 200,
                  "[" PULL(12, "Fix lint", "by rule\\n\\n" MARK, ",\"labels\":[{\"name\":\"Automation\"}]") "]"}},
         .end = TALK_SENT},
        {"labels that lack", &labelled, .say = {{LIST, NULL, 200, "[" SAME(12) "]"}, {LABELS, "automation", 200, "[]"}},
         .end = TALK_SENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void a_lost_answer_makes_no_second_change(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"lost", &opens, .say = {{LIST, NULL, 200, "[]"}, {POST, NEW, 0, .maybe_sent = true}}, .end = TALK_UNCERTAIN,
         .cls = ERR_UNCERTAIN},
        {"a bad gateway", &opens, .say = {{LIST, NULL, 200, "[]"}, {POST, NEW, 502, ""}}, .end = TALK_UNCERTAIN,
         .cls = ERR_UNCERTAIN},
        {"unreadable", &opens, .say = {{LIST, NULL, 200, "[]"}, {POST, NEW, 201, "{"}}, .end = TALK_UNCERTAIN,
         .cls = ERR_UNCERTAIN},
        {"it had arrived", &opens, .look_first = true, .say = {{LIST, NULL, 200, "[" SAME(12) "]"}}, .end = TALK_SENT,
         .id = "12"},
        {"it had not", &opens, .look_first = true, .say = {{LIST, NULL, 200, "[]"}, {POST, NEW, 201, MADE}},
         .end = TALK_SENT, .id = "12"},
        {"never left", &opens, .say = {{LIST, NULL, 200, "[]"}, {POST, NEW, 0}}, .end = TALK_RETRY,
         .cls = ERR_TRANSIENT},
        {"a cut list", &opens, .say = {{LIST, NULL, 200, "[{"}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"lost labels", &labelled,
         .say = {{LIST, NULL, 200, "[]"}, {POST, NEW, 201, MADE}, {LABELS, "automation", 0, .maybe_sent = true}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN, .id = "12"},
        {"labels at a limit", &labelled,
         .say = {{LIST, NULL, 200, "[]"}, {POST, NEW, 201, MADE}, {LABELS, "automation", 429, "", .retry_after = "3"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 3000, .id = "12"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void what_github_refuses_is_understood(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"there is one, and now it is seen", &opens,
         .say = {{LIST, NULL, 200, "[]"},
                 {POST, NEW, REFUSED("", "custom", "A pull request already exists for acme:fix/lint.")},
                 {ALL, NULL, 200, "[" OLD(12) "]"},
                 {UPDATE, TEXTS, 200, MADE}},
         .end = TALK_SENT, .id = "12"},
        {"there is one, and it is not seen", &opens,
         .say = {{LIST, NULL, 200, "[]"},
                 {POST, NEW, REFUSED("", "custom", "A pull request already exists for acme:fix/lint.")},
                 {ALL, NULL, 200, "[]"}},
         .end = TALK_RETRY, .cls = ERR_CONFLICT},
        {"nothing to merge", &opens,
         .say = {{LIST, NULL, 200, "[]"}, {POST, NEW, REFUSED("", "custom", "No commits between main and fix/lint")}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"the branch is not known yet", &opens,
         .say = {{LIST, NULL, 200, "[]"}, {POST, NEW, REFUSED("head", "invalid", "")}}, .end = TALK_RETRY,
         .cls = ERR_MISSING},
        {"no such base", &opens, .say = {{LIST, NULL, 200, "[]"}, {POST, NEW, REFUSED("base", "invalid", "")}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"no drafts, said of what is none", &opens, .say = {{LIST, NULL, 200, "[]"}, {POST, NEW, NO_DRAFTS}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"no drafts, said twice", &draft,
         .say = {{LIST, NULL, 200, "[]"}, {POST, "draft", NO_DRAFTS}, {POST, NEW, NO_DRAFTS}}, .end = TALK_DEAD,
         .cls = ERR_INVALID},
        {"no right", &opens,
         .say = {{LIST, NULL, 200, "[]"},
                 {POST, NEW, 403,
                  "{\"message\":\"GitHub Actions is not permitted to create or approve pull requests.\"}"}},
         .end = TALK_DEAD, .cls = ERR_DENIED},
        {"no repository", &opens, .say = {{LIST, NULL, 404, "{}"}}, .end = TALK_DEAD, .cls = ERR_MISSING},
        {"closed while it is written over", &opens,
         .say = {{LIST, NULL, 200, "[" OLD(12) "]"}, {UPDATE, TEXTS, 422, "{\"message\":\"Validation Failed\"}"}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void no_commits_are_said_in_plain_words(void **state)
{
    (void)state;
    struct effect_talk t = {0};
    struct api_request q = {0};
    struct err e = {0};
    assert_int_equal(github_talk(&opens, &t, NULL, &q, &e), TALK_CALL);
    struct api_reply none = {.status = 200, .body = SV("[]")};
    assert_int_equal(github_talk(&opens, &t, &none, &q, &e), TALK_CALL);
    struct api_reply no = {.status = 422, .body = SV("{\"message\":\"No commits between main and fix/lint\"}")};
    assert_int_equal(github_talk(&opens, &t, &no, &q, &e), TALK_DEAD);
    assert_string_equal(e.msg, "fix/lint has no commit that main lacks: there is no change to open");
    api_request_done(&q);
    effect_talk_done(&t);
}

static void broken_answers_about_changes_always_end_the_conversation(void **state)
{
    (void)state;
    hold_with_broken_answers(github_talk, &labelled, 200, "[" OLD(12) "]");
    hold_with_broken_answers(github_talk, &draft, 422, "{\"message\":\"A pull request already exists\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_opened_once_and_then_written_over),
        cmocka_unit_test(a_lost_answer_makes_no_second_change),
        cmocka_unit_test(what_github_refuses_is_understood),
        cmocka_unit_test(no_commits_are_said_in_plain_words),
        cmocka_unit_test(broken_answers_about_changes_always_end_the_conversation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
