/* SPDX-License-Identifier: Apache-2.0 */
/* Who may use the API. Over the local socket, and from this machine over a listener that is for it alone, everybody
 * may everything; all others show a token of `api.tokens` that has the scope of the route. A token that is shown
 * counts in any case: it takes rights away from those who would have them all. Any intake thread.
 * Who adds something to the API asks for a scope with the third member of its row in api_routes (server/api/routes.c),
 * as
 *     {"POST", "/api/v1/hook", API_HOOK, api_hook, "a connection of a git hook", …},
 * and finds who calls in c->by. What is no row there, such as a connection that was taken over, stays what it was
 * when the gate let it in: a token that a reload removes ends with the next request.
 * Source: RFC 6750 (bearer tokens: the header alone, 401 invalid_token, 403 insufficient_scope). */
#pragma once
#include "server/api/api.h"

enum gate_token { GATE_NONE, GATE_GOOD, GATE_BAD };
/* The token of `Authorization: Bearer`; *ret is set when it is good, and belongs to the configuration. Two such fields
 * are bad; another scheme is none. */
enum gate_token gate_token(const struct http_head *h, const struct conf *conf, const struct conf_api_token **ret);

/* A route of API_ALL lets everybody in, and c->stranger says who may not know names. */
/* False: the request is answered, 401 or 403. Else c->by is set for all but reads. */
bool gate_pass(struct api_call *c, const struct api_route *route);
