/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>

/* A self-signed P-256 certificate for `name`, over whatever is in the files. */
static void certify(const char *cert_file, const char *key_file, const char *name)
{
    EVP_PKEY *k = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -60);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, k);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const void *)name, -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(x));
    X509_sign(x, k, EVP_sha256());
    FILE *f = fopen(cert_file, "w");
    PEM_write_X509(f, x);
    fclose(f);
    f = fopen(key_file, "w");
    PEM_write_PrivateKey(f, k, NULL, NULL, 0, NULL, NULL);
    fclose(f);
    X509_free(x);
    EVP_PKEY_free(k);
}
