/* SPDX-License-Identifier: Apache-2.0 */
/* The past of some hours or days in steps, out of rows of the history. Pure. */
#pragma once
#include "core/spread.h"
#include "fmt/json.h"
#include "port/history.h"

/* What the steps are made of: hours by minutes, days by quarters of an hour. */
struct overview_range {
    const char *name;
    int64_t span_s, step_s;
    enum history_grain grain;
};
const struct overview_range *overview_range_find(struct sv name); /* absent is 24h; NULL = there is none */

struct overview_step {
    int64_t success, failure, cancelled;
    struct spread took;
    struct history_figures figures;
    bool known;
};
struct overview {
    const struct overview_range *range;
    int64_t from, to, now; /* s: where the first step begins, and the last one ends */
    size_t n;
    struct overview_step *steps; /* owned */
    int64_t first;               /* s; of the first row, 0 = there is none */
    int64_t recovered;
    struct spread took, waited;
};
/* now: s. The last step is the one under way. */
void overview_begin(struct overview *o, const struct overview_range *range, int64_t now);
void overview_add(struct overview *o, const struct history_row *row);
/* What is now, for the step under way, where nobody looked in it yet; and what was counted since anybody did. */
void overview_now(struct overview *o, const struct history_figures *f);
void overview_span_put(const struct overview *o, struct jout *j);   /* the member "span" */
void overview_series_put(const struct overview *o, struct jout *j); /* the member "series" */
void overview_free(struct overview *o);
