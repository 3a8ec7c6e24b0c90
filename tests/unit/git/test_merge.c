/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "fmt/json.h"
#include "port/merge.h"
#include "unit/git/lab.h"

#define ID "bare:acme/api"

/* A file in two branches that begin with the same text. NULL = the file is not there. */
struct fork {
    const char *ours, *theirs;
};

static struct fork fork_of(struct lab *l, const char *path, const char *base, const char *ours, const char *theirs)
{
    struct fork f;
    lab_write(l, "other", "1\n");
    if (base)
        lab_write(l, path, base);
    const char *from = lab_commit(l, "base");
    const char *const texts[] = {ours, theirs};
    const char *made[2];
    for (int i = 0; i < 2; i++) {
        GIT(l, l->origin, "checkout", "--quiet", "-B", i ? "theirs" : "ours", from);
        if (texts[i])
            lab_write(l, path, texts[i]);
        else
            GIT(l, l->origin, "rm", "--quiet", path);
        made[i] = lab_commit(l, i ? "theirs" : "ours");
    }
    f.ours = made[0];
    f.theirs = made[1];
    assert_int_equal(lab_fetch(l, NULL), 0);
    return f;
}

static int merge(struct lab *l, const char *ours, const char *theirs, struct merge_answer *ret)
{
    struct merge_want want = {.repo_id = ID,
                              .ours = ours,
                              .theirs = theirs,
                              .key = "r1",
                              .message = "Merge theirs\n",
                              .name = "fettle",
                              .email = "fettle@example.org",
                              .when = 1700000000123};
    return merge_commits(l->g, &want, NULL, &l->a, ret, &l->e);
}

static const char *text_at(struct lab *l, const char *commit, const char *path)
{
    AUTO(buf_free) struct buf text = {0};
    if (git_file(l->g, ID, commit, path, 1 << 20, &text, &l->e) < 0)
        return NULL;
    return arena_dup(&l->a, buf_view(&text));
}

/* One value of the first file in the report. */
static const char *told(struct lab *l, const struct merge_answer *x, const char *key)
{
    struct jdoc *doc;
    assert_int_equal(jdoc_parse(x->report, NULL, &doc, &l->e), 0);
    const struct jval *file = jval_item(jval_get(jdoc_root(doc), "files"), 0), *v = jval_get(file, key);
    const char *text = arena_dup(&l->a, jval_kind(v) == J_ARRAY ? jval_str(jval_item(v, 0)) : jval_str(v));
    jdoc_free(&doc);
    return text;
}

static void what_has_the_other_already_needs_no_merge(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x;
    lab_open(&l, "sha1");
    lab_write(&l, "a", "1\n");
    const char *one = lab_commit(&l, "one");
    lab_write(&l, "a", "2\n");
    const char *two = lab_commit(&l, "two");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    assert_int_equal(merge(&l, two, one, &x), 0);
    assert_int_equal(x.state, MERGE_NOTHING);
    assert_string_equal(x.commit, two);
    assert_int_equal(merge(&l, one, one, &x), 0);
    assert_int_equal(x.state, MERGE_NOTHING);
    /* and what is only behind goes forward */
    assert_int_equal(merge(&l, one, two, &x), 0);
    assert_int_equal(x.state, MERGE_MERGED);
    assert_string_equal(x.commit, two);
}

static void a_merge_without_conflict_makes_the_same_commit_each_time(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x, y;
    lab_open(&l, "sha1");
    struct fork f = fork_of(&l, "a.c", "1\n2\n3\n4\n5\n", "one\n2\n3\n4\n5\n", "1\n2\n3\n4\nfive\n");
    assert_int_equal(merge(&l, f.ours, f.theirs, &x), 0);
    assert_int_equal(x.state, MERGE_MERGED);
    assert_string_equal(text_at(&l, x.commit, "a.c"), "one\n2\n3\n4\nfive\n");
    assert_string_equal(lab_resolve(&l, "refs/fettle/resolve/r1"), x.commit);
    assert_int_equal(merge(&l, "ours", "refs/heads/theirs", &y), 0);
    assert_string_equal(y.commit, x.commit);
}

static void a_conflict_that_a_rule_resolves_is_told_with_the_rule(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x;
    lab_open(&l, "sha1");
    struct fork f = fork_of(&l, "a.c", "#include <a.h>\nint x;\n", "#include <a.h>\n#include <c.h>\nint x;\n",
                            "#include <a.h>\n#include <b.h>\nint x;\n");
    assert_int_equal(merge(&l, f.ours, f.theirs, &x), 0);
    assert_int_equal(x.state, MERGE_RESOLVED);
    assert_string_equal(text_at(&l, x.commit, "a.c"), "#include <a.h>\n#include <b.h>\n#include <c.h>\nint x;\n");
    assert_string_equal(told(&l, &x, "state"), "resolved");
    assert_string_equal(told(&l, &x, "rules"), "imports");
    /* its parents are ours and theirs */
    assert_int_equal(merge(&l, x.commit, f.ours, &x), 0);
    assert_int_equal(x.state, MERGE_NOTHING);
}

static void a_conflict_that_no_rule_resolves_leaves_no_commit(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x;
    lab_open(&l, "sha1");
    struct fork f = fork_of(&l, "a.c", "limit = 1;\n", "limit = 2;\n", "limit = 3;\n");
    assert_int_equal(merge(&l, f.ours, f.theirs, &x), 0);
    assert_int_equal(x.state, MERGE_UNRESOLVED);
    assert_null(x.commit);
    assert_null(lab_resolve(&l, "refs/fettle/resolve/r1"));
    struct jdoc *doc;
    assert_int_equal(jdoc_parse(x.report, NULL, &doc, &l.e), 0);
    const struct jval *left = jval_item(jval_get(jval_item(jval_get(jdoc_root(doc), "files"), 0), "left"), 0);
    assert_true(sv_is(jval_str(jval_get(left, "ours")), "limit = 2;\n"));
    assert_true(sv_is(jval_str(jval_get(left, "theirs")), "limit = 3;\n"));
    assert_int_equal(jval_str(jval_get(left, "key")).n, MERGE_KEY_LEN);
    jdoc_free(&doc);
}

static void what_is_no_question_of_text_is_left_with_a_reason(void **state)
{
    static const struct {
        const char *base, *ours, *theirs, *why;
    } rows[] = {
        {"a\n", NULL, "b\n", "deleted on one side, changed on the other"},
        {NULL, "a\n", "b\n", "added on both sides"},
        {"a\nb\n", "a\nb\n<<<<<<< x\n", "a\nc\n", "conflict markers are in it"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(lab_close) struct lab l;
        struct merge_answer x;
        lab_open(&l, "sha1");
        struct fork f = fork_of(&l, "a", rows[i].base, rows[i].ours, rows[i].theirs);
        assert_int_equal(merge(&l, f.ours, f.theirs, &x), 0);
        assert_int_equal(x.state, MERGE_UNRESOLVED);
        assert_string_equal(told(&l, &x, "why"), rows[i].why);
    }
}

static void a_renamed_file_takes_the_edits_of_the_other_side(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x;
    lab_open(&l, "sha1");
    AUTO(buf_free) struct buf base = {0}, ours = {0}, theirs = {0};
    for (int i = 0; i < 30; i++)
        buf_fmt(&base, "int value_%d = %d;\n", i, i);
    buf_fmt(&ours, "%sint last = 1;\nint ours = 1;\n", base.p);
    buf_fmt(&theirs, "%sint last = 1;\nint theirs = 1;\n", base.p);
    buf_str(&base, "int last = 1;\n");
    struct fork f = fork_of(&l, "old.c", base.p, ours.p, theirs.p);
    GIT(&l, l.origin, "checkout", "--quiet", "ours");
    GIT(&l, l.origin, "mv", "old.c", "new.c");
    f.ours = lab_commit(&l, "renamed");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    assert_int_equal(merge(&l, f.ours, f.theirs, &x), 0);
    assert_string_equal(told(&l, &x, "path"), "new.c"); /* one conflict, and not two halves of it */
    assert_int_equal(x.state, MERGE_UNRESOLVED);          /* values have an order, perhaps */
    assert_null(told(&l, &x, "why"));
}

static void a_new_use_of_a_renamed_function_is_mended_without_conflict(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x;
    lab_open(&l, "sha1");
    struct fork f = fork_of(&l, "a.c", "int old_name(int x)\n{\n    return x;\n}\n\n\n\nint b(void)\n{\n    return 1;\n}\n",
                            "int new_name(int x)\n{\n    return x;\n}\n\n\n\nint b(void)\n{\n    return 1;\n}\n",
                            "int old_name(int x)\n{\n    return x;\n}\n\n\n\nint b(void)\n{\n    return old_name(1);\n}\n");
    assert_int_equal(merge(&l, f.ours, f.theirs, &x), 0);
    assert_int_equal(x.state, MERGE_RESOLVED); /* a check has to look at it */
    assert_string_equal(told(&l, &x, "rules"), "renamed");
    assert_string_equal(text_at(&l, x.commit, "a.c"),
                        "int new_name(int x)\n{\n    return x;\n}\n\n\n\nint b(void)\n{\n    return new_name(1);\n}\n");
}

static void an_edit_follows_a_block_into_another_file(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x;
    lab_open(&l, "sha1");
    lab_write(&l, "b.c", "int last;\n");
    struct fork f = fork_of(&l, "a.c", "int one;\n\nint area(int x)\n{\n    int y = x;\n    return y;\n}\n\nint two;\n",
                            "int one;\n\nint two;\n",
                            "int one;\n\nint area(int x)\n{\n    int y = x + 1;\n    return y;\n}\n\nint two;\n");
    assert_int_equal(merge(&l, f.ours, f.theirs, &x), 0);
    assert_int_equal(x.state, MERGE_UNRESOLVED); /* deleted, as far as anybody can see */
    GIT(&l, l.origin, "checkout", "--quiet", "ours");
    lab_write(&l, "b.c", "int area(int x)\n{\n    int y = x;\n    return y;\n}\n\nint last;\n");
    f.ours = lab_commit(&l, "moved");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    assert_int_equal(merge(&l, f.ours, f.theirs, &x), 0);
    assert_int_equal(x.state, MERGE_RESOLVED);
    assert_string_equal(told(&l, &x, "rules"), "moved");
    assert_string_equal(text_at(&l, x.commit, "a.c"), "int one;\n\nint two;\n");
    assert_string_equal(text_at(&l, x.commit, "b.c"),
                        "int area(int x)\n{\n    int y = x + 1;\n    return y;\n}\n\nint last;\n");
}

static void lessons_come_from_the_merge_of_a_person(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_lessons lessons;
    lab_open(&l, "sha1");
    struct fork f = fork_of(&l, "a.c", "limit = 1;\n", "limit = 2;\n", "limit = 3;\n");
    GIT(&l, l.origin, "checkout", "--quiet", "ours");
    GIT(&l, l.origin, "merge", "--quiet", "-s", "ours", "--no-commit", "theirs");
    lab_write(&l, "a.c", "limit = 5;\n");
    const char *merged = lab_commit(&l, "by hand");
    assert_int_equal(lab_fetch(&l, NULL), 0);
    assert_int_equal(merge_learn(l.g, ID, merged, &l.a, &lessons, &l.e), 0);
    assert_int_equal(lessons.n, 1);
    assert_string_equal(lessons.at[0].path, "a.c");
    assert_true(sv_is(lessons.at[0].text, "limit = 5;\n"));
    assert_int_equal(merge_learn(l.g, ID, f.ours, &l.a, &lessons, &l.e), 0);
    assert_int_equal(lessons.n, 0); /* no merge */
}

static void sha256_objects_are_merged_where_git_finds_no_conflict(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x, y;
    lab_open(&l, "sha256");
    struct fork f = fork_of(&l, "a.c", "1\n2\n3\n4\n5\n", "one\n2\n3\n4\n5\n", "1\n2\n3\n4\nfive\n");
    assert_int_equal(merge(&l, f.ours, f.theirs, &x), 0);
    assert_int_equal(x.state, MERGE_MERGED);
    assert_string_equal(text_at(&l, x.commit, "a.c"), "one\n2\n3\n4\nfive\n");
    assert_string_equal(lab_resolve(&l, "refs/fettle/resolve/r1"), x.commit);
    assert_int_equal(merge(&l, f.ours, f.theirs, &y), 0); /* the same each time */
    assert_string_equal(y.commit, x.commit);
    /* its parents are both */
    assert_int_equal(merge(&l, x.commit, f.ours, &y), 0);
    assert_int_equal(y.state, MERGE_NOTHING);
    assert_int_equal(merge(&l, f.theirs, x.commit, &y), 0);
    assert_int_equal(y.way, WAY_FORWARD);
    assert_string_equal(y.commit, x.commit);
}

static void conflicts_among_sha256_objects_are_left_to_people(void **state)
{
    static const struct wf_ways ways = {{WAY_REBASE, WAY_MERGE}, 2};
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x;
    struct merge_lessons lessons;
    lab_open(&l, "sha256");
    struct fork f = fork_of(&l, "a.c", "#include <a.h>\nint x;\n", "#include <a.h>\n#include <c.h>\nint x;\n",
                            "#include <a.h>\n#include <b.h>\nint x;\n");
    struct merge_want want = {.repo_id = ID, .ours = f.ours, .theirs = f.theirs, .key = "r1", .message = "m\n",
                              .name = "fettle", .email = "fettle@example.org", .when = 1700000000123, .ways = ways};
    assert_int_equal(merge_commits(l.g, &want, NULL, &l.a, &x, &l.e), 0);
    assert_int_equal(x.state, MERGE_UNRESOLVED);
    assert_null(x.commit);
    assert_null(lab_resolve(&l, "refs/fettle/resolve/r1"));
    assert_string_equal(told(&l, &x, "path"), "a.c");
    assert_string_equal(told(&l, &x, "why"), "in a repository with SHA-256 objects conflicts are left to people");
    assert_true(sv_find(x.report, SV("in a repository with SHA-256 objects nothing is replayed")) > 0);
    assert_int_equal(merge_learn(l.g, ID, f.ours, &l.a, &lessons, &l.e), -1);
    assert_int_equal(l.e.cls, ERR_INVALID);
}

static void what_is_not_there_is_not_merged(void **state)
{
    (void)state;
    AUTO(lab_close) struct lab l;
    struct merge_answer x;
    lab_open(&l, "sha1");
    struct fork f = fork_of(&l, "a.c", "limit = 1;\n", "limit = 2;\n", "limit = 3;\n");
    assert_int_equal(merge(&l, f.ours, "nowhere", &x), -1);
    assert_int_equal(l.e.cls, ERR_MISSING);
    struct merge_want bad = {.repo_id = ID, .ours = f.ours, .theirs = f.theirs, .key = "../x"};
    assert_int_equal(merge_commits(l.g, &bad, NULL, &l.a, &x, &l.e), -1);
    assert_int_equal(l.e.cls, ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_the_other_already_needs_no_merge),
        cmocka_unit_test(a_merge_without_conflict_makes_the_same_commit_each_time),
        cmocka_unit_test(a_conflict_that_a_rule_resolves_is_told_with_the_rule),
        cmocka_unit_test(a_conflict_that_no_rule_resolves_leaves_no_commit),
        cmocka_unit_test(what_is_no_question_of_text_is_left_with_a_reason),
        cmocka_unit_test(a_renamed_file_takes_the_edits_of_the_other_side),
        cmocka_unit_test(a_new_use_of_a_renamed_function_is_mended_without_conflict),
        cmocka_unit_test(an_edit_follows_a_block_into_another_file),
        cmocka_unit_test(lessons_come_from_the_merge_of_a_person),
        cmocka_unit_test(sha256_objects_are_merged_where_git_finds_no_conflict),
        cmocka_unit_test(conflicts_among_sha256_objects_are_left_to_people),
        cmocka_unit_test(what_is_not_there_is_not_merged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
