/* SPDX-License-Identifier: Apache-2.0 */
/* `fettle explain`: what server/explain finds out, for people. */
#pragma once
#include "server/explain/explain.h"

enum explain_form { EXPLAIN_TEXT, EXPLAIN_JSON };

/* A stored delivery, by the API; conf NULL = the usual places. An exit code. */
int explain_delivery(const char *id, const char *conf_file, enum explain_form form);
/* The same, and what it started then beside what it would start now. When conf_file is not the configuration of the
 * usual places and there is one, the server is that one's, and conf_file is only read. */
int explain_replay(const char *id, const char *conf_file, enum explain_form form);

/* explain_then.c: the runs of the delivery. */
struct remote;
int explain_fetch_then(struct explained *x, struct remote *r, const char *id);

/* explain_out.c */
int explain_print(const struct explained *x, enum explain_form form);
/* The event's main facts as lines "key   value"; `event` is the object of the specification. */
void explain_event_lines(const struct jval *event, struct buf *out);
