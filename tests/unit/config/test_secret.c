/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that are read and not there, or there and not read: what is said of whole folders of files, and where. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include <dirent.h>
#include "base/file.h"
#include "config/conf.h"
#include "config/workflow_set.h"

#define WRONG FETTLE_SOURCE_DIR "/tests/fixtures/wrong"

/* With FETTLE_BLESS=1 the expected text is written instead of compared: to be read by a person afterwards. */
static void expect_said(const struct problems *p, const char *file)
{
    AUTO(buf_free) struct buf got = {0}, want = {0};
    struct err e = {0};
    problems_write(p, &got);
    if (getenv("FETTLE_BLESS"))
        assert_int_equal(file_write(file, buf_view(&got), 0644, &e), 0);
    if (file_read(file, 1 << 20, &want, &e) < 0)
        fail_msg("%s", e.msg);
    if (!sv_eq(buf_view(&want), buf_view(&got)))
        fail_msg("%s\n--- want\n%s--- got\n%s", file, want.p, got.p);
    assert_true(p->list.n > 0);
    assert_int_equal(p->n_errors, 0);
}

static void check_file(const char *name)
{
    AUTO(problems_free) struct problems p = {0};
    AUTO(buf_free) struct buf expect = {0};
    buf_fmt(&expect, "%.*s.expect", (int)sv_rchr(sv_of(name), '.'), name);
    assert_int_equal(conf_check_file(name, &p), 0);
    expect_said(&p, expect.p);
}

static void check_server(const char *name)
{
    AUTO(problems_free) struct problems p = {0};
    struct conf *c = NULL;
    assert_int_equal(chdir(name), 0);
    if (conf_load("fettle.yaml", &c, &p) < 0)
        fail_msg("%s: %s", name, p.list.at[0].text);
    assert_true(c->workflows.n > 0); /* none is left out for it */
    conf_unref(&c);
    assert_int_equal(chdir(".."), 0);
    AUTO(buf_free) struct buf expect = {0};
    buf_fmt(&expect, "%s.expect", name);
    expect_said(&p, expect.p);
}

static bool is_server(const char *name)
{
    return name[0] != '.' && !sv_ends(sv_of(name), SV(".expect"));
}

static bool is_workflow(const char *name)
{
    return sv_ends(sv_of(name), SV(".yml")) && !sv_starts(sv_of(name), SV("beside-"));
}

static size_t each_in(const char *folder, bool (*takes)(const char *), void (*check)(const char *))
{
    char before[4096];
    size_t n = 0;
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    DIR *d = opendir(".");
    assert_non_null(d);
    for (struct dirent *x; (x = readdir(d));)
        if (takes(x->d_name)) {
            check(x->d_name);
            n++;
        }
    closedir(d);
    assert_int_equal(chdir(before), 0);
    return n;
}

static void a_workflow_is_told_what_it_may_mean_otherwise(void **state)
{
    (void)state;
    assert_true(each_in(WRONG "/warned", is_workflow, check_file) >= 5);
}

static void a_server_is_told_of_secrets_that_are_not_there_or_not_read(void **state)
{
    (void)state;
    assert_int_equal(setenv("FETTLE_TEST_SECRET", "a value", 1), 0);
    assert_true(each_in(WRONG "/server", is_server, check_server) >= 4);
}

/* ---- what is right ---- */

struct set {
    struct arena arena;
    struct problems problems;
    struct workflow_file files[4];
    size_t n;
};

static void set_add(struct set *s, const char *address, const char *text)
{
    struct workflow_file *f = &s->files[s->n++];
    workflow_file_read(sv_of(text), address, NULL, NULL, &s->arena, &s->problems, f);
    f->address = address;
}

static void set_expect(struct set *s, const char *want)
{
    AUTO(buf_free) struct buf said = {0};
    workflow_set_check(s->files, s->n, &s->arena, &s->problems);
    problems_write(&s->problems, &said);
    if (want ? !said.p || !strstr(said.p, want) : said.n > 0)
        fail_msg("want %s, got %s", want ? want : "nothing", said.n ? said.p : "nothing");
    arena_free(&s->arena);
    problems_free(&s->problems);
}

#define CALLED(on, name) "on: " on "\njobs: {a: {steps: [{env: {A: \"${{ secrets" name " }}\"}, run: x}]}}\n"

static void what_may_well_be_there_is_not_spoken_of(void **state)
{
    (void)state;
    struct set inherits = {0}, started = {0}, passed_on = {0}, looked_up = {0}, token = {0};
    set_add(&inherits, "./.fettle/workflows/a.yml",
            "on: push\njobs: {a: {uses: ./.fettle/workflows/b.yml, secrets: inherit}}\n");
    set_add(&inherits, "./.fettle/workflows/b.yml", CALLED("workflow_call", ".ANY"));
    set_expect(&inherits, NULL);
    set_add(&started, "./.fettle/workflows/b.yml", CALLED("[push, workflow_call]", ".ANY"));
    set_expect(&started, NULL);
    set_add(&passed_on, "./.fettle/workflows/a.yml",
            "on: {workflow_call: {secrets: {A: }}}\n"
            "jobs: {a: {uses: ./.fettle/workflows/b.yml, secrets: inherit}}\n");
    set_expect(&passed_on, NULL);
    set_add(&looked_up, "./.fettle/workflows/a.yml",
            CALLED("{workflow_call: {secrets: {A: }, inputs: {n: {type: string}}}}", "[inputs.n]"));
    set_expect(&looked_up, NULL);
    set_add(&token, "./.fettle/workflows/a.yml", CALLED("{workflow_call: {secrets: {GITHUB_TOKEN: }}}", ".GITHUB_TOKEN"));
    set_expect(&token, NULL);
}

static void beside_a_file_at_a_ref_is_what_its_repository_has_there(void **state)
{
    (void)state;
    struct set s = {0};
    set_add(&s, "x/.fettle/workflows/a.yml@v1", "on: push\njobs: {a: {uses: ./.fettle/workflows/b.yml}}\n");
    set_add(&s, "./.fettle/workflows/b.yml", "on: workflow_call\njobs: {a: {steps: [{run: x}]}}\n");
    set_add(&s, "x/.fettle/workflows/b.yml@v2", "on: workflow_call\njobs: {a: {steps: [{run: x}]}}\n");
    set_add(&s, "x/.fettle/workflows/b.yml@v1",
            "on: {workflow_call: {inputs: {i: {type: string, required: true}}}}\njobs: {a: {steps: [{run: x}]}}\n");
    set_expect(&s, "x/.fettle/workflows/a.yml@v1:2:18: error: \"./.fettle/workflows/b.yml\" needs the input \"i\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_workflow_is_told_what_it_may_mean_otherwise),
        cmocka_unit_test(a_server_is_told_of_secrets_that_are_not_there_or_not_read),
        cmocka_unit_test(what_may_well_be_there_is_not_spoken_of),
        cmocka_unit_test(beside_a_file_at_a_ref_is_what_its_repository_has_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
