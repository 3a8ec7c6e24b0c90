/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/handlers/decode_case.h"
#include "core/internal_event.h"
#include "handlers/forge/internal/internal.h"

#define BACKEND {.id = "github:acme/backend", .full_name = "acme/backend", .default_branch = "main", .is_private = YES}
#define SHA "1111111111111111111111111111111111111111"

static const struct {
    const char *what;
    struct hook_event ev;
    const char *want;
} events[] = {
    {"a schedule of the server's folder",
     {.name = "schedule", .workflow = "nightly", .schedule = "0 2 * * *", .trusted = YES},
     "schedule/- - | for nightly | at 0 2 * * * | trusted=yes"},
    {"a schedule of a repository",
     {.name = "schedule", .workflow = "backend:.fettle/workflows/ci.yml", .schedule = "*/5 * * * *", .repo = BACKEND,
      .ref = "refs/heads/main", .after = SHA, .trusted = YES},
     "schedule/- github:acme/backend refs/heads/main -..1111 | for backend:.fettle/workflows/ci.yml | at */5 * * * * "
     "| trusted=yes"},
    {"a run that ended",
     {.name = "workflow_run", .action = "completed", .repo = BACKEND, .ref = "refs/heads/main", .after = SHA,
      .workflow_run = {.present = true, .run = "r7", .name = "build", .event = "push", .status = "completed",
                       .conclusion = "failure", .head_branch = "topic", .head_sha = SHA},
      .trusted = NO},
     "workflow_run/completed github:acme/backend refs/heads/main -..1111 "
     "| run 0 r7 build by push completed=failure on topic | trusted=no"},
    {"what a person asks for",
     {.name = "workflow_dispatch", .workflow = "deploy", .repo = BACKEND, .ref = "refs/tags/v1", .after = SHA,
      .inputs = "{\"where\":\"production ☕\",\"dry\":true}",
      .sender = {.present = true, .login = "ann", .id = 7, .bot = UNKNOWN}, .trusted = YES},
     "workflow_dispatch/- github:acme/backend refs/tags/v1 -..1111 tag=v1 | for deploy "
     "| inputs {\"where\":\"production ☕\",\"dry\":true} | ann(7) bot=? | trusted=yes"},
    {"what a program asks for",
     {.name = "repository_dispatch", .action = "nightly", .repo = BACKEND, .client_payload = "{\"a\":[1,{}]}",
      .trusted = UNKNOWN},
     "repository_dispatch/nightly github:acme/backend | payload {\"a\":[1,{}]} | trusted=?"},
    {"a push that nobody delivered",
     {.name = "push", .repo = BACKEND, .ref = "refs/heads/main", .before = SHA, .after = SHA, .trusted = YES,
      .made_up = true},
     "push/- github:acme/backend refs/heads/main 1111..1111 forced? truncated | trusted=yes"},
    {"a push to a bare repository that no hook told of",
     {.name = "push", .repo = BACKEND, .ref = "refs/heads/main", .before = SHA, .after = SHA, .trusted = YES,
      .made_up = true, .received = true},
     "push/- github:acme/backend refs/heads/main 1111..1111 forced? truncated | trusted=yes"},
    {"a change that nobody delivered",
     {.name = "pull_request", .action = "opened", .repo = BACKEND, .ref = "refs/pull/7/head", .after = SHA,
      .change = {.present = true, .number = 7, .title = "t", .head_sha = SHA, .head_ref = "topic",
                 .head_repo = "github:acme/backend", .base_ref = "main", .draft = NO, .merged = UNKNOWN},
      .trusted = YES, .made_up = true},
     "pull_request/opened github:acme/backend refs/pull/7/head -..1111 | #7 t topic@github:acme/backend 1111 -> main - "
     "draft=no merged=? [] | trusted=yes"},
};

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(events); i++) {
        AUTO(buf_free) struct buf body = {0}, line = {0}, again = {0};
        AUTO(arena_free) struct arena a = {0};
        struct err e = {0};
        struct delivery d = {.forge = "internal", .kind = "internal", .event = "internal"};
        struct hook_event ev = {.forge = "internal"};
        internal_event_write(&events[i].ev, &body);
        case_decode(internal_decode, "internal", "internal", buf_view(&body), &line);
        case_check(events[i].what, events[i].want, &line);
        assert_int_equal(internal_decode(&d, buf_view(&body), &a, &ev, &e), 0);
        assert_string_equal(ev.forge, events[i].ev.repo.id ? "github" : "internal");
        internal_event_write(&ev, &again);
        assert_string_equal(again.p, body.p);
    }
}

static void other_bodies_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *want;
    } rows[] = {
        {"\"event\":\"schedule\"", "\"event\":\"fork\"", "-1 event is none of ours"},
        {"\"event\":\"schedule\"", "\"event\":\"push\"", "-1 reconciled is missing"},
        {"\"event\":\"schedule\"", "\"event\":\"workflow_run\"", "-1 action is missing"},
        {"\"event\":\"schedule\",", "", "-1 there are 12 keys instead of 13"},
        {"\"action\":null", "\"act\":null", "-1 the key \"act\" is not known"},
        {"\"schedule\":\"*", "\"schedule\":null,\"x\":\"*", "-1 the key \"x\" is not known"},
        {"\"id\":\"github:acme/backend\"", "\"id\":\"acme/backend\"", "-1 repository.id is not forge:path"},
        {"\"id\":\"github:acme/backend\"", "\"id\":\"github:../x\"", "-1 repository.id is not forge:path"},
        {"\"id\":\"github:acme/backend\"", "\"id\":\":acme/x\"", "-1 repository.id is not forge:path"},
        {"\"ref\":\"refs/heads/main\"", "\"ref\":\"main\"", "-1 ref is not a full ref that git would allow"},
        {"\"after\":\"1", "\"after\":\"x", "-1 after is not an object id of 40 or 64 digits"},
        {"\"inputs\":null", "\"inputs\":[]", "-1 inputs is not an object"},
        {"\"trusted\":true", "\"trusted\":\"yes\"", "-1 trusted is not true or false"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf body = {0}, changed = {0}, line = {0};
        internal_event_write(&events[1].ev, &body);
        case_change_text(buf_view(&body), rows[i].from, rows[i].to, &changed);
        case_decode(internal_decode, "internal", "internal", buf_view(&changed), &line);
        case_check(rows[i].from, rows[i].want, &line);
    }
}

static void no_request_and_no_post_can_be_internal(void **state)
{
    (void)state;
    const struct forge_ops *ops = forge_find(SV("internal"));
    struct effect x = {.forge = "internal"};
    struct effect_talk t = {0};
    struct api_request request = {0};
    struct err e = {0};
    assert_non_null(ops);
    assert_null(ops->read_head);
    assert_int_equal(ops->talk(&x, &t, NULL, &request, &e), TALK_DEAD);
    assert_string_equal(e.msg, "internal is this server itself: nothing can be posted to it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(other_bodies_are_refused),
        cmocka_unit_test(no_request_and_no_post_can_be_internal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
