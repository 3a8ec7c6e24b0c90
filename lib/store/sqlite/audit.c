/* SPDX-License-Identifier: Apache-2.0 */
#include "store/audit.h"
#include "base/arena.h"
#include "store/sqlite/audit_rule.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/writer.h"

struct audit {
    struct reader *r;
    audit_fn *found;
    void *ctx;
    int checks;
    struct err *e;
};

static int prepare(struct audit *a, const char *sql, sqlite3_stmt **ret)
{
    if (sqlite3_prepare_v2(a->r->db.h, sql, -1, ret, NULL) == SQLITE_OK)
        return 0;
    return err_set(a->e, ERR_TRANSIENT, "the database cannot be read: %s", sqlite3_errmsg(a->r->db.h));
}

/* Rows of the query are what is wrong. */
static int look(struct audit *a, const char *sql, struct audit_finding *f)
{
    sqlite3_stmt *st = NULL;
    int rc = prepare(a, sql, &st);
    a->checks++;
    if (rc < 0)
        return -1;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW)
        if (f->n++ < AUDIT_IDS)
            f->ids[f->n_ids++] = sqlite3_column_int64(st, 0);
    if (rc != SQLITE_DONE)
        err_set(a->e, ERR_TRANSIENT, "the database cannot be read: %s", sqlite3_errmsg(a->r->db.h));
    sqlite3_finalize(st);
    if (rc == SQLITE_DONE && f->n)
        a->found(a->ctx, f);
    return rc == SQLITE_DONE ? 0 : -1;
}

/* SQLite's own: pages, indexes, constraints. */
static int look_inside(struct audit *a)
{
    sqlite3_stmt *st = NULL;
    int rc = prepare(a, "PRAGMA integrity_check(10)", &st);
    a->checks++;
    if (rc < 0)
        return -1;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(st, 0);
        struct audit_finding f = {.check = "database", .text = "the database file is damaged", .n = 1, .detail = text};
        f.mend = "stop the server, keep a copy, then: sqlite3 FILE .recover | sqlite3 NEW";
        if (text && strcmp(text, "ok") != 0)
            a->found(a->ctx, &f);
    }
    sqlite3_finalize(st);
    return rc == SQLITE_DONE ? 0 : err_set(a->e, ERR_TRANSIENT, "the database cannot be read");
}

static int look_at_words(struct audit *a, const struct audit_words *w)
{
    AUTO(arena_free) struct arena room = {0};
    AUTO(buf_free) struct buf sql = {0};
    buf_fmt(&sql, "SELECT rowid FROM %s WHERE %s NOT IN (", w->table, w->column);
    for (int i = 0; i < w->n; i++)
        buf_fmt(&sql, "%s'%s'", i ? ", " : "", w->names[i]);
    buf_chr(&sql, ')');
    struct audit_finding f = {.check = "words"};
    f.text = arena_fmt(&room, "rows of %s whose %s is no word of ours", w->table, w->column);
    f.mend = "the row is damaged: put back a copy of the database, or delete the row";
    return look(a, sql.p, &f);
}

static int look_at_all(struct audit *a)
{
    if (look_inside(a) < 0)
        return -1;
    for (const struct audit_words *w = audit_words; w->table; w++)
        if (look_at_words(a, w) < 0)
            return -1;
    for (const struct audit_rule *x = audit_rules; x->check; x++) {
        struct audit_finding f = {.check = x->check, .text = x->text, .mend = x->mend};
        if (look(a, x->find, &f) < 0)
            return -1;
    }
    return 0;
}

int store_audit(const char *path, audit_fn *found, void *ctx, enum audit_beside *ret_beside, int *ret_checks,
                struct err *e)
{
    AUTO(reader_close) struct reader *r = NULL;
    AUTO(fd_closep) int lock = -1;
    struct err busy = {0};
    *ret_beside = store_lock(path, 0, &lock, &busy) < 0 ? AUDIT_BESIDE_SERVER : AUDIT_ALONE;
    if (*ret_beside == AUDIT_BESIDE_SERVER && busy.cls != ERR_CONFLICT) {
        *e = busy;
        return -1;
    }
    if (reader_open(path, &r, e) < 0 || reader_begin(r, e) < 0)
        return -1;
    struct audit a = {.r = r, .found = found, .ctx = ctx, .e = e};
    int rc = look_at_all(&a);
    reader_end(r);
    *ret_checks = a.checks;
    return rc;
}
