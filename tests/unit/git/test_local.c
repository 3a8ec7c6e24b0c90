/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "git/local.h"
#include "unit/git/lab.h"

struct place {
    struct lab l;
    const char *bare, *sha;
};

static int open_place(void **state, const char *format)
{
    struct place *p = mem_new(sizeof *p);
    lab_open(&p->l, format);
    lab_write(&p->l, "a", "1\n");
    p->sha = lab_commit(&p->l, "one");
    GIT(&p->l, p->l.origin, "branch", "--force", "topic");
    GIT(&p->l, p->l.origin, "tag", "-a", "-m", "x", "v1");
    p->bare = lab_path(&p->l, "api.git");
    GIT(&p->l, NULL, "clone", "--quiet", "--bare", "--no-local", p->l.origin, p->bare);
    *state = p;
    return 0;
}

static int open_sha1(void **state)
{
    return open_place(state, "sha1");
}

static int open_sha256(void **state)
{
    return open_place(state, "sha256");
}

static int close_place(void **state)
{
    struct place *p = *state;
    lab_close(&p->l);
    mem_free(p);
    return 0;
}

static int put(struct place *p, const char *context, const char *state, const char *url)
{
    struct local_note x = {.sha = p->sha, .context = context, .state = state, .description = "2 jobs", .url = url};
    return git_note(p->bare, &x, &p->l.e);
}

static const char *note(struct place *p)
{
    return GIT(&p->l, p->bare, "notes", "--ref=refs/notes/fettle", "show", p->sha);
}

static const char *tip(struct place *p)
{
    return GIT(&p->l, p->bare, "rev-parse", "refs/notes/fettle");
}

static void a_context_has_one_line_and_the_newest_state_stands_there(void **state)
{
    struct place *p = *state;
    assert_int_equal(put(p, "fettle/ci", "pending", "https://ci/runs/7"), 0);
    assert_int_equal(put(p, "fettle/docs", "success", NULL), 0);
    assert_int_equal(put(p, "fettle/ci", "success", NULL), 0);
    assert_string_equal(note(p), "success\tfettle/ci\t2 jobs\nsuccess\tfettle/docs\t2 jobs");
    const char *before = tip(p);
    assert_int_equal(put(p, "fettle/ci", "success", NULL), 1);
    assert_string_equal(tip(p), before);
    assert_string_equal(GIT(&p->l, p->bare, "for-each-ref", "--format=%(refname)", "refs/notes"), "refs/notes/fettle");
}

static void what_people_wrote_into_the_note_is_kept(void **state)
{
    struct place *p = *state;
    GIT(&p->l, p->bare, "notes", "--ref=refs/notes/fettle", "add", "-m", "by hand", p->sha);
    assert_int_equal(put(p, "fettle/ci", "failure", NULL), 0);
    assert_string_equal(note(p), "by hand\nfailure\tfettle/ci\t2 jobs");
}

static void what_is_not_there_is_missing(void **state)
{
    struct place *p = *state;
    p->sha = strlen(p->sha) == 40 ? "1111111111111111111111111111111111111111"
                                  : "1111111111111111111111111111111111111111111111111111111111111111";
    assert_int_equal(put(p, "fettle/ci", "success", NULL), -1);
    assert_int_equal(p->l.e.cls, ERR_MISSING);
    p->bare = "/nowhere/api.git";
    assert_int_equal(put(p, "fettle/ci", "success", NULL), -1);
    assert_int_equal(p->l.e.cls, ERR_MISSING);
    AUTO(buf_free) struct buf b = {0};
    assert_int_equal(git_local_refs(p->bare, &b, &p->l.e), -1);
    assert_int_equal(p->l.e.cls, ERR_MISSING);
}

static void branches_and_tags_are_told_and_notes_are_not(void **state)
{
    struct place *p = *state;
    AUTO(buf_free) struct buf got = {0}, want = {0};
    assert_int_equal(put(p, "fettle/ci", "success", NULL), 0);
    const char *main = GIT(&p->l, p->bare, "symbolic-ref", "--short", "HEAD");
    const char *tag = GIT(&p->l, p->bare, "rev-parse", "v1");
    assert_int_equal(git_local_refs(p->bare, &got, &p->l.e), 0);
    buf_fmt(&want,
            "{\"default_branch\":\"%s\",\"refs\":[[\"refs/heads/%s\",\"%s\"],[\"refs/heads/topic\",\"%s\"],"
            "[\"refs/tags/v1\",\"%s\"]]}",
            main, main, p->sha, p->sha, tag);
    assert_string_equal(got.p, want.p);
}

static void equal_content_has_one_tree(void **state)
{
    struct place *p = *state;
    struct lab *l = &p->l;
    const char *other = lab_commit(l, "nothing"), *one, *two;
    lab_write(l, "a", "2\n");
    const char *third = lab_commit(l, "another"), *three;
    assert_int_equal(lab_fetch(l, NULL), 0);
    assert_int_equal(git_content(l->g, "bare:acme/api", p->sha, &l->a, &one, &l->e), 0);
    assert_int_equal(git_content(l->g, "bare:acme/api", other, &l->a, &two, &l->e), 0);
    assert_int_equal(git_content(l->g, "bare:acme/api", third, &l->a, &three, &l->e), 0);
    assert_string_equal(one, GIT(l, l->origin, "rev-parse", "HEAD~1^{tree}"));
    assert_string_equal(one, two);
    assert_string_not_equal(one, three);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_context_has_one_line_and_the_newest_state_stands_there, open_sha1,
                                        close_place),
        cmocka_unit_test_setup_teardown(a_context_has_one_line_and_the_newest_state_stands_there, open_sha256,
                                        close_place),
        cmocka_unit_test_setup_teardown(what_people_wrote_into_the_note_is_kept, open_sha1, close_place),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_missing, open_sha1, close_place),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_missing, open_sha256, close_place),
        cmocka_unit_test_setup_teardown(equal_content_has_one_tree, open_sha1, close_place),
        cmocka_unit_test_setup_teardown(equal_content_has_one_tree, open_sha256, close_place),
        cmocka_unit_test_setup_teardown(branches_and_tags_are_told_and_notes_are_not, open_sha1, close_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
