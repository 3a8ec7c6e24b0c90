/* SPDX-License-Identifier: Apache-2.0 */
/* The append-only record of every request to an emulated forge: JSON Lines, one write a line, so that a killed lab has
 * lost nothing it answered. {"seq","at","forge","method","path","headers":{},"body","status","fault","early"}: headers
 * in lower case, tokens as "***"; body as JSON where it is JSON, else a text, null when there is none; status is what
 * was or would have been answered, 0 when the request was not looked at; fault is null or its name; early: the forge
 * had told this token to wait, and the time was not over. Control words that change the world stand there too, below
 * /_lab/; and every webhook that was sent, as method SEND with its address as the path, the status of its answer, and
 * "delivery": {"id","guid","hook","event","action","redelivery","took","result"}. */
#pragma once
#include "http/codec.h"
#include "server/lab/world.h"

struct ledger;

struct ledger_line {
    msec_t at;
    enum lab_forge forge;
    const struct http_head *head;
    struct sv body;
    int status;
    const char *fault; /* NULL: none */
    bool early;
};
struct lab_hook;
struct lab_delivery;

/* Opens or creates the file; NULL: in memory only. */
MUST_USE int ledger_open(const char *path, struct ledger **ret, struct err *e);
void ledger_close(struct ledger **l);
/* Does again what the lines say was done, in a fresh world; nothing is sent. A line cut short at the end is passed
 * over. ERR_INVALID with e->code = the line when one in the middle cannot be read. */
MUST_USE int ledger_replay(struct ledger *l, struct lab_world *w, struct err *e);
MUST_USE int ledger_add(struct ledger *l, const struct ledger_line *line, struct err *e);
void line_again(struct lab_world *w, const struct jval *line); /* replay.c: one of them */
/* Says in the log what went wrong. */
void ledger_sent(struct ledger *l, msec_t at, const struct lab_hook *h, const struct lab_delivery *d,
                 const char *fault);
/* Lines of that forge (absent: of all) whose path has that part, as they stand in the file. */
MUST_USE int ledger_print(struct ledger *l, struct sv forge, struct sv path, struct buf *out, struct err *e);
