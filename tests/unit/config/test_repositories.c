/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "config/sections.h"

struct read {
    struct arena arena;
    struct problems problems;
    struct repo_set set;
    struct buf shown;
};

static void read_free(struct read *x)
{
    arena_free(&x->arena);
    problems_free(&x->problems);
    buf_free(&x->shown);
}

static void read_file(struct read *x, const char *text)
{
    struct reading r = {.kind = READ_REPOSITORIES,
                        .file = "repositories.yaml",
                        .dir = "/etc/fettle",
                        .source = sv_of(text),
                        .arena = &x->arena,
                        .problems = &x->problems};
    repositories_file_read(&r, NULL, &x->set);
    problems_write(&x->problems, &x->shown);
    buf_str(&x->shown, "");
}

static void read_good(struct read *x, const char *text)
{
    read_file(x, text);
    if (x->problems.list.n)
        fail_msg("%s", x->shown.p);
}

static void the_file_of_the_specification_is_read(void **state)
{
    (void)state;
    AUTO(read_free) struct read x = {0};
    read_good(&x, "repositories:\n"
                  "  - name: backend                       # alias used in workflows\n"
                  "    id: github:acme/backend             # forge:path\n"
                  "    url: https://github.com/acme/backend.git        # optional\n"
                  "    default_branch: main\n"
                  "    dependencies: []\n"
                  "  - {name: frontend, id: gitlab:acme/web/frontend, dependencies: [backend]}\n"
                  "cross_repo_workflows:                   # the short form\n"
                  "  - name: full-stack-feature\n"
                  "    repositories: [backend, frontend]\n"
                  "    coordination: sequential            # sequential | parallel\n");
    assert_int_equal(x.set.n, 2);
    const struct repo *b = &x.set.at[0], *f = &x.set.at[1];
    assert_string_equal(b->alias, "backend");
    assert_string_equal(b->id, "github:acme/backend");
    assert_string_equal(b->forge, "github");
    assert_string_equal(b->path, "acme/backend");
    assert_string_equal(b->url, "https://github.com/acme/backend.git");
    assert_int_equal(b->n_dependencies, 0);
    assert_string_equal(f->path, "acme/web/frontend");
    assert_null(f->url);
    assert_string_equal(f->default_branch, "main");
    assert_int_equal(f->n_dependencies, 1);
    assert_string_equal(f->dependencies[0], "backend");
    assert_int_equal(x.set.n_cross, 1);
    assert_string_equal(x.set.cross[0].name, "full-stack-feature");
    assert_int_equal(x.set.cross[0].n_repositories, 2);
    assert_int_equal(x.set.cross[0].coordination, COORD_SEQUENTIAL);
}

static void an_empty_file_has_no_repositories(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "# none yet\n", "repositories: []\n",
                                        "repositories: []\ncross_repo_workflows:\n"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        AUTO(read_free) struct read x = {0};
        read_good(&x, texts[i]);
        assert_int_equal(x.set.n, 0);
    }
}

static void the_order_in_the_file_does_not_matter(void **state)
{
    (void)state;
    AUTO(read_free) struct read x = {0};
    read_good(&x, "cross_repo_workflows: [{name: w, repositories: [b]}]\n"
                  "repositories:\n"
                  "  - {name: b, id: \"github:x/b\", dependencies: [a]}\n"
                  "  - {name: a, id: \"github:x/a\"}\n");
    assert_int_equal(x.set.cross[0].coordination, COORD_PARALLEL);
}

static void urls_may_be_of_any_kind_git_knows(void **state)
{
    (void)state;
    static const struct {
        const char *url, *want;
    } rows[] = {
        {"https://git@host/x.git", "https://git@host/x.git"},
        {"ssh://git@host:22/x", "ssh://git@host:22/x"},
        {"git@host:x/y.git", "git@host:x/y.git"},
        {"/srv/git/x.git", "/srv/git/x.git"},
        {"file:///srv/x", "file:///srv/x"},
        {"../x.git", "/etc/fettle/../x.git"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(read_free) struct read x = {0};
        AUTO(buf_free) struct buf b = {0};
        buf_fmt(&b, "repositories: [{name: a, id: \"github:x/a\", url: \"%s\"}]\n", rows[i].url);
        read_good(&x, b.p);
        assert_string_equal(x.set.at[0].url, rows[i].want);
    }
}

static void urls_that_start_programs_or_hold_passwords_are_refused(void **state)
{
    (void)state;
    static const char *const urls[] = {"ext::sh -c id",
                                       "fd::3",
                                       "-u",
                                       "--upload-pack=x",
                                       "x y",
                                       "host:x",
                                       "@h:x",
                                       "https://a:b@h/x",
                                       "ssh://a:b@h/x",
                                       "git@-oProxyCommand=x:y",
                                       "file://host/x",
                                       "helper::https://x",
                                       "a/b",
                                       "..x"};
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        AUTO(read_free) struct read x = {0};
        AUTO(buf_free) struct buf b = {0};
        buf_fmt(&b, "repositories: [{name: a, id: \"github:x/a\", url: \"%s\"}]\n", urls[i]);
        read_file(&x, b.p);
        if (x.problems.n_errors != 1)
            fail_msg("%s is accepted", urls[i]);
    }
}

static void passwords_are_not_shown(void **state)
{
    (void)state;
    AUTO(read_free) struct read x = {0};
    read_file(&x, "repositories: [{name: a, id: \"github:x/a\", url: \"https://a:hunter2@h/x\"}]\n");
    assert_int_equal(x.problems.n_errors, 1);
    assert_null(strstr(x.shown.p, "hunter2"));
}

static void ten_thousand_repositories_are_read_quickly(void **state)
{
    (void)state;
    AUTO(read_free) struct read x = {0};
    AUTO(buf_free) struct buf b = {0};
    buf_str(&b, "repositories:\n");
    for (int i = 0; i < 10000; i++)
        buf_fmt(&b, "  - {name: r%d, id: \"github:x/r%d\", dependencies: [r%d]}\n", i, i, i ? i - 1 : 9999);
    msec_t start = clk_mono_ms();
    read_file(&x, b.p);
    assert_int_equal(x.problems.n_errors, 1);
    assert_non_null(strstr(x.shown.p, "repositories depend on each other in a circle: r0 -> r9999 -> "));
    /* Linear; generous for a sanitized build on a busy machine. */
    assert_true(clk_mono_ms() - start < 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_of_the_specification_is_read),
        cmocka_unit_test(an_empty_file_has_no_repositories),
        cmocka_unit_test(the_order_in_the_file_does_not_matter),
        cmocka_unit_test(urls_may_be_of_any_kind_git_knows),
        cmocka_unit_test(urls_that_start_programs_or_hold_passwords_are_refused),
        cmocka_unit_test(passwords_are_not_shown),
        cmocka_unit_test(ten_thousand_repositories_are_read_quickly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
