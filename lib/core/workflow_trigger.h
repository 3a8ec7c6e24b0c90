/* SPDX-License-Identifier: Apache-2.0 */
/* What a workflow listens to. Part of core/workflow.h. */
#pragma once
#include "base/clk.h"
#include "lang/glob.h"

struct wf_env {
    const char **names, **values;
    size_t n;
};

#define WF_EVENTS(X)                                                                                                   \
    X(PUSH, "push")                                                                                                    \
    X(PULL_REQUEST, "pull_request")                                                                                    \
    X(SYSTEM, "system")                                                                                                \
    X(PULL_REQUEST_REVIEW, "pull_request_review")                                                                      \
    X(ISSUES, "issues")                                                                                                \
    X(ISSUE_COMMENT, "issue_comment")                                                                                  \
    X(CREATE, "create")                                                                                                \
    X(DELETE, "delete")                                                                                                \
    X(RELEASE, "release")                                                                                              \
    X(STATUS, "status")                                                                                                \
    X(CHECK_RUN, "check_run")                                                                                          \
    X(CHECK_SUITE, "check_suite")                                                                                      \
    X(MERGE_GROUP, "merge_group")                                                                                      \
    X(REPOSITORY, "repository")                                                                                        \
    X(PIPELINE, "pipeline")                                                                                            \
    X(JOB, "job")                                                                                                      \
    X(WORKFLOW_DISPATCH, "workflow_dispatch")                                                                          \
    X(REPOSITORY_DISPATCH, "repository_dispatch")                                                                      \
    X(WORKFLOW_CALL, "workflow_call")                                                                                  \
    X(WORKFLOW_RUN, "workflow_run")                                                                                    \
    X(SCHEDULE, "schedule")                                                                                            \
    X(PRE_PUSH, "pre_push")                                                                                            \
    X(PRE_RECEIVE, "pre_receive")                                                                                      \
    X(POST_RECEIVE, "post_receive")
enum wf_event {
#define X(id, name) WF_##id,
    WF_EVENTS(X)
#undef X
        WF_EVENT_N
};
extern const char *const wf_event_name[]; /* "push", "pull_request", … */

struct wf_filter {
    bool present; /* the key stands in the file */
    struct globs globs;
};

/* What this server caused itself (core/own_event.h) starts nothing, or is like any other. */
enum wf_own { WF_OWN_IGNORE, WF_OWN_ALLOW };

/* What a push does that nobody can judge: the server is away, or a run came to no judgement. */
enum wf_offline { WF_OFFLINE_ALLOW, WF_OFFLINE_DENY };

struct wf_trigger { /* one entry under `on:` */
    enum wf_event event;
    struct wf_filter repos; /* aliases (or patterns of them) */
    struct wf_filter types; /* pull_request: filled with opened, synchronize, reopened where the file names none */
    struct wf_filter branches, branches_ignore; /* push: the pushed branch; pull_request: the base branch */
    struct wf_filter tags, tags_ignore;
    struct wf_filter paths, paths_ignore;
    struct wf_filter labels, authors;
    struct wf_filter workflows;    /* workflow_run: names of the workflows listened to */
    struct wf_filter commands;     /* issue_comment: first word of the comment without its slash */
    const char *permission;        /* issue_comment with commands: what the author must have, default "write" */
    struct wf_schedule *schedules; /* schedule */
    size_t n_schedules;
    struct wf_input *inputs; /* workflow_dispatch, workflow_call */
    size_t n_inputs;
    struct wf_env outputs;     /* workflow_call: name -> text with expressions */
    struct wf_secret *secrets; /* workflow_call */
    size_t n_secrets;
    enum wf_own own;
    msec_t wait_ms;          /* pre_push, pre_receive: so long a push waits for the run; then it goes on without */
    enum wf_offline offline; /* of these too */
    int line;
};

struct wf_schedule {
    const char *cron, *timezone; /* as written; timezone NULL = UTC */
    int line;
};

enum wf_input_type { INPUT_STRING, INPUT_BOOLEAN, INPUT_NUMBER, INPUT_CHOICE, INPUT_ENVIRONMENT };
struct wf_input {
    const char *name, *description;
    enum wf_input_type type;
    bool required;
    const char *preset;   /* default, as text; may have expressions in workflow_call. NULL = none */
    const char **options; /* INPUT_CHOICE */
    size_t n_options;
};
struct wf_secret {
    const char *name, *description;
    bool required;
};
