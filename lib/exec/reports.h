/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of test programs that a step has left in its workspace. Blocking: not for loop threads. */
#pragma once
#include "base/clk.h"
#include "base/err.h"
#include "core/test_report.h"

enum {
    REPORTS_ENTRIES = 100000, /* files and folders looked at */
    REPORTS_FILES = 1000,     /* read, */
    REPORTS_TOTAL = 32 << 20  /* and bytes of them together */
};

/* JUnit's XML, and TAP, in the files below the open folder that the patterns (one a line) name and that were changed
 * since `began` (wall clock, 0 = any), added to *ret. Files that are neither are left out. -1: the first of what was
 * wrong with a file or a limit; what was read of others is in *ret all the same. */
MUST_USE int reports_read(int dir, struct sv patterns, msec_t began, struct test_report *ret, struct err *e);
