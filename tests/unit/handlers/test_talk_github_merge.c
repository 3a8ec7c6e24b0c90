/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "handlers/forge/github/github.h"
#include "unit/handlers/talk_script.h"

#define SHA   "6dcb09b5b57875f334f61aebed695e2e4193db5e"
#define NEWER "aaaa09b5b57875f334f61aebed695e2e4193db5e"
#define LOOK  "GET /repos/acme/backend/pulls/12"
#define MERGE "PUT /repos/acme/backend/pulls/12/merge"
#define BODY                                                                                                           \
    "{\"sha\":\"" SHA "\",\"merge_method\":\"squash\",\"commit_title\":\"Fix lint\",\"commit_message\":\"by rule\"}"
#define PULL(state, merged, sha)                                                                                       \
    "{\"number\":12,\"html_url\":\"u\",\"state\":\"" state "\",\"merged\":" merged ",\"mergeable\":null,\"head\":{"    \
    "\"sha\":\"" sha "\"}}"
#define OPEN    PULL("open", "false", SHA)
#define MERGED  "{\"sha\":\"" NEWER "\",\"merged\":true,\"message\":\"Pull Request successfully merged\"}"
#define NOT_YET "{\"message\":\"Pull Request is not mergeable\"}"

static const struct effect squash = {
    .kind = EFFECT_MERGE,
    .repo = "acme/backend",
    .merge = {.number = 12, .sha = SHA, .method = MERGE_BY_SQUASH, .title = "Fix lint", .message = "by rule"}};

static void a_change_is_merged_at_the_commit_that_was_meant(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"merged", &squash, .say = {{MERGE, BODY, 200, MERGED}}, .end = TALK_SENT, .id = "12"},
        {"the head moved", &squash,
         .say = {{MERGE, BODY, 409, "{\"message\":\"Head branch was modified. Review and try the merge again.\"}"},
                 {LOOK, NULL, 200, PULL("open", "false", NEWER)}},
         .end = TALK_DEAD, .cls = ERR_CONFLICT},
        {"not mergeable yet", &squash, .say = {{MERGE, BODY, 405, NOT_YET}, {LOOK, NULL, 200, OPEN}}, .end = TALK_RETRY,
         .cls = ERR_CONFLICT},
        {"the base moved", &squash,
         .say = {{MERGE, BODY, 405, "{\"message\":\"Base branch was modified. Review and try the merge again.\"}"},
                 {LOOK, NULL, 200, OPEN}},
         .end = TALK_RETRY, .cls = ERR_CONFLICT},
        {"somebody merged it", &squash,
         .say = {{MERGE, BODY, 405, NOT_YET}, {LOOK, NULL, 200, PULL("closed", "true", SHA)}}, .end = TALK_SENT,
         .id = "12", .url = "u"},
        {"merged at another commit", &squash,
         .say = {{MERGE, BODY, 405, NOT_YET}, {LOOK, NULL, 200, PULL("closed", "true", NEWER)}}, .end = TALK_DEAD,
         .cls = ERR_CONFLICT},
        {"closed", &squash, .say = {{MERGE, BODY, 405, NOT_YET}, {LOOK, NULL, 200, PULL("closed", "false", SHA)}},
         .end = TALK_DEAD, .cls = ERR_CONFLICT},
        {"an answer that says nothing", &squash, .say = {{MERGE, BODY, 200, "{"}, {LOOK, NULL, 200, OPEN}},
         .end = TALK_RETRY, .cls = ERR_CONFLICT},
        {"no right", &squash, .say = {{MERGE, BODY, 403, "{}"}}, .end = TALK_DEAD, .cls = ERR_DENIED},
        {"no such change", &squash, .say = {{MERGE, BODY, 404, "{}"}}, .end = TALK_DEAD, .cls = ERR_MISSING},
        {"a method that is not allowed", &squash, .say = {{MERGE, BODY, 422, "{}"}}, .end = TALK_DEAD,
         .cls = ERR_INVALID},
        {"a limit", &squash, .say = {{MERGE, BODY, 429, "", .retry_after = "9"}}, .end = TALK_RETRY, .cls = ERR_LIMITED,
         .wait = 9000},
        {"refused, and the look is lost", &squash, .say = {{MERGE, BODY, 405, NOT_YET}, {LOOK, NULL, 0}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void a_lost_merge_is_looked_for(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"lost", &squash, .say = {{MERGE, BODY, 0, .maybe_sent = true}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"a bad gateway", &squash, .say = {{MERGE, BODY, 502, ""}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"never left", &squash, .say = {{MERGE, BODY, 0}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"it had arrived", &squash, .look_first = true, .say = {{LOOK, NULL, 200, PULL("closed", "true", SHA)}},
         .end = TALK_SENT, .id = "12", .url = "u"},
        {"it had not", &squash, .look_first = true, .say = {{LOOK, NULL, 200, OPEN}, {MERGE, BODY, 200, MERGED}},
         .end = TALK_SENT, .id = "12"},
        {"it had not, and the head moved", &squash, .look_first = true,
         .say = {{LOOK, NULL, 200, PULL("open", "false", NEWER)}}, .end = TALK_DEAD, .cls = ERR_CONFLICT},
        {"unreadable", &squash, .look_first = true, .say = {{LOOK, NULL, 200, "{\"number\":12}"}}, .end = TALK_RETRY,
         .cls = ERR_TRANSIENT},
        {"gone", &squash, .look_first = true, .say = {{LOOK, NULL, 404, "{}"}}, .end = TALK_DEAD, .cls = ERR_MISSING},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void check_end(const char *refusal, const char *pull, const char *want)
{
    struct effect_talk t = {0};
    struct api_request q = {0};
    struct err e = {0};
    assert_int_equal(github_talk(&squash, &t, NULL, &q, &e), TALK_CALL);
    struct api_reply no = {.status = 405, .body = sv_of(refusal)};
    assert_int_equal(github_talk(&squash, &t, &no, &q, &e), TALK_CALL);
    struct api_reply look = {.status = 200, .body = sv_of(pull)};
    assert_int_not_equal(github_talk(&squash, &t, &look, &q, &e), TALK_CALL);
    assert_string_equal(e.msg, want);
    api_request_done(&q);
    effect_talk_done(&t);
}

static void why_it_was_not_merged_is_said(void **state)
{
    (void)state;
    check_end("{\"message\":\"Required status check \\\"ci\\\" is expected.\"}", OPEN,
              "not merged: refused (405): Required status check \"ci\" is expected.");
    check_end(NOT_YET, PULL("open", "false", NEWER), "head moved to " NEWER);
    check_end(NOT_YET, PULL("closed", "true", NEWER), "merged at another commit: " NEWER);
}

static void a_message_closes_no_issue_and_a_rebase_has_none(void **state)
{
    (void)state;
    struct effect x = squash;
    x.merge.title = "Fix\n#7";
    x.merge.message = "```\ncloses #8\n```";
    hold(github_talk, &(struct conversation){"message", &x,
                                             .say = {{MERGE,
                                                      "\"commit_title\":\"Fix #\xe2\x80\x8b"
                                                      "7\",\"commit_message\":"
                                                      "\"```\\ncloses #\xe2\x80\x8b"
                                                      "8\\n```\"}",
                                                      200, MERGED}},
                                             .end = TALK_SENT});
    x.merge.method = MERGE_BY_REBASE;
    hold(github_talk,
         &(struct conversation){"rebase", &x,
                                .say = {{MERGE, "{\"sha\":\"" SHA "\",\"merge_method\":\"rebase\"}", 200, MERGED}},
                                .end = TALK_SENT});
    x.merge.method = MERGE_BY_MERGE;
    x.merge.title = x.merge.message = NULL;
    hold(github_talk,
         &(struct conversation){"merge", &x,
                                .say = {{MERGE, "{\"sha\":\"" SHA "\",\"merge_method\":\"merge\"}", 200, MERGED}},
                                .end = TALK_SENT});
}

static void broken_answers_about_merges_always_end_the_conversation(void **state)
{
    (void)state;
    hold_with_broken_answers(github_talk, &squash, 200, MERGED);
    hold_with_broken_answers(github_talk, &squash, 405, NOT_YET);
    hold_with_broken_answers(github_talk, &squash, 200, OPEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_merged_at_the_commit_that_was_meant),
        cmocka_unit_test(a_lost_merge_is_looked_for),
        cmocka_unit_test(why_it_was_not_merged_is_said),
        cmocka_unit_test(a_message_closes_no_issue_and_a_rebase_has_none),
        cmocka_unit_test(broken_answers_about_merges_always_end_the_conversation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
