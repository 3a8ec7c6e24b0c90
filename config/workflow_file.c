/* SPDX-License-Identifier: Apache-2.0 */
#include "config/conf.h"
#include "config/sections.h"
#include "config/workflow_parts.h"

struct raw_workflow { /* the file as written */
    const struct ynode *on, *jobs, *repositories, *coordination;
    struct workflow *w;
    const char *name, *context;
    struct wf_env env;
};

static const struct field report_fields[] = {
    {"context", F_TEXT, .at = 0, .doc = "of the status; default fettle/<name>"},
    UNSUPPORTED("required"),
    UNSUPPORTED("check"),
    UNSUPPORTED("comment"),
    UNSUPPORTED("on"),
};

static void report_key(struct reading *r, const struct ynode *n, void *into)
{
    FIELDS_READ(r, n, "\"report\"", report_fields, into);
}

#define AT(member) .at = offsetof(struct raw_workflow, member)
static const struct field workflow_fields[] = {
    {"name", F_TEXT, AT(name), .doc = "default: the file's name"},
    {"on", F_READ, .read = field_keep, AT(on), .required = true, .doc = "events"},
    {"env", F_READ, .read = env_read, AT(env), .doc = "variables of all steps"},
    {"repositories", F_READ, .read = field_keep, AT(repositories), .doc = "aliases this workflow touches"},
    {"coordination", F_READ, .read = field_keep, AT(coordination), .doc = "order over repositories"},
    {"report", F_READ, .read = report_key, AT(context), .doc = "what the forge is told"},
    {"jobs", F_READ, .read = field_keep, AT(jobs), .required = true, .doc = "the work"},
    {"run-name", F_UNSUPPORTED, .doc = "use \"name\""},
    {"defaults", F_UNSUPPORTED, .doc = "say it on each step"},
    UNSUPPORTED("concurrency"),
    {"permissions", F_UNSUPPORTED, .doc = "the server's own token decides"},
    UNSUPPORTED("priority"),
    UNSUPPORTED("retry"),
    UNSUPPORTED("recovery"),
    UNSUPPORTED("limits"),
    UNSUPPORTED("approve"),
};

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
    w->name = raw->name ? raw->name : default_name(r->arena, w->file);
    w->env = raw->env;
    w->report.context = raw->context;
    if (raw->repositories)
        repositories_read(r, raw->repositories, w);
    if (raw->coordination)
        coordination_read(r, raw->coordination, &w->coordination);
    if (raw->coordination && !raw->repositories)
        say(r, raw->coordination, "missing-key", "\"coordination\" needs \"repositories\": it is the order over them");
    if (raw->on)
        triggers_read(r, raw->on, w);
    if (raw->jobs)
        jobs_read(r, raw->jobs, w);
}

struct workflow *workflow_read(struct sv text, const char *file, const char *origin, const struct repo_set *repos,
                               struct arena *arena, struct problems *problems)
{
    struct reading r = {.kind = READ_WORKFLOW, .source = text, .arena = arena, .problems = problems, .repos = repos};
    struct workflow *w = arena_new(arena, sizeof *w);
    struct raw_workflow raw = {.w = w};
    const struct ynode *root;
    size_t before = problems->n_errors;
    r.file = w->file = arena_strdup(arena, file);
    w->origin = arena_strdup(arena, origin);
    if (!reading_parse(&r, &root))
        return NULL;
    if (!root) {
        say(&r, NULL, "missing-key", "the workflow file is empty: it needs \"on\" and \"jobs\"");
        return NULL;
    }
    FIELDS_READ(&r, root, "the workflow", workflow_fields, &raw);
    if (root->kind == Y_MAP)
        assemble(&r, &raw, w);
    problems_sort(problems, r.first);
    return problems->n_errors == before ? w : NULL;
}
