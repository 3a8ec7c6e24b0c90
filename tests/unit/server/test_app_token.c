/* SPDX-License-Identifier: Apache-2.0 */
/* The token of an App under a clock that the test moves. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "server/app_token.h"

#define T0 1764460800000 /* 2025-11-30T00:00:00Z */
#define INSTALLATION                                                                                                   \
    "{\"id\":7,\"permissions\":{\"checks\":\"write\",\"contents\":\"read\",\"issues\":\"write\","                      \
    "\"metadata\":\"read\",\"statuses\":\"write\",\"repository_hooks\":\"admin\"}}"
#define TOKEN(name_, until_) "{\"token\":\"" name_ "\",\"expires_at\":\"" until_ "\"}"

struct rig {
    struct app_clock clock;
    struct app_token t;
    struct api_request q;
    struct err e;
    msec_t now;
};

static struct rig rig_new(enum credential_use use)
{
    return (struct rig){.now = T0, .t = {.ops = forge_find(SV("github"))->app, .repo = "acme/my api", .use = use}};
}

static void rig_free(struct rig *r)
{
    app_token_done(&r->t);
    api_request_done(&r->q);
}

static enum app_next want(struct rig *r)
{
    r->t.clock = &r->clock;
    return app_token_want(&r->t, r->now, &r->q, &r->e);
}

static enum app_next answer(struct rig *r, int status, const char *body, const char *date)
{
    struct api_reply reply = {.status = status, .body = sv_of(body), .date = sv_of(date)};
    return app_token_answered(&r->t, &reply, r->now, &r->q, &r->e);
}

static void asked(const struct rig *r, const char *method, const char *path)
{
    assert_string_equal(r->q.method, method);
    assert_string_equal(r->q.path.p, path);
}

static void get_first(struct rig *r)
{
    assert_int_equal(want(r), APP_CALL);
    asked(r, "GET", "/repos/acme/my%20api/installation");
    assert_int_equal(answer(r, 200, INSTALLATION, NULL), APP_CALL);
    asked(r, "POST", "/app/installations/7/access_tokens");
    assert_int_equal(answer(r, 201, TOKEN("one", "2025-11-30T01:00:00Z"), NULL), APP_HAVE);
    assert_true(sv_is(buf_view(&r->t.token), "one"));
}

static void a_token_is_made_once_and_kept_until_five_minutes_before_its_end(void **state)
{
    (void)state;
    AUTO(rig_free) struct rig r = rig_new(USE_API);
    get_first(&r);
    r.now = T0 + 55 * 60000 - 1;
    assert_int_equal(want(&r), APP_HAVE);
    r.now = T0 + 55 * 60000;
    assert_int_equal(want(&r), APP_CALL); /* the installation is known */
    asked(&r, "POST", "/app/installations/7/access_tokens");
    assert_int_equal(answer(&r, 201, TOKEN("two", "2025-11-30T02:00:00Z"), NULL), APP_HAVE);
    assert_true(sv_is(buf_view(&r.t.token), "two"));
    assert_int_equal(r.t.generation, 2);
}

/* Those of GitHub have more than the 40 characters they once had: what is in them is the forge's business. */
static void a_token_may_be_long(void **state)
{
    (void)state;
    AUTO(rig_free) struct rig r = rig_new(USE_API);
    AUTO(buf_free) struct buf token = {0}, body = {0};
    buf_str(&token, "ghs_12345_");
    while (token.n < 4000)
        buf_str(&token, "eyJhbGciOiJSUzI1NiJ9.aZ-_");
    buf_fmt(&body, TOKEN("%s", "2025-11-30T01:00:00Z"), token.p);
    assert_int_equal(want(&r), APP_CALL);
    assert_int_equal(answer(&r, 200, INSTALLATION, NULL), APP_CALL);
    assert_int_equal(answer(&r, 201, body.p, NULL), APP_HAVE);
    assert_true(sv_eq(buf_view(&r.t.token), buf_view(&token)));
}

static void whoever_comes_while_one_asks_waits(void **state)
{
    (void)state;
    AUTO(rig_free) struct rig r = rig_new(USE_API);
    assert_int_equal(want(&r), APP_CALL);
    for (int i = 0; i < 100; i++)
        assert_int_equal(want(&r), APP_WAIT);
    assert_int_equal(answer(&r, 200, INSTALLATION, NULL), APP_CALL);
    assert_int_equal(want(&r), APP_WAIT);
    assert_int_equal(answer(&r, 0, "", NULL), APP_FAILED);
    assert_int_equal(want(&r), APP_CALL); /* a failure ends it, and the next one tries */
}

static void it_can_do_no_more_than_its_use_needs_and_was_granted(void **state)
{
    (void)state;
    static const char *const bodies[USE_N] = {
        [USE_API] = "{\"repositories\":[\"my api\"],\"permissions\":{\"checks\":\"write\",\"issues\":\"write\","
                    "\"metadata\":\"read\",\"statuses\":\"write\"}}",
        [USE_MERGE] = "{\"repositories\":[\"my api\"],\"permissions\":{\"contents\":\"read\",\"metadata\":\"read\"}}",
        [USE_DISPATCH] =
            "{\"repositories\":[\"my api\"],\"permissions\":{\"contents\":\"read\",\"metadata\":\"read\"}}",
        [USE_FETCH] = "{\"repositories\":[\"my api\"],\"permissions\":{\"contents\":\"read\",\"metadata\":\"read\"}}",
        /* granted is reading alone: pushing with it will say so */
        [USE_PUSH] = "{\"repositories\":[\"my api\"],\"permissions\":{\"contents\":\"read\",\"metadata\":\"read\"}}",
        [USE_HOOKS] = "{\"repositories\":[\"my api\"],\"permissions\":{\"metadata\":\"read\","
                      "\"repository_hooks\":\"write\"}}",
    };
    for (int use = 0; use < USE_N; use++) {
        AUTO(rig_free) struct rig r = rig_new((enum credential_use)use);
        assert_int_equal(want(&r), APP_CALL);
        assert_int_equal(answer(&r, 200, INSTALLATION, NULL), APP_CALL);
        assert_string_equal(r.q.body.p, bodies[use]);
    }
    AUTO(rig_free) struct rig r = rig_new(USE_FETCH);
    assert_int_equal(want(&r), APP_CALL);
    assert_int_equal(answer(&r, 200, "{\"id\":7,\"permissions\":{\"metadata\":\"read\"}}", NULL), APP_FAILED);
    assert_string_equal(r.e.msg, "the App was granted none of contents: read");
    assert_int_equal(r.e.cls, ERR_DENIED);
}

static void a_refusal_because_of_the_clock_mends_it_once_and_for_all(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"message\":\"'Expiration time' claim ('exp') is too far in the future\"}",
        "{\"message\":\"'Expiration time' claim ('exp') must be a numeric value representing the future time at which "
        "the assertion expires\"}",
        "{\"message\":\"'Issued at' claim ('iat') must be an Integer representing the time that the assertion was "
        "issued\"}",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        AUTO(rig_free) struct rig r = rig_new(USE_API);
        assert_int_equal(want(&r), APP_CALL);
        assert_int_equal(answer(&r, 401, texts[i], "Sat, 29 Nov 2025 23:50:00 GMT"), APP_CALL);
        asked(&r, "GET", "/repos/acme/my%20api/installation"); /* the same again */
        assert_int_equal(r.clock.offset, -600000);
        assert_int_equal(answer(&r, 200, INSTALLATION, NULL), APP_CALL);
        assert_int_equal(answer(&r, 201, TOKEN("t", "2025-11-30T00:50:00Z"), NULL), APP_HAVE);
        r.now += 54 * 60000; /* 00:44 at the forge */
        assert_int_equal(want(&r), APP_HAVE);
        r.now += 60000;
        assert_int_equal(want(&r), APP_CALL);
        assert_int_equal(r.clock.offset, -600000);
    }
    AUTO(rig_free) struct rig r = rig_new(USE_API);
    assert_int_equal(want(&r), APP_CALL);
    assert_int_equal(answer(&r, 401, texts[0], "Sat, 29 Nov 2025 23:50:00 GMT"), APP_CALL);
    assert_int_equal(answer(&r, 401, texts[0], "Sat, 29 Nov 2025 23:50:00 GMT"), APP_FAILED); /* once */
    assert_int_equal(want(&r), APP_CALL);
    assert_int_equal(
        answer(&r, 401, "{\"message\":\"A JSON web token could not be decoded\"}", "Sat, 29 Nov 2025 22:00:00 GMT"),
        APP_FAILED);
    assert_int_equal(r.clock.offset, -600000); /* nothing of a clock was said */
    assert_non_null(strstr(r.e.msg, "the App cannot sign in"));
    assert_int_equal(want(&r), APP_CALL);
    assert_int_equal(answer(&r, 401, texts[0], "yesterday"), APP_FAILED);
}

static void an_installation_that_is_gone_is_looked_for_once_more(void **state)
{
    (void)state;
    AUTO(rig_free) struct rig r = rig_new(USE_API);
    get_first(&r);
    r.now += 3600000;
    assert_int_equal(want(&r), APP_CALL);
    assert_int_equal(answer(&r, 404, "{\"message\":\"Not Found\"}", NULL), APP_CALL);
    asked(&r, "GET", "/repos/acme/my%20api/installation");
    assert_int_equal(answer(&r, 200, INSTALLATION, NULL), APP_CALL);
    assert_int_equal(answer(&r, 404, "{\"message\":\"Not Found\"}", NULL), APP_FAILED);
    assert_int_equal(r.e.cls, ERR_MISSING);
    assert_int_equal(want(&r), APP_CALL);
    asked(&r, "GET", "/repos/acme/my%20api/installation");
    assert_int_equal(answer(&r, 404, "{\"message\":\"Not Found\"}", NULL), APP_FAILED);
    assert_string_equal(r.e.msg, "the App is not installed at this repository");
}

static void an_installation_of_the_configuration_is_asked_for_by_its_number(void **state)
{
    (void)state;
    AUTO(rig_free) struct rig r = rig_new(USE_API);
    r.t.known = 99;
    assert_int_equal(want(&r), APP_CALL);
    asked(&r, "GET", "/app/installations/99");
}

static void a_token_refused_while_fresh_is_kept_and_later_made_anew(void **state)
{
    (void)state;
    AUTO(rig_free) struct rig r = rig_new(USE_API);
    get_first(&r);
    r.now += APP_FRESH_MS - 1;
    assert_false(app_token_refused(&r.t, 1, r.now));
    assert_int_equal(want(&r), APP_HAVE);
    r.now++;
    assert_true(app_token_refused(&r.t, 1, r.now));
    assert_int_equal(want(&r), APP_CALL);
    assert_int_equal(answer(&r, 201, TOKEN("two", "2025-11-30T01:00:00Z"), NULL), APP_HAVE);
    /* A second call that was under way with the old one: the new one is there for it. */
    assert_true(app_token_refused(&r.t, 1, r.now));
    assert_int_equal(want(&r), APP_HAVE);
    assert_true(sv_is(buf_view(&r.t.token), "two"));
}

static void answers_that_cannot_be_are_failures_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        enum err_class cls;
    } first[] = {{200, "", ERR_TRANSIENT},
                 {200, "[]", ERR_TRANSIENT},
                 {200, "{\"id\":\"7\",\"permissions\":{}}", ERR_TRANSIENT},
                 {200, "{\"id\":0,\"permissions\":{}}", ERR_TRANSIENT},
                 {200, "{\"id\":7}", ERR_TRANSIENT},
                 {200, "{\"id\":7,\"permissions\":{\"checks\":\"write\"},\"suspended_at\":\"2025-01-01T00:00:00Z\"}",
                  ERR_DENIED},
                 {502, "<html>", ERR_TRANSIENT},
                 {403, "{\"message\":\"You have exceeded a secondary rate limit\"}", ERR_LIMITED},
                 {0, "", ERR_TRANSIENT}};
    static const char *const second[] = {"",
                                         "{}",
                                         TOKEN("", "2025-11-30T01:00:00Z"),
                                         TOKEN("a b", "2025-11-30T01:00:00Z"),
                                         TOKEN("a\\r\\nX: y", "2025-11-30T01:00:00Z"),
                                         TOKEN("t", "soon"),
                                         "{\"token\":\"t\"}"};
    for (size_t i = 0; i < ARRAY_LEN(first); i++) {
        AUTO(rig_free) struct rig r = rig_new(USE_API);
        assert_int_equal(want(&r), APP_CALL);
        assert_int_equal(answer(&r, first[i].status, first[i].body, NULL), APP_FAILED);
        assert_int_equal(r.e.cls, first[i].cls);
        assert_true(r.e.msg[0]);
    }
    for (size_t i = 0; i < ARRAY_LEN(second); i++) {
        AUTO(rig_free) struct rig r = rig_new(USE_API);
        assert_int_equal(want(&r), APP_CALL);
        assert_int_equal(answer(&r, 200, INSTALLATION, NULL), APP_CALL);
        assert_int_equal(answer(&r, 201, second[i], NULL), APP_FAILED);
        assert_int_equal(r.t.token.n, 0);
        assert_int_equal(want(&r), APP_CALL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_made_once_and_kept_until_five_minutes_before_its_end),
        cmocka_unit_test(a_token_may_be_long),
        cmocka_unit_test(whoever_comes_while_one_asks_waits),
        cmocka_unit_test(it_can_do_no_more_than_its_use_needs_and_was_granted),
        cmocka_unit_test(a_refusal_because_of_the_clock_mends_it_once_and_for_all),
        cmocka_unit_test(an_installation_that_is_gone_is_looked_for_once_more),
        cmocka_unit_test(an_installation_of_the_configuration_is_asked_for_by_its_number),
        cmocka_unit_test(a_token_refused_while_fresh_is_kept_and_later_made_anew),
        cmocka_unit_test(answers_that_cannot_be_are_failures_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
