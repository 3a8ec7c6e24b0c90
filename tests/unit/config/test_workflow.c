/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <dirent.h>
#include <unistd.h>
#include "base/file.h"
#include "config/conf.h"

#define FIXTURES FETTLE_SOURCE_DIR "/tests/fixtures/config/bad"

static struct repo repos_at[] = {
    {.alias = "backend", .id = "github:acme/backend", .forge = "github", .path = "acme/backend"},
    {.alias = "frontend", .id = "gitlab:acme/frontend", .forge = "gitlab", .path = "acme/frontend"},
};
static const struct repo_set repos = {.at = repos_at, .n = 2};

struct read {
    struct arena arena;
    struct problems problems;
    struct workflow *w;
    struct buf shown;
};

static void read_text(struct read *x, const char *text)
{
    x->w = workflow_read(sv_of(text), "ci.yml", NULL, &repos, &x->arena, &x->problems);
    problems_write(&x->problems, &x->shown);
    buf_chr(&x->shown, 0);
}

static void read_free(struct read *x)
{
    arena_free(&x->arena);
    problems_free(&x->problems);
    buf_free(&x->shown);
}

/* ---- the folder of wrong files ---- */

/* With FETTLE_BLESS=1 the expected text is written instead of compared: to be read by a person afterwards. */
static void check_bad_file(const char *name)
{
    AUTO(problems_free) struct problems p = {0};
    AUTO(buf_free) struct buf got = {0};
    AUTO(buf_free) struct buf want = {0};
    AUTO(buf_free) struct buf path = {0};
    struct err e = {0};
    buf_fmt(&path, "%.*s.txt", (int)(strlen(name) - 4), name);
    assert_int_equal(conf_check_file(name, &p), -1);
    problems_write(&p, &got);
    if (getenv("FETTLE_BLESS"))
        assert_int_equal(file_write(path.p, buf_view(&got), 0644, &e), 0);
    if (file_read(path.p, 1 << 20, &want, &e) < 0)
        fail_msg("%s", e.msg);
    if (!sv_eq(buf_view(&want), buf_view(&got)))
        fail_msg("%s\n--- want\n%s--- got\n%s", name, want.p, got.p);
}

static void every_wrong_file_gets_its_message(void **state)
{
    (void)state;
    char before[4096];
    size_t n = 0;
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(FIXTURES), 0);
    DIR *d = opendir(".");
    assert_non_null(d);
    for (struct dirent *x; (x = readdir(d));)
        if (sv_ends(sv_of(x->d_name), SV(".yml")) || sv_ends(sv_of(x->d_name), SV(".yaml"))) {
            check_bad_file(x->d_name);
            n++;
        }
    closedir(d);
    assert_int_equal(chdir(before), 0);
    assert_true(n >= 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wrong_file_gets_its_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
