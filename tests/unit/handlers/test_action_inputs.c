/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "port/action.h"

struct resolved {
    struct arena arena;
    struct action_result res;
    struct err e;
    int rc;
};

static void resolved_free(struct resolved *x)
{
    arena_free(&x->arena);
}

/* inputs: name, value, …, NULL */
static struct resolved resolve(const char *uses, const char *const *inputs)
{
    struct resolved x = {0};
    struct action_input in[16];
    size_t n = 0;
    for (; inputs && inputs[2 * n]; n++)
        in[n] = (struct action_input){inputs[2 * n], inputs[2 * n + 1]};
    const struct action_ops *a = action_find(sv_of(uses));
    assert_non_null(a);
    const struct action_call call = {
        .with = in, .n_with = n, .arena = &x.arena, .workflow = "ci", .job = "build", .run_url = "https://ci/runs/1"};
    x.rc = a->resolve(&call, &x.res, &x.e);
    return x;
}
#define RESOLVE(uses, ...) resolve(uses, (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static void actions_are_found_by_name_and_by_alias(void **state)
{
    (void)state;
    assert_string_equal(action_find(SV("checkout"))->name, "checkout");
    assert_string_equal(action_find(SV("actions/checkout@v4"))->name, "checkout");
    assert_string_equal(action_find(SV("actions/checkout@8f4b7f84864484a7bf31766abe9204da3cbe65b3"))->name, "checkout");
    assert_string_equal(action_find(SV("issue"))->name, "issue");
    assert_null(action_find(SV("actions/issue@v1")));
    assert_null(action_find(SV("checkout@v4")));
    assert_null(action_find(SV("")));
}

static void a_checkout_without_inputs_is_the_commit_of_the_job(void **state)
{
    (void)state;
    AUTO(resolved_free) struct resolved x = RESOLVE("checkout");
    assert_int_equal(x.rc, 0);
    assert_int_equal(x.res.does, ACTION_CHECKOUT);
    assert_null(x.res.checkout.path);
    assert_null(x.res.checkout.repo);
    assert_null(x.res.checkout.ref);
    assert_int_equal(x.res.checkout.depth, 1);
}

static void a_checkout_takes_its_inputs(void **state)
{
    (void)state;
    AUTO(resolved_free)
    struct resolved x =
        RESOLVE("checkout", "repository", "backend", "ref", "refs/tags/v1", "path", "a/b", "fetch-depth", "0", "lfs",
                "false", "clean", "TRUE", "submodules", "", "persist-credentials", "false");
    assert_int_equal(x.rc, 0);
    assert_string_equal(x.res.checkout.repo, "backend");
    assert_string_equal(x.res.checkout.ref, "refs/tags/v1");
    assert_string_equal(x.res.checkout.path, "a/b");
    assert_int_equal(x.res.checkout.depth, 0);
}

static void a_checkout_refuses_what_it_would_not_do(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"token", "x"},           {"ssh-key", "x"},        {"lfs", "true"},        {"submodules", "recursive"},
        {"clean", "false"},       {"filter", "blob:none"}, {"fetch-tags", "true"}, {"persist-credentials", "true"},
        {"sparse-checkout", "a"}, {"fetch-depth", "-1"},   {"fetch-depth", "x"},   {"path", "/abs"},
        {"path", "a/../b"},       {"path", ".."},          {"ref", "-x"},          {"ref", "a b"},
        {"ref", "a..b"},          {"ref", "HEAD~1"},       {"path", "a\nb"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(resolved_free) struct resolved x = RESOLVE("checkout", "repository", "r", rows[i][0], rows[i][1]);
        if (x.rc != -1)
            fail_msg("%s: %s is accepted", rows[i][0], rows[i][1]);
        assert_int_equal(x.e.cls, ERR_INVALID);
        assert_int_equal(x.e.code, 2);
        assert_non_null(strstr(x.e.msg, rows[i][0]));
    }
}

static void an_issue_has_defaults_for_all_but_its_title(void **state)
{
    (void)state;
    AUTO(resolved_free) struct resolved x = RESOLVE("issue", "title", "broke");
    assert_int_equal(x.rc, 0);
    assert_int_equal(x.res.does, ACTION_EFFECT);
    assert_int_equal(x.res.effect.kind, EFFECT_ISSUE);
    assert_null(x.res.effect.repo);
    assert_string_equal(x.res.effect.fingerprint, "ci/build");
    assert_string_equal(x.res.effect.issue.title, "broke");
    assert_string_equal(x.res.effect.issue.body, "Reported by job `build` of workflow `ci`: https://ci/runs/1.");
    assert_int_equal(x.res.effect.issue.n_labels, 0);
    assert_null(x.res.effect.issue.marker);
}

static void an_issue_takes_its_inputs(void **state)
{
    (void)state;
    AUTO(resolved_free)
    struct resolved x =
        RESOLVE("issue", "repo", "frontend", "title", "t", "body", "b\nc", "fingerprint", "f", "labels", " a, b ,,a");
    assert_int_equal(x.rc, 0);
    assert_string_equal(x.res.effect.repo, "frontend");
    assert_string_equal(x.res.effect.issue.body, "b\nc");
    assert_string_equal(x.res.effect.fingerprint, "f");
    assert_int_equal(x.res.effect.issue.n_labels, 2);
    assert_string_equal(x.res.effect.issue.labels[1], "b");
}

static void labels_of_a_list_may_have_commas(void **state)
{
    (void)state;
    AUTO(resolved_free) struct resolved x = RESOLVE("issue", "title", "t", "labels", "a, b\nc");
    assert_int_equal(x.res.effect.issue.n_labels, 2);
    assert_string_equal(x.res.effect.issue.labels[0], "a, b");
}

static void an_issue_refuses_what_a_forge_would(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf large = {0};
    for (int i = 0; i < 60001; i++)
        buf_chr(&large, 'x');
    AUTO(resolved_free) struct resolved none = RESOLVE("issue", "body", "x");
    assert_int_equal(none.rc, -1);
    assert_int_equal(none.e.code, 0);
    AUTO(resolved_free) struct resolved lines = RESOLVE("issue", "title", "a\nb");
    assert_int_equal(lines.e.code, 1);
    AUTO(resolved_free) struct resolved body = RESOLVE("issue", "title", "a", "body", large.p);
    assert_int_equal(body.e.code, 2);
    assert_string_equal(body.e.msg, "\"body\" of issue is longer than 60000 bytes");
    AUTO(resolved_free) struct resolved label = RESOLVE("issue", "title", "a", "labels", large.p);
    assert_int_equal(label.rc, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actions_are_found_by_name_and_by_alias),
        cmocka_unit_test(a_checkout_without_inputs_is_the_commit_of_the_job),
        cmocka_unit_test(a_checkout_takes_its_inputs),
        cmocka_unit_test(a_checkout_refuses_what_it_would_not_do),
        cmocka_unit_test(an_issue_has_defaults_for_all_but_its_title),
        cmocka_unit_test(an_issue_takes_its_inputs),
        cmocka_unit_test(labels_of_a_list_may_have_commas),
        cmocka_unit_test(an_issue_refuses_what_a_forge_would),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
