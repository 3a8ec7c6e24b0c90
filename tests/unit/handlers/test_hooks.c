/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations about webhooks, word for word. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "port/hook_talk.h"
#include "unit/handlers/talk_script.h"

#define URL "https://ci.example.com/hook/x"

static enum talk_next talk(const struct effect *x, struct effect_talk *t, const struct api_reply *reply,
                           struct api_request *ret_request, struct err *e)
{
    return hook_talk(CONTAINER_OF(x, struct hook_wish, effect), t, reply, ret_request, e);
}

struct case_ {
    const char *kind;
    enum hook_verb verb;
    const char *events[6];
    struct exchange say[8];
    enum hook_done done;
    size_t n_found, n_done;
    const char *secret;
    enum talk_next end;
    enum err_class cls;
};

static void run(const struct case_ *c)
{
    struct hook_answer answer = {0};
    struct hook_wish w = {.effect = {.repo = "acme/my api"},
                          .ops = forge_find(sv_of(c->kind))->hooks,
                          .verb = c->verb,
                          .url = URL,
                          .secret = c->secret ? c->secret : "s3cr3t",
                          .events = c->events,
                          .id = 5,
                          .answer = &answer};
    while (c->events[w.n_events])
        w.n_events++;
    struct conversation v = {.name = c->say[0].want, .x = &w.effect, .end = c->end ? c->end : TALK_SENT, .cls = c->cls};
    memcpy(v.say, c->say, sizeof c->say);
    hold(talk, &v);
    assert_int_equal(answer.done, c->done);
    assert_int_equal(answer.found.n, c->n_found);
    assert_int_equal(answer.n_done, c->n_done);
    hook_answer_free(&answer);
}

#define HUB_LIST "GET /repos/acme/my%20api/hooks?per_page=100&page=1"
#define HUB(id_, url_, events_, rest_)                                                                                 \
    "{\"id\":" id_ ",\"active\":true,\"events\":[" events_ "],\"config\":{\"url\":\"" url_                             \
    "\",\"content_type\":\"json\",\"secret\":\"********\"" rest_ "}}"
#define SIGNING "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
#define TLS_ON  ",\"insecure_ssl\":\"0\""

static void github_makes_one_hook_with_exactly_these_events(void **state)
{
    (void)state;
    run(&(struct case_){
        "github",
        HOOK_SET,
        {"push", "repository"},
        {{HUB_LIST, NULL, 200, "[" HUB("1", "https://other.example.com/", "\"push\"", TLS_ON) ",{\"id\":2},7]"},
         {"POST /repos/acme/my%20api/hooks",
          "{\"name\":\"web\",\"config\":{\"url\":\"" URL "\",\"content_type\":\"json\",\"secret\":\"s3cr3t\","
          "\"insecure_ssl\":\"0\"},\"events\":[\"push\",\"repository\"],\"active\":true}",
          201, "{\"id\":9}"}},
        HOOK_CREATED,
        0,
        1});
}

static void github_mends_what_differs_and_removes_a_second_one(void **state)
{
    (void)state;
    run(&(struct case_){
        "github",
        HOOK_SET,
        {"push"},
        {{HUB_LIST, NULL, 200,
          "[" HUB("3", URL, "\"push\",\"issues\"", TLS_ON) "," HUB("4", URL "/", "\"push\"", TLS_ON) "]"},
         {"PATCH /repos/acme/my%20api/hooks/3", "\"events\":[\"push\"],\"active\":true}", 200, "{}"},
         {"DELETE /repos/acme/my%20api/hooks/4", NULL, 204, ""}},
        HOOK_REPAIRED,
        2,
        2});
    static const char *const wrong[] = {
        HUB("3", URL, "\"push\"", ",\"insecure_ssl\":\"1\""),
        HUB("3", URL, "\"push\"", ",\"insecure_ssl\":1"),
        "{\"id\":3,\"active\":false,\"events\":[\"push\"],\"config\":{\"url\":\"" URL "\",\"content_type\":\"json\"}}",
        "{\"id\":3,\"active\":true,\"events\":[\"push\"],\"config\":{\"url\":\"" URL "\",\"content_type\":\"form\"}}",
        HUB("3", URL, "", TLS_ON),
        HUB("3", URL, "\"*\"", TLS_ON)};
    for (size_t i = 0; i <= ARRAY_LEN(wrong); i++) {
        AUTO(buf_free) struct buf list = {0};
        buf_fmt(&list, "[%s]", i < ARRAY_LEN(wrong) ? wrong[i] : HUB("3", URL, "\"push\"", TLS_ON));
        run(&(struct case_){
            "github",
            HOOK_SET,
            {"push"},
            {{HUB_LIST, NULL, 200, list.p}, {"PATCH /repos/acme/my%20api/hooks/3", "\"secret\":\"s3cr3t\"", 200, "{}"}},
            i < ARRAY_LEN(wrong) ? HOOK_REPAIRED : HOOK_KEPT,
            1,
            1});
    }
}

static void github_goes_through_all_pages(void **state)
{
    (void)state;
    run(&(struct case_){"github",
                        HOOK_LOOK,
                        {"push"},
                        {{HUB_LIST, NULL, 200, "[]", .link = "<https://api.github.com/x?page=2>; rel=\"next\""},
                         {"GET /repos/acme/my%20api/hooks?per_page=100&page=2", NULL, 200,
                          "[" HUB("8", URL, "", "") "]", .link = "<https://api.github.com/x?page=1>; rel=\"prev\""}},
                        HOOK_NOTHING,
                        1,
                        0});
}

static void a_secret_is_set_and_the_events_stay_as_they_are(void **state)
{
    (void)state;
    run(&(struct case_){
        "github",
        HOOK_SECRET,
        {NULL},
        {{HUB_LIST, NULL, 200, "[" HUB("3", URL, "\"push\"", TLS_ON) "," HUB("4", URL, "\"push\"", TLS_ON) "]"},
         {"PATCH /repos/acme/my%20api/hooks/3",
          "{\"config\":{\"url\":\"" URL "\",\"content_type\":\"json\",\"secret\":\"s3cr3t\",\"insecure_ssl\":\"0\"}}",
          200, "{}"},
         {"PATCH /repos/acme/my%20api/hooks/4", "s3cr3t", 200, "{}"}},
        HOOK_KEPT,
        2,
        2});
    run(&(struct case_){
        "gitea",
        HOOK_SECRET,
        {NULL},
        {{"GET /api/v1/repos/acme/my%20api/hooks?limit=50&page=1", NULL, 200,
          "[" HUB("3", URL, "\"issues\"", "},\"branch_filter\":\"rel/*\",\"and\":{\"more\":1") "]"},
         {"PATCH /api/v1/repos/acme/my%20api/hooks/3", /* an edit there sets what it does not name */
          "{\"config\":{\"url\":\"" URL "\",\"content_type\":\"json\",\"secret\":\"s3cr3t\"},"
          "\"events\":[\"issues_only\"],\"branch_filter\":\"rel/*\"}",
          200, "{}"}},
        HOOK_KEPT,
        1,
        1});
    run(&(struct case_){"gitlab",
                        HOOK_SECRET,
                        {NULL},
                        {{"GET /api/v4/projects/acme%2Fmy%20api/hooks?per_page=100&page=1", NULL, 200,
                          "[{\"id\":3,\"url\":\"" URL "\",\"push_events\":true}]"},
                         {"PUT /api/v4/projects/acme%2Fmy%20api/hooks/3",
                          "{\"url\":\"" URL "\",\"signing_token\":\"" SIGNING "\"}", 200, "{}"}},
                        HOOK_KEPT,
                        1,
                        1,
                        .secret = SIGNING});
}

/* The description (OpenAPI, 19.5): "whsec_<base64> format encoding a 32-byte key". Such a hook is looked for all the
 * same, tried and removed. */
static void gitlab_is_not_sent_a_signing_token_that_it_would_refuse(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "whsec_",
        "whsec_YWJj",
        "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZQ==",
        "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY",
        "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNk_WY=",
        SIGNING "MDEy",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        for (int secret_alone = 0; secret_alone < 2; secret_alone++)
            run(&(struct case_){"gitlab",
                                secret_alone ? HOOK_SECRET : HOOK_SET,
                                {"push_events"},
                                {{NULL}},
                                HOOK_NOTHING,
                                0,
                                0,
                                .secret = bad[i],
                                .end = TALK_DEAD,
                                .cls = ERR_INVALID});
    run(&(struct case_){"gitlab",
                        HOOK_REMOVE,
                        {NULL},
                        {{"GET /api/v4/projects/acme%2Fmy%20api/hooks?per_page=100&page=1", NULL, 200, "[]"}},
                        HOOK_NOTHING,
                        0,
                        0,
                        .secret = bad[1]});
}

static void gitlab_switches_events_on_and_off_and_leaves_the_branch_filter(void **state)
{
    (void)state;
    run(&(struct case_){"gitlab",
                        HOOK_SET,
                        {"merge_requests_events", "note_events"},
                        {{"GET /api/v4/projects/acme%2Fmy%20api/hooks?per_page=100&page=1", NULL, 200, "[]"},
                         {"POST /api/v4/projects/acme%2Fmy%20api/hooks",
                          "{\"url\":\"" URL "\",\"token\":\"s3cr3t\",\"enable_ssl_verification\":true,"
                          "\"merge_requests_events\":true,\"note_events\":true,\"push_events\":false}",
                          201, "{\"id\":7}"}},
                        HOOK_CREATED,
                        0,
                        1});
    run(&(struct case_){
        "gitlab",
        HOOK_SET,
        {"push_events"},
        {{"GET /api/v4/projects/acme%2Fmy%20api/hooks?per_page=100&page=1", NULL, 200,
          "[{\"id\":3,\"url\":\"" URL "\",\"push_events\":true,\"emoji_events\":true,\"job_events\":null,"
          "\"enable_ssl_verification\":true,\"push_events_branch_filter\":\"main\"}]"},
         {"PUT /api/v4/projects/acme%2Fmy%20api/hooks/3",
          "{\"url\":\"" URL "\",\"token\":\"s3cr3t\",\"enable_ssl_verification\":true,"
          "\"push_events\":true,\"emoji_events\":false}",
          200, "{}"}},
        HOOK_REPAIRED,
        1,
        1});
    run(&(struct case_){"gitlab",
                        HOOK_SET,
                        {"push_events"},
                        {{"GET /api/v4/projects/acme%2Fmy%20api/hooks?per_page=100&page=1", NULL, 200,
                          "[{\"id\":3,\"url\":\"" URL "\",\"push_events\":true,\"repository_update_events\":true,"
                          "\"enable_ssl_verification\":true}]"},
                         {"PUT /api/v4/projects/acme%2Fmy%20api/hooks/3", "\"push_events\":true}", 200, "{}"}},
                        HOOK_KEPT,
                        1,
                        1});
}

static void what_gitea_adds_by_itself_is_no_difference(void **state)
{
    (void)state;
    run(&(struct case_){
        "gitea",
        HOOK_SET,
        {"pull_request", "repository"},
        {{"GET /api/v1/repos/acme/my%20api/hooks?limit=50&page=1", NULL, 200,
          "[" HUB("3", URL, "\"pull_request\",\"pull_request_sync\",\"pull_request_label\",\"repository\"", "") "]"},
         {"PATCH /api/v1/repos/acme/my%20api/hooks/3", "\"events\":[\"pull_request\",\"repository\"],\"active\":true}",
          200, "{}"}},
        HOOK_KEPT,
        1,
        1});
    run(&(struct case_){
        "gitea",
        HOOK_SET,
        {"push"},
        {{"GET /api/v1/repos/acme/my%20api/hooks?limit=50&page=1", NULL, 200, "[]"},
         {"POST /api/v1/repos/acme/my%20api/hooks", "{\"type\":\"gitea\",\"config\":{", 201, "{\"id\":1}"}},
        HOOK_CREATED,
        0,
        1});
}

static void only_what_points_at_our_address_is_removed(void **state)
{
    (void)state;
    run(&(struct case_){
        "github",
        HOOK_REMOVE,
        {NULL},
        {{HUB_LIST, NULL, 200,
          "[" HUB("1", URL "/more", "", "") "," HUB("2", "https://ci.example.com/hook/X", "", "") "," HUB(
              "3", URL, "", "") "," HUB("4", "https://ci.example.com", "", "") "," HUB("5", URL "/", "", "") "]"},
         {"DELETE /repos/acme/my%20api/hooks/3", NULL, 404, "{}"}, /* somebody was faster */
         {"DELETE /repos/acme/my%20api/hooks/5", NULL, 204, ""}},
        HOOK_REMOVED,
        2,
        2});
    run(&(struct case_){"github", HOOK_REMOVE, {NULL}, {{HUB_LIST, NULL, 200, "[]"}}, HOOK_NOTHING, 0, 0});
}

static void each_forge_is_asked_to_try_its_hook(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *want;
    } rows[] = {{"github", "POST /repos/acme/my%20api/hooks/5/pings"},
                {"gitlab", "POST /api/v4/projects/acme%2Fmy%20api/hooks/5/test/push_events"},
                {"gitea", "POST /api/v1/repos/acme/my%20api/hooks/5/tests"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        run(&(struct case_){rows[i].kind, HOOK_PING, {NULL}, {{rows[i].want, NULL, 204, ""}}, HOOK_PINGED, 0, 0});
}

static void answers_that_cannot_be_end_it_with_a_reason(void **state)
{
    (void)state;
    static const char *const lists[] = {"", "{}", "[", "null", "\"x\""};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        run(&(struct case_){"github",
                            HOOK_SET,
                            {"push"},
                            {{HUB_LIST, NULL, 200, lists[i]}},
                            HOOK_NOTHING,
                            0,
                            0,
                            .end = TALK_RETRY,
                            .cls = ERR_TRANSIENT});
    run(&(struct case_){"github",
                        HOOK_SET,
                        {"push"},
                        {{HUB_LIST, NULL, 404, "{}"}},
                        HOOK_NOTHING,
                        0,
                        0,
                        .end = TALK_DEAD,
                        .cls = ERR_MISSING});
    run(&(struct case_){"github",
                        HOOK_SET,
                        {"push"},
                        {{HUB_LIST, NULL, 200, "[]"}, {"POST /repos/acme/my%20api/hooks", "web", 201, "{"}},
                        HOOK_NOTHING,
                        0,
                        0,
                        .end = TALK_UNCERTAIN,
                        .cls = ERR_UNCERTAIN});
    run(&(struct case_){
        "github",
        HOOK_SET,
        {"push"},
        {{HUB_LIST, NULL, 200, "[]"}, {"POST /repos/acme/my%20api/hooks", "web", 0, "", .maybe_sent = true}},
        HOOK_NOTHING,
        0,
        0,
        .end = TALK_UNCERTAIN,
        .cls = ERR_UNCERTAIN});
}

/* Not one that fettle makes itself. */
static void every_row_is_of_an_event_that_a_forge_sends(void **state)
{
    (void)state;
    static const char *const kinds[] = {"github", "gitlab", "gitea"};
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        size_t n = 0;
        for (const struct hook_row *r = forge_find(sv_of(kinds[k]))->hooks->rows; r->name; r++, n++) {
            assert_true(r->event < WF_EVENT_N);
            assert_false(r->event == WF_SCHEDULE || r->event == WF_WORKFLOW_CALL || r->event == WF_WORKFLOW_DISPATCH);
        }
        assert_true(n > 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(github_makes_one_hook_with_exactly_these_events),
        cmocka_unit_test(github_mends_what_differs_and_removes_a_second_one),
        cmocka_unit_test(github_goes_through_all_pages),
        cmocka_unit_test(a_secret_is_set_and_the_events_stay_as_they_are),
        cmocka_unit_test(gitlab_is_not_sent_a_signing_token_that_it_would_refuse),
        cmocka_unit_test(gitlab_switches_events_on_and_off_and_leaves_the_branch_filter),
        cmocka_unit_test(what_gitea_adds_by_itself_is_no_difference),
        cmocka_unit_test(only_what_points_at_our_address_is_removed),
        cmocka_unit_test(each_forge_is_asked_to_try_its_hook),
        cmocka_unit_test(answers_that_cannot_be_end_it_with_a_reason),
        cmocka_unit_test(every_row_is_of_an_event_that_a_forge_sends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
