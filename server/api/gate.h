/* SPDX-License-Identifier: Apache-2.0 */
/* Who may use the API. Over the local socket, and from this machine over a listener that is for it alone, everybody
 * may everything; all others show a token of `api.tokens`, or the cookie of a session, that has the scope of the route.
 * What is shown counts in any case: it takes rights away from those who would have them all. A token goes before a
 * cookie, for no page can make a browser show one. Any intake thread.
 * A request that a browser sent because another page wanted it is nobody's wish: see server/session/origin.h. What
 * changes something by a cookie has an `Origin` of ours and `X-Fettle-CSRF` with the word of GET /api/v1/session; what
 * does so from a browser on this machine, or signs in, has that header with any word, for a page can put none on a
 * request to another origin.
 * Who adds something to the API asks for a scope with the third member of its row in api_routes (server/api/routes.c),
 * as
 *     {"POST", "/api/v1/hook", API_HOOK, api_hook, "a connection of a git hook", …},
 * and finds who calls in c->by and c->who. What is no row there, such as a connection that was taken over, stays what
 * it was when the gate let it in: one that stays open long asks gate_holds from time to time.
 * Source: RFC 6750 (bearer tokens: the header alone, 401 invalid_token, 403 insufficient_scope); OWASP's sheet on
 * cross-site request forgery (token by HMAC, origin, fetch metadata). */
#pragma once
#include "server/api/api.h"

#define CSRF_HEADER "X-Fettle-CSRF"

enum gate_token { GATE_NONE, GATE_GOOD, GATE_BAD };
/* The token of `Authorization: Bearer`; *ret is set when it is good, and belongs to the configuration. Two such fields
 * are bad; another scheme is none. */
enum gate_token gate_token(const struct http_head *h, const struct conf *conf, const struct conf_api_token **ret);

/* False: the request is answered, 401 or 403 (503: the sessions cannot be read). Else c->who is set, and c->by for all
 * but reads. Routes of API_ANYBODY let everybody in whom no other page has sent; those of API_PROBE everybody, and
 * c->stranger says who may not know names. */
bool gate_pass(struct api_call *c, const struct api_route *route);
/* Whether who was let in may still look: his token is there, his session not over. */
bool gate_holds(struct intake *i, const struct api_caller *who);
