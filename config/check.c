/* SPDX-License-Identifier: Apache-2.0 */
#include "config/conf.h"
#include <dirent.h>
#include "base/file.h"
#include "config/report_part.h"
#include "config/sections.h"
#include "config/workflow_set.h"

enum { SIBLINGS_MAX = 200 };

static bool has_key(const struct ynode *root, const char *key)
{
    return root && root->kind == Y_MAP && ynode_get(root, key);
}

static bool name_is(const char *path, const char *stem)
{
    struct sv s = sv_of(path);
    s = sv_from(s, (size_t)(sv_rchr(s, '/') + 1));
    ptrdiff_t dot = sv_rchr(s, '.');
    return sv_is(dot < 0 ? s : sv_cut(s, (size_t)dot), stem);
}

/* By what only one kind has; where the content says nothing, by the name. */
static enum reading_kind kind_of(const struct ynode *root, const char *path)
{
    if (has_key(root, "jobs") || has_key(root, "on"))
        return READ_WORKFLOW;
    if (has_key(root, "listen") || has_key(root, "forges") || has_key(root, "store"))
        return READ_SERVER;
    if (has_key(root, "cross_repo_workflows") || name_is(path, "repositories"))
        return READ_REPOSITORIES;
    const struct ynode *list = root && root->kind == Y_MAP ? ynode_get(root, "repositories") : NULL;
    if (list && (list->kind == Y_MAP || (list->kind == Y_SEQ && list->n && list->items[0]->kind == Y_MAP)))
        return READ_REPOSITORIES;
    return name_is(path, "fettle") ? READ_SERVER : READ_WORKFLOW;
}

static bool needs_others(const struct workflow *w)
{
    for (size_t i = 0; i < w->n_jobs; i++)
        if (w->jobs[i].uses)
            return true;
    for (size_t i = 0; i < w->n_triggers; i++)
        if (w->triggers[i].event == WF_WORKFLOW_RUN || w->triggers[i].event == WF_WORKFLOW_CALL)
            return true;
    return false;
}

struct siblings { /* the file itself and those beside it */
    struct workflow_file files[SIBLINGS_MAX];
    struct buf texts[SIBLINGS_MAX];
    size_t n;
    bool of_repository; /* in .fettle/workflows: called by path, else by name */
};

static void add_sibling(struct reading *r, struct siblings *s, const char *folder, const char *name)
{
    AUTO(problems_free) struct problems unsaid = {0};
    struct workflow_file *f = &s->files[s->n];
    struct buf *text = &s->texts[s->n];
    struct err e = {0};
    if (file_read(arena_fmt(r->arena, "%s/%s", folder, name), YAML_BYTES + 1, text, &e) < 0) {
        buf_free(text);
        return;
    }
    workflow_file_read(buf_view(text), name, NULL, NULL, r->arena, &unsaid, f);
    f->quiet = true;
    f->address = s->of_repository ? arena_fmt(r->arena, "./.fettle/workflows/%s", name) : NULL;
    s->n++;
}

static void check_with_siblings(struct reading *r, const char *path, struct siblings *s)
{
    ptrdiff_t slash = sv_rchr(sv_of(path), '/');
    const char *base = path + slash + 1;
    const char *folder = slash < 0 ? "." : slash == 0 ? "/" : arena_dup(r->arena, sv_cut(sv_of(path), (size_t)slash));
    DIR *d = opendir(folder);
    s->of_repository = sv_ends(sv_of(r->dir), SV("/.fettle/workflows"));
    if (s->of_repository)
        s->files[0].address = arena_fmt(r->arena, "./.fettle/workflows/%s", base);
    s->n = 1;
    for (struct dirent *x; d && (x = readdir(d)) && s->n < SIBLINGS_MAX;)
        if ((sv_ends(sv_of(x->d_name), SV(".yml")) || sv_ends(sv_of(x->d_name), SV(".yaml"))) &&
            strcmp(x->d_name, base) != 0)
            add_sibling(r, s, folder, x->d_name);
    if (d)
        closedir(d);
    workflow_set_check(s->files, s->n, r->arena, r->problems);
    for (size_t i = 1; i < s->n; i++)
        buf_free(&s->texts[i]);
}

static void check_workflow(struct reading *r, const char *path)
{
    struct siblings *s = arena_new(r->arena, sizeof *s);
    workflow_file_read(r->source, path, NULL, NULL, r->arena, r->problems, &s->files[0]);
    if (s->files[0].w && needs_others(s->files[0].w))
        check_with_siblings(r, path, s);
}

static void check_by_kind(struct reading *r, const char *path)
{
    struct conf c = {.file = path, .dir = r->dir};
    struct repo_set set;
    if (r->kind == READ_WORKFLOW) {
        check_workflow(r, path);
    } else if (r->kind == READ_REPOSITORIES) {
        repositories_file_read(r, NULL, &set);
    } else {
        server_file_read(r, &c);
    }
}

int conf_check_file(const char *path, struct problems *problems)
{
    AUTO(arena_free) struct arena arena = {0};
    AUTO(buf_free) struct buf text = {0};
    struct reading r = {.file = path, .arena = &arena, .problems = problems};
    struct ynode *root = NULL;
    struct ymark at;
    struct err e = {0};
    size_t before = problems->n_errors;
    if (!reading_open(&r, path, &text))
        return -1;
    /* A file that is no YAML is reported by its reader; which one that is makes no difference. */
    if (yaml_load(r.source, NULL, &arena, &root, &at, &e) < 0)
        root = NULL;
    r.kind = kind_of(root, path);
    check_by_kind(&r, path);
    return problems->n_errors == before ? 0 : -1;
}

void conf_check_forges(const char *path, const struct conf *around, struct problems *problems)
{
    AUTO(arena_free) struct arena arena = {0};
    AUTO(buf_free) struct buf text = {0};
    AUTO(problems_free) struct problems said = {0};
    struct workflow_file f;
    struct err e = {0};
    if (file_read(path, YAML_BYTES + 1, &text, &e) < 0)
        return;
    workflow_file_read(buf_view(&text), path, NULL, NULL, &arena, &said, &f);
    report_forges_check(around, &f, &arena, problems);
}
