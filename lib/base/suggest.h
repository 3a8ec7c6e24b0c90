/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean …": the nearest of the names within edit distance 2 (and a third of the word's length), or NULL; case
 * is ignored. Pure. */
#pragma once
#include "base/str.h"

const char *suggest(struct sv word, const char *const *names, size_t n);
