/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "port/merge.h"
#include "unit/git/lab.h"

#define ID "bare:acme/api"
static const char none[] = "0000000000000000000000000000000000000000";

/* A bare repository that takes pushes over file://, with what the origin has. */
struct place {
    struct lab l;
    const char *bare, *url, *one, *two;
};

static void place_open(struct place *p)
{
    lab_open(&p->l, "sha1");
    lab_write(&p->l, "a", "1\n");
    p->one = lab_commit(&p->l, "one");
    lab_write(&p->l, "a", "2\n");
    p->two = lab_commit(&p->l, "two");
    p->bare = lab_path(&p->l, "remote.git");
    p->url = arena_fmt(&p->l.a, "file://%s", p->bare);
    GIT(&p->l, NULL, "clone", "--quiet", "--bare", p->l.origin, p->bare);
    GIT(&p->l, p->bare, "update-ref", "refs/heads/topic", p->one);
    struct git_remote r = {.id = ID, .url = p->url};
    assert_int_equal(git_fetch(p->l.g, &r, NULL, &p->l.e), 0);
}

static void place_close(struct place *p)
{
    lab_close(&p->l);
}

static int push(struct place *p, const char *commit, const char *ref, const char *expect)
{
    struct git_remote r = {.id = ID, .url = p->url};
    struct merge_push x = {commit, ref, expect};
    p->l.e = (struct err){0};
    return merge_push(p->l.g, &r, &x, &p->l.e);
}

static const char *at_remote(struct place *p, const char *ref)
{
    return GIT(&p->l, p->bare, "for-each-ref", "--format=%(objectname)", ref);
}

static void a_push_moves_what_is_where_it_was_expected(void **state)
{
    (void)state;
    AUTO(place_close) struct place p;
    place_open(&p);
    assert_int_equal(push(&p, p.two, "refs/heads/topic", p.one), 0);
    assert_string_equal(at_remote(&p, "refs/heads/topic"), p.two);
    /* also back: the lease is what protects, not the direction */
    assert_int_equal(push(&p, p.one, "refs/heads/topic", p.two), 0);
    assert_string_equal(at_remote(&p, "refs/heads/topic"), p.one);
}

static void a_push_that_happened_before_is_done(void **state)
{
    (void)state;
    AUTO(place_close) struct place p;
    place_open(&p);
    assert_int_equal(push(&p, p.two, "refs/heads/topic", p.one), 0);
    assert_int_equal(push(&p, p.two, "refs/heads/topic", p.one), 0); /* the answer was lost, say */
    assert_string_equal(at_remote(&p, "refs/heads/topic"), p.two);
}

static void a_ref_that_somebody_moved_is_left_alone(void **state)
{
    (void)state;
    AUTO(place_close) struct place p;
    place_open(&p);
    lab_write(&p.l, "a", "3\n");
    const char *three = lab_commit(&p.l, "three");
    GIT(&p.l, p.l.origin, "push", "--quiet", p.bare, arena_fmt(&p.l.a, "%s:refs/heads/topic", three));
    assert_int_equal(push(&p, p.two, "refs/heads/topic", p.one), -1);
    assert_int_equal(p.l.e.cls, ERR_CONFLICT);
    assert_string_equal(at_remote(&p, "refs/heads/topic"), three);
    GIT(&p.l, p.bare, "update-ref", "-d", "refs/heads/topic");
    assert_int_equal(push(&p, p.two, "refs/heads/topic", p.one), -1);
    assert_int_equal(p.l.e.cls, ERR_CONFLICT);
}

/* A server that was killed may have left its git behind, which pushes the same. */
static void a_push_that_another_one_of_the_same_overtakes_is_done(void **state)
{
    (void)state;
    AUTO(place_close) struct place p;
    place_open(&p);
    const char *hook = arena_fmt(&p.l.a, "%s/hooks/pre-receive", p.bare);
    const char *text =
        arena_fmt(&p.l.a, "#!/bin/sh\nenv -u GIT_QUARANTINE_PATH git update-ref refs/heads/topic %s\n", p.two);
    assert_int_equal(file_make_dirs(arena_fmt(&p.l.a, "%s/hooks", p.bare), &p.l.e), 0);
    assert_int_equal(file_write(hook, sv_of(text), 0755, &p.l.e), 0);
    assert_int_equal(push(&p, p.two, "refs/heads/topic", p.one), 0);
    assert_string_equal(at_remote(&p, "refs/heads/topic"), p.two);
}

static void a_new_ref_must_not_be_there(void **state)
{
    (void)state;
    AUTO(place_close) struct place p;
    place_open(&p);
    assert_int_equal(push(&p, p.two, "refs/heads/new", none), 0);
    assert_string_equal(at_remote(&p, "refs/heads/new"), p.two);
    assert_int_equal(push(&p, p.one, "refs/heads/new", none), -1);
    assert_int_equal(p.l.e.cls, ERR_CONFLICT);
}

static void a_remote_that_refuses_is_believed(void **state)
{
    (void)state;
    AUTO(place_close) struct place p;
    place_open(&p);
    GIT(&p.l, p.bare, "config", "receive.denyNonFastForwards", "true");
    assert_int_equal(push(&p, p.two, "refs/heads/topic", p.one), 0);
    assert_int_equal(push(&p, p.one, "refs/heads/topic", p.two), -1);
    assert_true(p.l.e.cls == ERR_CONFLICT || p.l.e.cls == ERR_DENIED);
    p.url = "file:///nonexistent/acme.git";
    assert_int_equal(push(&p, p.two, "refs/heads/topic", p.one), -1);
    assert_int_equal(p.l.e.cls, ERR_MISSING);
}

static void what_is_no_ref_or_commit_is_not_pushed(void **state)
{
    (void)state;
    AUTO(place_close) struct place p;
    place_open(&p);
    const char *const bad[] = {"topic", "refs/heads/a..b", "refs/heads/*", "--mirror", "refs/heads/a:b", ""};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(push(&p, p.two, bad[i], p.one), -1);
        assert_int_equal(p.l.e.cls, ERR_INVALID);
    }
    assert_int_equal(push(&p, "HEAD", "refs/heads/topic", p.one), -1);
    assert_int_equal(push(&p, p.two, "refs/heads/topic", "x"), -1);
    assert_int_equal(push(&p, none, "refs/heads/topic", p.one), -1); /* would delete it */
    assert_int_equal(p.l.e.cls, ERR_MISSING);
    assert_string_equal(at_remote(&p, "refs/heads/topic"), p.one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_push_moves_what_is_where_it_was_expected),
        cmocka_unit_test(a_push_that_happened_before_is_done),
        cmocka_unit_test(a_ref_that_somebody_moved_is_left_alone),
        cmocka_unit_test(a_push_that_another_one_of_the_same_overtakes_is_done),
        cmocka_unit_test(a_new_ref_must_not_be_there),
        cmocka_unit_test(a_remote_that_refuses_is_believed),
        cmocka_unit_test(what_is_no_ref_or_commit_is_not_pushed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
