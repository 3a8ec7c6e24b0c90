/* SPDX-License-Identifier: Apache-2.0 */
/* What `fettle import` prints. */
#pragma once
#include "server/cli/import.h"

enum import_shown { SHOWN_ALL, SHOWN_REFUSED };

/* dir NULL: what was made goes to stdout, and what is said about it to stderr. An exit code. */
int import_print_text(const struct import *x, size_t n, const char *dir, enum import_shown shown);
int import_print_json(const struct import *x, size_t n, const char *dir);
