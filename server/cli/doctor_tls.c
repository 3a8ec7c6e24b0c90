/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of the listeners: do they hold, for the name that forges call, and does a chain lead to a CA that they
 * will know? */
#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include "server/cli/doctor.h"
#include "server/health/cert.h"
#include "server/health/judge.h"

enum { DAY_S = 86400 };

struct pem {
    X509 *leaf;
    STACK_OF(X509) * rest;
};

static void pem_free(struct pem *p)
{
    X509_free(p->leaf);
    sk_X509_pop_free(p->rest, X509_free);
}

static bool pem_read(const char *file, struct pem *ret)
{
    FILE *f = fopen(file, "re");
    *ret = (struct pem){.rest = sk_X509_new_null()};
    for (X509 *x; f && (x = PEM_read_X509(f, NULL, NULL, NULL));) {
        if (!ret->leaf)
            ret->leaf = x;
        else
            sk_X509_push(ret->rest, x);
    }
    if (f)
        fclose(f);
    return ret->leaf != NULL;
}

static EVP_PKEY *key_read(const char *file)
{
    FILE *f = fopen(file, "re");
    EVP_PKEY *ret = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;
    if (f)
        fclose(f);
    return ret;
}

static bool check_times(struct doctor *d, const struct pem *p, const char *file)
{
    int64_t end = cert_until(X509_get0_notAfter(p->leaf)), begin = cert_until(X509_get0_notBefore(p->leaf));
    const char *mend = "put a new one into the same files: the server takes it up by itself";
    enum health_state state = health_of_end(end);
    if (state == HEALTH_FAIL)
        doctor_say(d, DOCTOR_ERROR, "tls", "cert-expired", mend, "%s ended %lld days ago", file,
                   (long long)-end / DAY_S);
    else if (begin > 0)
        doctor_say(d, DOCTOR_ERROR, "tls", "cert-not-yet", "is the clock of this machine right? See `date`",
                   "%s holds only in %lld hours", file, (long long)begin / 3600);
    else if (state == HEALTH_WARN)
        doctor_say(d, DOCTOR_WARNING, "tls", "cert-ends-soon", mend, "%s ends in %lld days", file,
                   (long long)end / DAY_S);
    else
        return true;
    return false;
}

/* The host of public-url, or NULL. */
static const char *public_host(struct doctor *d)
{
    struct sv url = sv_of(d->conf->public_url);
    if (!sv_starts(url, SV("https://")))
        return NULL;
    url = sv_from(url, 8);
    ptrdiff_t slash = sv_chr(url, '/');
    url = sv_cut(url, slash < 0 ? url.n : (size_t)slash);
    if (sv_starts(url, SV("["))) {
        ptrdiff_t end = sv_chr(url, ']');
        return end < 0 ? NULL : arena_dup(&d->arena, sv_from(sv_cut(url, (size_t)end), 1));
    }
    ptrdiff_t colon = sv_chr(url, ':');
    return arena_dup(&d->arena, sv_cut(url, colon < 0 ? url.n : (size_t)colon));
}

static void check_name(struct doctor *d, const struct pem *p, const char *file)
{
    const char *host = public_host(d);
    if (!host || X509_check_host(p->leaf, host, 0, 0, NULL) == 1 || X509_check_ip_asc(p->leaf, host, 0) == 1)
        return;
    doctor_say(d, DOCTOR_ERROR, "tls", "cert-name",
               "a certificate for that name, or another public-url; none of it concerns you behind a proxy with TLS",
               "%s is not for %s, which public-url names", file, host);
}

static void check_chain(struct doctor *d, const struct pem *p, const char *file)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    X509_STORE_set_default_paths(store);
    if (d->conf->ca_file)
        X509_STORE_load_file(store, d->conf->ca_file);
    X509_STORE_CTX_init(ctx, store, p->leaf, p->rest);
    X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_NO_CHECK_TIME);
    bool known = X509_verify_cert(ctx) == 1;
    int why = X509_STORE_CTX_get_error(ctx);
    if (!known && why == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)
        doctor_say(d, DOCTOR_WARNING, "tls", "cert-self-signed",
                   "a certificate of a CA (Let's Encrypt), or a reverse proxy that has one",
                   "%s is signed by itself: forges refuse it unless they are told not to verify", file);
    else if (!known)
        doctor_say(d, DOCTOR_WARNING, "tls", "cert-chain",
                   "append the certificates of the CAs in between to the file, in their order",
                   "no chain leads from %s to a CA that this machine knows: %s", file,
                   X509_verify_cert_error_string(why));
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
}

static void check_listen(struct doctor *d, const struct conf_listen *l)
{
    struct pem p;
    size_t before = d->all.n;
    if (!l->cert || !l->key)
        return; /* the configuration says so */
    if (!pem_read(l->cert, &p)) {
        doctor_say(d, DOCTOR_ERROR, "tls", "cert-invalid", "a file with the certificate and its chain as PEM",
                   "%s holds no certificate that can be read", l->cert);
        pem_free(&p);
        return;
    }
    EVP_PKEY *key = key_read(l->key);
    if (!key || X509_check_private_key(p.leaf, key) != 1)
        doctor_say(d, DOCTOR_ERROR, "tls", key ? "key-of-another" : "key-invalid",
                   "the key that the certificate was made for, as PEM without a passphrase", "%s %s", l->key,
                   key ? arena_fmt(&d->arena, "is not the key of %s", l->cert) : "holds no key that can be read");
    EVP_PKEY_free(key);
    bool holds = check_times(d, &p, l->cert);
    check_name(d, &p, l->cert);
    check_chain(d, &p, l->cert);
    if (holds && d->all.n == before)
        doctor_say(d, DOCTOR_OK, "tls", "ok", NULL, "%s holds for %lld days", l->cert,
                   (long long)cert_until(X509_get0_notAfter(p.leaf)) / DAY_S);
    pem_free(&p);
}

void doctor_tls(struct doctor *d)
{
    for (size_t i = 0; d->conf && i < d->conf->n_listens; i++)
        if (d->conf->listens[i].kind == CONF_HTTPS)
            check_listen(d, &d->conf->listens[i]);
}
