/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "fmt/json.h"
#include "git/mirror.h"
#include "port/merge.h"
#include "unit/git/lab.h"

#define ID "bare:acme/api"

/* A topic and a base that begin with the same commit. */
static const char *begin(struct lab *l)
{
    lab_open(l, "sha1");
    lab_write(l, "log.md", "# Changelog\n\n## Unreleased\n\n- first\n");
    lab_write(l, "a.c", "limit = 1;\n");
    return lab_commit(l, "base");
}

static void branch(struct lab *l, const char *name, const char *from)
{
    GIT(l, l->origin, "checkout", "--quiet", "-B", name, from);
}

static const char *write_and_commit(struct lab *l, const char *path, const char *text, const char *message)
{
    lab_write(l, path, text);
    return lab_commit(l, message);
}

static int rebase(struct lab *l, struct wf_ways ways, struct merge_answer *ret)
{
    assert_int_equal(lab_fetch(l, NULL), 0);
    struct merge_want want = {.repo_id = ID,
                              .ours = "topic",
                              .theirs = "refs/heads/base",
                              .key = "r1",
                              .message = "Merge base\n",
                              .name = "fettle",
                              .email = "fettle@example.org",
                              .when = 1700000000123,
                              .ways = ways};
    return merge_commits(l->g, &want, NULL, &l->a, ret, &l->e);
}

static const struct wf_ways only = {{WAY_REBASE}, 1}, first = {{WAY_REBASE, WAY_MERGE}, 2};

/* What git log says of one commit in the mirror. */
static const char *shown(struct lab *l, const char *commit, const char *form)
{
    struct mirror *m;
    assert_int_equal(mirror_of(l->g, ID, &m, &l->e), 0);
    return GIT(l, m->path, "log", "-1", "--date=raw", form, commit);
}

/* The subjects from the newest to the first that is not there. */
static const char *subjects(struct lab *l, const char *from, const char *to)
{
    struct mirror *m;
    assert_int_equal(mirror_of(l->g, ID, &m, &l->e), 0);
    return GIT(l, m->path, "log", "--format=%s", arena_fmt(&l->a, "%s..%s", from, to));
}

static const char *text_at(struct lab *l, const char *commit, const char *path)
{
    AUTO(buf_free) struct buf text = {0};
    if (git_file(l->g, ID, commit, path, 1 << 20, &text, &l->e) < 0)
        return NULL;
    return arena_dup(&l->a, buf_view(&text));
}

/* A member of the first entry of a list in the report. */
static const char *told(struct lab *l, const struct merge_answer *x, const char *list, const char *key)
{
    struct jdoc *doc;
    assert_int_equal(jdoc_parse(x->report, NULL, &doc, &l->e), 0);
    const char *text = arena_dup(&l->a, jval_str(jval_get(jval_item(jval_get(jdoc_root(doc), list), 0), key)));
    jdoc_free(&doc);
    return text;
}

static void each_commit_is_replayed_with_its_author_date_and_message(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x, y;
    const char *from = begin(&l);
    branch(&l, "topic", from);
    lab_write(&l, "one", "1\n");
    GIT(&l, l.origin, "add", "-A");
    GIT(&l, l.origin, "commit", "--quiet", "--author=Ann <ann@example.com>", "--date=1600000000 +0230", "-m",
        "one\n\nand why");
    lab_write(&l, "two", "2\n");
    GIT(&l, l.origin, "add", "-A");
    GIT(&l, l.origin, "-c", "i18n.commitEncoding=ISO-8859-1", "commit", "--quiet", "-m",
        "gr\xfc\xdf"
        "e");
    branch(&l, "base", from);
    const char *tip = write_and_commit(&l, "other", "x\n", "other");
    assert_int_equal(rebase(&l, only, &x), 0);
    assert_int_equal(x.state, MERGE_MERGED);
    assert_int_equal(x.way, WAY_REBASE);
    const char *one = arena_fmt(&l.a, "%s~1", x.commit);
    assert_string_equal(shown(&l, one, "--format=%an <%ae> %ad|%cn %cd|%B"),
                        "Ann <ann@example.com> 1600000000 +0230|fettle 1700000000 +0000|one\n\nand why");
    assert_string_equal(shown(&l, one, "--format=%P"), tip);
    assert_string_equal(shown(&l, x.commit, "--format=%e %s"), "ISO-8859-1 gr\xc3\xbc\xc3\x9f"
                                                               "e");
    assert_string_equal(lab_resolve(&l, "refs/fettle/resolve/r1"), x.commit);
    /* and the same once more makes the same commits */
    assert_int_equal(rebase(&l, only, &y), 0);
    assert_string_equal(x.commit, y.commit);
}

static void what_the_base_has_done_already_is_left_out(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x;
    const char *from = begin(&l);
    branch(&l, "topic", from);
    (void)write_and_commit(&l, "a.c", "limit = 2;\n", "the limit");
    (void)lab_commit(&l, "nothing at all");
    (void)write_and_commit(&l, "b.c", "new;\n", "new");
    branch(&l, "base", from);
    const char *tip = write_and_commit(&l, "a.c", "limit = 2;\n", "the same limit");
    assert_int_equal(rebase(&l, only, &x), 0);
    assert_int_equal(x.state, MERGE_MERGED);
    assert_string_equal(subjects(&l, tip, x.commit), "new");
    assert_string_equal(text_at(&l, x.commit, "a.c"), "limit = 2;\n");
}

static void a_branch_of_which_nothing_would_be_left_is_not_replayed(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x;
    const char *from = begin(&l);
    branch(&l, "topic", from);
    (void)write_and_commit(&l, "a.c", "limit = 2;\n", "the limit");
    branch(&l, "base", from);
    (void)write_and_commit(&l, "a.c", "limit = 2;\n", "the same limit");
    assert_int_equal(rebase(&l, only, &x), 0);
    assert_int_equal(x.state, MERGE_UNRESOLVED);
    assert_null(x.commit);
    assert_null(lab_resolve(&l, "refs/fettle/resolve/r1"));
    assert_string_equal(told(&l, &x, "tried", "why"), "the other side has all of its changes: nothing would be left");
}

static void a_conflict_is_resolved_by_a_rule_in_the_commit_that_has_it(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x;
    const char *from = begin(&l);
    branch(&l, "topic", from);
    (void)write_and_commit(&l, "b.c", "new;\n", "new");
    const char *second = write_and_commit(&l, "log.md", "# Changelog\n\n## Unreleased\n\n- topic\n- first\n", "told");
    (void)write_and_commit(&l, "c.c", "newer;\n", "newer");
    branch(&l, "base", from);
    const char *tip = write_and_commit(&l, "log.md", "# Changelog\n\n## Unreleased\n\n- base\n- first\n", "base");
    assert_int_equal(rebase(&l, only, &x), 0);
    assert_int_equal(x.state, MERGE_RESOLVED);
    assert_string_equal(subjects(&l, tip, x.commit), "newer\ntold\nnew");
    assert_string_equal(told(&l, &x, "files", "path"), "log.md");
    assert_string_equal(told(&l, &x, "files", "at"), second);
    const char *before = arena_fmt(&l.a, "%s", shown(&l, x.commit, "--format=%P"));
    assert_non_null(strstr(text_at(&l, before, "log.md"), "- topic\n"));
    assert_non_null(strstr(text_at(&l, before, "log.md"), "- base\n"));
    assert_null(text_at(&l, before, "c.c")); /* one by one */
}

static void what_no_rule_resolves_is_left_to_the_next_way(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x;
    const char *from = begin(&l);
    branch(&l, "topic", from);
    (void)write_and_commit(&l, "a.c", "limit = 2;\n", "for a while");
    (void)write_and_commit(&l, "a.c", "limit = 1;\n", "and back");
    (void)write_and_commit(&l, "b.c", "new;\n", "new");
    branch(&l, "base", from);
    (void)write_and_commit(&l, "a.c", "limit = 3;\n", "base");
    assert_int_equal(rebase(&l, only, &x), 0);
    assert_int_equal(x.state, MERGE_UNRESOLVED);
    assert_null(x.commit);
    assert_string_equal(told(&l, &x, "files", "path"), "a.c");
    /* of the whole there is no conflict */
    assert_int_equal(rebase(&l, first, &x), 0);
    assert_int_equal(x.state, MERGE_MERGED);
    assert_int_equal(x.way, WAY_MERGE);
    assert_string_equal(told(&l, &x, "tried", "way"), "rebase");
    assert_string_equal(told(&l, &x, "tried", "why"), "not all conflicts were resolved");
    assert_null(told(&l, &x, "files", "path"));
    assert_string_equal(text_at(&l, x.commit, "a.c"), "limit = 3;\n");
}

static void a_merge_among_the_commits_is_not_replayed(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x;
    const char *from = begin(&l);
    branch(&l, "side", from);
    (void)write_and_commit(&l, "s.c", "side;\n", "side");
    branch(&l, "topic", from);
    (void)write_and_commit(&l, "b.c", "new;\n", "new");
    GIT(&l, l.origin, "merge", "--quiet", "--no-ff", "-m", "merged", "side");
    const char *merged = GIT(&l, l.origin, "rev-parse", "HEAD");
    branch(&l, "base", from);
    (void)write_and_commit(&l, "o.c", "other;\n", "other");
    assert_int_equal(rebase(&l, first, &x), 0);
    assert_int_equal(x.way, WAY_MERGE);
    assert_int_equal(x.state, MERGE_MERGED);
    assert_string_equal(told(&l, &x, "tried", "why"),
                        arena_fmt(&l.a, "there is a merge among the commits to replay: %.12s", merged));
}

static void sides_without_a_common_commit_are_not_replayed(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x;
    branch(&l, "base", begin(&l));
    GIT(&l, l.origin, "checkout", "--quiet", "--orphan", "topic");
    (void)write_and_commit(&l, "b.c", "new;\n", "alone");
    assert_int_equal(rebase(&l, only, &x), 0);
    assert_int_equal(x.state, MERGE_UNRESOLVED);
    assert_string_equal(told(&l, &x, "tried", "why"), "the sides have no commit in common");
}

static void very_many_commits_are_not_replayed(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x;
    const char *from = begin(&l), *tip = from;
    for (int i = 0; i <= MERGE_REPLAYED; i++)
        tip = GIT(&l, l.origin, "commit-tree", arena_fmt(&l.a, "%s^{tree}", from), "-p", tip, "-m", "x");
    GIT(&l, l.origin, "branch", "topic", tip);
    branch(&l, "base", from);
    (void)write_and_commit(&l, "o.c", "other;\n", "other");
    assert_int_equal(rebase(&l, only, &x), 0);
    assert_string_equal(told(&l, &x, "tried", "why"), "there are more than 200 commits to replay");
}

static void without_fast_forward_what_is_behind_is_merged(void **state)
{
    static const struct wf_ways merges = {{WAY_MERGE}, 1}, forward = {{WAY_FORWARD}, 1};
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x;
    const char *from = begin(&l);
    branch(&l, "topic", from);
    branch(&l, "base", from);
    const char *tip = write_and_commit(&l, "o.c", "other;\n", "other");
    assert_int_equal(rebase(&l, forward, &x), 0);
    assert_string_equal(x.commit, tip);
    assert_int_equal(x.way, WAY_FORWARD);
    assert_int_equal(rebase(&l, merges, &x), 0);
    assert_string_equal(shown(&l, x.commit, "--format=%P"), arena_fmt(&l.a, "%s %s", from, tip));
    /* and nothing else than it where both went on */
    branch(&l, "topic", from);
    (void)write_and_commit(&l, "b.c", "new;\n", "new");
    assert_int_equal(rebase(&l, forward, &x), 0);
    assert_int_equal(x.state, MERGE_UNRESOLVED);
    assert_string_equal(told(&l, &x, "tried", "why"), "both sides have commits of their own");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_commit_is_replayed_with_its_author_date_and_message),
        cmocka_unit_test(what_the_base_has_done_already_is_left_out),
        cmocka_unit_test(a_branch_of_which_nothing_would_be_left_is_not_replayed),
        cmocka_unit_test(a_conflict_is_resolved_by_a_rule_in_the_commit_that_has_it),
        cmocka_unit_test(what_no_rule_resolves_is_left_to_the_next_way),
        cmocka_unit_test(a_merge_among_the_commits_is_not_replayed),
        cmocka_unit_test(sides_without_a_common_commit_are_not_replayed),
        cmocka_unit_test(very_many_commits_are_not_replayed),
        cmocka_unit_test(without_fast_forward_what_is_behind_is_merged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
