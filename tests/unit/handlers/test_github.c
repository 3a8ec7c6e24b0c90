/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/handlers/decode_case.h"
#include "handlers/forge/github/github.h"

static const struct decode_case events[] = {
    {"push", "push",
     "push/- github:acme/api refs/heads/main 1111..2222 | ann(11) bot=no | trusted=yes"},
    {"push_forced", "push",
     "push/- github:acme/api refs/heads/main 1111..2222 forced | ann(11) bot=no | trusted=yes"},
    {"push_new_branch", "push",
     "push/- github:acme/api refs/heads/topic/ä 0000..2222 created truncated | ann(11) bot=no | trusted=yes"},
    {"push_deleted_branch", "push",
     "push/- github:acme/api refs/heads/main 1111..0000 deleted | ann(11) bot=no | trusted=yes"},
    {"push_tag", "push",
     "push/- github:acme/api refs/tags/v1.0 0000..2222 created tag=v1.0 | ann(11) bot=no | trusted=yes"},
    {"push_sha256", "push",
     "push/- github:acme/api refs/heads/main aaaa/64..bbbb/64 | ann(11) bot=no | trusted=yes"},
    {"pull_request", "pull_request",
     "pull_request/opened github:acme/api refs/pull/7/head -..2222 "
     "| #7 Add ☕ topic@github:acme/api 2222 -> main 1111 draft=no merged=no [full-stack,bug] "
     "| ann(11) bot=no | trusted=yes"},
    {"pull_request_fork", "pull_request",
     "pull_request/synchronize github:acme/api refs/pull/7/head 3333..2222 "
     "| #7 Add ☕ topic@github:bob/api 2222 -> main 1111 draft=no merged=no [full-stack,bug] "
     "| bob(12) bot=no | trusted=no"},
    {"pull_request_fork_gone", "pull_request",
     "pull_request/reopened github:acme/api refs/pull/7/head -..2222 "
     "| #7 Add ☕ topic@- 2222 -> main 1111 draft=no merged=no [full-stack,bug] | ann(11) bot=no | trusted=?"},
    {"pull_request_merged", "pull_request",
     "pull_request/closed github:acme/api refs/pull/7/head -..2222 "
     "| #7 Add ☕ topic@github:acme/api 2222 -> main 1111 draft=no merged=yes [] | queue(13) bot=yes "
     "| trusted=yes"},
    {"pull_request_edited_base", "pull_request",
     "pull_request/edited github:acme/api refs/pull/7/head -..2222 "
     "| #7 Add ☕ topic@github:acme/api 2222 -> main 1111 draft=no merged=no [full-stack,bug] "
     "| helper[bot](14) bot=yes | trusted=yes"},
    {"pull_request_review", "pull_request_review",
     "pull_request_review/submitted github:acme/api refs/pull/7/head -..2222 "
     "| #7 Add ☕ topic@github:acme/api 2222 -> main 1111 draft=no merged=no [full-stack,bug] "
     "| review 5 approved | ann(11) bot=no | trusted=?"},
    {"pull_request_review_fork", "pull_request_review",
     "pull_request_review/submitted github:acme/api refs/pull/7/head -..2222 "
     "| #7 Add ☕ topic@github:bob/api 2222 -> main 1111 draft=no merged=no [full-stack,bug] "
     "| review 5 commented | ann(11) bot=no | trusted=no"},
    {"issues_closed", "issues",
     "issues/closed github:acme/api | issue 7 It broke [bug] | ann(11) bot=no | trusted=?"},
    {"issue_comment", "issue_comment",
     "issue_comment/created github:acme/api | issue 7 It broke [bug] | comment 25911226694 /retest "
     "| ann(11) bot=no | trusted=?"},
    {"issue_comment_on_change", "issue_comment",
     "issue_comment/created github:acme/api refs/pull/7/head "
     "| #7 It broke -@- - -> - - draft=yes merged=no [bug] | issue 7 It broke [bug] "
     "| comment 25911226694 /retest | ann(11) bot=no | trusted=?"},
    {"create_branch", "create",
     "create/- github:acme/api refs/heads/topic 0000..- created | ann(11) bot=no | trusted=yes"},
    {"delete_branch", "delete",
     "delete/- github:acme/api refs/heads/topic -..0000 deleted | ann(11) bot=no | trusted=yes"},
    {"release", "release",
     "release/published github:acme/api refs/tags/v1.0 tag=v1.0 | release v1.0 draft=? | ann(11) bot=no "
     "| trusted=yes"},
    {"status", "status",
     "status/- github:acme/api -..2222 | status success ci | ann(11) bot=no | trusted=yes"},
    {"status_fork", "status",
     "status/- github:acme/api -..2222 | status success ci | ann(11) bot=no | trusted=no"},
    {"check_suite", "check_suite",
     "check_suite/completed github:acme/api refs/heads/topic -..2222 | check 0 | ann(11) bot=no | trusted=yes"},
    {"check_suite_fork", "check_suite",
     "check_suite/completed github:acme/api -..2222 | check 0 | ann(11) bot=no | trusted=no"},
    {"check_run_fork", "check_run",
     "check_run/completed github:acme/api -..2222 | check 0 | ann(11) bot=no | trusted=no"},
    {"merge_group_destroyed", "merge_group",
     "merge_group/destroyed github:acme/api refs/heads/gh-readonly-queue/main/pr-7-1111111111111111111111111111111111111111 1111..2222 "
     "| into main | ann(11) bot=no | trusted=yes"},
    {"repository_renamed", "repository",
     "repository/renamed github:acme/api | ann(11) bot=no | trusted=yes"},
    {"workflow_dispatch", "workflow_dispatch",
     "workflow_dispatch/- github:acme/api refs/tags/v1.0 tag=v1.0 | for .github/workflows/x.yml "
     "| ann(11) bot=no | trusted=yes"},
    {"repository_dispatch", "repository_dispatch",
     "repository_dispatch/nightly github:acme/api refs/heads/main | payload {} | ann(11) bot=no | trusted=yes"},
    {"workflow_job", "workflow_job",
     "job/completed github:acme/api refs/heads/topic -..2222 | check 25911226694 build (1) completed=failure "
     "| ann(11) bot=no | trusted=?"},
    {"workflow_run_fork", "workflow_run",
     "workflow_run/completed github:acme/api refs/heads/topic -..2222 | run 0 on topic | ann(11) bot=no "
     "| trusted=no"},
    {"push", "star",
     "1 event `star` is not one that workflows can name"},
    {"push", "",
     "1 event `` is not one that workflows can name"},
};

static void every_event_comes_out_in_the_neutral_form(void **state)
{
    (void)state;
    case_run(github_decode, "github", events, ARRAY_LEN(events));
}

static const struct bad_case bad[] = {
    {"push", "push", "\"after\"", "\"aftre\"", "-1 after is missing"},
    {"push", "push", "\"1111111111111111111111111111111111111111\"", "\"111\"",
     "-1 before is not an object id of 40 or 64 digits"},
    {"push", "push", "\"1111111111111111111111111111111111111111\"",
     "\"111111111111111111111111111111111111111A\"", "-1 before is not an object id of 40 or 64 digits"},
    {"push_deleted_branch", "push", "\"1111111111111111111111111111111111111111\"",
     "\"0000000000000000000000000000000000000000\"", "-1 before and after are both zero"},
    {"push", "push", "refs/heads/main", "main", "-1 ref is not a full ref that git would allow"},
    {"push", "push", "refs/heads/main", "refs/heads/-x", "-1 ref is not a full ref that git would allow"},
    {"push", "push", "refs/heads/main", "refs/heads/a..b", "-1 ref is not a full ref that git would allow"},
    {"push", "push", "refs/heads/main", "refs/heads/a\\nb", "-1 ref is not a full ref that git would allow"},
    {"push", "push", "\"acme/api\"", "\"acme/../api\"", "-1 repository.full_name is not the path of a repository"},
    {"push", "push", "\"acme/api\"", "\"--upload-pack=x/api\"",
     "-1 repository.full_name is not the path of a repository"},
    {"push", "push", "\"acme/api\"", "7", "-1 repository.full_name is not a string"},
    {"push", "push", "\"forced\": false", "\"forced\": 0", "-1 forced is not true or false"},
    {"push", "push", "\"repository\": {", "\"repo\": {", "-1 repository is missing"},
    {"push", "pull_request", "\"ref\"", "\"ref\"", "-1 action is missing"},
    {"pull_request", "push", "\"number\"", "\"number\"", "-1 ref is missing"},
    {"pull_request", "pull_request", "\"sha\": \"2", "\"sha\": \"x",
     "-1 pull_request.head.sha is not an object id of 40 or 64 digits"},
    {"pull_request", "pull_request", "\"name\": \"bug\"", "\"name\": 5",
     "-1 pull_request.labels[1].name is not a string"},
    {"pull_request_review", "pull_request", "\"number\"", "\"number\"",
     "-1 review does not belong into this event"},
    {"issue_comment", "issues", "\"number\"", "\"number\"", "-1 comment does not belong into this event"},
    {"create_branch", "delete", "\"topic\"", "\"topic\"", "-1 master_branch does not belong into this event"},
    {"delete_branch", "create", "\"topic\"", "\"topic\"", "-1 master_branch is missing"},
    {"create_branch", "create", "\"branch\"", "\"repository\"", "-1 ref_type is neither branch nor tag"},
    {"pull_request", "pull_request", "\"opened\"", "\"op\\u0007ened\"",
     "-1 action is empty, longer than 400 bytes or has control characters"},
    {"issues_closed", "issues", "\"number\": 7", "\"number\": -7", "-1 issue.number is not positive"},
};

static void a_bad_shape_is_refused_and_says_where(void **state)
{
    (void)state;
    case_run_bad(github_decode, "github", bad, ARRAY_LEN(bad));
}

static void what_is_no_json_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "{", "[]", "null", "{\"ref\":1,\"ref\":2}", "{\"a\":\"\\u0000\"}"};
    AUTO(buf_free) struct buf line = {0};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        case_decode(github_decode, "github", "push", sv_of(texts[i]), &line);
        assert_true(sv_starts(buf_view(&line), SV("-1 ")));
    }
}

static void a_full_list_of_commits_counts_as_cut(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf text = {0}, more = {0}, changed = {0}, line = {0};
    case_load("github", "push", &text);
    for (size_t n = 2046; n <= 2047; n++) { /* in front of the one that is there */
        buf_clear(&more);
        buf_str(&more, "\"commits\": [");
        for (size_t i = 0; i < n; i++)
            buf_str(&more, "{},");
        case_change_text(buf_view(&text), "\"commits\": [", more.p, &changed);
        case_decode(github_decode, "github", "push", buf_view(&changed), &line);
        assert_int_equal(sv_find(buf_view(&line), SV("truncated")) >= 0, n == 2047);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_comes_out_in_the_neutral_form),
        cmocka_unit_test(a_bad_shape_is_refused_and_says_where),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(a_full_list_of_commits_counts_as_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
