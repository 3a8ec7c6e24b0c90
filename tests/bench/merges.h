/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of bench_merges share. */
#pragma once
#include "fmt/json.h"
#include "git/command.h"
#include "port/merge.h"

struct bench {
    struct gits *g;
    struct arena a;
    struct err e;
    const char *source; /* the repository whose commits are merged */
};
#define BENCH_ID "bare:bench/merges"

/* Outcomes of one kind, or of one rule. */
struct tally {
    const char *name;
    int cases, clean, resolved, right, wrong, left;
};
struct tallies {
    struct tally at[64];
    size_t n;
};
struct tally *tally_of(struct tallies *t, const char *name); /* `name` lives on */

/* Output of git in the source, trimmed, in b->a; NULL when it failed. */
const char *bench_git(struct bench *b, const char *const *args, int *ret_status);
#define BENCH_GIT(b, ...) bench_git((b), (const char *const[]){__VA_ARGS__, NULL}, NULL)
/* Our merge of two commits; the text is in b->a. */
int bench_merge(struct bench *b, const char *ours, const char *theirs, struct merge_answer *ret);

/* merges_corpus.c: the same seed makes the same cases. As a stream for git fast-import: branches c<n>/base, ours,
 * theirs. */
void corpus_stream(unsigned seed, int cases);
/* False when more than one in twenty is wrong. */
bool corpus_run(struct bench *b, unsigned seed, int cases, bool with_git, bool show);

/* merges_repo.c: the merges of a real history */
void merges_replay(struct bench *b, int most, bool show);
