/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "handlers/forge/gitea/gitea.h"
#include "unit/handlers/talk_script.h"

#define SHA   "6dcb09b5b57875f334f61aebed695e2e4193db5e"
#define OTHER "0000000000000000000000000000000000000001"
#define REPO  "/api/v1/repos/acme/backend"
#define LOOK  "GET " REPO "/pulls/7"
#define MERGE "POST " REPO "/pulls/7/merge"
#define STATE(state, merged, sha)                                                                                      \
    "{\"number\":7,\"html_url\":\"h\",\"state\":\"" state "\",\"merged\":" merged ",\"head\":{\"sha\":\"" sha "\"}}"
#define SAYS(text) "{\"message\":\"" text "\"}"

static const struct effect merge = {
    .kind = EFFECT_MERGE, .repo = "acme/backend", .merge = {.number = 7, .sha = SHA}};

static void what_is_sent_says_the_commit_and_the_way(void **state)
{
    (void)state;
    static const char *const want[MERGE_METHOD_N] = {
        "{\"Do\":\"merge\",\"head_commit_id\":\"" SHA "\",\"MergeTitleField\":\"T\",\"MergeMessageField\":\"M\"}",
        "{\"Do\":\"squash\",\"head_commit_id\":\"" SHA "\",\"MergeTitleField\":\"T\",\"MergeMessageField\":\"M\"}",
        "{\"Do\":\"rebase\",\"head_commit_id\":\"" SHA "\"}"};
    for (int m = 0; m < MERGE_METHOD_N; m++) {
        struct effect x = merge;
        x.merge.method = (enum merge_method)m;
        x.merge.title = "T";
        x.merge.message = "M";
        hold(gitea_talk, &(struct conversation){"a method", &x, .say = {{MERGE, want[m], 200, ""}},
                                                .end = TALK_SENT, .id = "7"});
    }
}

#define SAID MERGE, "{\"Do\":\"merge\",\"head_commit_id\":\"" SHA "\"}"

static void a_refusal_means_what_the_pull_request_says(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"merged already", &merge, .say = {{SAID, 405, SAYS("")}, {LOOK, NULL, 200, STATE("closed", "true", SHA)}},
         .end = TALK_SENT, .id = "7", .url = "h"},
        {"merged at another head", &merge,
         .say = {{SAID, 405, SAYS("")}, {LOOK, NULL, 200, STATE("closed", "true", OTHER)}},
         .end = TALK_DEAD, .cls = ERR_CONFLICT},
        {"the head moved", &merge,
         .say = {{SAID, 409, SAYS("head out of date")}, {LOOK, NULL, 200, STATE("open", "false", OTHER)}},
         .end = TALK_DEAD, .cls = ERR_CONFLICT},
        {"closed", &merge, .say = {{SAID, 404, SAYS("not found")}, {LOOK, NULL, 200, STATE("closed", "false", SHA)}},
         .end = TALK_DEAD, .cls = ERR_CONFLICT},
        {"not there", &merge, .say = {{SAID, 404, SAYS("not found")}, {LOOK, NULL, 404, SAYS("not found")}},
         .end = TALK_DEAD, .cls = ERR_MISSING},
        {"still checking", &merge,
         .say = {{SAID, 405, SAYS("Please try again later")}, {LOOK, NULL, 200, STATE("open", "false", SHA)}},
         .end = TALK_RETRY, .cls = ERR_CONFLICT},
        {"statuses are missing", &merge,
         .say = {{SAID, 405, SAYS("Not all required status checks successful")},
                 {LOOK, NULL, 200, STATE("open", "false", SHA)}},
         .end = TALK_RETRY, .cls = ERR_CONFLICT},
        {"a push came between", &merge,
         .say = {{SAID, 409, SAYS("merge push out of date")}, {LOOK, NULL, 200, STATE("open", "false", SHA)}},
         .end = TALK_RETRY, .cls = ERR_CONFLICT},
        {"a draft", &merge,
         .say = {{SAID, 405, SAYS("Work in progress PRs cannot be merged")},
                 {LOOK, NULL, 200, STATE("open", "false", SHA)}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"conflicts", &merge,
         .say = {{SAID, 409, "{\"Style\":\"merge\",\"StdOut\":\"CONFLICT\"}"},
                 {LOOK, NULL, 200, STATE("open", "false", SHA)}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"conflicts, and mergeable by now", &merge,
         .say = {{SAID, 409, SAYS("conflict")},
                 {LOOK, NULL, 200, "{\"number\":7,\"state\":\"open\",\"mergeable\":true,\"head\":{\"sha\":\"" SHA "\"}}"}},
         .end = TALK_RETRY, .cls = ERR_CONFLICT},
        {"may not merge what could be", &merge,
         .say = {{SAID, 405, SAYS("User not allowed to merge PR")},
                 {LOOK, NULL, 200, "{\"number\":7,\"state\":\"open\",\"mergeable\":true,\"head\":{\"sha\":\"" SHA "\"}}"}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"not allowed", &merge, .say = {{SAID, 403, SAYS("no")}}, .end = TALK_DEAD, .cls = ERR_DENIED},
        {"archived", &merge, .say = {{SAID, 423, SAYS("archived")}}, .end = TALK_DEAD, .cls = ERR_INVALID},
        {"unreadable", &merge, .say = {{SAID, 405, ""}, {LOOK, NULL, 200, "{}"}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitea_talk, &rows[i]);
}

static void a_lost_answer_merges_nothing_twice(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"lost", &merge, .say = {{SAID, 0, .maybe_sent = true}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"never sent", &merge, .say = {{SAID, 0}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"5xx", &merge, .say = {{SAID, 500, ""}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"it had arrived", &merge, .look_first = true, .say = {{LOOK, NULL, 200, STATE("closed", "true", SHA)}},
         .end = TALK_SENT, .id = "7"},
        {"it had not", &merge, .look_first = true,
         .say = {{LOOK, NULL, 200, STATE("open", "false", SHA)}, {SAID, 200, ""}}, .end = TALK_SENT},
        {"it had not, and the head moved", &merge, .look_first = true,
         .say = {{LOOK, NULL, 200, STATE("open", "false", OTHER)}}, .end = TALK_DEAD, .cls = ERR_CONFLICT},
        {"the look failed", &merge, .look_first = true, .say = {{LOOK, NULL, 502, ""}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitea_talk, &rows[i]);
    hold_with_broken_answers(gitea_talk, &merge, 405, SAYS("Please try again later"));
}

/* ---- dispatch ---- */

#define START "POST " REPO "/actions/workflows/release.yml/dispatches"
static const struct effect start = {
    .kind = EFFECT_DISPATCH,
    .repo = "acme/backend",
    .dispatch = {.workflow = "release.yml", .ref = "main", .inputs = "{\"where\":\"prod\",\"n\":3}", .token = "tok1"}};

static void a_workflow_is_started_once_or_given_up(void **state)
{
    (void)state;
#define POST START, "{\"ref\":\"main\",\"inputs\":{\"where\":\"prod\",\"n\":\"3\"}}"
    struct effect plain = start, event = start, none = start, list = start;
    plain.dispatch.inputs = NULL;
    event.dispatch = (struct dispatch_body){.event = "deploy", .token = "t"};
    none.dispatch.ref = NULL;
    list.dispatch.inputs = "[]";
    const struct conversation rows[] = {
        {"started", &start, .say = {{POST, 204, ""}}, .end = TALK_SENT},
        {"without inputs", &plain, .say = {{START, "{\"ref\":\"main\"}", 204, ""}}, .end = TALK_SENT},
        {"no such workflow", &start, .say = {{POST, 404, SAYS("workflow not found")}},
         .end = TALK_DEAD, .cls = ERR_MISSING},
        {"a wrong input", &start, .say = {{POST, 422, SAYS("no such input")}}, .end = TALK_DEAD, .cls = ERR_INVALID},
        {"never sent", &start, .say = {{POST, 0}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"lost: given up", &start, .say = {{POST, 0, .maybe_sent = true}}, .end = TALK_DEAD, .cls = ERR_UNCERTAIN},
        {"5xx: given up", &start, .say = {{POST, 500, ""}}, .end = TALK_DEAD, .cls = ERR_UNCERTAIN},
        {"we ended while it was sent: given up", &start, .look_first = true, .end = TALK_DEAD, .cls = ERR_UNCERTAIN},
        {"an event", &event, .end = TALK_DEAD, .cls = ERR_INVALID},
        {"no ref", &none, .end = TALK_DEAD, .cls = ERR_INVALID},
        {"inputs that are none", &list, .end = TALK_DEAD, .cls = ERR_INVALID},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitea_talk, &rows[i]);
}

/* ---- labels ---- */

#define HAS "GET " REPO "/issues/7/labels"
#define LABELS(page) "GET " REPO "/labels?limit=50&page=" #page
#define ADD "POST " REPO "/issues/7/labels"
#define DROP(id) "DELETE " REPO "/issues/7/labels/" #id

static void labels_are_looked_up_and_go_by_their_ids(void **state)
{
    (void)state;
    static const char *add[] = {"bug", "new"}, *gone[] = {"stale", "Old"};
    struct effect x = {.kind = EFFECT_LABEL, .repo = "acme/backend",
                       .label = {.number = 7, .add = add, .n_add = 2, .remove = gone, .n_remove = 2}};
    struct effect drop = x, nothing = x;
    drop.label.n_add = nothing.label.n_add = nothing.label.n_remove = 0;
    const struct conversation rows[] = {
        {"all of it", &x,
         .say = {{HAS, NULL, 200, "[{\"id\":5,\"name\":\"STALE\"},{\"id\":6,\"name\":\"kept\"},{\"id\":8,\"name\":\"old\"}]"},
                 {DROP(5), NULL, 204, ""},
                 {DROP(8), NULL, 204, ""},
                 {LABELS(1), NULL, 200, "[{\"id\":31,\"name\":\"bug\"}]"},
                 {LABELS(2), NULL, 200, "[]"},
                 {"POST " REPO "/labels", "{\"name\":\"new\",\"color\":\"#ededed\"}", 201,
                  "{\"id\":40,\"name\":\"new\"}"},
                 {ADD, "{\"labels\":[31,40]}", 200, "[]"}},
         .end = TALK_SENT, .id = "7"},
        {"one is there already", &x,
         .say = {{HAS, NULL, 200, "[{\"id\":31,\"name\":\"bug\"}]"},
                 {LABELS(1), NULL, 200, "[{\"id\":40,\"name\":\"new\"}]"},
                 {ADD, "{\"labels\":[40]}", 200, "[]"}},
         .end = TALK_SENT},
        {"all as wanted", &x, .say = {{HAS, NULL, 200, "[{\"id\":31,\"name\":\"bug\"},{\"id\":40,\"name\":\"New\"}]"}},
         .end = TALK_SENT},
        {"taken away by somebody since", &drop,
         .say = {{HAS, NULL, 200, "[{\"id\":5,\"name\":\"stale\"},{\"id\":8,\"name\":\"old\"}]"},
                 {DROP(5), NULL, 404, "{}"}, {DROP(8), NULL, 422, "{}"}},
         .end = TALK_SENT},
        {"nothing to do", &nothing, .end = TALK_SENT},
        {"no such issue", &x, .say = {{HAS, NULL, 404, "{}"}}, .end = TALK_DEAD, .cls = ERR_MISSING},
        {"may not take away", &drop,
         .say = {{HAS, NULL, 200, "[{\"id\":5,\"name\":\"stale\"}]"}, {DROP(5), NULL, 403, "{}"}},
         .end = TALK_DEAD, .cls = ERR_DENIED},
        {"may not make one", &x,
         .say = {{HAS, NULL, 200, "[]"}, {LABELS(1), NULL, 200, "[]"}, {"POST " REPO "/labels", "bug", 403, "{}"}},
         .end = TALK_DEAD, .cls = ERR_DENIED},
        {"may not add", &x,
         .say = {{HAS, NULL, 200, "[]"},
                 {LABELS(1), NULL, 200, "[{\"id\":31,\"name\":\"bug\"},{\"id\":40,\"name\":\"new\"}]"},
                 {ADD, "{\"labels\":[31,40]}", 403, "{}"}},
         .end = TALK_DEAD, .cls = ERR_DENIED},
        {"a lost answer", &drop,
         .say = {{HAS, NULL, 200, "[{\"id\":5,\"name\":\"stale\"}]"}, {DROP(5), NULL, 0, .maybe_sent = true}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"garbled", &x, .say = {{HAS, NULL, 200, "{}"}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitea_talk, &rows[i]);
    hold_with_broken_answers(gitea_talk, &x, 200, "[{\"id\":5,\"name\":\"stale\"}]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_says_the_commit_and_the_way),
        cmocka_unit_test(a_refusal_means_what_the_pull_request_says),
        cmocka_unit_test(a_lost_answer_merges_nothing_twice),
        cmocka_unit_test(a_workflow_is_started_once_or_given_up),
        cmocka_unit_test(labels_are_looked_up_and_go_by_their_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
