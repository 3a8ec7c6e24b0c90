/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/syncer.h"
#include "base/clk.h"
#include "metrics/metrics.h"

struct syncer {
    struct mailbox *inbox, *back;
    struct vfs_file *log;
    pthread_t thread;
};

static void answer_all(struct item *batch)
{
    metric_observe_ms(M_STORE_COMMIT_TIME, NULL, clk_mono_ms() - batch->batch.from);
    COUNT(M_STORE_COMMITS);
    metric_add(M_STORE_ITEMS, NULL, batch->batch.n);
    for (struct list *x; (x = list_shift(&batch->batch.items));)
        writer_answer(CONTAINER_OF(x, struct item, letter.node));
}

static void sync_batch(struct syncer *y, struct item *batch)
{
    int rc = vfs_sync(y->log);
    batch->result = rc == SQLITE_OK ? DB_OK : DB_BROKEN;
    if (rc == SQLITE_OK) {
        answer_all(batch);
    } else {
        err_set(&batch->err, ERR_UNCERTAIN, "sync of the log: %s", sqlite3_errstr(rc));
        batch->err.code = rc;
    }
    mailbox_post(y->back, &batch->letter);
}

static void *run(void *syncer)
{
    struct syncer *y = syncer;
    for (bool stop = false; !stop;) {
        struct list posted;
        mailbox_wait(y->inbox, -1);
        mailbox_take(y->inbox, &posted);
        for (struct list *node; (node = list_shift(&posted));) {
            struct item *x = CONTAINER_OF(node, struct item, letter.node);
            stop |= x->kind == ITEM_STOP;
            if (x->kind == ITEM_STOP)
                mem_free(x);
            else
                sync_batch(y, x);
        }
    }
    return NULL;
}

struct syncer *syncer_new(struct mailbox *back, struct vfs_file *log)
{
    struct syncer *y = mem_new(sizeof *y);
    *y = (struct syncer){.inbox = mailbox_new(), .back = back, .log = log};
    thread_start(&y->thread, "sync", run, y);
    return y;
}

void syncer_post(struct syncer *y, struct item *batch)
{
    mailbox_post(y->inbox, &batch->letter);
}

void syncer_free(struct syncer **yp)
{
    struct syncer *y = STEAL(*yp);
    if (!y)
        return;
    syncer_post(y, item_new(ITEM_STOP));
    pthread_join(y->thread, NULL);
    mailbox_free(&y->inbox);
    mem_free(y);
}
