/* SPDX-License-Identifier: Apache-2.0 */
/* An intake thread: its own loop, HTTP server and mailbox. Requests are routed here; webhooks are checked and handed
 * to the store, everything else is answered from read-only connections or asked of the engine thread. */
#pragma once
#include "http/server.h"
#include "server/app.h"

struct intake;

/* Binds the listeners of the configuration (before the thread starts, so that errors are told). `ports` holds the tcp
 * port of each listener, 0 = to be chosen by the first thread. */
MUST_USE int intake_start(struct app *a, int *ports, struct intake **ret, struct err *e);
void intake_conf(struct intake *i, struct conf *c); /* any thread: a new configuration (one reference, taken) */
void intake_certs(struct intake *i);                /* any thread: read certificates again */
void intake_drain(struct intake *i, msec_t ms);     /* any thread: a LETTER_DRAINED comes when done */
void intake_join(struct intake **i);                /* after it has drained */
void intakes_nudge(struct app *a); /* engine thread: the journal has grown; see events.h */

/* ---- inside the thread ---- */

struct reader *intake_reader(struct intake *i); /* borrowed; NULL when the store cannot be opened */
struct app *intake_app(struct intake *i);
const struct conf *intake_conf_of(const struct intake *i);
const char *intake_state_dir(const struct intake *i);
struct overview_kept;
struct overview_kept **intake_overview(struct intake *i); /* of api/overview.c, which frees it at the end */
void overview_kept_free(struct overview_kept **k);
struct loop *intake_loop(const struct intake *i);
struct mailbox *intake_answers(struct intake *i); /* where the engine thread answers */
/* To the store and from there to the engine thread, together with the others of the same turn of the loop: threads are
 * woken once and groups of commits are large. What was stored comes back with webhook_stored. */
void intake_store(struct intake *i, struct delivery_put *p);
void intake_pass_on(struct intake *i, struct delivery_put *p);
const struct conf_listen *intake_listen(const struct intake *i, int tag); /* as it was bound */
bool intake_draining(const struct intake *i);
int intake_connections(const struct intake *i); /* so many may be open */
struct events *intake_events(struct intake *i);

/* What a request is being answered by: the first member of what http_req_set holds. */
struct handler {
    void (*on_body)(struct handler *h, struct http_req *r, const char *p, size_t n);
    void (*on_end)(struct handler *h, struct http_req *r);
    void (*on_gone)(struct handler *h); /* the request went away; h frees itself now or when its answer comes */
};

/* webhook.c: POST to a webhook path. Answers at once or sets a handler. */
void webhook_start(struct intake *i, struct http_req *r);
void webhook_stored(struct intake *i, struct delivery_put *p); /* back from the store */
/* api/api.c: GET and POST below /api/v1, /healthz, /readyz, /metrics. False: not one of its paths. */
bool api_start(struct intake *i, struct http_req *r);
void api_answered(struct intake *i, struct app_letter *x); /* back from the engine thread */
