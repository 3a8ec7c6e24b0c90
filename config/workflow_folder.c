/* SPDX-License-Identifier: Apache-2.0 */
#include "config/workflow_folder.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include "base/file.h"
#include "config/policy_parts.h"
#include "config/report_part.h"
#include "config/secret_check.h"

enum { FILES_MAX = 1000, FILE_MAX = YAML_BYTES + 1 };

static void say_file(struct problems *p, const char *file, struct places *source, int line, const char *code,
                     const char *text)
{
    struct ymark at = {line, line ? 1 : 0};
    problem_add(p, PROBLEM_ERROR, file, source, at, line ? (struct ymark){line + 1, 1} : at, code, "%s", text);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_workflow_name(const char *name)
{
    return name[0] != '.' && (sv_ends(sv_of(name), SV(".yml")) || sv_ends(sv_of(name), SV(".yaml")));
}

/* Sorted names; -1 after adding a problem. */
static int list_folder(struct conf *c, struct problems *p, const char **ret)
{
    int n = 0;
    DIR *d = opendir(c->workflows_dir);
    if (!d) {
        say_file(p, c->workflows_dir, NULL, 0, "unreadable",
                 arena_fmt(&c->arena, "cannot open the folder of workflows: %s", strerror(errno)));
        return -1;
    }
    for (struct dirent *x; (x = readdir(d)) && n <= FILES_MAX;)
        if (is_workflow_name(x->d_name) && n++ < FILES_MAX)
            ret[n - 1] = arena_strdup(&c->arena, x->d_name);
    closedir(d);
    if (n > FILES_MAX) {
        say_file(p, c->workflows_dir, NULL, 0, "too-large", "there are more than 1000 workflow files");
        return -1;
    }
    qsort(ret, (size_t)n, sizeof *ret, by_name);
    return n;
}

static bool has_label(const struct conf *c, const char *label)
{
    for (size_t i = 0; i < c->runner.n_labels; i++)
        if (sv_ieq(sv_of(label), sv_of(c->runner.labels[i])))
            return true;
    return false;
}

static bool labels_fit(struct conf *c, const struct workflow *w, struct places *source, struct problems *p)
{
    bool ok = true;
    for (size_t i = 0; i < w->n_jobs; i++)
        for (size_t k = 0; k < w->jobs[i].n_runs_on; k++) {
            const char *label = w->jobs[i].runs_on[k];
            if (strstr(label, "${{") || has_label(c, label))
                continue;
            ok = false;
            say_file(p, w->file, source, w->jobs[i].line, "unknown-label",
                     arena_fmt(&c->arena,
                               "the job \"%s\" runs on \"%s\", and this runner has no such label%s: add it to "
                               "\"runner.labels\" of the server file",
                               w->jobs[i].key, label,
                               suggest(sv_of(label), c->runner.labels, c->runner.n_labels)
                                   ? arena_fmt(&c->arena, " (did you mean \"%s\"?)",
                                               suggest(sv_of(label), c->runner.labels, c->runner.n_labels))
                                   : ""));
        }
    return ok;
}

struct folder {
    struct workflow_file *files;
    struct buf *texts;
    size_t n;
};

/* Names are what people and statuses call a workflow. */
static bool name_is_new(const struct folder *f, const struct workflow_file *x, struct problems *p)
{
    for (const struct workflow_file *o = f->files; o < x; o++)
        if (o->w && strcmp(o->w->name, x->w->name) == 0) {
            AUTO(buf_free) struct buf text = {0};
            buf_fmt(&text, "the name \"%s\" is taken by %s", x->w->name, o->w->file);
            say_file(p, x->w->file, x->source, 1, "duplicate", text.p);
            return false;
        }
    return true;
}

static void read_one(struct conf *c, const char *name, struct problems *p, struct folder *f)
{
    struct err e = {0};
    struct buf *text = &f->texts[f->n];
    struct workflow_file *x = &f->files[f->n++];
    struct sv folder = sv_of(c->workflows_dir);
    while (folder.n > 1 && sv_ends(folder, SV("/")))
        folder = sv_cut(folder, folder.n - 1);
    folder = sv_from(folder, (size_t)(sv_rchr(folder, '/') + 1));
    const char *file = arena_fmt(&c->arena, "%.*s/%s", SV_ARG(folder), name);
    *x = (struct workflow_file){0};
    if (file_read(arena_fmt(&c->arena, "%s/%s", c->workflows_dir, name), FILE_MAX, text, &e) < 0) {
        say_file(p, file, NULL, 0, "unreadable", e.msg);
        return;
    }
    workflow_file_read(buf_view(text), file, NULL, &c->repos, &c->arena, p, x);
    if (x->w && !(labels_fit(c, x->w, x->source, p) && resources_fit(c, x, &c->arena, p) && name_is_new(f, x, p)))
        x->w = NULL;
}

static void take(struct conf *c, const struct folder *f)
{
    c->workflows.at = arena_new(&c->arena, (f->n + 1) * sizeof(struct workflow *));
    for (size_t i = 0; i < f->n; i++)
        if (f->files[i].w)
            c->workflows.at[c->workflows.n++] = f->files[i].w;
}

void workflow_folder_read(struct conf *c, const char *server_file, struct problems *problems)
{
    struct folder f = {0};
    if (!c->workflows_dir)
        return;
    const char **names = arena_new(&c->arena, FILES_MAX * sizeof *names);
    int n = list_folder(c, problems, names);
    if (n < 0)
        return;
    f.files = arena_new(&c->arena, ((size_t)n + 1) * sizeof *f.files);
    f.texts = arena_new(&c->arena, ((size_t)n + 1) * sizeof *f.texts);
    for (int i = 0; i < n; i++)
        read_one(c, names[i], problems, &f);
    workflow_set_check(f.files, f.n, &c->arena, problems);
    for (size_t i = 0; i < f.n; i++)
        report_forges_check(c, &f.files[i], &c->arena, problems);
    if (server_file)
        server_secrets_check(c, server_file, f.files, f.n, problems);
    take(c, &f);
    for (size_t i = 0; i < f.n; i++)
        buf_free(&f.texts[i]);
}
