/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/reader.h"
#include <stdio.h>
#include "store/sqlite/row.h"
#include "store/sqlite/schema.h"

int reader_open(const char *path, struct reader **ret, struct err *e)
{
    struct reader *r = mem_new(sizeof *r);
    if (db_open(&r->db, path, DB_READER, e) < 0 || schema_expect(&r->db, e) < 0 || db_prepare(&r->db, e) < 0) {
        reader_close(&r);
        return -1;
    }
    *ret = r;
    return 0;
}

void reader_close(struct reader **r)
{
    if (!*r)
        return;
    db_close(&(*r)->db);
    mem_freep(r);
}

int reader_begin(struct reader *r, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_READ_BEGIN);
    return cur_run(&c, e) == DB_OK ? 0 : -1;
}

void reader_end(struct reader *r)
{
    struct err ignored; /* the end of a transaction that only read cannot lose anything */
    struct cur c = cur_on(&r->db, SQL_READ_END);
    if (cur_run(&c, &ignored) != DB_OK && !sqlite3_get_autocommit(r->db.h))
        sqlite3_exec(r->db.h, "ROLLBACK", NULL, NULL, NULL);
}

int read_body(struct reader *r, int64_t delivery, struct buf *ret, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_READ_BODY);
    cur_int(&c, delivery);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(e, ERR_MISSING, "the body of this delivery is not stored (any more)");
    uint8_t is[SHA256_LEN];
    struct sv digest = col_blob(&c), body = col_blob(&c);
    sha256(body.p, body.n, is);
    if (!same_bytes(is, sizeof is, digest.p, digest.n))
        rc = err_set(e, ERR_BUG, "the stored body of this delivery is damaged: its digest differs");
    else
        buf_sv(ret, body);
    cur_end(&c);
    return rc < 0 ? -1 : 0;
}

int read_delivery(struct reader *r, int64_t id, struct arena *a, struct delivery *ret, const char **ret_event,
                  struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_READ_DELIVERY);
    cur_int(&c, id);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc < 0 ? -1 : 1;
    rc = row_delivery(&c, a, ret, e);
    *ret_event = rc == 0 ? arena_strdup(a, col_text(&c)) : NULL;
    cur_end(&c);
    return rc;
}

static int read_newer(struct reader *r, const struct effect *x, int64_t *ret, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_EFFECT_NEWER);
    cur_text(&c, x->serial_key);
    cur_int(&c, x->id);
    int rc = cur_next(&c, e);
    *ret = rc > 0 ? col_int(&c) : 0;
    if (rc > 0)
        cur_end(&c);
    return rc < 0 ? -1 : 0;
}

int read_effect(struct reader *r, int64_t id, struct arena *a, struct effect *ret, int64_t *ret_newer, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_READ_EFFECT);
    cur_int(&c, id);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc < 0 ? -1 : 1;
    rc = row_effect(&c, a, ret, e);
    cur_end(&c);
    if (rc == 0)
        rc = effect_body_read(ret, a, e);
    return rc < 0 ? -1 : read_newer(r, ret, ret_newer, e);
}

int read_remote(struct reader *r, const char *fingerprint, char ret_id[64], char ret_url[512], struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_READ_REMOTE);
    cur_text(&c, fingerprint);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc < 0 ? -1 : 1;
    const char *id = col_text(&c), *url = col_text(&c);
    snprintf(ret_id, 64, "%s", id ? id : "");
    snprintf(ret_url, 512, "%s", url ? url : "");
    cur_end(&c);
    return 0;
}

int read_resolution(struct reader *r, const char *hunk, struct buf *ret, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_READ_RESOLUTION);
    cur_text(&c, hunk);
    int rc = cur_next(&c, e);
    if (rc <= 0)
        return rc < 0 ? -1 : 1;
    buf_sv(ret, col_blob(&c));
    cur_end(&c);
    return 0;
}

int read_run_number(struct reader *r, const char *name, int64_t *ret, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_READ_NUMBER);
    cur_text(&c, name);
    int rc = cur_next(&c, e);
    *ret = rc > 0 ? col_int(&c) : 0;
    if (rc > 0)
        cur_end(&c);
    return rc < 0 ? -1 : 0;
}
