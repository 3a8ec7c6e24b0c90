/* SPDX-License-Identifier: Apache-2.0 */
/* The table of routes as a description, and queries against it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "fmt/json.h"
#include "server/api/openapi.h"
#include "server/api/page.h"
#include "server/api/params.h"

static void every_route_is_described_once_and_by_names_that_are_there(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf b = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err e = {0};
    size_t n = 0, described = 0, at = 0;
    struct sv key;
    const struct jval *v;
    if (openapi_write(api_routes, &b, &e) < 0 || jdoc_parse(buf_view(&b), NULL, &doc, &e) < 0)
        fail_msg("%s", e.msg); /* twice the same operation is a key that is there twice */
    while (api_routes[n].path)
        n++;
    const struct jval *paths = jval_get(jdoc_root(doc), "paths");
    while (jval_each(paths, &at, &key, &v))
        described += jval_len(v);
    assert_int_equal(described, n);
    const struct jval *cancel = jval_at(paths, "/api/v1/runs/{id}/cancel", "post");
    assert_true(sv_is(jval_str(jval_get(cancel, "operationId")), "post_runs_id_cancel"));
    const struct jval *scopes = jval_get(jval_item(jval_get(cancel, "security"), 0), "token");
    assert_true(jval_len(scopes) == 1 && sv_is(jval_str(jval_item(scopes, 0)), "run"));
    assert_int_equal(jval_kind(jval_at(cancel, "responses", "409", "content", "application/problem+json")), J_OBJECT);
}

static void a_row_that_names_what_is_not_there_is_an_error(void **state)
{
    (void)state;
    static const struct api_route rows[][2] = {
        {{"GET", "/api/v1/a", API_READ, NULL, "a", "no_such_parameter", NULL, "200:run"}, {0}},
        {{"GET", "/api/v1/a", API_READ, NULL, "a", NULL, "no_such_body", "200:run"}, {0}},
        {{"GET", "/api/v1/a", API_READ, NULL, "a", NULL, NULL, "200:no_such_answer"}, {0}},
        {{"GET", "/api/v1/a", API_READ, NULL, "a", NULL, NULL, "299:run"}, {0}},
        {{"GET", "/api/v1/a", API_READ, NULL, "a", NULL, NULL, "all:run"}, {0}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf b = {0};
        struct err e = {0};
        assert_int_equal(openapi_write(rows[i], &b, &e), -1);
        assert_non_null(strstr(e.msg, "/api/v1/a"));
    }
}

static void a_query_is_held_against_what_the_route_takes(void **state)
{
    (void)state;
    static const struct {
        const char *params, *query, *why; /* NULL = right */
    } rows[] = {
        {NULL, "", NULL},
        {"limit", "", NULL},
        {"limit cursor", "limit=1000", NULL},
        {"limit cursor", "cursor=62&limit=1", NULL},
        {"run_state", "state=timed_out", NULL},
        {"sha", "sha=0123456789012345678901234567890123456789", NULL},
        {"artifact! offset", "name=a%20b&offset=9223372036854775807", NULL},
        {"offset", "offset=-1", "offset is a number from 0 on"},
        {"limit", "limit=0", "limit is a number from 1 to 1000"},
        {"limit", "limit=1001", "limit is a number from 1 to 1000"},
        {"limit", "limit=", "limit is a number from 1 to 1000"},
        {"limit", "limit", "limit is not encoded as it must be"},
        {"limit", "limit=%3", "limit is not encoded as it must be"},
        {"limit", "limit=1&limit=1", "limit is said twice"},
        {"limit", "limit=1&", "a parameter that is not known here"},
        {"limit", "Limit=1", "a parameter that is not known here"},
        {"limit", "lim=1", "a parameter that is not known here"},
        {NULL, "a=b", "a parameter that is not known here"},
        {"before", "before=nonsense", "before is an id"},
        {"sha", "sha=0123456789ABCDEF0123456789ABCDEF01234567", "sha is a whole object id of 40 or 64 digits"},
        {"effect_state", "state=gone", "state is one of pending, inflight, uncertain, sent, coalesced, dead"},
        {"run_state", "state=", "state is one of"},
        {"workflow", "workflow=%ff", "workflow is a text of 1 to 500 bytes"},
        {"workflow", "workflow=", "workflow is a text of 1 to 500 bytes"},
        {"artifact! offset", "offset=1", "name is missing"},
        {"artifact! offset", "", "name is missing"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct err e = {0};
        int rc = api_query_check(rows[i].params, sv_of(rows[i].query), &e);
        if (rc != (rows[i].why ? -1 : 0) || (rows[i].why && !strstr(e.msg, rows[i].why)))
            fail_msg("%s: %s", rows[i].query, e.msg);
    }
}

static void a_cursor_goes_on_in_its_own_list_alone(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf cursor = {0}, place = {0};
    api_cursor_put(LIST_FLAKY, SV("a\nb\nc d"), &cursor);
    assert_true(api_cursor_get(LIST_FLAKY, buf_view(&cursor), &place));
    assert_true(sv_is(buf_view(&place), "a\nb\nc d"));
    assert_false(api_cursor_get(LIST_RUNS, buf_view(&cursor), &place));
    static const char *const bad[] = {"", "6", "zz", "65", "6500", "650061", "65g1"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(api_cursor_get(LIST_FLAKY, sv_of(bad[i]), &place));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_is_described_once_and_by_names_that_are_there),
        cmocka_unit_test(a_row_that_names_what_is_not_there_is_an_error),
        cmocka_unit_test(a_query_is_held_against_what_the_route_takes),
        cmocka_unit_test(a_cursor_goes_on_in_its_own_list_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
