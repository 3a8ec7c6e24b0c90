/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "handlers/forge/gitea/gitea.h"
#include "unit/handlers/talk_script.h"

#define REPO    "/api/v1/repos/acme/backend"
#define MARK    "<!-- fettle:fp=0123456789abcdefghjkmnpqrs -->"
#define LIST    "GET " REPO "/issues/7/comments"
#define CREATE  "POST " REPO "/issues/7/comments"
#define EDIT(n) "PATCH " REPO "/issues/comments/" #n
#define DROP(n) "DELETE " REPO "/issues/comments/" #n
#define TEXT    "/tmp is full\\n\\n" MARK
#define BODY    "{\"body\":\"" TEXT "\"}"
#define ONE(n, text) "{\"id\":" #n ",\"html_url\":\"h" #n "\",\"body\":\"" text "\"}"

static const struct effect comment = {
    .kind = EFFECT_COMMENT, .repo = "acme/backend", .comment = {.number = 7, .body = "/tmp is full", .marker = MARK}};
static const struct effect gone = {
    .kind = EFFECT_COMMENT, .repo = "acme/backend", .comment = {.number = 7, .marker = MARK, .remove = true}};

static void a_comment_is_written_over_in_place(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"none there: created", &comment, .say = {{LIST, NULL, 200, "[]"}, {CREATE, BODY, 201, ONE(31, TEXT)}},
         .end = TALK_SENT, .id = "31", .url = "h31"},
        {"known: written over", &comment, .known_id = "31", .say = {{EDIT(31), BODY, 200, ONE(31, TEXT)}},
         .end = TALK_SENT, .id = "31"},
        {"known and deleted: looked for, created", &comment, .known_id = "31",
         .say = {{EDIT(31), BODY, 404, "{}"}, {LIST, NULL, 200, "[]"}, {CREATE, BODY, 201, ONE(32, TEXT)}},
         .end = TALK_SENT, .id = "32"},
        {"found, the oldest; a quote of it is not it", &comment,
         .say = {{LIST, NULL, 200,
                  "[" ONE(4, "> " MARK "\\nso what?") "," ONE(9, "old\\n" MARK) "," ONE(12, "old\\n" MARK) "]"},
                 {EDIT(9), BODY, 200, ONE(9, TEXT)}},
         .end = TALK_SENT, .id = "9"},
        {"somebody's copy: a new one", &comment,
         .say = {{LIST, NULL, 200, "[" ONE(9, "x\\n" MARK) "]"},
                 {EDIT(9), BODY, 403, "{}"},
                 {CREATE, BODY, 201, ONE(31, TEXT)}},
         .end = TALK_SENT, .id = "31"},
        {"removed", &gone, .known_id = "31", .say = {{DROP(31), NULL, 204, ""}}, .end = TALK_SENT, .id = ""},
        {"removed by somebody", &gone, .known_id = "31", .say = {{DROP(31), NULL, 404, "{}"}}, .end = TALK_SENT},
        {"found and removed", &gone,
         .say = {{LIST, NULL, 200, "[" ONE(9, "x\\n" MARK) "]"}, {DROP(9), NULL, 204, ""}}, .end = TALK_SENT},
        {"none to remove", &gone, .say = {{LIST, NULL, 200, "[]"}}, .end = TALK_SENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitea_talk, &rows[i]);
}

static void an_answer_about_a_comment_is_judged_by_the_table(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"lost", &comment, .say = {{LIST, NULL, 200, "[]"}, {CREATE, BODY, 0, .maybe_sent = true}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"and then it is there", &comment, .look_first = true, .say = {{LIST, NULL, 200, "[" ONE(9, TEXT) "]"}},
         .end = TALK_SENT, .id = "9"},
        {"5xx", &comment, .say = {{LIST, NULL, 200, "[]"}, {CREATE, BODY, 500, ""}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"5xx to an edit", &comment, .known_id = "31", .say = {{EDIT(31), BODY, 502, ""}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"cut", &comment, .say = {{LIST, NULL, 200, "[]"}, {CREATE, BODY, 201, "{\"id\":3"}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"no such issue", &comment, .say = {{LIST, NULL, 404, "{}"}}, .end = TALK_DEAD, .cls = ERR_MISSING},
        {"locked", &comment, .say = {{LIST, NULL, 200, "[]"}, {CREATE, BODY, 403, "{}"}},
         .end = TALK_DEAD, .cls = ERR_DENIED},
        {"garbled", &comment, .say = {{LIST, NULL, 200, "{}"}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitea_talk, &rows[i]);
    hold_with_broken_answers(gitea_talk, &comment, 200, "[" ONE(9, "x\\n" MARK) "]");
    hold_with_broken_answers(gitea_talk, &gone, 403, "[" ONE(9, "x\\n" MARK) "]");
}

/* ---- pull requests ---- */

#define PULLS(page) "GET " REPO "/pulls?state=open&limit=50&page=" #page
#define OPEN "POST " REPO "/pulls"
#define UP(n) "PATCH " REPO "/pulls/" #n
#define OURS "why\\n\\n" MARK
#define LABELS(page) "GET " REPO "/labels?limit=50&page=" #page
#define PULL(n, title, text, head, from, labels)                                                                       \
    "{\"number\":" #n ",\"html_url\":\"h" #n "\",\"state\":\"open\",\"title\":\"" title "\",\"body\":\"" text          \
    "\",\"head\":{\"ref\":\"" head "\",\"repo_id\":" #from "},\"base\":{\"ref\":\"main\",\"repo_id\":1},"              \
    "\"labels\":[" labels "]}"
#define BOT "{\"id\":31,\"name\":\"bot\"}"

static const char *bot[] = {"bot"};
static const struct effect change = {.kind = EFFECT_PULL,
                                     .repo = "acme/backend",
                                     .pull = {.head = "fettle/up", .base = "main", .title = "Up", .body = "why",
                                              .marker = MARK, .labels = bot, .n_labels = 1, .draft = true}};

static void a_pull_request_is_opened_or_updated_once(void **state)
{
    (void)state;
    struct effect ready = change;
    ready.pull.draft = false;
    ready.pull.n_labels = 0;
    const struct conversation rows[] = {
        {"none there: a draft, then its labels", &change,
         .say = {{PULLS(1), NULL, 200, "[]"},
                 {OPEN, "{\"head\":\"fettle/up\",\"base\":\"main\",\"title\":\"WIP: Up\",\"body\":\"" OURS "\"}", 201,
                  PULL(5, "WIP: Up", OURS, "fettle/up", 1, "")},
                 {LABELS(1), NULL, 200, "[" BOT "]"},
                 {"POST " REPO "/issues/5/labels", "{\"labels\":[31]}", 200, "[]"}},
         .end = TALK_SENT, .id = "5", .url = "h5"},
        {"its labels may not be set", &change,
         .say = {{PULLS(1), NULL, 200, "[]"},
                 {OPEN, "WIP: Up", 201, PULL(5, "WIP: Up", OURS, "fettle/up", 1, "")},
                 {LABELS(1), NULL, 200, "[" BOT "]"},
                 {"POST " REPO "/issues/5/labels", "{\"labels\":[31]}", 403, "{}"}},
         .end = TALK_SENT, .id = "5"},
        {"one there, on the second page: written over", &ready,
         .say = {{PULLS(1), NULL, 200, "[" PULL(9, "x", "y", "other", 1, "") "]"},
                 {PULLS(2), NULL, 200, "[" PULL(5, "Down", OURS, "fettle/up", 1, "") "]"},
                 {UP(5), "{\"title\":\"Up\",\"body\":\"" OURS "\"}", 201, PULL(5, "Up", OURS, "fettle/up", 1, "")}},
         .end = TALK_SENT, .id = "5"},
        {"none on any page", &ready,
         .say = {{PULLS(1), NULL, 200, "[" PULL(9, "x", "y", "other", 1, "") "]"},
                 {PULLS(2), NULL, 200, "[]"},
                 {OPEN, "\"title\":\"Up\"", 201, PULL(10, "Up", OURS, "fettle/up", 1, "")}},
         .end = TALK_SENT, .id = "10"},
        {"the only page, as Link says", &ready,
         .say = {{PULLS(1), NULL, 200, "[" PULL(9, "x", "y", "other", 1, "") "]", .link = "<http://g/>; rel=\"last\""},
                 {OPEN, "\"title\":\"Up\"", 201, PULL(10, "Up", OURS, "fettle/up", 1, "")}},
         .end = TALK_SENT, .id = "10"},
        {"says so already, and lacks a label", &change,
         .say = {{PULLS(1), NULL, 200, "[" PULL(5, "WIP: Up", OURS, "fettle/up", 1, "") "]"},
                 {LABELS(1), NULL, 200, "[" BOT "]"},
                 {"POST " REPO "/issues/5/labels", "{\"labels\":[31]}", 200, "[]"}},
         .end = TALK_SENT, .id = "5"},
        {"says so already", &change,
         .say = {{PULLS(1), NULL, 200, "[" PULL(5, "WIP: Up", OURS, "fettle/up", 1, BOT) "]"}}, .end = TALK_SENT},
        {"somebody's: left alone", &ready,
         .say = {{PULLS(1), NULL, 200, "[" PULL(5, "Mine", "by hand", "fettle/up", 1, "") "]"}}, .end = TALK_SENT},
        {"a fork's branch of that name is another", &ready,
         .say = {{PULLS(1), NULL, 200, "[" PULL(4, "Up", OURS, "fettle/up", 99, "") "]"},
                 {PULLS(2), NULL, 200, "[]"},
                 {OPEN, "Up", 201, PULL(5, "Up", OURS, "fettle/up", 1, "")}},
         .end = TALK_SENT, .id = "5"},
        {"opened by a lost try, after the first page", &ready,
         .say = {{PULLS(1), NULL, 200, "[]"},
                 {OPEN, "Up", 409, "{\"message\":\"pull request already exists for these targets\"}"},
                 {PULLS(1), NULL, 200, "[" PULL(9, "x", "y", "other", 1, "") "]"},
                 {PULLS(2), NULL, 200, "[" PULL(5, "Up", OURS, "fettle/up", 1, "") "]"}},
         .end = TALK_SENT, .id = "5"},
        {"said to be there, and not listed", &ready,
         .say = {{PULLS(1), NULL, 200, "[]"}, {OPEN, "Up", 409, "{}"}, {PULLS(1), NULL, 200, "[]"}},
         .end = TALK_RETRY, .cls = ERR_CONFLICT},
        {"lost", &ready, .say = {{PULLS(1), NULL, 200, "[]"}, {OPEN, "Up", 0, .maybe_sent = true}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"5xx", &ready, .say = {{PULLS(1), NULL, 200, "[]"}, {OPEN, "Up", 500, ""}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"no such branch", &ready, .say = {{PULLS(1), NULL, 200, "[]"}, {OPEN, "Up", 404, "{}"}},
         .end = TALK_DEAD, .cls = ERR_MISSING},
        {"garbled", &ready, .say = {{PULLS(1), NULL, 200, "{}"}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(gitea_talk, &rows[i]);
    hold_with_broken_answers(gitea_talk, &change, 200, "[" PULL(5, "Down", OURS, "fettle/up", 1, "") "]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comment_is_written_over_in_place),
        cmocka_unit_test(an_answer_about_a_comment_is_judged_by_the_table),
        cmocka_unit_test(a_pull_request_is_opened_or_updated_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
