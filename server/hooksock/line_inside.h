/* SPDX-License-Identifier: Apache-2.0 */
/* One connection of a local hook: what line.c and lines.c share. */
#pragma once
#include "base/map.h"
#include "hooks/talk.h"
#include "http/stream.h"
#include "server/hooksock/desk.h"
#include "server/hooksock/line.h"
#include "server/intake.h"

enum line_state {
    LINE_CALL,  /* comes in */
    LINE_ASKED, /* the desk has it */
    LINE_PACK,
    LINE_SENT /* the pack is the desk's */
};

struct hook_line {
    struct hook_lines *home;
    int64_t no;
    struct http_stream *stream; /* NULL: it is closed or gone */
    struct hook_caller caller;
    struct hook_in *in;
    struct hook_out *out;
    enum line_state state;
    enum course_hook hook;
    int spool;
    int64_t spooled;
    msec_t since, bytes_at, until;
    struct timer *ping;
};

struct hook_lines {
    struct intake *intake;
    struct map all; /* no -> line */
    struct mailbox *told;
    struct watch *watch;
};

/* line.c */
/* Takes the connection over. It frees itself, whichever way it ends. */
struct hook_line *line_new(struct hook_lines *home, struct http_req *r, const struct hook_caller *c);
void line_text(struct hook_line *l, struct sv text);                                    /* made clean */
void line_verdict(struct hook_line *l, enum verdict_state verdict, const char *reason); /* the last; l is gone */
/* A letter of the desk; ctx: the hook_lines. */
void line_told(void *ctx, struct letter *x);
