/* SPDX-License-Identifier: Apache-2.0 */
/* What a merge did, as JSON: the keys are told in port/merge.h. */
#pragma once
#include "fmt/json.h"
#include "port/merge.h"

struct merge_report {
    struct buf files, tried;
    struct jout out, tried_out;
    const char *at; /* the commit that is replayed, or NULL */
    bool cut;
};

enum { REPORT_MOST = 256 * 1024, REPORT_HUNK = 4096 };

void merge_report_open(struct merge_report *r);
/* A way that came to nothing: `why`, without a report of its files. */
void merge_report_tried(struct merge_report *r, enum conflict_way way, const char *why);
/* The next way begins: files of the one before are forgotten. */
void merge_report_again(struct merge_report *r);
/* why: it could not be looked at as text; NULL = it was, and `result` says what came of it. */
void merge_report_file(struct merge_report *r, const char *path, const char *why, const struct merge_result *result);
struct sv merge_report_done(struct merge_report *r, const struct merge_answer *answer, const char *base,
                            struct arena *a);
void merge_report_free(struct merge_report *r);
