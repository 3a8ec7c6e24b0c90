/* SPDX-License-Identifier: Apache-2.0 */
/* Live events: the journal as it grows, told to those who follow it (GET /api/v1/stream, as server-sent events of the
 * WHATWG's HTML standard 9.2). The journal in the store is the truth, and its numbers are the ids of the events: who
 * comes back with the last one goes on behind it, without a hole and without an event twice, whatever became of the
 * server meanwhile.
 * One for each intake thread. The engine thread tells of commits; a thread with viewers then reads what is new, four
 * times a second at most, and sends the same bytes to all who want all of it. Who is behind catches up by queries of
 * its own, a page a turn of the loop. Who cannot be told of everything is told so with the event `reset`: it takes too
 * many rows, or some of them are no longer kept. Who does not read is sent away, and resumes when it does. */
#pragma once
#include "server/api/api.h"

struct events;

struct events *events_new(struct intake *i);
void events_free(struct events **e); /* behind the HTTP server */
/* Any thread: the journal may have grown. True: events_grew is to be called on the thread of e, once. */
bool events_nudge(struct events *e);
void events_grew(struct events *e);

struct viewer_wish {
    int64_t run;           /* what is about it alone; 0 = everything */
    int64_t after;         /* the last event that was seen; -1 = from now on */
    struct api_caller who; /* what he came in with: the stream ends when `holds` says so; NULL = it does not ask */
    bool (*holds)(struct intake *i, const struct api_caller *who);
};
enum viewer_verdict {
    VIEWER_WELCOME,       /* the request is answered */
    VIEWER_TOO_MANY,      /* limits.viewers, or half of all connections of the thread */
    VIEWER_TOO_MANY_HERE, /* half of limits.per-address: the other half is for what is no stream */
    VIEWER_NO_RUN,        /* there is no such run */
    VIEWER_NO_STORE       /* it cannot be read */
};
/* In on_head of the HTTP server. All but the first verdict leave the request to be answered. */
enum viewer_verdict events_open(struct events *e, struct http_req *r, const struct viewer_wish *w);
