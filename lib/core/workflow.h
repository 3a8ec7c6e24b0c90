/* SPDX-License-Identifier: Apache-2.0 */
/* A workflow file as read: what config/workflow_file makes and the planner uses. Immutable; text in one arena. */
#pragma once
#include "core/policy.h"
#include "core/repo.h"
#include "core/workflow_trigger.h"

/* Texts marked (x) may have ${{ }} in them. They were compiled when the file was read, so they are right in form; they
 * are evaluated when their moment comes, out of the rows of the run. */
struct wf_concurrency {
    const char *group;              /* (x); NULL = none */
    const char *cancel_in_progress; /* (x) "true", "false" or an expression; NULL = false */
    bool queue_all;                 /* queue: all that come wait in order; else only the latest waits (GitHub's rule) */
};
struct wf_defaults {             /* defaults.run */
    const char *shell, *workdir; /* (x); NULL = not said */
};
enum wf_access { ACCESS_UNSAID, ACCESS_NONE, ACCESS_READ, ACCESS_WRITE };
#define WF_PERMISSIONS(X)                                                                                              \
    X(ACTIONS, "actions")                                                                                              \
    X(CHECKS, "checks")                                                                                                \
    X(CONTENTS, "contents")                                                                                            \
    X(DEPLOYMENTS, "deployments") X(ISSUES, "issues") X(PULL_REQUESTS, "pull-requests") X(STATUSES, "statuses")
enum wf_permission {
#define X(id, name) PERM_##id,
    WF_PERMISSIONS(X)
#undef X
        PERM_N
};
extern const char *const wf_permission_name[];
struct wf_permissions {
    bool said; /* the key stands in the file: what it does not name is `none` */
    enum wf_access at[PERM_N];
};

/* The four plain conditions; COND_EXPR: any other expression, in cond_text. */
enum wf_cond { COND_SUCCESS, COND_FAILURE, COND_ALWAYS, COND_CANCELLED, COND_EXPR };
extern const char *const wf_cond_name[]; /* "success", … */

enum wf_step_kind { STEP_RUN, STEP_USES };

struct wf_step {
    const char *id, *name; /* name: as written, else made from the script's first line or the action */
    enum wf_step_kind kind;
    const char *run;         /* STEP_RUN */
    const char *shell;       /* (x) bash, sh, python, or a command with {0} in it; NULL = what defaults say, else bash
                              * where there is one, else sh, both with -e */
    const char *workdir;     /* (x) below the workspace; NULL = what defaults say, else the workspace */
    const char *reports;     /* STEP_RUN: patterns of test reports below the workspace, one a line; NULL = none */
    const char *uses;        /* STEP_USES: the name of the action_ops */
    struct wf_env with, env; /* (x) values */
    enum wf_cond cond;
    const char *cond_text;    /* `if` as written without ${{ }} around it; NULL = success() */
    msec_t timeout_ms;        /* 0 = the job's */
    const char *timeout_text; /* (x) minutes, where it is an expression; else NULL */
    bool continue_on_error;
    const char *continue_text; /* (x) where it is an expression; else NULL */
    struct wf_retry retry;     /* not said = the job's */
    bool once; /* `repeatable: false`: never tried again by itself; an unknown outcome waits for a person */
    enum wf_checkpoint checkpoint;
    struct wf_limits limits;
    int line;
};

struct wf_job {
    const char *key, *name; /* name (x) */
    const char *repo;       /* (x) alias; NULL = the event's repository */
    bool standby;           /* it is no part of a run: a fix calls it */
    const char **needs;     /* keys */
    size_t n_needs;
    const char **runs_on; /* labels; none = any machine will do */
    size_t n_runs_on;
    enum wf_cond cond;
    const char *cond_text;                    /* as of a step */
    struct wf_env env;                        /* (x) values */
    msec_t timeout_ms;                        /* default 6 h */
    const char *timeout_text, *continue_text; /* as of a step */
    bool continue_on_error;
    /* JSON: lists with `include` and `exclude`, its strings (x), or a string (x) with that as value; NULL = none. */
    const char *matrix;
    const char *fail_fast, *max_parallel; /* (x); NULL = true, no bound */
    struct wf_env outputs;                /* (x) */
    struct wf_defaults defaults;
    struct wf_concurrency concurrency;
    struct wf_permissions permissions;
    const char *environment, *environment_url; /* (x); NULL = none */
    msec_t estimate_ms;                        /* 0 = not said */
    const char *uses; /* a reusable workflow: "./.fettle/workflows/x.yml", "alias/.fettle/workflows/x.yml@ref" or the
                       * name of one in the server's folder; then it has no steps */
    struct wf_env with, secrets; /* of the reusable workflow; (x) */
    bool secrets_inherit;
    struct wf_retry retry;        /* not said = the workflow's */
    struct wf_recovery *recovery; /* none = the workflow's */
    size_t n_recovery;
    struct wf_resources resources;
    struct wf_approve approve;
    struct wf_limits limits;
    struct wf_step *steps;
    size_t n_steps;
    int line;
};

enum wf_report_on {
    REPORT_ON_EVENT,       /* the commit of the event */
    REPORT_ON_EVERY_CHANGE /* and the open changes of its other repositories that have a branch of the same name */
};
enum wf_comment { COMMENT_NONE, COMMENT_STICKY /* one beneath the change, written over by the newest run */ };

struct workflow {
    const char *name;   /* default: the file name without .yml */
    const char *file;   /* for people: "workflows/ci.yml" or "backend:.fettle/workflows/ci.yml@<sha>" */
    char digest[65];    /* SHA-256 of the file's text, in hexadecimal digits */
    const char *origin; /* alias of the repository it was read from; NULL = the server's folder */
    struct wf_trigger *triggers;
    size_t n_triggers;
    const char *run_name; /* (x); NULL = the name */
    struct wf_env env;    /* (x) values */
    struct wf_defaults defaults;
    struct wf_concurrency concurrency;
    struct wf_permissions permissions;
    const char **repositories; /* aliases */
    size_t n_repositories;
    enum coordination coordination;
    struct {
        const char *context; /* NULL = "fettle/<name>" */
        bool check;          /* a check run beside the status, at forges that have such */
        bool required;       /* a rule of the forge wants the status: it is said also where filters keep the run away */
        enum wf_comment comment;
        enum wf_report_on on;
    } report;
    /* (x) critical, high, normal or low; of an event that is named here, else the one without a name. NULL = normal. */
    const char *priority;
    struct wf_env priority_by_event;
    enum lookahead_switch lookahead; /* for its runs */
    struct wf_retry retry;
    struct wf_recovery *recovery;
    size_t n_recovery;
    struct wf_limits limits;
    struct wf_job *jobs;
    size_t n_jobs;
};

/* A path below the workspace: relative, no "..", not empty; what `working-directory` and a checkout's `path` may be. */
bool workspace_path_ok(struct sv path);

struct workflow_set {
    struct workflow **at;
    size_t n;
};
