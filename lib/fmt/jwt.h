/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Web Tokens signed with RS256, as GitHub Apps sign in with them. RFC 7519, RFC 7515 §3, RFC 7518 §3.3; GitHub
 * docs, "Generating a JSON Web Token for a GitHub App". OpenSSL behind it. One object, one thread. */
#pragma once
#include "base/clk.h"
#include "base/err.h"
#include "base/str.h"

struct jwt_key;

/* A private key, PEM of PKCS#1 or PKCS#8 without a passphrase; out of an environment variable its line ends may be
 * written \n. -1 ERR_INVALID: it is none, is no RSA key or is shorter than 2048 bits; the text says which. */
MUST_USE int jwt_key_read(struct sv pem, struct jwt_key **ret, struct err *e);
/* A public key, PEM: for jwt_open alone. */
MUST_USE int jwt_public_read(struct sv pem, struct jwt_key **ret, struct err *e);
void jwt_key_free(struct jwt_key **k);

struct jwt_times {
    int64_t iat, exp; /* seconds */
};
/* When a token made now begins and ends by the clock of who checks it, which is ahead of ours by `skew`: a minute ago,
 * and in nine minutes, since GitHub takes at most ten. */
struct jwt_times jwt_times(msec_t now, msec_t skew);
/* Appends header.claims.signature with the claims iat, exp and iss. */
void jwt_sign(const struct jwt_key *k, struct sv issuer, struct jwt_times at, struct buf *out);
/* The claims, as JSON, of a token that this key has signed. -1 ERR_DENIED: not signed so, or no token at all. */
MUST_USE int jwt_open(const struct jwt_key *k, struct sv token, struct buf *ret, struct err *e);
