/* SPDX-License-Identifier: Apache-2.0 */
/* TLS 1.3, and 1.2 with ECDHE and AEAD alone; X25519 first; no renegotiation, no compression; one ticket. */
#include <errno.h>
#include <openssl/err.h>
#include "http/conn.h"

static int tls_error(struct err *e, const char *what)
{
    unsigned long code = ERR_peek_last_error();
    const char *why = ERR_reason_error_string(code);
    ERR_clear_error();
    if (ERR_SYSTEM_ERROR(code)) {
        errno = ERR_GET_REASON(code);
        return err_errno(e, "%s", what);
    }
    return err_set(e, ERR_INVALID, "%s: %s", what, why ? why : "not usable");
}

static bool set_protocol(SSL_CTX *t)
{
    SSL_CTX_set_options(t, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(t, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(t, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(t, 1);
    return SSL_CTX_set_min_proto_version(t, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(t, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
           SSL_CTX_set1_groups_list(t, "X25519:P-256:P-384") == 1 &&
           SSL_CTX_set_tlsext_ticket_key_evp_cb(t, ticket_crypt) == 1;
}

SSL_CTX *tls_new(const char *cert, const char *key, struct err *e)
{
    SSL_CTX *t = SSL_CTX_new(TLS_server_method());
    MUST(t);
    ERR_clear_error();
    if (!set_protocol(t))
        tls_error(e, "TLS settings");
    else if (SSL_CTX_use_certificate_chain_file(t, cert) != 1)
        tls_error(e, cert);
    else if (SSL_CTX_use_PrivateKey_file(t, key, SSL_FILETYPE_PEM) != 1)
        tls_error(e, key);
    else if (SSL_CTX_check_private_key(t) != 1)
        tls_error(e, key);
    else
        return t;
    SSL_CTX_free(t);
    return NULL;
}
