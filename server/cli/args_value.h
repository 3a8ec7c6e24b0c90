/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the reader of arguments: one value, and what is noted when something does not fit. */
#pragma once
#include "server/cli/args.h"

/* Notes it; ARGS_WRONG. word: index in argv. */
PRINTF_LIKE(4, 5)
enum args_end args_fault(struct args *a, const char *code, int word, const char *fmt, ...);
/* Adds the nearest of the names, if one is near, with dashes in front. */
void args_meant(struct args *a, struct sv word, const char *const *names, size_t n, const char *dashes);
/* "one, two or three" */
void args_list(const char *const *words, struct buf *out);
/* Into the member of *o at `into`. what: how the option or the operand is called in a complaint. */
enum args_end args_value(struct args *a, const struct cli_arg *o, const char *what, int word, const char *said,
                         char *into);
