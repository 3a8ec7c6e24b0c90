/* SPDX-License-Identifier: Apache-2.0 */
/* The cookie of a session, and the word that a request which changes something carries beside it. Pure.
 * Source: RFC 6265bis (prefix __Host-: a browser keeps such a cookie only when it came over TLS, for this host alone
 * and for all of its paths, so neither a neighbour's host nor plain HTTP can put one in its place). */
#pragma once
#include "config/conf.h"
#include "core/session.h"
#include "http/codec.h"

enum { COOKIE_BYTES = 32, COOKIE_TEXT = 43, CSRF_TEXT = 43 }; /* bytes of chance; both texts are base64url */

enum cookie_found { COOKIE_NONE, COOKIE_ONE, COOKIE_BAD, COOKIE_MANY };

/* Where TLS stands between the browser and us, ours or a proxy's: "__Host-fettle"; else "fettle". */
const char *cookie_name(const struct conf_listen *l);
/* The one of that name. COOKIE_BAD: it has not the form of ours. COOKIE_MANY: somebody else put one beside ours, and
 * which is whose cannot be told. */
enum cookie_found cookie_get(const struct http_head *h, const char *name, struct sv *ret);
/* "Set-Cookie: …\r\n"; an empty value makes the browser forget it. */
void cookie_put(const struct conf_listen *l, struct sv value, struct buf *headers);
/* What nobody can say who has not the cookie. */
void cookie_csrf(struct sv cookie, char ret[CSRF_TEXT + 1]);
/* Constant time. */
bool cookie_csrf_is(struct sv cookie, struct sv said);
