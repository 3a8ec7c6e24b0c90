/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "handlers/forge/github/github.h"
#include "unit/handlers/talk_script.h"

#define MARK   "<!-- fettle:fp=0123456789abcdefghjkmnpqrs -->"
#define LABELS "GET /repos/acme/backend/issues/5/labels?per_page=100"
#define ADD    "POST /repos/acme/backend/issues/5/labels"
#define BOTH   "{\"labels\":[\"ready\",\"area/web ui\"]}"

static const char *add[] = {"ready", "area/web ui"};
static const char *drop[] = {"stale", "needs work?"};
static const struct effect adds = {
    .kind = EFFECT_LABEL, .repo = "acme/backend", .label = {.number = 5, .add = add, .n_add = 2}};
static const struct effect drops = {
    .kind = EFFECT_LABEL, .repo = "acme/backend", .label = {.number = 5, .remove = drop, .n_remove = 2}};
static const struct effect both = {.kind = EFFECT_LABEL,
                                   .repo = "acme/backend",
                                   .label = {.number = 5, .add = add, .n_add = 2, .remove = drop, .n_remove = 2}};
static const struct effect none = {.kind = EFFECT_LABEL, .repo = "acme/backend", .label = {.number = 5}};

static void labels_are_added_and_removed_as_far_as_they_differ(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"added without a look", &adds, .say = {{ADD, BOTH, 200, "[]"}}, .end = TALK_SENT},
        {"one of two is there", &drops,
         .say = {{LABELS, NULL, 200, "[{\"name\":\"Stale\"},{\"name\":\"mine\"}]"},
                 {"DELETE /repos/acme/backend/issues/5/labels/stale", NULL, 200, "[]"}},
         .end = TALK_SENT},
        {"a name is a path segment", &drops,
         .say = {{LABELS, NULL, 200, "[{\"name\":\"needs work?\"}]"},
                 {"DELETE /repos/acme/backend/issues/5/labels/needs%20work%3F", NULL, 200, "[]"}},
         .end = TALK_SENT},
        {"none is there", &drops, .say = {{LABELS, NULL, 200, "[]"}}, .end = TALK_SENT},
        {"removed, then added", &both,
         .say = {{LABELS, NULL, 200, "[{\"name\":\"stale\"},{\"name\":\"needs work?\"},{\"name\":\"ready\"}]"},
                 {"DELETE /repos/acme/backend/issues/5/labels/stale", NULL, 200, "[]"},
                 {"DELETE /repos/acme/backend/issues/5/labels/needs%20work%3F", NULL, 200, "[]"},
                 {ADD, BOTH, 200, "[]"}},
         .end = TALK_SENT},
        {"all is as it should be", &both,
         .say = {{LABELS, NULL, 200, "[{\"name\":\"ready\"},{\"name\":\"area/web ui\"}]"}}, .end = TALK_SENT},
        {"somebody was faster", &drops,
         .say = {{LABELS, NULL, 200, "[{\"name\":\"stale\"},{\"name\":\"needs work?\"}]"},
                 {"DELETE /repos/acme/backend/issues/5/labels/stale", NULL, 404,
                  "{\"message\":\"Label does not exist\"}"},
                 {"DELETE /repos/acme/backend/issues/5/labels/needs%20work%3F", NULL, 200, "[]"}},
         .end = TALK_SENT},
        {"nothing to do", &none, .end = TALK_SENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void a_refused_label_says_why(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"lost", &adds, .say = {{ADD, BOTH, 0, .maybe_sent = true}}, .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"added again", &adds, .look_first = true, .say = {{ADD, BOTH, 200, "[]"}}, .end = TALK_SENT},
        {"failed", &adds, .say = {{ADD, BOTH, 500, ""}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"no such issue", &adds, .say = {{ADD, BOTH, 404, "{}"}}, .end = TALK_DEAD, .cls = ERR_MISSING},
        {"no right", &adds, .say = {{ADD, BOTH, 403, "{\"message\":\"Resource not accessible by integration\"}"}},
         .end = TALK_DEAD, .cls = ERR_DENIED},
        {"too long", &adds, .say = {{ADD, BOTH, 422, "{\"message\":\"Validation Failed\"}"}}, .end = TALK_DEAD,
         .cls = ERR_INVALID},
        {"no such issue to look at", &both, .say = {{LABELS, NULL, 404, "{}"}}, .end = TALK_DEAD, .cls = ERR_MISSING},
        {"a cut list", &both, .say = {{LABELS, NULL, 200, "[{\"na"}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"no right to remove", &drops,
         .say = {{LABELS, NULL, 200, "[{\"name\":\"stale\"}]"},
                 {"DELETE /repos/acme/backend/issues/5/labels/stale", NULL, 403, "{}"}},
         .end = TALK_DEAD, .cls = ERR_DENIED},
        {"a lost removal", &drops,
         .say = {{LABELS, NULL, 200, "[{\"name\":\"stale\"}]"},
                 {"DELETE /repos/acme/backend/issues/5/labels/stale", NULL, 0, .maybe_sent = true}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

/* ---- the end of an issue ---- */

#define OPEN_ISSUES "GET /repos/acme/backend/issues?state=open&sort=created&direction=desc&per_page=100"
#define ISSUE       "GET /repos/acme/backend/issues/7"
#define CLOSE       "PATCH /repos/acme/backend/issues/7"
#define LAST_WORD   "{\"body\":\"mended\\n\\n" MARK "\",\"state\":\"closed\",\"state_reason\":\"completed\"}"
#define FOUND       "[{\"number\":7,\"html_url\":\"u\",\"state\":\"open\",\"body\":\"broken\\n\\n" MARK "\"}]"

static const struct effect close = {.kind = EFFECT_ISSUE,
                                    .repo = "acme/backend",
                                    .issue = {.title = "t", .body = "mended", .marker = MARK, .close = true}};

static void an_issue_is_closed_where_one_is_open(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"known and open", &close, .known_id = "7",
         .say = {{ISSUE, NULL, 200, "{\"number\":7,\"state\":\"open\"}"}, {CLOSE, LAST_WORD, 200, "{\"number\":7}"}},
         .end = TALK_SENT, .id = "7"},
        {"known and closed: what people wrote stays", &close, .known_id = "7",
         .say = {{ISSUE, NULL, 200, "{\"number\":7,\"state\":\"closed\"}"}}, .end = TALK_SENT, .id = "7"},
        {"found", &close, .say = {{OPEN_ISSUES, NULL, 200, FOUND}, {CLOSE, LAST_WORD, 200, "{}"}}, .end = TALK_SENT,
         .id = "7"},
        {"none", &close, .say = {{OPEN_ISSUES, NULL, 200, "[]"}}, .end = TALK_SENT, .id = ""},
        {"none on two pages", &close,
         .say = {{OPEN_ISSUES, NULL, 200, "[]", .link = "</repositories/1/issues?page=2>; rel=\"next\""},
                 {"GET /repositories/1/issues?page=2", NULL, 200, "[]"}},
         .end = TALK_SENT, .id = ""},
        {"the known one was deleted", &close, .known_id = "7",
         .say = {{ISSUE, NULL, 410, "{}"}, {OPEN_ISSUES, NULL, 200, "[]"}}, .end = TALK_SENT, .id = ""},
        {"deleted in between", &close, .known_id = "7",
         .say = {{ISSUE, NULL, 200, "{\"number\":7,\"state\":\"open\"}"}, {CLOSE, LAST_WORD, 410, "{}"}},
         .end = TALK_SENT},
        {"a lost answer", &close, .known_id = "7",
         .say = {{ISSUE, NULL, 200, "{\"number\":7,\"state\":\"open\"}"}, {CLOSE, LAST_WORD, 0, .maybe_sent = true}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"and it was closed", &close, .known_id = "7", .look_first = true,
         .say = {{ISSUE, NULL, 200, "{\"number\":7,\"state\":\"closed\"}"}}, .end = TALK_SENT},
        {"unreadable", &close, .known_id = "7", .say = {{ISSUE, NULL, 200, "{\"number\":7"}}, .end = TALK_RETRY,
         .cls = ERR_TRANSIENT},
        {"failed", &close, .known_id = "7",
         .say = {{ISSUE, NULL, 200, "{\"number\":7,\"state\":\"open\"}"}, {CLOSE, LAST_WORD, 502, ""}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"no right", &close, .known_id = "7",
         .say = {{ISSUE, NULL, 200, "{\"number\":7,\"state\":\"open\"}"}, {CLOSE, LAST_WORD, 403, "{}"}},
         .end = TALK_DEAD, .cls = ERR_DENIED},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void broken_answers_about_labels_always_end_the_conversation(void **state)
{
    (void)state;
    hold_with_broken_answers(github_talk, &both, 200, "[{\"name\":\"stale\"},{\"name\":\"needs work?\"},7]");
    hold_with_broken_answers(github_talk, &close, 200, FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_added_and_removed_as_far_as_they_differ),
        cmocka_unit_test(a_refused_label_says_why),
        cmocka_unit_test(an_issue_is_closed_where_one_is_open),
        cmocka_unit_test(broken_answers_about_labels_always_end_the_conversation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
