/* SPDX-License-Identifier: Apache-2.0 */
#include "config/conf.h"
#include "config/expr_check.h"
#include "config/objects.h"
#include "config/policy_parts.h"
#include "config/report_part.h"
#include "config/sections.h"
#include "config/workflow_parts.h"
#include "config/workflow_set.h"
#include "fmt/enc.h"

struct raw_workflow { /* the file as written */
    const struct ynode *on, *jobs, *repositories, *coordination, *priority, *root;
    const char *description;
    struct workflow w;
};

static void workflow_recovery_read(struct reading *r, const struct ynode *n, void *into)
{
    struct workflow *w = into;
    recovery_read(r, n, &w->recovery, &w->n_recovery);
}

#define AT(member) .at = offsetof(struct raw_workflow, member)
#define KEEP(key_, member_, shape_, required_, doc_)                                                                   \
    {                                                                                                                  \
        key_, F_READ, .read = field_keep, AT(member_), .shape = shape_, .required = required_, .doc = doc_             \
    }
#define BY(key_, read_, member_, scope_, shape_, doc_)                                                                 \
    {                                                                                                                  \
        key_, F_READ, .read = read_, AT(member_), .scope = scope_, .shape = shape_, .doc = doc_                        \
    }
static const struct field workflow_fields[] = {
    {"name", F_TEXT, AT(w.name), .doc = "default: the file's name"},
    {"run-name", F_EXPR, AT(w.run_name), .scope = SCOPE_RUN_NAME, .doc = "what a run is called; default: the name"},
    {"description", F_READ, .read = description_read, AT(description), .shape = &shape_description,
     .doc = "for people"},
    KEEP("on", on, &shape_on, true, "the events that start it"),
    BY("env", env_read, w.env, SCOPE_ENV, &shape_env, "variables of all steps"),
    BY("defaults", defaults_read, w.defaults, SCOPE_NONE, &shape_defaults, "for all steps"),
    BY("concurrency", concurrency_read, w.concurrency, SCOPE_CONCURRENCY, &shape_concurrency,
       "runs of one group do not overlap, in any repository"),
    BY("permissions", permissions_read, w.permissions, SCOPE_NONE, &shape_permissions, "of the token that steps get"),
    KEEP("repositories", repositories, &shape_aliases, false, "aliases this workflow touches"),
    KEEP("coordination", coordination, &shape_coordination, false, "sequential or parallel: order over repositories"),
    BY("report", report_read, w, SCOPE_NONE, &shape_report, "what the forge is told"),
    KEEP("jobs", jobs, &shape_jobs, true, "the work"),
    KEEP("priority", priority, &shape_priority, false,
         "which run goes first; by event, or for all; critical ones have a share of the slots to themselves (a "
         "quarter); "
         "default: normal"),
    {"lookahead", F_WORD, AT(w.lookahead), .words = lookahead_words,
     .doc = "whether a better order of its jobs is looked for when they have to wait for slots or locks; default: on"},
    BY("retry", retry_read, w.retry, SCOPE_NONE, &shape_retry, "further tries of steps that failed; default: none"),
    BY("recovery", workflow_recovery_read, w, SCOPE_NONE, &shape_recovery,
       "what is done about failures of its jobs, in order, once \"retry\" is used up"),
    BY("limits", workflow_limits_read, w.limits, SCOPE_NONE, &shape_workflow_limits, "of the run, its jobs and steps"),
    {"approve", F_UNSUPPORTED, .doc = "write it at the job that people are to approve"},
};
#undef AT
const struct object workflow_object = {OBJECT("workflow", "the workflow", workflow_fields)};

static const char *default_name(struct arena *a, const char *file)
{
    struct sv s = sv_of(file);
    ptrdiff_t at = sv_rchr(s, '@'), slash;
    /* "backend:.fettle/workflows/ci.yml@<sha>" */
    if (at > 0 && sv_chr(sv_from(s, (size_t)at), '/') < 0)
        s = sv_cut(s, (size_t)at);
    slash = sv_rchr(s, '/');
    s = sv_from(s, (size_t)(slash + 1));
    if (sv_ends(s, SV(".yml")))
        s = sv_cut(s, s.n - 4);
    else if (sv_ends(s, SV(".yaml")))
        s = sv_cut(s, s.n - 5);
    return arena_dup(a, s);
}

static void repositories_read(struct reading *r, const struct ynode *n, struct workflow *w)
{
    struct names names;
    if (!node_names(r, n, "\"repositories\"", &names))
        return;
    for (size_t i = 0; i < names.n; i++)
        (void)alias_check(r, names.nodes[i], names.at[i]);
    w->repositories = names.at;
    w->n_repositories = names.n;
}

static void assemble(struct reading *r, const struct raw_workflow *raw, struct workflow *w)
{
    if (!w->name)
        w->name = default_name(r->arena, w->file);
    if (raw->repositories)
        repositories_read(r, raw->repositories, w);
    if (raw->coordination)
        coordination_read(r, raw->coordination, &w->coordination);
    if (raw->coordination && !raw->repositories)
        say(r, raw->coordination, "missing-key", "\"coordination\" needs \"repositories\": it is the order over them");
    if (raw->on)
        triggers_read(r, raw->on, w);
    if (raw->priority)
        priority_read(r, raw->priority, w);
    if (raw->jobs) {
        jobs_read(r, raw->jobs, w);
        standby_check(r, raw->jobs, w);
        forgeless_check(r, raw->jobs, raw->root, w);
    }
}

static const struct ynode *file_read_into(struct reading *r, struct raw_workflow *raw)
{
    const struct ynode *root;
    if (!reading_parse(r, &root))
        return NULL;
    if (!root) {
        say(r, NULL, "missing-key", "the workflow file is empty: it needs \"on\" and \"jobs\"");
        return NULL;
    }
    object_read(r, root, &workflow_object, raw);
    if (root->kind == Y_MAP) {
        raw->root = root;
        assemble(r, raw, &raw->w);
        report_circle_check(r, root, &raw->w);
        r->outputs = arena_new(r->arena, raw->w.n_jobs * sizeof *r->outputs);
        sites_check(r, &raw->w);
        keys_check(r, root);
    }
    problems_sort(r->problems, r->first);
    return root;
}

static void digest_text(struct sv text, char ret[65])
{
    uint8_t digest[SHA256_LEN];
    AUTO(buf_free) struct buf hex = {0};
    sha256(text.p, text.n, digest);
    hex_put(&hex, digest, sizeof digest);
    memcpy(ret, hex.p, 65);
}

void workflow_file_read(struct sv text, const char *file, const char *origin, const struct repo_set *repos,
                        struct arena *arena, struct problems *problems, struct workflow_file *ret)
{
    struct expr_sites sites = {0};
    struct reading r = {.kind = READ_WORKFLOW,
                        .source = text,
                        .arena = arena,
                        .problems = problems,
                        .repos = repos,
                        .job = -1,
                        .step = -1,
                        .sites = &sites,
                        .secrets = &ret->secrets};
    struct raw_workflow *raw = arena_new(arena, sizeof *raw);
    size_t before = problems->n_errors;
    *ret = (struct workflow_file){.source = places_new(text, arena)};
    r.places = ret->source;
    r.file = raw->w.file = arena_strdup(arena, file);
    digest_text(text, raw->w.digest);
    raw->w.origin = arena_strdup(arena, origin);
    ret->root = file_read_into(&r, raw);
    ret->outputs = r.outputs;
    ret->w = problems->n_errors == before ? &raw->w : NULL;
    VEC_FREE(&sites.v);
}

struct workflow *workflow_read(struct sv text, const char *file, const char *origin, const struct repo_set *repos,
                               struct arena *arena, struct problems *problems)
{
    struct workflow_file f;
    workflow_file_read(text, file, origin, repos, arena, problems, &f);
    return f.w;
}
