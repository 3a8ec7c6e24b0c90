/* SPDX-License-Identifier: Apache-2.0 */
/* What forges say of their repositories' state and of their deliveries. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "handlers/forge/gitea/gitea.h"
#include "handlers/forge/github/github.h"
#include "handlers/forge/gitlab/gitlab.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

typedef enum talk_next look_fn(struct look *l, const struct api_reply *reply, struct api_request *ret, struct err *e);

static struct api_request request;
static struct err err;

/* The next request is about `path`. */
static void asks(enum talk_next next, const char *path)
{
    assert_int_equal(next, TALK_CALL);
    assert_string_equal(request.path.p, path);
    api_request_done(&request);
    request = (struct api_request){0};
}

static enum talk_next answer(look_fn *fn, struct look *l, int status, const char *body, const char *link)
{
    struct api_reply r = {.status = status, .body = sv_of(body), .link = sv_of(link)};
    err = (struct err){0};
    return fn(l, &r, &request, &err);
}

static void open_look(struct look *l, size_t n)
{
    *l = (struct look){.n = n};
    for (size_t i = 0; i < n; i++)
        l->repos[i].path = i ? "acme/web" : "acme/api";
}

static const struct look_ref *ref_of(const struct look_repo *r, const char *name)
{
    for (size_t i = 0; i < r->refs.n; i++)
        if (strcmp(r->refs.at[i].name, name) == 0)
            return &r->refs.at[i];
    return NULL;
}

static void gitlab_is_asked_list_by_list(void **state)
{
    (void)state;
    struct look l;
    open_look(&l, 1);
    l.tags = LOOK_TAGS;
    asks(gitlab_state(&l, NULL, &request, &err), "/api/v4/projects/acme%2Fapi");
    asks(answer(gitlab_state, &l, 200, "{\"id\":7,\"path_with_namespace\":\"acme/new\",\"default_branch\":\"main\"}",
                NULL),
         "/api/v4/projects/7/repository/branches?per_page=100");
    asks(answer(gitlab_state, &l, 200, "[{\"name\":\"main\",\"commit\":{\"id\":\"" A "\"}}]",
                "<https://x/api/v4/projects/7/repository/branches?page=2>; rel=\"next\""),
         "/api/v4/projects/7/repository/branches?page=2");
    asks(answer(gitlab_state, &l, 200, "[{\"name\":\"-x\",\"commit\":{\"id\":\"" A "\"}}]", NULL),
         "/api/v4/projects/7/repository/tags?per_page=100");
    asks(answer(gitlab_state, &l, 200, "[{\"name\":\"v1\",\"target\":\"" B "\",\"commit\":{\"id\":\"" A "\"}}]", NULL),
         "/api/v4/projects/7/merge_requests?state=opened&per_page=100");
    assert_int_equal(answer(gitlab_state, &l, 200,
                            "[{\"iid\":3,\"sha\":\"" A "\",\"source_project_id\":7,\"target_project_id\":7},"
                            "{\"iid\":4,\"sha\":null}]",
                            NULL),
                     TALK_SENT);
    assert_true(l.repos[0].whole);
    assert_string_equal(l.repos[0].path_now, "acme/new");
    assert_int_equal(l.repos[0].refs.n, 3);
    assert_string_equal(ref_of(&l.repos[0], "refs/tags/v1")->sha, B); /* the tag object, as in pushes */
    assert_string_equal(ref_of(&l.repos[0], "change/3")->change.head_repo, "acme/new");
    look_free(&l);
}

static void gitea_follows_a_repository_that_moved(void **state)
{
    (void)state;
    struct look l;
    open_look(&l, 1);
    asks(gitea_state(&l, NULL, &request, &err), "/api/v1/repos/acme/api");
    struct api_reply moved = {.status = 301, .location = SV("https://x/api/v1/repos/acme/new")};
    asks(gitea_state(&l, &moved, &request, &err), "/api/v1/repos/acme/new");
    asks(answer(gitea_state, &l, 200, "{\"id\":7,\"full_name\":\"acme/new\"}", NULL),
         "/api/v1/repos/acme/new/branches?limit=50");
    look_free(&l);
}

static void a_repository_that_is_gone_or_broken_does_not_stop_the_others(void **state)
{
    (void)state;
    struct look l;
    open_look(&l, 2);
    asks(gitea_state(&l, NULL, &request, &err), "/api/v1/repos/acme/api");
    asks(answer(gitea_state, &l, 404, "", NULL), "/api/v1/repos/acme/web");
    assert_true(l.repos[0].gone);
    assert_int_equal(answer(gitea_state, &l, 200, "[]", NULL), TALK_SENT);
    assert_false(l.repos[1].gone || l.repos[1].whole);
    assert_non_null(l.repos[1].problem);
    look_free(&l);
}

static void a_forge_that_is_busy_or_away_ends_the_look(void **state)
{
    (void)state;
    static look_fn *const fns[] = {github_state, gitlab_state, gitea_state};
    for (size_t i = 0; i < ARRAY_LEN(fns); i++) {
        struct look l;
        open_look(&l, 1);
        (void)fns[i](&l, NULL, &request, &err);
        api_request_done(&request);
        request = (struct api_request){0};
        struct api_reply r = {.status = 429, .retry_after = SV("7")};
        assert_int_equal(fns[i](&l, &r, &request, &err), TALK_RETRY);
        assert_int_equal(err.cls, ERR_LIMITED);
        assert_int_equal(err.retry_after_ms, 7000);
        assert_int_equal(answer(fns[i], &l, 502, "", NULL), TALK_RETRY);
        assert_int_equal(answer(fns[i], &l, 0, "", NULL), TALK_RETRY);
        look_free(&l);
    }
}

static void github_asks_for_many_at_once_and_for_the_rest_again(void **state)
{
    (void)state;
    struct look l;
    open_look(&l, 2);
    assert_int_equal(github_state(&l, NULL, &request, &err), TALK_CALL);
    assert_string_equal(request.path.p, "/graphql");
    assert_non_null(strstr(request.body.p, "a1:repository(owner:$o1,name:$n1)"));
    assert_non_null(strstr(request.body.p, "\"o0\":\"acme\",\"n0\":\"api\""));
    assert_null(strstr(request.body.p, "refs/tags/"));
    api_request_done(&request);
    request = (struct api_request){0};
    static const char first[] =
        "{\"data\":{\"a0\":{\"databaseId\":7,\"nameWithOwner\":\"acme/api\",\"heads\":{\"nodes\":[{\"name\":\"main\","
        "\"target\":{\"oid\":\"" A "\"}}],\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"c1\"}},"
        "\"pullRequests\":{\"nodes\":[{\"number\":3,\"headRefOid\":\"" B "\",\"baseRefName\":\"main\"}],"
        "\"pageInfo\":{\"hasNextPage\":false}}},\"a1\":null},"
        "\"errors\":[{\"type\":\"NOT_FOUND\",\"path\":[\"a1\"],\"message\":\"no\"}]}";
    assert_int_equal(answer(github_state, &l, 200, first, NULL), TALK_CALL);
    assert_true(l.repos[1].gone);
    assert_null(strstr(request.body.p, "a1:repository"));
    assert_null(strstr(request.body.p, "pullRequests("));
    assert_non_null(strstr(request.body.p, "\"c0_0\":\"c1\""));
    api_request_done(&request);
    request = (struct api_request){0};
    static const char second[] = "{\"data\":{\"a0\":{\"databaseId\":7,\"nameWithOwner\":\"acme/api\",\"heads\":{"
                                 "\"nodes\":[{\"name\":\"x\",\"target\":{\"oid\":\"" B "\"}}],"
                                 "\"pageInfo\":{\"hasNextPage\":false,\"endCursor\":null}}}}}";
    assert_int_equal(answer(github_state, &l, 200, second, NULL), TALK_SENT);
    assert_true(l.repos[0].whole);
    assert_int_equal(l.repos[0].refs.n, 3);
    look_free(&l);
}

static void points_that_are_spent_are_a_limit_though_the_status_is_200(void **state)
{
    (void)state;
    struct look l;
    open_look(&l, 1);
    assert_int_equal(github_state(&l, NULL, &request, &err), TALK_CALL);
    api_request_done(&request);
    request = (struct api_request){0};
    assert_int_equal(
        answer(github_state, &l, 200, "{\"errors\":[{\"type\":\"RATE_LIMITED\",\"message\":\"x\"}]}", NULL),
        TALK_RETRY);
    assert_int_equal(err.cls, ERR_LIMITED);
    assert_true(err.retry_after_ms >= 60000);
    assert_int_equal(answer(github_state, &l, 200, "{\"errors\":[{\"message\":\"bad query\"}]}", NULL), TALK_DEAD);
    look_free(&l);
}

static void enterprise_has_its_graphql_beside_its_api(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"https://api.github.com", "/graphql", "https://api.github.com/graphql"},
        {"https://git.corp/api/v3", "/graphql", "https://git.corp/api/graphql"},
        {"https://git.corp/api/v3", "/user", "https://git.corp/api/v3/user"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf url = {0};
        github_address(sv_of(rows[i][0]), sv_of(rows[i][1]), &url);
        assert_string_equal(url.p, rows[i][2]);
    }
}

/* ---- deliveries ---- */

static int64_t looked_through;
static int64_t since(void *ctx, const char *name)
{
    (void)ctx, (void)name;
    return looked_through;
}

static const struct missed_place here[] = {{"/hook/one", false}};
static struct missed open_missed(void)
{
    return (struct missed){.repo = "acme/api",
                           .repo_id = 7,
                           .now = 1790000000000,
                           .public_url = "https://ci.example.com",
                           .places = here,
                           .n_places = 1,
                           .since = since};
}

typedef enum talk_next missed_fn(struct missed *m, const struct api_reply *reply, struct api_request *ret,
                                 struct err *e);

static enum talk_next said(missed_fn *fn, struct missed *m, int status, const char *body)
{
    struct api_reply r = {.status = status, .body = sv_of(body)};
    err = (struct err){0};
    return fn(m, &r, &request, &err);
}

#define HOOKS                                                                                                          \
    "[{\"id\":1,\"active\":true,\"config\":{\"url\":\"https://elsewhere/hook/one\"}},"                                 \
    "{\"id\":2,\"active\":false,\"config\":{\"url\":\"https://ci.example.com/hook/one\"}}]"

static void github_bodies_of_what_never_arrived_are_read(void **state)
{
    (void)state;
    struct missed m = open_missed();
    looked_through = 1789900000000;
    asks(github_missed(&m, NULL, &request, &err), "/repos/acme/api/hooks?per_page=100");
    asks(said(github_missed, &m, 200, HOOKS), "/repos/acme/api/hooks/2/deliveries?per_page=100");
    assert_int_equal(m.hooks.at[0].trouble, HOOK_DISABLED);
    asks(said(github_missed, &m, 200,
              "[{\"id\":14,\"guid\":\"a\",\"status_code\":202,\"status\":\"OK\","
              "\"delivered_at\":\"2026-09-21T12:00:04Z\"},"
              "{\"id\":13,\"guid\":\"c\",\"status_code\":0,\"status\":\"timed out\","
              "\"delivered_at\":\"2026-09-21T12:00:03Z\"},"
              "{\"id\":12,\"guid\":\"b\",\"status_code\":502,\"delivered_at\":\"2026-09-21T12:00:02Z\"},"
              "{\"id\":11,\"guid\":\"a\",\"status_code\":500,\"delivered_at\":\"2026-09-21T12:00:01Z\"},"
              "{\"id\":10,\"guid\":\"old\",\"status_code\":500,\"delivered_at\":\"2026-01-01T00:00:00Z\"}]"),
         "/repos/acme/api/hooks/2/deliveries/12"); /* "a" arrived at the second try; the oldest first */
    asks(said(github_missed, &m, 200, "{\"event\":\"push\",\"request\":{\"payload\":{\"ref\":\"x\"}}}"),
         "/repos/acme/api/hooks/2/deliveries/13");
    assert_int_equal(m.found.n, 1);
    assert_string_equal(m.found.at[0].guid, "b");
    assert_true(sv_is(m.found.at[0].payload, "{\"ref\":\"x\"}"));
    assert_int_equal(said(github_missed, &m, 404, ""), TALK_SENT); /* gone from the list meanwhile */
    assert_int_equal(m.found.n, 1);
    assert_true(m.hooks.at[0].since > looked_through);
    missed_free(&m);
}

static void what_was_missed_before_a_hook_was_seen_is_nobodys(void **state)
{
    (void)state;
    struct missed m = open_missed();
    looked_through = 0;
    asks(github_missed(&m, NULL, &request, &err), "/repos/acme/api/hooks?per_page=100");
    asks(said(github_missed, &m, 200, HOOKS), "/repos/acme/api/hooks/2/deliveries?per_page=100");
    assert_int_equal(said(github_missed, &m, 200,
                          "[{\"id\":12,\"guid\":\"b\",\"status_code\":502,\"delivered_at\":\"2026-09-21T12:00:02Z\"}]"),
                     TALK_SENT);
    assert_int_equal(m.found.n, 0);
    assert_true(m.hooks.at[0].since > 0);
    missed_free(&m);
}

static void a_credential_that_may_not_see_hooks_sees_none(void **state)
{
    (void)state;
    struct missed m = open_missed();
    m.owner = "acme";
    asks(github_missed(&m, NULL, &request, &err), "/repos/acme/api/hooks?per_page=100");
    asks(said(github_missed, &m, 404, "{\"message\":\"Not Found\"}"), "/orgs/acme/hooks?per_page=100");
    assert_int_equal(said(github_missed, &m, 403, "{\"message\":\"no\"}"), TALK_SENT);
    assert_non_null(m.problem);
    missed_free(&m);
}

static void gitlab_events_have_what_was_sent(void **state)
{
    (void)state;
    struct missed m = open_missed();
    looked_through = 10;
    asks(gitlab_missed(&m, NULL, &request, &err), "/api/v4/projects/7/hooks?per_page=100");
    asks(said(gitlab_missed, &m, 200,
              "[{\"id\":2,\"url\":\"https://ci.example.com/hook/one\",\"alert_status\":\"temporarily_disabled\"}]"),
         "/api/v4/projects/7/hooks/2/events?per_page=20");
    assert_int_equal(m.hooks.at[0].trouble, HOOK_RESTING);
    asks(
        said(gitlab_missed, &m, 200,
             "[{\"id\":12,\"response_status\":\"internal error\",\"request_headers\":{\"X-Gitlab-Event\":\"Push Hook\","
             "\"Idempotency-Key\":\"k2\"},\"request_data\":{\"ref\":\"x\"}},"
             "{\"id\":11,\"response_status\":\"202\",\"request_headers\":{\"X-Gitlab-Event\":\"Push Hook\","
             "\"Idempotency-Key\":\"k1\"},\"request_data\":{}},"
             "{\"id\":10,\"response_status\":\"500\",\"request_headers\":{\"X-Gitlab-Event\":\"Push Hook\","
             "\"Idempotency-Key\":\"k0\"},\"request_data\":{}}]"),
        "/api/v4/projects/7/hooks/2"); /* it rests, and is told to go on */
    assert_int_equal(said(gitlab_missed, &m, 200, "{}"), TALK_SENT);
    assert_true(m.hooks.at[0].mended);
    assert_int_equal(m.found.n, 1);
    assert_string_equal(m.found.at[0].guid, "k2");
    assert_string_equal(m.found.at[0].event, "Push Hook");
    assert_int_equal(m.hooks.at[0].since, 12);
    missed_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gitlab_is_asked_list_by_list),
        cmocka_unit_test(gitea_follows_a_repository_that_moved),
        cmocka_unit_test(a_repository_that_is_gone_or_broken_does_not_stop_the_others),
        cmocka_unit_test(a_forge_that_is_busy_or_away_ends_the_look),
        cmocka_unit_test(github_asks_for_many_at_once_and_for_the_rest_again),
        cmocka_unit_test(points_that_are_spent_are_a_limit_though_the_status_is_200),
        cmocka_unit_test(enterprise_has_its_graphql_beside_its_api),
        cmocka_unit_test(github_bodies_of_what_never_arrived_are_read),
        cmocka_unit_test(what_was_missed_before_a_hook_was_seen_is_nobodys),
        cmocka_unit_test(a_credential_that_may_not_see_hooks_sees_none),
        cmocka_unit_test(gitlab_events_have_what_was_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
