/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/mover.h"
#include "base/crash.h"
#include "store/sqlite/item_thread.h"

struct mover {
    struct item_thread thread;
    struct mailbox *back;
    struct db db;
};

/* SQLite syncs the database only when the whole log was moved, which is never while it grows; the store's thread would
 * have all of it to wait for in the end. */
static enum db_result sync_database(struct mover *m, struct err *e)
{
    sqlite3_file *f = NULL;
    int rc = sqlite3_file_control(m->db.h, "main", SQLITE_FCNTL_FILE_POINTER, &f);
    if (rc == SQLITE_OK)
        rc = f->pMethods->xSync(f, SQLITE_SYNC_NORMAL);
    return rc == SQLITE_OK ? DB_OK : db_sort(&m->db, rc, "sync of the database", e);
}

static void move(void *mover, struct item *x)
{
    struct mover *m = mover;
    x->result = db_checkpoint(&m->db, &x->move.pages, &x->move.moved, &x->err);
    CRASHPOINT("store.moved");
    if (x->result == DB_OK && x->move.moved)
        x->result = sync_database(m, &x->err);
    mailbox_post(m->back, &x->letter);
}

int mover_new(const char *path, struct mailbox *back, struct mover **ret, struct err *e)
{
    struct mover *m = mem_new(sizeof *m);
    if (db_open(&m->db, path, DB_MOVER, e) < 0) {
        mem_free(m);
        return -1;
    }
    m->back = back;
    item_thread_start(&m->thread, "mover", move, m);
    *ret = m;
    return 0;
}

void mover_post(struct mover *m, struct item *order)
{
    item_thread_post(&m->thread, order);
}

void mover_free(struct mover **mp)
{
    struct mover *m = STEAL(*mp);
    if (!m)
        return;
    item_thread_stop(&m->thread);
    db_close(&m->db);
    mem_free(m);
}
