/* SPDX-License-Identifier: Apache-2.0 */
/* Digests and signature checking over a body that streams in. OpenSSL behind it. One object, one thread. */
#pragma once
#include "base/err.h"
#include "base/str.h"

enum { SHA256_LEN = 32 };

void sha256(const void *p, size_t n, uint8_t ret[SHA256_LEN]);
void hmac_sha256(struct sv key, const void *p, size_t n, uint8_t ret[SHA256_LEN]);
/* Constant time for equal lengths; false at once for different ones (lengths are public). */
bool same_bytes(const void *a, size_t an, const void *b, size_t bn);

/* SHA-256 in pieces (the body's digest, for deduplication). */
struct digest;
struct digest *digest_new(void);
void digest_add(struct digest *d, const void *p, size_t n);
void digest_end(struct digest *d, uint8_t ret[SHA256_LEN]); /* d may only be freed after */
void digest_free(struct digest **d);

/* n keys at once over the same bytes; a match of any key with any wanted digest counts. Every key and every wanted
 * digest is always compared, so the time says nothing about which one matched. */
struct mac;
struct mac *mac_new(const struct sv *keys, size_t n_keys);
void mac_add(struct mac *m, const void *p, size_t n);
/* wanted: n_wanted digests of SHA256_LEN bytes one behind the other. Index of the first key that matched, or
 * -1. May be asked again with other digests; nothing can be added after. */
int mac_match(struct mac *m, const uint8_t *wanted, size_t n_wanted);
void mac_free(struct mac **m);
