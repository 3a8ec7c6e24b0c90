/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs of a run as a picture: in layers by what they need, coloured by their state, the critical path bold. Pure.
 */
#pragma once
#include "core/run.h"

/* A matrix is one box, the jobs of a called workflow are boxes of their own. 500 boxes are drawn at most. */
void run_graph_svg(const struct run *r, msec_t now, struct buf *out);
/* The same as JSON, by the schema `graph` of server/api/schemas.c. */
void run_graph_json(const struct run *r, msec_t now, struct buf *out);
