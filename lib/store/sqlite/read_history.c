/* SPDX-License-Identifier: Apache-2.0 */
#include "port/history.h"
#include "store/sqlite/reader.h"

int read_history(struct reader *r, enum history_grain grain, int64_t from, int64_t to, history_fn *fn, void *ctx,
                 struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_READ_HISTORY);
    int rc;
    cur_int(&c, (int64_t)grain);
    cur_int(&c, from);
    cur_int(&c, to);
    while ((rc = cur_next(&c, e)) > 0) {
        struct history_row x = {.at = col_int(&c)};
        x.success = col_int(&c);
        x.failure = col_int(&c);
        x.cancelled = col_int(&c);
        x.recovered = col_int(&c);
        x.took = col_blob(&c);
        x.waited = col_blob(&c);
        x.figures.looks = col_int(&c);
        x.figures.deliveries = col_int(&c);
        x.figures.refused = col_int(&c);
        for (int k = 0; k < HISTORY_FIGURE_N; k++) {
            x.figures.sum[k] = col_int(&c);
            x.figures.most[k] = col_int(&c);
        }
        fn(ctx, &x);
    }
    return rc;
}

static int count(struct reader *r, enum sql query, int64_t *ret, struct err *e)
{
    struct cur c = cur_on(&r->db, query);
    int rc = cur_next(&c, e);
    *ret = rc > 0 ? col_int(&c) : 0;
    cur_end(&c);
    return rc < 0 ? -1 : 0;
}

int read_open_counts(struct reader *r, struct history_open *ret, struct err *e)
{
    if (count(r, SQL_COUNT_DEAD, &ret->effects_dead, e) < 0 || count(r, SQL_COUNT_ASKED, &ret->approvals, e) < 0)
        return -1;
    return count(r, SQL_COUNT_RECOVERING, &ret->recoveries, e);
}
