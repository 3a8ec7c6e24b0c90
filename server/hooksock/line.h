/* SPDX-License-Identifier: Apache-2.0 */
/* The connections of local hooks, on their intake thread: GET /hook is upgraded (hooks/PROTOCOL.md), the call is read,
 * a pack is written to a file of its own, and what the desk says is passed on. A ping a second, so that a silent server
 * is a hung one. Each wait has its end: for the call, for the next bytes of a pack, for the client as a whole. */
#pragma once
#include "http/server.h"

struct intake;
struct hook_lines;

struct hook_lines *hook_lines_new(struct intake *i);
void hook_lines_free(struct hook_lines **l); /* the connections are gone */
/* False: it is no request of a hook. Else it is answered, or taken over. */
bool hook_lines_start(struct hook_lines *l, struct http_req *r);
