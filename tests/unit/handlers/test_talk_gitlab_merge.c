/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "handlers/forge/gitlab/gitlab.h"
#include "unit/handlers/talk_script.h"

#define SHA   "6dcb09b5b57875f334f61aebed695e2e4193db5e"
#define OTHER "0000000000000000000000000000000000000001"
#define MR    "/api/v4/projects/acme%2Fweb%2Ffrontend/merge_requests/7"
#define ISSUE "/api/v4/projects/acme%2Fweb%2Ffrontend/issues/7"
#define MERGE "PUT " MR "/merge"
#define LOOK  "GET " MR
#define STATE(state, sha, more) "{\"iid\":7,\"web_url\":\"w\",\"state\":\"" state "\",\"sha\":\"" sha "\"" more "}"
#define NOW(word) ",\"detailed_merge_status\":\"" word "\""

static const struct effect merge = {
    .kind = EFFECT_MERGE, .repo = "acme/web/frontend", .merge = {.number = 7, .sha = SHA}};

static void what_is_sent_says_the_commit_and_the_texts(void **state)
{
    (void)state;
    struct effect x = merge;
    x.merge.title = "Merge it";
    x.merge.message = "because";
    hold(gitlab_talk, &(struct conversation){
                          "merge", &x,
                          .say = {{MERGE, "{\"sha\":\"" SHA "\",\"merge_commit_message\":\"Merge it\\n\\nbecause\"}",
                                   200, STATE("merged", SHA, "")}},
                          .end = TALK_SENT, .id = "7", .url = "w"});
    x.merge.method = MERGE_BY_SQUASH;
    x.merge.message = NULL;
    hold(gitlab_talk,
         &(struct conversation){"squash", &x,
                                .say = {{MERGE, "{\"sha\":\"" SHA "\",\"squash\":true,\"squash_commit_message\":"
                                                "\"Merge it\"}", 200, STATE("merged", SHA, "")}},
                                .end = TALK_SENT});
    x.merge.method = MERGE_BY_REBASE;
    hold(gitlab_talk, &(struct conversation){"rebase is not to be had", &x, .end = TALK_DEAD, .cls = ERR_INVALID});
}

#define SAID MERGE, "{\"sha\":\"" SHA "\"}"

static void a_refusal_means_what_the_merge_request_says(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"merged already", &merge, .say = {{SAID, 405, "{}"}, {LOOK, NULL, 200, STATE("merged", SHA, "")}},
         .end = TALK_SENT, .id = "7"},
        {"merged at another head", &merge, .say = {{SAID, 405, "{}"}, {LOOK, NULL, 200, STATE("merged", OTHER, "")}},
         .end = TALK_DEAD, .cls = ERR_CONFLICT},
        {"the head moved", &merge,
         .say = {{SAID, 409, "{\"message\":\"SHA does not match HEAD of source branch\"}"},
                 {LOOK, NULL, 200, STATE("opened", OTHER, NOW("mergeable"))}},
         .end = TALK_DEAD, .cls = ERR_CONFLICT},
        {"closed", &merge, .say = {{SAID, 405, "{}"}, {LOOK, NULL, 200, STATE("closed", SHA, "")}},
         .end = TALK_DEAD, .cls = ERR_CONFLICT},
        {"a draft", &merge,
         .say = {{SAID, 405, "{\"message\":\"405 Method Not Allowed\"}"},
                 {LOOK, NULL, 200, STATE("opened", SHA, NOW("draft_status"))}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"conflicts", &merge,
         .say = {{SAID, 422, "{\"message\":\"Branch cannot be merged\"}"},
                 {LOOK, NULL, 200, STATE("opened", SHA, NOW("conflict"))}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"conflicts, told in the old way", &merge,
         .say = {{SAID, 406, "{}"},
                 {LOOK, NULL, 200, STATE("opened", SHA, ",\"merge_status\":\"cannot_be_merged\"")}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"still checking", &merge,
         .say = {{SAID, 422, "{}"}, {LOOK, NULL, 200, STATE("opened", SHA, NOW("checking"))}},
         .end = TALK_RETRY, .cls = ERR_CONFLICT},
        {"the pipeline still runs", &merge,
         .say = {{SAID, 405, "{}"}, {LOOK, NULL, 200, STATE("opened", SHA, NOW("ci_still_running"))}},
         .end = TALK_RETRY, .cls = ERR_CONFLICT},
        {"mergeable by now", &merge,
         .say = {{SAID, 405, "{}"}, {LOOK, NULL, 200, STATE("opened", SHA, NOW("mergeable"))}},
         .end = TALK_RETRY, .cls = ERR_CONFLICT},
        {"being merged", &merge, .say = {{SAID, 405, "{}"}, {LOOK, NULL, 200, STATE("locked", SHA, "")}},
         .end = TALK_RETRY, .cls = ERR_CONFLICT},
        {"taken, and failed", &merge,
         .say = {{SAID, 200, STATE("opened", SHA, "")},
                 {LOOK, NULL, 200, STATE("opened", SHA, ",\"merge_error\":\"a hook refused\"" NOW("mergeable"))}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"taken, and the answer cut", &merge,
         .say = {{SAID, 200, "{\"iid\":7,"}, {LOOK, NULL, 200, STATE("merged", SHA, "")}}, .end = TALK_SENT},
        {"may not merge", &merge, .say = {{SAID, 401, "{\"message\":\"401 Unauthorized\"}"}},
         .end = TALK_RETRY, .cls = ERR_DENIED},
        {"not there", &merge, .say = {{SAID, 404, "{}"}}, .end = TALK_DEAD, .cls = ERR_MISSING},
        {"limited", &merge, .say = {{SAID, 429, "Retry later", .retry_after = "7"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 7000},
        {"unreadable", &merge, .say = {{SAID, 405, "{}"}, {LOOK, NULL, 200, "[]"}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitlab_talk, &rows[i]);
}

static void a_lost_answer_merges_nothing_twice(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"lost", &merge, .say = {{SAID, 0, .maybe_sent = true}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"never sent", &merge, .say = {{SAID, 0}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"5xx", &merge, .say = {{SAID, 502, "<html>"}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"it had arrived", &merge, .look_first = true, .say = {{LOOK, NULL, 200, STATE("merged", SHA, "")}},
         .end = TALK_SENT, .id = "7", .url = "w"},
        {"it had not", &merge, .look_first = true,
         .say = {{LOOK, NULL, 200, STATE("opened", SHA, "")}, {SAID, 200, STATE("merged", SHA, "")}},
         .end = TALK_SENT},
        {"it had not, and the head moved", &merge, .look_first = true,
         .say = {{LOOK, NULL, 200, STATE("opened", OTHER, "")}}, .end = TALK_DEAD, .cls = ERR_CONFLICT},
        {"the look failed", &merge, .look_first = true, .say = {{LOOK, NULL, 500, ""}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitlab_talk, &rows[i]);
    hold_with_broken_answers(gitlab_talk, &merge, 405, "{\"message\":\"405 Method Not Allowed\"}");
    hold_with_broken_answers(gitlab_talk, &merge, 200, STATE("opened", SHA, NOW("checking")));
}

static void labels_go_in_one_request(void **state)
{
    (void)state;
    static const char *add[] = {"bug", "a,b"}, *gone[] = {"stale"};
    struct effect x = {.kind = EFFECT_LABEL, .repo = "acme/web/frontend",
                       .label = {.number = 7, .add = add, .n_add = 2, .remove = gone, .n_remove = 1}};
    const struct conversation rows[] = {
        {"both", &x,
         .say = {{"PUT " MR, "{\"add_labels\":[\"bug\",\"a b\"],\"remove_labels\":[\"stale\"]}", 200,
                  STATE("opened", SHA, "")}},
         .end = TALK_SENT, .id = "7", .url = "w"},
        {"not there", &x, .say = {{"PUT " MR, "bug", 404, "{}"}}, .end = TALK_DEAD, .cls = ERR_MISSING},
        {"not allowed", &x, .say = {{"PUT " MR, "bug", 403, "{}"}}, .end = TALK_DEAD, .cls = ERR_DENIED},
        {"lost", &x, .say = {{"PUT " MR, "bug", 0, .maybe_sent = true}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"5xx", &x, .say = {{"PUT " MR, "bug", 503, ""}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitlab_talk, &rows[i]);
    x.label.n_add = 0;
    x.label.at = THREAD_ISSUE;
    hold(gitlab_talk, &(struct conversation){"of an issue", &x,
                                             .say = {{"PUT " ISSUE, "{\"remove_labels\":[\"stale\"]}", 200, "{}"}},
                                             .end = TALK_SENT});
    x.label.n_remove = 0;
    hold(gitlab_talk, &(struct conversation){"none", &x, .end = TALK_SENT});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_says_the_commit_and_the_texts),
        cmocka_unit_test(a_refusal_means_what_the_merge_request_says),
        cmocka_unit_test(a_lost_answer_merges_nothing_twice),
        cmocka_unit_test(labels_go_in_one_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
