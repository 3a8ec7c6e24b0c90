/* SPDX-License-Identifier: Apache-2.0 */
#include "config/workflow_set.h"
#include "config/workflow_parts.h"

const struct ynode *job_node(const struct workflow_file *f, const char *job, const char *key)
{
    const struct ynode *jobs = ynode_get(f->root, "jobs"), *j = jobs ? ynode_get(jobs, job) : NULL;
    const struct ynode *n = j ? ynode_get(j, key) : NULL;
    return n ? n : j;
}

/* "./x.yml" out of "alias/.fettle/workflows/y.yml@ref" is "alias/x.yml@ref". */
static const char *full_address(const struct set_check *s, const char *caller, const char *uses)
{
    struct sv from = sv_of(caller ? caller : "");
    ptrdiff_t slash = sv_chr(from, '/'), at = sv_rchr(from, '@');
    if (strncmp(uses, "./", 2) != 0 || slash <= 0 || from.p[0] == '.' || at < slash)
        return uses;
    return arena_fmt(s->arena, "%.*s%s%.*s", (int)slash, caller, uses + 1, SV_ARG(sv_from(from, (size_t)at)));
}

const struct workflow_file *called_file(const struct set_check *s, size_t caller, const struct wf_job *j)
{
    const char *uses = full_address(s, s->files[caller].address, j->uses);
    for (size_t i = 0; i < s->n; i++) {
        const struct workflow_file *f = &s->files[i];
        if (f->w && strcmp(f->address ? f->address : f->w->name, uses) == 0)
            return f;
    }
    return NULL;
}

static void say_unknown(const struct set_check *s, size_t caller, const struct wf_job *j)
{
    struct reading *r = &s->reading[caller];
    if (only_counted(r))
        return;
    const char **names = arena_new(s->arena, (s->n + 1) * sizeof *names);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->files[i].w && !s->files[i].address)
            names[n++] = s->files[i].w->name;
    say(r, job_node(&s->files[caller], j->key, "uses"), "unknown-workflow",
        "there is no workflow \"%s\" in the folder%s", j->uses, did_you_mean(r, sv_of(j->uses), names, n));
}

static void calls_check(const struct set_check *s, size_t caller)
{
    const struct workflow *w = s->files[caller].w;
    for (size_t i = 0; i < w->n_jobs; i++) {
        const struct wf_job *j = &w->jobs[i];
        if (!j->uses)
            continue;
        const struct workflow_file *called = called_file(s, caller, j);
        if (called)
            call_check(s, caller, j, called);
        else if (!s->files[caller].address && sv_chr(sv_of(j->uses), '/') < 0)
            say_unknown(s, caller, j);
    }
}

static bool hears(const struct wf_trigger *t, const char *name)
{
    return t->event == WF_WORKFLOW_RUN && globs_match(&t->workflows.globs, sv_of(name));
}

/* Names that no workflow of the folder has: repositories may have one, so it is a warning. */
static void listening_check(const struct set_check *s, size_t listener)
{
    const struct workflow *w = s->files[listener].w;
    const char **names = arena_new(s->arena, (s->n + 1) * sizeof *names);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->files[i].w)
            names[n++] = s->files[i].w->name;
    for (size_t i = 0; i < w->n_triggers; i++) {
        const struct wf_trigger *t = &w->triggers[i];
        bool any = t->event != WF_WORKFLOW_RUN;
        for (size_t k = 0; k < n && !any; k++)
            any = hears(t, names[k]);
        if (any || t->workflows.globs.n == 0)
            continue;
        const char *first = t->workflows.globs.text[0];
        const struct ynode place = {.at = {t->line, 1}, .end = {t->line + 1, 1}};
        say_warning(&s->reading[listener], &place, "unknown-workflow",
                    "no workflow of this folder has a name that \"workflow_run\" waits for%s",
                    did_you_mean(&s->reading[listener], sv_of(first), names, n));
    }
}

struct reading reading_again(const struct workflow_file *f, struct arena *arena, struct problems *problems)
{
    return (struct reading){.kind = READ_WORKFLOW,
                            .file = f->w ? f->w->file : "",
                            .source = f->source ? places_source(f->source) : SV_NONE,
                            .places = f->source,
                            .arena = arena,
                            .problems = problems};
}

void workflow_set_check(struct workflow_file *files, size_t n, struct arena *arena, struct problems *problems)
{
    AUTO(problems_free) struct problems unsaid = {0};
    struct set_check s = {.files = files, .n = n, .arena = arena};
    s.bad = arena_new(arena, n + 1);
    s.reading = arena_new(arena, (n + 1) * sizeof *s.reading);
    for (size_t i = 0; i < n; i++)
        s.reading[i] = reading_again(&files[i], arena, files[i].quiet ? &unsaid : problems);
    for (size_t i = 0; i < n; i++) {
        size_t before = s.reading[i].problems->n_errors;
        if (!files[i].w)
            continue;
        calls_check(&s, i);
        listening_check(&s, i);
        declared_secrets_check(&s, i);
        s.bad[i] = s.reading[i].problems->n_errors > before;
    }
    circles_check(&s);
    for (size_t i = 0; i < n; i++)
        if (s.bad[i])
            files[i].w = NULL;
}
