/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of bench/texts.c that are no row of pieces. Each appends at most `bytes` where that is 64 KiB or more, and some
 * more than a small number asks for. */
#pragma once
#include "base/str.h"

#define HEAD "name: b\non: push\njobs:\n"

void made_needs(struct buf *out, size_t bytes);
void made_circle(struct buf *out, size_t bytes);
void made_aliases(struct buf *out, size_t bytes);
void made_alias_text(struct buf *out, size_t bytes);
void made_needs_read(struct buf *out, size_t bytes);
void made_steps_many(struct buf *out, size_t bytes);
void made_inputs_read(struct buf *out, size_t bytes);
void made_self_calls(struct buf *out, size_t bytes);
void made_faults_late(struct buf *out, size_t bytes);
void made_filters(struct buf *out, size_t bytes);
void made_taken(struct buf *out, size_t bytes);
void made_json_deep(struct buf *out, size_t bytes);
