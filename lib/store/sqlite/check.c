/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/check.h"
#include <pthread.h>
#include <stdatomic.h>
#include "io/mailbox.h"

/* A thread that interrupts the check when the time is over. */
struct watch {
    sqlite3 *h;
    struct mailbox *stop;
    struct letter letter;
    msec_t longest;
    atomic_bool over;
};

static void *watch_run(void *arg)
{
    struct watch *w = arg;
    struct list letters;
    mailbox_wait(w->stop, (int)w->longest);
    mailbox_take(w->stop, &letters);
    if (list_empty(&letters)) {
        atomic_store(&w->over, true);
        sqlite3_interrupt(w->h);
    }
    return NULL;
}

static int first_finding(struct db *db, struct watch *w, struct err *e)
{
    sqlite3_stmt *st = NULL;
    int ret = 0, rc = sqlite3_prepare_v2(db->h, "PRAGMA quick_check(1)", -1, &st, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    const char *text = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) : sqlite3_errmsg(db->h);
    /* An interrupted check may report pages it did not come to. */
    if (!atomic_load(&w->over) && (rc != SQLITE_ROW || !sv_is(sv_of(text), "ok")))
        ret = err_set(e, ERR_INVALID, "the database is damaged: %.160s", text);
    sqlite3_finalize(st);
    return ret;
}

int check_database(struct db *db, msec_t longest, struct err *e)
{
    struct watch w = {.h = db->h, .stop = mailbox_new(), .longest = longest};
    pthread_t thread;
    MUST(pthread_create(&thread, NULL, watch_run, &w) == 0);
    int ret = first_finding(db, &w, e);
    mailbox_post(w.stop, &w.letter);
    pthread_join(thread, NULL);
    struct list rest;
    mailbox_take(w.stop, &rest);
    mailbox_free(&w.stop);
    return ret;
}
