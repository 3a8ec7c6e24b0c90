/* SPDX-License-Identifier: Apache-2.0 */
/* Merges with known outcomes, and those of real histories: README.md. Run by `merges`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/file.h"
#include "bench/merges.h"

struct tally *tally_of(struct tallies *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->at[i].name, name) == 0)
            return &t->at[i];
    MUST(t->n < ARRAY_LEN(t->at));
    t->at[t->n].name = name;
    return &t->at[t->n++];
}

const char *bench_git(struct bench *b, const char *const *args, int *ret_status)
{
    const char *argv[32] = {"-c", "user.name=T", "-c", "user.email=t@example.com"};
    size_t n = 4;
    AUTO(git_output_free) struct git_output out = {0};
    while (*args)
        argv[n++] = *args++;
    struct git_command c = {.argv = argv, .dir = b->source, .lock_fd = -1, .ms = 600000, .max_out = 256 << 20};
    if (git_run(&c, &out, &b->e) < 0)
        return NULL;
    if (ret_status)
        *ret_status = out.status;
    else if (out.status != 0)
        return NULL;
    return arena_dup(&b->a, sv_trim(buf_view(&out.out)));
}

int bench_merge(struct bench *b, const char *ours, const char *theirs, struct merge_answer *ret)
{
    struct merge_want want = {.repo_id = BENCH_ID,
                              .ours = ours,
                              .theirs = theirs,
                              .key = "bench",
                              .message = "merge",
                              .name = "T",
                              .email = "t@example.com",
                              .when = 1700000000000};
    return merge_commits(b->g, &want, NULL, &b->a, ret, &b->e);
}

static int fetch(struct bench *b)
{
    AUTO(buf_free) struct buf url = {0};
    char *absolute = realpath(b->source, NULL);
    if (!absolute)
        return err_errno(&b->e, "%s", b->source);
    buf_fmt(&url, "file://%s", absolute);
    free(absolute);
    struct git_remote r = {.id = BENCH_ID, .url = url.p};
    return git_fetch(b->g, &r, NULL, &b->e);
}

struct options {
    int most, cases;
    unsigned seed;
    bool show, stream, corpus, with_git;
    const char *repo;
};

static bool read_options(int argc, char **argv, struct options *o)
{
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--repo") == 0 && more)
            o->repo = argv[++i];
        else if (strcmp(argv[i], "--max") == 0 && more)
            o->most = (int)strtol(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--corpus") == 0 && more)
            o->corpus = (o->repo = argv[++i]) != NULL;
        else if (strcmp(argv[i], "--cases") == 0 && more)
            o->cases = (int)strtol(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0 && more)
            o->seed = (unsigned)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--stream") == 0)
            o->stream = true;
        else if (strcmp(argv[i], "--show") == 0)
            o->show = true;
        else if (strcmp(argv[i], "--no-git") == 0)
            o->with_git = false;
        else
            return false;
    }
    return o->stream || o->repo;
}

static bool work(struct bench *b, const struct options *o)
{
    char state[] = "/var/tmp/fettle-merges-XXXXXX";
    bool good = false;
    MUST(mkdtemp(state));
    b->source = o->repo;
    if (gits_open(state, &b->g, &b->e) < 0 || fetch(b) < 0)
        fprintf(stderr, "%s\n", b->e.msg);
    else if (o->corpus)
        good = corpus_run(b, o->seed, o->cases, o->with_git, o->show);
    else
        good = (merges_replay(b, o->most, o->show), true);
    gits_close(&b->g);
    if (file_remove_tree(state, &b->e) < 0)
        fprintf(stderr, "%s\n", b->e.msg);
    arena_free(&b->a);
    return good;
}

int main(int argc, char **argv)
{
    struct options o = {.most = 1000000, .cases = 600, .seed = 1, .with_git = true};
    struct bench b = {0};
    if (!read_options(argc, argv, &o)) {
        fprintf(stderr, "usage: bench_merges --stream | --corpus PATH [--no-git] [--cases N] [--seed N] [--show]\n"
                        "       bench_merges --repo PATH [--max N] [--show]\n");
        return 2;
    }
    if (o.stream)
        corpus_stream(o.seed, o.cases);
    return o.stream || work(&b, &o) ? 0 : 1;
}
