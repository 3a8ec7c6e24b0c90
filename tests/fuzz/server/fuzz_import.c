/* SPDX-License-Identifier: Apache-2.0 */
/* Any text for `fettle import`. What it says runs here is read by the reader of workflow files, and a second time
 * changes nothing; what it changes is what it may change, and everything else of a workflow stays as it was; whatever
 * it writes is YAML, under a name that stays in the folder, and pieces of a configuration are read as such. */
#include "config/sections.h"
#include "server/cli/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_MAX_HERE = 1 << 16 };
static const char *const labels[] = {"self-hosted", "linux", "x64"};

static bool is_one_of(struct sv key, const char *const *words)
{
    for (; *words; words++)
        if (sv_is(key, *words))
            return true;
    return false;
}

/* ---- what stays ---- */

static const struct ynode *item_of(const struct ynode *map, struct sv key)
{
    for (size_t i = 0; i < map->n; i++)
        if (map->keys[i]->kind == Y_SCALAR && sv_eq(map->keys[i]->text, key))
            return map->items[i];
    return NULL;
}

static void check_same(const struct ynode *a, const struct ynode *b, struct sv key);

static void check_same_map(const struct ynode *a, const struct ynode *b, struct sv key)
{
    static const char *const may_go[] = {"container", "services", "with", "uses", NULL}, *const may_come[] = {"env", "run", NULL};
    for (size_t i = 0; i < a->n; i++) {
        const struct ynode *there = item_of(b, a->keys[i]->text);
        MUST(there || is_one_of(a->keys[i]->text, may_go));
        if (there)
            check_same(a->items[i], there, a->keys[i]->text);
    }
    for (size_t i = 0; i < b->n; i++)
        MUST(item_of(a, b->keys[i]->text) || is_one_of(b->keys[i]->text, may_come) || sv_is(key, "env"));
}

static void check_same(const struct ynode *a, const struct ynode *b, struct sv key)
{
    bool grown = sv_is(key, "env") && ynode_is_null(a);
    MUST(a->kind == b->kind || grown);
    if (grown)
        return;
    if (a->kind == Y_SCALAR) {
        MUST(sv_eq(a->text, b->text) || sv_is(key, "run") || sv_is(key, "runs-on"));
    } else if (a->kind == Y_MAP) {
        check_same_map(a, b, key);
    } else {
        MUST(a->n == b->n);
        for (size_t i = 0; i < a->n; i++)
            check_same(a->items[i], b->items[i], key);
    }
}

/* ---- one file ---- */

static bool is_read(struct sv text, const char *name, struct arena *a)
{
    struct problems p = {0};
    bool read = workflow_read(text, name, NULL, NULL, a, &p) != NULL;
    MUST(read == (p.n_errors == 0));
    problems_free(&p);
    return read;
}

static const struct ynode *yaml_of(struct sv text, struct arena *a)
{
    struct ynode *root = NULL;
    struct ymark at;
    struct err e = {0};
    MUST(yaml_load(text, NULL, a, &root, &at, &e) == 0);
    MUST(root != NULL);
    return root;
}

static void check_again(const struct import *x)
{
    struct import y = {.file = x->file, .labels = labels, .n_labels = ARRAY_LEN(labels)};
    struct ymark at;
    struct err e = {0};
    MUST(import_read(&y, x->outputs.at[0].text, &at, &e) == 0);
    MUST(y.kind == IMPORT_WORKFLOW && import_runs(&y));
    for (size_t i = 0; i < y.findings.n; i++)
        MUST(y.findings.at[i].verdict != IMPORT_REWRITTEN);
    MUST(sv_eq(y.outputs.at[0].text, x->outputs.at[0].text));
    import_free(&y);
}

static void check_workflow(const struct import *x)
{
    AUTO(arena_free) struct arena a = {0};
    MUST(x->outputs.n == 1 && strcmp(x->outputs.at[0].name, "ci.yml") == 0);
    struct sv text = x->outputs.at[0].text;
    check_same(x->root, yaml_of(text, &a), SV_NONE);
    if (!import_runs(x))
        return;
    MUST(is_read(text, x->file, &a));
    check_again(x);
}

/* ---- hooks ---- */

static void check_name(const struct import *x, size_t i)
{
    static const char *const folders[] = {"workflows/", "secrets/", ""};
    struct sv name = sv_of(x->outputs.at[i].name);
    size_t f = 0;
    while (!sv_starts(name, sv_of(folders[f])))
        f++;
    struct sv base = sv_from(name, strlen(folders[f]));
    MUST(base.n > 0 && base.n < 200 && sv_chr(base, '/') < 0 && base.p[0] != '.');
    for (size_t k = 0; k < i; k++)
        MUST(strcmp(x->outputs.at[k].name, x->outputs.at[i].name) != 0);
    MUST(x->outputs.at[i].mode == (f == 1 ? 0600 : 0644));
}

static struct reading reading_of(enum reading_kind kind, struct sv text, struct arena *a, struct problems *p)
{
    return (struct reading){.kind = kind, .file = "fettle.yaml", .dir = "/none", .source = text, .arena = a,
                            .problems = p, .job = -1, .step = -1};
}

/* The files of its secrets are not there, which is all that may be wrong. */
static void check_forges(struct sv text)
{
    struct conf c = {.file = "/none/fettle.yaml", .dir = "/none"};
    struct problems p = {0};
    bool empty = sv_ends(sv_trim(text), SV("forges:"));
    struct sv whole = sv_of(arena_fmt(&c.arena, "listen: [{http: '127.0.0.1:0'}]\n%.*s%s", SV_ARG(text),
                                      empty ? " {}" : ""));
    struct reading r = reading_of(READ_SERVER, whole, &c.arena, &p);
    server_file_read(&r, &c);
    for (size_t i = 0; i < p.list.n; i++)
        MUST(p.list.at[i].level != PROBLEM_ERROR || strcmp(p.list.at[i].code, "bad-secret") == 0);
    problems_free(&p);
    arena_free(&c.arena);
}

static void check_repositories(struct sv text)
{
    AUTO(arena_free) struct arena a = {0};
    struct problems p = {0};
    struct repo_set repos = {0};
    struct reading r = reading_of(READ_REPOSITORIES, text, &a, &p);
    repositories_file_read(&r, NULL, &repos);
    MUST(p.n_errors == 0 && repos.n > 0);
    problems_free(&p);
}

static bool was_told(const struct import *x)
{
    for (size_t i = 0; i < x->findings.n; i++)
        if (sv_starts(sv_of(x->findings.at[i].text), SV("the workflow of the hook ")))
            return true;
    return false;
}

static void check_hooks(const struct import *x)
{
    bool told = was_told(x);
    MUST(!told || !import_runs(x));
    for (size_t i = 0; i < x->outputs.n; i++) {
        AUTO(arena_free) struct arena a = {0};
        struct sv name = sv_of(x->outputs.at[i].name), text = x->outputs.at[i].text;
        check_name(x, i);
        if (sv_starts(name, SV("secrets/")))
            continue;
        MUST(yaml_of(text, &a)->kind == Y_MAP);
        if (sv_starts(name, SV("workflows/")))
            MUST(told || is_read(text, x->outputs.at[i].name, &a));
        else if (sv_is(name, "repositories.yaml"))
            check_repositories(text);
        else
            check_forges(text);
    }
}

/* ---- both ---- */

static void check_findings(const struct import *x)
{
    const struct import_finding *f = x->findings.at;
    for (size_t i = 0; i < x->findings.n; i++) {
        MUST(f[i].at.line >= 1 && (size_t)f[i].at.line <= x->edits.lines.n + 1 && f[i].at.col >= 1);
        MUST(f[i].code[0] && f[i].text[0] && (!f[i].instead || f[i].instead[0]));
        MUST(i == 0 || f[i - 1].at.line < f[i].at.line ||
             (f[i - 1].at.line == f[i].at.line && f[i - 1].at.col <= f[i].at.col));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > SIZE_MAX_HERE)
        return 0;
    struct import x = {.file = "ci.yml", .labels = labels, .n_labels = ARRAY_LEN(labels)};
    struct ymark at = {0};
    struct err e = {0};
    struct sv text = arena_sv(&x.arena, sv_n((const char *)data, size));
    if (import_read(&x, text, &at, &e) < 0) {
        MUST(at.line >= 1 && at.col >= 1 && e.msg[0]);
    } else {
        check_findings(&x);
        if (x.kind == IMPORT_HOOKS)
            check_hooks(&x);
        else
            check_workflow(&x);
    }
    import_free(&x);
    return 0;
}
