/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations about check runs: each turn, and what is asked after an answer that never came. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "fmt/json.h"
#include "handlers/forge/gitea/gitea.h"
#include "handlers/forge/github/github.h"
#include "handlers/forge/gitlab/gitlab.h"
#include "port/talk.h"
#include "unit/handlers/talk_script.h"

#define SHA                "6dcb09b5b57875f334f61aebed695e2e4193db5e"
#define CREATE             "POST /repos/acme/backend/check-runs"
#define UPDATE             "PATCH /repos/acme/backend/check-runs/7"
#define GET                "GET /repos/acme/backend/check-runs/7"
#define LIST               "GET /repos/acme/backend/commits/" SHA "/check-runs?check_name=CI%2FBuild&filter=all&per_page=100"
#define EXT                "0123456789abcdefghjkmnpqrs"
#define COUNT(n)           "\"output\":{\"title\":\"running 2 jobs\",\"annotations_count\":" #n "}"
#define OURS(status, more) "{\"id\":7,\"external_id\":\"" EXT "\",\"status\":\"" status "\"," more "}"
#define OTHER              "{\"id\":3,\"external_id\":\"zzz\",\"status\":\"completed\"}"
#define PAGE(x)            "{\"total_count\":9,\"check_runs\":[" x "]}"
#define MADE               "{\"id\":7,\"html_url\":\"https://github.com/acme/backend/runs/7\"}"
#define DONE               "\"conclusion\":\"success\",\"output\":{\"title\":\"2 jobs\",\"annotations_count\":"

#define CHECK(state_, title_)                                                                                          \
    {                                                                                                                  \
        .sha = SHA, .name = "CI/Build", .external_id = EXT, .state = state_, .title = title_, .summary = "all of it",  \
        .started_at = 1795428000123, .completed_at = 1795428060999, .details_url = "https://ci.example.com/runs/1"     \
    }
static const struct effect queued = {
    .kind = EFFECT_CHECK, .repo = "acme/backend", .seq = 1, .check = CHECK(STATUS_QUEUED, "queued")};
static const struct effect running = {
    .kind = EFFECT_CHECK, .repo = "acme/backend", .seq = 2, .check = CHECK(STATUS_RUNNING, "running 2 jobs")};
static const struct effect success = {
    .kind = EFFECT_CHECK, .repo = "acme/backend", .seq = 3, .check = CHECK(STATUS_SUCCESS, "2 jobs")};

/* The end with n annotations. */
static struct effect with_notes(size_t n, int64_t seq)
{
    static struct check_note notes[1000];
    struct effect x = success;
    for (size_t i = 0; i < n; i++)
        notes[i] = (struct check_note){
            .level = NOTE_ERROR, .path = "a.c", .line = (int)i + 1, .end_line = (int)i + 1, .text = "wrong"};
    x.seq = seq;
    x.check.notes = notes;
    x.check.n_notes = n;
    return x;
}

static void each_state_has_its_word_in_a_check_run(void **state)
{
    (void)state;
    static const char *const want[STATUS_STATE_N] = {
        [STATUS_QUEUED] = "\"status\":\"queued\",\"output\"",
        [STATUS_RUNNING] = "\"status\":\"in_progress\",\"started_at\":\"2026-11-23T10:00:00Z\",\"output\"",
        [STATUS_SUCCESS] = "\"conclusion\":\"success\",\"completed_at\":\"2026-11-23T10:01:00Z\"",
        [STATUS_FAILED] = "\"conclusion\":\"failure\"",
        [STATUS_ERROR] = "\"conclusion\":\"failure\"",
        [STATUS_TIMED_OUT] = "\"conclusion\":\"timed_out\"",
        [STATUS_CANCELLED] = "\"conclusion\":\"cancelled\"",
        [STATUS_SKIPPED] = "\"conclusion\":\"skipped\"",
    };
    for (size_t i = 0; i < STATUS_STATE_N; i++) {
        struct effect x = queued;
        x.check.state = (enum status_state)i;
        hold(github_talk, &(struct conversation){"a state", &x, .say = {{CREATE, want[i], 201, MADE}}, .end = TALK_SENT,
                                                 .id = "7", .url = "https://github.com/acme/backend/runs/7"});
    }
}

static void a_run_has_a_button_until_it_succeeds(void **state)
{
    (void)state;
    static const char *const want[STATUS_STATE_N] = {
        [STATUS_QUEUED] = ("\"actions\":[{\"label\":\"Cancel\",\"description\":\"Ends what is under way\","
                           "\"identifier\":\"fettle-cancel\"}],\"output\""),
        [STATUS_RUNNING] = "\"identifier\":\"fettle-cancel\"}]",
        [STATUS_SUCCESS] = "\"completed_at\":\"2026-11-23T10:01:00Z\",\"output\"",
        [STATUS_FAILED] = "\"identifier\":\"fettle-retest\"}]",
        [STATUS_ERROR] = "\"identifier\":\"fettle-retest\"}]",
        [STATUS_TIMED_OUT] = "\"identifier\":\"fettle-retest\"}]",
        [STATUS_CANCELLED] = "\"identifier\":\"fettle-retest\"}]",
        [STATUS_SKIPPED] = "\"conclusion\":\"skipped\"",
    };
    for (size_t i = 0; i < STATUS_STATE_N; i++) {
        struct effect x = queued;
        x.check.state = (enum status_state)i;
        x.check.buttons = true;
        hold(github_talk, &(struct conversation){"a state", &x, .say = {{CREATE, want[i], 201, MADE}}, .end = TALK_SENT,
                                                 .id = "7", .url = "https://github.com/acme/backend/runs/7"});
    }
}

static void a_check_run_is_made_once_and_then_written_over(void **state)
{
    (void)state;
    static const char all[] = "{\"name\":\"CI/Build\",\"head_sha\":\"" SHA "\",\"external_id\":\"" EXT
                              "\",\"details_url\":\"https://ci.example.com/runs/1\",\"status\":\"queued\","
                              "\"output\":{\"title\":\"queued\",\"summary\":\"all of it\"}}";
    static const struct conversation rows[] = {
        {"the first state makes it", &queued, .say = {{CREATE, all, 201, MADE}}, .end = TALK_SENT, .id = "7"},
        {"a later one changes it", &running, .known_id = "7",
         .say = {{UPDATE, "\"status\":\"in_progress\"", 200, MADE}}, .end = TALK_SENT, .id = "7"},
        {"one that never heard of it looks", &running,
         .say = {{LIST, NULL, 200, PAGE(OTHER "," OURS("queued", COUNT(0)))},
                 {UPDATE, "\"status\":\"in_progress\"", 200, MADE}},
         .end = TALK_SENT, .id = "7"},
        {"and makes it where it is not", &running,
         .say = {{LIST, NULL, 200, PAGE(OTHER)}, {CREATE, "\"status\":\"in_progress\"", 201, MADE}}, .end = TALK_SENT,
         .id = "7"},
        {"on any page", &running,
         .say = {{LIST, NULL, 200, PAGE(OTHER),
                  .link = "<https://api.github.com/repositories/1/commits/x/check-runs?page=2>; rel=\"next\""},
                 {"GET /repositories/1/commits/x/check-runs?page=2", NULL, 200, PAGE(OURS("queued", COUNT(0)))},
                 {UPDATE, "in_progress", 200, MADE}},
         .end = TALK_SENT, .id = "7"},
        {"a renamed repository", &queued,
         .say = {{CREATE, "queued", 307, "", .location = "https://api.github.com/repositories/42/check-runs"},
                 {"POST /repositories/42/check-runs", "queued", 201, MADE}},
         .end = TALK_SENT, .id = "7"},
        {"completed stays completed", &running, .look_first = true,
         .say = {{LIST, NULL, 200, PAGE(OURS("completed", DONE "0}"))}}, .end = TALK_SENT, .id = "7"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void a_lost_answer_is_looked_for_before_anything_is_repeated(void **state)
{
    (void)state;
    struct effect three = with_notes(3, 3);
    const struct conversation rows[] = {
        {"the creation is lost", &queued, .say = {{CREATE, "queued", 0, .maybe_sent = true}}, .end = TALK_UNCERTAIN,
         .cls = ERR_UNCERTAIN},
        {"or failed behind the door", &queued, .say = {{CREATE, "queued", 502, ""}}, .end = TALK_UNCERTAIN,
         .cls = ERR_UNCERTAIN},
        {"or cannot be read", &queued, .say = {{CREATE, "queued", 201, "{\"id\":"}}, .end = TALK_UNCERTAIN,
         .cls = ERR_UNCERTAIN},
        {"it never left", &queued, .say = {{CREATE, "queued", 0}}, .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"and then it is there", &queued, .look_first = true,
         .say = {{LIST, NULL, 200, PAGE(OURS("queued", "\"output\":{\"title\":\"queued\",\"annotations_count\":0}"))}},
         .end = TALK_SENT, .id = "7"},
        {"and then it is not", &queued, .look_first = true,
         .say = {{LIST, NULL, 200, PAGE("")}, {CREATE, "queued", 201, MADE}}, .end = TALK_SENT, .id = "7"},
        {"the look is lost", &queued, .look_first = true, .say = {{LIST, NULL, 0, .maybe_sent = true}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"the look cannot be read", &queued, .look_first = true, .say = {{LIST, NULL, 200, "[]"}}, .end = TALK_RETRY,
         .cls = ERR_TRANSIENT},
        {"a change is lost", &running, .known_id = "7", .say = {{UPDATE, "in_progress", 0, .maybe_sent = true}},
         .end = TALK_UNCERTAIN, .cls = ERR_UNCERTAIN},
        {"and had arrived", &running, .known_id = "7", .look_first = true,
         .say = {{GET, NULL, 200, OURS("in_progress", COUNT(0))}}, .end = TALK_SENT, .id = "7"},
        {"and had not", &running, .known_id = "7", .look_first = true,
         .say = {{GET, NULL, 200, OURS("queued", COUNT(0))}, {UPDATE, "in_progress", 200, MADE}}, .end = TALK_SENT},
        {"how it is cannot be read", &running, .known_id = "7", .look_first = true, .say = {{GET, NULL, 200, "[1]"}},
         .end = TALK_RETRY, .cls = ERR_TRANSIENT},
        {"annotations had arrived", &three, .known_id = "7", .look_first = true,
         .say = {{GET, NULL, 200, OURS("completed", DONE "3}")}}, .end = TALK_SENT},
        {"annotations had not", &three, .known_id = "7", .look_first = true,
         .say = {{GET, NULL, 200, OURS("in_progress", COUNT(0))}, {UPDATE, "\"start_line\":3", 200, MADE}},
         .end = TALK_SENT},
        {"found with annotations", &three, .look_first = true,
         .say = {{LIST, NULL, 200, PAGE(OURS("completed", DONE "3}"))}}, .end = TALK_SENT, .id = "7"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void annotations_go_in_batches_and_the_last_one_completes(void **state)
{
    (void)state;
#define LINE(n) "\"start_line\":" #n ",\"end_line\":" #n ",\"annotation_level\":\"failure\",\"message\":\"wrong\"}"
    struct effect x = with_notes(120, 3), first = with_notes(51, 1), fifty = with_notes(50, 3);
    const struct conversation rows[] = {
        {"three batches", &x, .known_id = "7",
         .say = {{UPDATE, LINE(50) "]}}", 200, MADE},
                 {UPDATE, LINE(100) "]}}", 200, MADE},
                 {UPDATE, LINE(120) "]}}", 200, MADE}},
         .end = TALK_SENT},
        {"fifty are one", &fifty, .known_id = "7", .say = {{UPDATE, "\"conclusion\":\"success\"", 200, MADE}},
         .end = TALK_SENT},
        {"the creation takes the first", &first,
         .say = {{CREATE, "\"status\":\"in_progress\"", 201, MADE}, {UPDATE, "\"status\":\"completed\"", 200, MADE}},
         .end = TALK_SENT, .id = "7"},
        {"the second is lost", &x, .known_id = "7",
         .say = {{UPDATE, LINE(1), 200, MADE}, {UPDATE, LINE(51), 0, .maybe_sent = true}}, .end = TALK_UNCERTAIN,
         .cls = ERR_UNCERTAIN},
        {"and had arrived", &x, .known_id = "7", .look_first = true,
         .say = {{GET, NULL, 200, OURS("in_progress", COUNT(100))}, {UPDATE, LINE(101), 200, MADE}}, .end = TALK_SENT},
        {"and had not", &x, .known_id = "7", .look_first = true,
         .say = {{GET, NULL, 200, OURS("in_progress", COUNT(50))},
                 {UPDATE, "[{\"path\":\"a.c\"," LINE(51), 200, MADE},
                 {UPDATE, "[{\"path\":\"a.c\"," LINE(101), 200, MADE}},
         .end = TALK_SENT},
        {"all are there, and it is not completed", &x, .known_id = "7", .look_first = true,
         .say = {{GET, NULL, 200, OURS("in_progress", COUNT(120))}, {UPDATE, "all of it\"}}", 200, MADE}},
         .end = TALK_SENT},
        {"a limit between two: it is uncertain how far it got", &x, .known_id = "7",
         .say = {{UPDATE, LINE(1), 200, MADE}, {UPDATE, LINE(51), 429, "", .retry_after = "5"}}, .end = TALK_UNCERTAIN,
         .cls = ERR_LIMITED, .wait = 5000},
        {"a limit before the first", &x, .known_id = "7", .say = {{UPDATE, LINE(1), 429, "", .retry_after = "5"}},
         .end = TALK_RETRY, .cls = ERR_LIMITED, .wait = 5000},
        {"refused ones are left out, and the check run is completed", &x, .known_id = "7",
         .say = {{UPDATE, LINE(1), 200, MADE},
                 {UPDATE, LINE(51), 422, "{\"message\":\"Invalid request\"}"},
                 {UPDATE, "GitHub refused 70 annotations.\\n\"}}", 200, MADE}},
         .end = TALK_SENT},
        {"refused without annotations is the end", &running, .known_id = "7",
         .say = {{UPDATE, "in_progress", 422, "{\"message\":\"Invalid request\"}"}}, .end = TALK_DEAD,
         .cls = ERR_INVALID},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void a_thousand_annotations_go_out_in_one_conversation(void **state)
{
    (void)state;
    struct effect x = with_notes(1000, 3);
    struct conversation c = {"a thousand", &x, .known_id = "7", .end = TALK_SENT};
    for (int i = 0; i < 20; i++)
        c.say[i] = (struct exchange){.want = UPDATE,
                                     .status = 200,
                                     .body = MADE,
                                     .body_has = i < 19 ? "\"status\":\"in_progress\"" : "\"status\":\"completed\""};
    hold(github_talk, &c);
}

static void an_annotation_has_columns_on_one_line_alone(void **state)
{
    (void)state;
    struct check_note notes[] = {
        {.level = NOTE_NOTICE, .path = "a.c", .line = 2, .end_line = 2, .col = 3, .end_col = 9, .text = "t"},
        {.level = NOTE_WARNING,
         .path = "b.c",
         .line = 2,
         .end_line = 4,
         .col = 3,
         .end_col = 9,
         .text = "u",
         .title = "T"},
    };
    static const char want[] =
        "\"annotations\":[{\"path\":\"a.c\",\"start_line\":2,\"end_line\":2,\"start_column\":3,\"end_column\":9,"
        "\"annotation_level\":\"notice\",\"message\":\"t\"},{\"path\":\"b.c\",\"start_line\":2,\"end_line\":4,"
        "\"annotation_level\":\"warning\",\"message\":\"u\",\"title\":\"T\"}]";
    struct effect x = success;
    x.check.notes = notes;
    x.check.n_notes = ARRAY_LEN(notes);
    hold(github_talk,
         &(struct conversation){"columns", &x, .known_id = "7", .say = {{UPDATE, want, 200, MADE}}, .end = TALK_SENT});
}

/* The member of the output, out of the request that x leads to. */
static void output_of(const struct effect *x, const char *key, struct buf *ret)
{
    struct effect_talk t = {.remote_id = "7"};
    struct api_request q = {0};
    struct err e = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    assert_int_equal(github_talk(x, &t, NULL, &q, &e), TALK_CALL);
    assert_int_equal(jdoc_parse(buf_view(&q.body), NULL, &doc, &e), 0);
    buf_sv(ret, jval_str(jval_at(jdoc_root(doc), "output", key)));
    api_request_done(&q);
    effect_talk_done(&t);
}

static void texts_are_cut_on_a_code_point_and_call_nobody(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf text = {0}, summary = {0}, title = {0}, calm = {0};
    struct effect x = success;
    for (int i = 0; i < 40000; i++)
        buf_str(&text, "\xc3\xa9");
    x.check.summary = x.check.title = text.p;
    output_of(&x, "summary", &summary);
    assert_int_equal(summary.n, 65534);
    assert_true(sv_bad_utf8(buf_view(&summary)) < 0);
    output_of(&x, "title", &title);
    assert_int_equal(title.n, 254 * 2 + 3);
    x.check.summary = "thanks @ann";
    output_of(&x, "summary", &calm);
    assert_string_equal(calm.p, "thanks @\xe2\x80\x8b"
                                "ann");
}

static void the_token_of_a_person_is_told_what_is_needed(void **state)
{
    (void)state;
    static const struct {
        const struct effect *x;
        struct exchange say;
        const char *known;
    } rows[] = {
        {&queued, {CREATE, "queued", 403, "{\"message\":\"You must authenticate via a GitHub App.\"}"}, NULL},
        {&queued, {CREATE, "queued", 403, "{\"message\":\"Resource not accessible by integration\"}"}, NULL},
        {&queued, {CREATE, "queued", 404, "{\"message\":\"Not Found\"}"}, NULL},
        {&running, {LIST, NULL, 403, "{\"message\":\"Resource not accessible by integration\"}"}, NULL},
        {&running, {UPDATE, "in_progress", 403, "{\"message\":\"Resource not accessible by integration\"}"}, "7"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct effect_talk t = {0};
        struct api_request q = {0};
        struct err e = {0};
        snprintf(t.remote_id, sizeof t.remote_id, "%s", rows[i].known ? rows[i].known : "");
        assert_int_equal(github_talk(rows[i].x, &t, NULL, &q, &e), TALK_CALL);
        check_request("a refusal", &rows[i].say, &q);
        struct api_reply r = reply_of(&rows[i].say);
        assert_int_equal(github_talk(rows[i].x, &t, &r, &q, &e), TALK_DEAD);
        assert_true(sv_starts(sv_of(e.msg), SV("check runs need the token of a GitHub App")));
        assert_true(strstr(e.msg, "the status is posted all the same") != NULL);
        api_request_done(&q);
        effect_talk_done(&t);
    }
}

static void refusals_that_pass_are_waited_for(void **state)
{
    (void)state;
    static const struct conversation rows[] = {
        {"the commit is not known yet", &queued,
         .say = {{CREATE, "queued", 422, "{\"message\":\"No commit found for SHA: " SHA "\"}"}}, .end = TALK_RETRY,
         .cls = ERR_MISSING},
        {"nor to the list", &running, .say = {{LIST, NULL, 422, "{\"message\":\"No commit found for SHA: " SHA "\"}"}},
         .end = TALK_RETRY, .cls = ERR_MISSING},
        {"a secondary limit is no missing permission", &queued,
         .say = {{CREATE, "queued", 403, "You have exceeded a secondary rate limit"}}, .end = TALK_RETRY,
         .cls = ERR_LIMITED, .wait = 60000},
        {"bad credentials", &queued, .say = {{CREATE, "queued", 401, "{}"}}, .end = TALK_RETRY, .cls = ERR_DENIED},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void a_superseded_check_run_is_ended_where_it_is_and_made_nowhere(void **state)
{
    (void)state;
    struct effect x = running;
    x.check.state = STATUS_CANCELLED;
    x.check.superseded = true;
    const struct conversation rows[] = {
        {"known", &x, .known_id = "7", .say = {{UPDATE, "\"conclusion\":\"cancelled\"", 200, MADE}}, .end = TALK_SENT},
        {"found", &x, .say = {{LIST, NULL, 200, PAGE(OURS("queued", COUNT(0)))}, {UPDATE, "cancelled", 200, MADE}},
         .end = TALK_SENT},
        {"never made", &x, .say = {{LIST, NULL, 200, PAGE(OTHER)}}, .end = TALK_SENT, .id = ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        hold(github_talk, &rows[i]);
}

static void an_endless_list_of_check_runs_ends(void **state)
{
    (void)state;
    struct conversation c = {"endless", &running, .end = TALK_SENT, .id = "7"};
    for (int i = 0; i < TALK_PAGES; i++)
        c.say[i] = (struct exchange){.want = i ? "GET /repos/acme/backend/check-runs?page=2" : LIST,
                                     .status = 200,
                                     .body = PAGE(OTHER),
                                     .link = "<https://x/repos/acme/backend/check-runs?page=2>; rel=\"next\""};
    c.say[TALK_PAGES] = (struct exchange){.want = CREATE, .body_has = "in_progress", .status = 201, .body = MADE};
    hold(github_talk, &c);
}

static void broken_answers_about_check_runs_always_end_the_conversation(void **state)
{
    (void)state;
    hold_with_broken_answers(github_talk, &running, 200, PAGE(OURS("queued", COUNT(0))));
    hold_with_broken_answers(github_talk, &queued, 201, MADE);
    hold_with_broken_answers(github_talk, &queued, 422, "{\"message\":\"a\xc3\xa9\",\"errors\":[1]}");
}

static void forges_without_check_runs_say_so(void **state)
{
    (void)state;
    talk_fn *const all[] = {gitlab_talk, gitea_talk};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct effect_talk t = {0};
        struct api_request q = {0};
        struct err e = {0};
        assert_int_equal(all[i](&queued, &t, NULL, &q, &e), TALK_DEAD);
        assert_true(strstr(e.msg, "no check runs") != NULL);
        effect_talk_done(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_state_has_its_word_in_a_check_run),
        cmocka_unit_test(a_run_has_a_button_until_it_succeeds),
        cmocka_unit_test(a_check_run_is_made_once_and_then_written_over),
        cmocka_unit_test(a_lost_answer_is_looked_for_before_anything_is_repeated),
        cmocka_unit_test(annotations_go_in_batches_and_the_last_one_completes),
        cmocka_unit_test(a_thousand_annotations_go_out_in_one_conversation),
        cmocka_unit_test(an_annotation_has_columns_on_one_line_alone),
        cmocka_unit_test(texts_are_cut_on_a_code_point_and_call_nobody),
        cmocka_unit_test(the_token_of_a_person_is_told_what_is_needed),
        cmocka_unit_test(refusals_that_pass_are_waited_for),
        cmocka_unit_test(a_superseded_check_run_is_ended_where_it_is_and_made_nowhere),
        cmocka_unit_test(an_endless_list_of_check_runs_ends),
        cmocka_unit_test(broken_answers_about_check_runs_always_end_the_conversation),
        cmocka_unit_test(forges_without_check_runs_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
