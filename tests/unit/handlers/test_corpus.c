/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded payloads of others: 329 of GitHub (npm @octokit/webhooks-examples) and 45 of GitLab. Every one of them is
 * decoded or passed over for a reason, none is called invalid. */
#include "unit/handlers/decode_case.h"
#include "handlers/forge/github/github.h"
#include "handlers/forge/gitlab/gitlab.h"

enum { INDEX_MAX = 64 << 20, GITHUB_EXAMPLES = 329, GITHUB_DECODED = 154 };

static const struct want {
    const char *event;
    int at; /* which of the event's examples */
    const char *line;
} github_wants[] = {
    {"push", 0,
     "push/- github:Codertocat/Hello-World refs/tags/simple-tag 0000..6113 created tag=simple-tag "
     "| Codertocat(21031067) bot=no | trusted=yes"},
    {"push", 1,
     "push/- github:Codertocat/Hello-World refs/tags/simple-tag 6113..0000 deleted tag=simple-tag "
     "| Codertocat(21031067) bot=no | trusted=yes"},
    {"push", 4,
     "push/- github:Codertocat/Hello-World refs/heads/master 0000..6113 created "
     "| Codertocat(21031067) bot=no | trusted=yes"},
    {"pull_request", 0,
     "pull_request/opened github:Codertocat/Hello-World refs/pull/2/head -..ec26 "
     "| #2 Update the README with new information. changes@github:Codertocat/Hello-World ec26 -> master f95f "
     "draft=no merged=no [] | Codertocat(21031067) bot=no | trusted=yes"},
    {"pull_request", 3,
     "pull_request/closed github:Codertocat/Hello-World refs/pull/2/head -..ec26 "
     "| #2 Update the README with new information. changes@github:Codertocat/Hello-World ec26 -> master f95f "
     "draft=no merged=no [bug] | Codertocat(21031067) bot=no | trusted=yes"},
    {"pull_request", 5,
     "pull_request/converted_to_draft github:Codertocat/Hello-World refs/pull/2/head -..ec26 "
     "| #2 Update the README with new information. changes@github:Codertocat/Hello-World ec26 -> master f95f "
     "draft=yes merged=no [bug] | Codertocat(21031067) bot=no | trusted=yes"},
    {"pull_request", 22,
     "pull_request/synchronize github:Codertocat/Hello-World refs/pull/2/head f95f..ec26 "
     "| #2 Update the README with new information. changes@github:Codertocat/Hello-World ec26 -> master f95f "
     "draft=no merged=no [bug] | Codertocat(21031067) bot=no | trusted=yes"},
    {"pull_request_review", 0,
     "pull_request_review/submitted github:Codertocat/Hello-World refs/pull/2/head -..ec26 "
     "| #2 Update the README with new information. changes@github:Codertocat/Hello-World ec26 -> master f95f draft=? merged=? [] "
     "| review 237895671 commented | Codertocat(21031067) bot=no | trusted=yes"},
    {"check_run", 6,
     "check_run/requested_action github:electron/electron refs/heads/miniak/event-process-id -..5bd5 "
     "| check 1494503112 API Review in_progress | codebytere(2036040) bot=no | trusted=yes"},
    {"check_suite", 7,
     "check_suite/rerequested github:Codertocat/Hello-World refs/heads/changes -..ec26 "
     "| check 118578147 completed=success | octocoders-linter[bot](49795351) bot=yes | trusted=yes"},
    {"create", 0,
     "create/- github:Codertocat/Hello-World refs/tags/simple-tag 0000..- created tag=simple-tag "
     "| Codertocat(21031067) bot=no | trusted=yes"},
    {"delete", 0,
     "delete/- github:Codertocat/Hello-World refs/tags/simple-tag -..0000 deleted tag=simple-tag "
     "| Codertocat(21031067) bot=no | trusted=yes"},
    {"issue_comment", 0,
     "issue_comment/created github:Codertocat/Hello-World | issue 1 Spelling error in the README file [bug] "
     "| comment 492700400 You are totally right! I'll get this fixed right away. | Codertocat(21031067) bot=no "
     "| trusted=yes"},
    {"issues", 9,
     "issues/labeled github:Codertocat/Hello-World | issue 1 Spelling error in the README file [bug] "
     "| Codertocat(21031067) bot=no | trusted=yes"},
    {"merge_group", 0,
     "merge_group/checks_requested github:octo-org/octo-repo refs/heads/gh-readonly-queue/main/pr-104-929f8209d40f77f4abc622a499c93a83babdbe64 3803..2ffe "
     "| into main | Codertocat(21031067) bot=no | trusted=yes"},
    {"release", 0,
     "release/published github:Codertocat/Hello-World refs/tags/0.0.1 tag=0.0.1 | release 0.0.1 draft=no "
     "| Codertocat(21031067) bot=no | trusted=yes"},
    {"repository", 9,
     "repository/renamed github:Octocoders/Hello-World | Codertocat(21031067) bot=no | trusted=yes"},
    {"repository_dispatch", 0,
     "repository_dispatch/on-demand-test github:octo-org/octo-repo refs/heads/master | payload {} "
     "| Codertocat(21031067) bot=no | trusted=yes"},
    {"status", 0,
     "status/- github:Codertocat/Hello-World -..6113 | status success default | Codertocat(21031067) bot=no "
     "| trusted=yes"},
    {"workflow_dispatch", 0,
     "workflow_dispatch/- github:octo-org/octo-repo refs/heads/main "
     "| for .github/workflows/hello-world-workflow.yml | inputs {} | octocat(25328754) bot=no | trusted=yes"},
    {"workflow_run", 0,
     "workflow_run/completed github:Codertocat/Hello-World refs/heads/main -..5779 "
     "| run 1589141559 Manually triggered workflow by workflow_dispatch queued on main "
     "| Codertocat(54248166) bot=no | trusted=no"},
    {"workflow_run", 1,
     "workflow_run/completed github:octo-org/octo-repo refs/heads/master -..3484 "
     "| run 289782451 test by repository_dispatch completed=success on master | Codertocat(15669918) bot=no "
     "| trusted=yes"},
    {"workflow_job", 0,
     "job/in_progress github:octo-org/example-workflow -..e310 | check 2832853555 Test workflow in_progress "
     "| octocat(319655) bot=no | trusted=?"},
    {"star", 0,
     "1 event `star` is not one that workflows can name"},
};

/* Leaves the test when the file is not there: no memory may be held. */
static void find_or_skip(const char *variable, const char *otherwise, const char *file, char ret[512])
{
    const char *dir = getenv(variable);
    snprintf(ret, 512, "%s/%s", dir ? dir : otherwise, file);
    if (!file_exists(ret)) {
        print_message("skipped: %s is absent\n", ret);
        skip();
    }
}

static void check_github(const char *event, int at, const struct buf *line, size_t *seen)
{
    if (sv_starts(buf_view(line), SV("-1 ")))
        fail_msg("%s, example %d: %s", event, at, line->p);
    for (size_t i = 0; i < ARRAY_LEN(github_wants); i++)
        if (strcmp(github_wants[i].event, event) == 0 && github_wants[i].at == at) {
            case_check(event, github_wants[i].line, line);
            ++*seen;
        }
}

static void all_of_githubs_examples_are_understood(void **state)
{
    (void)state;
    char path[512];
    find_or_skip("FETTLE_OCTOKIT_EXAMPLES", "tests/node_modules/@octokit/webhooks-examples",
                 "api.github.com/index.json", path);
    AUTO(buf_free) struct buf text = {0}, one = {0}, line = {0};
    struct err e = {0};
    assert_int_equal(file_read(path, INDEX_MAX, &text, &e), 0);
    struct jdoc *doc;
    assert_int_equal(jdoc_parse(buf_view(&text), NULL, &doc, &e), 0);
    const struct jval *root = jdoc_root(doc);
    size_t n = 0, decoded = 0, wanted = 0;
    for (size_t i = 0; i < jval_len(root); i++) {
        const struct jval *examples = jval_get(jval_item(root, i), "examples");
        AUTO(mem_freep) char *event = sv_dup(jval_str(jval_get(jval_item(root, i), "name")));
        for (size_t k = 0; k < jval_len(examples); k++, n++) {
            struct jout j = {.buf = &one};
            buf_clear(&one);
            jout_val(&j, jval_item(examples, k));
            case_decode(github_decode, "github", event, buf_view(&one), &line);
            check_github(event, (int)k, &line, &wanted);
            decoded += !sv_starts(buf_view(&line), SV("1 "));
        }
    }
    jdoc_free(&doc);
    print_message("%zu examples, %zu decoded, the others are of no event that a workflow can name\n", n, decoded);
    assert_int_equal(n, GITHUB_EXAMPLES);
    assert_int_equal(decoded, GITHUB_DECODED);
    assert_int_equal(wanted, ARRAY_LEN(github_wants));
}

static const struct decode_case gitlab_wants[] = {
    {"gitlab-webhooks/push", "Push Hook",
     "push/- gitlab:mike/diaspora refs/heads/master 9579..da15 forced? truncated | jsmith(4) bot=no | trusted=yes"},
    {"gitlab-webhooks/tag_push", "Tag Push Hook",
     "push/- gitlab:jsmith/example refs/tags/v1.0.0 0000..82b3 created tag=v1.0.0 | jsmith(1) bot=no | trusted=yes"},
    {"gitlab-webhooks/merge_request", "Merge Request Hook",
     "pull_request/opened gitlab:gitlabhq/gitlab-test refs/merge-requests/1/head -..da15 "
     "| #1 MS-Viewport ms-viewport@gitlab:awesome_space/awesome_project da15 -> master - draft=no merged=no "
     "[API] | user1(1) bot=no | trusted=yes"},
    {"gitlab-webhooks/group_merge_request", "Merge Request Hook",
     "pull_request/closed gitlab:exm-namespace/example-project refs/merge-requests/1402/head -..61b6 "
     "| #1402 source-branch-test  source-branch-test@gitlab:exm-namespace/example-project 61b6 -> master - "
     "draft=no merged=yes [] | user1(42) bot=no | trusted=yes"},
    {"gitlab-webhooks/service_merge_request", "Merge Request Hook",
     "pull_request/synchronize gitlab:test/woodpecker refs/merge-requests/2/head 6ef0..0ab9 "
     "| #2 Update client.go 🎉 next-feature@gitlab:test/woodpecker 0ab9 -> master - draft=no merged=no [] "
     "| test(2) bot=no | trusted=yes"},
    {"gitlab-webhooks/issue", "Issue Hook",
     "issues/opened gitlab:gitlabhq/gitlab-test | issue 23 New API: create/update/delete file [API] "
     "| root(1) bot=no | trusted=?"},
    {"gitlab-webhooks/note_commit", "Note Hook",
     "issue_comment/created gitlab:gitlabhq/gitlab-test -..cfe3 "
     "| comment 1243 This is a commit comment. How does this work? | user1(42) bot=no | trusted=?"},
    {"gitlab-webhooks/note_issue", "Note Hook",
     "issue_comment/created gitlab:gitlab-org/gitlab-test | issue 17 test_issue [Afterpod,Element] "
     "| comment 1241 Hello world | user1(42) bot=no | trusted=?"},
    {"gitlab-webhooks/note_merge_request", "Note Hook",
     "issue_comment/created gitlab:gitlab-org/gitlab-test refs/merge-requests/1/head -..562e "
     "| #1 Tempora et eos debitis quae laborum et. master@gitlab:gitlab-org/gitlab-test 562e -> markdown - "
     "draft=no merged=no [Afterpod,Element] "
     "| issue 1 Tempora et eos debitis quae laborum et. [Afterpod,Element] "
     "| comment 1244 This MR needs work. | root(1) bot=no | trusted=?"},
    {"gitlab-webhooks/note_snippet", "Note Hook",
     "1 a note on something that is no change, issue or commit"},
    {"gitlab-webhooks/pipeline", "Pipeline Hook",
     "pipeline/success gitlab:gitlab-org/gitlab-test refs/heads/master bcbb..bcbb "
     "| #1 Test test@gitlab:gitlab-org/gitlab-test - -> master - draft=? merged=? [] | user1(42) bot=no "
     "| trusted=yes"},
    {"gitlab-webhooks/build", "Job Hook",
     "job/created gitlab:gitlab-org/gitlab-test refs/heads/gitlab-script-trigger 2293..2293 "
     "| user1(42) bot=no | trusted=yes"},
    {"gitlab-webhooks/job", "Job Hook",
     "job/success gitlab:jsmithy2/release-tools-fake refs/heads/main 0000..95d4 | jsmithy2(2967854) bot=no "
     "| trusted=yes"},
    {"gitlab-webhooks/release", "Release Hook",
     "release/published gitlab:exm-namespace/example-project refs/tags/1.0.0 -..2626 tag=1.0.0 "
     "| release 1.0.0 draft=no 1.0.0 | trusted=yes"},
    {"gitlab-webhooks/deployment", "Deployment Hook",
     "1 event `Deployment Hook` is not one that workflows can name"},
    {"gitlab-webhooks/feature_flag", "Feature Flag Hook",
     "1 event `Feature Flag Hook` is not one that workflows can name"},
    {"gitlab-webhooks/wiki_page", "Wiki Page Hook",
     "1 event `Wiki Page Hook` is not one that workflows can name"},
    {"gitlab-webhooks/member", "Member Hook",
     "1 event `Member Hook` is not one that workflows can name"},
    {"gitlab-webhooks/subgroup", "Subgroup Hook",
     "1 event `Subgroup Hook` is not one that workflows can name"},
    {"gitlab-webhooks/resource_access_token_group", "Resource Access Token Hook",
     "1 event `Resource Access Token Hook` is not one that workflows can name"},
    {"gitlab-webhooks/resource_access_token_project", "Resource Access Token Hook",
     "1 event `Resource Access Token Hook` is not one that workflows can name"},
    {"gitlab-systemhooks/push", "System Hook",
     "push/- gitlab:mike/diaspora refs/heads/master 9579..da15 forced? truncated | -(4) bot=? | trusted=yes"},
    {"gitlab-systemhooks/tag_push", "System Hook",
     "push/- gitlab:jsmith/example refs/tags/v1.0.0 0000..82b3 created tag=v1.0.0 | -(1) bot=? | trusted=yes"},
    {"gitlab-systemhooks/merge_request", "System Hook",
     "pull_request/edited gitlab:jsmith/example refs/merge-requests/1/head -..ba3e "
     "| #1 MS-Viewport ms-viewport@gitlab:awesome_space/awesome_project ba3e -> master - draft=no merged=no "
     "[] | root(0) bot=no | trusted=yes"},
    {"gitlab-systemhooks/repository_update", "System Hook",
     "system/repository_update gitlab:jsmith/example | -(1) bot=? | trusted=yes"},
    {"gitlab-systemhooks/project_create", "System Hook",
     "system/project_create gitlab:jsmith/storecloud | trusted=yes"},
    {"gitlab-systemhooks/project_destroy", "System Hook",
     "system/project_destroy gitlab:jsmith/underscore | trusted=yes"},
    {"gitlab-systemhooks/project_rename", "System Hook",
     "system/project_rename gitlab:jsmith/underscore | trusted=yes"},
    {"gitlab-systemhooks/project_transfer", "System Hook",
     "system/project_transfer gitlab:scores/underscore | trusted=yes"},
    {"gitlab-systemhooks/project_update", "System Hook",
     "system/project_update gitlab:jsmith/storecloud | trusted=yes"},
    {"gitlab-systemhooks/group_create", "System Hook",
     "system/group_create - | trusted=yes"},
    {"gitlab-systemhooks/group_destroy", "System Hook",
     "system/group_destroy - | trusted=yes"},
    {"gitlab-systemhooks/group_rename", "System Hook",
     "system/group_rename - | trusted=yes"},
    {"gitlab-systemhooks/key_create", "System Hook",
     "system/key_create - | trusted=yes"},
    {"gitlab-systemhooks/key_destroy", "System Hook",
     "system/key_destroy - | trusted=yes"},
    {"gitlab-systemhooks/user_add_to_group", "System Hook",
     "system/user_add_to_group - | trusted=yes"},
    {"gitlab-systemhooks/user_add_to_team", "System Hook",
     "system/user_add_to_team gitlab:jsmith/storecloud | trusted=yes"},
    {"gitlab-systemhooks/user_create", "System Hook",
     "system/user_create - | trusted=yes"},
    {"gitlab-systemhooks/user_destroy", "System Hook",
     "system/user_destroy - | trusted=yes"},
    {"gitlab-systemhooks/user_failed_login", "System Hook",
     "system/user_failed_login - | trusted=yes"},
    {"gitlab-systemhooks/user_remove_from_group", "System Hook",
     "system/user_remove_from_group - | trusted=yes"},
    {"gitlab-systemhooks/user_remove_from_team", "System Hook",
     "system/user_remove_from_team gitlab:jsmith/storecloud | trusted=yes"},
    {"gitlab-systemhooks/user_rename", "System Hook",
     "system/user_rename - | trusted=yes"},
    {"gitlab-systemhooks/user_update_for_group", "System Hook",
     "system/user_update_for_group - | trusted=yes"},
    {"gitlab-systemhooks/user_update_for_team", "System Hook",
     "system/user_update_for_team gitlab:jsmith/storecloud | trusted=yes"},
};

static void all_of_gitlabs_payloads_are_understood(void **state)
{
    (void)state;
    char path[512];
    find_or_skip("FETTLE_SHARED", "../shared/data", "gitlab-webhooks/push.json", path);
    AUTO(buf_free) struct buf text = {0}, line = {0};
    struct err e = {0};
    for (size_t i = 0; i < ARRAY_LEN(gitlab_wants); i++) {
        const char *dir = getenv("FETTLE_SHARED");
        snprintf(path, sizeof path, "%s/%s.json", dir ? dir : "../shared/data", gitlab_wants[i].file);
        buf_clear(&text);
        assert_int_equal(file_read(path, INDEX_MAX, &text, &e), 0);
        case_decode(gitlab_decode, "gitlab", gitlab_wants[i].event, buf_view(&text), &line);
        case_check(gitlab_wants[i].file, gitlab_wants[i].want, &line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_githubs_examples_are_understood),
        cmocka_unit_test(all_of_gitlabs_payloads_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
