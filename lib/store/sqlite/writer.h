/* SPDX-License-Identifier: Apache-2.0 */
/* The store thread from the inside. Only what stands under "any thread" is touched by others.
 *
 *   posted items ──► queue ──► group: BEGIN, all items, COMMIT ──► written ──► syncer ──► answers
 *
 * A group takes everything that was posted while the one before was written, and a sync all groups that were written
 * during the one before, so there is no delay when idle and few syncs under load. When an item is refused the group is
 * rolled back and replayed with a savepoint around each item. Without space change-sets stay at the head of the queue
 * and deliveries are answered at once. */
#pragma once
#include <pthread.h>
#include "store/retain.h"
#include "store/sqlite/known.h"

enum item_kind { ITEM_PUT, ITEM_SET, ITEM_RETAIN, ITEM_BATCH, ITEM_MOVE, ITEM_STOP };

struct item { /* what was posted; on its way through the inbox, the queue and a group */
    struct letter letter;
    enum item_kind kind;
    union {
        struct delivery_put *put;
        struct change_set *set;
        struct {
            msec_t now;
            struct retain_ages ages;
        } retain;
        struct { /* to the syncer and back */
            struct list items;
            int n;
            msec_t from; /* its first commit began; monotonic */
        } batch;
        struct {              /* to the mover and back */
            int pages, moved; /* as of db_checkpoint */
            unsigned log;     /* upkeep.log when it was ordered */
        } move;
    };
    enum db_result result;
    struct err err;
};

enum health {
    HEALTH_GOOD,
    HEALTH_LOW,   /* little space: no deliveries, so that running work can still be recorded */
    HEALTH_FULL,  /* nothing can be written now; tried again every SPACE_RETRY */
    HEALTH_BROKEN /* nothing is written any more by this process */
};

enum {
    GROUP_ITEMS = 1024,
    GROUP_BYTES = 32 << 20, /* of bodies; a group holds at least one item */
    GROUP_WORTH = 8,        /* items that are committed while a sync is going on; fewer wait for its end */
    SPACE_RETRY = 500,      /* ms */
};

enum retain_phase { RETAIN_NOTHING, RETAIN_BODIES, RETAIN_DELIVERIES, RETAIN_RUNS };

struct upkeep {
    int wal_pages, moved;    /* pages in the log; of them known to be in the database file */
    unsigned log;            /* how often it was begun again */
    bool moving;             /* by the mover */
    msec_t last;             /* of the newest step; monotonic, as all times here */
    msec_t sweep_at;         /* when the next pass over the deduplication keys begins */
    bool sweeping, fold_all; /* fold_all: all keys there are now, not only when there are many */
    uint8_t sweep_key[16];
    enum retain_phase phase;
    int64_t retain_id; /* rows up to here were looked at in this phase */
    msec_t retain_now;
    struct retain_ages ages;
};

struct store {
    struct db db;
    char *path;
    int lock_fd;
    pthread_t thread;
    struct id_gen ids;
    struct known known;
    struct list queue; /* items, oldest first */
    struct syncer *syncer;
    struct mover *mover;
    struct vfs_file *log;
    struct item *written; /* a batch, committed but not synced; NULL = none */
    bool syncing;         /* a batch is with the syncer */
    bool stopping;
    msec_t retry_at; /* when space is looked for again */
    struct upkeep upkeep;
    /* any thread */
    struct mailbox *inbox;
    _Atomic msec_t posted, busy, synced; /* since when: something lies in the inbox, the thread is at work, a batch is
                                          * with the syncer; monotonic, 0 = it is not so */
    pthread_mutex_t lock;                /* for the two below */
    enum health health;
    char why[160];
};

/* Signals are not for it. */
void thread_start(pthread_t *ret, const char *name, void *(*run)(void *), void *ctx);
struct item *item_new(enum item_kind kind);
void *writer_run(void *store);      /* the thread */
void writer_answer(struct item *x); /* to who posted it, by its result; frees x. Any thread */

/* space.c */
enum health health_of(struct store *s);
void health_set(struct store *s, enum health h, const char *why);
/* Good or low, by the free space of the file system; asks it at most every SPACE_RETRY. */
void space_look(struct store *s);
/* Writes some pages to see whether it can be done again. */
enum db_result space_try(struct store *s, struct err *e);

/* group.c: commits the items of the list in one transaction, and leaves the sync to the caller. DB_OK: each item has
 * its result (DB_OK or DB_REFUSED). Otherwise nothing was committed. */
enum db_result group_commit(struct store *s, struct list *items, struct err *e);
/* One transaction around `work`; rolled back unless it returns DB_OK. */
enum db_result group_around(struct store *s, enum db_result (*work)(struct store *s, void *ctx, struct err *e),
                            void *ctx, struct err *e);

/* upkeep.c: checkpoints, forgetting old keys, retention: one small step at a time. */
void upkeep_start(struct store *s);
void upkeep_retain(struct store *s, msec_t now, struct retain_ages ages);
int upkeep_due_ms(struct store *s); /* how long the thread must have been idle before the next step; -1 = none is due */
enum db_result upkeep_step(struct store *s, struct err *e);
/* What cannot wait for an idle moment: a long log, or other work that was put off for a second. */
enum db_result upkeep_urgent(struct store *s, struct err *e);
enum db_result upkeep_checkpoint(struct store *s, struct err *e); /* here and now */
void upkeep_moved(struct store *s, const struct item *order);     /* the mover has done it */
enum db_result upkeep_end(struct store *s, struct err *e);        /* the database in one file, for an orderly close */

/* store.c: held as long as the store is open, so that two servers never share a database. ERR_CONFLICT: another one has
 * it, and still had it after `wait` ms. */
MUST_USE int store_lock(const char *path, msec_t wait, int *ret_fd, struct err *e);
