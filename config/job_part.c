/* SPDX-License-Identifier: Apache-2.0 */
#include "config/workflow_parts.h"
#include "config/cycle.h"
#include "config/name_index.h"
#include "config/policy_parts.h"

enum { JOBS_MAX = 256, MINUTE_MS = 60000, SIX_HOURS_MS = 6 * 3600 * 1000 };

struct raw_job { /* one entry as written */
    const struct ynode *needs, *repo, *cond, *steps, *runs_on, *timeout, *go_on, *outputs;
    const struct ynode *uses, *with, *secrets;
    struct names need_names;
    struct wf_job job;
};

struct jobs_reading {
    struct reading *r;
    struct workflow *w;
    struct raw_job *raw; /* index as in w->jobs */
    struct edges *edges;
    const char **keys;
    struct name_index by_key;
};

#define LABEL "^[^\\u0000-\\u001f\\u007f]{1,255}$"
static const struct shape shape_label = {SHAPE_TEXT, .expr = true, .pattern = LABEL};
static const struct shape shape_runs_on = {SHAPE_NAMES, .min = 1, .max = 1000, .of = &shape_label, .looks = "labels"};
static const struct shape shape_needs = {SHAPE_NAMES, .max = 1000, .of = &shape_id, .looks = "keys of jobs"};
static const struct shape shape_outputs = {SHAPE_MAP, .pattern = "^[A-Za-z_][A-Za-z0-9_-]{0,99}$",
                                           .of = &shape_expr, .looks = "names and values"};
static const struct shape shape_repo = {SHAPE_TEXT, .expr = true, .pattern = "^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$",
                                        .looks = "an alias"};

static void job_recovery_read(struct reading *r, const struct ynode *n, void *into)
{
    struct wf_job *j = into;
    recovery_read(r, n, &j->recovery, &j->n_recovery);
}

#define AT(member) .at = offsetof(struct raw_job, member)
#define KEEP(key_, member_, shape_, doc_)                                                                              \
    {                                                                                                                  \
        key_, F_READ, .read = field_keep, AT(member_), .shape = shape_, .doc = doc_                                    \
    }
#define BY(key_, read_, member_, scope_, shape_, doc_)                                                                 \
    {                                                                                                                  \
        key_, F_READ, .read = read_, AT(member_), .scope = scope_, .shape = shape_, .doc = doc_                        \
    }
static const struct field job_fields[] = {
    {"name", F_EXPR, AT(job.name), .scope = SCOPE_JOB_NAME, .doc = "for people; default: the key"},
    KEEP("needs", needs, &shape_needs, "jobs that must have succeeded"),
    {"standby", F_FLAG, AT(job.standby),
     .doc = "true: it runs only when \"fix\" of a \"recovery\" names it, in the workspace of the job that failed"},
    KEEP("if", cond, &shape_cond, "runs only then; without a status function: success() && (…)"),
    KEEP("repo", repo, &shape_repo, "alias; default: the event's repository"),
    KEEP("runs-on", runs_on, &shape_runs_on, "labels of the machine; default: any"),
    BY("env", env_read, job.env, SCOPE_JOB_ENV, &shape_env, "variables of its steps"),
    BY("defaults", defaults_read, job.defaults, SCOPE_JOB_DEFAULTS, &shape_defaults, "for its steps"),
    BY("strategy", strategy_read, job, SCOPE_JOB_STRATEGY, &shape_strategy, "the same job several times"),
    BY("concurrency", concurrency_read, job.concurrency, SCOPE_JOB_CONCURRENCY, &shape_concurrency,
       "jobs of one group do not overlap, in any repository"),
    BY("permissions", permissions_read, job.permissions, SCOPE_NONE, &shape_permissions, "of the token its steps get"),
    BY("environment", environment_read, job, SCOPE_JOB_ENVIRONMENT, &shape_environment, "where it deploys to"),
    KEEP("outputs", outputs, &shape_outputs, "what jobs that need it can read"),
    KEEP("timeout-minutes", timeout, &shape_job_minutes, "default 360"),
    KEEP("continue-on-error", go_on, &shape_flag_expr, "its failure does not fail the run"),
    {"estimate", F_DURATION, AT(job.estimate_ms), .min = 1000, .max = SIX_HOURS_MS,
     .doc = "how long it takes, until history knows better"},
    BY("resources", resources_read, job.resources, SCOPE_NONE, &shape_resources, "what it takes up while it runs"),
    BY("limits", job_limits_read, job.limits, SCOPE_NONE, &shape_job_limits,
       "beside \"timeout-minutes\"; default: the workflow's"),
    BY("approve", approve_read, job.approve, SCOPE_NONE, &shape_approve, "a person says yes before it starts"),
    BY("retry", retry_read, job.retry, SCOPE_NONE, &shape_retry,
       "further tries of a step that failed; default: the workflow's"),
    BY("recovery", job_recovery_read, job, SCOPE_NONE, &shape_recovery,
       "what is done about failures, in order, once \"retry\" is used up; [] = nothing; default: the workflow's"),
    KEEP("steps", steps, &shape_steps, "one after the other"),
    KEEP("uses", uses, &shape_called,
         "another workflow in place of steps: ./.fettle/workflows/X.yml, "
         "ALIAS/.fettle/workflows/X.yml@REF, or the name of one of the server"),
    KEEP("with", with, &shape_call_with, "inputs of the other workflow"),
    KEEP("secrets", secrets, &shape_call_secrets_given, "secrets of the other workflow, or inherit"),
    {"matrix", F_UNSUPPORTED, .doc = "write it under \"strategy\""},
    {"container", F_UNSUPPORTED, .doc = "steps run on the machine itself: ask for one with \"runs-on\""},
    {"services", F_UNSUPPORTED, .doc = "start what is needed in a step"},
    {"snapshot", F_UNSUPPORTED, .doc = "machines are not made into images here"},
    {"cancel-timeout-minutes", F_UNSUPPORTED, .doc = "steps that are cancelled get 10 seconds to end"},
    {"priority", F_UNSUPPORTED, .doc = "it is that of the whole run: write it beside \"on\""},
};
#undef AT
static const char *const job_one_of[] = {"steps", "uses", NULL};
static const struct object job_object = {OBJECT("job", "a job", job_fields), .one_of = job_one_of};
static const struct shape shape_job = {SHAPE_OBJECT, .object = &job_object};
const struct shape shape_jobs = {SHAPE_MAP,        .min = 1,
                                 .max = JOBS_MAX,  .pattern = "^(?!__)[A-Za-z_][A-Za-z0-9_-]{0,98}$",
                                 .of = &shape_job, .looks = "jobs by key"};

static bool is_listed(const struct workflow *w, const char *alias)
{
    for (size_t i = 0; i < w->n_repositories; i++)
        if (strcmp(w->repositories[i], alias) == 0)
            return true;
    return false;
}

static void repo_read(struct jobs_reading *q, const struct ynode *n, struct wf_job *j)
{
    const char *alias;
    if (!expr_line(q->r, n, "\"repo\"", SCOPE_JOB_REPO, &alias))
        return;
    j->repo = alias;
    if (sv_find(n->text, SV("${{")) >= 0 || !alias_check(q->r, n, alias))
        return;
    if (q->w->n_repositories && !is_listed(q->w, alias))
        say(q->r, n, "unknown-repository", "\"%s\" is not among the \"repositories\" of this workflow%s", alias,
            did_you_mean(q->r, sv_of(alias), q->w->repositories, q->w->n_repositories));
}

static void runs_on_read(struct reading *r, const struct ynode *n, struct wf_job *j)
{
    struct names names;
    const struct ynode *labels = ynode_get(n, "labels");
    if (n->kind == Y_MAP && (n->n != 1 || !labels)) {
        say(r, n, "unsupported-value",
            "\"runs-on\" is a label or a list of labels here: there are no groups of machines");
        return;
    }
    if (!expr_names(r, labels ? labels : n, "\"runs-on\"", SCOPE_JOB_RUNS_ON, &names))
        return;
    j->runs_on = names.at;
    j->n_runs_on = names.n;
}

/* Keys that say how steps run: a job that is another workflow has none. */
static void check_call_keys(struct reading *r, const struct ynode *map)
{
    static const char *const others[] = {"runs-on",           "steps",       "env",     "defaults", "timeout-minutes",
                                         "continue-on-error", "environment", "outputs", "repo",     "resources"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (key_node(map, others[i]))
            say(r, key_node(map, others[i]), "conflicting-keys",
                "\"%s\" cannot stand beside \"uses\": the called workflow says it for its own jobs", others[i]);
}

static void check_step_keys(struct reading *r, const struct raw_job *raw, const struct ynode *map, const char *what,
                            size_t misspelt)
{
    if (raw->with)
        say(r, key_node(map, "with"), "conflicting-keys", "\"with\" belongs to a job with \"uses\"");
    if (raw->secrets)
        say(r, key_node(map, "secrets"), "conflicting-keys",
            "\"secrets\" belongs to a job with \"uses\": steps name theirs as secrets.NAME");
    if (!raw->steps && !misspelt)
        say(r, map, "missing-key", "%s needs \"steps\", or \"uses\" with another workflow", what);
}

static void job_parts_read(struct jobs_reading *q, struct raw_job *raw)
{
    struct reading *r = q->r;
    struct wf_job *j = &raw->job;
    if (!j->name)
        j->name = j->key;
    if (raw->cond)
        cond_read(r, raw->cond, SCOPE_JOB_IF, &j->cond, &j->cond_text);
    if (raw->repo)
        repo_read(q, raw->repo, j);
    if (raw->runs_on)
        runs_on_read(r, raw->runs_on, j);
    r->scope = SCOPE_JOB_TIMEOUT;
    if (raw->timeout)
        minutes_read(r, raw->timeout, MINUTE_MS, &j->timeout_ms, &j->timeout_text);
    r->scope = SCOPE_JOB_CONTINUE;
    if (raw->go_on)
        flag_read(r, raw->go_on, "\"continue-on-error\"", &j->continue_on_error, &j->continue_text);
    if (raw->outputs)
        texts_read(r, raw->outputs, "\"outputs\"", SCOPE_JOB_OUTPUT, &j->outputs);
    if (raw->steps)
        steps_read(r, raw->steps, j);
    if (raw->uses)
        call_read(r, raw->uses, raw->with, raw->secrets, j);
}

static void job_read(struct jobs_reading *q, const struct ynode *key, const struct ynode *n)
{
    struct reading *r = q->r;
    struct raw_job *raw = &q->raw[q->w->n_jobs];
    struct sv id;
    if (!node_text(r, key, "the key of a job", &id))
        return;
    const char *fault = id_fault(id);
    if (fault)
        say(r, key, "bad-name", "the key of a job %s", fault);
    raw->job = (struct wf_job){.key = id.p, .timeout_ms = SIX_HOURS_MS, .line = key->at.line};
    r->job = (int)q->w->n_jobs;
    q->keys[q->w->n_jobs++] = id.p;
    name_index_add(&q->by_key, id.p);
    const char *what = arena_fmt(r->arena, "the job \"%.*s\"", SV_ARG(sv_cut_chars(id, 60)));
    FIELDS_READ(r, n, what, job_fields, raw);
    size_t misspelt = r->misspelt;
    if (n->kind == Y_MAP) {
        if (raw->uses)
            check_call_keys(r, n);
        else
            check_step_keys(r, raw, n, what, misspelt);
        job_parts_read(q, raw);
    }
    r->job = -1;
}

static void needs_read(struct jobs_reading *q, struct raw_job *raw, struct edges *e)
{
    struct names *names = &raw->need_names;
    /* "needs: []" is what people write for none. */
    if (raw->needs->kind == Y_SEQ && raw->needs->n == 0)
        return;
    if (!node_names(q->r, raw->needs, "\"needs\"", names))
        return;
    raw->job.needs = names->at;
    raw->job.n_needs = names->n;
    e->to = arena_new(q->r->arena, names->n * sizeof *e->to);
    for (size_t i = 0; i < names->n; i++) {
        ptrdiff_t at = name_index_find(&q->by_key, sv_of(names->at[i]));
        if (at < 0)
            say(q->r, names->nodes[i], "unknown-job", "there is no job \"%s\"%s", names->at[i],
                did_you_mean(q->r, sv_of(names->at[i]), q->keys, q->w->n_jobs));
        else
            e->to[e->n++] = (size_t)at;
    }
}

static void say_cycle(void *ctx, const size_t *path, size_t n)
{
    struct jobs_reading *q = ctx;
    if (only_counted(q->r))
        return;
    const struct names *names = &q->raw[path[n - 2]].need_names;
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->at[i], q->keys[path[n - 1]]) == 0)
            say(q->r, names->nodes[i], "cycle", "jobs need each other in a circle: %s",
                cycle_text(q->r->arena, q->keys, path, n));
}

static void link_jobs(struct jobs_reading *q)
{
    for (size_t i = 0; i < q->w->n_jobs; i++)
        if (q->raw[i].needs)
            needs_read(q, &q->raw[i], &q->edges[i]);
    cycles_each(q->edges, q->w->n_jobs, say_cycle, q);
    for (size_t i = 0; i < q->w->n_jobs; i++)
        q->w->jobs[i] = q->raw[i].job;
}

void jobs_read(struct reading *r, const struct ynode *n, struct workflow *w)
{
    struct jobs_reading q = {.r = r, .w = w};
    if (!want_map(r, n, "\"jobs\""))
        return;
    if (n->n == 0 || n->n > JOBS_MAX) {
        say(r, n, n->n ? "too-large" : "bad-value", n->n ? "there are more than %d jobs" : "\"jobs\" has no job",
            JOBS_MAX);
        return;
    }
    w->jobs = arena_new(r->arena, n->n * sizeof *w->jobs);
    q.raw = arena_new(r->arena, n->n * sizeof *q.raw);
    q.edges = arena_new(r->arena, n->n * sizeof *q.edges);
    q.keys = arena_new(r->arena, n->n * sizeof *q.keys);
    for (size_t i = 0; i < n->n; i++)
        job_read(&q, n->keys[i], n->items[i]);
    link_jobs(&q);
    name_index_free(&q.by_key);
}
