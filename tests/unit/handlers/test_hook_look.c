/* SPDX-License-Identifier: Apache-2.0 */
/* The webhooks of an App and of an organisation. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "handlers/forge/github/github.h"

static struct api_request request;
static struct err err;

static void asks(enum talk_next next, const char *path)
{
    assert_int_equal(next, TALK_CALL);
    assert_string_equal(request.path.p, path);
    api_request_done(&request);
    request = (struct api_request){0};
}

static int64_t looked_through;
static int64_t since(void *ctx, const char *name)
{
    (void)ctx, (void)name;
    return looked_through;
}

static const struct missed_place here[] = {{"/hook/one", false}};
static struct missed open_missed(enum missed_of of)
{
    looked_through = 1789900000000;
    return (struct missed){.of = of,
                           .repo = of == MISSED_APP ? "" : "acme/api",
                           .repo_id = of == MISSED_APP ? 0 : 7,
                           .now = 1790000000000,
                           .public_url = "https://ci.example.com",
                           .places = here,
                           .n_places = 1,
                           .since = since};
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
    assert_int_equal(m.hooks.n, 1);
    missed_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_apps_deliveries_are_read_page_by_page),
        cmocka_unit_test(an_app_without_a_webhook_or_with_one_elsewhere_has_nothing_to_look_through),
        cmocka_unit_test(an_app_that_cannot_sign_in_is_no_reason_to_try_all_the_time),
        cmocka_unit_test(the_deliveries_of_an_organisation_have_pages_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
