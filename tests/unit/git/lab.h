/* SPDX-License-Identifier: Apache-2.0 */
/* A temporary folder with a state folder and real repositories, made by the git program. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "git/command.h"
#include "port/git.h"

struct lab {
    char root[64];
    char origin[96]; /* a work tree that serves as the remote */
    struct gits *g;
    struct arena a;
    struct err e;
};

static inline const char *lab_path(struct lab *l, const char *name)
{
    return arena_fmt(&l->a, "%s/%s", l->root, name);
}

/* Runs git in `dir` and gives its output without the line end; a failure ends the test program. */
static inline const char *lab_git(struct lab *l, const char *dir, const char *const *args)
{
    const char *argv[32] = {"-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"};
    size_t n = 6;
    while (*args)
        argv[n++] = *args++;
    struct git_output out = {0};
    struct git_command c = {.argv = argv, .dir = dir, .lock_fd = -1, .ms = 60000, .max_out = 1 << 20};
    if (git_run_ok(&c, &out, &l->e) < 0)
        panic_at(argv[6], 0, l->e.msg);
    const char *text = arena_dup(&l->a, sv_trim(buf_view(&out.out)));
    git_output_free(&out);
    return text;
}
#define GIT(l, dir, ...) lab_git(l, dir, (const char *const[]){__VA_ARGS__, NULL})

static inline void lab_write(struct lab *l, const char *name, const char *text)
{
    const char *path = arena_fmt(&l->a, "%s/%s", l->origin, name);
    const char *slash = strrchr(path, '/');
    MUST(file_make_dirs(arena_dup(&l->a, sv_n(path, (size_t)(slash - path))), &l->e) == 0);
    MUST(file_write(path, sv_of(text), 0644, &l->e) == 0);
}

/* Commits everything in the origin; the new commit's id. */
static inline const char *lab_commit(struct lab *l, const char *message)
{
    GIT(l, l->origin, "add", "-A");
    GIT(l, l->origin, "commit", "--quiet", "--allow-empty", "-m", message);
    return GIT(l, l->origin, "rev-parse", "HEAD");
}

static inline void lab_open(struct lab *l, const char *format)
{
    *l = (struct lab){.root = "/tmp/fettle-git-XXXXXX"};
    MUST(mkdtemp(l->root));
    snprintf(l->origin, sizeof l->origin, "%s/origin", l->root);
    GIT(l, NULL, "init", "--quiet", "--template=", "--object-format", format, l->origin);
    MUST(gits_open(lab_path(l, "state"), &l->g, &l->e) == 0);
}

static inline void lab_close(struct lab *l)
{
    gits_close(&l->g);
    if (file_remove_tree(l->root, &l->e) < 0)
        fprintf(stderr, "left behind: %s\n", l->e.msg);
    arena_free(&l->a);
}

static inline int lab_fetch(struct lab *l, const char *const *want)
{
    struct git_remote r = {.id = "bare:acme/api", .url = l->origin};
    return git_fetch(l->g, &r, want, &l->e);
}

static inline const char *lab_resolve(struct lab *l, const char *rev)
{
    const char *oid = NULL;
    return git_resolve(l->g, "bare:acme/api", rev, &l->a, &oid, &l->e) == 0 ? oid : NULL;
}
