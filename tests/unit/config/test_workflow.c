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
#define WRONG FETTLE_SOURCE_DIR "/tests/fixtures/wrong"

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

/* ---- the folders of wrong files ---- */

/* With FETTLE_BLESS=1 the expected text is written instead of compared: to be read by a person afterwards. */
static void check_wrong_file(const char *name, const char *suffix)
{
    AUTO(problems_free) struct problems p = {0};
    AUTO(buf_free) struct buf got = {0};
    AUTO(buf_free) struct buf want = {0};
    AUTO(buf_free) struct buf path = {0};
    struct err e = {0};
    buf_fmt(&path, "%.*s%s", (int)sv_rchr(sv_of(name), '.'), name, suffix);
    if (conf_check_file(name, &p) != -1)
        fail_msg("%s is accepted", name);
    problems_write(&p, &got);
    if (getenv("FETTLE_BLESS"))
        assert_int_equal(file_write(path.p, buf_view(&got), 0644, &e), 0);
    if (file_read(path.p, 1 << 20, &want, &e) < 0)
        fail_msg("%s", e.msg);
    if (!sv_eq(buf_view(&want), buf_view(&got)))
        fail_msg("%s\n--- want\n%s--- got\n%s", name, want.p, got.p);
}

static size_t check_folder(const char *folder, const char *suffix)
{
    char before[4096];
    size_t n = 0;
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    DIR *d = opendir(".");
    assert_non_null(d);
    for (struct dirent *x; (x = readdir(d));)
        if ((sv_ends(sv_of(x->d_name), SV(".yml")) || sv_ends(sv_of(x->d_name), SV(".yaml"))) &&
            !sv_starts(sv_of(x->d_name), SV("beside-"))) {
            check_wrong_file(x->d_name, suffix);
            n++;
        }
    closedir(d);
    assert_int_equal(chdir(before), 0);
    return n;
}

static void every_wrong_workflow_gets_its_message(void **state)
{
    (void)state;
    assert_true(check_folder(WRONG, ".expect") >= 120);
    /* With right files beside them that they call or follow. */
    assert_true(check_folder(WRONG "/set", ".expect") >= 10);
}

static void every_wrong_configuration_gets_its_message(void **state)
{
    (void)state;
    assert_true(check_folder(FIXTURES, ".txt") >= 40);
}

/* ---- what is read ---- */

static struct workflow *read_good(struct read *x, const char *text)
{
    read_text(x, text);
    if (!x->w)
        fail_msg("%s", x->shown.p);
    assert_int_equal(x->problems.n_errors, 0);
    return x->w;
}

#define STEPS "jobs: {a: {steps: [{run: make}]}}\n"

static const char whole[] = "name: full\n"
                            "on:\n"
                            "  push: {branches: [main, 'rel/**'], repos: [back*]}\n"
                            "  pull_request:\n"
                            "  system: {types: project_create}\n"
                            "env: {A: 1, B: , C: 'x y'}\n"
                            "repositories: [backend, frontend]\n"
                            "coordination: sequential\n"
                            "report: {context: fettle/x}\n"
                            "jobs:\n"
                            "  build:\n"
                            "    name: the build\n"
                            "    repo: backend\n"
                            "    runs-on: [linux, x64]\n"
                            "    timeout-minutes: 1.5\n"
                            "    env: {J: j}\n"
                            "    steps:\n"
                            "      - uses: actions/checkout@v4\n"
                            "        with: {fetch-depth: 0, path: src}\n"
                            "      - id: t\n"
                            "        run: |\n"
                            "\n"
                            "          make check\n"
                            "          echo\n"
                            "        shell: sh\n"
                            "        working-directory: src/x\n"
                            "        timeout-minutes: 0.25\n"
                            "        continue-on-error: true\n"
                            "        env: {S: s}\n"
                            "  tell:\n"
                            "    needs: build\n"
                            "    if: ${{ always( ) }}\n"
                            "    steps:\n"
                            "      - uses: issue\n"
                            "        if: Failure()\n"
                            "        with: {title: broke, labels: [a, 'b, c']}\n";

static void a_whole_workflow_is_read(void **state)
{
    (void)state;
    AUTO(read_free) struct read x = {0};
    const struct workflow *w = read_good(&x, whole);
    assert_string_equal(w->name, "full");
    assert_string_equal(w->file, "ci.yml");
    assert_null(w->origin);
    assert_int_equal(w->n_triggers, 3);
    assert_int_equal(w->triggers[0].event, WF_PUSH);
    assert_int_equal(w->triggers[0].line, 3);
    assert_true(globs_match(&w->triggers[0].branches.globs, SV("rel/1/2")));
    assert_true(globs_match(&w->triggers[0].repos.globs, SV("backend")));
    assert_true(w->triggers[0].branches.present);
    assert_false(w->triggers[0].tags.present);
    assert_int_equal(w->triggers[2].event, WF_SYSTEM);
    assert_int_equal(w->env.n, 3);
    assert_string_equal(w->env.values[1], "");
    assert_int_equal(w->coordination, COORD_SEQUENTIAL);
    assert_string_equal(w->report.context, "fettle/x");
    assert_int_equal(w->n_jobs, 2);
}

static void its_first_job_is_read(void **state)
{
    (void)state;
    AUTO(read_free) struct read x = {0};
    const struct wf_job *build = &read_good(&x, whole)->jobs[0];
    assert_string_equal(build->key, "build");
    assert_string_equal(build->name, "the build");
    assert_string_equal(build->repo, "backend");
    assert_int_equal(build->n_runs_on, 2);
    assert_int_equal(build->timeout_ms, 90000);
    assert_int_equal(build->cond, COND_SUCCESS);
    assert_int_equal(build->n_steps, 2);
    assert_int_equal(build->steps[0].kind, STEP_USES);
    assert_string_equal(build->steps[0].uses, "checkout");
    assert_string_equal(build->steps[0].name, "checkout");
    assert_int_equal(build->steps[0].with.n, 2);
    assert_string_equal(build->steps[0].with.names[0], "fetch-depth");
    assert_string_equal(build->steps[1].id, "t");
    assert_string_equal(build->steps[1].name, "make check");
    assert_string_equal(build->steps[1].run, "\nmake check\necho\n");
    assert_string_equal(build->steps[1].shell, "sh");
    assert_string_equal(build->steps[1].workdir, "src/x");
    assert_int_equal(build->steps[1].timeout_ms, 15000);
    assert_true(build->steps[1].continue_on_error);
}

static void its_second_job_is_read(void **state)
{
    (void)state;
    AUTO(read_free) struct read x = {0};
    const struct wf_job *tell = &read_good(&x, whole)->jobs[1];
    assert_string_equal(tell->name, "tell");
    assert_int_equal(tell->n_needs, 1);
    assert_string_equal(tell->needs[0], "build");
    assert_int_equal(tell->cond, COND_ALWAYS);
    assert_int_equal(tell->timeout_ms, 6 * 3600 * 1000);
    assert_int_equal(tell->steps[0].cond, COND_FAILURE);
    assert_string_equal(tell->steps[0].with.values[1], "a\nb, c");
}

static void on_has_three_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t n;
    } rows[] = {
        {"on: push\n" STEPS, 1},
        {"on: [push, pull_request]\n" STEPS, 2},
        {"on: {push: , pull_request: {}}\n" STEPS, 2},
        {"'on': {push: ~}\n" STEPS, 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(read_free) struct read x = {0};
        assert_int_equal(read_good(&x, rows[i].text)->n_triggers, rows[i].n);
    }
}

static void a_change_starts_on_three_types_unless_told(void **state)
{
    (void)state;
    AUTO(read_free) struct read x = {0};
    AUTO(read_free) struct read y = {0};
    const struct wf_trigger *t = read_good(&x, "on: pull_request\n" STEPS)->triggers;
    assert_true(t->types.present);
    assert_true(globs_match(&t->types.globs, SV("synchronize")));
    assert_false(globs_match(&t->types.globs, SV("closed")));
    t = read_good(&y, "on: {pull_request: {types: closed}}\n" STEPS)->triggers;
    assert_true(globs_match(&t->types.globs, SV("closed")));
    assert_false(globs_match(&t->types.globs, SV("opened")));
}

static void the_default_name_is_that_of_the_file(void **state)
{
    (void)state;
    static const struct {
        const char *file, *name;
    } rows[] = {
        {"workflows/ci.yml", "ci"},
        {"ci.yaml", "ci"},
        {"backend:.fettle/workflows/build.yml@0123abcd", "build"},
        {"a@b/x.yml", "x"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        AUTO(problems_free) struct problems p = {0};
        const struct workflow *w = workflow_read(SV("on: push\n" STEPS), rows[i].file, "backend", NULL, &a, &p);
        assert_non_null(w);
        assert_string_equal(w->name, rows[i].name);
        assert_string_equal(w->origin, "backend");
    }
}

static void conditions_are_read_with_and_without_braces(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum wf_cond want;
    } rows[] = {
        {"success()", COND_SUCCESS},     {"failure()", COND_FAILURE},        {"always()", COND_ALWAYS},
        {"cancelled()", COND_CANCELLED}, {"${{ failure() }}", COND_FAILURE}, {"${{always()}}", COND_ALWAYS},
        {" failure ( ) ", COND_FAILURE}, {"ALWAYS()", COND_ALWAYS},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(read_free) struct read x = {0};
        AUTO(buf_free) struct buf b = {0};
        buf_fmt(&b, "on: push\njobs: {a: {if: \"%s\", steps: [{run: x}]}}\n", rows[i].text);
        assert_int_equal(read_good(&x, b.p)->jobs[0].cond, rows[i].want);
    }
}

/* ---- what only shows when the repositories are known, or is made by a program ---- */

static void expect_problem(const char *text, const char *want)
{
    AUTO(read_free) struct read x = {0};
    read_text(&x, text);
    assert_null(x.w);
    if (!strstr(x.shown.p, want))
        fail_msg("--- want\n%s\n--- in\n%s", want, x.shown.p);
}

static void unknown_aliases_are_refused_everywhere(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"on: push\nrepositories: [backend, fronted]\n" STEPS,
         "ci.yml:2:25: error: there is no repository \"fronted\" (did you mean \"frontend\"?) [unknown-repository]"},
        {"on: {push: {repos: [bckend]}}\n" STEPS,
         "ci.yml:1:21: error: there is no repository \"bckend\" (did you mean \"backend\"?) [unknown-repository]"},
        {"on: push\njobs: {a: {repo: x, steps: [{run: y}]}}\n",
         "ci.yml:2:18: error: there is no repository \"x\" [unknown-repository]"},
        {"on: push\njobs: {a: {steps: [{uses: checkout, with: {repository: x}}]}}\n",
         "ci.yml:2:56: error: there is no repository \"x\" [unknown-repository]"},
        {"on: push\njobs: {a: {steps: [{uses: issue, with: {title: t, repo: backen}}]}}\n",
         "ci.yml:2:57: error: there is no repository \"backen\" (did you mean \"backend\"?) [unknown-repository]"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        expect_problem(rows[i].text, rows[i].want);
}

static void add_many(struct buf *b, int n, const char *fmt_before, const char *after)
{
    for (int i = 0; i < n; i++)
        buf_fmt(b, "%s%d%s", fmt_before, i, after);
}

static void sizes_are_limited(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf jobs = {0}, steps = {0}, script = {0};
    buf_str(&jobs, "on: push\njobs:\n");
    add_many(&jobs, 257, "  j", ": {steps: [{run: x}]}\n");
    expect_problem(jobs.p, "ci.yml:3:3: error: there are more than 256 jobs [too-large]");
    buf_str(&steps, "on: push\njobs:\n  a:\n    steps:\n");
    add_many(&steps, 257, "      - run: echo ", "\n");
    expect_problem(steps.p, "error: a job has more than 256 steps [too-large]");
    buf_str(&script, "on: push\njobs:\n  a:\n    steps:\n      - run: ");
    for (int i = 0; i < 256 * 1024 + 1; i++)
        buf_chr(&script, 'x');
    expect_problem(script.p, "ci.yml:5:14: error: the script is longer than 256 KiB [too-large]");
}

static void the_largest_sizes_are_accepted(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    AUTO(read_free) struct read x = {0};
    buf_str(&b, "on: push\njobs:\n  j0: {steps: [{run: x}]}\n");
    for (int i = 1; i < 256; i++)
        buf_fmt(&b, "  j%d: {needs: j%d, steps: [{run: x}]}\n", i, i - 1);
    assert_int_equal(read_good(&x, b.p)->n_jobs, 256);
}

static void only_so_many_problems_are_kept_but_all_are_counted(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    AUTO(read_free) struct read x = {0};
    buf_str(&b, "on: push\n" STEPS);
    add_many(&b, 300, "zzzzzz", ": 1\n");
    read_text(&x, b.p);
    assert_int_equal(x.problems.n_errors, 300);
    assert_int_equal(x.problems.list.n, 200);
    assert_non_null(strstr(x.shown.p, "and 100 more errors\n"));
}

/* Names are found by an index: there is no number from which on they are forgotten. */
static void the_last_of_many_keys_of_a_matrix_can_be_read(void **state)
{
    (void)state;
    AUTO(read_free) struct read x = {0};
    AUTO(buf_free) struct buf text = {0};
    buf_str(&text, "on: push\njobs:\n  a:\n    strategy:\n      matrix:\n        include:\n          - x: y\n");
    for (int i = 0; i < 600; i++)
        buf_fmt(&text, "            k%d: 1\n", i);
    buf_str(&text, "    steps: [{run: x, env: {A: '${{ matrix.K599 }}'}}]\n");
    read_text(&x, text.p);
    assert_string_equal(x.shown.p, "");
    assert_non_null(x.w);
}

static void read_filter(struct read *x, int names, const char *name, int patterns, const char *pattern)
{
    AUTO(buf_free) struct buf text = {0};
    buf_str(&text, "on:\n  push:\n    branches:\n");
    for (int i = 0; i < names; i++)
        buf_fmt(&text, "      - %s%d\n", name, i);
    buf_str(&text, "      - n1\n");
    for (int i = 0; i < patterns; i++)
        buf_fmt(&text, "      - '!%s%d[a-z]'\n", pattern, i);
    buf_str(&text, "      - '!n1?'\njobs: {a: {steps: [{run: x}]}}\n");
    read_text(x, text.p);
}

/* What is taken away is looked for within some steps, which only patterns made for it need. */
static void patterns_that_take_long_are_not_all_compared(void **state)
{
    (void)state;
    char name[241] = {0}, pattern[201] = {0};
    AUTO(read_free) struct read usual = {0}, hostile = {0};
    memset(name, 'a', sizeof name - 1);
    for (size_t i = 0; i < sizeof pattern - 1; i++)
        pattern[i] = i % 2 ? '+' : 'a';
    read_filter(&usual, 20, "m", 40, "x*y");
    assert_non_null(strstr(usual.shown.p, "\"n1\" is taken away again by \"!n1?\" further down"));
    assert_int_equal(usual.problems.n_errors, 1);
    read_filter(&hostile, 30, name, 32, pattern); /* until the last name */
    assert_string_equal(hostile.shown.p, "");
}

static void keys_that_differ_by_case_are_found_among_many(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"Same", "sAME"}, {"\u00e9t\u00e9", "\u00c9T\u00c9"}, {"k7", "K7"}};
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        for (int others = 0; others < 700; others = others * 3 + 20) {
            AUTO(read_free) struct read x = {0};
            AUTO(buf_free) struct buf text = {0};
            buf_fmt(&text, "on: push\njobs:\n  a:\n    steps: [{run: x}]\n    strategy:\n      matrix:\n        include:\n"
                           "          - %s: 1\n", pairs[i][0]);
            for (int k = 10; k < 10 + others; k++)
                buf_fmt(&text, "            k%d: 1\n", k);
            buf_fmt(&text, "            %s: 1\n", pairs[i][1]);
            read_text(&x, text.p);
            assert_int_equal(x.problems.n_errors, 1);
            assert_non_null(strstr(x.shown.p, "case makes no difference [duplicate]"));
        }
}

static void problems_stand_in_the_order_of_their_positions(void **state)
{
    (void)state;
    AUTO(read_free) struct read x = {0};
    read_text(
        &x,
        "on: {push: {brances: [a]}}\njobs:\n  b: {needs: c, steps: [{run: x, parallel: 1}]}\n  c: {needs: b, stps: []}\n");
    assert_true(x.problems.list.n >= 4);
    for (size_t i = 1; i < x.problems.list.n; i++) {
        const struct problem *a = &x.problems.list.at[i - 1], *b = &x.problems.list.at[i];
        assert_true(a->at.line < b->at.line || (a->at.line == b->at.line && a->at.col <= b->at.col));
    }
}

static void the_examples_are_right(void **state)
{
    (void)state;
    static const char *const files[] = {"repositories.yaml", "workflows/ci.yml", "workflows/full-stack.yml",
                                        "workflows/projects.yml"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        AUTO(problems_free) struct problems p = {0};
        AUTO(buf_free) struct buf path = {0}, shown = {0};
        buf_fmt(&path, FETTLE_SOURCE_DIR "/config/examples/%s", files[i]);
        if (conf_check_file(path.p, &p) < 0) {
            problems_write(&p, &shown);
            fail_msg("%s", shown.p);
        }
        assert_int_equal(p.list.n, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wrong_workflow_gets_its_message),
        cmocka_unit_test(every_wrong_configuration_gets_its_message),
        cmocka_unit_test(a_whole_workflow_is_read),
        cmocka_unit_test(its_first_job_is_read),
        cmocka_unit_test(its_second_job_is_read),
        cmocka_unit_test(on_has_three_forms),
        cmocka_unit_test(a_change_starts_on_three_types_unless_told),
        cmocka_unit_test(the_default_name_is_that_of_the_file),
        cmocka_unit_test(conditions_are_read_with_and_without_braces),
        cmocka_unit_test(unknown_aliases_are_refused_everywhere),
        cmocka_unit_test(sizes_are_limited),
        cmocka_unit_test(the_largest_sizes_are_accepted),
        cmocka_unit_test(only_so_many_problems_are_kept_but_all_are_counted),
        cmocka_unit_test(the_last_of_many_keys_of_a_matrix_can_be_read),
        cmocka_unit_test(patterns_that_take_long_are_not_all_compared),
        cmocka_unit_test(keys_that_differ_by_case_are_found_among_many),
        cmocka_unit_test(problems_stand_in_the_order_of_their_positions),
        cmocka_unit_test(the_examples_are_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
