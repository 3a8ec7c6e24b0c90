/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/cert.h"
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

static void pkey_free(EVP_PKEY **k)
{
    EVP_PKEY_free(*k);
}

static void x509_free(X509 **x)
{
    X509_free(*x);
}

static void bio_free(BIO **b)
{
    BIO_free(*b);
}

static bool add_extension(X509 *x, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool ok = ext && X509_add_ext(x, ext, -1) == 1;
    X509_EXTENSION_free(ext);
    return ok;
}

/* Only what can stand in a DNS name: the text is part of a small language of OpenSSL's. */
static bool is_host(const char *host)
{
    size_t n = host ? strlen(host) : 0;
    for (size_t i = 0; i < n; i++) {
        char c = host[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '-' && c != '.')
            return false;
    }
    return n > 0 && n <= 253;
}

static bool add_names(X509 *x, const char *host)
{
    AUTO(buf_free) struct buf names = {0};
    X509_NAME *subject = X509_get_subject_name(x);
    buf_str(&names, "DNS:localhost,IP:127.0.0.1,IP:::1");
    if (is_host(host) && strcmp(host, "localhost") != 0)
        buf_fmt(&names, ",DNS:%s", host);
    static const unsigned char cn[] = "localhost";
    return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, cn, -1, -1, 0) == 1 &&
           X509_set_issuer_name(x, subject) == 1 && add_extension(x, NID_subject_alt_name, names.p);
}

static bool set_times(X509 *x, msec_t now, int days)
{
    /* Clocks of others are late. */
    int64_t from = now / 1000 - 3600, to = from + (int64_t)days * 86400;
    return ASN1_TIME_set(X509_getm_notBefore(x), from) && ASN1_TIME_set(X509_getm_notAfter(x), to);
}

static bool set_serial(X509 *x)
{
    unsigned char random[16];
    if (RAND_bytes(random, sizeof random) != 1)
        return false;
    random[0] &= 0x7f;
    BIGNUM *n = BN_bin2bn(random, sizeof random, NULL);
    bool ok = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x));
    BN_free(n);
    return ok;
}

/* It is no CA, and a client that pins it needs nothing else. */
static bool fill(X509 *x, EVP_PKEY *key, const char *host, msec_t now, int days)
{
    return X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) && set_times(x, now, days) &&
           X509_set_pubkey(x, key) == 1 && add_names(x, host) &&
           add_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(x, NID_key_usage, "critical,digitalSignature") &&
           add_extension(x, NID_ext_key_usage, "serverAuth") &&
           add_extension(x, NID_subject_key_identifier, "hash") && X509_sign(x, key, EVP_sha256()) > 0;
}

static bool take_pem(BIO *b, struct buf *out)
{
    char *p = NULL;
    long n = BIO_get_mem_data(b, &p);
    if (n <= 0)
        return false;
    buf_add(out, p, (size_t)n);
    return true;
}

int cert_make(const char *host, msec_t now, int days, struct buf *ret_cert, struct buf *ret_key,
              struct err *e)
{
    AUTO(pkey_free) EVP_PKEY *key = EVP_EC_gen("P-256");
    AUTO(x509_free) X509 *x = X509_new();
    AUTO(bio_free) BIO *cert_pem = BIO_new(BIO_s_mem());
    AUTO(bio_free) BIO *key_pem = BIO_new(BIO_s_secmem());
    bool ok = key && x && cert_pem && key_pem && fill(x, key, host, now, days) &&
              PEM_write_bio_X509(cert_pem, x) == 1 &&
              PEM_write_bio_PKCS8PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL) == 1 &&
              take_pem(cert_pem, ret_cert) && take_pem(key_pem, ret_key);
    return ok ? 0 : err_set(e, ERR_BUG, "OpenSSL cannot make a certificate");
}
