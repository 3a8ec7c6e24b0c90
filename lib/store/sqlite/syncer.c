/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/syncer.h"
#include "base/clk.h"
#include "base/crash.h"
#include "metrics/metrics.h"
#include "store/sqlite/item_thread.h"

struct syncer {
    struct item_thread thread;
    struct mailbox *back;
    struct vfs_file *log;
};

static void answer_all(struct item *batch)
{
    metric_observe_ms(M_STORE_COMMIT_TIME, NULL, clk_mono_ms() - batch->batch.from);
    COUNT(M_STORE_COMMITS);
    metric_add(M_STORE_ITEMS, NULL, batch->batch.n);
    for (struct list *x; (x = list_shift(&batch->batch.items));)
        writer_answer(CONTAINER_OF(x, struct item, letter.node));
}

static void sync_batch(void *syncer, struct item *batch)
{
    struct syncer *y = syncer;
    int rc = vfs_sync(y->log);
    batch->result = rc == SQLITE_OK ? DB_OK : DB_BROKEN;
    CRASHPOINT("store.synced");
    if (rc == SQLITE_OK) {
        answer_all(batch);
    } else {
        err_set(&batch->err, ERR_UNCERTAIN, "sync of the log: %s", sqlite3_errstr(rc));
        batch->err.code = rc;
    }
    mailbox_post(y->back, &batch->letter);
}

struct syncer *syncer_new(struct mailbox *back, struct vfs_file *log)
{
    struct syncer *y = mem_new(sizeof *y);
    *y = (struct syncer){.back = back, .log = log};
    item_thread_start(&y->thread, "sync", sync_batch, y);
    return y;
}

void syncer_post(struct syncer *y, struct item *batch)
{
    item_thread_post(&y->thread, batch);
}

void syncer_free(struct syncer **yp)
{
    struct syncer *y = STEAL(*yp);
    if (!y)
        return;
    item_thread_stop(&y->thread);
    mem_free(y);
}
