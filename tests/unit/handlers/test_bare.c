/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/handlers/decode_case.h"
#include "handlers/forge/bare/bare.h"
#include "port/local_talk.h"
#include "port/look.h"

#define OLD  "1111111111111111111111111111111111111111"
#define NEW  "2222222222222222222222222222222222222222"
#define NONE "0000000000000000000000000000000000000000"
#define CALL                                                                                                           \
    "{\"hook\":\"pre-push\",\"call\":\"c-7\",\"repository\":{\"id\":\"bare:team/api\",\"full_name\":\"team/api\","     \
    "\"default_branch\":\"main\"},\"ref\":\"refs/heads/topic\",\"before\":\"" OLD "\",\"after\":\"" NEW "\","          \
    "\"actor\":\"ann\",\"user\":\"www\",\"uid\":1000,\"options\":[\"a=b\"],\"refs\":1,\"skip\":false,\"trusted\":"     \
    "true}"

struct row {
    const char *from, *to, *want;
};

static void check(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        AUTO(buf_free) struct buf body = {0}, line = {0};
        case_change_text(SV(CALL), rows[i].from, rows[i].to, &body);
        case_decode(bare_decode, "bare", "pre-push", buf_view(&body), &line);
        case_check(rows[i].to, rows[i].want, &line);
    }
}

static void a_call_says_what_is_about_to_happen_or_has(void **state)
{
    (void)state;
#define REST " bare:team/api refs/heads/topic 1111..2222 forced? truncated"
    static const struct row rows[] = {
        {"pre-push", "pre-push", "pre_push/-" REST " | ann(0) bot=? | trusted=yes"},
        {"pre-push", "pre-receive", "pre_receive/-" REST " | ann(0) bot=? | trusted=yes"},
        {"pre-push", "update", "pre_receive/-" REST " | ann(0) bot=? | trusted=yes"},
        {"pre-push", "post-receive", "push/-" REST " | ann(0) bot=? | trusted=yes"},
        {"\"ann\"", "null", "pre_push/-" REST " | www(0) bot=? | trusted=yes"},
        {"\"ann\",\"user\":\"www\",\"uid\":1000", "null,\"user\":null,\"uid\":null",
         "pre_push/-" REST " | trusted=yes"},
        {"\"trusted\":true", "\"trusted\":false", "pre_push/-" REST " | ann(0) bot=? | trusted=no"},
        {OLD, NONE,
         "pre_push/- bare:team/api refs/heads/topic 0000..2222 created truncated | ann(0) bot=? | trusted=yes"},
        {NEW, NONE, "pre_push/- bare:team/api refs/heads/topic 1111..0000 deleted | ann(0) bot=? | trusted=yes"},
        {"refs/heads/topic", "refs/tags/v1",
         "pre_push/- bare:team/api refs/tags/v1 1111..2222 forced? tag=v1 | ann(0) bot=? | trusted=yes"},
        {"\"main\"", "null", "pre_push/-" REST " | ann(0) bot=? | trusted=yes"},
        {"\"skip\":false", "\"skip\":true", "1 skipped: ann pushes without being judged (FETTLE_SKIP)"},
    };
#undef REST
    check(rows, ARRAY_LEN(rows));
}

static void other_bodies_are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"pre-push", "pre-commit", "-1 hook is none that is known"},
        {"\"hook\"", "\"hooks\"", "-1 the key \"hooks\" is not known"},
        {"\"hook\":\"pre-push\",", "", "-1 there are 12 keys instead of 13"},
        {"\"refs\":1,", "", "-1 there are 12 keys instead of 13"},
        {"\"refs\":1", "\"refs\":0", "-1 refs is not between 1 and 10000"},
        {"\"refs\":1", "\"refs\":10001", "-1 refs is not between 1 and 10000"},
        {"c-7", "c/7", "-1 call has more than letters, digits and -"},
        {"c-7", "c0123456789012345678901234567890123456789012345678901234567890123456789",
         "-1 call is longer than 64 bytes"},
        {"\"default_branch\":\"main\"", "\"default_branch\":\"-x\"",
         "-1 repository.default_branch is not the name of a branch or tag that git would allow"},
        {",\"default_branch\":\"main\"", "", "-1 there are 2 keys instead of 3"},
        {"bare:team/api", "other:team/api", "-1 repository.id is not the delivery's forge with full_name"},
        {"bare:team/api", "bare:team/apis", "-1 repository.id is not the delivery's forge with full_name"},
        {"bare:team/api", "bare-team/api", "-1 repository.id is not the delivery's forge with full_name"},
        {"\"full_name\":\"team/api\"", "\"full_name\":\"../api\"",
         "-1 repository.full_name is not the path of a repository"},
        {"refs/heads/topic", "topic", "-1 ref is not a full ref that git would allow"},
        {OLD, "111", "-1 before is not an object id of 40 or 64 digits"},
        {OLD, OLD "111111111111111111111111", "-1 before and after are ids of two kinds"},
        {"\"before\":\"" OLD "\",\"after\":\"" NEW, "\"before\":\"" NONE "\",\"after\":\"" NONE,
         "-1 before and after are both absent"},
        {"\"ann\"", "\"a\\u0007n\"", "-1 actor is empty, longer than 400 bytes or has control characters"},
        {"1000", "-1", "-1 uid is negative"},
        {"[\"a=b\"]", "null", "-1 options is missing"},
        {"a=b", "a\\nb", "-1 options[0] is no text of up to 1024 bytes without control characters"},
        {"\"skip\":false", "\"skip\":null", "-1 skip or trusted is missing"},
        {"\"trusted\":true", "\"trusted\":1", "-1 trusted is not true or false"},
    };
    check(rows, ARRAY_LEN(rows));
}

static void a_received_push_is_told_from_one_that_a_forge_tells_of(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf body = {0};
    struct err e = {0};
    struct delivery d = {.forge = "bare", .kind = "bare", .event = "post-receive"};
    struct hook_event ev = {.forge = "bare"}, before = {.forge = "bare"};
    case_change_text(SV(CALL), "pre-push", "post-receive", &body);
    assert_int_equal(bare_decode(&d, buf_view(&body), &a, &ev, &e), 0);
    assert_true(ev.received);
    assert_int_equal(ev.repo.forge_id, bare_number(SV("team/api")));
    assert_int_equal(bare_decode(&d, SV(CALL), &a, &before, &e), 0);
    assert_false(before.received);
    assert_int_equal(before.repo.forge_id, 0); /* nothing is remembered of what has not happened */
}

static void only_statuses_can_be_posted(void **state)
{
    (void)state;
    const struct forge_ops *ops = forge_find(SV("bare"));
    struct effect_talk t = {0};
    struct api_request request = {0};
    struct err e = {0};
    struct effect issue = {.kind = EFFECT_ISSUE, .forge = "local", .repo = "team/api"};
    struct effect x = {
        .kind = EFFECT_STATUS,
        .forge = "local",
        .repo = "team/api",
        .status = {.sha = NEW, .context = "fettle/ci", .description = "all is\nwell", .state = STATUS_SUCCESS}};
    AUTO(arena_free) struct arena a = {0};
    struct local_note note;
    assert_true(ops && ops->local && !ops->read_head);
    assert_int_equal(ops->talk(&issue, &t, NULL, &request, &e), TALK_DEAD);
    assert_string_equal(e.msg, "a bare repository takes statuses (as git notes) and nothing else: no issue");
    assert_int_equal(ops->talk(&x, &t, NULL, &request, &e), TALK_CALL);
    assert_string_equal(request.method, LOCAL_NOTE);
    assert_int_equal(local_note_read(buf_view(&request.body), &a, &note, &e), 0);
    assert_string_equal(note.sha, NEW);
    assert_string_equal(note.description, "all is well");
    assert_null(note.url);
    assert_int_equal(ops->talk(&x, &t, &(struct api_reply){.status = 200}, &request, &e), TALK_SENT);
    assert_int_equal(ops->talk(&x, &t, &(struct api_reply){.status = 409}, &request, &e), TALK_RETRY);
    assert_int_equal(ops->talk(&x, &t, &(struct api_reply){.status = 500}, &request, &e), TALK_RETRY);
    assert_int_equal(ops->talk(&x, &t, &(struct api_reply){.status = 404}, &request, &e), TALK_DEAD);
    api_request_done(&request);
}

static void the_refs_of_a_repository_are_what_it_looks_like(void **state)
{
    (void)state;
    const struct forge_ops *ops = forge_find(SV("bare"));
    struct api_request request = {0};
    struct err e = {0};
    struct look l = {.n = 1, .tags = LOOK_NO_TAGS};
    struct look_repo *r = &l.repos[0];
    r->path = "team/api";
    assert_int_equal(ops->look(&l, NULL, &request, &e), TALK_CALL);
    assert_string_equal(request.method, LOCAL_REFS);
    struct api_reply reply = {.status = 200,
                              .body = sv_of("{\"default_branch\":\"main\",\"refs\":[[\"refs/heads/main\",\"" NEW
                                            "\"],[\"refs/tags/v1\",\"" NEW "\"]]}")};
    assert_int_equal(ops->look(&l, &reply, &request, &e), TALK_SENT);
    assert_true(r->whole && r->refs.n == 1);
    assert_string_equal(r->refs.at[0].name, "refs/heads/main");
    assert_string_equal(r->default_branch, "main");
    assert_true(r->id == bare_number(SV("team/api")));
    look_free(&l);
    l = (struct look){.n = 1, .repos[0].path = "team/api"};
    assert_int_equal(ops->look(&l, &(struct api_reply){.status = 404}, &request, &e), TALK_SENT);
    assert_true(l.repos[0].gone);
    assert_int_equal(ops->look(&l, &(struct api_reply){.status = 500}, &request, &e), TALK_RETRY);
    reply.body = SV("{\"refs\":[[\"refs/heads/main\",\"abc\"]]}");
    assert_int_equal(ops->look(&l, &reply, &request, &e), TALK_DEAD);
    look_free(&l);
    api_request_done(&request);
}

static void a_note_has_one_line_for_each_context(void **state)
{
    (void)state;
    static const struct {
        const char *note, *state, *context, *url, *want;
        bool changed;
    } rows[] = {
        {"", "success", "fettle/ci", "u", "success\tfettle/ci\td\tu\n", true},
        {"success\tfettle/ci\td\tu\n", "success", "fettle/ci", "u", "success\tfettle/ci\td\tu\n", false},
        {"queued\tfettle/ci\tx\tu\n", "success", "fettle/ci", NULL, "success\tfettle/ci\td\n", true},
        {"a line of a person\nqueued\tfettle/ci\tx\tu\nfailed\tfettle/ci 2\tx\tu", "success", "fettle/ci", "u",
         "a line of a person\nsuccess\tfettle/ci\td\tu\nfailed\tfettle/ci 2\tx\tu\n", true},
        {"failed\tfettle/ci\tx\tu\nqueued\tfettle/ci\tx\tu\n", "success", "fettle/ci", "u",
         "success\tfettle/ci\td\tu\n", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf_free) struct buf out = {0};
        struct local_note line = {NEW, rows[i].context, rows[i].state, "d", rows[i].url};
        assert_int_equal(local_note_edit(sv_of(rows[i].note), &line, &out), rows[i].changed);
        assert_string_equal(out.p, rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_says_what_is_about_to_happen_or_has),
        cmocka_unit_test(other_bodies_are_refused),
        cmocka_unit_test(a_received_push_is_told_from_one_that_a_forge_tells_of),
        cmocka_unit_test(only_statuses_can_be_posted),
        cmocka_unit_test(the_refs_of_a_repository_are_what_it_looks_like),
        cmocka_unit_test(a_note_has_one_line_for_each_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
