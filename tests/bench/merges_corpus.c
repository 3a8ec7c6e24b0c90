/* SPDX-License-Identifier: Apache-2.0 */
/* The corpus: made from a seed, written as a stream for git fast-import, and merged by us and by git. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/file.h"
#include "bench/merges.h"
#include "bench/merges_doc.h"

enum way { WAY_OURS, WAY_GIT, WAY_GIT_OURS, WAY_GIT_THEIRS, WAYS };
static const char *const way_names[] = {"fettle", "git merge", "git -X ours", "git -X theirs"};

struct corpus {
    struct bench *b;
    struct tallies kinds[WAYS], rules;
    struct tally all[WAYS];
    struct tally hard[WAYS]; /* of the cases that git leaves */
    int wrong_shown;
    bool show;
};

static void made_free(struct made *m)
{
    buf_free(&m->base);
    buf_free(&m->ours);
    buf_free(&m->theirs);
    buf_free(&m->right[0]);
    buf_free(&m->right[1]);
}

static const struct maker *maker_for(struct dice *r)
{
    int share = dice_below(r, 100);
    for (const struct maker *m = makers_code; m->kind; m++)
        if ((share -= m->share) < 0)
            return m;
    for (const struct maker *m = makers_data; m->kind; m++)
        if ((share -= m->share) < 0)
            return m;
    return &makers_data[0];
}

static void made_make(unsigned seed, int no, struct arena *a, struct made *ret)
{
    struct dice r = {(uint64_t)seed * 1000003 + (uint64_t)no};
    const struct maker *m = maker_for(&r);
    *ret = (struct made){.kind = m->kind};
    m->make(&r, a, ret);
}

static void put_commit(const char *ref, const char *from, const char *path, const char *old, struct sv text)
{
    printf("commit refs/heads/%s\ncommitter x <x@example.org> 1700000000 +0000\ndata 1\nx\n", ref);
    if (from)
        printf("from refs/heads/%s\n", from);
    if (old && strcmp(old, path) != 0)
        printf("D %s\n", old);
    printf("M 100644 inline %s\ndata %zu\n%.*s\n", path, text.n, SV_ARG(text));
}

void corpus_stream(unsigned seed, int cases)
{
    for (int i = 0; i < cases; i++) {
        AUTO(arena_free) struct arena a = {0};
        struct made m;
        made_make(seed, i, &a, &m);
        const char *base = arena_fmt(&a, "c%d/base", i);
        put_commit(base, NULL, m.path, NULL, buf_view(&m.base));
        put_commit(arena_fmt(&a, "c%d/ours", i), base, m.ours_path ? m.ours_path : m.path, m.path, buf_view(&m.ours));
        put_commit(arena_fmt(&a, "c%d/theirs", i), base, m.theirs_path ? m.theirs_path : m.path, m.path,
                   buf_view(&m.theirs));
        made_free(&m);
    }
}

static bool is_right(const struct made *m, struct sv text)
{
    for (int i = 0; i < m->n_right; i++)
        if (sv_eq(text, buf_view(&m->right[i])))
            return true;
    return false;
}

static void count(struct tally *t, bool resolved, bool right)
{
    t->cases++;
    t->resolved += resolved;
    t->right += resolved && right;
    t->wrong += resolved && !right;
    t->left += !resolved;
}

static const char *path_of(const struct made *m)
{
    return m->ours_path ? m->ours_path : m->theirs_path ? m->theirs_path : m->path;
}

static void count_rules(struct corpus *c, const struct merge_answer *x, bool right)
{
    struct jdoc *doc;
    if (jdoc_parse(x->report, NULL, &doc, &c->b->e) < 0)
        return;
    const struct jval *files = jval_get(jdoc_root(doc), "files");
    for (size_t i = 0; i < jval_len(files); i++) {
        const struct jval *rules = jval_get(jval_item(files, i), "rules");
        for (size_t k = 0; k < jval_len(rules); k++)
            count(tally_of(&c->rules, arena_dup(&c->b->a, jval_str(jval_item(rules, k)))), true, right);
    }
    jdoc_free(&doc);
}

static void show_case(struct corpus *c, const struct made *m, int no, struct sv text, const struct merge_answer *x)
{
    if (!c->show)
        return;
    printf("==== %s case %d, %s: %.*s\n---- base\n%s---- ours\n%s---- theirs\n%s---- made\n%.*s---- right\n%s",
           text.p ? "wrong" : "left", no, m->kind, SV_ARG(x->report), m->base.p, m->ours.p, m->theirs.p, SV_ARG(text),
           m->n_right ? m->right[0].p : "(none)\n");
}

/* Ours; *ret_conflict: the lines alone did not do. */
static void merge_ours(struct corpus *c, const struct made *m, int no, bool *ret_resolved, bool *ret_right)
{
    struct bench *b = c->b;
    struct merge_answer x;
    AUTO(buf_free) struct buf text = {0};
    MUST(bench_merge(b, arena_fmt(&b->a, "c%d/ours", no), arena_fmt(&b->a, "c%d/theirs", no), &x) == 0);
    *ret_resolved = x.commit != NULL;
    *ret_right = false;
    if (!x.commit) {
        if (m->n_right)
            show_case(c, m, no, SV_NONE, &x);
        return;
    }
    *ret_right =
        git_file(b->g, BENCH_ID, x.commit, path_of(m), MERGE_BYTES, &text, &b->e) == 0 && is_right(m, buf_view(&text));
    if (x.state == MERGE_RESOLVED)
        count_rules(c, &x, *ret_right);
    if (!*ret_right)
        show_case(c, m, no, buf_view(&text), &x);
}

static void merge_git(struct corpus *c, const struct made *m, int no, const char *option, bool *ret_resolved,
                      bool *ret_right)
{
    struct bench *b = c->b;
    AUTO(buf_free) struct buf text = {0};
    int status = 0;
    BENCH_GIT(b, "checkout", "--quiet", "--force", "--detach", arena_fmt(&b->a, "c%d/ours", no));
    const char *const args[] = {
        "merge", "--quiet", "--no-edit", option ? option : "--no-stat", arena_fmt(&b->a, "c%d/theirs", no), NULL};
    bench_git(b, args, &status);
    *ret_resolved = status == 0;
    *ret_right = status == 0 &&
                 file_read(arena_fmt(&b->a, "%s/%s", b->source, path_of(m)), MERGE_BYTES, &text, &b->e) == 0 &&
                 is_right(m, buf_view(&text));
    if (status != 0)
        BENCH_GIT(b, "reset", "--quiet", "--hard");
}

static void tell(const struct corpus *c)
{
    printf("\n%-16s %6s %9s %6s %6s %6s %8s\n", "all cases", "cases", "resolved", "right", "wrong", "left", "wrong %");
    for (int w = 0; w < WAYS; w++) {
        const struct tally *t = &c->all[w];
        printf("%-16s %6d %9d %6d %6d %6d %8.1f\n", way_names[w], t->cases, t->resolved, t->right, t->wrong, t->left,
               100.0 * t->wrong / (t->cases ? t->cases : 1));
    }
    printf("\n%-16s %6s %9s %6s %6s %6s\n", "left by git", "cases", "resolved", "right", "wrong", "left");
    for (int w = 0; w < WAYS; w++)
        if (w != WAY_GIT)
            printf("%-16s %6d %9d %6d %6d %6d\n", way_names[w], c->hard[w].cases, c->hard[w].resolved, c->hard[w].right,
                   c->hard[w].wrong, c->hard[w].left);
    printf("\n%-16s %6s %9s %6s %6s %6s | %s\n", "kind (fettle)", "cases", "resolved", "right", "wrong", "left",
           "git: resolved, wrong");
    for (size_t i = 0; i < c->kinds[0].n; i++) {
        const struct tally *t = &c->kinds[0].at[i], *g = &c->kinds[WAY_GIT].at[i];
        printf("%-16s %6d %9d %6d %6d %6d | %d, %d\n", t->name, t->cases, t->resolved, t->right, t->wrong, t->left,
               g->resolved, g->wrong);
    }
    printf("\n%-16s %6s %6s %6s\n", "rule", "cases", "right", "wrong");
    for (size_t i = 0; i < c->rules.n; i++)
        printf("%-16s %6d %6d %6d\n", c->rules.at[i].name, c->rules.at[i].cases, c->rules.at[i].right,
               c->rules.at[i].wrong);
}

bool corpus_run(struct bench *b, unsigned seed, int cases, bool with_git, bool show)
{
    struct corpus c = {.b = b, .show = show};
    static const char *const options[] = {NULL, NULL, "-Xours", "-Xtheirs"};
    int answerless = 0;
    for (int i = 0; i < cases; i++) {
        AUTO(arena_free) struct arena a = {0};
        struct made m;
        bool resolved[WAYS] = {0}, right[WAYS] = {0};
        made_make(seed, i, &a, &m);
        answerless += m.n_right == 0;
        merge_ours(&c, &m, i, &resolved[WAY_OURS], &right[WAY_OURS]);
        for (int w = WAY_GIT; with_git && w < WAYS; w++)
            merge_git(&c, &m, i, options[w], &resolved[w], &right[w]);
        for (int w = 0; w < WAYS; w++) {
            count(tally_of(&c.kinds[w], m.kind), resolved[w], right[w]);
            count(&c.all[w], resolved[w], right[w]);
            if (!resolved[WAY_GIT])
                count(&c.hard[w], resolved[w], right[w]);
        }
        made_free(&m);
    }
    printf("seed %u: %d merges, of which %d have no right answer and are for people\n", seed, cases, answerless);
    tell(&c);
    return c.all[WAY_OURS].wrong * 20 <= c.all[WAY_OURS].cases;
}
