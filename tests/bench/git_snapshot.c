/* SPDX-License-Identifier: Apache-2.0 */
/* What it takes to keep the workspace of a job: 10,000 files in 100 folders, the first time and when some of them have
 * changed; and to have it back. Beside it tar, which can only do all of it each time. usage: bench_git_snapshot [FILES]
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "base/arena.h"
#include "base/clk.h"
#include "base/file.h"
#include "base/vec.h"
#include "git/snapshot.h"

enum { ROUNDS = 9, FOLDERS = 100, GOAL_MS = 300 };

struct room {
    struct arena a;
    char root[64];
    const char *work;
    struct gits *g;
    struct err e;
    int files;
};

static void must(const struct room *r, int rc)
{
    if (rc == 0)
        return;
    fprintf(stderr, "%s\n", r->e.msg);
    exit(1);
}

static void put(struct room *r, int i, int round)
{
    const char *path = arena_fmt(&r->a, "%s/d%d/f%d", r->work, i % FOLDERS, i);
    const char *text = arena_fmt(&r->a, "file %d of round %d\n%0*d\n", i, round, 200 + i % 3000, i);
    must(r, file_write(path, sv_of(text), 0644, &r->e));
}

static msec_t keep(struct room *r, int step, struct snapshot *ret)
{
    struct snapshot_want w = {.job = 1, .step = step, .dir = r->work};
    msec_t from = clk_mono_ms();
    must(r, git_snapshot(r->g, &w, ret, &r->e));
    return clk_mono_ms() - from;
}

static int by_size(const void *x, const void *y)
{
    return (int)(*(const msec_t *)x - *(const msec_t *)y);
}

static msec_t changed(struct room *r, int n, int *step, struct snapshot *ret)
{
    msec_t took[ROUNDS];
    for (int k = 0; k < ROUNDS; k++) {
        for (int i = 0; i < n; i++)
            put(r, (i * 7919 + k) % r->files, ++*step);
        took[k] = keep(r, *step, ret);
    }
    qsort(took, ROUNDS, sizeof *took, by_size);
    return took[ROUNDS / 2];
}

static msec_t shell(struct room *r, const char *command)
{
    msec_t from = clk_mono_ms();
    MUST(system(arena_fmt(&r->a, "cd %s && %s", r->root, command)) == 0);
    return clk_mono_ms() - from;
}

int main(int argc, char **argv)
{
    struct room r = {.root = "/tmp/fettle-bench-XXXXXX", .files = argc > 1 ? atoi(argv[1]) : 10000};
    struct snapshot s;
    int step = 1;
    MUST(mkdtemp(r.root) && r.files > 0);
    r.work = arena_fmt(&r.a, "%s/work", r.root);
    for (int i = 0; i < FOLDERS; i++)
        must(&r, file_make_dirs(arena_fmt(&r.a, "%s/d%d", r.work, i), &r.e));
    for (int i = 0; i < r.files; i++)
        put(&r, i, 0);
    must(&r, gits_open(arena_fmt(&r.a, "%s/state", r.root), &r.g, &r.e));
    printf("%d files, first snapshot      %5lld ms\n", r.files, (long long)keep(&r, step, &s));
    printf("  nothing changed             %5lld ms\n", (long long)changed(&r, 0, &step, &s));
    msec_t few = changed(&r, 100, &step, &s);
    printf("  100 changed                 %5lld ms   (goal %d)\n", (long long)few, GOAL_MS);
    printf("  1000 changed                %5lld ms\n", (long long)changed(&r, 1000, &step, &s));
    msec_t from = clk_mono_ms();
    must(&r, git_restore(r.g, 1, s.id, arena_fmt(&r.a, "%s/again", r.root), &r.e));
    printf("  restored                    %5lld ms\n", (long long)(clk_mono_ms() - from));
    printf("tar and sync, of all          %5lld ms\n",
           (long long)shell(&r, "tar -C work -cf all.tar . && sync -d all.tar"));
    printf("  unpacked                    %5lld ms\n", (long long)shell(&r, "mkdir new && tar -C new -xf all.tar"));
    gits_close(&r.g);
    must(&r, file_remove_tree(r.root, &r.e));
    arena_free(&r.a);
    return few > GOAL_MS;
}
