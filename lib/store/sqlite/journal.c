/* SPDX-License-Identifier: Apache-2.0 */
#include "store/journal.h"
#include "store/sqlite/json_row.h"
#include "store/sqlite/reader.h"

/* Columns in the order of the query; *ret->json is in the buffer. */
static void take_row(struct cur *c, struct buf *text, struct journal_row *ret)
{
    struct jout o = {.buf = text};
    buf_clear(text);
    jout_open(&o, '{');
    jout_kint(&o, "seq", ret->seq = col_int(c));
    json_time(&o, "at", col_int(c));
    jout_kstrz(&o, "kind", col_text(c));
    jout_kid(&o, "id", col_int(c));
    jout_kid(&o, "run", ret->run = col_int(c));
    jout_kstrz(&o, "from", col_text(c));
    jout_kstrz(&o, "to", col_text(c));
    jout_kstrz(&o, "cause", col_text(c));
    jout_close(&o, '}');
    ret->json = buf_view(text);
}

int read_journal(struct reader *r, int64_t run, int64_t after, int limit, journal_fn *row, void *ctx, struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    struct cur c = cur_on(&r->db, run ? SQL_LIST_JOURNAL_OF_RUN : SQL_LIST_JOURNAL);
    int rc;
    cur_int(&c, after);
    if (run)
        cur_int(&c, run);
    cur_int(&c, limit);
    while ((rc = cur_next(&c, e)) > 0) {
        struct journal_row x;
        take_row(&c, &text, &x);
        row(ctx, &x);
    }
    cur_end(&c);
    return rc;
}

int read_journal_end(struct reader *r, int64_t *ret, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_JOURNAL_END);
    int rc = cur_next(&c, e);
    *ret = rc > 0 ? col_int(&c) : 0;
    cur_end(&c);
    return rc < 0 ? -1 : 0;
}
