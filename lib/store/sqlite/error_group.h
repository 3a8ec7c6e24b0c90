/* SPDX-License-Identifier: Apache-2.0 */
/* A group of failures, between errors.c that counts and error_json.c that shows. */
#pragma once
#include "fmt/json.h"
#include "store/errors.h"

struct error_group {
    const char *error, *class;
    int64_t n, newest; /* failures; attempt */
    msec_t first_at, last_at;
    int trend[ERROR_BUCKETS];
};

/* With what else is known of it: how it looked last, its newest runs, what was tried. */
MUST_USE int error_group_json(struct reader *r, const struct error_group *g, const struct error_ask *ask,
                              const struct error_page *page, struct jout *o, struct err *e);
