/* SPDX-License-Identifier: Apache-2.0 */
/* The webhook of an App, hooks that are switched on again, and what is read of those that bring nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "handlers/forge/gitea/gitea.h"
#include "handlers/forge/github/github.h"
#include "handlers/forge/gitlab/gitlab.h"

static struct api_request request;
static struct err err;
static const char *method;
static char body[512];

static void asks(enum talk_next next, const char *path)
{
    assert_int_equal(next, TALK_CALL);
    assert_string_equal(request.path.p, path);
    method = request.method;
    (void)snprintf(body, sizeof body, "%s", request.body.n ? request.body.p : "");
    api_request_done(&request);
    request = (struct api_request){0};
}

static int64_t looked_through;
static int64_t since(void *ctx, const char *name)
{
    (void)ctx, (void)name;
    return looked_through;
}

static int permitted, asked;
static char source[64];
static bool may_switch(void *ctx, const struct missed_hook *h)
{
    (void)ctx;
    asked++;
    (void)snprintf(source, sizeof source, "%s", h->source);
    return permitted-- > 0;
}

static const struct missed_place here[] = {{"/hook/one", false}};
static struct missed open_missed(enum missed_of of)
{
    looked_through = 1789900000000;
    permitted = 1;
    asked = 0;
    return (struct missed){.of = of,
                           .repo = of == MISSED_APP ? "" : "acme/api",
                           .repo_id = of == MISSED_APP ? 0 : 7,
                           .now = 1790000000000,
                           .public_url = "https://ci.example.com",
                           .places = here,
                           .n_places = 1,
                           .since = since,
                           .may_switch = may_switch};
}

typedef enum talk_next missed_fn(struct missed *m, const struct api_reply *reply, struct api_request *ret,
                                 struct err *e);
static enum talk_next linked(missed_fn *fn, struct missed *m, int status, const char *text, const char *link)
{
    struct api_reply r = {.status = status, .body = sv_of(text), .link = sv_of(link)};
    err = (struct err){0};
    return fn(m, &r, &request, &err);
}
static enum talk_next said(missed_fn *fn, struct missed *m, int status, const char *text)
{
    return linked(fn, m, status, text, NULL);
}

#define CONFIG  "{\"content_type\":\"json\",\"insecure_ssl\":\"0\",\"url\":\"https://ci.example.com/hook/one\"}"
#define MISSED  "[{\"id\":12,\"guid\":\"b\",\"status_code\":502,\"delivered_at\":\"2026-09-21T12:00:02Z\"}]"
#define ARRIVED "[{\"id\":13,\"guid\":\"c\",\"status_code\":202,\"delivered_at\":\"2026-09-21T12:00:03Z\"}]"

/* ---- the App's own ---- */

static void an_apps_deliveries_are_read_page_by_page(void **state)
{
    (void)state;
    struct missed m = open_missed(MISSED_APP);
    assert_int_equal(github_missed(&m, NULL, &request, &err), TALK_CALL);
    bool fresh = false;
    for (size_t i = 0; i < ARRAY_LEN(request.headers) && request.headers[i]; i++)
        fresh |= strcmp(request.headers[i], "Cache-Control: no-cache") == 0;
    assert_true(fresh);
    asks(TALK_CALL, "/app/hook/config");
    asks(said(github_missed, &m, 200, CONFIG), "/app/hook/deliveries?per_page=100");
    asks(linked(github_missed, &m, 200, ARRIVED,
                "<https://git.corp/api/v3/app/hook/deliveries?per_page=100&cursor=v1_13>; rel=\"next\""),
         "/app/hook/deliveries?per_page=100&cursor=v1_13");
    asks(said(github_missed, &m, 200, MISSED), "/app/hook/deliveries/12");
    assert_int_equal(said(github_missed, &m, 200, "{\"event\":\"push\",\"request\":{\"payload\":{\"ref\":\"x\"}}}"),
                     TALK_SENT);
    assert_int_equal(m.found.n, 1);
    assert_string_equal(m.found.at[0].guid, "b");
    assert_string_equal(m.found.at[0].place, "/hook/one");
    assert_true(m.hooks.at[0].since > looked_through);
    assert_int_equal(asked, 0); /* no API switches it on */
    missed_free(&m);
}

static void an_app_without_a_webhook_or_with_one_elsewhere_has_nothing_to_look_through(void **state)
{
    (void)state;
    struct missed m = open_missed(MISSED_APP);
    asks(github_missed(&m, NULL, &request, &err), "/app/hook/config");
    assert_int_equal(said(github_missed, &m, 404, "{\"message\":\"Not Found\"}"), TALK_SENT);
    assert_int_equal(m.hooks.n, 0);
    missed_free(&m);
    m = open_missed(MISSED_APP);
    asks(github_missed(&m, NULL, &request, &err), "/app/hook/config");
    assert_int_equal(said(github_missed, &m, 200, "{\"url\":\"https://elsewhere.example/hook/one\"}"), TALK_SENT);
    assert_int_equal(m.hooks.n, 0);
    missed_free(&m);
}

static void an_app_that_cannot_sign_in_is_no_reason_to_try_all_the_time(void **state)
{
    (void)state;
    struct missed m = open_missed(MISSED_APP);
    asks(github_missed(&m, NULL, &request, &err), "/app/hook/config");
    assert_int_equal(said(github_missed, &m, 401, "{\"message\":\"Integration not found\"}"), TALK_SENT);
    missed_free(&m);
    m = open_missed(MISSED_APP);
    asks(github_missed(&m, NULL, &request, &err), "/app/hook/config");
    assert_int_equal(said(github_missed, &m, 502, ""), TALK_RETRY);
    missed_free(&m);
}

static void the_deliveries_of_an_organisation_have_pages_too(void **state)
{
    (void)state;
    struct missed m = open_missed(MISSED_REPO);
    m.owner = "acme";
    asks(github_missed(&m, NULL, &request, &err), "/repos/acme/api/hooks?per_page=100");
    asks(said(github_missed, &m, 200, "[]"), "/orgs/acme/hooks?per_page=100");
    asks(said(github_missed, &m, 200, "[{\"id\":4,\"active\":true,\"config\":" CONFIG "}]"),
         "/orgs/acme/hooks/4/deliveries?per_page=100");
    asks(linked(github_missed, &m, 200, ARRIVED,
                "<https://api.github.com/organizations/9/hooks/4/deliveries?cursor=v1_13>; rel=\"next\""),
         "/organizations/9/hooks/4/deliveries?cursor=v1_13");
    assert_int_equal(said(github_missed, &m, 200, "[]"), TALK_SENT);
    assert_true(m.hooks.at[0].of_owner && m.listed && m.owner_listed);
    missed_free(&m);
}

/* ---- off and on ---- */

static void github_switches_on_what_it_may_when_what_was_missed_is_read(void **state)
{
    (void)state;
    struct missed m = open_missed(MISSED_REPO);
    asks(github_missed(&m, NULL, &request, &err), "/repos/acme/api/hooks?per_page=100");
    asks(said(github_missed, &m, 200, "[{\"id\":2,\"active\":false,\"config\":" CONFIG "}]"),
         "/repos/acme/api/hooks/2/deliveries?per_page=100");
    asks(said(github_missed, &m, 200, MISSED), "/repos/acme/api/hooks/2/deliveries/12");
    assert_int_equal(asked, 0);
    asks(said(github_missed, &m, 200, "{\"event\":\"push\",\"request\":{\"payload\":{\"ref\":\"x\"}}}"),
         "/repos/acme/api/hooks/2");
    assert_string_equal(method, "PATCH");
    assert_string_equal(body, "{\"active\":true}");
    assert_string_equal(source, "2");
    assert_int_equal(said(github_missed, &m, 200, "{}"), TALK_SENT);
    assert_true(m.hooks.at[0].mended);
    assert_int_equal(asked, 1);
    missed_free(&m);
}

static void github_touches_no_hook_that_it_may_not_or_that_works(void **state)
{
    (void)state;
    for (int active = 0; active < 2; active++) {
        struct missed m = open_missed(MISSED_REPO);
        permitted = 0;
        asks(github_missed(&m, NULL, &request, &err), "/repos/acme/api/hooks?per_page=100");
        asks(said(github_missed, &m, 200,
                  active ? "[{\"id\":2,\"active\":true,\"config\":" CONFIG "}]"
                         : "[{\"id\":2,\"active\":false,\"config\":" CONFIG "}]"),
             "/repos/acme/api/hooks/2/deliveries?per_page=100");
        assert_int_equal(said(github_missed, &m, 200, "[]"), TALK_SENT);
        assert_int_equal(asked, active ? 0 : 1);
        assert_false(m.hooks.at[0].mended);
        missed_free(&m);
    }
}

static void a_refusal_to_switch_on_is_told_and_goes_no_further(void **state)
{
    (void)state;
    struct missed m = open_missed(MISSED_REPO);
    asks(github_missed(&m, NULL, &request, &err), "/repos/acme/api/hooks?per_page=100");
    asks(said(github_missed, &m, 200, "[{\"id\":2,\"active\":false,\"config\":" CONFIG "}]"),
         "/repos/acme/api/hooks/2/deliveries?per_page=100");
    asks(said(github_missed, &m, 200, "[]"), "/repos/acme/api/hooks/2");
    assert_int_equal(said(github_missed, &m, 403, "{\"message\":\"Resource not accessible\"}"), TALK_SENT);
    assert_false(m.hooks.at[0].mended);
    assert_non_null(m.hooks.at[0].refused);
    missed_free(&m);
}

/* An edit at Gitea sets what it does not name, so all of it is said. */
static void gitea_switches_a_hook_on_and_leaves_the_rest_of_it_as_it_is(void **state)
{
    (void)state;
    struct missed m = open_missed(MISSED_REPO);
    asks(gitea_missed(&m, NULL, &request, &err), "/api/v1/repos/acme/api/hooks?limit=50");
    asks(linked(gitea_missed, &m, 200,
                "[{\"id\":5,\"active\":true,\"config\":" CONFIG ",\"events\":[]},"
                "{\"id\":6,\"active\":false,\"config\":" CONFIG ",\"branch_filter\":\"rel/*\","
                "\"authorization_header\":\"Basic x\",\"events\":[\"push\",\"pull_request\",\"pull_request_sync\","
                "\"pull_request_review_approved\",\"issues\"]}]",
                "<https://x/gitea/api/v1/repos/acme/api/hooks?limit=50&page=2>; rel=\"next\""),
         "/api/v1/repos/acme/api/hooks?limit=50&page=2");
    asks(said(gitea_missed, &m, 200,
              "[{\"id\":7,\"active\":false,\"config\":{\"url\":\"https://elsewhere/hook/one\"}}]"),
         "/api/v1/repos/acme/api/hooks/6");
    assert_string_equal(method, "PATCH");
    assert_string_equal(body, "{\"active\":true,\"events\":[\"push\",\"pull_request_only\",\"pull_request_sync\","
                              "\"pull_request_review_approved\",\"issues_only\",\"pull_request_review\"],"
                              "\"branch_filter\":\"rel/*\",\"authorization_header\":\"Basic x\"}");
    assert_string_equal(source, "/hook/one 7");
    assert_int_equal(said(gitea_missed, &m, 200, "{}"), TALK_SENT);
    assert_true(m.hooks.at[1].mended && m.listed);
    assert_false(m.hooks.at[0].mended);
    assert_int_equal(asked, 1);
    missed_free(&m);
}

static void gitea_tells_its_administrators_alone_of_hooks(void **state)
{
    (void)state;
    struct missed m = open_missed(MISSED_REPO);
    asks(gitea_missed(&m, NULL, &request, &err), "/api/v1/repos/acme/api/hooks?limit=50");
    assert_int_equal(said(gitea_missed, &m, 403, "{\"message\":\"no\"}"), TALK_SENT);
    assert_non_null(m.problem);
    assert_false(m.listed);
    missed_free(&m);
    m = open_missed(MISSED_REPO);
    asks(gitea_missed(&m, NULL, &request, &err), "/api/v1/repos/acme/api/hooks?limit=50");
    assert_int_equal(said(gitea_missed, &m, 502, ""), TALK_RETRY);
    missed_free(&m);
}

static void gitlab_says_how_long_a_hook_rests_and_why_it_is_not_mended(void **state)
{
    (void)state;
    struct missed m = open_missed(MISSED_REPO);
    asks(gitlab_missed(&m, NULL, &request, &err), "/api/v4/projects/7/hooks?per_page=100");
    asks(said(gitlab_missed, &m, 200,
              "[{\"id\":5,\"url\":\"https://ci.example.com/hook/one\",\"alert_status\":\"temporarily_disabled\","
              "\"disabled_until\":\"2026-09-21T13:00:00Z\"}]"),
         "/api/v4/projects/7/hooks/5/events?per_page=20");
    asks(said(gitlab_missed, &m, 200, "[]"), "/api/v4/projects/7/hooks/5");
    assert_string_equal(method, "PUT");
    assert_int_equal(said(gitlab_missed, &m, 403, "{}"), TALK_SENT);
    assert_int_equal(m.hooks.at[0].trouble, HOOK_RESTING);
    assert_string_equal(m.hooks.at[0].until, "2026-09-21T13:00:00Z");
    assert_string_equal(m.hooks.at[0].refused, "the forge answered 403");
    assert_int_equal(asked, 0); /* that is no switch */
    missed_free(&m);
}

static void only_what_was_sent_since_the_server_is_up_says_whether_a_hook_is_silent(void **state)
{
    (void)state;
    static const struct {
        msec_t up;
        bool arrived, failed;
    } rows[] = {{1789992002500, true, false}, {1789992003500, false, false}, {1789992000000, true, true}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct missed m = open_missed(MISSED_REPO);
        m.up = rows[i].up;
        asks(github_missed(&m, NULL, &request, &err), "/repos/acme/api/hooks?per_page=100");
        asks(said(github_missed, &m, 200, "[{\"id\":2,\"active\":true,\"config\":" CONFIG "}]"),
             "/repos/acme/api/hooks/2/deliveries?per_page=100");
        (void)said(github_missed, &m, 200,
                   "[{\"id\":13,\"guid\":\"c\",\"status_code\":202,\"delivered_at\":\"2026-09-21T12:00:03Z\"},"
                   "{\"id\":12,\"guid\":\"b\",\"status_code\":502,\"delivered_at\":\"2026-09-21T12:00:02Z\"}]");
        api_request_done(&request);
        request = (struct api_request){0};
        assert_int_equal(m.hooks.at[0].arrived != 0, rows[i].arrived);
        assert_int_equal(m.hooks.at[0].failed != 0, rows[i].failed);
        missed_free(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_apps_deliveries_are_read_page_by_page),
        cmocka_unit_test(an_app_without_a_webhook_or_with_one_elsewhere_has_nothing_to_look_through),
        cmocka_unit_test(an_app_that_cannot_sign_in_is_no_reason_to_try_all_the_time),
        cmocka_unit_test(the_deliveries_of_an_organisation_have_pages_too),
        cmocka_unit_test(github_switches_on_what_it_may_when_what_was_missed_is_read),
        cmocka_unit_test(github_touches_no_hook_that_it_may_not_or_that_works),
        cmocka_unit_test(a_refusal_to_switch_on_is_told_and_goes_no_further),
        cmocka_unit_test(gitea_switches_a_hook_on_and_leaves_the_rest_of_it_as_it_is),
        cmocka_unit_test(gitea_tells_its_administrators_alone_of_hooks),
        cmocka_unit_test(gitlab_says_how_long_a_hook_rests_and_why_it_is_not_mended),
        cmocka_unit_test(only_what_was_sent_since_the_server_is_up_says_whether_a_hook_is_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
