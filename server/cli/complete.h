/* SPDX-License-Identifier: Apache-2.0 */
/* What a word that is not at its end may become: for the scripts of `fettle completion`. */
#pragma once
#include "base/str.h"

/* words: what stands behind "fettle" up to the cursor, n >= 1; the last one is being written and may be empty. Appends
 * a line with what else may be offered ("words", "files" or "folders"), and behind it one a word that fits:
 * WORD TAB DESCRIPTION. Asks the server for ids where those are meant; what cannot be asked is not offered. */
void complete(char **words, int n, struct buf *out);
