/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/trigger.h"

static struct arena arena;

struct row {
    const char *what;
    struct { /* the trigger; lists are separated by blanks, NULL = the key is absent */
        enum wf_event event;
        const char *repos, *types, *branches, *branches_ignore, *tags, *tags_ignore, *paths, *paths_ignore, *labels,
            *authors, *workflows, *commands, *permission, *crons; /* crons: with _ for a blank */
    } on;
    struct {
        const char *name, *action, *ref, *base, *labels, *login, *alias, *paths;
        const char *issue_labels, *comment, *merge_base, *run, *ran_on, *cron, *workflow, *tag;
        enum tristate deleted, draft;
        enum paths_known known;
        bool received;
        const char *level; /* what the sender may do; "later", NULL = not known */
    } ev;
    const char *reason; /* NULL = it starts */
};

#define PUSH                 .name = "push", .ref
#define MAIN                 .name = "push", .ref = "refs/heads/main"
#define CHANGE               .name = "pull_request", .ref = "refs/pull/7/head", .base = "main", .action
#define COMMENT              .name = "issue_comment", .action = "created", .level = "write", .comment
#define RAN                  .name = "workflow_run", .run = "build", .ran_on = "main", .action
#define CRON                 .name = "schedule", .workflow = "w", .cron
#define BEFORE               .name = "pre_push", .ref
#define UNWANTED(key, value) key ": \"" value "\" is not wanted"

static const struct row rows[] = {
    {"a push without filters", {.event = WF_PUSH}, {MAIN}, NULL},
    {"another event", {.event = WF_PULL_REQUEST}, {MAIN}, "on: \"push\" is not listed"},
    {"an event of no kind",
     {.event = WF_PUSH},
     {.name = "fork"},
     "on: workflows cannot start from \"fork\" in this version"},
    {"a deleted branch", {.event = WF_PUSH}, {MAIN, .deleted = YES}, "the ref was deleted"},
    {"a branch that is wanted", {WF_PUSH, .branches = "main rel/**"}, {PUSH = "refs/heads/rel/a/b"}, NULL},
    {"a branch that is not", {WF_PUSH, .branches = "main"}, {PUSH = "refs/heads/x"}, UNWANTED("branches", "x")},
    {"a negative pattern", {WF_PUSH, .branches = "** !x"}, {PUSH = "refs/heads/x"}, UNWANTED("branches", "x")},
    {"an ignored branch",
     {WF_PUSH, .branches_ignore = "wip/**"},
     {PUSH = "refs/heads/wip/a"},
     UNWANTED("branches-ignore", "wip/a")},
    {"a branch beside the ignored", {WF_PUSH, .branches_ignore = "wip/**"}, {MAIN}, NULL},
    {"a tag where only branches are named",
     {WF_PUSH, .branches = "**"},
     {PUSH = "refs/tags/v1"},
     UNWANTED("tags", "v1")},
    {"a tag where only branches are ignored",
     {WF_PUSH, .branches_ignore = "x"},
     {PUSH = "refs/tags/v1"},
     UNWANTED("tags", "v1")},
    {"a branch where only tags are named", {WF_PUSH, .tags = "v*"}, {MAIN}, UNWANTED("branches", "main")},
    {"a tag where both are named", {WF_PUSH, .branches = "x", .tags = "v*"}, {PUSH = "refs/tags/v1"}, NULL},
    {"an ignored tag", {WF_PUSH, .tags_ignore = "v*"}, {PUSH = "refs/tags/v1"}, UNWANTED("tags-ignore", "v1")},
    {"a tag without filters", {.event = WF_PUSH}, {PUSH = "refs/tags/v1"}, NULL},
    {"a change that was opened", {.event = WF_PULL_REQUEST}, {CHANGE = "opened"}, NULL},
    {"a change with new commits", {.event = WF_PULL_REQUEST}, {CHANGE = "synchronize"}, NULL},
    {"a change opened again", {.event = WF_PULL_REQUEST}, {CHANGE = "reopened"}, NULL},
    {"a change that got a label", {.event = WF_PULL_REQUEST}, {CHANGE = "labeled"}, UNWANTED("types", "labeled")},
    {"a label where it is asked for", {WF_PULL_REQUEST, .types = "labeled"}, {CHANGE = "labeled"}, NULL},
    {"types take the place of the usual ones",
     {WF_PULL_REQUEST, .types = "closed"},
     {CHANGE = "opened"},
     UNWANTED("types", "opened")},
    {"branches of a change are base branches", {WF_PULL_REQUEST, .branches = "main"}, {CHANGE = "opened"}, NULL},
    {"a change into another branch",
     {WF_PULL_REQUEST, .branches = "rel"},
     {CHANGE = "opened"},
     UNWANTED("branches", "main")},
    {"a change without a base",
     {WF_PULL_REQUEST, .branches = "main"},
     {.name = "pull_request", .action = "opened"},
     "branches: the event has none"},
    {"a repository by alias", {WF_PUSH, .repos = "api web"}, {MAIN, .alias = "web"}, NULL},
    {"another repository", {WF_PUSH, .repos = "api"}, {MAIN, .alias = "web"}, UNWANTED("repos", "web")},
    {"a repository that is not configured", {WF_PUSH, .repos = "**"}, {MAIN}, "repos: the event has none"},
    {"a label of several", {WF_PULL_REQUEST, .labels = "full-*"}, {CHANGE = "opened", .labels = "a full-stack"}, NULL},
    {"other labels",
     {WF_PULL_REQUEST, .labels = "full"},
     {CHANGE = "opened", .labels = "a b"},
     UNWANTED("labels", "a")},
    {"no label", {WF_PULL_REQUEST, .labels = "full"}, {CHANGE = "opened"}, "labels: the event has none"},
    {"an author", {WF_PUSH, .authors = "* !*\\[bot\\]"}, {MAIN, .login = "ann"}, NULL},
    {"a bot", {WF_PUSH, .authors = "* !*\\[bot\\]"}, {MAIN, .login = "dep[bot]"}, UNWANTED("authors", "dep[bot]")},
    {"a path", {WF_PUSH, .paths = "src/**"}, {MAIN, .paths = "a src/b/c"}, NULL},
    {"no such path", {WF_PUSH, .paths = "src/**"}, {MAIN, .paths = "a b"}, UNWANTED("paths", "a")},
    {"nothing changed", {WF_PUSH, .paths = "src/**"}, {MAIN}, "paths: the event has none"},
    {"one path that is not ignored", {WF_PUSH, .paths_ignore = "docs/**"}, {MAIN, .paths = "docs/a b"}, NULL},
    {"ignored paths alone",
     {WF_PUSH, .paths_ignore = "docs/**"},
     {MAIN, .paths = "docs/a docs/b"},
     UNWANTED("paths-ignore", "docs/a")},
    {"paths of a tag are not asked for",
     {WF_PUSH, .tags = "**", .paths = "src/**"},
     {PUSH = "refs/tags/v1", .paths = "a"},
     NULL},
    {"paths to be known later", {WF_PUSH, .paths = "src/**"}, {MAIN, .known = PATHS_LATER}, NULL},
    {"paths that nobody knows",
     {WF_PUSH, .paths = "src/**"},
     {MAIN, .known = PATHS_UNKNOWN},
     "paths: what changed is not known (the repository is not in repositories.yaml or cannot be read)"},
    {"the first filter that says no is told",
     {WF_PULL_REQUEST, .branches = "x", .labels = "l", .paths = "p"},
     {CHANGE = "opened", .paths = "q"},
     UNWANTED("branches", "main")},
    {"a review of a change into a branch",
     {WF_PULL_REQUEST_REVIEW, .branches = "main"},
     {.name = "pull_request_review", .action = "submitted", .base = "main"},
     NULL},
    {"a review by its type",
     {WF_PULL_REQUEST_REVIEW, .types = "submitted"},
     {.name = "pull_request_review", .action = "dismissed"},
     UNWANTED("types", "dismissed")},
    {"all types of a review",
     {.event = WF_PULL_REQUEST_REVIEW},
     {.name = "pull_request_review", .action = "dismissed"},
     NULL},
    {"a merge group",
     {WF_MERGE_GROUP, .branches = "main"},
     {.name = "merge_group",
      .action = "checks_requested",
      .ref = "refs/heads/gh-readonly-queue/main/pr-1-a",
      .merge_base = "main"},
     NULL},
    {"a merge group into another branch",
     {WF_MERGE_GROUP, .branches = "rel/*"},
     {.name = "merge_group", .action = "checks_requested", .merge_base = "main"},
     UNWANTED("branches", "main")},
    {"a merge group that is gone",
     {.event = WF_MERGE_GROUP},
     {.name = "merge_group", .action = "destroyed"},
     UNWANTED("types", "destroyed")},
    {"an issue of any type", {.event = WF_ISSUES}, {.name = "issues", .action = "pinned"}, NULL},
    {"an issue by its type",
     {WF_ISSUES, .types = "opened labeled"},
     {.name = "issues", .action = "closed"},
     UNWANTED("types", "closed")},
    {"labels of an issue",
     {WF_ISSUES, .labels = "bug"},
     {.name = "issues", .action = "opened", .issue_labels = "a bug"},
     NULL},
    {"a comment", {.event = WF_ISSUE_COMMENT}, {COMMENT = "hello"}, NULL},
    {"a command", {WF_ISSUE_COMMENT, .commands = "deploy test"}, {COMMENT = "/deploy to production\r\nplease"}, NULL},
    {"a command alone", {WF_ISSUE_COMMENT, .commands = "deploy"}, {COMMENT = "/deploy"}, NULL},
    {"another command",
     {WF_ISSUE_COMMENT, .commands = "deploy"},
     {COMMENT = "/deployment"},
     UNWANTED("commands", "deployment")},
    {"a comment that is no command",
     {WF_ISSUE_COMMENT, .commands = "**"},
     {COMMENT = "do /deploy"},
     "commands: the event has none"},
    {"a command on the second line",
     {WF_ISSUE_COMMENT, .commands = "**"},
     {COMMENT = "a\n/deploy"},
     "commands: the event has none"},
    {"a path is no command",
     {WF_ISSUE_COMMENT, .commands = "**"},
     {COMMENT = "/usr/bin is broken"},
     "commands: the event has none"},
    {"a command that was edited in",
     {WF_ISSUE_COMMENT, .commands = "deploy"},
     {.name = "issue_comment", .action = "edited", .comment = "/deploy"},
     UNWANTED("types", "edited")},
    {"a command that was edited in, where that is asked for",
     {WF_ISSUE_COMMENT, .types = "edited", .commands = "deploy"},
     {.name = "issue_comment", .action = "edited", .comment = "/deploy", .level = "admin"},
     NULL},
    {"a command of a reader",
     {WF_ISSUE_COMMENT, .commands = "deploy"},
     {.name = "issue_comment", .action = "created", .comment = "/deploy", .login = "bob", .level = "triage"},
     "permission: bob has \"triage\", and \"write\" is needed"},
    {"a command of a reader, who may",
     {WF_ISSUE_COMMENT, .commands = "deploy", .permission = "read"},
     {.name = "issue_comment", .action = "created", .comment = "/deploy", .level = "read"},
     NULL},
    {"a command for owners",
     {WF_ISSUE_COMMENT, .commands = "deploy", .permission = "admin"},
     {.name = "issue_comment", .action = "created", .comment = "/deploy", .level = "maintain"},
     "permission: the sender has \"maintain\", and \"admin\" is needed"},
    {"a command of somebody",
     {WF_ISSUE_COMMENT, .commands = "deploy"},
     {.name = "issue_comment", .action = "created", .comment = "/deploy", .level = NULL},
     "permission: not known"},
    {"a command that is asked about later",
     {WF_ISSUE_COMMENT, .commands = "deploy"},
     {.name = "issue_comment", .action = "created", .comment = "/deploy", .level = "later"},
     NULL},
    {"a comment of somebody",
     {.event = WF_ISSUE_COMMENT},
     {.name = "issue_comment", .action = "created", .comment = "hello", .level = NULL},
     NULL},
    {"a new tag", {WF_CREATE, .tags = "v*"}, {.name = "create", .ref = "refs/tags/v1", .tag = "v1"}, NULL},
    {"a new branch where tags are named",
     {WF_CREATE, .tags = "v*"},
     {.name = "create", .ref = "refs/heads/v1"},
     "tags: the event has none"},
    {"a new branch", {.event = WF_CREATE}, {.name = "create", .ref = "refs/heads/v1"}, NULL},
    {"a tag that is gone",
     {WF_DELETE, .tags_ignore = "v*"},
     {.name = "delete", .ref = "refs/tags/v1", .tag = "v1", .deleted = YES},
     UNWANTED("tags-ignore", "v1")},
    {"a branch that is gone", {.event = WF_DELETE}, {.name = "delete", .ref = "refs/heads/x", .deleted = YES}, NULL},
    {"a release",
     {WF_RELEASE, .types = "published", .tags = "v*"},
     {.name = "release", .action = "published", .ref = "refs/tags/v1", .tag = "v1"},
     NULL},
    {"a draft of a release",
     {.event = WF_RELEASE},
     {.name = "release", .action = "created", .tag = "v1", .draft = YES},
     "the release is a draft"},
    {"a status", {.event = WF_STATUS}, {.name = "status"}, NULL},
    {"a check run",
     {WF_CHECK_RUN, .types = "completed"},
     {.name = "check_run", .action = "created"},
     UNWANTED("types", "created")},
    {"a check suite that ended", {.event = WF_CHECK_SUITE}, {.name = "check_suite", .action = "completed"}, NULL},
    {"a check suite that begins",
     {.event = WF_CHECK_SUITE},
     {.name = "check_suite", .action = "requested"},
     UNWANTED("types", "requested")},
    {"a repository", {WF_REPOSITORY, .types = "renamed"}, {.name = "repository", .action = "renamed"}, NULL},
    {"a pipeline",
     {WF_PIPELINE, .types = "success", .branches = "main"},
     {.name = "pipeline", .action = "success", .ref = "refs/heads/main"},
     NULL},
    {"a job of a tag",
     {WF_JOB, .branches = "main"},
     {.name = "job", .action = "success", .ref = "refs/tags/v1"},
     UNWANTED("tags", "v1")},
    {"a run of a workflow",
     {WF_WORKFLOW_RUN, .workflows = "build test", .types = "completed", .branches = "main"},
     {RAN = "completed"},
     NULL},
    {"a run of another workflow",
     {WF_WORKFLOW_RUN, .workflows = "test"},
     {RAN = "completed"},
     UNWANTED("workflows", "build")},
    {"a run on another branch",
     {WF_WORKFLOW_RUN, .workflows = "build", .branches_ignore = "main"},
     {RAN = "completed"},
     UNWANTED("branches-ignore", "main")},
    {"a run that begins",
     {WF_WORKFLOW_RUN, .workflows = "build", .types = "completed"},
     {RAN = "requested"},
     UNWANTED("types", "requested")},
    {"all types of a run", {WF_WORKFLOW_RUN, .workflows = "build"}, {RAN = "in_progress"}, NULL},
    {"a schedule", {WF_SCHEDULE, .crons = "0_2_*_*_* 5_4_*_*_*"}, {CRON = "5 4 * * *"}, NULL},
    {"another schedule", {WF_SCHEDULE, .crons = "0_2_*_*_*"}, {CRON = "5 4 * * *"}, UNWANTED("cron", "5 4 * * *")},
    {"the schedule of another workflow",
     {WF_SCHEDULE, .crons = "5_4_*_*_*"},
     {.name = "schedule", .workflow = "x", .cron = "5 4 * * *"},
     UNWANTED("workflow", "x")},
    {"a workflow by its name", {.event = WF_WORKFLOW_DISPATCH}, {.name = "workflow_dispatch", .workflow = "w"}, NULL},
    {"a workflow by its file",
     {.event = WF_WORKFLOW_DISPATCH},
     {.name = "workflow_dispatch", .workflow = "api:.fettle/workflows/ci.yml"},
     NULL},
    {"a workflow by the end of its file",
     {.event = WF_WORKFLOW_DISPATCH},
     {.name = "workflow_dispatch", .workflow = "ci.yml"},
     NULL},
    {"a workflow by the file of the same name at the forge",
     {.event = WF_WORKFLOW_DISPATCH},
     {.name = "workflow_dispatch", .workflow = ".github/workflows/ci.yml"},
     NULL},
    {"a workflow of another repository",
     {.event = WF_WORKFLOW_DISPATCH},
     {.name = "workflow_dispatch", .workflow = "web:.fettle/workflows/ci.yml"},
     UNWANTED("workflow", "web:.fettle/workflows/ci.yml")},
    {"a dispatch",
     {WF_REPOSITORY_DISPATCH, .types = "nightly*"},
     {.name = "repository_dispatch", .action = "nightly-2"},
     NULL},
    {"another dispatch",
     {WF_REPOSITORY_DISPATCH, .types = "x"},
     {.name = "repository_dispatch", .action = "y"},
     UNWANTED("types", "y")},
    {"nothing happens that calls a workflow",
     {.event = WF_WORKFLOW_CALL},
     {.name = "workflow_call"},
     "on: workflows cannot start from \"workflow_call\" in this version"},
    {"a push that is about to happen", {WF_PRE_PUSH, .branches = "main"}, {BEFORE = "refs/heads/main"}, NULL},
    {"one to another branch",
     {WF_PRE_PUSH, .branches = "main"},
     {BEFORE = "refs/heads/topic"},
     UNWANTED("branches", "topic")},
    {"one of which only the other hook is listened to",
     {WF_PRE_RECEIVE, .branches = "main"},
     {BEFORE = "refs/heads/main"},
     "on: \"pre_push\" is not listed"},
    {"a branch that is about to be deleted",
     {.event = WF_PRE_PUSH},
     {BEFORE = "refs/heads/main", .deleted = YES},
     "the ref was deleted"},
    {"paths and authors before a push",
     {WF_PRE_PUSH, .paths = "src/**", .authors = "ann"},
     {BEFORE = "refs/heads/main", .paths = "src/a", .login = "bob"},
     UNWANTED("authors", "bob")},
    {"a push that a bare repository took", {.event = WF_POST_RECEIVE}, {MAIN, .received = true}, NULL},
    {"the same is a push", {.event = WF_PUSH}, {MAIN, .received = true}, NULL},
    {"a push that a forge tells of was not received", {.event = WF_POST_RECEIVE}, {MAIN}, "on: \"push\" is not listed"},
    {"a received push to another branch",
     {WF_POST_RECEIVE, .branches = "rel"},
     {MAIN, .received = true},
     UNWANTED("branches", "main")},
    {"labels before paths",
     {WF_PULL_REQUEST, .labels = "l", .authors = "a", .paths = "p"},
     {CHANGE = "opened", .login = "b", .paths = "q"},
     "labels: the event has none"},
    {"a system event by its type",
     {WF_SYSTEM, .types = "project_*"},
     {.name = "system", .action = "project_create"},
     NULL},
    {"another system event",
     {WF_SYSTEM, .types = "user_*"},
     {.name = "system", .action = "project_create"},
     UNWANTED("types", "project_create")},
};

static size_t words(const char *text, const char ***ret)
{
    size_t n = 0;
    struct sv rest = sv_of(text), word;
    *ret = arena_new(&arena, 16 * sizeof **ret);
    while (text && sv_next(&rest, ' ', &word))
        (*ret)[n++] = arena_dup(&arena, word);
    return n;
}

static void fill(struct wf_filter *f, const char *text)
{
    struct err e = {0};
    const char **at;
    size_t n = words(text, &at);
    f->present = text != NULL;
    for (size_t i = 0; i < n; i++)
        assert_int_equal(globs_add(&f->globs, sv_of(at[i]), &arena, &e), 0);
}

static void schedules_of(const char *text, struct wf_trigger *t)
{
    const char **at;
    t->n_schedules = words(text, &at);
    t->schedules = arena_new(&arena, (t->n_schedules + 1) * sizeof *t->schedules);
    for (size_t i = 0; i < t->n_schedules; i++) {
        char *cron = arena_strdup(&arena, at[i]);
        for (char *p = cron; *p; p++)
            *p = *p == '_' ? ' ' : *p;
        t->schedules[i].cron = cron;
    }
}

static void trigger_of(const struct row *r, struct wf_trigger *t)
{
    *t = (struct wf_trigger){.event = r->on.event};
    fill(&t->repos, r->on.repos);
    fill(&t->types, r->on.types);
    fill(&t->branches, r->on.branches);
    fill(&t->branches_ignore, r->on.branches_ignore);
    fill(&t->tags, r->on.tags);
    fill(&t->tags_ignore, r->on.tags_ignore);
    fill(&t->paths, r->on.paths);
    fill(&t->paths_ignore, r->on.paths_ignore);
    fill(&t->labels, r->on.labels);
    fill(&t->authors, r->on.authors);
    fill(&t->workflows, r->on.workflows);
    fill(&t->commands, r->on.commands);
    t->permission = r->on.permission;
    schedules_of(r->on.crons, t);
}

static void ask(const struct row *r, struct wf_trigger *triggers, size_t n, struct trigger_verdict *ret)
{
    struct workflow w = {
        .name = "w", .file = "api:.fettle/workflows/ci.yml@1234", .triggers = triggers, .n_triggers = n};
    struct hook_event ev = {.name = r->ev.name, .action = r->ev.action, .ref = r->ev.ref, .deleted = r->ev.deleted};
    ev.received = r->ev.received;
    const char **paths;
    ev.change.base_ref = r->ev.base;
    ev.change.n_labels = words(r->ev.labels, &ev.change.labels);
    ev.issue.n_labels = words(r->ev.issue_labels, &ev.issue.labels);
    ev.sender.login = r->ev.login;
    ev.comment.body = r->ev.comment;
    ev.merge_base = r->ev.merge_base;
    ev.workflow_run.name = r->ev.run;
    ev.workflow_run.head_branch = r->ev.ran_on;
    ev.schedule = r->ev.cron;
    ev.workflow = r->ev.workflow;
    ev.tag = r->ev.tag;
    ev.release.draft = r->ev.draft;
    struct trigger_input in = {.event = &ev, .alias = r->ev.alias, .known = r->ev.known};
    if (r->ev.level)
        in.level_known = member_level_of(sv_of(r->ev.level), &in.level) ? LEVEL_KNOWN : LEVEL_LATER;
    in.n_paths = words(r->ev.paths, &paths);
    in.paths = paths;
    trigger_match(&w, &in, &arena, ret);
}

static void what_filters_keep_away_may_be_spared(void **state)
{
    (void)state;
    static const struct {
        struct wf_trigger on;
        const char *name, *action, *after;
        bool spared;
    } cases[] = {
        {{.event = WF_PULL_REQUEST}, "pull_request", "opened", "a1", false}, /* it starts */
        {{.event = WF_PULL_REQUEST, .paths = {.present = true}}, "pull_request", "opened", "a1", true},
        {{.event = WF_PULL_REQUEST, .branches = {.present = true}}, "pull_request", "synchronize", "a1", true},
        {{.event = WF_PULL_REQUEST, .labels = {.present = true}}, "pull_request", "opened", "a1", true},
        {{.event = WF_PULL_REQUEST, .authors = {.present = true}}, "pull_request", "opened", "a1", true},
        {{.event = WF_PULL_REQUEST, .paths = {.present = true}}, "pull_request", "labeled", "a1", false},
        {{.event = WF_PULL_REQUEST, .repos = {.present = true}}, "pull_request", "opened", "a1", false},
        {{.event = WF_PULL_REQUEST, .paths = {.present = true}}, "pull_request", "opened", NULL, false},
        {{.event = WF_PULL_REQUEST, .paths = {.present = true}}, "push", NULL, "a1", false},
        {{.event = WF_PUSH, .branches = {.present = true}}, "push", NULL, "a1", false},
        {{.event = WF_MERGE_GROUP, .branches = {.present = true}}, "merge_group", "checks_requested", "a1", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct wf_trigger t = cases[i].on;
        struct workflow w = {.name = "w", .file = "w.yml", .triggers = &t, .n_triggers = 1};
        struct hook_event ev = {
            .name = cases[i].name, .action = cases[i].action, .after = cases[i].after, .ref = "refs/heads/x"};
        ev.change.base_ref = "main";
        ev.sender.login = "ann";
        struct trigger_input in = {.event = &ev, .alias = "api", .known = PATHS_KNOWN};
        struct trigger_verdict v;
        trigger_match(&w, &in, &arena, &v);
        if (trigger_spares(&in, &v) != cases[i].spared)
            fail_msg("case %zu: %s", i, v.reason ? v.reason : "it starts");
    }
}

static void what_a_person_gives_has_to_fit_the_file(void **state)
{
    (void)state;
    static const struct {
        const char *inputs, *reason;
    } cases[] = {
        {"{\"n\":\"7\"}", NULL},
        {"{\"n\":\"x\"}", "inputs: the input \"n\" must be a number"},
        {"{\"m\":\"7\",\"n\":1}", "inputs: there is no input \"m\": the workflow has others"},
        {"{}", "inputs: the input \"n\" is required"},
        {NULL, "inputs: the input \"n\" is required"},
    };
    struct wf_input input = {.name = "n", .type = INPUT_NUMBER, .required = true};
    struct wf_trigger t = {.event = WF_WORKFLOW_DISPATCH, .inputs = &input, .n_inputs = 1};
    struct workflow w = {.name = "w", .file = "w.yml", .triggers = &t, .n_triggers = 1};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct hook_event ev = {.name = "workflow_dispatch", .workflow = "w", .inputs = cases[i].inputs};
        struct trigger_input in = {.event = &ev};
        struct trigger_verdict v;
        trigger_match(&w, &in, &arena, &v);
        if (v.matched != !cases[i].reason || (v.reason && strcmp(v.reason, cases[i].reason) != 0))
            fail_msg("%s: %s", cases[i].inputs, v.reason ? v.reason : "starts");
    }
}

static bool in_later(const struct row *r)
{
    return r->ev.level && strcmp(r->ev.level, "later") == 0;
}

static void every_filter_says_what_it_wants(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct wf_trigger t;
        struct trigger_verdict v;
        trigger_of(&rows[i], &t);
        ask(&rows[i], &t, 1, &v);
        if (v.matched != !rows[i].reason || !v.reason != v.matched ||
            (v.reason && strcmp(v.reason, rows[i].reason) != 0))
            fail_msg("%s: %s", rows[i].what, v.reason ? v.reason : "starts");
        if (v.needs_paths != (rows[i].ev.known == PATHS_LATER))
            fail_msg("%s: paths", rows[i].what);
        if (v.needs_level != (in_later(&rows[i]) && v.matched))
            fail_msg("%s: level", rows[i].what);
        arena_free(&arena);
    }
}

static void any_of_several_entries_starts_it(void **state)
{
    (void)state;
    struct wf_trigger t[2];
    struct trigger_verdict v;
    const struct row no = {.on = {WF_PUSH, .branches = "x"}, .ev = {MAIN}}, yes = {.on = {WF_PUSH, .branches = "main"}};
    trigger_of(&no, &t[0]);
    trigger_of(&yes, &t[1]);
    ask(&no, t, 2, &v);
    assert_true(v.matched);
    assert_null(v.reason);
    assert_int_equal(v.n_filters, 1);
    assert_string_equal(v.filters[0].key, "branches");
    assert_string_equal(v.filters[0].value, "main");
    assert_true(v.filters[0].matched);
    arena_free(&arena);
}

static void filters_behind_the_first_no_are_asked_too(void **state)
{
    (void)state;
    static const struct row row = {
        .on = {WF_PULL_REQUEST, .repos = "web", .types = "opened", .branches = "main", .labels = "x", .authors = "ann",
               .paths = "src/**", .paths_ignore = "src/**"},
        .ev = {CHANGE = "closed", .alias = "api", .labels = "y", .login = "ann", .paths = "docs/a src/b"}};
    static const struct filter_verdict want[] = {
        {"repos", "api", false},  {"types", "closed", false}, {"branches", "main", true},       {"labels", "y", false},
        {"authors", "ann", true}, {"paths", "src/b", true},   {"paths-ignore", "docs/a", true},
    };
    struct wf_trigger t;
    struct trigger_verdict v;
    trigger_of(&row, &t);
    ask(&row, &t, 1, &v);
    assert_false(v.matched);
    assert_string_equal(v.reason, "repos: \"api\" is not wanted");
    assert_int_equal(v.n_filters, ARRAY_LEN(want));
    for (size_t i = 0; i < v.n_filters; i++) {
        assert_string_equal(v.filters[i].key, want[i].key);
        assert_string_equal(v.filters[i].value, want[i].value);
        assert_int_equal(v.filters[i].matched, want[i].matched);
    }
    arena_free(&arena);
}

/* The most that one entry can say, so that there is room for all of it. */
static void an_entry_with_every_filter_has_room(void **state)
{
    (void)state;
    for (int event = 0; event < WF_EVENT_N; event++) {
        struct row row = {
            .on = {(enum wf_event)event, "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", NULL},
            .ev = {.name = wf_event_name[event], .action = "b", .ref = "refs/heads/b", .paths = "b", .workflow = "b"}};
        struct wf_trigger t;
        struct trigger_verdict v;
        trigger_of(&row, &t);
        ask(&row, &t, 1, &v);
        assert_false(v.matched);
        assert_true(v.n_filters <= TRIGGER_FILTERS);
        arena_free(&arena);
    }
}

static void a_command_has_arguments(void **state)
{
    (void)state;
    struct sv command, arguments;
    assert_true(trigger_command("/deploy\t to  production \r\nsecond", &command, &arguments));
    assert_true(sv_is(command, "deploy"));
    assert_true(sv_is(arguments, "to  production"));
    assert_true(trigger_command("/re-test", &command, &arguments));
    assert_true(sv_is(arguments, ""));
    static const char *const no[] = {"", "/", "/ deploy", "//x", "deploy", " /deploy", "\n/deploy", "/a\xc3\xa9"};
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        assert_false(trigger_command(no[i], &command, &arguments));
    assert_false(trigger_command(NULL, &command, &arguments));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_filter_says_what_it_wants),
        cmocka_unit_test(what_filters_keep_away_may_be_spared),
        cmocka_unit_test(what_a_person_gives_has_to_fit_the_file),
        cmocka_unit_test(any_of_several_entries_starts_it),
        cmocka_unit_test(filters_behind_the_first_no_are_asked_too),
        cmocka_unit_test(an_entry_with_every_filter_has_room),
        cmocka_unit_test(a_command_has_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
