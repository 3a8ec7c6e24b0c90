/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/jwt.h"
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include "fmt/enc.h"
#include "fmt/json.h"

enum { BITS_LEAST = 2048, EARLIER_S = 60, LATER_S = 540, TOKEN_MOST = 8192 };

struct jwt_key {
    EVP_PKEY *pkey;
};

/* Without it OpenSSL would ask the terminal for a passphrase. */
static int no_passphrase(char *into, int size, int writing, void *ctx)
{
    (void)into, (void)size, (void)writing, (void)ctx;
    return 0;
}

/* The two characters \n, as environment files write the end of a line. */
static void unescape(struct sv pem, struct buf *out)
{
    for (size_t i = 0; i < pem.n; i++) {
        bool escaped = pem.p[i] == '\\' && i + 1 < pem.n && pem.p[i + 1] == 'n';
        buf_chr(out, escaped ? '\n' : pem.p[i]);
        i += escaped;
    }
}

typedef EVP_PKEY *pem_fn(BIO *bio, EVP_PKEY **into, pem_password_cb *fn, void *ctx);

static int key_read(struct sv pem, pem_fn *read, const char *what, struct jwt_key **ret, struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    unescape(pem, &text);
    BIO *bio = BIO_new_mem_buf(text.p ? text.p : "", (int)text.n);
    MUST(bio);
    EVP_PKEY *pkey = read(bio, NULL, no_passphrase, NULL);
    BIO_free(bio);
    ERR_clear_error();
    if (!pkey)
        return err_set(e, ERR_INVALID, "is no %s key in PEM without a passphrase", what);
    bool rsa = EVP_PKEY_is_a(pkey, "RSA");
    int bits = EVP_PKEY_get_bits(pkey);
    if (!rsa || bits < BITS_LEAST) {
        EVP_PKEY_free(pkey);
        return rsa ? err_set(e, ERR_INVALID, "is an RSA key of %d bits: %d are the least", bits, BITS_LEAST)
                   : err_set(e, ERR_INVALID, "is no RSA key");
    }
    *ret = mem_new(sizeof **ret);
    (*ret)->pkey = pkey;
    return 0;
}

int jwt_key_read(struct sv pem, struct jwt_key **ret, struct err *e)
{
    return key_read(pem, PEM_read_bio_PrivateKey, "private", ret, e);
}

int jwt_public_read(struct sv pem, struct jwt_key **ret, struct err *e)
{
    return key_read(pem, PEM_read_bio_PUBKEY, "public", ret, e);
}

void jwt_key_free(struct jwt_key **kp)
{
    struct jwt_key *k = STEAL(*kp);
    if (!k)
        return;
    EVP_PKEY_free(k->pkey);
    mem_free(k);
}

struct jwt_times jwt_times(msec_t now, msec_t skew)
{
    int64_t s = (now + skew) / 1000;
    return (struct jwt_times){s - EARLIER_S, s + LATER_S};
}

void jwt_sign(const struct jwt_key *k, struct sv issuer, struct jwt_times at, struct buf *out)
{
    static const struct sv head = {"{\"alg\":\"RS256\",\"typ\":\"JWT\"}", 27};
    AUTO(buf_free) struct buf claims = {0}, text = {0};
    struct jout j = {.buf = &claims};
    jout_open(&j, '{');
    jout_kint(&j, "iat", at.iat);
    jout_kint(&j, "exp", at.exp);
    jout_kstr(&j, "iss", issuer);
    jout_close(&j, '}');
    base64url_put(&text, head.p, head.n);
    buf_chr(&text, '.');
    base64url_put(&text, claims.p, claims.n);
    size_t n = (size_t)EVP_PKEY_get_size(k->pkey);
    AUTO(mem_freep) unsigned char *signature = mem_new(n);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    /* RSASSA-PKCS1-v1_5 is what OpenSSL does with RSA keys unless it is told otherwise. */
    MUST(ctx && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, k->pkey) == 1 &&
         EVP_DigestSign(ctx, signature, &n, (const unsigned char *)text.p, text.n) == 1);
    EVP_MD_CTX_free(ctx);
    buf_sv(out, buf_view(&text));
    buf_chr(out, '.');
    base64url_put(out, signature, n);
}

/* ---- checking ---- */

/* base64url without padding, by way of the strict reader of the other alphabet. */
static bool decode(struct sv text, struct buf *ret)
{
    AUTO(buf_free) struct buf plain = {0};
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '+' || c == '/' || c == '=')
            return false;
        buf_chr(&plain, c == '-' ? '+' : c == '_' ? '/' : c);
    }
    while (plain.n % 4)
        buf_chr(&plain, '=');
    AUTO(mem_freep) uint8_t *bytes = mem_new(plain.n + 1);
    size_t n = 0;
    if (!base64_get(buf_view(&plain), bytes, &n))
        return false;
    buf_clear(ret);
    buf_add(ret, bytes, n);
    return true;
}

static bool is_signed(const struct jwt_key *k, struct sv text, const struct buf *signature)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    MUST(ctx);
    bool ok = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, k->pkey) == 1 &&
              EVP_DigestVerify(ctx, (const unsigned char *)signature->p, signature->n, (const unsigned char *)text.p,
                               text.n) == 1;
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return ok;
}

static bool says_rs256(const struct buf *head)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err ignored = {0};
    return jdoc_parse(buf_view(head), NULL, &doc, &ignored) == 0 &&
           sv_is(jval_str(jval_get(jdoc_root(doc), "alg")), "RS256");
}

int jwt_open(const struct jwt_key *k, struct sv token, struct buf *ret, struct err *e)
{
    AUTO(buf_free) struct buf head = {0}, signature = {0};
    ptrdiff_t first = sv_chr(token, '.'), last = sv_rchr(token, '.');
    if (token.n > TOKEN_MOST || first < 0 || last <= first)
        return err_set(e, ERR_DENIED, "it is no JSON web token");
    struct sv signed_part = sv_cut(token, (size_t)last);
    if (!decode(sv_cut(token, (size_t)first), &head) || !decode(sv_from(token, (size_t)last + 1), &signature) ||
        !decode(sv_from(signed_part, (size_t)first + 1), ret))
        return err_set(e, ERR_DENIED, "it is no JSON web token");
    if (!says_rs256(&head))
        return err_set(e, ERR_DENIED, "it is not signed with RS256");
    if (!is_signed(k, signed_part, &signature)) {
        buf_clear(ret);
        return err_set(e, ERR_DENIED, "the signature does not hold");
    }
    return 0;
}
