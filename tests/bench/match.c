/* SPDX-License-Identifier: Apache-2.0 */
/* One push against many workflows, without path filters and with them in each, beside `git diff-tree` of the change.
 * The verdicts with prepared paths are compared with those of asking each path. One JSON line.
 *     bench_match REPOSITORY OLD NEW [WORKFLOWS [ROUNDS]] */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clk.h"
#include "core/trigger.h"

extern char **environ;
enum { ROUNDS_MOST = 1000 };

struct series {
    int64_t took[ROUNDS_MOST], cpu_us;
    size_t n;
};

struct bench {
    struct arena arena;
    struct workflow *plain, *with_paths;
    size_t n;
    const char **paths;
    size_t n_paths;
    struct hook_event event;
};

static int64_t cpu_us(int who)
{
    struct rusage u;
    MUST(getrusage(who, &u) == 0);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000ll + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void tell(const char *what, struct series *s, const char *end)
{
    qsort(s->took, s->n, sizeof *s->took, by_size);
    printf("\"%s\":{\"p50_us\":%lld,\"p99_us\":%lld,\"cpu_us\":%lld}%s", what, (long long)s->took[s->n / 2],
           (long long)s->took[s->n * 99 / 100], (long long)(s->cpu_us / (int64_t)s->n), end);
}

/* ---- git ---- */

static void diff(char **argv, struct buf *out)
{
    int pipes[2], status;
    pid_t pid;
    posix_spawn_file_actions_t fa;
    MUST(pipe2(pipes, O_CLOEXEC) == 0);
    MUST(posix_spawn_file_actions_init(&fa) == 0 && posix_spawn_file_actions_adddup2(&fa, pipes[1], 1) == 0);
    MUST(posix_spawnp(&pid, "git", &fa, NULL, argv, environ) == 0);
    posix_spawn_file_actions_destroy(&fa);
    close(pipes[1]);
    buf_clear(out);
    for (ssize_t n = 1; n > 0; out->n += (size_t)n) {
        buf_reserve(out, 65536);
        n = read(pipes[0], out->p + out->n, 65536);
        MUST(n >= 0);
    }
    close(pipes[0]);
    MUST(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void time_diff(char **argv, struct buf *out, struct series *s)
{
    int64_t start = clk_mono_us(), cpu = cpu_us(RUSAGE_CHILDREN);
    diff(argv, out);
    s->took[s->n++] = clk_mono_us() - start;
    s->cpu_us += cpu_us(RUSAGE_CHILDREN) - cpu;
}

static void keep_paths(struct bench *b, struct sv out)
{
    struct sv path;
    for (size_t i = 0; i < out.n; i++)
        b->n_paths += out.p[i] == '\0';
    b->paths = arena_new(&b->arena, (b->n_paths + 1) * sizeof *b->paths);
    for (size_t i = 0; sv_next(&out, '\0', &path); i++)
        b->paths[i] = arena_dup(&b->arena, path);
}

/* ---- workflows ---- */

static void fill(struct bench *b, struct wf_filter *f, const char *list)
{
    struct err e = {0};
    struct sv rest = sv_of(list), one;
    f->present = true;
    while (sv_next(&rest, ' ', &one))
        MUST(globs_add(&f->globs, one, &b->arena, &e) == 0);
}

static void fill_paths(struct bench *b, struct wf_trigger *t, int i)
{
    static const char *const kinds[] = {
        "services/s%03d/**",          /* a folder of its own */
        "services/t%03d/src/*.c",     /* one that did not change */
        "**.proto",                   /* an ending that nothing has */
        "docs/** !docs/**/*.txt",     /* with an exception */
        "lib/x%03d/** *.yml Makefile" /* three misses */,
        "**/u%03d/**",                /* a folder anywhere: each path is looked at */
    };
    enum { IGNORED_ALL = ARRAY_LEN(kinds), IGNORED_SOME, KINDS };
    int kind = i % KINDS;
    if (kind == IGNORED_ALL)
        fill(b, &t->paths_ignore, "services/** docs/**");
    else if (kind == IGNORED_SOME)
        fill(b, &t->paths_ignore, "**.md docs/**");
    else
        fill(b, &t->paths, strstr(kinds[kind], "%") ? arena_fmt(&b->arena, "%.*s%03d%s", /* the pattern's own number */
                                                                (int)strcspn(kinds[kind], "%"), kinds[kind], i % 100,
                                                                strchr(kinds[kind], '%') + 4)
                                                    : kinds[kind]);
}

static struct workflow *workflows(struct bench *b, bool with_paths)
{
    static const char *const branches[] = {"main", "release/**", "** !wip/**", "v[0-9]+.x", "feature/*"};
    struct workflow *all = arena_new(&b->arena, b->n * sizeof *all);
    for (size_t i = 0; i < b->n; i++) {
        struct wf_trigger *t = arena_new(&b->arena, 2 * sizeof *t);
        all[i] = (struct workflow){.name = arena_fmt(&b->arena, "w%zu", i), .triggers = t, .n_triggers = 2};
        t[0].event = WF_PULL_REQUEST;
        t[1].event = WF_PUSH;
        fill(b, &t[1].repos, i % 3 ? "api*" : "**");
        fill(b, &t[1].branches, with_paths ? "**" : branches[i % ARRAY_LEN(branches)]);
        fill(b, &t[1].authors, "* !*\\[bot\\]");
        if (with_paths)
            fill_paths(b, &t[1], (int)i);
    }
    return all;
}

/* ---- matching ---- */

/* known: PATHS_LATER leaves the paths out. Returns how many start. */
static size_t match_all(struct bench *b, const struct workflow *all, enum paths_known known)
{
    AUTO(arena_free) struct arena a = {0};
    struct glob_names names;
    size_t started = 0;
    glob_names_make(&names, b->paths, known == PATHS_KNOWN ? b->n_paths : 0, &a);
    struct trigger_input in = {.event = &b->event, .alias = "api-server", .names = &names, .known = known};
    for (size_t i = 0; i < b->n; i++) {
        struct trigger_verdict v;
        trigger_match(&all[i], &in, &a, &v);
        started += v.matched;
    }
    return started;
}

static bool one_by_one(const struct bench *b, const struct wf_trigger *t)
{
    bool wanted = t->paths.present;
    const struct globs *g = wanted ? &t->paths.globs : &t->paths_ignore.globs;
    for (size_t i = 0; i < b->n_paths; i++)
        if (globs_match(g, sv_of(b->paths[i])) == wanted)
            return true;
    return false;
}

static size_t match_one_by_one(const struct bench *b)
{
    size_t started = 0;
    for (size_t i = 0; i < b->n; i++)
        started += one_by_one(b, &b->with_paths[i].triggers[1]);
    return started;
}

static size_t time_match(struct bench *b, const struct workflow *all, enum paths_known known, struct series *s)
{
    int64_t start = clk_mono_us(), cpu = cpu_us(RUSAGE_SELF);
    size_t started = match_all(b, all, known);
    s->took[s->n++] = clk_mono_us() - start;
    s->cpu_us += cpu_us(RUSAGE_SELF) - cpu;
    return started;
}

int main(int argc, char **argv)
{
    int64_t n = 1000, rounds = 100;
    if (argc < 4 || (argc > 4 && !sv_int(sv_of(argv[4]), &n)) || (argc > 5 && !sv_int(sv_of(argv[5]), &rounds)) ||
        n < 1 || rounds < 1 || rounds > ROUNDS_MOST) {
        fprintf(stderr, "usage: bench_match REPOSITORY OLD NEW [WORKFLOWS [ROUNDS]]\n");
        return 2;
    }
    static struct series plain, with_paths, git;
    AUTO(buf_free) struct buf out = {0};
    char *args[] = {"git", "-C", argv[1], "diff-tree", "-r", "-z", "--name-only", argv[2], argv[3], NULL};
    struct bench b = {.n = (size_t)n,
                      .event = {.name = "push", .ref = "refs/heads/main", .sender = {.login = "ann", .present = true}}};
    diff(args, &out);
    keep_paths(&b, buf_view(&out));
    b.plain = workflows(&b, false);
    b.with_paths = workflows(&b, true);
    size_t started = 0, started_paths = 0;
    for (int64_t i = 0; i < rounds; i++) {
        started = time_match(&b, b.plain, PATHS_LATER, &plain);
        started_paths = time_match(&b, b.with_paths, PATHS_KNOWN, &with_paths);
        time_diff(args, &out, &git);
    }
    int64_t start = clk_mono_us();
    size_t agreed = match_one_by_one(&b);
    int64_t naive = clk_mono_us() - start;
    MUST(started_paths == agreed);
    printf("{\"workflows\":%zu,\"files\":%zu,\"rounds\":%lld,\"started\":%zu,\"started_paths\":%zu,\"one_by_one_us\":%lld,",
           b.n, b.n_paths, (long long)rounds, started, started_paths, (long long)naive);
    tell("plain", &plain, ",");
    tell("paths", &with_paths, ",");
    tell("diff_tree", &git, "}\n");
    arena_free(&b.arena);
    return 0;
}
