/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "handlers/forge/github/github.h"
#include "unit/handlers/talk_script.h"

#define TOKEN          "7k3m9p2q4r6s8t0v"
#define START          "POST /repos/acme/backend/actions/workflows/deploy.yml/dispatches"
#define RUNS           "GET /repos/acme/backend/actions/workflows/deploy.yml/runs?event=workflow_dispatch&per_page=100"
#define SINCE          "&created=%3E%3D2026-11-23T09%3A00%3A00Z"
#define EVENT          "POST /repos/acme/backend/dispatches"
#define OWN "\"fettle_token\":\"" TOKEN "\",\"fettle_hops\":\"2\"}"
#define DETAILS ",\"return_run_details\":true}"
#define FULL           "{\"ref\":\"main\",\"inputs\":{\"env\":\"prod\"," OWN DETAILS
#define BARE "{\"ref\":\"main\",\"inputs\":{\"env\":\"prod\"}" DETAILS
#define RUN(id, title) "{\"id\":" #id ",\"name\":\"Deploy\",\"display_title\":\"" title "\",\"html_url\":\"u" #id "\"}"
#define PAGE(runs)     "{\"total_count\":1,\"workflow_runs\":[" runs "]}"
#define NEXT           "<https://api.github.com/repositories/1/actions/workflows/5/runs?page=2>; rel=\"next\""
#define UNEXPECTED     422, "{\"message\":\"Unexpected inputs provided: [\\\"fettle_token\\\", \\\"fettle_hops\\\"]\"}"

static const struct effect workflow = {
    .kind = EFFECT_DISPATCH,
    .repo = "acme/backend",
    .created_at = 1795428000000,
    .dispatch = {.workflow = "deploy.yml", .ref = "main", .inputs = "{\"env\":\"prod\"}", .token = TOKEN, .hops = 2}};
static const struct effect event = {
    .kind = EFFECT_DISPATCH,
    .repo = "acme/backend",
    .dispatch = {
        .event = "deployed", .inputs = "{\"env\":\"prod\",\"n\":7,\"fettle_hops\":\"0\"}", .token = TOKEN, .hops = 2}};

static void a_workflow_is_started_with_our_token_where_it_takes_one(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"without a word", &workflow, .say = {{START, FULL, 204, ""}}, .end = TALK_SENT, .id = ""},
        {"with its run", &workflow,
         .say = {{START, FULL, 200, "{\"workflow_run_id\":91,\"run_url\":\"a\",\"html_url\":\"h\"}"}}, .end = TALK_SENT,
         .id = "91", .url = "h"},
        {"it takes no token", &workflow, .say = {{START, FULL, UNEXPECTED}, {START, BARE, 204, ""}}, .end = TALK_SENT},
        {"an older server", &workflow,
         .say = {{START, FULL, 422,
                  "{\"message\":\"Invalid request.\\n\\n\\\"return_run_details\\\" is not a permitted key.\"}"},
                 {START, "{\"ref\":\"main\",\"inputs\":{\"env\":\"prod\"," OWN "}", UNEXPECTED},
                 {START, "{\"ref\":\"main\",\"inputs\":{\"env\":\"prod\"}}", 204, ""}},
         .end = TALK_SENT},
        {"nor other inputs", &workflow,
         .say = {{START, FULL, UNEXPECTED},
                 {START, BARE, 422, "{\"message\":\"Unexpected inputs provided: [\\\"env\\\"]\"}"}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"no trigger", &workflow,
         .say = {{START, FULL, 422, "{\"message\":\"Workflow does not have 'workflow_dispatch' trigger\"}"}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"the ref is not known yet", &workflow, .say = {{START, FULL, 422, "{\"message\":\"No ref found for: main\"}"}},
         .end = TALK_RETRY, .cls = ERR_MISSING},
        {"no such workflow", &workflow, .say = {{START, FULL, 404, "{}"}}, .end = TALK_DEAD, .cls = ERR_MISSING},
        {"no right", &workflow, .say = {{START, FULL, 403, "{}"}}, .end = TALK_DEAD, .cls = ERR_DENIED},
        {"a limit", &workflow, .say = {{START, FULL, 403, "", .retry_after = "2"}}, .end = TALK_RETRY,
         .cls = ERR_LIMITED, .wait = 2000},
        {"never left", &workflow, .say = {{START, FULL, 0}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"lost", &workflow, .say = {{START, FULL, 0, .maybe_sent = true}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"a bad gateway", &workflow, .say = {{START, FULL, 502, ""}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void a_lost_workflow_is_looked_for_and_never_started_again(void **state)
{
    (void)state;
    struct effect nameless = workflow;
    nameless.dispatch.token = "";
    const struct conversation rows[] = {
        {"it shows our token", &workflow, .look_first = true,
         .say = {{RUNS SINCE, NULL, 200, PAGE(RUN(90, "deploy") "," RUN(91, "deploy " TOKEN " to prod"))}},
         .end = TALK_SENT, .id = "91", .url = "u91"},
        {"on the second page", &workflow, .look_first = true,
         .say = {{RUNS SINCE, NULL, 200, PAGE(RUN(90, "deploy")), .link = NEXT},
                 {"GET /repositories/1/actions/workflows/5/runs?page=2", NULL, 200, PAGE(RUN(91, TOKEN))}},
         .end = TALK_SENT, .id = "91"},
        {"no run shows it", &workflow, .look_first = true, .say = {{RUNS SINCE, NULL, 200, PAGE(RUN(90, "deploy"))}},
         .end = TALK_RETRY, .cls = ERR_MISSING},
        {"no run at all", &workflow, .look_first = true, .say = {{RUNS SINCE, NULL, 200, PAGE("")}}, .end = TALK_RETRY,
         .cls = ERR_MISSING},
        {"no token is in every title", &nameless, .look_first = true,
         .say = {{RUNS SINCE, NULL, 200, PAGE(RUN(90, "x"))}}, .end = TALK_RETRY, .cls = ERR_MISSING},
        {"not allowed to look", &workflow, .look_first = true, .say = {{RUNS SINCE, NULL, 403, "{}"}}, .end = TALK_DEAD,
         .cls = ERR_DENIED},
        {"unreadable", &workflow, .look_first = true, .say = {{RUNS SINCE, NULL, 200, "{\"workflow_runs\":"}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void an_event_is_sent_once_or_given_up(void **state)
{
    (void)state;
#define TOLD EVENT, "{\"event_type\":\"deployed\",\"client_payload\":{\"env\":\"prod\",\"n\":\"7\"," OWN "}"
    static const struct conversation rows[] = {
        {"sent", &event, .say = {{TOLD, 204, ""}}, .end = TALK_SENT},
        {"never left", &event, .say = {{TOLD, 0}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"lost", &event, .say = {{TOLD, 0, .maybe_sent = true}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"a bad gateway", &event, .say = {{TOLD, 502, ""}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"after that it is given up", &event, .look_first = true, .end = TALK_DEAD, .cls = ERR_UNCERTAIN},
        {"refused", &event, .say = {{TOLD, 422, "{}"}}, .end = TALK_DEAD, .cls = ERR_INVALID},
        {"no right", &event, .say = {{TOLD, 404, "{}"}}, .end = TALK_DEAD, .cls = ERR_MISSING},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void what_github_cannot_take_is_not_asked(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf big = {0};
    struct effect many = event, much = event, ref = event, most = event;
    many.dispatch.inputs =
        "{\"a\":\"\",\"b\":\"\",\"c\":\"\",\"d\":\"\",\"e\":\"\",\"f\":\"\",\"g\":\"\",\"h\":\"\",\"i\":\"\"}";
    most.dispatch.inputs = "{\"a\":\"\",\"b\":\"\",\"c\":\"\",\"d\":\"\",\"e\":\"\",\"f\":\"\",\"g\":\"\",\"h\":\"\"}";
    buf_str(&big, "{\"a\":\"");
    for (int i = 0; i < 65536; i++)
        buf_chr(&big, 'x');
    buf_str(&big, "\"}");
    much.dispatch.inputs = big.p;
    ref.dispatch.event = NULL;
    ref.dispatch.ref = "main";
    const struct conversation rows[] = {
        {"too many inputs", &many, .end = TALK_DEAD, .cls = ERR_INVALID},
        {"as many as there may be", &most, .say = {{EVENT, "\"h\":\"\"," OWN "}", 204, ""}}, .end = TALK_SENT},
        {"too long", &much, .end = TALK_DEAD, .cls = ERR_INVALID},
        {"a ref alone", &ref, .end = TALK_DEAD, .cls = ERR_INVALID},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void broken_answers_about_dispatches_always_end_the_conversation(void **state)
{
    (void)state;
    hold_with_broken_answers(github_talk, &workflow, 200, "{\"workflow_run_id\":91,\"html_url\":\"h\"}");
    hold_with_broken_answers(github_talk, &workflow, 422, "{\"message\":\"Unexpected inputs provided\"}");
    hold_with_broken_answers(github_talk, &event, 200, "{}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_workflow_is_started_with_our_token_where_it_takes_one),
        cmocka_unit_test(a_lost_workflow_is_looked_for_and_never_started_again),
        cmocka_unit_test(an_event_is_sent_once_or_given_up),
        cmocka_unit_test(what_github_cannot_take_is_not_asked),
        cmocka_unit_test(broken_answers_about_dispatches_always_end_the_conversation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
