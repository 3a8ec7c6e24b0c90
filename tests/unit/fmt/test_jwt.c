/* SPDX-License-Identifier: Apache-2.0 */
/* Keys are made here, and signatures are checked with OpenSSL itself. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include "fmt/enc.h"
#include "fmt/json.h"
#include "fmt/jwt.h"

static EVP_PKEY *rsa, *short_rsa, *curve;

static int make_keys(void **state)
{
    (void)state;
    rsa = EVP_RSA_gen(2048);
    short_rsa = EVP_RSA_gen(1024);
    curve = EVP_EC_gen("P-256");
    return rsa && short_rsa && curve ? 0 : -1;
}

static int drop_keys(void **state)
{
    (void)state;
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(short_rsa);
    EVP_PKEY_free(curve);
    return 0;
}

enum form { PKCS1, PKCS8, PUBLIC, LOCKED };

static void pem_of(EVP_PKEY *key, enum form form, struct buf *ret)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    int ok = form == PKCS1   ? PEM_write_bio_PrivateKey_traditional(bio, key, NULL, NULL, 0, NULL, NULL)
             : form == PKCS8 ? PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL)
             : form == LOCKED
                 ? PEM_write_bio_PrivateKey(bio, key, EVP_aes_128_cbc(), (const unsigned char *)"pass", 4, NULL, NULL)
                 : PEM_write_bio_PUBKEY(bio, key);
    assert_int_equal(ok, 1);
    long n = BIO_get_mem_data(bio, &text);
    buf_clear(ret);
    buf_add(ret, text, (size_t)n);
    BIO_free(bio);
}

/* Three parts, of which the last one is checked by OpenSSL over the two others. */
static bool holds(struct sv token, EVP_PKEY *key)
{
    ptrdiff_t dot = sv_rchr(token, '.');
    assert_true(dot > 0);
    AUTO(buf_free) struct buf text = {0};
    struct sv coded = sv_from(token, (size_t)dot + 1);
    for (size_t i = 0; i < coded.n; i++)
        buf_chr(&text, coded.p[i] == '-' ? '+' : coded.p[i] == '_' ? '/' : coded.p[i]);
    while (text.n % 4)
        buf_chr(&text, '=');
    uint8_t signature[1024];
    size_t n = 0;
    assert_true(base64_get(buf_view(&text), signature, &n));
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
    int ok = EVP_DigestVerify(ctx, signature, n, (const unsigned char *)token.p, (size_t)dot);
    EVP_MD_CTX_free(ctx);
    return ok == 1;
}

static void sign_with(struct sv pem, struct buf *token)
{
    struct jwt_key *k = NULL;
    struct err e = {0};
    assert_int_equal(jwt_key_read(pem, &k, &e), 0);
    jwt_sign(k, SV("12345"), (struct jwt_times){1700000000, 1700000600}, token);
    jwt_key_free(&k);
    assert_null(k);
}

static void openssl_accepts_what_is_signed_with_any_form_of_the_key(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf pem = {0}, escaped = {0};
    for (int form = PKCS1; form <= PKCS8; form++) {
        AUTO(buf_free) struct buf token = {0}, other = {0};
        pem_of(rsa, (enum form)form, &pem);
        sign_with(buf_view(&pem), &token);
        assert_true(holds(buf_view(&token), rsa));
        assert_int_equal(sv_chr(buf_view(&token), '='), -1);
        buf_clear(&escaped);
        for (size_t i = 0; i < pem.n; i++)
            buf_str(&escaped, pem.p[i] == '\n' ? "\\n" : (const char[]){pem.p[i], 0});
        sign_with(buf_view(&escaped), &other);
        assert_string_equal(token.p, other.p); /* the same key, the same signature */
    }
}

static void the_claims_are_those_of_an_app(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf pem = {0}, token = {0}, claims = {0};
    struct jwt_key *k = NULL;
    struct err e = {0};
    pem_of(rsa, PKCS1, &pem);
    sign_with(buf_view(&pem), &token);
    assert_true(sv_starts(buf_view(&token), SV("eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9."))); /* alg RS256, typ JWT */
    pem_of(rsa, PUBLIC, &pem);
    assert_int_equal(jwt_public_read(buf_view(&pem), &k, &e), 0);
    assert_int_equal(jwt_open(k, buf_view(&token), &claims, &e), 0);
    assert_string_equal(claims.p, "{\"iat\":1700000000,\"exp\":1700000600,\"iss\":\"12345\"}");
    jwt_key_free(&k);
}

static void a_token_begins_a_minute_ago_and_ends_in_nine_by_the_clock_of_the_other_side(void **state)
{
    (void)state;
    static const struct {
        msec_t now, skew;
        int64_t iat, exp;
    } rows[] = {
        {1700000000000, 0, 1699999940, 1700000540},
        {1700000000999, 0, 1699999940, 1700000540},
        {1700000000000, 300000, 1700000240, 1700000840},
        {1700000000000, -3600000, 1699996340, 1699996940},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct jwt_times at = jwt_times(rows[i].now, rows[i].skew);
        assert_int_equal(at.iat, rows[i].iat);
        assert_int_equal(at.exp, rows[i].exp);
        assert_int_equal(at.exp - at.iat, 600); /* never more, whatever the clocks say */
    }
}

static void what_is_no_private_rsa_key_is_refused_with_the_reason(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf pem = {0};
    struct {
        EVP_PKEY *key;
        enum form form;
        const char *why;
    } rows[] = {{curve, PKCS8, "is no RSA key"},
                {short_rsa, PKCS8, "is an RSA key of 1024 bits: 2048 are the least"},
                {rsa, PUBLIC, "is no private key in PEM without a passphrase"},
                {rsa, LOCKED, "is no private key in PEM without a passphrase"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct jwt_key *k = NULL;
        struct err e = {0};
        pem_of(rows[i].key, rows[i].form, &pem);
        assert_int_equal(jwt_key_read(buf_view(&pem), &k, &e), -1);
        assert_string_equal(e.msg, rows[i].why);
        assert_int_equal(e.cls, ERR_INVALID);
        assert_null(k);
    }
    struct jwt_key *k = NULL;
    struct err e = {0};
    assert_int_equal(jwt_key_read(SV("ghp_token"), &k, &e), -1);
    assert_int_equal(jwt_key_read(SV(""), &k, &e), -1);
}

static void a_changed_token_does_not_hold(void **state)
{
    (void)state;
    AUTO(buf_free) struct buf pem = {0}, token = {0}, claims = {0};
    struct jwt_key *k = NULL;
    struct err e = {0};
    pem_of(rsa, PKCS1, &pem);
    sign_with(buf_view(&pem), &token);
    pem_of(rsa, PUBLIC, &pem);
    assert_int_equal(jwt_public_read(buf_view(&pem), &k, &e), 0);
    for (size_t i = 0; i < token.n; i += 7) {
        char was = token.p[i];
        token.p[i] = was == 'A' ? 'B' : 'A';
        bool last = i == token.n - 1; /* its lowest bits say nothing */
        assert_true(last || jwt_open(k, buf_view(&token), &claims, &e) < 0);
        token.p[i] = was;
        assert_true(jwt_open(k, sv_cut(buf_view(&token), i), &claims, &e) < 0);
    }
    /* alg none, and a token without a signature */
    assert_int_equal(jwt_open(k, SV("eyJhbGciOiJub25lIn0.e30."), &claims, &e), -1);
    assert_string_equal(e.msg, "it is not signed with RS256");
    assert_int_equal(jwt_open(k, SV("..."), &claims, &e), -1);
    jwt_key_free(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openssl_accepts_what_is_signed_with_any_form_of_the_key),
        cmocka_unit_test(the_claims_are_those_of_an_app),
        cmocka_unit_test(a_token_begins_a_minute_ago_and_ends_in_nine_by_the_clock_of_the_other_side),
        cmocka_unit_test(what_is_no_private_rsa_key_is_refused_with_the_reason),
        cmocka_unit_test(a_changed_token_does_not_hold),
    };
    return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
