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
        {"token", "x"},
        {"ssh-key", "x"},
        {"lfs", "true"},
        {"submodules", "recursive"},
        {"clean", "false"},
        {"filter", "blob:none"},
        {"fetch-tags", "true"},
        {"persist-credentials", "true"},
        {"sparse-checkout", "a"},
        {"fetch-depth", "-1"},
        {"fetch-depth", "x"},
        {"path", "/abs"},
        {"path", "a/../b"},
        {"path", ".."},
        {"ref", "-x"},
        {"ref", "a b"},
        {"ref", "a..b"},
        {"ref", "HEAD~1"},
        {"path", "a\nb"},
        {"ssh-known-hosts", "x"},
        {"github-server-url", "https://ghe"},
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

/* ---- what else is said to a forge ---- */

static void a_closing_issue_needs_no_title(void **state)
{
    (void)state;
    AUTO(resolved_free) struct resolved x = RESOLVE("issue", "state", "closed", "fingerprint", "f", "wait", "true");
    assert_int_equal(x.rc, 0);
    assert_true(x.res.effect.issue.close);
    assert_int_equal(x.res.effect.wait, EFFECT_AWAITED);
    AUTO(resolved_free) struct resolved no = RESOLVE("issue", "title", "t", "state", "shut");
    assert_int_equal(no.e.code, 2);
    assert_string_equal(no.e.msg, "\"state\" of issue must be open or closed");
}

static void a_comment_is_sticky_unless_told(void **state)
{
    (void)state;
    AUTO(resolved_free) struct resolved x = RESOLVE("comment", "body", "b");
    assert_int_equal(x.rc, 0);
    assert_int_equal(x.res.effect.kind, EFFECT_COMMENT);
    assert_string_equal(x.res.effect.fingerprint, "ci/build");
    assert_true(x.res.effect.comment.number == 0 && x.res.effect.comment.at == THREAD_CHANGE);
    AUTO(resolved_free) struct resolved own = RESOLVE("comment", "body", "b", "sticky", "false", "issue", "7");
    assert_int_equal(own.rc, 0);
    assert_null(own.res.effect.fingerprint);
    assert_true(own.res.effect.comment.number == 7 && own.res.effect.comment.at == THREAD_ISSUE);
    AUTO(resolved_free) struct resolved gone = RESOLVE("comment", "remove", "true");
    assert_int_equal(gone.rc, 0);
}

static void labels_go_on_and_off(void **state)
{
    (void)state;
    AUTO(resolved_free) struct resolved x = RESOLVE("label", "add", "a, b", "remove", "c", "change", "3");
    assert_int_equal(x.rc, 0);
    assert_true(x.res.effect.label.n_add == 2 && x.res.effect.label.n_remove == 1);
    assert_string_equal(x.res.effect.label.add[1], "b");
    assert_true(x.res.effect.label.number == 3);
}

static void statuses_and_checks_are_final(void **state)
{
    (void)state;
    AUTO(resolved_free) struct resolved x = RESOLVE("status", "context", "deploy", "state", "failure");
    assert_int_equal(x.rc, 0);
    assert_int_equal(x.res.effect.status.state, STATUS_FAILED);
    assert_string_equal(x.res.effect.status.target_url, "https://ci/runs/1");
    AUTO(resolved_free) struct resolved c = RESOLVE("check", "name", "lint", "state", "timed_out");
    assert_int_equal(c.rc, 0);
    assert_int_equal(c.res.effect.check.state, STATUS_TIMED_OUT);
    assert_string_equal(c.res.effect.check.title, "timed_out");
}

static void a_pull_request_and_a_merge_wait_for_the_forge(void **state)
{
    (void)state;
    AUTO(resolved_free)
    struct resolved x = RESOLVE("pull_request", "head", "refs/heads/fix/1", "title", "t", "draft", "true");
    assert_int_equal(x.rc, 0);
    assert_string_equal(x.res.effect.pull.head, "fix/1");
    assert_null(x.res.effect.pull.base);
    assert_true(x.res.effect.pull.draft);
    assert_int_equal(x.res.effect.wait, EFFECT_AWAITED);
    AUTO(resolved_free) struct resolved m = RESOLVE("merge", "method", "squash");
    assert_int_equal(m.rc, 0);
    assert_int_equal(m.res.effect.merge.method, MERGE_BY_SQUASH);
    assert_int_equal(m.res.effect.wait, EFFECT_AWAITED);
}

static void a_dispatch_takes_lines_of_inputs(void **state)
{
    (void)state;
    AUTO(resolved_free) struct resolved x = RESOLVE("dispatch", "event", "go", "inputs", "a=1\n\nb = x=\"y\"\n");
    assert_int_equal(x.rc, 0);
    assert_string_equal(x.res.effect.dispatch.inputs, "{\"a\":\"1\",\"b\":\" x=\\\"y\\\"\"}");
    AUTO(resolved_free) struct resolved w = RESOLVE("dispatch", "workflow", "ci.yml", "ref", "main", "wait", "false");
    assert_int_equal(w.rc, 0);
    assert_int_equal(w.res.effect.wait, EFFECT_GOES);
}

/* Each row: the action, then pairs of inputs; the one at fault is the last. */
static void what_a_forge_would_not_take_is_refused(void **state)
{
    (void)state;
    static const char *const rows[][8] = {
        {"comment", "body", "b", "issue", "0"},
        {"comment", "body", "b", "change", "x"},
        {"comment", "body", "b", "change", "1", "issue", "2"},
        {"comment", "body", "b", "sticky", "perhaps"},
        {"comment", "sticky", "false", "remove", "true"},
        {"label", "add", "a,b", "remove", "b"},
        {"label", "add", "a\x01"},
        {"status", "context", "c", "state", "pending"},
        {"status", "state", "success", "context", "a\nb"},
        {"status", "context", "c", "state", "success", "url", "javascript:alert(1)"},
        {"status", "context", "c", "state", "success", "sha", "abc"},
        {"check", "name", "n", "state", "queued"},
        {"pull_request", "title", "t", "head", "-x"},
        {"pull_request", "title", "t", "head", "a..b"},
        {"pull_request", "title", "t", "head", "a b"},
        {"pull_request", "title", "t", "head", "a.lock"},
        {"pull_request", "head", "a", "title", "t", "base", "a"},
        {"merge", "method", "force"},
        {"merge", "sha", "HEAD"},
        {"dispatch", "event", "e", "inputs", "novalue"},
        {"dispatch", "event", "e", "inputs", "fettle_token=x"},
        {"dispatch", "event", "e", "inputs", "a=1\nb=1\nc=1\nd=1\ne=1\nf=1\ng=1\nh=1\ni=1"},
        {"dispatch", "ref", "main", "workflow", "../x.yml"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        size_t n = 1;
        while (n < 8 && rows[i][n])
            n++;
        AUTO(resolved_free) struct resolved x = resolve(rows[i][0], rows[i] + 1);
        if (x.rc != -1)
            fail_msg("row %zu (%s) is accepted", i, rows[i][0]);
        assert_int_equal(x.e.cls, ERR_INVALID);
        if (x.e.code != (int)(n - 1) / 2)
            fail_msg("row %zu: the fault is at %d: %s", i, x.e.code, x.e.msg);
    }
    static const char *const lacking[][6] = {
        {"comment"},
        {"label"},
        {"status", "state", "success"},
        {"status", "context", "c"},
        {"check", "name", "n"},
        {"pull_request", "title", "t"},
        {"pull_request", "head", "h"},
        {"dispatch"},
        {"dispatch", "workflow", "w.yml"},
        {"merge", "change", "1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(lacking); i++) {
        AUTO(resolved_free) struct resolved x = resolve(lacking[i][0], lacking[i] + 1);
        if (x.rc != -1)
            fail_msg("%zu (%s) is accepted", i, lacking[i][0]);
    }
}

static void a_cache_takes_its_inputs(void **state)
{
    (void)state;
    AUTO(resolved_free)
    struct resolved x =
        RESOLVE("actions/cache@v4", "path", "a\n~/b", "key", " k ", "restore-keys", "k-\n\nj", "lookup-only", "True",
                "fail-on-cache-miss", "true", "enableCrossOsArchive", "x", "save-always", "false");
    assert_int_equal(x.rc, 0);
    assert_int_equal(x.res.does, ACTION_ARCHIVE);
    assert_int_equal(x.res.archive.kind, ARCHIVE_RESTORE);
    assert_string_equal(x.res.archive.path, "a\n~/b");
    assert_string_equal(x.res.archive.key, "k");
    assert_string_equal(x.res.archive.restore_keys, "k-\n\nj");
    assert_true(x.res.archive.look_only && x.res.archive.must_hit);
    assert_string_equal(action_find(SV("actions/cache@v4"))->post, "cache/save");
    assert_null(action_find(SV("actions/cache/restore@v4"))->post);
    AUTO(resolved_free) struct resolved save = RESOLVE("actions/cache/save@v4", "path", "a", "key", "k");
    assert_int_equal(save.res.archive.kind, ARCHIVE_SAVE);
}

static void artifacts_take_their_inputs(void **state)
{
    (void)state;
    AUTO(resolved_free) struct resolved x = RESOLVE("actions/upload-artifact@v4", "path", "a");
    assert_int_equal(x.res.archive.kind, ARCHIVE_UPLOAD);
    assert_string_equal(x.res.archive.name, "artifact");
    assert_int_equal(x.res.archive.level, 6);
    assert_int_equal(x.res.archive.if_none, NONE_WARN);
    AUTO(resolved_free)
    struct resolved y =
        RESOLVE("upload-artifact", "path", "a", "name", "n", "if-no-files-found", "error", "retention-days", "5",
                "compression-level", "0", "overwrite", "true", "include-hidden-files", "true");
    assert_int_equal(y.rc, 0);
    assert_string_equal(y.res.archive.name, "n");
    assert_int_equal(y.res.archive.if_none, NONE_ERROR);
    assert_int_equal(y.res.archive.retention_days, 5);
    assert_int_equal(y.res.archive.level, 0);
    assert_true(y.res.archive.overwrite && y.res.archive.hidden);
    AUTO(resolved_free) struct resolved z = RESOLVE("actions/download-artifact@v4");
    assert_int_equal(z.rc, 0);
    assert_null(z.res.archive.name);
    assert_string_equal(z.res.archive.path, "");
    AUTO(resolved_free)
    struct resolved w = RESOLVE("download-artifact", "pattern", "n*", "path", "d", "merge-multiple", "true");
    assert_true(w.res.archive.merge);
    assert_string_equal(w.res.archive.pattern, "n*");
}

static void caches_and_artifacts_refuse_what_cannot_be(void **state)
{
    (void)state;
    char longer[514], name[202];
    memset(longer, 'k', 513);
    memset(name, 'n', 201);
    longer[513] = name[201] = 0;
    const char *const rows[][3] = {
        {"cache", "key", longer},
        {"cache", "key", "a,b"},
        {"cache", "restore-keys", "a\nb,c"},
        {"cache", "restore-keys", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10"},
        {"cache", "lookup-only", "yes"},
        {"cache", "save-always", "true"},
        {"upload-artifact", "name", "a/b"},
        {"upload-artifact", "name", ".."},
        {"upload-artifact", "name", "a:b"},
        {"upload-artifact", "name", name},
        {"upload-artifact", "if-no-files-found", "perhaps"},
        {"upload-artifact", "retention-days", "91"},
        {"upload-artifact", "compression-level", "10"},
        {"upload-artifact", "overwrite", "1"},
        {"download-artifact", "run-id", "5"},
        {"download-artifact", "repository", "a/b"},
        {"download-artifact", "github-token", "t"},
        {"download-artifact", "artifact-ids", "1"},
        {"download-artifact", "path", "a\nb"},
        {"download-artifact", "name", "a\nb"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(resolved_free) struct resolved x = RESOLVE(rows[i][0], rows[i][1], rows[i][2]);
        if (x.rc != -1 || x.e.code != 1)
            fail_msg("%s: %s: %s is accepted", rows[i][0], rows[i][1], rows[i][2]);
        assert_int_equal(x.e.cls, ERR_INVALID);
        assert_non_null(strstr(x.e.msg, rows[i][1]));
    }
    AUTO(resolved_free) struct resolved none = RESOLVE("cache", "path", "a");
    assert_int_equal(none.rc, -1);
    AUTO(resolved_free) struct resolved empty = RESOLVE("upload-artifact", "path", " ");
    assert_int_equal(empty.rc, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actions_are_found_by_name_and_by_alias),
        cmocka_unit_test(a_checkout_without_inputs_is_the_commit_of_the_job),
        cmocka_unit_test(a_checkout_takes_its_inputs),
        cmocka_unit_test(a_checkout_refuses_what_it_would_not_do),
        cmocka_unit_test(a_closing_issue_needs_no_title),
        cmocka_unit_test(a_comment_is_sticky_unless_told),
        cmocka_unit_test(labels_go_on_and_off),
        cmocka_unit_test(statuses_and_checks_are_final),
        cmocka_unit_test(a_pull_request_and_a_merge_wait_for_the_forge),
        cmocka_unit_test(a_dispatch_takes_lines_of_inputs),
        cmocka_unit_test(what_a_forge_would_not_take_is_refused),
        cmocka_unit_test(a_cache_takes_its_inputs),
        cmocka_unit_test(artifacts_take_their_inputs),
        cmocka_unit_test(caches_and_artifacts_refuse_what_cannot_be),
        cmocka_unit_test(an_issue_has_defaults_for_all_but_its_title),
        cmocka_unit_test(an_issue_takes_its_inputs),
        cmocka_unit_test(labels_of_a_list_may_have_commas),
        cmocka_unit_test(an_issue_refuses_what_a_forge_would),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
