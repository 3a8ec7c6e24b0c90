/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/syncer.h"
#include <signal.h>
#include "base/clk.h"
#include "base/crash.h"
#include "metrics/metrics.h"

void thread_start(pthread_t *ret, const char *name, void *(*run)(void *), void *ctx)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    MUST(pthread_create(ret, NULL, run, ctx) == 0);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_setname_np(*ret, name);
}

struct item *item_new(enum item_kind kind)
{
    struct item *x = mem_new(sizeof *x);
    x->kind = kind;
    return x;
}

static struct item *first_item(struct list *l)
{
    return list_empty(l) ? NULL : CONTAINER_OF(l->next, struct item, letter.node);
}

void writer_answer(struct item *x)
{
    if (x->kind == ITEM_PUT) {
        if (x->result != DB_OK) {
            x->put->verdict = PUT_FAILED;
            x->put->err = x->err;
        }
        mailbox_post(x->put->reply, &x->put->letter);
    } else {
        x->set->failed = x->result == DB_OK ? 0 : -1;
        if (x->result != DB_OK)
            x->set->err = x->err;
        mailbox_post(x->set->reply, &x->set->letter);
    }
    mem_free(x);
}

static void fail(struct item *x, enum db_result r, const struct err *e)
{
    list_remove(&x->letter.node);
    x->result = r;
    x->err = *e;
    writer_answer(x);
}

static void err_of_health(struct store *s, struct err *e)
{
    pthread_mutex_lock(&s->lock);
    err_set(e, s->health == HEALTH_BROKEN ? ERR_UNCERTAIN : ERR_TRANSIENT, "%s", s->why);
    pthread_mutex_unlock(&s->lock);
}

static void fail_puts(struct list *items, const struct err *e)
{
    LIST_EACH(items, node)
    {
        struct item *x = CONTAINER_OF(node, struct item, letter.node);
        if (x->kind == ITEM_PUT)
            fail(x, DB_LATER, e);
    }
}

static void fail_all(struct list *items, enum db_result r, const struct err *e)
{
    for (struct item *x = first_item(items); x; x = first_item(items))
        fail(x, r, e);
}

static void judge(struct store *s, enum db_result r, const struct err *e);

/* One batch at a time, so that a sync that failed is followed by none. */
static void sync_written(struct store *s)
{
    if (s->syncing || !s->written)
        return;
    s->syncing = true;
    s->synced = clk_mono_ms();
    syncer_post(s->syncer, STEAL(s->written));
}

static void on_synced(struct store *s, struct item *batch)
{
    s->syncing = false;
    s->synced = 0;
    judge(s, batch->result, &batch->err);
    if (batch->result == DB_OK) {
        sync_written(s);
    } else {
        fail_all(&batch->batch.items, DB_BROKEN, &batch->err);
        if (s->written)
            fail_all(&s->written->batch.items, DB_BROKEN, &batch->err);
        mem_free(STEAL(s->written));
    }
    mem_free(batch);
}

static void on_moved(struct store *s, const struct item *order)
{
    judge(s, order->result, &order->err);
    upkeep_moved(s, order);
}

/* Posted items go to the end of the queue; orders to the store itself are obeyed here. */
static void take(struct store *s)
{
    struct list posted;
    s->posted = 0;
    mailbox_take(s->inbox, &posted);
    for (struct list *node = list_shift(&posted); node; node = list_shift(&posted)) {
        struct item *x = CONTAINER_OF(node, struct item, letter.node);
        if (x->kind == ITEM_PUT || x->kind == ITEM_SET) {
            list_push(&s->queue, node);
            continue;
        }
        if (x->kind == ITEM_BATCH) {
            on_synced(s, x);
            continue;
        }
        if (x->kind == ITEM_STOP)
            s->stopping = true;
        else if (x->kind == ITEM_MOVE)
            on_moved(s, x);
        else
            upkeep_retain(s, x->retain.now, x->retain.ages);
        mem_free(x);
    }
}

/* How many there are in it. */
static int cut_group(struct store *s, struct list *ret)
{
    int64_t bytes = 0;
    int n = 0;
    list_init(ret);
    for (; n < GROUP_ITEMS && bytes < GROUP_BYTES && !list_empty(&s->queue); n++) {
        struct item *x = first_item(&s->queue);
        list_remove(&x->letter.node);
        list_push(ret, &x->letter.node);
        bytes += x->kind == ITEM_PUT ? x->put->d.size : 0;
    }
    return n;
}

static void put_back(struct store *s, struct list *group)
{
    while (!list_empty(group)) {
        struct list *last = group->prev;
        list_remove(last);
        list_push(s->queue.next, last); /* in front of the first */
    }
}

/* What became of a write that was not an item's own fault. */
static void judge(struct store *s, enum db_result r, const struct err *e)
{
    if (r != DB_OK)
        COUNT1(M_STORE_FAILS, r == DB_LATER ? "space" : "broken");
    if (r == DB_LATER)
        health_set(s, HEALTH_FULL, e->msg);
    else if (r != DB_OK)
        health_set(s, HEALTH_BROKEN, e->msg);
}

/* Its items are answered once they are synced. */
static void add_written(struct store *s, struct list *group, int n, msec_t from)
{
    if (!s->written) {
        s->written = item_new(ITEM_BATCH);
        s->written->batch.from = from;
        list_init(&s->written->batch.items);
    }
    s->written->batch.n += n;
    for (struct list *x; (x = list_shift(group));)
        list_push(&s->written->batch.items, x);
    sync_written(s);
}

static void commit_some(struct store *s)
{
    struct list group;
    struct err e = {0};
    int n = cut_group(s, &group);
    msec_t from = clk_mono_ms();
    enum db_result r = group_commit(s, &group, &e);
    judge(s, r, &e);
    CRASHPOINT("store.written");
    if (r == DB_OK) {
        add_written(s, &group, n, from);
    } else if (r == DB_LATER) {
        fail_puts(&group, &e);
        put_back(s, &group);
    } else {
        fail_all(&group, r, &e);
    }
}

/* Full until both the log could be moved and something new was written. Change-sets are tried in any case: there may be
 * room in the log itself. */
static void try_again(struct store *s)
{
    struct err e = {0};
    enum db_result r = upkeep_checkpoint(s, &e);
    if (r == DB_OK)
        r = space_try(s, &e);
    judge(s, r, &e);
    if (r == DB_OK)
        health_set(s, HEALTH_GOOD, "");
    if (r <= DB_LATER && !list_empty(&s->queue))
        commit_some(s);
}

static void work_full(struct store *s)
{
    struct err e = {0};
    err_of_health(s, &e);
    fail_puts(&s->queue, &e);
    if (clk_mono_ms() >= s->retry_at || s->stopping)
        try_again(s);
    if (s->stopping && health_of(s) == HEALTH_FULL)
        fail_all(&s->queue, DB_LATER, &e);
}

static void work(struct store *s)
{
    struct err e = {0};
    space_look(s);
    switch (health_of(s)) {
    case HEALTH_BROKEN:
        err_of_health(s, &e);
        fail_all(&s->queue, DB_BROKEN, &e);
        return;
    case HEALTH_FULL:
        work_full(s);
        return;
    case HEALTH_LOW:
        err_of_health(s, &e);
        fail_puts(&s->queue, &e);
        break;
    case HEALTH_GOOD:
        break;
    }
    if (!list_empty(&s->queue))
        commit_some(s);
    if (health_of(s) <= HEALTH_LOW)
        judge(s, upkeep_urgent(s, &e), &e);
}

/* Something to commit. A small group makes a transaction of its own dear, and could not be answered now anyway. */
static bool is_worth(struct store *s)
{
    int n = 0;
    LIST_EACH(&s->queue, x)
    if (!s->syncing || s->stopping || ++n >= GROUP_WORTH)
        return true;
    return false;
}

/* Sleeps until something is posted; when nothing is for long enough, one step of upkeep. */
static void idle(struct store *s)
{
    struct err e = {0};
    enum health h = health_of(s);
    int due = h <= HEALTH_LOW ? upkeep_due_ms(s) : -1;
    if (h == HEALTH_LOW || h == HEALTH_FULL)
        due = due < 0 || due > SPACE_RETRY ? SPACE_RETRY : due;
    if (s->syncing)
        due = -1;
    msec_t from = clk_mono_ms();
    s->busy = 0;
    mailbox_wait(s->inbox, due);
    s->busy = clk_mono_ms();
    take(s);
    if (!list_empty(&s->queue) || s->stopping || due < 0 || clk_mono_ms() - from < due)
        return;
    if (h <= HEALTH_LOW)
        judge(s, upkeep_step(s, &e), &e);
}

void *writer_run(void *store)
{
    struct store *s = store;
    struct err e = {0};
    for (;;) {
        s->busy = clk_mono_ms();
        take(s);
        if (is_worth(s) || health_of(s) != HEALTH_GOOD)
            work(s);
        if (is_worth(s) && health_of(s) != HEALTH_FULL)
            continue;
        if (s->stopping && list_empty(&s->queue) && !s->syncing && !s->upkeep.moving)
            break;
        idle(s);
    }
    if (health_of(s) != HEALTH_BROKEN)
        judge(s, upkeep_end(s, &e), &e);
    s->busy = 0;
    return NULL;
}
