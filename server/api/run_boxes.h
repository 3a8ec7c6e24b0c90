/* SPDX-License-Identifier: Apache-2.0 */
/* Between run_graph.c, graph_place.c and those that draw or tell of it: graph_svg.c, graph_json.c. Pure. */
#pragma once
#include "server/api/placing.h"
#include "server/api/run_graph.h"

struct box {
    const struct job *job;
    size_t legs, legs_done; /* of a matrix: the jobs in it */
};
struct boxes {
    struct box *at;
    size_t n, left_out;
    struct layout layout;
    struct placing placing; /* in a picture without a title; has a pointer to `layout`: boxes are not copied */
    msec_t critical_ms;     /* how long the jobs of the critical path take or took together */
};
/* In the arena; jobs are borrowed. */
void boxes_make(const struct run *r, msec_t now, struct arena *a, struct boxes *ret);
/* How long the job has run. */
msec_t box_time(const struct job *j, msec_t now);

enum { BOX_WIDTH = 200, BOX_HEIGHT = 46, BOX_EDGES_MOST = 4000 };
/* Says where they stand, once they have a layout. */
void boxes_place(struct boxes *b, struct arena *a);
/* One of none is as wide and high as of one. */
int boxes_width(const struct boxes *b);
int boxes_height(const struct boxes *b);
/* The next one that is told: the critical ones are last, and lie over the others, of which there may be too many.
 * Starts with *at 0; NULL at the end. */
const struct layout_edge *boxes_edge(const struct boxes *b, size_t *at);
