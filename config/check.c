/* SPDX-License-Identifier: Apache-2.0 */
#include "config/conf.h"
#include "config/sections.h"

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

static void check_by_kind(struct reading *r, const char *path)
{
    struct conf c = {.file = path, .dir = r->dir};
    struct repo_set set;
    if (r->kind == READ_WORKFLOW) {
        (void)workflow_read(r->source, path, NULL, NULL, r->arena, r->problems);
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
