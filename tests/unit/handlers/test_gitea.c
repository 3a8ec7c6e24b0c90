/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/handlers/decode_case.h"
#include "handlers/forge/gitea/gitea.h"

static const struct decode_case events[] = {
    {"push", "push",
     "push/- gitea:acme/tool refs/heads/main 1111..2222 forced? | ann(31) bot=? | trusted=yes"},
    {"push_truncated", "push",
     "push/- gitea:acme/tool refs/heads/main 1111..2222 forced? truncated | ann(31) bot=? | trusted=yes"},
    {"push_old_server", "push",
     "push/- gitea:acme/tool refs/heads/main 1111..2222 forced? truncated | ann(31) bot=? | trusted=yes"},
    {"push_new_branch", "push",
     "push/- gitea:acme/tool refs/heads/topic 0000..2222 created truncated | ann(31) bot=? | trusted=yes"},
    {"push_deleted_branch", "push",
     "push/- gitea:acme/tool refs/heads/main 1111..0000 deleted | ann(31) bot=? | trusted=yes"},
    {"push_sha256", "push",
     "push/- gitea:acme/tool refs/heads/main aaaa/64..bbbb/64 forced? | ann(31) bot=? | trusted=yes"},
    {"pull_request_opened", "pull_request",
     "pull_request/opened gitea:acme/tool refs/pull/7/head -..2222 "
     "| #7 WIP: Add ☕ topic@gitea:acme/tool 2222 -> main 1111 draft=yes merged=no [full-stack] "
     "| ann(31) bot=? | trusted=yes"},
    {"pull_request_synchronized", "pull_request_sync",
     "pull_request/synchronize gitea:acme/tool refs/pull/7/head -..2222 "
     "| #7 WIP: Add ☕ topic@gitea:acme/tool 2222 -> main 1111 draft=no merged=no [full-stack] "
     "| ann(31) bot=? | trusted=yes"},
    {"pull_request_label_updated", "pull_request_label",
     "pull_request/labeled gitea:acme/tool refs/pull/7/head -..2222 "
     "| #7 WIP: Add ☕ topic@gitea:acme/tool 2222 -> main 1111 draft=yes merged=no [full-stack] "
     "| ann(31) bot=? | trusted=yes"},
    {"pull_request_label_cleared", "pull_request_label",
     "pull_request/unlabeled gitea:acme/tool refs/pull/7/head -..2222 "
     "| #7 WIP: Add ☕ topic@gitea:acme/tool 2222 -> main 1111 draft=yes merged=no [] | ann(31) bot=? "
     "| trusted=yes"},
    {"pull_request_merged", "pull_request",
     "pull_request/closed gitea:acme/tool refs/pull/7/head -..2222 "
     "| #7 WIP: Add ☕ topic@gitea:acme/tool 2222 -> main 1111 draft=yes merged=yes [full-stack] "
     "| ann(31) bot=? | trusted=yes"},
    {"pull_request_fork", "pull_request",
     "pull_request/opened gitea:acme/tool refs/pull/7/head -..2222 "
     "| #7 WIP: Add ☕ topic@gitea:bob/tool 2222 -> main 1111 draft=yes merged=no [full-stack] "
     "| ann(31) bot=? | trusted=no"},
    {"pull_request_fork_gone", "pull_request",
     "pull_request/opened gitea:acme/tool refs/pull/7/head -..2222 "
     "| #7 WIP: Add ☕ topic@- 2222 -> main 1111 draft=yes merged=no [full-stack] | ann(31) bot=? | trusted=?"},
    {"pull_request_agit", "pull_request",
     "pull_request/opened gitea:acme/tool refs/pull/7/head -..2222 "
     "| #7 WIP: Add ☕ refs/pull/7/head@gitea:acme/tool 2222 -> main 1111 draft=yes merged=no "
     "[full-stack] | ann(31) bot=? | trusted=?"},
    {"review_approved", "pull_request_review_approved",
     "pull_request_review/submitted gitea:acme/tool refs/pull/7/head -..2222 "
     "| #7 WIP: Add ☕ topic@gitea:acme/tool 2222 -> main 1111 draft=yes merged=no [full-stack] "
     "| review 0 approved | ann(31) bot=? | trusted=?"},
    {"review_approved", "pull_request_approved",
     "pull_request_review/submitted gitea:acme/tool refs/pull/7/head -..2222 "
     "| #7 WIP: Add ☕ topic@gitea:acme/tool 2222 -> main 1111 draft=yes merged=no [full-stack] "
     "| review 0 approved | ann(31) bot=? | trusted=?"},
    {"review_approved", "pull_request_comment",
     "pull_request_review/submitted gitea:acme/tool refs/pull/7/head -..2222 "
     "| #7 WIP: Add ☕ topic@gitea:acme/tool 2222 -> main 1111 draft=yes merged=no [full-stack] "
     "| review 0 approved | ann(31) bot=? | trusted=?"},
    {"issues_label_updated", "issue_label",
     "issues/labeled gitea:acme/tool | issue 7 It broke [bug] | ann(31) bot=? | trusted=?"},
    {"issue_comment", "issue_comment",
     "issue_comment/created gitea:acme/tool | issue 7 It broke [bug] | comment 77 /retest "
     "| ann(31) bot=? | trusted=?"},
    {"issue_comment_on_change", "pull_request_comment",
     "issue_comment/edited gitea:acme/tool refs/pull/7/head "
     "| #7 It broke -@- - -> - - draft=? merged=no [bug] | issue 7 It broke [bug] | comment 77 /retest "
     "| ann(31) bot=? | trusted=?"},
    {"issue_comment_with_change", "pull_request_comment",
     "issue_comment/created gitea:acme/tool refs/pull/7/head -..2222 "
     "| #7 WIP: Add ☕ topic@gitea:acme/tool 2222 -> main 1111 draft=yes merged=no [full-stack] "
     "| issue 7 It broke [bug] | comment 77 /retest | gitea-actions(-2) bot=yes | trusted=?"},
    {"create_tag", "create",
     "create/- gitea:acme/tool refs/tags/v1.0 0000..2222 created tag=v1.0 | ann(31) bot=? | trusted=yes"},
    {"delete_branch", "delete",
     "delete/- gitea:acme/tool refs/heads/topic -..0000 deleted | ann(31) bot=? | trusted=yes"},
    {"release_updated", "release",
     "release/edited gitea:acme/tool refs/tags/v1.0 tag=v1.0 | release v1.0 draft=? | ann(31) bot=? "
     "| trusted=yes"},
    {"workflow_job", "workflow_job",
     "job/completed gitea:acme/tool refs/heads/topic -..2222 | check 3 build completed=success | ann(31) bot=? "
     "| trusted=?"},
    {"status", "status",
     "status/- gitea:acme/tool -..2222 | status pending ci | ann(31) bot=? | trusted=yes"},
    {"repository_created", "repository",
     "repository/created gitea:acme/tool | ann(31) bot=? | trusted=yes"},
    {"push", "wiki",
     "1 event `wiki` is not one that workflows can name"},
};

static void every_event_comes_out_in_the_neutral_form(void **state)
{
    (void)state;
    case_run(gitea_decode, "gitea", events, ARRAY_LEN(events));
}

static const struct bad_case bad[] = {
    {"push", "push", "\"before\"", "\"befor\"", "-1 before is missing"},
    {"push", "push", "\"total_commits\": 1", "\"total_commits\": true", "-1 total_commits is not an integer"},
    {"push", "push", "\"acme/tool\"", "\"acme/web/tool\"",
     "-1 repository.full_name is not the path of a repository"},
    {"push", "pull_request", "\"ref\"", "\"ref\"", "-1 action is missing"},
    {"pull_request_opened", "pull_request_review_approved", "\"opened\"", "\"reviewed\"", "-1 review is missing"},
    {"review_approved", "pull_request", "\"reviewed\"", "\"reviewed\"",
     "-1 review does not belong into this event"},
    {"issue_comment", "issues", "\"created\"", "\"opened\"", "-1 comment does not belong into this event"},
    {"pull_request_opened", "pull_request", "\"title\"", "\"titel\"", "-1 pull_request.title is missing"},
    {"create_tag", "delete", "\"v1.0\"", "\"v1.0\"", "-1 sha does not belong into this event"},
};

static void a_bad_shape_is_refused_and_says_where(void **state)
{
    (void)state;
    case_run_bad(gitea_decode, "gitea", bad, ARRAY_LEN(bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_comes_out_in_the_neutral_form),
        cmocka_unit_test(a_bad_shape_is_refused_and_says_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
