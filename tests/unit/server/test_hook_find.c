/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/file.h"
#include "server/hooksock/find.h"

struct place {
    char root[64];
    struct arena a;
    struct conf conf;
    struct conf_forge forges[3];
    struct repo repos[5];
};

static const char *at(struct place *p, const char *name)
{
    return arena_fmt(&p->a, "%s/%s", p->root, name);
}

static void place_open(struct place *p)
{
    struct err e = {0};
    *p = (struct place){.root = "/tmp/fettle-find-XXXXXX"};
    assert_non_null(mkdtemp(p->root));
    assert_int_equal(file_make_dirs(at(p, "git/team/api.git"), &e), 0);
    assert_int_equal(file_make_dirs(at(p, "git/team/web.git"), &e), 0);
    assert_int_equal(symlink(at(p, "git"), at(p, "link")), 0);
    p->forges[0] = (struct conf_forge){.name = "github", .kind = "github", .url = "https://api.github.com"};
    p->forges[1] = (struct conf_forge){.name = "own", .kind = "gitea", .url = "https://git.example:3000"};
    p->forges[2] = (struct conf_forge){.name = "local", .kind = "bare"};
    for (size_t i = 0; i < 3; i++)
        p->forges[i].ops = forge_find(sv_of(p->forges[i].kind));
    p->repos[0] = (struct repo){.alias = "api", .id = "github:acme/api", .forge = "github", .path = "acme/api"};
    p->repos[1] = (struct repo){.alias = "own", .id = "own:acme/api", .forge = "own", .path = "acme/api"};
    p->repos[2] = (struct repo){.alias = "bare",
                                .id = "local:team/api",
                                .forge = "local",
                                .path = "team/api",
                                .url = at(p, "git/team/api.git")};
    p->repos[3] = (struct repo){.alias = "ssh",
                                .id = "local:team/web",
                                .forge = "local",
                                .path = "team/web",
                                .url = arena_fmt(&p->a, "ssh://git@box%s/git/team/web.git", p->root)};
    p->repos[4] = (struct repo){.alias = "caps", .id = "github:acme/API2", .forge = "github", .path = "acme/API2"};
    p->conf.forges = p->forges;
    p->conf.n_forges = 3;
    p->conf.repos.at = p->repos;
    p->conf.repos.n = 5;
}

static void place_close(struct place *p)
{
    struct err e = {0};
    assert_int_equal(file_remove_tree(p->root, &e), 0);
    arena_free(&p->a);
}

static const char *found(struct place *p, enum course_hook hook, const char *where)
{
    struct hook_call call = {.repository = SV("/nowhere")};
    if (hook == COURSE_PRE_PUSH)
        call.remote = sv_of(where);
    else
        call.repository = sv_of(where);
    const struct repo *r = hook_find_repo(&p->conf, hook, &call);
    return r ? r->alias : "none";
}

static void a_remote_is_found_however_it_is_written(void **state)
{
    (void)state;
    AUTO(place_close) struct place p;
    place_open(&p);
    static const char *const rows[][2] = {
        {"https://github.com/acme/api.git", "api"},
        {"git@github.com:acme/api", "api"},
        {"https://git.example:3000/acme/api", "own"},
        {"ssh://git@git.example:2222/acme/api.git", "own"},
        {"git@github.com:Acme/api2.git", "caps"},
        {"https://github.com/acme/other", "none"},
        {"https://git.example/acme/api", "none"},
        {"../api", "none"},
        {"", "none"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_string_equal(found(&p, COURSE_PRE_PUSH, rows[i][0]), rows[i][1]);
    assert_string_equal(found(&p, COURSE_PRE_PUSH, at(&p, "git/team/api")), "bare");
    assert_string_equal(found(&p, COURSE_PRE_PUSH, at(&p, "link/team/api.git")), "bare");
    assert_string_equal(found(&p, COURSE_PRE_PUSH, arena_fmt(&p.a, "file://%s", at(&p, "git/team/api.git"))), "bare");
    assert_string_equal(found(&p, COURSE_PRE_PUSH, at(&p, "git/team/web.git")), "none");
}

static void the_hooks_of_a_server_are_those_of_bare_repositories(void **state)
{
    (void)state;
    AUTO(place_close) struct place p;
    place_open(&p);
    assert_string_equal(found(&p, COURSE_PRE_RECEIVE, at(&p, "git/team/api.git")), "bare");
    assert_string_equal(found(&p, COURSE_UPDATE, at(&p, "link/team/api.git")), "bare");
    assert_string_equal(found(&p, COURSE_POST_RECEIVE, at(&p, "git/team/web.git")), "none");
    assert_string_equal(found(&p, COURSE_POST_RECEIVE, at(&p, "git/team")), "none");
    p.repos[0].url = at(&p, "git/team/web.git"); /* of a forge with an API: its webhooks tell */
    assert_string_equal(found(&p, COURSE_POST_RECEIVE, at(&p, "git/team/web.git")), "none");
    assert_string_equal(found(&p, COURSE_PRE_PUSH, at(&p, "git/team/web.git")), "api");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_remote_is_found_however_it_is_written),
        cmocka_unit_test(the_hooks_of_a_server_are_those_of_bare_repositories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
