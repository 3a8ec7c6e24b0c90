/* SPDX-License-Identifier: Apache-2.0 */
#include "fmt/hmac.h"
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>

/* Fetching an algorithm and building its context cost more than a small MAC: both are done once, then copied. */
static EVP_MD *sha256_md;
static EVP_MAC_CTX *hmac_template;
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

static void fetch(void)
{
    sha256_md = EVP_MD_fetch(NULL, "SHA256", NULL);
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    MUST(sha256_md && hmac);
    hmac_template = EVP_MAC_CTX_new(hmac);
    char name[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                           OSSL_PARAM_construct_end()};
    MUST(hmac_template && EVP_MAC_CTX_set_params(hmac_template, params));
    EVP_MAC_free(hmac); /* the context holds it */
}

static const EVP_MD *the_sha256(void)
{
    MUST(pthread_once(&fetched, fetch) == 0);
    return sha256_md;
}

void sha256(const void *p, size_t n, uint8_t ret[SHA256_LEN])
{
    MUST(EVP_Digest(n ? p : "", n, ret, NULL, the_sha256(), NULL));
}


bool same_bytes(const void *a, size_t an, const void *b, size_t bn)
{
    return an == bn && (an == 0 || CRYPTO_memcmp(a, b, an) == 0);
}

struct digest {
    EVP_MD_CTX *ctx;
};

struct digest *digest_new(void)
{
    struct digest *d = mem_new(sizeof *d);
    d->ctx = EVP_MD_CTX_new();
    MUST(d->ctx && EVP_DigestInit_ex2(d->ctx, the_sha256(), NULL));
    return d;
}

void digest_add(struct digest *d, const void *p, size_t n)
{
    MUST(n == 0 || EVP_DigestUpdate(d->ctx, p, n));
}

void digest_end(struct digest *d, uint8_t ret[SHA256_LEN])
{
    MUST(EVP_DigestFinal_ex(d->ctx, ret, NULL));
}

void digest_free(struct digest **d)
{
    if (!*d)
        return;
    EVP_MD_CTX_free((*d)->ctx);
    mem_free(STEAL(*d));
}

struct mac {
    size_t n;
    bool ended;
    struct {
        EVP_MAC_CTX *ctx;
        uint8_t result[SHA256_LEN]; /* once ended */
    } keys[];
};

struct mac *mac_new(const struct sv *keys, size_t n_keys)
{
    the_sha256();
    struct mac *m = mem_new(sizeof *m + n_keys * sizeof m->keys[0]);
    m->n = n_keys;
    for (size_t i = 0; i < n_keys; i++) {
        m->keys[i].ctx = EVP_MAC_CTX_dup(hmac_template);
        const char *key = keys[i].n ? keys[i].p : "";
        MUST(m->keys[i].ctx && EVP_MAC_init(m->keys[i].ctx, (const uint8_t *)key, keys[i].n, NULL));
    }
    return m;
}

void mac_add(struct mac *m, const void *p, size_t n)
{
    MUST(!m->ended);
    for (size_t i = 0; i < m->n && n > 0; i++)
        MUST(EVP_MAC_update(m->keys[i].ctx, p, n));
}

static void mac_end(struct mac *m)
{
    size_t len;
    for (size_t i = 0; i < m->n && !m->ended; i++)
        MUST(EVP_MAC_final(m->keys[i].ctx, m->keys[i].result, &len, SHA256_LEN) && len == SHA256_LEN);
    m->ended = true;
}

int mac_match(struct mac *m, const uint8_t *wanted, size_t n_wanted)
{
    mac_end(m);
    int match = -1;
    for (size_t i = m->n; i-- > 0;) {
        int found = 0;
        for (size_t w = 0; w < n_wanted; w++)
            found |= CRYPTO_memcmp(m->keys[i].result, wanted + w * SHA256_LEN, SHA256_LEN) == 0;
        int mask = -found; /* no branch on what matched */
        match = (match & ~mask) | ((int)i & mask);
    }
    return match;
}

void mac_free(struct mac **m)
{
    if (!*m)
        return;
    for (size_t i = 0; i < (*m)->n; i++)
        EVP_MAC_CTX_free((*m)->keys[i].ctx);
    OPENSSL_cleanse((*m)->keys, (*m)->n * sizeof (*m)->keys[0]);
    mem_free(STEAL(*m));
}

void hmac_sha256(struct sv key, const void *p, size_t n, uint8_t ret[SHA256_LEN])
{
    struct mac *m = mac_new(&key, 1);
    mac_add(m, p, n);
    mac_end(m);
    memcpy(ret, m->keys[0].result, SHA256_LEN);
    mac_free(&m);
}
