/* SPDX-License-Identifier: Apache-2.0 */
#include "io/pool.h"
#include <pthread.h>
#include <signal.h>

struct worker {
    struct pool *pool;
    pthread_t thread;
    struct task *running; /* NULL = idle */
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct list waiting;
    bool stopping;
    unsigned n;
    struct worker workers[];
};

static bool lane_busy(const struct pool *p, uint64_t lane)
{
    for (unsigned i = 0; lane && i < p->n; i++) {
        if (p->workers[i].running && p->workers[i].running->lane == lane)
            return true;
    }
    return false;
}

/* The first in order of posting whose lane is free. Under the lock. */
static struct task *next_task(struct pool *p)
{
    LIST_EACH(&p->waiting, x) {
        struct task *t = CONTAINER_OF(x, struct task, letter.node);
        if (!lane_busy(p, t->lane)) {
            list_remove(x);
            return t;
        }
    }
    return NULL;
}

static void run_one(struct pool *p, struct worker *w, struct task *t)
{
    bool laned = t->lane != 0;
    struct mailbox *reply = t->reply;
    w->running = t;
    pthread_mutex_unlock(&p->lock);
    t->run(t);
    pthread_mutex_lock(&p->lock);
    w->running = NULL;
    if (laned)
        pthread_cond_broadcast(&p->work);
    /* Under the lock, so that pool_free never sets the flag of a task that went home. */
    mailbox_post(reply, &t->letter);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct pool *p = w->pool;
    pthread_mutex_lock(&p->lock);
    while (!p->stopping) {
        struct task *t = next_task(p);
        if (t)
            run_one(p, w, t);
        else
            pthread_cond_wait(&p->work, &p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

struct pool *pool_new(unsigned threads)
{
    unsigned n = threads ? threads : 1;
    struct pool *p = mem_new(sizeof *p + n * sizeof p->workers[0]);
    MUST(pthread_mutex_init(&p->lock, NULL) == 0 && pthread_cond_init(&p->work, NULL) == 0);
    list_init(&p->waiting);
    p->n = n;
    /* Signals belong to the thread that has the signal watch. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (unsigned i = 0; i < n; i++) {
        p->workers[i].pool = p;
        MUST(pthread_create(&p->workers[i].thread, NULL, work, &p->workers[i]) == 0);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return p;
}

void pool_post(struct pool *p, struct task *t)
{
    MUST(t->run && t->reply && !list_linked(&t->letter.node));
    pthread_mutex_lock(&p->lock);
    MUST(!p->stopping);
    list_push(&p->waiting, &t->letter.node);
    pthread_cond_signal(&p->work);
    pthread_mutex_unlock(&p->lock);
}

void pool_free(struct pool **p)
{
    struct pool *x = STEAL(*p);
    if (!x)
        return;
    pthread_mutex_lock(&x->lock);
    x->stopping = true;
    for (unsigned i = 0; i < x->n; i++) {
        if (x->workers[i].running)
            x->workers[i].running->stopping = true;
    }
    for (struct list *n; (n = list_shift(&x->waiting));) {
        struct task *t = CONTAINER_OF(n, struct task, letter.node);
        t->stopping = true;
        mailbox_post(t->reply, &t->letter);
    }
    pthread_cond_broadcast(&x->work);
    pthread_mutex_unlock(&x->lock);
    for (unsigned i = 0; i < x->n; i++)
        pthread_join(x->workers[i].thread, NULL);
    pthread_cond_destroy(&x->work);
    pthread_mutex_destroy(&x->lock);
    mem_free(x);
}
