/* SPDX-License-Identifier: Apache-2.0 */
/* The events of `on:` and what may stand behind each: GitHub docs, "Events that trigger workflows". */
#include "config/workflow_parts.h"

static const char *const none[] = {NULL};
static const char *const change_types[] = {"opened",
                                           "synchronize",
                                           "reopened",
                                           "closed",
                                           "edited",
                                           "labeled",
                                           "unlabeled",
                                           "assigned",
                                           "unassigned",
                                           "ready_for_review",
                                           "converted_to_draft",
                                           "review_requested",
                                           "review_request_removed",
                                           "locked",
                                           "unlocked",
                                           "auto_merge_enabled",
                                           "auto_merge_disabled",
                                           "enqueued",
                                           "dequeued",
                                           "milestoned",
                                           "demilestoned",
                                           "approved",
                                           "unapproved",
                                           NULL};
static const char *const review_types[] = {"submitted", "edited", "dismissed", NULL};
static const char *const issue_types[] = {"opened",       "edited",    "deleted",  "transferred", "pinned",
                                          "unpinned",     "closed",    "reopened", "assigned",    "unassigned",
                                          "labeled",      "unlabeled", "locked",   "unlocked",    "milestoned",
                                          "demilestoned", "typed",     "untyped",  NULL};
static const char *const comment_types[] = {"created", "edited", "deleted", NULL};
static const char *const release_types[] = {"published", "unpublished", "created",  "edited",
                                            "deleted",   "prereleased", "released", NULL};
static const char *const check_run_types[] = {"created", "rerequested", "completed", "requested_action", NULL};
static const char *const check_suite_types[] = {"completed", "requested", "rerequested", NULL};
static const char *const merge_group_types[] = {"checks_requested", "destroyed", NULL};
static const char *const repository_types[] = {"created", "deleted",     "archived",   "unarchived", "edited",
                                               "renamed", "transferred", "publicized", "privatized", NULL};
static const char *const workflow_run_types[] = {"completed", "requested", "in_progress", NULL};
/* Statuses of GitLab's pipelines and jobs. */
static const char *const pipeline_types[] = {"created",   "waiting_for_resource",
                                             "preparing", "pending",
                                             "running",   "success",
                                             "failed",    "canceled",
                                             "skipped",   "manual",
                                             "scheduled", NULL};

static const char *const *types_of(const struct wf_trigger *t)
{
    return event_rows[t->event].types;
}

static void types_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_trigger *t = into;
    const char *const *known = types_of(t);
    struct names names;
    t->types.present = true;
    if (!node_names(r, n, "\"types\"", &names))
        return;
    for (size_t i = 0; i < names.n; i++) {
        struct sv s = sv_of(names.at[i]);
        if (known && !is_one_of(s, known))
            say(r, names.nodes[i], "unknown-type", "unknown type \"%s\" of %s%s", names.at[i],
                event_rows[t->event].what, did_you_mean(r, s, known, words_count(known)));
        else
            pattern_add(r, names.nodes[i], names.at[i], &t->types);
    }
}

static void permission_read(struct reading *r, const struct ynode *n, void *into)
{
    static const char *const words[] = {"read", "triage", "write", "maintain", "admin", NULL};
    struct sv s;
    if (!node_text(r, n, "\"permission\"", &s))
        return;
    if (is_one_of(s, words))
        *(const char **)into = s.p;
    else
        say(r, n, "bad-value", "\"permission\" must be one of: %s%s", words_text(r, words),
            did_you_mean(r, s, words, 5));
}

static void commands_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_filter *f = into;
    struct names names;
    f->present = true;
    if (!node_names(r, n, "\"commands\"", &names))
        return;
    for (size_t i = 0; i < names.n; i++) {
        if (is_word(sv_of(names.at[i]), "_-"))
            pattern_add(r, names.nodes[i], names.at[i], f);
        else
            say(r, names.nodes[i], "bad-name",
                "a command is made of letters, digits, _ and -, and stands here without its slash");
    }
}

static const char *const permission_words[] = {"read", "triage", "write", "maintain", "admin", NULL};
static const struct shape shape_permission = {SHAPE_WORD, .words = permission_words};
static const struct shape shape_command = {SHAPE_TEXT, .pattern = "^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$"};
static const struct shape shape_commands = {SHAPE_NAMES, .min = 1, .max = 1000, .of = &shape_command, .looks = "words"};

static const char *const own_words[] = {"ignore", "allow", NULL};
static const char *const offline_words[] = {"allow", "deny", NULL};
enum { WAIT_LEAST_MS = 1000, WAIT_MOST_MS = 600000 };

#define AT(member) .at = offsetof(struct wf_trigger, member)
#define FILTER(key_, member, doc_)                                                                                     \
    {                                                                                                                  \
        key_, F_READ, .read = filter_read, AT(member), .shape = &shape_patterns, .doc = doc_                           \
    }
#define TYPES(words_)                                                                                                  \
    {                                                                                                                  \
        "types", F_READ, .read = types_read, .at = 0, .doc = "actions", .shape = &(const struct shape)                 \
        {                                                                                                              \
            SHAPE_NAMES, .min = 1, .max = 1000, .of = &(const struct shape)                                            \
            {                                                                                                          \
                SHAPE_WORD, .words = (words_)                                                                          \
            }                                                                                                          \
        }                                                                                                              \
    }
#define REPOS                                                                                                          \
    {                                                                                                                  \
        "repos", F_READ, .read = repos_read, AT(repos), .shape = &shape_patterns,                                      \
                         .doc = "aliases, or patterns of them"                                                         \
    }
#define OWN                                                                                                            \
    {                                                                                                                  \
        "own", F_WORD, AT(own), .preset = "ignore", .words = own_words,                                                \
                       .doc = "events that this server caused itself; allow = they start it too"                       \
    }
#define AUTHORS        FILTER("authors", authors, "login of who did it")
#define LABELS         FILTER("labels", labels, "any of its labels")
#define BRANCHES(doc_) FILTER("branches", branches, doc_), FILTER("branches-ignore", branches_ignore, "all but these")
#define PATHS                                                                                                          \
    FILTER("paths", paths, "files changed"), FILTER("paths-ignore", paths_ignore, "not when only these changed")

static const struct field push_fields[] = {
    REPOS,
    BRANCHES("the branch pushed"),
    FILTER("tags", tags, "the tag pushed"),
    FILTER("tags-ignore", tags_ignore, "all but these"),
    PATHS,
    AUTHORS,
    OWN,
};
#define HOOK_FIELDS                                                                                                    \
    REPOS, BRANCHES("the branch pushed"), FILTER("tags", tags, "the tag pushed"),                                      \
        FILTER("tags-ignore", tags_ignore, "all but these"), PATHS, FILTER("authors", authors, "who pushes"),          \
        {"wait",                                                                                                       \
         F_DURATION,                                                                                                   \
         AT(wait_ms),                                                                                                  \
         .preset = "20s",                                                                                              \
         .min = WAIT_LEAST_MS,                                                                                         \
         .max = WAIT_MOST_MS,                                                                                          \
         .doc = "so long the push waits for the run; then it goes on, and so does the run"},                           \
    {                                                                                                                  \
        "offline", F_WORD, AT(offline),                                                                                \
            .preset = "allow", .words = offline_words,                                                                 \
            .doc = "a push that nobody can judge: the run failed to start, was lost, cancelled or ran "                \
                   "out of time (without a server the installed hook decides)"                                         \
    }
static const struct field pre_push_fields[] = {HOOK_FIELDS};
static const struct field pre_receive_fields[] = {HOOK_FIELDS};
static const struct field change_fields[] = {REPOS,  TYPES(change_types), BRANCHES("the base branch"), PATHS, LABELS,
                                             AUTHORS, OWN};
static const struct field review_fields[] = {REPOS,   TYPES(review_types), BRANCHES("the base branch"), LABELS,
                                             AUTHORS, OWN};
static const struct field issue_fields[] = {REPOS, TYPES(issue_types), LABELS, AUTHORS, OWN};
static const struct field comment_fields[] = {
    REPOS,
    TYPES(comment_types),
    LABELS,
    AUTHORS,
    OWN,
    {"commands", F_READ, .read = commands_read, AT(commands), .shape = &shape_commands,
     .doc = "first word of the comment, written /word there"},
    {"permission", F_READ, .read = permission_read, AT(permission), .shape = &shape_permission,
     .doc = "what the author must have at the repository; default write where there are commands"},
};
static const struct field plain_fields[] = {REPOS, AUTHORS, OWN};
static const struct field release_fields[] = {REPOS, TYPES(release_types), AUTHORS, OWN};
static const struct field check_run_fields[] = {REPOS, TYPES(check_run_types), AUTHORS, OWN};
static const struct field check_suite_fields[] = {REPOS, TYPES(check_suite_types), AUTHORS, OWN};
static const struct field merge_group_fields[] = {REPOS, TYPES(merge_group_types), BRANCHES("the base branch")};
static const struct field repository_fields[] = {REPOS, TYPES(repository_types), AUTHORS, OWN};
static const struct field pipeline_fields[] = {REPOS, TYPES(pipeline_types), BRANCHES("the branch it ran for"),
                                               AUTHORS, OWN};
static const struct field system_fields[] = {FILTER("types", types, "event_name of the system hook")};
static const struct field dispatch_fields[] = {
    {"inputs", F_READ, .read = dispatch_inputs_read, .at = 0, .shape = &shape_dispatch_inputs,
     .doc = "what is asked for"},
};
static const struct field repository_dispatch_fields[] = {REPOS, FILTER("types", types, "event_type of the request")};
static const struct field call_fields[] = {
    {"inputs", F_READ, .read = call_inputs_read, .at = 0, .shape = &shape_call_inputs,
     .doc = "what the caller gives in \"with\""},
    {"outputs", F_READ, .read = call_outputs_read, .at = 0, .shape = &shape_call_outputs,
     .doc = "what the caller gets"},
    {"secrets", F_READ, .read = call_secrets_read, .at = 0, .shape = &shape_call_secrets,
     .doc = "what the caller gives in \"secrets\""},
};
static const struct field workflow_run_fields[] = {
    {"workflows", F_READ, .read = filter_read, AT(workflows), .shape = &shape_patterns, .required = true,
     .doc = "their names"},
    TYPES(workflow_run_types),
    BRANCHES("the branch of the run"),
};

/* push_fields is the table of the object push_event, which stands behind `push:` as shape_push. */
#define EVENT(var_, name_, table_)                                                                                     \
    static const struct object var_##_event = {OBJECT("on." name_, "\"" name_ "\"", table_)};                          \
    static const struct shape shape_##var_ = {SHAPE_OBJECT, .null = true, .object = &var_##_event}
EVENT(push, "push", push_fields);
EVENT(pre_push, "pre_push", pre_push_fields);
EVENT(pre_receive, "pre_receive", pre_receive_fields);
EVENT(post_receive, "post_receive", push_fields);
EVENT(change, "pull_request", change_fields);
EVENT(system, "system", system_fields);
EVENT(review, "pull_request_review", review_fields);
EVENT(issues, "issues", issue_fields);
EVENT(comment, "issue_comment", comment_fields);
EVENT(create, "create", plain_fields);
EVENT(delete, "delete", plain_fields);
EVENT(release, "release", release_fields);
EVENT(status, "status", plain_fields);
EVENT(check_run, "check_run", check_run_fields);
EVENT(check_suite, "check_suite", check_suite_fields);
EVENT(merge_group, "merge_group", merge_group_fields);
EVENT(repository, "repository", repository_fields);
EVENT(pipeline, "pipeline", pipeline_fields);
EVENT(job, "job", pipeline_fields);
EVENT(dispatch, "workflow_dispatch", dispatch_fields);
EVENT(repository_dispatch, "repository_dispatch", repository_dispatch_fields);
EVENT(call, "workflow_call", call_fields);
static const struct object workflow_run_event = {OBJECT("on.workflow_run", "\"workflow_run\"", workflow_run_fields)};
static const struct shape shape_workflow_run = {SHAPE_OBJECT, .object = &workflow_run_event};

#define ROWS(X)                                                                                                        \
    X(PUSH, push, "push", none, "commits arrived on a branch, or a tag")                                               \
    X(PULL_REQUEST, change, "pull_request", change_types, "a pull or merge request")                                   \
    X(PULL_REQUEST_REVIEW, review, "pull_request_review", review_types, "a review of one")                             \
    X(ISSUES, issues, "issues", issue_types, "an issue")                                                               \
    X(ISSUE_COMMENT, comment, "issue_comment", comment_types, "a comment on an issue or a change")                     \
    X(CREATE, create, "create", none, "a branch or tag was made")                                                      \
    X(DELETE, delete, "delete", none, "a branch or tag was deleted")                                                   \
    X(RELEASE, release, "release", release_types, "a release")                                                         \
    X(STATUS, status, "status", none, "a commit got a status")                                                         \
    X(CHECK_RUN, check_run, "check_run", check_run_types, "a check")                                                   \
    X(CHECK_SUITE, check_suite, "check_suite", check_suite_types, "the checks of a commit")                            \
    X(MERGE_GROUP, merge_group, "merge_group", merge_group_types, "a merge queue")                                     \
    X(REPOSITORY, repository, "repository", repository_types, "the repository itself")                                 \
    X(PIPELINE, pipeline, "pipeline", pipeline_types, "a GitLab pipeline; types are its statuses")                     \
    X(JOB, job, "job", pipeline_types, "a GitLab job; types are its statuses")                                         \
    X(SYSTEM, system, "system", NULL, "a GitLab system hook; types are its event_name")                                \
    X(WORKFLOW_DISPATCH, dispatch, "workflow_dispatch", none, "started by hand")                                       \
    X(REPOSITORY_DISPATCH, repository_dispatch, "repository_dispatch", NULL, "a request with a type of its own")       \
    X(WORKFLOW_CALL, call, "workflow_call", none, "called by a job of another workflow")                               \
    X(WORKFLOW_RUN, workflow_run, "workflow_run", workflow_run_types, "another workflow started or ended")             \
    X(PRE_PUSH, pre_push, "pre_push", none, "somebody is about to push: git's hook in the clone asks first")           \
    X(PRE_RECEIVE, pre_receive, "pre_receive", none, "a bare repository is about to take a push")                      \
    X(POST_RECEIVE, post_receive, "post_receive", none, "a bare repository took a push; \"push\" means it as well")

const struct event_row event_rows[WF_EVENT_N] = {
#define X(id, var, name, types, doc) [WF_##id] = {name, &var##_event, types},
    ROWS(X)
#undef X
        [WF_SCHEDULE] = {"schedule", NULL, none},
};

static const struct field event_fields[] = {
#define X(id, var, name_, types, doc_) {name_, F_READ, .read = field_skip, .shape = &shape_##var, .doc = doc_},
    ROWS(X)
#undef X
        {"schedule", F_READ, .read = field_skip, .shape = &shape_schedules, .doc = "at times; a list"},
};
static const struct object events = {OBJECT("on", "\"on\"", event_fields)};
/* schedule and workflow_run need more than their name. */
static const char *const event_words[] = {"push",
                                          "pull_request",
                                          "pull_request_review",
                                          "issues",
                                          "issue_comment",
                                          "create",
                                          "delete",
                                          "release",
                                          "status",
                                          "check_run",
                                          "check_suite",
                                          "merge_group",
                                          "repository",
                                          "pipeline",
                                          "job",
                                          "system",
                                          "workflow_dispatch",
                                          "repository_dispatch",
                                          "workflow_call",
                                          "pre_push",
                                          "pre_receive",
                                          "post_receive",
                                          NULL};
static const struct shape shape_event = {SHAPE_WORD, .words = event_words};
static const struct shape shape_event_names = {SHAPE_NAMES, .min = 1, .max = 1000, .of = &shape_event,
                                               .looks = "events"};
static const struct shape shape_event_map = {SHAPE_OBJECT, .object = &events, .min = 1};
static const struct shape *const on_forms[] = {&shape_event_names, &shape_event_map, NULL};
const struct shape shape_on = {SHAPE_ONE_OF, .any = on_forms};
