/* SPDX-License-Identifier: Apache-2.0 */
/* What `runs watch` and `top` draw: lines for a screen of a size, at a moment. Pure, but for whether there are colours.
 */
#pragma once
#include "server/cli/graph.h"
#include "server/cli/screen.h"

struct picture {
    struct screen_size size;
    msec_t now; /* wall clock */
    enum graph_signs signs;
    struct buf *out; /* lines are appended */
};

/* A run: its jobs as a graph with their states, times and what they are at. Where there are more jobs than lines,
 * those that are well are left out first. */
void picture_run(const struct picture *p, const struct jval *run);

/* The server: `stats` and `queue` of the API; `runs`: those that run, each whole. */
struct overview {
    const struct jval *stats, *queue;
    const struct jval *const *runs;
    size_t n_runs;
};
void picture_server(const struct picture *p, const struct overview *o);

/* ---- pieces ---- */

/* "5s", "1m 03s", "2h 05m", "3d 04h" */
void picture_time(msec_t ms, struct buf *out);
/* Text in so many columns: cut, or filled with blanks. Outside text is made harmless. */
void picture_cell(struct sv text, size_t columns, struct buf *out);
/* From the start of o (started_at, else `from`) to its end or now; "" before. */
void picture_since(const struct jval *o, const char *from, msec_t now, struct buf *out);
/* The cells so far are a line: no blanks at its end. */
void picture_end_line(struct buf *out);
