/* SPDX-License-Identifier: Apache-2.0 */
/* The signature vectors are our own values, each computed with a second implementation. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "fmt/enc.h"
#include "fmt/hmac.h"

static void assert_hex(const uint8_t got[SHA256_LEN], const char *want)
{
    AUTO(buf_free) struct buf b = {0};
    hex_put(&b, got, SHA256_LEN);
    assert_string_equal(b.p, want);
}

static void sha256_gives_the_published_digests(void **state)
{
    (void)state;
    uint8_t got[SHA256_LEN];
    sha256("abc", 3, got);
    assert_hex(got, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sha256(NULL, 0, got);
    assert_hex(got, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void a_digest_in_pieces_is_the_digest_of_the_whole(void **state)
{
    (void)state;
    char text[300];
    memset(text, 'x', sizeof text);
    uint8_t whole[SHA256_LEN], pieces[SHA256_LEN];
    sha256(text, sizeof text, whole);
    for (size_t cut = 0; cut <= sizeof text; cut++) {
        struct digest *d = digest_new();
        digest_add(d, text, cut);
        digest_add(d, text + cut, sizeof text - cut);
        digest_end(d, pieces);
        digest_free(&d);
        assert_null(d);
        assert_memory_equal(pieces, whole, SHA256_LEN);
    }
}

static const struct {
    const char *key, *body, *hex;
} vectors[] = {
    /* RFC 4231 cases 2 and, with keys longer than a block, our own */
    {"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
    /* GitHub's documented example */
    {"It's a Secret to Everybody", "Hello, World!", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
    /* a form body: one forge signs the body as sent, another the JSON in it */
    {"s3cr3t", "payload=%7B%22zen%22%3A%22caf%C3%A9+%E2%98%95%22%2C%22a%22%3A1%7D",
     "063a625a44016633b3f51a20ae345f4e22baf445413c9eaa47bf2d847a511065"},
    {"s3cr3t", "{\"zen\":\"caf\xc3\xa9 \xe2\x98\x95\",\"a\":1}",
     "13d94c59cfcb7e125b27079d7ebab54ff1396847280ab1fc5d54b659e5a60bda"},
    /* the same JSON value in two texts */
    {"It's a Secret to Everybody", "{\"t\":\"caf\xc3\xa9\"}", "9e5402cf53b1427092d72c54c08ea5b865995355844b4c654970ba85f9742a87"},
    {"It's a Secret to Everybody", "{\"t\":\"caf\\u00e9\"}", "5677292e0093650b1f02db5714bf6398d45c1ad65d1bac01d5d2fa295b5288f9"},
};

static void hmac_gives_the_known_signatures(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        uint8_t got[SHA256_LEN];
        struct sv body = sv_of(vectors[i].body);
        hmac_sha256(sv_of(vectors[i].key), body.p, body.n, got);
        assert_hex(got, vectors[i].hex);
    }
}

static void a_key_longer_than_a_block_is_hashed_first(void **state)
{
    (void)state;
    char key[131]; /* RFC 4231 case 6 */
    memset(key, 0xaa, sizeof key);
    uint8_t got[SHA256_LEN];
    struct sv body = SV("Test Using Larger Than Block-Size Key - Hash Key First");
    hmac_sha256(sv_n(key, sizeof key), body.p, body.n, got);
    assert_hex(got, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

/* Standard Webhooks and GitLab: the key is the decoded text, the signed text is id.timestamp.body. */
static void webhook_signatures_are_made_with_the_decoded_key(void **state)
{
    (void)state;
    static const struct {
        const char *key, *text, *signature;
    } cases[] = {
        {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}",
         "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=",
         "f5e5f430-f57b-4e6e-9fac-d9128cd7232f.1700000000.{\"object_kind\":\"push\"}",
         "68n7sQVzNQF7jew9KS2HTT9NVpOYy2A5oNqzWGa8QlM="},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t key[64], wanted[64];
        size_t n, wanted_n;
        assert_true(base64_get(sv_of(cases[i].key), key, &n));
        assert_true(base64_get(sv_of(cases[i].signature), wanted, &wanted_n));
        assert_int_equal(wanted_n, SHA256_LEN);
        struct sv decoded = sv_n((char *)key, n), text = sv_of(cases[i].text);
        struct mac *m = mac_new(&decoded, 1);
        mac_add(m, text.p, text.n);
        assert_int_equal(mac_match(m, wanted, 1), 0);
        mac_free(&m);
        assert_null(m);
    }
}

static void any_key_may_match_any_wanted_digest_and_the_first_is_named(void **state)
{
    (void)state;
    const struct sv keys[] = {SV("old"), SV("new"), SV("new"), SV("other")};
    uint8_t digests[5][SHA256_LEN] = {0};
    for (size_t i = 0; i < 4; i++)
        hmac_sha256(keys[i], "body", 4, digests[i + 1]);
    struct mac *m = mac_new(keys, 4);
    mac_add(m, "bo", 2);
    mac_add(m, "", 0);
    mac_add(m, "dy", 2);
    assert_int_equal(mac_match(m, digests[0], 1), -1);
    assert_int_equal(mac_match(m, digests[0], 0), -1);
    assert_int_equal(mac_match(m, digests[1], 1), 0);
    assert_int_equal(mac_match(m, digests[2], 1), 1);
    assert_int_equal(mac_match(m, digests[4], 1), 3);
    assert_int_equal(mac_match(m, digests[0], 3), 0);
    assert_int_equal(mac_match(m, digests[3], 2), 1);
    digests[4][31] ^= 1;
    assert_int_equal(mac_match(m, digests[4], 1), -1);
    digests[4][31] ^= 1;
    digests[4][0] ^= 0x80;
    assert_int_equal(mac_match(m, digests[4], 1), -1);
    mac_free(&m);
}

static void no_key_matches_nothing(void **state)
{
    (void)state;
    uint8_t zero[SHA256_LEN] = {0};
    struct mac *m = mac_new(NULL, 0);
    mac_add(m, "x", 1);
    assert_int_equal(mac_match(m, zero, 1), -1);
    mac_free(&m);
    mac_free(&m);
}

static void bytes_are_the_same_only_with_the_same_length(void **state)
{
    (void)state;
    assert_true(same_bytes("abc", 3, "abc", 3));
    assert_true(same_bytes("", 0, NULL, 0));
    assert_false(same_bytes("abc", 3, "abd", 3));
    assert_false(same_bytes("abc", 3, "ab", 2));
    assert_false(same_bytes("", 0, "a", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_published_digests),
        cmocka_unit_test(a_digest_in_pieces_is_the_digest_of_the_whole),
        cmocka_unit_test(hmac_gives_the_known_signatures),
        cmocka_unit_test(a_key_longer_than_a_block_is_hashed_first),
        cmocka_unit_test(webhook_signatures_are_made_with_the_decoded_key),
        cmocka_unit_test(any_key_may_match_any_wanted_digest_and_the_first_is_named),
        cmocka_unit_test(no_key_matches_nothing),
        cmocka_unit_test(bytes_are_the_same_only_with_the_same_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
