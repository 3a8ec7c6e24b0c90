/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "handlers/forge/gitlab/gitlab.h"
#include "unit/handlers/talk_script.h"

#define PROJECT   "/api/v4/projects/acme%2Fweb%2Ffrontend"
#define START     "POST " PROJECT "/pipeline"
#define LIST      "GET " PROJECT "/pipelines?ref=release%2F1&source=api&order_by=id&sort=desc&per_page=50"
#define VARS(id)  "GET " PROJECT "/pipelines/" #id "/variables"
#define ROW(id, at) "{\"id\":" #id ",\"web_url\":\"w" #id "\",\"created_at\":\"" at "\"}"
#define VAR(value) "[{\"variable_type\":\"env_var\",\"key\":\"FETTLE_TOKEN\",\"value\":\"" value "\"}]"
#define MADE      1700000000000 /* 2023-11-14T22:13:20Z */
#define AFTER     "2023-11-14T22:13:21.000Z"
#define BEFORE    "2023-11-14T20:13:21.000Z"

static const struct effect bare = {.kind = EFFECT_DISPATCH, .repo = "acme/web/frontend", .created_at = MADE,
                                   .dispatch = {.ref = "release/1", .token = "tok1", .hops = 2}};

static void inputs_are_variables_beside_our_own(void **state)
{
    (void)state;
    struct effect x = bare;
    x.dispatch.event = "deploy";
    x.dispatch.inputs = "{\"where\":\"prod\",\"n\":3}";
    hold(gitlab_talk,
         &(struct conversation){
             "all of them", &x,
             .say = {{START,
                      "{\"ref\":\"release/1\",\"variables\":[{\"key\":\"FETTLE_TOKEN\",\"value\":\"tok1\"},"
                      "{\"key\":\"FETTLE_HOPS\",\"value\":\"2\"},{\"key\":\"FETTLE_EVENT\",\"value\":\"deploy\"},"
                      "{\"key\":\"where\",\"value\":\"prod\"},{\"key\":\"n\",\"value\":\"3\"}]}",
                      201, "{\"id\":46,\"web_url\":\"w\"}"}},
             .end = TALK_SENT, .id = "46", .url = "w"});
}

static void what_gitlab_has_not_got_is_refused_before_anything_is_sent(void **state)
{
    (void)state;
    static const struct dispatch_body rows[] = {
        {.workflow = "ci.yml", .ref = "main", .token = "t"},
        {.event = "deploy", .token = "t"},
        {.ref = "", .event = "deploy", .token = "t"},
        {.ref = "main", .token = "t", .inputs = "[1]"},
        {.ref = "main", .token = "t", .inputs = "{"},
        {.ref = "main", .token = "t", .inputs = "{\"with-dash\":\"1\"}"},
        {.ref = "main", .token = "t", .inputs = "{\"\":\"1\"}"},
        {.ref = "main", .token = "t", .inputs = "{\"FETTLE_TOKEN\":\"1\"}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct effect x = bare;
        x.dispatch = rows[i];
        hold(gitlab_talk, &(struct conversation){"refused", &x, .end = TALK_DEAD, .cls = ERR_INVALID});
    }
}

#define POST START, "tok1"

static void an_answer_to_a_start_is_judged_by_the_table(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"no such ref", &bare, .say = {{POST, 400, "{\"message\":{\"base\":[\"Reference not found\"]}}"}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"not allowed", &bare, .say = {{POST, 403, "{\"message\":\"403 Forbidden\"}"}},
         .end = TALK_DEAD, .cls = ERR_DENIED},
        {"not there", &bare, .say = {{POST, 404, "{}"}}, .end = TALK_DEAD, .cls = ERR_MISSING},
        {"limited", &bare, .say = {{POST, 429, "Retry later", .retry_after = "9"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 9000},
        {"never sent", &bare, .say = {{POST, 0}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"lost", &bare, .say = {{POST, 0, .maybe_sent = true}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"5xx", &bare, .say = {{POST, 500, ""}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"cut", &bare, .say = {{POST, 201, "{\"id\":4"}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitlab_talk, &rows[i]);
}

static void a_lost_start_is_found_by_its_token(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"it had arrived", &bare, .look_first = true,
         .say = {{LIST, NULL, 200, "[" ROW(9, AFTER) "," ROW(8, AFTER) "]"},
                 {VARS(9), NULL, 200, VAR("other")},
                 {VARS(8), NULL, 200, VAR("tok1")}},
         .end = TALK_SENT, .id = "8", .url = "w8"},
        {"it had not", &bare, .look_first = true,
         .say = {{LIST, NULL, 200, "[" ROW(9, AFTER) "]"}, {VARS(9), NULL, 200, "[]"}, {POST, 201, "{\"id\":10}"}},
         .end = TALK_SENT, .id = "10"},
        {"none at all", &bare, .look_first = true, .say = {{LIST, NULL, 200, "[]"}, {POST, 201, "{\"id\":10}"}},
         .end = TALK_SENT},
        {"older ones are not looked at", &bare, .look_first = true,
         .say = {{LIST, NULL, 200, "[" ROW(9, AFTER) "," ROW(3, BEFORE) "]"},
                 {VARS(9), NULL, 200, "[]"},
                 {POST, 201, "{\"id\":10}"}},
         .end = TALK_SENT},
        {"those of others may not be read", &bare, .look_first = true,
         .say = {{LIST, NULL, 200, "[" ROW(9, AFTER) "," ROW(8, AFTER) "]"},
                 {VARS(9), NULL, 403, "{}"},
                 {VARS(8), NULL, 404, "{}"},
                 {POST, 201, "{\"id\":10}"}},
         .end = TALK_SENT},
        {"the list may not be read", &bare, .look_first = true, .say = {{LIST, NULL, 403, "{}"}},
         .end = TALK_DEAD, .cls = ERR_DENIED},
        {"the list is away", &bare, .look_first = true, .say = {{LIST, NULL, 502, ""}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"a garbled list", &bare, .look_first = true, .say = {{LIST, NULL, 200, "{}"}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"garbled variables", &bare, .look_first = true,
         .say = {{LIST, NULL, 200, "[" ROW(9, AFTER) "]"}, {VARS(9), NULL, 200, "[{"}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"the variables are away", &bare, .look_first = true,
         .say = {{LIST, NULL, 200, "[" ROW(9, AFTER) "]"}, {VARS(9), NULL, 0, .maybe_sent = true}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitlab_talk, &rows[i]);
    hold_with_broken_answers(gitlab_talk, &bare, 201, "{\"id\":46,\"web_url\":\"w\"}");
}

/* Fifty younger ones, none ours: it may be the fifty-first. */
static void too_many_to_look_at_is_an_end_and_not_a_second_start(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf list = {0};
    struct effect_talk t = {.look_first = true};
    struct api_request q = {0};
    struct err e = {0};
    int starts = 0, looks = 0;
    for (int i = 0; i < 50; i++)
        buf_fmt(&list, "%s{\"id\":%d,\"created_at\":\"" AFTER "\"}", i ? "," : "[", 100 - i);
    buf_chr(&list, ']');
    enum talk_next next = gitlab_talk(&bare, &t, NULL, &q, &e);
    for (; next == TALK_CALL; looks++) {
        starts += !strcmp(q.method, "POST");
        struct api_reply r = {.status = 200, .body = looks ? SV("[]") : buf_view(&list)};
        next = gitlab_talk(&bare, &t, &r, &q, &e);
    }
    assert_int_equal(next, TALK_DEAD);
    assert_int_equal(starts, 0);
    assert_int_equal(looks, 51);
    api_request_done(&q);
    effect_talk_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inputs_are_variables_beside_our_own),
        cmocka_unit_test(what_gitlab_has_not_got_is_refused_before_anything_is_sent),
        cmocka_unit_test(an_answer_to_a_start_is_judged_by_the_table),
        cmocka_unit_test(a_lost_start_is_found_by_its_token),
        cmocka_unit_test(too_many_to_look_at_is_an_end_and_not_a_second_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
