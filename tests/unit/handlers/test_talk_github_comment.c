/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "handlers/forge/github/github.h"
#include "unit/handlers/talk_script.h"

#define MARK          "<!-- fettle:fp=0123456789abcdefghjkmnpqrs -->"
#define LIST          "GET /repos/acme/backend/issues/5/comments?per_page=100"
#define POST          "POST /repos/acme/backend/issues/5/comments"
#define EDIT(n)       "PATCH /repos/acme/backend/issues/comments/" #n
#define DELETE(n)     "DELETE /repos/acme/backend/issues/comments/" #n
#define TEXT          "{\"body\":\"done\\n\\n" MARK "\"}"
#define OURS(n, text) "{\"id\":" #n ",\"html_url\":\"https://github.com/c/" #n "\",\"body\":\"" text "\\n\\n" MARK "\"}"
#define OTHER(n)      "{\"id\":" #n ",\"body\":\"fine\"}"
#define QUOTE(n)      "{\"id\":" #n ",\"body\":\"> x\\n> " MARK "\\n\\nwhat is this?\"}"
#define MADE          "{\"id\":31,\"html_url\":\"https://github.com/c/31\"}"
#define NEXT          "<https://api.github.com/repositories/1/issues/5/comments?page=2>; rel=\"next\""

static const struct effect says = {
    .kind = EFFECT_COMMENT, .repo = "acme/backend", .comment = {.number = 5, .body = "done", .marker = MARK}};
static const struct effect gone = {
    .kind = EFFECT_COMMENT, .repo = "acme/backend", .comment = {.number = 5, .marker = MARK, .remove = true}};

static void a_comment_is_written_once_and_then_written_over(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"none there", &says, .say = {{LIST, NULL, 200, "[" OTHER(1) "]"}, {POST, TEXT, 201, MADE}}, .end = TALK_SENT,
         .id = "31", .url = "https://github.com/c/31"},
        {"known", &says, .known_id = "31", .say = {{EDIT(31), TEXT, 200, MADE}}, .end = TALK_SENT, .id = "31"},
        {"found", &says,
         .say = {{LIST, NULL, 200, "[" OTHER(1) "," OURS(8, "old") "]"}, {EDIT(8), TEXT, 200, "{\"id\":8}"}},
         .end = TALK_SENT, .id = "8", .url = "https://github.com/c/8"},
        {"found, and it says it already", &says, .say = {{LIST, NULL, 200, "[" OURS(8, "done") "]"}}, .end = TALK_SENT,
         .id = "8", .url = "https://github.com/c/8"},
        {"two there: the oldest", &says,
         .say = {{LIST, NULL, 200, "[" OURS(9, "a") "," OURS(4, "b") "]", .link = NEXT},
                 {"GET /repositories/1/issues/5/comments?page=2", NULL, 200, "[" OURS(7, "c") "]"},
                 {EDIT(4), TEXT, 200, "{\"id\":4}"}},
         .end = TALK_SENT, .id = "4"},
        {"on the second page", &says,
         .say = {{LIST, NULL, 200, "[" OTHER(1) "]", .link = NEXT},
                 {"GET /repositories/1/issues/5/comments?page=2", NULL, 200, "[" OURS(7, "c") "]"},
                 {EDIT(7), TEXT, 200, "{\"id\":7}"}},
         .end = TALK_SENT, .id = "7"},
        {"a reply that quotes it is somebody else's", &says,
         .say = {{LIST, NULL, 200, "[" QUOTE(2) ",{\"id\":3,\"body\":null},{\"id\":0,\"body\":\"" MARK "\"},7]"},
                 {POST, TEXT, 201, MADE}},
         .end = TALK_SENT, .id = "31"},
        {"the thread is locked", &says,
         .say = {{LIST, NULL, 200, "[]"},
                 {POST, TEXT, 403, "{\"message\":\"Unable to create comment because issue is locked.\"}"}},
         .end = TALK_DEAD, .cls = ERR_DENIED},
        {"no such thread", &says, .say = {{LIST, NULL, 404, "{\"message\":\"Not Found\"}"}}, .end = TALK_DEAD,
         .cls = ERR_MISSING},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void what_may_not_be_written_over_is_left_alone(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"a copy of somebody, ours behind it", &says,
         .say = {{LIST, NULL, 200, "[" OURS(2, "old") "," OURS(8, "old") "]"},
                 {EDIT(2), TEXT, 403, "{\"message\":\"Must have admin rights to Repository.\"}"},
                 {EDIT(8), TEXT, 200, "{\"id\":8}"}},
         .end = TALK_SENT, .id = "8"},
        {"a copy of somebody, none of ours", &says,
         .say = {{LIST, NULL, 200, "[" OURS(2, "old") "]"}, {EDIT(2), TEXT, 404, "{}"}, {POST, TEXT, 201, MADE}},
         .end = TALK_SENT, .id = "31"},
        {"the known one is not ours any more", &says, .known_id = "2",
         .say = {{EDIT(2), TEXT, 403, "{}"}, {LIST, NULL, 200, "[" OURS(2, "old") "]"}, {POST, TEXT, 201, MADE}},
         .end = TALK_SENT, .id = "31"},
        {"the known one was deleted", &says, .known_id = "2",
         .say = {{EDIT(2), TEXT, 404, "{}"}, {LIST, NULL, 200, "[" OTHER(1) "]"}, {POST, TEXT, 201, MADE}},
         .end = TALK_SENT, .id = "31"},
        {"a limit is no refusal", &says, .known_id = "2", .say = {{EDIT(2), TEXT, 403, "secondary rate limit"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 60000},
        {"nor is invalid text", &says, .known_id = "2", .say = {{EDIT(2), TEXT, 422, "{}"}}, .end = TALK_DEAD,
         .cls = ERR_INVALID},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void a_lost_answer_to_a_comment_makes_no_second_one(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"lost", &says, .say = {{LIST, NULL, 200, "[]"}, {POST, TEXT, 0, .maybe_sent = true}}, .end = TALK_UNCERTAIN,
         .cls = ERR_UNCERTAIN},
        {"a bad gateway", &says, .say = {{LIST, NULL, 200, "[]"}, {POST, TEXT, 502, "<html>"}}, .end = TALK_UNCERTAIN,
         .cls = ERR_UNCERTAIN},
        {"unreadable", &says, .say = {{LIST, NULL, 200, "[]"}, {POST, TEXT, 201, "{\"id\""}}, .end = TALK_UNCERTAIN,
         .cls = ERR_UNCERTAIN},
        {"it had arrived", &says, .look_first = true, .say = {{LIST, NULL, 200, "[" OURS(31, "done") "]"}},
         .end = TALK_SENT, .id = "31"},
        {"it had not", &says, .look_first = true, .say = {{LIST, NULL, 200, "[]"}, {POST, TEXT, 201, MADE}},
         .end = TALK_SENT, .id = "31"},
        {"never left", &says, .say = {{LIST, NULL, 200, "[]"}, {POST, TEXT, 0}}, .end = TALK_RETRY,
         .cls = ERR_TRANSIENT},
        {"a lost edit", &says, .known_id = "31", .say = {{EDIT(31), TEXT, 0, .maybe_sent = true}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"is written again", &says, .known_id = "31", .look_first = true, .say = {{EDIT(31), TEXT, 200, MADE}},
         .end = TALK_SENT},
        {"an edit that failed", &says, .known_id = "31", .say = {{EDIT(31), TEXT, 500, ""}}, .end = TALK_RETRY,
         .cls = ERR_TRANSIENT},
        {"a lost list", &says, .say = {{LIST, NULL, 0, .maybe_sent = true}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"a cut list", &says, .say = {{LIST, NULL, 200, "[{\"id\":1"}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"no list", &says, .say = {{LIST, NULL, 200, "{}"}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void a_comment_with_nothing_to_say_is_removed(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"known", &gone, .known_id = "31", .say = {{DELETE(31), NULL, 204, ""}}, .end = TALK_SENT, .id = ""},
        {"known, and gone", &gone, .known_id = "31", .say = {{DELETE(31), NULL, 404, "{}"}}, .end = TALK_SENT,
         .id = ""},
        {"found", &gone, .say = {{LIST, NULL, 200, "[" QUOTE(2) "," OURS(8, "x") "]"}, {DELETE(8), NULL, 204, ""}},
         .end = TALK_SENT, .id = ""},
        {"none there", &gone, .say = {{LIST, NULL, 200, "[" QUOTE(2) "]"}}, .end = TALK_SENT, .id = ""},
        {"a copy of somebody, ours behind it", &gone,
         .say = {{LIST, NULL, 200, "[" OURS(2, "x") "," OURS(8, "x") "]"},
                 {DELETE(2), NULL, 403, "{}"},
                 {DELETE(8), NULL, 204, ""}},
         .end = TALK_SENT, .id = ""},
        {"not ours to remove", &gone, .known_id = "2",
         .say = {{DELETE(2), NULL, 403, "{}"}, {LIST, NULL, 200, "[" OURS(2, "x") "]"}}, .end = TALK_DEAD,
         .cls = ERR_DENIED},
        {"lost", &gone, .known_id = "31", .say = {{DELETE(31), NULL, 0, .maybe_sent = true}}, .end = TALK_UNCERTAIN,
         .cls = ERR_UNCERTAIN},
        {"failed", &gone, .known_id = "31", .say = {{DELETE(31), NULL, 503, "", .retry_after = "5"}}, .end = TALK_RETRY,
         .cls = ERR_TRANSIENT, .wait = 5000},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void a_comment_of_a_renamed_repository_follows_it(void **state)
{
    (void)state;
    hold(github_talk,
         &(struct conversation){
             "renamed", &says, .known_id = "31",
             .say = {{EDIT(31), TEXT, 307, "", .location = "https://api.github.com/repositories/9/issues/comments/31"},
                     {"PATCH /repositories/9/issues/comments/31", TEXT, 200, MADE}},
             .end = TALK_SENT});
}

static void nobody_is_called_by_a_comment(void **state)
{
    (void)state;
    struct effect x = says;
    x.comment.body = "thanks @ann, fixes #7";
    hold(github_talk, &(struct conversation){"calm", &x, .known_id = "31",
                                             .say = {{EDIT(31),
                                                      "thanks @\xe2\x80\x8b"
                                                      "ann, fixes #\xe2\x80\x8b"
                                                      "7",
                                                      200, MADE}},
                                             .end = TALK_SENT});
}

static void an_endless_thread_ends(void **state)
{
    (void)state;
    struct conversation c = {"endless", &says, .end = TALK_SENT, .id = "31"};
    for (int i = 0; i < 20; i++)
        c.say[i] = (struct exchange){.want = i ? "GET /repositories/1/issues/5/comments?page=2" : LIST,
                                     .status = 200,
                                     .body = "[" OTHER(1) "]",
                                     .link = NEXT};
    c.say[20] = (struct exchange){.want = POST, .body_has = TEXT, .status = 201, .body = MADE};
    hold(github_talk, &c);
}

/* Many copies of somebody: each is tried at most once, the conversation ends with a new one. */
static void many_copies_end_as_well(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf list = {0};
    struct conversation c = {"copies", &says, .end = TALK_SENT, .id = "31"};
    static char edits[8][64];
    buf_chr(&list, '[');
    for (int i = 20; i > 0; i--)
        buf_fmt(&list, "{\"id\":%d,\"body\":\"" MARK "\"},", i);
    buf_str(&list, OTHER(99) "]");
    c.say[0] = (struct exchange){.want = LIST, .status = 200, .body = list.p};
    for (int i = 0; i < 8; i++) {
        snprintf(edits[i], sizeof edits[i], "PATCH /repos/acme/backend/issues/comments/%d", i + 1);
        c.say[i + 1] = (struct exchange){.want = edits[i], .body_has = TEXT, .status = 403, .body = "{}"};
    }
    c.say[9] = (struct exchange){.want = POST, .body_has = TEXT, .status = 201, .body = MADE};
    hold(github_talk, &c);
}

static void broken_answers_about_comments_always_end_the_conversation(void **state)
{
    (void)state;
    hold_with_broken_answers(github_talk, &says, 200, "[" OURS(8, "x") "," QUOTE(9) "]");
    hold_with_broken_answers(github_talk, &says, 201, MADE);
    hold_with_broken_answers(github_talk, &gone, 200, "[" OURS(8, "x") "]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_comment_is_written_once_and_then_written_over),
        cmocka_unit_test(what_may_not_be_written_over_is_left_alone),
        cmocka_unit_test(a_lost_answer_to_a_comment_makes_no_second_one),
        cmocka_unit_test(a_comment_with_nothing_to_say_is_removed),
        cmocka_unit_test(a_comment_of_a_renamed_repository_follows_it),
        cmocka_unit_test(nobody_is_called_by_a_comment),
        cmocka_unit_test(an_endless_thread_ends),
        cmocka_unit_test(many_copies_end_as_well),
        cmocka_unit_test(broken_answers_about_comments_always_end_the_conversation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
