/* SPDX-License-Identifier: Apache-2.0 */
#include "io/mailbox.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct mailbox {
    pthread_mutex_t lock;
    struct list letters;
    bool woken; /* the eventfd was written, or is about to be, since the last take */
    int fd;
};

struct mailbox *mailbox_new(void)
{
    struct mailbox *m = mem_new(sizeof *m);
    MUST(pthread_mutex_init(&m->lock, NULL) == 0);
    list_init(&m->letters);
    m->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    MUST(m->fd >= 0);
    return m;
}

void mailbox_free(struct mailbox **m)
{
    struct mailbox *x = STEAL(*m);
    if (!x)
        return;
    MUST(list_empty(&x->letters));
    pthread_mutex_destroy(&x->lock);
    fd_closep(&x->fd);
    mem_free(x);
}

/* Under the lock, also the write: the taker may free the mailbox as soon as it has the letter. */
static void wake(struct mailbox *m)
{
    if (!m->woken)
        MUST(write(m->fd, &(uint64_t){1}, sizeof(uint64_t)) == sizeof(uint64_t));
    m->woken = true;
}

void mailbox_post(struct mailbox *m, struct letter *x)
{
    pthread_mutex_lock(&m->lock);
    MUST(!list_linked(&x->node));
    list_push(&m->letters, &x->node);
    wake(m);
    pthread_mutex_unlock(&m->lock);
}

void mailbox_post_all(struct mailbox *m, struct list *from)
{
    if (list_empty(from))
        return;
    pthread_mutex_lock(&m->lock);
    for (struct list *x; (x = list_shift(from));)
        list_push(&m->letters, x);
    wake(m);
    pthread_mutex_unlock(&m->lock);
}

void mailbox_take(struct mailbox *m, struct list *into)
{
    uint64_t n;
    list_init(into);
    pthread_mutex_lock(&m->lock);
    if (m->woken)
        MUST(read(m->fd, &n, sizeof n) == sizeof n);
    m->woken = false;
    if (!list_empty(&m->letters)) {
        *into = m->letters;
        into->next->prev = into->prev->next = into;
        list_init(&m->letters);
    }
    pthread_mutex_unlock(&m->lock);
}

int mailbox_fd(const struct mailbox *m)
{
    return m->fd;
}

void mailbox_wait(struct mailbox *m, int ms)
{
    struct pollfd p = {.fd = m->fd, .events = POLLIN};
    while (poll(&p, 1, ms) < 0 && errno == EINTR && ms < 0)
        ;
}
