/* SPDX-License-Identifier: Apache-2.0 */
/* Who signs in: tries are counted, tokens compared, sessions begun and ended here, all on the engine thread (server/
 * app.h has what others call). Whether a request belongs to a session is looked up in the store by the thread that has
 * it (server/api/gate.c). What is answered is on disk. Audited in the journal (kind "api"): sign-in, sign-in-refused,
 * sign-out, session-end, one-time-token; never a token or a cookie.
 * While nobody ever signed in, and a listener serves the dashboard beyond this machine, a start writes a one-time token
 * into SETUP_FILE, for the server's user alone; it goes with its time or the first sign-in.
 * What each letter carries (struct app_letter):
 *   LETTER_SIGN_IN       text: the token; id: the session that the browser had, 0 = none; guid: its address. When it
 *                        is ok text is the cookie, id its scopes, by whose it is, ends when it is over; else status
 *                        says why, and for 429 id in how many seconds the next try may be made
 *   LETTER_SIGN_OUT      id: a session, l->by has it
 *   LETTER_SESSION_END   id: a session, l->by wants its end
 *   LETTER_SESSION_SEEN  id: a session; no answer
 *   LETTER_ONE_TIME      id: scopes. When it is ok text is the token and an address, a line each, and ends its end */
#pragma once
#include "server/app.h"

#define SETUP_FILE "setup-token" /* in the state folder */

/* address.c: where a browser finds the dashboard, without a slash at the end: beyond this machine if it is served
 * there. `born`: with the listeners as they were bound. False: none serves it over TCP. */
bool session_address(const struct app *a, const struct conf *born, struct buf *ret);
bool session_is_served_beyond(const struct conf *c);
