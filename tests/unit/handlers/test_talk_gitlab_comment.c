/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "handlers/forge/gitlab/gitlab.h"
#include "unit/handlers/talk_script.h"

#define PROJECT  "/api/v4/projects/acme%2Fweb%2Ffrontend"
#define MARK     "<!-- fettle:fp=0123456789abcdefghjkmnpqrs -->"
#define ZW       "\xe2\x80\x8b"
#define NOTES    PROJECT "/merge_requests/7/notes"
#define LIST     "GET " NOTES "?order_by=created_at&sort=asc&per_page=100"
#define CREATE   "POST " NOTES
#define EDIT(n)  "PUT " NOTES "/" #n
#define DROP(n)  "DELETE " NOTES "/" #n
#define TEXT     ZW "/close\\nall @" ZW "team\\n\\n" MARK
#define BODY     "{\"body\":\"" TEXT "\"}"
#define NOTE(n, text) "{\"id\":" #n ",\"system\":false,\"body\":\"" text "\"}"

static const struct effect note = {
    .kind = EFFECT_COMMENT,
    .repo = "acme/web/frontend",
    .comment = {.number = 7, .at = THREAD_CHANGE, .body = "/close\nall @team", .marker = MARK}};
static const struct effect gone = {.kind = EFFECT_COMMENT,
                                   .repo = "acme/web/frontend",
                                   .comment = {.number = 7, .at = THREAD_CHANGE, .marker = MARK, .remove = true}};

static void a_note_is_written_over_in_place(void **state)
{
    (void)state;
    struct effect at_issue = note;
    at_issue.comment.at = THREAD_ISSUE;
    const struct conversation rows[] = {
        {"none there: created", &note, .say = {{LIST, NULL, 200, "[]"}, {CREATE, BODY, 201, NOTE(31, TEXT)}},
         .end = TALK_SENT, .id = "31"},
        {"of an issue", &at_issue,
         .say = {{"GET " PROJECT "/issues/7/notes?order_by=created_at&sort=asc&per_page=100", NULL, 200, "[]"},
                 {"POST " PROJECT "/issues/7/notes", BODY, 201, NOTE(31, TEXT)}},
         .end = TALK_SENT, .id = "31"},
        {"known: written over", &note, .known_id = "31", .say = {{EDIT(31), BODY, 200, NOTE(31, TEXT)}},
         .end = TALK_SENT, .id = "31"},
        {"known and deleted: looked for, created", &note, .known_id = "31",
         .say = {{EDIT(31), BODY, 404, "{}"}, {LIST, NULL, 200, "[]"}, {CREATE, BODY, 201, NOTE(32, TEXT)}},
         .end = TALK_SENT, .id = "32"},
        {"found on the second page; a quote of it is not it", &note,
         .say = {{LIST, NULL, 200, "[" NOTE(4, "> " MARK "\\nso what?") "]",
                  .link = "<https://g.example/api/v4/projects/1/merge_requests/7/notes?page=2>; rel=\"next\""},
                 {"GET /api/v4/projects/1/merge_requests/7/notes?page=2", NULL, 200, "[" NOTE(9, "old\\n\\n" MARK) "]"},
                 {EDIT(9), BODY, 200, NOTE(9, TEXT)}},
         .end = TALK_SENT, .id = "9"},
        {"it says so already", &note, .say = {{LIST, NULL, 200, "[" NOTE(9, TEXT) "]"}}, .end = TALK_SENT, .id = "9"},
        {"somebody's copy: a new one", &note,
         .say = {{LIST, NULL, 200, "[" NOTE(9, "x\\n" MARK) "]"},
                 {EDIT(9), BODY, 403, "{}"},
                 {CREATE, BODY, 201, NOTE(31, TEXT)}},
         .end = TALK_SENT, .id = "31"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitlab_talk, &rows[i]);
}

static void a_note_without_anything_to_say_is_removed(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"known", &gone, .known_id = "31", .say = {{DROP(31), NULL, 204, ""}}, .end = TALK_SENT, .id = ""},
        {"known and gone already", &gone, .known_id = "31", .say = {{DROP(31), NULL, 404, "{}"}}, .end = TALK_SENT},
        {"found", &gone,
         .say = {{LIST, NULL, 200, "[" NOTE(9, "x\\n" MARK) "]"}, {DROP(9), NULL, 204, ""}}, .end = TALK_SENT},
        {"none there", &gone, .say = {{LIST, NULL, 200, "[]"}}, .end = TALK_SENT},
        {"a lost answer", &gone, .known_id = "31", .say = {{DROP(31), NULL, 0, .maybe_sent = true}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitlab_talk, &rows[i]);
}

static void an_answer_about_a_note_is_judged_by_the_table(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"lost", &note, .say = {{LIST, NULL, 200, "[]"}, {CREATE, BODY, 0, .maybe_sent = true}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"and then it is there", &note, .look_first = true, .say = {{LIST, NULL, 200, "[" NOTE(9, TEXT) "]"}},
         .end = TALK_SENT, .id = "9"},
        {"5xx", &note, .say = {{LIST, NULL, 200, "[]"}, {CREATE, BODY, 500, ""}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"5xx to an edit", &note, .known_id = "31", .say = {{EDIT(31), BODY, 502, ""}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"cut", &note, .say = {{LIST, NULL, 200, "[]"}, {CREATE, BODY, 201, "{\"id\":3"}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"60 notes a minute", &note,
         .say = {{LIST, NULL, 200, "[]"}, {CREATE, BODY, 429, "Retry later", .remaining = "1999"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 60000},
        {"no such merge request", &note, .say = {{LIST, NULL, 404, "{\"message\":\"404 Not found\"}"}},
         .end = TALK_DEAD, .cls = ERR_MISSING},
        {"garbled", &note, .say = {{LIST, NULL, 200, "{}"}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitlab_talk, &rows[i]);
    hold_with_broken_answers(gitlab_talk, &note, 200, "[" NOTE(9, "x\\n" MARK) "]");
    hold_with_broken_answers(gitlab_talk, &gone, 403, "[" NOTE(9, "x\\n" MARK) "]");
}

/* ---- merge requests ---- */

#define MRS  "GET " PROJECT "/merge_requests?state=opened&source_branch=fettle%2Fup&target_branch=main&per_page=100"
#define OPEN "POST " PROJECT "/merge_requests"
#define UP(n) "PUT " PROJECT "/merge_requests/" #n
#define DESC "\"description\":\"why\\n\\n" MARK "\""
#define MR(n, title, text, from, labels)                                                                               \
    "{\"iid\":" #n ",\"web_url\":\"w" #n "\",\"state\":\"opened\",\"title\":\"" title "\",\"description\":\"" text     \
    "\",\"source_branch\":\"fettle/up\",\"target_branch\":\"main\",\"source_project_id\":" #from                       \
    ",\"target_project_id\":1,\"labels\":[" labels "]}"
#define OURS "why\\n\\n" MARK

static const char *bot[] = {"bot", "a,b"};
static const struct effect change = {.kind = EFFECT_PULL,
                                     .repo = "acme/web/frontend",
                                     .pull = {.head = "fettle/up", .base = "main", .title = "Up", .body = "why",
                                              .marker = MARK, .labels = bot, .n_labels = 2, .draft = true}};

static void a_merge_request_is_opened_or_updated_once(void **state)
{
    (void)state;
    struct effect ready = change;
    ready.pull.draft = false;
    ready.pull.n_labels = 0;
    const struct conversation rows[] = {
        {"none there: a draft with labels", &change,
         .say = {{MRS, NULL, 200, "[]"},
                 {OPEN,
                  "{\"source_branch\":\"fettle/up\",\"target_branch\":\"main\",\"title\":\"Draft: Up\"," DESC
                  ",\"labels\":[\"bot\",\"a b\"]}",
                  201, MR(5, "Draft: Up", OURS, 1, "\"bot\",\"a b\"")}},
         .end = TALK_SENT, .id = "5", .url = "w5"},
        {"none there: ready", &ready,
         .say = {{MRS, NULL, 200, "[]"}, {OPEN, "\"title\":\"Up\"," DESC "}", 201, MR(5, "Up", OURS, 1, "")}},
         .end = TALK_SENT, .id = "5"},
        {"one there: written over, still a draft", &ready, .known_id = "3",
         .say = {{MRS, NULL, 200, "[" MR(5, "Draft: Down", OURS, 1, "") "]"},
                 {UP(5), "{\"title\":\"Draft: Up\"," DESC "}", 200, MR(5, "Draft: Up", OURS, 1, "")}},
         .end = TALK_SENT, .id = "5"},
        {"says so already", &ready, .say = {{MRS, NULL, 200, "[" MR(5, "Up", OURS, 1, "") "]"}},
         .end = TALK_SENT, .id = "5"},
        {"says so already, and lacks a label", &change,
         .say = {{MRS, NULL, 200, "[" MR(5, "Draft: Up", OURS, 1, "\"bot\"") "]"},
                 {UP(5), "{\"add_labels\":[\"bot\",\"a b\"]}", 200, MR(5, "Draft: Up", OURS, 1, "\"bot\",\"a b\"")}},
         .end = TALK_SENT, .id = "5"},
        {"somebody's: left alone", &ready, .say = {{MRS, NULL, 200, "[" MR(5, "Mine", "by hand", 1, "") "]"}},
         .end = TALK_SENT, .id = "5"},
        {"a fork's branch of that name is another", &ready,
         .say = {{MRS, NULL, 200, "[" MR(4, "Up", OURS, 99, "") "]"},
                 {OPEN, "\"title\":\"Up\"", 201, MR(5, "Up", OURS, 1, "")}},
         .end = TALK_SENT, .id = "5"},
        {"opened by a lost try", &ready,
         .say = {{MRS, NULL, 200, "[]"},
                 {OPEN, "\"title\":\"Up\"", 409,
                  "{\"message\":[\"Another open merge request already exists for this source branch: !5\"]}"},
                 {MRS, NULL, 200, "[" MR(5, "Up", OURS, 1, "") "]"}},
         .end = TALK_SENT, .id = "5"},
        {"said to be there, and not listed", &ready,
         .say = {{MRS, NULL, 200, "[]"}, {OPEN, "\"title\":\"Up\"", 409, "{}"}, {MRS, NULL, 200, "[]"}},
         .end = TALK_RETRY, .cls = ERR_CONFLICT},
        {"lost", &ready, .say = {{MRS, NULL, 200, "[]"}, {OPEN, "Up", 0, .maybe_sent = true}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"5xx", &ready, .say = {{MRS, NULL, 200, "[]"}, {OPEN, "Up", 500, ""}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"cut", &ready, .say = {{MRS, NULL, 200, "[]"}, {OPEN, "Up", 201, "{"}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"no such branch", &ready, .say = {{MRS, NULL, 200, "[]"}, {OPEN, "Up", 422, "{}"}},
         .end = TALK_DEAD, .cls = ERR_INVALID},
        {"no such project", &ready, .say = {{MRS, NULL, 404, "{}"}}, .end = TALK_DEAD, .cls = ERR_MISSING},
        {"garbled", &ready, .say = {{MRS, NULL, 200, "<html>"}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitlab_talk, &rows[i]);
    hold_with_broken_answers(gitlab_talk, &change, 200, "[" MR(5, "Down", OURS, 1, "") "]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_written_over_in_place),
        cmocka_unit_test(a_note_without_anything_to_say_is_removed),
        cmocka_unit_test(an_answer_about_a_note_is_judged_by_the_table),
        cmocka_unit_test(a_merge_request_is_opened_or_updated_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
