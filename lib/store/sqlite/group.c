/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crash.h"
#include "store/sqlite/change.h"
#include "store/sqlite/put.h"
#include "store/sqlite/vfs.h"
#include "store/sqlite/writer.h"

static enum db_result run(struct store *s, enum sql q, struct err *e)
{
    struct cur c = cur_on(&s->db, q);
    return cur_run(&c, e);
}

static enum db_result undo(struct store *s, enum db_result why, struct err *e)
{
    struct err second;
    known_undo_all(&s->known);
    /* SQLite has undone the transaction itself after some errors. */
    if (sqlite3_get_autocommit(s->db.h) || db_exec(&s->db, "ROLLBACK", &second) == DB_OK)
        return why;
    *e = second;
    return DB_BROKEN;
}

enum db_result group_around(struct store *s, enum db_result (*work)(struct store *s, void *ctx, struct err *e),
                            void *ctx, struct err *e)
{
    enum db_result r = run(s, SQL_BEGIN, e);
    if (r != DB_OK)
        return r;
    r = work(s, ctx, e);
    CRASHPOINT("store.applied");
    if (r == DB_OK)
        r = run(s, SQL_COMMIT, e);
    if (r != DB_OK)
        return undo(s, r, e);
    known_keep(&s->known);
    return DB_OK;
}

static enum db_result apply(struct store *s, struct item *x)
{
    x->result =
        x->kind == ITEM_PUT ? put_delivery(&s->db, &s->known, &s->ids, x->put, &x->err)
                            : change_apply(&s->db, x->set, &x->err);
    return x->result;
}

static enum db_result apply_all(struct store *s, void *items, struct err *e)
{
    LIST_EACH((struct list *)items, node) {
        struct item *x = CONTAINER_OF(node, struct item, letter.node);
        enum db_result r = apply(s, x);
        if (r != DB_OK) {
            *e = x->err;
            return r;
        }
    }
    return DB_OK;
}

static enum db_result apply_one(struct store *s, struct item *x, struct err *e)
{
    enum db_result r = run(s, SQL_SAVE, e);
    if (r != DB_OK)
        return r;
    size_t mark = known_mark(&s->known);
    r = apply(s, x);
    if (r == DB_REFUSED) {
        known_undo(&s->known, mark);
        r = db_exec(&s->db, "ROLLBACK TO item", e);
    } else if (r != DB_OK) {
        *e = x->err;
    }
    return r == DB_OK ? run(s, SQL_RELEASE, e) : r;
}

static enum db_result apply_each(struct store *s, void *items, struct err *e)
{
    enum db_result r = DB_OK;
    LIST_EACH((struct list *)items, node)
    if (r == DB_OK)
        r = apply_one(s, CONTAINER_OF(node, struct item, letter.node), e);
    return r;
}

enum db_result group_commit(struct store *s, struct list *items, struct err *e)
{
    vfs_set_syncs(s->log, VFS_SYNCS_LATER);
    enum db_result r = group_around(s, apply_all, items, e);
    if (r == DB_REFUSED)
        r = group_around(s, apply_each, items, e);
    vfs_set_syncs(s->log, VFS_SYNCS_NOW);
    return r;
}
