/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of session tickets: one set for all servers of the process, so that a client may come back to any thread and
 * after a reload, renewed twice a day. A ticket under the key before is still taken, and replaced. Never on disk. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include "http/conn.h"

enum { KEY_LIFE_MS = 12 * 3600 * 1000 };

struct ticket_key {
    unsigned char name[16], aes[32], mac[32];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct ticket_key current, before;
static msec_t made_at;
static bool made;

/* Under the lock. */
static void renew(void)
{
    msec_t now = clk_mono_ms();
    if (made && now - made_at < KEY_LIFE_MS)
        return;
    bool long_ago = !made || now - made_at >= 2 * (msec_t)KEY_LIFE_MS;
    before = current;
    MUST(RAND_bytes((unsigned char *)&current, sizeof current) == 1);
    if (long_ago)
        MUST(RAND_bytes((unsigned char *)&before, sizeof before) == 1);
    made_at = now;
    made = true;
}

/* What OpenSSL wants to hear: 0 = unknown key, 1 = fine, 2 = fine, give a new ticket. */
static int find_key(const unsigned char name[16], struct ticket_key *ret)
{
    int found = 0;
    pthread_mutex_lock(&lock);
    renew();
    if (!name || memcmp(name, current.name, sizeof current.name) == 0) {
        *ret = current;
        found = 1;
    } else if (memcmp(name, before.name, sizeof before.name) == 0) {
        *ret = before;
        found = 2;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

static bool set_mac(EVP_MAC_CTX *mac, struct ticket_key *k)
{
    char digest[] = "SHA256";
    OSSL_PARAM p[] = {OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, k->mac, sizeof k->mac),
                      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
    return EVP_MAC_CTX_set_params(mac, p) == 1;
}

int ticket_crypt(SSL *ssl, unsigned char name[16], unsigned char iv[16], EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac,
                 int encrypt)
{
    struct ticket_key k;
    int found = find_key(encrypt ? NULL : name, &k);
    bool ok = found > 0;
    if (ok && encrypt) {
        memcpy(name, k.name, sizeof k.name);
        ok = RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1 &&
             EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, k.aes, iv) == 1;
    } else if (ok) {
        ok = EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, k.aes, iv) == 1;
    }
    ok = ok && set_mac(mac, &k);
    OPENSSL_cleanse(&k, sizeof k);
    if (!ok)
        return encrypt ? -1 : 0;
    /* In TLS 1.3 a ticket is for one use: RFC 8446 C.4. */
    return !encrypt && SSL_version(ssl) >= TLS1_3_VERSION ? 2 : found;
}
