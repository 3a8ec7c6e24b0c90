/* SPDX-License-Identifier: Apache-2.0 */
/* concurrency, permissions, defaults, environment: mappings that workflow and job have. */
#include "config/workflow_parts.h"

/* ---- concurrency ---- */

static void queue_read(struct reading *r, const struct ynode *n, void *into)
{
    static const char *const words[] = {"single", "all", "max", NULL};
    struct sv s;
    if (!node_text(r, n, "\"queue\"", &s))
        return;
    if (!is_one_of(s, words))
        say(r, n, "bad-value", "\"queue\" must be single (only the latest waits) or all (all wait in order)%s",
            did_you_mean(r, s, words, 2));
    *(bool *)into = !sv_is(s, "single");
}

static const char *const queue_words[] = {"single", "all", "max", NULL};
static const struct shape shape_queue = {SHAPE_WORD, .words = queue_words};

#define AT(member) .at = offsetof(struct wf_concurrency, member)
#define CONCURRENCY(scope_)                                                                                            \
    {"group", F_EXPR, AT(group), .required = true, .scope = scope_, .doc = "runs of one group do not overlap"},        \
        {"cancel-in-progress",                                                                                         \
         F_READ,                                                                                                       \
         .read = flag_text_read,                                                                                       \
         AT(cancel_in_progress),                                                                                       \
         .scope = scope_,                                                                                              \
         .shape = &shape_flag_expr,                                                                                    \
         .doc = "a newer one cancels the one that runs; default false"},                                               \
    {                                                                                                                  \
        "queue", F_READ, .read = queue_read, AT(queue_all), .shape = &shape_queue,                                     \
                         .doc = "single (default): only the latest waits; all: each waits for its turn"                \
    }
static const struct field run_group_fields[] = {CONCURRENCY(SCOPE_CONCURRENCY)};
static const struct field job_group_fields[] = {CONCURRENCY(SCOPE_JOB_CONCURRENCY)};
#undef AT
static const struct object run_group = {OBJECT("concurrency", "\"concurrency\"", run_group_fields)};
static const struct object job_group = {OBJECT("concurrency", "\"concurrency\"", job_group_fields)};
static const struct shape group_map = {SHAPE_OBJECT, .object = &run_group};
const struct shape shape_concurrency = {SHAPE_ONE_OF,
                                        .any = (const struct shape *const[]){&shape_expr_line, &group_map, NULL}};

void concurrency_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_concurrency *c = into;
    enum scope scope = r->scope;
    if (n->kind == Y_SCALAR) {
        (void)expr_line(r, n, "\"concurrency\"", scope, &c->group);
        return;
    }
    if (n->kind == Y_SEQ) {
        say(r, n, "bad-type", "\"concurrency\" must be the name of a group, or a mapping with \"group\"");
        return;
    }
    object_read(r, n, scope == SCOPE_CONCURRENCY ? &run_group : &job_group, c);
    if (c->queue_all && c->cancel_in_progress && strcmp(c->cancel_in_progress, "false") != 0)
        say(r, key_node(n, "cancel-in-progress"), "conflicting-keys",
            "\"cancel-in-progress\" and \"queue: all\" cannot stand together: what is cancelled does not wait its "
            "turn");
}

/* ---- permissions ---- */

/* Scopes of GitHub's token for which nothing here asks take only none. */
static const char *const access_words[] = {"none", "read", "write", NULL};
static const char *const foreign_words[] = {"none", NULL};
static const char *const all_words[] = {"read-all", "write-all", NULL};
static const struct shape shape_access = {SHAPE_WORD, .words = access_words};
static const struct shape shape_none = {SHAPE_WORD, .words = foreign_words};

static void access_read(struct reading *r, const struct ynode *n, void *into)
{
    const char *what = r->key;
    struct sv s;
    if (!node_text(r, n, what, &s))
        return;
    for (unsigned i = 0; access_words[i]; i++)
        if (sv_is(s, access_words[i])) {
            *(enum wf_access *)into = ACCESS_NONE + i;
            return;
        }
    say(r, n, "bad-value", "%s must be one of: none, read, write%s", what, did_you_mean(r, s, access_words, 3));
}

static void foreign_read(struct reading *r, const struct ynode *n, void *into)
{
    struct sv s;
    (void)into;
    if (!node_text(r, n, r->key, &s) || sv_is(s, "none"))
        return;
    if (is_one_of(s, access_words))
        say(r, n, "unsupported-value", "%s means nothing here, so nothing can be granted: leave it out, or say none",
            r->key);
    else
        say(r, n, "bad-value", "%s must be none: it means nothing here", r->key);
}

#define X(id, name_)                                                                                                   \
    {name_,                                                                                                            \
     F_READ,                                                                                                           \
     .read = access_read,                                                                                              \
     .at = offsetof(struct wf_permissions, at[PERM_##id]),                                                             \
     .shape = &shape_access,                                                                                           \
     .doc = "none, read or write"},
#define FOREIGN(name_)                                                                                                 \
    {                                                                                                                  \
        name_, F_READ, .read = foreign_read, .shape = &shape_none, .doc = "only none: it means nothing here"           \
    }
static const struct field permission_fields[] = {
    WF_PERMISSIONS(X) FOREIGN("artifact-metadata"),
    FOREIGN("attestations"),
    FOREIGN("discussions"),
    FOREIGN("id-token"),
    FOREIGN("models"),
    FOREIGN("packages"),
    FOREIGN("pages"),
    FOREIGN("repository-projects"),
    FOREIGN("security-events"),
};
#undef X
static const struct object permission_map = {OBJECT("permissions", "\"permissions\"", permission_fields)};
static const struct shape shape_permission_map = {SHAPE_OBJECT, .object = &permission_map};
static const struct shape shape_all = {SHAPE_WORD, .words = all_words};
const struct shape shape_permissions = {SHAPE_ONE_OF,
                                        .any = (const struct shape *const[]){&shape_all, &shape_permission_map, NULL}};

void permissions_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_permissions *p = into;
    struct sv s;
    p->said = true;
    if (n->kind == Y_MAP) {
        object_read(r, n, &permission_map, p);
        for (int i = 0; i < PERM_N; i++)
            if (p->at[i] == ACCESS_UNSAID)
                p->at[i] = ACCESS_NONE;
        return;
    }
    if (n->kind == Y_SEQ) {
        say(r, n, "bad-type", "\"permissions\" must be read-all, write-all, {} or a mapping like {contents: read}");
        return;
    }
    if (!node_text(r, n, "\"permissions\"", &s))
        return;
    if (!is_one_of(s, all_words))
        say(r, n, "bad-value", "\"permissions\" must be read-all, write-all, {} or a mapping%s",
            did_you_mean(r, s, all_words, 2));
    for (int i = 0; i < PERM_N; i++)
        p->at[i] = sv_is(s, "write-all") ? ACCESS_WRITE : ACCESS_READ;
}

/* ---- defaults ---- */

#define AT(member) .at = offsetof(struct wf_defaults, member)
#define RUN(scope_)                                                                                                    \
    {"shell",                                                                                                          \
     F_READ,                                                                                                           \
     .read = shell_read,                                                                                               \
     AT(shell),                                                                                                        \
     .scope = scope_,                                                                                                  \
     .shape = &shape_shell,                                                                                            \
     .doc = "bash, sh, python, or a command with {0} for the script"},                                                 \
    {                                                                                                                  \
        "working-directory", F_READ, .read = workdir_read, AT(workdir), .scope = scope_, .shape = &shape_expr_line,    \
                                     .doc = "below the workspace"                                                      \
    }
static const struct field job_run_fields[] = {RUN(SCOPE_JOB_DEFAULTS)};
/* The defaults of the workflow are known before anything runs. */
static const struct field run_run_fields[] = {RUN(SCOPE_NONE)};
#undef AT
static const struct object job_run = {OBJECT("defaults.run", "\"run\"", job_run_fields)};
static const struct object run_run = {OBJECT("defaults.run", "\"run\"", run_run_fields)};
static const struct shape shape_run = {SHAPE_OBJECT, .object = &job_run};

static void run_read(struct reading *r, const struct ynode *n, void *into)
{
    object_read(r, n, r->job < 0 ? &run_run : &job_run, into);
}

static const struct field defaults_fields[] = {
    {"run", F_READ, .read = run_read, .shape = &shape_run, .required = true, .doc = "of the steps with a script"},
};
static const struct object defaults_map = {OBJECT("defaults", "\"defaults\"", defaults_fields)};
const struct shape shape_defaults = {SHAPE_OBJECT, .object = &defaults_map};

void defaults_read(struct reading *r, const struct ynode *n, void *into)
{
    object_read(r, n, &defaults_map, into);
}

/* ---- environment ---- */

#define AT(member) .at = offsetof(struct wf_job, member)
static const struct field environment_fields[] = {
    {"name", F_EXPR, AT(environment), .required = true, .scope = SCOPE_JOB_ENVIRONMENT,
     .doc = "one of the server's environments"},
    {"url", F_EXPR, AT(environment_url), .scope = SCOPE_JOB_URL, .doc = "where it can be seen"},
};
#undef AT
static const struct object environment_map = {OBJECT("environment", "\"environment\"", environment_fields)};
static const struct shape shape_environment_map = {SHAPE_OBJECT, .object = &environment_map};
const struct shape shape_environment = {
    SHAPE_ONE_OF, .any = (const struct shape *const[]){&shape_expr_line, &shape_environment_map, NULL}};

void environment_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_job *j = into;
    if (n->kind == Y_SCALAR)
        (void)expr_line(r, n, "\"environment\"", SCOPE_JOB_ENVIRONMENT, &j->environment);
    else
        object_read(r, n, &environment_map, j);
}
