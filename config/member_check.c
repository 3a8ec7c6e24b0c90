/* SPDX-License-Identifier: Apache-2.0 */
/* Members of the contexts whose names are fixed: spec §4 (github), §5 (event), and those that GitHub documents. */
#include "config/expr_check.h"

enum { CHILDREN_MAX = 64 };

static const char *const github_members[] = {
    "event_name", "event.*",  "repository", "repository_owner", "ref",    "ref_name",   "ref_type",    "sha",
    "head_ref",   "base_ref", "actor",      "workflow",         "run_id", "run_number", "run_attempt", "job",
    "server_url", "api_url",  "token",      "workspace",        NULL};
static const char *const event_members[] = {"forge",
                                            "name",
                                            "action",
                                            "delivery",
                                            "repository.id",
                                            "repository.full_name",
                                            "repository.default_branch",
                                            "repository.private",
                                            "ref",
                                            "before",
                                            "after",
                                            "created",
                                            "deleted",
                                            "forced",
                                            "tag",
                                            "commits_truncated",
                                            "pull_request.number",
                                            "pull_request.title",
                                            "pull_request.head.sha",
                                            "pull_request.head.ref",
                                            "pull_request.head.repository",
                                            "pull_request.base.sha",
                                            "pull_request.base.ref",
                                            "pull_request.draft",
                                            "pull_request.merged",
                                            "pull_request.labels",
                                            "issue.number",
                                            "issue.title",
                                            "issue.labels",
                                            "comment.id",
                                            "comment.body",
                                            "sender.id",
                                            "sender.login",
                                            "sender.bot",
                                            "trusted",
                                            NULL};
static const char *const repo_members[] = {"alias", "id", "full_name", "default_branch", "sha", "ref", NULL};
static const char *const run_members[] = {"id", "number", "attempt", "workflow", "url", "trusted", NULL};
static const char *const job_members[] = {"key", "name", "status", NULL};
static const char *const runner_members[] = {"name", "os", "arch", "temp", "workspace", "environment", "debug", NULL};
static const char *const strategy_members[] = {"fail-fast", "job-index", "job-total", "max-parallel", NULL};

static const struct {
    const char *context;
    const char *const *members;
} contexts[] = {
    {"github", github_members}, {"event", event_members},   {"repo", repo_members},         {"run", run_members},
    {"job", job_members},       {"runner", runner_members}, {"strategy", strategy_members},
};

/* What people look for here by another name. */
static const struct {
    const char *context, *name, *advice;
} advices[] = {
    {"github", "triggering_actor", "use github.actor"},
    {"github", "actor_id", "use event.sender.id"},
    {"github", "repository_id", "use github.event.repository.id"},
    {"github", "repository_owner_id", "use github.event.repository.owner.id"},
    {"github", "repositoryUrl", "use github.server_url and github.repository"},
    {"github", "event_path", "use github.event: the file is not written"},
    {"github", "action", "use an id of the step"},
    {"github", "action_path", "there are no actions in folders here"},
    {"github", "action_ref", "actions are built in here"},
    {"github", "action_repository", "actions are built in here"},
    {"github", "action_status", "use job.status"},
    {"github", "workflow_ref", "use github.workflow and github.sha"},
    {"github", "workflow_sha", "use github.sha"},
    {"github", "job_workflow_sha", "use github.sha"},
    {"github", "ref_protected", "ask the forge for it"},
    {"github", "graphql_url", "use github.api_url"},
    {"github", "retention_days", "the server file says it"},
    {"github", "secret_source", "use run.trusted"},
    {"github", "env", "use the file $GITHUB_ENV in a script"},
    {"github", "path", "use the file $GITHUB_PATH in a script"},
    {"event", "number", "use event.pull_request.number or event.issue.number"},
    {"event", "head_commit", "use github.event.head_commit, as the forge sent it"},
    {"event", "commits", "use github.event.commits, as the forge sent it"},
    {"event", "inputs", "use inputs"},
    {"event", "pusher", "use event.sender"},
    {"event", "sha", "use event.after"},
    {"event", "repo", "use event.repository"},
    {"event", "pr", "use event.pull_request"},
    {"job", "container", "steps run on the machine itself"},
    {"job", "services", "there are no services"},
    {"runner", "tool_cache", "tools are expected on the machine"},
};

/* How many steps of a path are in the table. */
static size_t steps_known(const char *const *rows, const char *const *path, size_t n)
{
    size_t most = 0;
    for (; *rows && most < n; rows++) {
        const char *row = *rows;
        for (size_t i = 0; i < n; i++) {
            size_t length = strlen(path[i]);
            if (strcmp(row, "*") == 0) {
                most = n;
                break;
            }
            if (!sv_istarts(sv_of(row), sv_n(path[i], length)) || (row[length] != 0 && row[length] != '.'))
                break;
            row += length + (row[length] == '.');
            most = i + 1 > most ? i + 1 : most;
        }
    }
    return most;
}

/* The rest of a row behind the first n steps of a path; NULL when it does not go there. */
static const char *row_behind(const char *row, const char *const *path, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(path[i]);
        if (strcmp(row, "*") == 0)
            return row;
        if (!sv_istarts(sv_of(row), sv_of(path[i])) || (row[length] != 0 && row[length] != '.'))
            return NULL;
        row += length + (row[length] == '.');
    }
    return row;
}

static size_t children(const struct use_check *c, const char *const *rows, const char *const *path, size_t n,
                       const char **ret)
{
    size_t count = 0;
    for (; *rows && count < CHILDREN_MAX; rows++) {
        const char *rest = row_behind(*rows, path, n);
        if (!rest || !*rest || *rest == '*')
            continue;
        ptrdiff_t dot = sv_chr(sv_of(rest), '.');
        const char *name = dot < 0 ? rest : arena_dup(c->r->arena, sv_cut(sv_of(rest), (size_t)dot));
        if (count == 0 || strcmp(ret[count - 1], name) != 0)
            ret[count++] = name;
    }
    return count;
}

static const char *dotted(const struct use_check *c, const struct expr_use *u, size_t n)
{
    AUTO(buf_free) struct buf b = {0};
    buf_str(&b, u->context);
    for (size_t i = 0; i < n; i++)
        buf_fmt(&b, ".%s", u->path[i]);
    return arena_dup(c->r->arena, sv_cut_chars(buf_view(&b), 80));
}

static const char *advice_for(const struct expr_use *u, size_t n)
{
    for (size_t i = 0; n == 0 && i < ARRAY_LEN(advices); i++)
        if (strcmp(u->context, advices[i].context) == 0 && sv_ieq(sv_of(u->path[0]), sv_of(advices[i].name)))
            return advices[i].advice;
    return NULL;
}

/* The first n steps exist, and step n does not. */
static void say_member(const struct use_check *c, const struct expr_use *u, const char *const *rows, size_t n)
{
    const char *names[CHILDREN_MAX + 1];
    const char *advice = advice_for(u, n);
    size_t count = children(c, rows, u->path, n, names);
    names[count] = NULL;
    const char *near = did_you_mean(c->r, sv_of(u->path[n]), names, count);
    if (advice)
        say_at_path(c, u, n, "unknown-name", "%s is not there: %s", dotted(c, u, n + 1), advice);
    else if (count == 0)
        say_at_path(c, u, n, "unknown-name", "%s has no members, so no \"%s\"", dotted(c, u, n), u->path[n]);
    else if (*near)
        say_at_path(c, u, n, "unknown-name", "%s has no \"%s\"%s", dotted(c, u, n), u->path[n], near);
    else
        say_at_path(c, u, n, "unknown-name", "%s has no \"%s\": it has %s", dotted(c, u, n), u->path[n],
                    words_text(c->r, names));
}

bool member_check(const struct use_check *c, const struct expr_use *u)
{
    for (size_t i = 0; i < ARRAY_LEN(contexts); i++) {
        if (strcmp(u->context, contexts[i].context) != 0)
            continue;
        size_t known = steps_known(contexts[i].members, u->path, u->n);
        if (known < u->n && !only_counted(c->r))
            say_member(c, u, contexts[i].members, known);
        return true;
    }
    return false;
}
