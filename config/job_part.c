/* SPDX-License-Identifier: Apache-2.0 */
#include "config/workflow_parts.h"
#include "config/cycle.h"

enum { JOBS_MAX = 256, MINUTE_MS = 60000, SIX_HOURS_MS = 6 * 3600 * 1000 };

struct raw_job { /* one entry as written */
    const struct ynode *needs, *repo, *steps, *runs_on;
    struct names need_names;
    struct wf_job job;
};

struct jobs_reading {
    struct reading *r;
    struct workflow *w;
    struct raw_job *raw; /* index as in w->jobs */
    struct edges *edges;
    const char **keys;
};

static void job_timeout_key(struct reading *r, const struct ynode *n, void *into)
{
    minutes_read(r, n, MINUTE_MS, into);
}

#define AT(member) .at = offsetof(struct raw_job, member)
static const struct field job_fields[] = {
    {"name", F_TEXT, AT(job.name), .doc = "for people; default: the key"},
    {"repo", F_READ, .read = field_keep, AT(repo), .doc = "alias; default: the event's repository"},
    {"needs", F_READ, .read = field_keep, AT(needs), .doc = "jobs that must have succeeded"},
    {"if", F_READ, .read = cond_read, AT(job.cond), .doc = "success(), failure(), always() or cancelled()"},
    {"runs-on", F_READ, .read = field_keep, AT(runs_on), .doc = "labels of the machine"},
    {"env", F_READ, .read = env_read, AT(job.env), .doc = "variables"},
    {"timeout-minutes", F_READ, .read = job_timeout_key, AT(job.timeout_ms), .doc = "default 360"},
    {"steps", F_READ, .read = field_keep, AT(steps), .required = true, .doc = "one after the other"},
    {"strategy", F_UNSUPPORTED, .doc = "write the jobs out"},
    {"matrix", F_UNSUPPORTED, .doc = "write the jobs out"},
    UNSUPPORTED("outputs"),
    {"defaults", F_UNSUPPORTED, .doc = "say it on each step"},
    UNSUPPORTED("concurrency"),
    UNSUPPORTED("environment"),
    UNSUPPORTED("permissions"),
    {"continue-on-error", F_UNSUPPORTED, .doc = "say it on the steps"},
    {"uses", F_UNSUPPORTED, .doc = "reusable workflows are not run"},
    UNSUPPORTED("with"),
    UNSUPPORTED("secrets"),
    UNSUPPORTED("container"),
    UNSUPPORTED("services"),
    UNSUPPORTED("snapshot"),
    UNSUPPORTED("resources"),
    UNSUPPORTED("estimate"),
    UNSUPPORTED("approve"),
    UNSUPPORTED("retry"),
    UNSUPPORTED("recovery"),
    UNSUPPORTED("priority"),
    UNSUPPORTED("limits"),
};

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
    if (!node_name(q->r, n, "\"repo\"", &alias) || !alias_check(q->r, n, alias))
        return;
    if (q->w->n_repositories && !is_listed(q->w, alias))
        say(q->r, n, "unknown-repository", "\"%s\" is not among the \"repositories\" of this workflow%s", alias,
            did_you_mean(q->r, sv_of(alias), q->w->repositories, q->w->n_repositories));
    j->repo = alias;
}

static void runs_on_read(struct reading *r, const struct ynode *n, struct wf_job *j)
{
    struct names names;
    if (n->kind == Y_MAP) {
        say(r, n, "unsupported-value", "this version knows \"runs-on\" as a label or a list of labels");
        return;
    }
    if (!node_names(r, n, "\"runs-on\"", &names))
        return;
    j->runs_on = names.at;
    j->n_runs_on = names.n;
}

static void job_read(struct jobs_reading *q, const struct ynode *key, const struct ynode *n)
{
    struct reading *r = q->r;
    struct raw_job *raw = &q->raw[q->w->n_jobs];
    struct sv id;
    if (!node_text(r, key, "the key of a job", &id))
        return;
    if (!is_id(id))
        say(r, key, "bad-name", "the key of a job is made of letters, digits, _ and -, and begins with a letter or _");
    raw->job = (struct wf_job){.key = id.p, .timeout_ms = SIX_HOURS_MS, .line = key->at.line};
    q->keys[q->w->n_jobs++] = id.p;
    FIELDS_READ(r, n, arena_fmt(r->arena, "the job \"%.*s\"", SV_ARG(sv_cut_chars(id, 60))), job_fields, raw);
    if (n->kind != Y_MAP)
        return;
    if (!raw->job.name)
        raw->job.name = raw->job.key;
    if (raw->repo)
        repo_read(q, raw->repo, &raw->job);
    if (raw->runs_on)
        runs_on_read(r, raw->runs_on, &raw->job);
    if (raw->steps)
        steps_read(r, raw->steps, &raw->job);
}

static ptrdiff_t job_index(const struct jobs_reading *q, struct sv key)
{
    for (size_t i = 0; i < q->w->n_jobs; i++)
        if (sv_is(key, q->keys[i]))
            return (ptrdiff_t)i;
    return -1;
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
        ptrdiff_t at = job_index(q, sv_of(names->at[i]));
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
}
