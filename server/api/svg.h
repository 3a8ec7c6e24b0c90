/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures: text of strangers in them, and how they are answered. Pure but for svg_answer. */
#pragma once
#include "core/run.h"
#include "server/api/api.h"

/* At most `most` characters, with … where there are more. What could be markup is escaped; controls, marks of the
 * direction of writing, what is no character of XML and no UTF-8 become U+FFFD: the picture stays well-formed, and
 * reads as it is written. */
void svg_text(struct sv outside, size_t most, struct buf *out);
/* A class of the styles of these pictures and a sign beside the colour: how a run or job ended, else its state. */
const char *svg_class(enum work_state s, enum conclusion c);
const char *svg_word(enum work_state s, enum conclusion c);
const char *svg_sign(enum work_state s, enum conclusion c);
/* 200 with a policy that lets nothing in it run or load. cache: a Cache-Control header line, or "". */
void svg_answer(const struct api_call *c, const char *cache, struct sv svg);
