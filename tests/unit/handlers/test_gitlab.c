/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/handlers/decode_case.h"
#include "handlers/forge/gitlab/gitlab.h"

static const struct decode_case events[] = {
    {"push", "Push Hook",
     "push/- gitlab:acme/web/frontend refs/heads/main 1111..2222 forced? | ann(21) bot=no | trusted=yes"},
    {"push_new_branch", "Push Hook",
     "push/- gitlab:acme/web/frontend refs/heads/topic 0000..2222 created truncated | ann(21) bot=no "
     "| trusted=yes"},
    {"push_deleted_branch", "Push Hook",
     "push/- gitlab:acme/web/frontend refs/heads/main 1111..0000 deleted | ann(21) bot=no | trusted=yes"},
    {"push_truncated", "Push Hook",
     "push/- gitlab:acme/web/frontend refs/heads/main 1111..2222 forced? truncated "
     "| project_300_bot_1a2b(21) bot=yes | trusted=yes"},
    {"tag_push_deleted", "Tag Push Hook",
     "push/- gitlab:acme/web/frontend refs/tags/v1.0 1111..0000 deleted tag=v1.0 | ann(21) bot=no | trusted=yes"},
    {"merge_request_open", "Merge Request Hook",
     "pull_request/opened gitlab:acme/web/frontend refs/merge-requests/7/head -..2222 "
     "| #7 Add ☕ topic@gitlab:acme/web/frontend 2222 -> main - draft=no merged=no [full-stack] "
     "| ann(21) bot=no | trusted=yes"},
    {"merge_request_update_code", "Merge Request Hook",
     "pull_request/synchronize gitlab:acme/web/frontend refs/merge-requests/7/head 3333..2222 "
     "| #7 Add ☕ topic@gitlab:acme/web/frontend 2222 -> main - draft=no merged=no [full-stack] "
     "| ann(21) bot=no | trusted=yes"},
    {"merge_request_update_label", "Merge Request Hook",
     "pull_request/edited gitlab:acme/web/frontend refs/merge-requests/7/head -..2222 "
     "| #7 Add ☕ topic@gitlab:acme/web/frontend 2222 -> main - draft=no merged=no [full-stack] "
     "| ann(21) bot=no | trusted=yes"},
    {"merge_request_reopen", "Merge Request Hook",
     "pull_request/reopened gitlab:acme/web/frontend refs/merge-requests/7/head -..2222 "
     "| #7 Add ☕ topic@gitlab:acme/web/frontend 2222 -> main - draft=no merged=no [full-stack] "
     "| ann(21) bot=no | trusted=yes"},
    {"merge_request_close", "Merge Request Hook",
     "pull_request/closed gitlab:acme/web/frontend refs/merge-requests/7/head -..2222 "
     "| #7 Add ☕ topic@gitlab:acme/web/frontend 2222 -> main - draft=no merged=no [full-stack] "
     "| ann(21) bot=no | trusted=yes"},
    {"merge_request_merge", "Merge Request Hook",
     "pull_request/closed gitlab:acme/web/frontend refs/merge-requests/7/head -..2222 "
     "| #7 Add ☕ topic@gitlab:acme/web/frontend 2222 -> main - draft=no merged=yes [full-stack] "
     "| ann(21) bot=no | trusted=yes"},
    {"merge_request_approved", "Merge Request Hook",
     "pull_request/approved gitlab:acme/web/frontend refs/merge-requests/7/head -..2222 "
     "| #7 Add ☕ topic@gitlab:acme/web/frontend 2222 -> main - draft=yes merged=no [full-stack] "
     "| ann(21) bot=no | trusted=yes"},
    {"merge_request_fork", "Merge Request Hook",
     "pull_request/opened gitlab:acme/web/frontend refs/merge-requests/7/head -..2222 "
     "| #7 Add ☕ topic@gitlab:bob/frontend 2222 -> main - draft=no merged=no [full-stack] "
     "| bob(22) bot=no | trusted=no"},
    {"merge_request_fork_gone", "Merge Request Hook",
     "pull_request/opened gitlab:acme/web/frontend refs/merge-requests/7/head -..2222 "
     "| #7 Add ☕ topic@- 2222 -> main - draft=no merged=no [full-stack] | ann(21) bot=no | trusted=?"},
    {"merge_request_empty", "Merge Request Hook",
     "pull_request/opened gitlab:acme/web/frontend refs/merge-requests/7/head "
     "| #7 Add ☕ topic@gitlab:acme/web/frontend - -> main - draft=no merged=no [full-stack] "
     "| ann(21) bot=no | trusted=yes"},
    {"merge_request_token_bot", "Merge Request Hook",
     "pull_request/opened gitlab:acme/web/frontend refs/merge-requests/7/head -..2222 "
     "| #7 Add ☕ topic@gitlab:acme/web/frontend 2222 -> main - draft=no merged=no [full-stack] "
     "| group_17_bot_0f(23) bot=yes | trusted=yes"},
    {"merge_request_blank_keys", "Merge Request Hook",
     "pull_request/opened gitlab:acme/web/frontend refs/merge-requests/7/head -..2222 "
     "| #7 Add ☕ topic@gitlab:acme/web/frontend 2222 -> main - draft=no merged=no [full-stack] "
     "| ann(21) bot=no | trusted=yes"},
    {"issue_reopen", "Confidential Issue Hook",
     "issues/reopened gitlab:acme/web/frontend | issue 17 It broke [bug] | ann(21) bot=no | trusted=?"},
    {"work_item_of_group", "Issue Hook",
     "1 a work item of a group belongs to no repository"},
    {"note_on_change_edited", "Note Hook",
     "issue_comment/edited gitlab:acme/web/frontend refs/merge-requests/7/head -..2222 "
     "| #7 Add ☕ topic@gitlab:acme/web/frontend 2222 -> main - draft=no merged=no [bug] "
     "| issue 7 Add ☕ [bug] | comment 1241 /retest | ann(21) bot=no | trusted=?"},
    {"note_on_fork", "Note Hook",
     "issue_comment/created gitlab:acme/web/frontend refs/merge-requests/7/head -..2222 "
     "| #7 Add ☕ topic@gitlab:bob/frontend 2222 -> main - draft=no merged=no [] | issue 7 Add ☕ [] "
     "| comment 1241 /retest | ann(21) bot=no | trusted=no"},
    {"note_by_system", "Note Hook",
     "1 a note that GitLab wrote itself"},
    {"pipeline_tag", "Pipeline Hook",
     "pipeline/failed gitlab:acme/web/frontend refs/tags/v1.0 0000..2222 tag=v1.0 | ann(21) bot=no | trusted=yes"},
    {"pipeline_fork", "Pipeline Hook",
     "pipeline/success gitlab:acme/web/frontend refs/merge-requests/7/head 0000..2222 "
     "| #7 Add topic@- - -> main - draft=? merged=? [] | ann(21) bot=no | trusted=no"},
    {"job_of_change", "Job Hook",
     "job/success gitlab:acme/web/frontend refs/merge-requests/7/head 0000..2222 | ann(21) bot=no | trusted=?"},
    {"release_update", "Release Hook",
     "release/edited gitlab:acme/web/frontend refs/tags/v1.0 -..2222 tag=v1.0 | release v1.0 draft=no One "
     "| trusted=yes"},
    {"push", "Wiki Page Hook",
     "1 event `Wiki Page Hook` is not one that workflows can name"},
};

static void every_event_comes_out_in_the_neutral_form(void **state)
{
    (void)state;
    case_run(gitlab_decode, "gitlab", events, ARRAY_LEN(events));
}

static const struct decode_case system_hooks[] = {
    {"push", "System Hook",
     "push/- gitlab:acme/web/frontend refs/heads/main 1111..2222 forced? truncated | ann(21) bot=no | trusted=yes"},
    {"system_push", "System Hook",
     "push/- gitlab:acme/web/frontend refs/heads/main 1111..2222 forced? truncated | ann(21) bot=no | trusted=yes"},
    {"tag_push_deleted", "System Hook",
     "push/- gitlab:acme/web/frontend refs/tags/v1.0 1111..0000 deleted tag=v1.0 | ann(21) bot=no | trusted=yes"},
    {"merge_request_fork", "System Hook",
     "pull_request/opened gitlab:acme/web/frontend refs/merge-requests/7/head -..2222 "
     "| #7 Add ☕ topic@gitlab:bob/frontend 2222 -> main - draft=no merged=no [full-stack] "
     "| bob(22) bot=no | trusted=no"},
    {"issue_reopen", "System Hook",
     "system/issue gitlab:acme/web/frontend | trusted=yes"},
};

static void a_system_hook_is_named_by_its_body(void **state)
{
    (void)state;
    case_run(gitlab_decode, "gitlab", system_hooks, ARRAY_LEN(system_hooks));
}

static const struct bad_case bad[] = {
    {"push", "Push Hook", "\"object_kind\": \"push\"", "\"object_kind\": \"tag_push\"",
     "-1 object_kind is tag_push, which does not belong to this event"},
    {"push", "Tag Push Hook", "\"push\"", "\"push\"",
     "-1 object_kind is push, which does not belong to this event"},
    {"push", "Push Hook", "\"object_kind\"", "\"kind\"", "-1 object_kind is missing"},
    {"push", "Push Hook", "\"project\"", "\"projekt\"", "-1 project is missing"},
    {"push", "Push Hook", "acme/web/frontend", "acme//frontend",
     "-1 project.path_with_namespace is not the path of a repository"},
    {"push", "Push Hook", "acme/web/frontend", "acme/-web",
     "-1 project.path_with_namespace is not the path of a repository"},
    {"push", "Push Hook", "acme/web/frontend", "acme",
     "-1 project.path_with_namespace is not the path of a repository"},
    {"merge_request_open", "Merge Request Hook", "\"iid\": 7", "\"iid\": \"7\"",
     "-1 object_attributes.iid is not an integer"},
    {"merge_request_open", "Merge Request Hook", "\"iid\": 7", "\"iid\": 0",
     "-1 object_attributes.iid is not positive"},
    {"merge_request_open", "Merge Request Hook", "\"topic\"", "\"to pic\"",
     "-1 object_attributes.source_branch is not the name of a branch or tag that git would allow"},
    {"merge_request_open", "Merge Request Hook", "\"source_project_id\": 300", "\"source_project_id\": \"300\"",
     "-1 object_attributes.source_project_id is not an integer"},
    {"note_on_change_edited", "Note Hook", "\"merge_request\"", "\"mr\"", "-1 merge_request is missing"},
    {"pipeline_fork", "Pipeline Hook", "\"iid\": 7", "\"iid\": 0", "-1 merge_request.iid is not positive"},
    {"pipeline_tag", "Pipeline Hook", "\"failed\"", "7", "-1 object_attributes.status is not a string"},
    {"release_update", "Release Hook", "\"v1.0\"", "\"v1.lock\"",
     "-1 tag is not the name of a branch or tag that git would allow"},
    {"push", "System Hook", "\"event_name\": \"push\"", "\"event_name\": 7", "-1 event_name is not a string"},
};

static void a_bad_shape_is_refused_and_says_where(void **state)
{
    (void)state;
    case_run_bad(gitlab_decode, "gitlab", bad, ARRAY_LEN(bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_comes_out_in_the_neutral_form),
        cmocka_unit_test(a_system_hook_is_named_by_its_body),
        cmocka_unit_test(a_bad_shape_is_refused_and_says_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
