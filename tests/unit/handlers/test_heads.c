/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures end to end: the head is read, and what it asks for is computed and compared. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "fmt/enc.h"
#include "handlers/forge/gitea/gitea.h"
#include "handlers/forge/github/github.h"
#include "handlers/forge/gitlab/gitlab.h"
#include "handlers/forge/standard/standard.h"

typedef enum hook_refusal read_head_fn(const struct hook_head *h, struct hook_plan *ret);

/* Headers as "Name: value" lines. */
static struct sv find_header(const void *ctx, const char *name)
{
    struct sv rest = sv_of(ctx), line;
    while (sv_next(&rest, '\n', &line)) {
        struct sv key, value = line;
        if (sv_next(&value, ':', &key) && sv_ieq(key, sv_of(name)))
            return sv_trim(value);
    }
    return SV_NONE;
}

static enum hook_refusal read_lines(read_head_fn *read, const char *lines, struct hook_plan *ret)
{
    struct hook_head h = {.header = find_header, .ctx = lines};
    return read(&h, ret);
}

static void add_payload(void *ctx, const char *p, size_t n)
{
    buf_add(ctx, p, n);
}

static void form_payload(const char *body, struct buf *ret)
{
    struct form_reader f = {.name = "payload", .out = add_payload, .ctx = ret};
    assert_int_equal(form_feed(&f, sv_of(body)), 0);
    assert_int_equal(form_end(&f), 0);
}

/* What the server does with a plan. */
static bool holds(const struct hook_plan *plan, const char *secret, const char *body)
{
    struct sv key = sv_of(secret);
    uint8_t raw[96];
    AUTO(buf_free) struct buf payload = {0};
    if (plan->scheme == SCHEME_TOKEN)
        return same_bytes(plan->token.p, plan->token.n, key.p, key.n);
    if (plan->scheme == SCHEME_WHSEC) {
        if (sv_starts(key, SV("whsec_")))
            key = sv_from(key, 6);
        size_t n = 0;
        assert_true(key.n <= 128 && base64_get(key, raw, &n));
        key = sv_n((const char *)raw, n);
    }
    if (plan->over_payload)
        form_payload(body, &payload);
    else
        buf_str(&payload, body);
    struct mac *m = mac_new(&key, 1);
    mac_add(m, plan->prefix, plan->prefix_n);
    mac_add(m, payload.p, payload.n);
    int at = plan->n_digests ? mac_match(m, plan->digests, plan->n_digests) : -1;
    mac_free(&m);
    return at == 0;
}

#define BASIC "It's a Secret to Everybody"
#define JSON "Content-Type: application/json; charset=utf-8\n"
#define FORM "Content-Type: application/x-www-form-urlencoded\n"
#define HUB "X-GitHub-Event: push\nX-GitHub-Delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958\n"
#define TEA "X-Gitea-Event: push\nX-Gitea-Delivery: f6266f16\nX-GitHub-Event: push\n"
#define LAB "X-Gitlab-Event: Push Hook\n"
#define HELLO "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
#define HELLO_UPPER "757107EA0EB2509FC211221CCE984B8A37570B6D7586C22C46F4379C8B043E17"
#define WIRE "payload=%7B%22zen%22%3A%22caf%C3%A9+%E2%98%95%22%2C%22a%22%3A1%7D"
#define WIRE_RAW "063a625a44016633b3f51a20ae345f4e22baf445413c9eaa47bf2d847a511065"
#define WIRE_DECODED "13d94c59cfcb7e125b27079d7ebab54ff1396847280ab1fc5d54b659e5a60bda"
#define LAB_ID "webhook-id: f5e5f430-f57b-4e6e-9fac-d9128cd7232f\nwebhook-timestamp: 1700000000\n"
#define LAB_SECRET "whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="
#define LAB_SIGNATURE "v1,68n7sQVzNQF7jew9KS2HTT9NVpOYy2A5oNqzWGa8QlM="
#define STD_ID "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\nwebhook-timestamp: 1614265330\n"
#define STD_SECRET "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define STD_SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define STD_BODY "{\"test\": 2432232314}"
#define WRONG "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static const struct vector {
    const char *what;
    read_head_fn *read;
    const char *lines, *secret, *body;
    bool good;
} vectors[] = {
    {"the published vector", github_read_head, HUB JSON "X-Hub-Signature-256: sha256=" HELLO, BASIC, "Hello, World!",
     true},
    {"upper case hex", github_read_head, HUB JSON "X-Hub-Signature-256: sha256=" HELLO_UPPER, BASIC, "Hello, World!",
     true},
    {"another body", github_read_head, HUB JSON "X-Hub-Signature-256: sha256=" HELLO, BASIC, "Hello, World?", false},
    {"another secret", github_read_head, HUB JSON "X-Hub-Signature-256: sha256=" HELLO, "its", "Hello, World!", false},
    {"a form, signed as it is", github_read_head, HUB FORM "X-Hub-Signature-256: sha256=" WIRE_RAW, "s3cr3t", WIRE,
     true},
    {"a form, signed inside", github_read_head, HUB FORM "X-Hub-Signature-256: sha256=" WIRE_DECODED, "s3cr3t", WIRE,
     false},
    {"bytes beyond ASCII", github_read_head,
     HUB JSON "X-Hub-Signature-256: sha256=9e5402cf53b1427092d72c54c08ea5b865995355844b4c654970ba85f9742a87", BASIC,
     "{\"t\":\"caf\xc3\xa9\"}", true},
    {"the same text escaped is another body", github_read_head,
     HUB JSON "X-Hub-Signature-256: sha256=9e5402cf53b1427092d72c54c08ea5b865995355844b4c654970ba85f9742a87", BASIC,
     "{\"t\":\"caf\\u00e9\"}", false},
    {"and has its own signature", github_read_head,
     HUB JSON "X-Hub-Signature-256: sha256=5677292e0093650b1f02db5714bf6398d45c1ad65d1bac01d5d2fa295b5288f9", BASIC,
     "{\"t\":\"caf\\u00e9\"}", true},
    {"Gitea signs what is inside the form", gitea_read_head, TEA FORM "X-Gitea-Signature: " WIRE_DECODED, "s3cr3t",
     WIRE, true},
    {"Gitea, a form signed as it is", gitea_read_head, TEA FORM "X-Gitea-Signature: " WIRE_RAW, "s3cr3t", WIRE, false},
    {"Gitea, JSON", gitea_read_head, TEA JSON "X-Gitea-Signature: " HELLO, BASIC, "Hello, World!", true},
    {"Gitea, upper case", gitea_read_head, TEA JSON "X-Gitea-Signature: " HELLO_UPPER, BASIC, "Hello, World!", true},
    {"Gitea, only GitHub's header", gitea_read_head, TEA JSON "X-Hub-Signature-256: sha256=" HELLO, BASIC,
     "Hello, World!", true},
    {"Forgejo", gitea_read_head, "X-Forgejo-Event: push\nX-Forgejo-Signature: " HELLO "\n" JSON, BASIC,
     "Hello, World!", true},
    {"Gogs", gitea_read_head, "X-Gogs-Event: push\nX-Gogs-Signature: " HELLO "\n" JSON, BASIC, "Hello, World!", true},
    {"GitLab signs id and time too", gitlab_read_head, LAB JSON LAB_ID "webhook-signature: " LAB_SIGNATURE, LAB_SECRET,
     "{\"object_kind\":\"push\"}", true},
    {"GitLab, a good token is no second chance", gitlab_read_head,
     LAB JSON LAB_ID "X-Gitlab-Token: " LAB_SECRET "\nwebhook-signature: " WRONG, LAB_SECRET,
     "{\"object_kind\":\"push\"}", false},
    {"GitLab, another id", gitlab_read_head,
     LAB JSON "webhook-id: f5e5\nwebhook-timestamp: 1700000000\nwebhook-signature: " LAB_SIGNATURE, LAB_SECRET,
     "{\"object_kind\":\"push\"}", false},
    {"GitLab, another time", gitlab_read_head,
     LAB JSON "webhook-id: f5e5f430-f57b-4e6e-9fac-d9128cd7232f\nwebhook-timestamp: 1700000001\nwebhook-signature: "
     LAB_SIGNATURE,
     LAB_SECRET, "{\"object_kind\":\"push\"}", false},
    {"GitLab, the token itself", gitlab_read_head, LAB JSON "X-Gitlab-Token: tok en", "tok en", "{}", true},
    {"GitLab, a longer token", gitlab_read_head, LAB JSON "X-Gitlab-Token: token1", "token", "{}", false},
    {"Standard Webhooks", standard_read_head, JSON STD_ID "webhook-signature: " STD_SIGNATURE, STD_SECRET, STD_BODY,
     true},
    {"a wrong one, unknown versions, and the right one", standard_read_head,
     JSON STD_ID "webhook-signature: " WRONG " v1a,abc v2,def v1,zz " STD_SIGNATURE, STD_SECRET, STD_BODY, true},
    {"eight are looked at", standard_read_head,
     JSON STD_ID "webhook-signature: " WRONG " " WRONG " " WRONG " " WRONG " " WRONG " " WRONG " " WRONG " "
     STD_SIGNATURE,
     STD_SECRET, STD_BODY, true},
};

static void every_vector_holds_or_fails_as_published(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        struct hook_plan plan;
        enum hook_refusal why = read_lines(vectors[i].read, vectors[i].lines, &plan);
        if (why != HOOK_OK)
            fail_msg("%s: refused with %d", vectors[i].what, (int)why);
        if (holds(&plan, vectors[i].secret, vectors[i].body) != vectors[i].good)
            fail_msg("%s: should %s", vectors[i].what, vectors[i].good ? "hold" : "fail");
    }
}

static const struct refusal {
    const char *what;
    read_head_fn *read;
    const char *lines;
    enum hook_refusal why;
} refusals[] = {
    {"no signature", github_read_head, HUB JSON, HOOK_NO_SIGNATURE},
    {"only the old one", github_read_head, HUB JSON "X-Hub-Signature: sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59",
     HOOK_NO_SIGNATURE},
    {"an empty one", github_read_head, HUB JSON "X-Hub-Signature-256: sha256=", HOOK_NO_SIGNATURE},
    {"no prefix", github_read_head, HUB JSON "X-Hub-Signature-256: " HELLO, HOOK_BAD_SIGNATURE},
    {"another prefix", github_read_head, HUB JSON "X-Hub-Signature-256: SHA256=" HELLO, HOOK_BAD_SIGNATURE},
    {"a digit too many", github_read_head, HUB JSON "X-Hub-Signature-256: sha256=" HELLO "0", HOOK_BAD_SIGNATURE},
    {"63 digits", github_read_head,
     HUB JSON "X-Hub-Signature-256: sha256=57107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
     HOOK_BAD_SIGNATURE},
    {"no digit", github_read_head,
     HUB JSON "X-Hub-Signature-256: sha256=g57107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
     HOOK_BAD_SIGNATURE},
    {"two in one", github_read_head, HUB JSON "X-Hub-Signature-256: sha256=" HELLO ", sha256=" HELLO,
     HOOK_BAD_SIGNATURE},
    {"no event", github_read_head, JSON "X-Hub-Signature-256: sha256=" HELLO, HOOK_NO_EVENT},
    {"an event with a control character", github_read_head, JSON
     "X-GitHub-Event: pu\tsh\nX-Hub-Signature-256: sha256=" HELLO, HOOK_BAD_HEADER},
    {"a delivery id with a blank", github_read_head,
     JSON "X-GitHub-Event: push\nX-GitHub-Delivery: a b\nX-Hub-Signature-256: sha256=" HELLO, HOOK_BAD_HEADER},
    {"no type", github_read_head, HUB "X-Hub-Signature-256: sha256=" HELLO, HOOK_BAD_TYPE},
    {"text", github_read_head, HUB "Content-Type: text/plain\nX-Hub-Signature-256: sha256=" HELLO, HOOK_BAD_TYPE},
    {"nearly JSON", github_read_head, HUB "Content-Type: application/jsonx\nX-Hub-Signature-256: sha256=" HELLO,
     HOOK_BAD_TYPE},
    {"Gitea without a secret", gitea_read_head, TEA JSON "X-Gitea-Signature:\nX-Hub-Signature-256: sha256=",
     HOOK_NO_SIGNATURE},
    {"Gitea, empty beside a good one", gitea_read_head, TEA JSON "X-Gitea-Signature:\nX-Hub-Signature-256: sha256="
     HELLO, HOOK_NO_SIGNATURE},
    {"Gitea with a prefix", gitea_read_head, TEA JSON "X-Gitea-Signature: sha256=" HELLO, HOOK_BAD_SIGNATURE},
    {"Gitea, only GitHub's event", gitea_read_head, JSON "X-GitHub-Event: push\nX-Gitea-Signature: " HELLO,
     HOOK_NO_EVENT},
    {"GitLab without a token", gitlab_read_head, LAB JSON, HOOK_NO_SIGNATURE},
    {"GitLab, an empty token", gitlab_read_head, LAB JSON "X-Gitlab-Token:", HOOK_NO_SIGNATURE},
    {"GitLab never sends forms", gitlab_read_head, LAB FORM "X-Gitlab-Token: t", HOOK_BAD_TYPE},
    {"GitLab, no event", gitlab_read_head, JSON "X-Gitlab-Token: t", HOOK_NO_EVENT},
    {"GitLab, an empty signature beside a token", gitlab_read_head, LAB JSON LAB_ID
     "X-Gitlab-Token: t\nwebhook-signature:", HOOK_NO_SIGNATURE},
    {"GitLab, no known version", gitlab_read_head, LAB JSON LAB_ID "X-Gitlab-Token: t\nwebhook-signature: v2,abc",
     HOOK_BAD_SIGNATURE},
    {"no id", standard_read_head, JSON "webhook-timestamp: 1614265330\nwebhook-signature: " STD_SIGNATURE,
     HOOK_BAD_HEADER},
    {"an id with a dot", standard_read_head,
     JSON "webhook-id: a.b\nwebhook-timestamp: 1614265330\nwebhook-signature: " STD_SIGNATURE, HOOK_BAD_HEADER},
    {"no time", standard_read_head, JSON "webhook-id: a\nwebhook-signature: " STD_SIGNATURE, HOOK_BAD_HEADER},
    {"a time with a sign", standard_read_head,
     JSON "webhook-id: a\nwebhook-timestamp: +1614265330\nwebhook-signature: " STD_SIGNATURE, HOOK_BAD_HEADER},
    {"a negative time", standard_read_head,
     JSON "webhook-id: a\nwebhook-timestamp: -1614265330\nwebhook-signature: " STD_SIGNATURE, HOOK_BAD_HEADER},
    {"a time with a fraction", standard_read_head,
     JSON "webhook-id: a\nwebhook-timestamp: 1614265330.5\nwebhook-signature: " STD_SIGNATURE, HOOK_BAD_HEADER},
    {"a time beyond all times", standard_read_head,
     JSON "webhook-id: a\nwebhook-timestamp: 99999999999999999999\nwebhook-signature: " STD_SIGNATURE, HOOK_BAD_HEADER},
    {"no signature", standard_read_head, JSON STD_ID, HOOK_NO_SIGNATURE},
    {"nine signatures", standard_read_head,
     JSON STD_ID "webhook-signature: " WRONG " " WRONG " " WRONG " " WRONG " " WRONG " " WRONG " " WRONG " " WRONG " "
     STD_SIGNATURE,
     HOOK_BAD_SIGNATURE},
};

static void every_other_head_is_refused_for_its_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        struct hook_plan plan;
        enum hook_refusal why = read_lines(refusals[i].read, refusals[i].lines, &plan);
        if (why != refusals[i].why)
            fail_msg("%s: %d instead of %d", refusals[i].what, (int)why, (int)refusals[i].why);
    }
}

static void the_event_and_the_delivery_id_are_the_right_headers(void **state)
{
    (void)state;
    static const struct {
        read_head_fn *read;
        const char *lines, *event, *guid;
    } heads[] = {
        {github_read_head, HUB JSON "X-Hub-Signature-256: sha256=" HELLO, "push",
         "72d3162e-cc78-11e3-81ab-4c9367dc0958"},
        {gitea_read_head,
         JSON "X-GitHub-Event: g\nX-GitHub-Delivery: 1\nX-Gogs-Event: pull_request\nX-Gitea-Event: pull_request\n"
              "X-Gitea-Event-Type: pull_request_sync\nX-Gitea-Delivery: 2\nX-Gitea-Signature: " HELLO,
         "pull_request_sync", "2"},
        {gitea_read_head,
         JSON "X-Gitea-Event: old\nX-Forgejo-Event: push\nX-Forgejo-Event-Type:\nX-Forgejo-Delivery: 3\n"
              "X-Gitea-Delivery: 2\nX-Forgejo-Signature: " HELLO,
         "push", "3"},
        {gitlab_read_head,
         LAB JSON "X-Gitlab-Token: t\nIdempotency-Key: k1\nX-Gitlab-Event-UUID: shared\nX-Gitlab-Webhook-UUID: each",
          "Push Hook",
         "k1"},
        {gitlab_read_head, LAB JSON "X-Gitlab-Token: t\nX-Gitlab-Event-UUID: shared\nX-Gitlab-Webhook-UUID: each",
         "Push Hook", NULL},
        {gitlab_read_head, LAB JSON LAB_ID "Idempotency-Key: k1\nwebhook-signature: " LAB_SIGNATURE, "Push Hook",
         "f5e5f430-f57b-4e6e-9fac-d9128cd7232f"},
        {standard_read_head, JSON STD_ID "webhook-signature: " STD_SIGNATURE, "webhook",
         "msg_p5jXN8AQM9LWM0D4loKWxJek"},
    };
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        struct hook_plan plan;
        assert_int_equal(read_lines(heads[i].read, heads[i].lines, &plan), HOOK_OK);
        assert_true(sv_is(plan.event, heads[i].event));
        assert_true(heads[i].guid ? sv_is(plan.guid, heads[i].guid) : plan.guid.p == NULL);
    }
}

static void the_signed_time_is_handed_on(void **state)
{
    (void)state;
    struct hook_plan plan;
    assert_int_equal(read_lines(standard_read_head, JSON STD_ID "webhook-signature: " STD_SIGNATURE, &plan), HOOK_OK);
    assert_int_equal(plan.timestamp_s, 1614265330);
    assert_int_equal(read_lines(github_read_head, HUB JSON "X-Hub-Signature-256: sha256=" HELLO, &plan), HOOK_OK);
    assert_int_equal(plan.timestamp_s, 0);
}

static void a_standard_webhook_is_named_by_its_type(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena arena = {0};
    struct err e = {0};
    struct delivery d = {.forge = "hooks", .kind = "standard", .event = "webhook"};
    struct hook_event ev = {.forge = "hooks"};
    assert_int_equal(standard_decode(&d, SV("{\"type\":\"invoice.paid\",\"data\":{}}"), &arena, &ev, &e), 0);
    assert_string_equal(ev.name, "repository_dispatch");
    assert_string_equal(ev.action, "invoice.paid");
    assert_int_equal(ev.trusted, YES);
    assert_int_equal(standard_decode(&d, SV(STD_BODY), &arena, &ev, &e), -1);
    assert_string_equal(e.msg, "type is missing");
}

static void nothing_can_be_posted_to_a_standard_sender(void **state)
{
    (void)state;
    struct err e = {0};
    struct effect_talk talk = {0};
    struct api_request request = {0};
    struct effect x = {.forge = "hooks", .kind = EFFECT_STATUS};
    assert_int_equal(standard_talk(&x, &talk, NULL, &request, &e), TALK_DEAD);
    assert_int_equal(e.cls, ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_holds_or_fails_as_published),
        cmocka_unit_test(every_other_head_is_refused_for_its_reason),
        cmocka_unit_test(the_event_and_the_delivery_id_are_the_right_headers),
        cmocka_unit_test(the_signed_time_is_handed_on),
        cmocka_unit_test(a_standard_webhook_is_named_by_its_type),
        cmocka_unit_test(nothing_can_be_posted_to_a_standard_sender),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
