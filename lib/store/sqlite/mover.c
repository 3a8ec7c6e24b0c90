/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/mover.h"

struct mover {
    struct mailbox *inbox, *back;
    struct db db;
    pthread_t thread;
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

static void move(struct mover *m, struct item *x)
{
    x->result = db_checkpoint(&m->db, &x->move.pages, &x->move.moved, &x->err);
    if (x->result == DB_OK && x->move.moved)
        x->result = sync_database(m, &x->err);
    mailbox_post(m->back, &x->letter);
}

static void *run(void *mover)
{
    struct mover *m = mover;
    for (bool stop = false; !stop;) {
        struct list posted;
        mailbox_wait(m->inbox, -1);
        mailbox_take(m->inbox, &posted);
        for (struct list *node; (node = list_shift(&posted));) {
            struct item *x = CONTAINER_OF(node, struct item, letter.node);
            stop |= x->kind == ITEM_STOP;
            if (x->kind == ITEM_STOP)
                mem_free(x);
            else
                move(m, x);
        }
    }
    return NULL;
}

int mover_new(const char *path, struct mailbox *back, struct mover **ret, struct err *e)
{
    struct mover *m = mem_new(sizeof *m);
    if (db_open(&m->db, path, DB_MOVER, e) < 0) {
        mem_free(m);
        return -1;
    }
    m->inbox = mailbox_new();
    m->back = back;
    thread_start(&m->thread, "mover", run, m);
    *ret = m;
    return 0;
}

void mover_post(struct mover *m, struct item *order)
{
    mailbox_post(m->inbox, &order->letter);
}

void mover_free(struct mover **mp)
{
    struct mover *m = STEAL(*mp);
    if (!m)
        return;
    mover_post(m, item_new(ITEM_STOP));
    pthread_join(m->thread, NULL);
    db_close(&m->db);
    mailbox_free(&m->inbox);
    mem_free(m);
}
