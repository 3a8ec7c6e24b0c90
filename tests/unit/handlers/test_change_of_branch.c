/* SPDX-License-Identifier: Apache-2.0 */
/* The open change of a branch, at each forge: what is asked, and which row is believed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "port/forge.h"

#define SHA "0123456789012345678901234567890123456789"

static void each_forge_is_asked_for_the_branch(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *path;
    } rows[] = {
        {"github", "/repos/acme/web/pulls?state=open&head=acme:fix%2Fa%26b&per_page=100"},
        {"gitlab", "/api/v4/projects/acme%2Fweb/merge_requests?state=opened&source_branch=fix%2Fa%26b&per_page=100"},
        {"gitea", "/api/v1/repos/acme/web/pulls?state=open&limit=50&page=1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct forge_ops *f = forge_find(sv_of(rows[i].kind));
        struct api_request q = {0};
        f->ask_change("acme/web", "fix/a&b", &q);
        assert_string_equal(q.method, "GET");
        assert_string_equal(q.path.p, rows[i].path);
        assert_int_equal(q.body.n, 0);
        api_request_done(&q);
    }
}

#define HUB(no, ref, head)                                                                                             \
    "{\"number\":" no ",\"head\":{\"ref\":\"" ref "\",\"sha\":\"" SHA "\",\"repo\":" head                              \
    "},\"base\":{\"repo\":{\"id\":1}}}"
#define LAB(no, ref, head)                                                                                             \
    "{\"iid\":" no ",\"source_branch\":\"" ref "\",\"sha\":\"" SHA "\",\"source_project_id\":" head                    \
    ",\"target_project_id\":1}"
#define TEA(no, ref, head)                                                                                             \
    "{\"number\":" no ",\"head\":{\"ref\":\"" ref "\",\"sha\":\"" SHA "\",\"repo_id\":" head                           \
    "},\"base\":{\"repo_id\":1}}"

static void the_change_of_that_very_branch_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        int status;
        const char *body;
        int rc;
        int64_t number;
        enum err_class cls;
    } rows[] = {
        {"github", 200, "[" HUB("5", "other", "{\"id\":1}") "," HUB("7", "fix", "{\"id\":1}") "]", 1, 7, ERR_OK},
        {"github", 200, "[" HUB("7", "fix", "{\"id\":2}") "]", 0, 0, ERR_OK}, /* a fork's */
        {"github", 200, "[" HUB("7", "fix", "null") "]", 0, 0, ERR_OK},       /* of a fork that is gone */
        {"github", 200, "[]", 0, 0, ERR_OK},
        {"github", 404, "{}", 0, 0, ERR_OK},
        {"github", 200, "[{", -1, 0, ERR_TRANSIENT},
        {"github", 502, "", -1, 0, ERR_TRANSIENT},
        {"github", 429, "", -1, 0, ERR_LIMITED},
        {"github", 403, "{\"message\":\"Resource not accessible\"}", -1, 0, ERR_DENIED},
        {"gitlab", 200, "[" LAB("9", "fix", "2") "," LAB("8", "fix", "1") "]", 1, 8, ERR_OK},
        {"gitea", 200, "[" TEA("3", "fix", "1") "]", 1, 3, ERR_OK},
        {"gitea", 200, "[" TEA("0", "fix", "1") "]", 0, 0, ERR_OK},
        {"gitea", 200, "{}", 0, 0, ERR_OK},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct forge_ops *f = forge_find(sv_of(rows[i].kind));
        const struct api_reply r = {.status = rows[i].status, .body = sv_of(rows[i].body)};
        struct err e = {0};
        int64_t number = 0;
        char sha[65] = "";
        int rc = f->read_change(&r, "fix", &number, sha, &e);
        if (rc != rows[i].rc || (rc == 1 && (number != rows[i].number || strcmp(sha, SHA) != 0)) ||
            (rc < 0 && e.cls != rows[i].cls) || (rc == 0 && sha[0]))
            fail_msg("row %zu: %d, number %lld, class %d", i, rc, (long long)number, e.cls);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_forge_is_asked_for_the_branch),
        cmocka_unit_test(the_change_of_that_very_branch_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
