/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a log as a person sees it. Pure. */
#pragma once
#include "base/str.h"

enum { LOG_TAIL = 64 << 10 };

/* Appends the last LOG_TAIL bytes at most, from the beginning of a line where there is one, without terminal sequences
 * (ECMA-48 control sequences and strings) and control characters. A carriage return ends a line: what it overwrites
 * stays, since tools write their last word over a progress bar. */
void log_tail(struct sv log, struct buf *ret);
