/* SPDX-License-Identifier: Apache-2.0 */
/* A workflow file as read: what config/workflow_file makes and the planner uses. Immutable; text in one arena. */
#pragma once
#include "base/clk.h"
#include "core/repo.h"
#include "lang/glob.h"

struct wf_env {
    const char **names, **values;
    size_t n;
};

enum wf_event { WF_PUSH, WF_PULL_REQUEST, WF_SYSTEM, WF_EVENT_N };
extern const char *const wf_event_name[]; /* "push", "pull_request", "system" */

struct wf_filter {
    bool present; /* the key stands in the file */
    struct globs globs;
};

struct wf_trigger { /* one entry under `on:` */
    enum wf_event event;
    struct wf_filter repos; /* aliases (or patterns of them) */
    struct wf_filter types; /* pull_request: filled with opened, synchronize, reopened where the file names none */
    struct wf_filter branches, branches_ignore; /* push: the pushed branch; pull_request: the base branch */
    struct wf_filter tags, tags_ignore;
    struct wf_filter paths, paths_ignore;
    struct wf_filter labels, authors;
    int line;
};

/* The language in full is a later room (lib/lang/expr); until then `if` is exactly one of these calls. */
enum wf_cond { COND_SUCCESS, COND_FAILURE, COND_ALWAYS, COND_CANCELLED };
extern const char *const wf_cond_name[]; /* "success", … */

enum wf_step_kind { STEP_RUN, STEP_USES };

struct wf_step {
    const char *id, *name; /* name: as written, else made from the script's first line or the action */
    enum wf_step_kind kind;
    const char *run;       /* STEP_RUN */
    const char *shell;     /* "bash" or "sh"; NULL = bash where there is one, else sh, both with -e */
    const char *workdir;   /* below the workspace; NULL = the workspace */
    const char *uses;      /* STEP_USES: the name of the action_ops */
    struct wf_env with, env;
    enum wf_cond cond;
    msec_t timeout_ms; /* 0 = the job's */
    bool continue_on_error;
    int line;
};

struct wf_job {
    const char *key, *name;
    const char *repo;   /* alias; NULL = the event's repository */
    const char **needs; /* keys */
    size_t n_needs;
    const char **runs_on; /* labels; none = any machine will do */
    size_t n_runs_on;
    enum wf_cond cond;
    struct wf_env env;
    msec_t timeout_ms; /* default 6 h */
    struct wf_step *steps;
    size_t n_steps;
    int line;
};

struct workflow {
    const char *name; /* default: the file name without .yml */
    const char *file; /* for people: "workflows/ci.yml" or "backend:.fettle/workflows/ci.yml@<sha>" */
    const char *origin; /* alias of the repository it was read from; NULL = the server's folder */
    struct wf_trigger *triggers;
    size_t n_triggers;
    struct wf_env env;
    const char **repositories; /* aliases */
    size_t n_repositories;
    enum coordination coordination;
    struct {
        const char *context; /* NULL = "fettle/<name>" */
    } report;
    struct wf_job *jobs;
    size_t n_jobs;
};

/* A path below the workspace: relative, no "..", not empty; what `working-directory` and a checkout's `path` may be. */
bool workspace_path_ok(struct sv path);

struct workflow_set {
    struct workflow **at;
    size_t n;
};
