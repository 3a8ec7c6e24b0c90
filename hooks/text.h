/* SPDX-License-Identifier: Apache-2.0 */
/* A line that the server wants the pusher to read. It is written to a terminal, so it is text and nothing else: UTF-8
 * without control characters (C0, DEL, C1), line and paragraph separators, and marks that turn the direction of
 * writing. Pure. */
#pragma once
#include "base/str.h"

enum { HOOK_TEXT_MOST = 1000 }; /* bytes */

bool hook_text_is_clean(struct sv s);
/* Appends s as such a line: what must not be there becomes a blank, bytes that are no UTF-8 become U+FFFD, and it ends
 * after HOOK_TEXT_MOST bytes. */
void hook_text_clean(struct sv s, struct buf *out);
