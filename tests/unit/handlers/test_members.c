/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "port/forge.h"

static const struct hook_event ann = {.repo = {.id = "hub:acme/web api"},
                                      .sender = {.present = true, .id = 7, .login = "ann[bot]"}};

static void each_forge_asks_for_the_sender_in_the_repository_of_the_event(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *path;
    } rows[] = {
        {"github", "/repos/acme/web%20api/collaborators/ann%5Bbot%5D/permission"},
        {"gitlab", "/api/v4/projects/acme%2Fweb%20api/members/all/7"},
        {"gitea", "/api/v1/repos/acme/web%20api/collaborators/ann%5Bbot%5D/permission"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct forge_ops *f = forge_find(sv_of(rows[i].kind));
        struct api_request q = {0};
        assert_true(f->ask_member(&ann, &q));
        assert_string_equal(q.method, "GET");
        assert_string_equal(q.path.p, rows[i].path);
        assert_int_equal(q.body.n, 0);
        assert_non_null(q.headers[0]);
        api_request_done(&q);
    }
}

static void nothing_is_asked_about_nobody(void **state)
{
    (void)state;
    static const char *const kinds[] = {"github", "gitlab", "gitea"};
    struct hook_event nobody = ann, nowhere = ann, dots = ann;
    nobody.sender.present = false;
    nowhere.repo.id = NULL;
    dots.sender.login = "..";
    dots.sender.id = 0;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        const struct forge_ops *f = forge_find(sv_of(kinds[i]));
        struct api_request q = {0};
        assert_false(f->ask_member(&nobody, &q));
        assert_false(f->ask_member(&nowhere, &q));
        assert_false(f->ask_member(&dots, &q));
        api_request_done(&q);
    }
}

static void a_team_is_asked_for_where_the_forge_knows_some(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *team, *path; /* path NULL = it cannot be asked */
    } rows[] = {
        {"github", "acme/release", "/orgs/acme/teams/release/memberships/ann%5Bbot%5D"},
        {"github", "release", NULL},
        {"github", "acme/a/b", NULL},
        {"github", "acme/", NULL},
        {"github", "/release", NULL},
        {"gitlab", "acme/ops/release", "/api/v4/groups/acme%2Fops%2Frelease/members/all/7"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct forge_ops *f = forge_find(sv_of(rows[i].kind));
        struct api_request q = {0};
        assert_int_equal(f->ask_team(sv_of(rows[i].team), &ann, &q), rows[i].path != NULL);
        if (rows[i].path)
            assert_string_equal(q.path.p, rows[i].path);
        api_request_done(&q);
    }
    assert_null(forge_find(SV("gitea"))->ask_team); /* by number alone, and in two questions */
}

static void who_is_invited_is_in_no_team_yet(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        int status;
        const char *body;
        bool member;
        enum err_class cls; /* ERR_OK = an answer */
    } rows[] = {
        {"github", 200, "{\"state\":\"active\",\"role\":\"member\"}", true, ERR_OK},
        {"github", 200, "{\"state\":\"pending\"}", false, ERR_OK},
        {"github", 404, "{}", false, ERR_OK},
        {"github", 502, "", false, ERR_TRANSIENT},
        {"gitlab", 200, "{\"access_level\":30,\"state\":\"active\"}", true, ERR_OK},
        {"gitlab", 200, "{\"access_level\":10,\"state\":\"active\"}", false, ERR_OK},
        {"gitlab", 200, "{\"access_level\":50,\"state\":\"blocked\"}", false, ERR_OK},
        {"gitlab", 404, "{}", false, ERR_OK},
        {"gitlab", 429, "", false, ERR_LIMITED},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct forge_ops *f = forge_find(sv_of(rows[i].kind));
        const struct api_reply r = {.status = rows[i].status, .body = sv_of(rows[i].body)};
        struct err e = {0};
        bool member = true;
        int rc = f->read_team(&r, &ann, &member, &e);
        if ((rc < 0) != (rows[i].cls != ERR_OK) || member != rows[i].member || (rc < 0 && e.cls != rows[i].cls))
            fail_msg("row %zu: %d, %d, class %d", i, rc, member, e.cls);
    }
}

static void answers_become_levels_of_one_scale(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *body;
        enum member_level level;
    } rows[] = {
        {"github", "{\"permission\":\"write\",\"role_name\":\"maintain\"}", MEMBER_MAINTAIN},
        {"github", "{\"permission\":\"read\",\"role_name\":\"triage\"}", MEMBER_TRIAGE},
        {"github", "{\"permission\":\"write\",\"role_name\":\"our own role\"}", MEMBER_WRITE},
        {"github", "{\"permission\":\"admin\"}", MEMBER_ADMIN},
        {"github", "{\"permission\":\"none\",\"role_name\":\"\"}", MEMBER_NONE},
        {"gitlab", "{\"access_level\":50,\"state\":\"active\"}", MEMBER_ADMIN},
        {"gitlab", "{\"access_level\":40,\"state\":\"active\"}", MEMBER_MAINTAIN},
        {"gitlab", "{\"access_level\":30}", MEMBER_WRITE},
        {"gitlab", "{\"access_level\":20}", MEMBER_TRIAGE},
        {"gitlab", "{\"access_level\":15}", MEMBER_READ},
        {"gitlab", "{\"access_level\":10}", MEMBER_READ},
        {"gitlab", "{\"access_level\":0}", MEMBER_NONE},
        {"gitlab", "{\"access_level\":50,\"state\":\"blocked\"}", MEMBER_NONE},
        {"gitea", "{\"permission\":\"owner\"}", MEMBER_ADMIN},
        {"gitea", "{\"permission\":\"admin\"}", MEMBER_ADMIN},
        {"gitea", "{\"permission\":\"write\"}", MEMBER_WRITE},
        {"gitea", "{\"permission\":\"read\"}", MEMBER_READ},
        {"gitea", "{\"permission\":\"none\"}", MEMBER_NONE},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct api_reply r = {.status = 200, .body = sv_of(rows[i].body)};
        enum member_level level = MEMBER_LEVEL_N;
        struct err e = {0};
        assert_int_equal(forge_find(sv_of(rows[i].kind))->read_member(&r, &level, &e), 0);
        if (level != rows[i].level)
            fail_msg("%s %s is %s", rows[i].kind, rows[i].body, member_level_name[level]);
    }
}

static void whoever_is_not_found_may_do_nothing_and_what_is_not_understood_is_no_level(void **state)
{
    (void)state;
    static const char *const kinds[] = {"github", "gitlab", "gitea"};
    static const struct {
        struct api_reply reply;
        int rc;
        enum err_class cls;
    } rows[] = {
        {{.status = 404, .body = {"{}", 2}}, 0, ERR_OK},
        {{.status = 0, .problem = "connection refused"}, -1, ERR_TRANSIENT},
        {{.status = 502}, -1, ERR_TRANSIENT},
        {{.status = 401}, -1, ERR_TRANSIENT},
        {{.status = 403}, -1, ERR_DENIED},
        {{.status = 301}, -1, ERR_DENIED},
        {{.status = 429, .retry_after = {"7", 1}}, -1, ERR_LIMITED},
        {{.status = 200, .body = {"{\"perm", 6}}, -1, ERR_TRANSIENT},
        {{.status = 200, .body = {"{\"permission\":\"emperor\"}", 24}}, -1, ERR_DENIED},
        {{.status = 200, .body = {"[]", 2}}, -1, ERR_DENIED},
    };
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
        for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
            enum member_level level = MEMBER_ADMIN;
            struct err e = {0};
            assert_int_equal(forge_find(sv_of(kinds[k]))->read_member(&rows[i].reply, &level, &e), rows[i].rc);
            assert_int_equal(level, MEMBER_NONE);
            if (rows[i].rc < 0) {
                assert_int_equal(e.cls, rows[i].cls);
                assert_true(e.msg[0]);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_forge_asks_for_the_sender_in_the_repository_of_the_event),
        cmocka_unit_test(nothing_is_asked_about_nobody),
        cmocka_unit_test(a_team_is_asked_for_where_the_forge_knows_some),
        cmocka_unit_test(who_is_invited_is_in_no_team_yet),
        cmocka_unit_test(answers_become_levels_of_one_scale),
        cmocka_unit_test(whoever_is_not_found_may_do_nothing_and_what_is_not_understood_is_no_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
