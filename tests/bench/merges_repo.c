/* SPDX-License-Identifier: Apache-2.0 */
/* The merge commits of a real history: merged again, and compared with what the people committed. A file counts as the
 * same when it is, byte for byte. People also change what was no conflict, so each file stands for itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench/merges.h"

struct replay {
    struct bench *b;
    struct tallies rules;
    int merges, clean, conflicts, whole_same, whole_different, whole_left, files, same, reordered, different, left,
        nothing, failed;
    bool show;
};

static bool is_file_same(struct bench *b, const char *one, const char *two, const char *path)
{
    AUTO(buf_free) struct buf x = {0}, y = {0};
    struct err e = {0};
    return git_file(b->g, BENCH_ID, one, path, MERGE_BYTES, &x, &e) == 0 &&
           git_file(b->g, BENCH_ID, two, path, MERGE_BYTES, &y, &e) == 0 && sv_eq(buf_view(&x), buf_view(&y));
}

static int by_text(const void *a, const void *b)
{
    const struct sv *x = a, *y = b;
    int c = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return c ? c : (x->n > y->n) - (x->n < y->n);
}

static size_t sorted_lines(struct bench *b, const char *commit, const char *path, struct sv **ret)
{
    AUTO(buf_free) struct buf text = {0};
    struct err e = {0};
    size_t n = 0;
    if (git_file(b->g, BENCH_ID, commit, path, MERGE_BYTES, &text, &e) < 0)
        return 0;
    struct sv rest = arena_sv(&b->a, buf_view(&text)), line;
    struct sv *lines = arena_new(&b->a, (text.n + 1) * sizeof *lines);
    while (sv_next(&rest, '\n', &line))
        if (sv_trim(line).n)
            lines[n++] = sv_trim(line);
    qsort(lines, n, sizeof *lines, by_text);
    *ret = lines;
    return n;
}

/* The same lines but for blank ones: what came first was a matter of taste. */
static bool is_same_in_other_order(struct bench *b, const char *one, const char *two, const char *path)
{
    struct sv *x = NULL, *y = NULL;
    size_t n = sorted_lines(b, one, path, &x), m = sorted_lines(b, two, path, &y);
    for (size_t i = 0; n == m && i < n; i++)
        if (!sv_eq(x[i], y[i]))
            return false;
    return n == m && n > 0;
}

static bool is_tree_same(struct bench *b, const char *one, const char *two)
{
    const char *x = BENCH_GIT(b, "rev-parse", arena_fmt(&b->a, "%s^{tree}", two));
    struct git_paths changed;
    return x && git_changed(b->g, BENCH_ID, one, two, &b->a, &changed, &b->e) == 0 && changed.n == 0;
}

static void show_file(const struct replay *r, const char *what, const char *human, const struct jval *file)
{
    AUTO(buf_free) struct buf rules = {0};
    const struct jval *list = jval_get(file, "rules");
    for (size_t i = 0; i < jval_len(list); i++)
        buf_fmt(&rules, " %.*s", SV_ARG(jval_str(jval_item(list, i))));
    if (r->show)
        printf("%-10s %.12s %.*s%s\n", what, human, SV_ARG(jval_str(jval_get(file, "path"))), rules.n ? rules.p : "");
}

/* When only some files are resolved there is no commit: the texts are merged once more by themselves. */
static void judge_file(struct replay *r, const char *human, const char *commit, const struct jval *file)
{
    struct bench *b = r->b;
    const char *path = arena_dup(&b->a, jval_str(jval_get(file, "path")));
    bool resolved = sv_is(jval_str(jval_get(file, "state")), "resolved");
    r->files++;
    if (!resolved || !commit) {
        r->left++;
        show_file(r, "left", human, file);
        return;
    }
    bool same = is_file_same(b, human, commit, path);
    bool reordered = !same && is_same_in_other_order(b, human, commit, path);
    const struct jval *rules = jval_get(file, "rules");
    for (size_t i = 0; i < jval_len(rules); i++) {
        struct tally *t = tally_of(&r->rules, arena_dup(&b->a, jval_str(jval_item(rules, i))));
        t->cases++;
        t->right += same;
        t->left += reordered;
        t->wrong += !same && !reordered;
    }
    r->same += same;
    r->reordered += reordered;
    r->different += !same && !reordered;
    show_file(r, same ? "same" : reordered ? "reordered" : "different", human, file);
}

static void judge(struct replay *r, const char *human, const struct merge_answer *x)
{
    struct jdoc *doc;
    struct err e = {0};
    if (jdoc_parse(x->report, NULL, &doc, &e) < 0)
        return;
    const struct jval *files = jval_get(jdoc_root(doc), "files");
    for (size_t i = 0; i < jval_len(files); i++)
        judge_file(r, human, x->commit, jval_item(files, i));
    jdoc_free(&doc);
    r->conflicts++;
    if (x->state == MERGE_UNRESOLVED)
        r->whole_left++;
    else if (is_tree_same(r->b, x->commit, human))
        r->whole_same++;
    else
        r->whole_different++;
}

static void replay_one(struct replay *r, const char *human, const char *ours, const char *theirs)
{
    struct merge_answer x;
    r->merges++;
    if (bench_merge(r->b, ours, theirs, &x) < 0) {
        fprintf(stderr, "%s: %s\n", human, r->b->e.msg);
        r->failed++;
    } else if (x.state == MERGE_NOTHING || (x.state == MERGE_MERGED && strcmp(x.commit, theirs) == 0)) {
        r->nothing++;
    } else if (x.state == MERGE_MERGED) {
        r->clean++;
    } else {
        judge(r, human, &x);
    }
}

void merges_replay(struct bench *b, int most, bool show)
{
    struct replay r = {.b = b, .show = show};
    const char *list = BENCH_GIT(b, "rev-list", "--all", "--min-parents=2", "--max-parents=2", "--parents",
                                 arena_fmt(&b->a, "--max-count=%d", most));
    struct sv rest = sv_of(list), line;
    while (list && sv_next(&rest, '\n', &line)) {
        char human[65], ours[65], theirs[65];
        if (sscanf(arena_dup(&b->a, line), "%64s %64s %64s", human, ours, theirs) == 3)
            replay_one(&r, human, ours, theirs);
    }
    printf("%d merges: %d without conflict, %d without need, %d failed, %d with conflicts\n", r.merges, r.clean,
           r.nothing, r.failed, r.conflicts);
    printf("of those with conflicts  %4d the same tree as committed, %d another, %d left to people\n", r.whole_same,
           r.whole_different, r.whole_left);
    printf("files in conflict        %4d: %d the same, %d the same lines in another order, %d different, %d left\n",
           r.files, r.same, r.reordered, r.different, r.left);
    printf("%-12s %8s %8s %8s %8s\n", "rule", "files", "same", "order", "other");
    for (size_t i = 0; i < r.rules.n; i++)
        printf("%-12s %8d %8d %8d %8d\n", r.rules.at[i].name, r.rules.at[i].cases, r.rules.at[i].right,
               r.rules.at[i].left, r.rules.at[i].wrong);
}
