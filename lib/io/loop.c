/* SPDX-License-Identifier: Apache-2.0 */
#include "io/loop.h"
#include <event2/event.h>

struct loop {
    struct event_base *base;
    bool stopped; /* also before loop_run: libevent would forget it */
};

struct timer {
    struct event *ev;
    timer_fn *fn;
    void *ctx;
};

struct watch {
    struct event *ev;
    watch_fn *fn;
    void *ctx;
    struct mailbox *box;
    letter_fn *on_letter;
    struct list taken; /* letters being delivered now */
    bool delivering, freed; /* freed by its own callback: the memory goes when that returns */
};

struct loop *loop_new(void)
{
    struct loop *l = mem_new(sizeof *l);
    struct event_config *c = event_config_new();
    MUST(c);
    event_config_set_flag(c, EVENT_BASE_FLAG_NOLOCK); /* nobody else touches the base */
    l->base = event_base_new_with_config(c);
    event_config_free(c);
    MUST(l->base);
    return l;
}

void loop_free(struct loop **l)
{
    struct loop *x = STEAL(*l);
    if (!x)
        return;
    event_base_free(x->base);
    mem_free(x);
}

struct event_base *loop_base(struct loop *l)
{
    return l->base;
}

void loop_run(struct loop *l)
{
    while (!l->stopped)
        MUST(event_base_loop(l->base, EVLOOP_NO_EXIT_ON_EMPTY) >= 0);
    l->stopped = false;
}

void loop_stop(struct loop *l)
{
    l->stopped = true;
    event_base_loopbreak(l->base);
}

static void timer_fired(evutil_socket_t fd, short what, void *ctx)
{
    struct timer *t = ctx;
    (void)fd;
    (void)what;
    t->fn(t->ctx);
}

struct timer *timer_new(struct loop *l, timer_fn *fn, void *ctx)
{
    struct timer *t = mem_new(sizeof *t);
    *t = (struct timer){.fn = fn, .ctx = ctx, .ev = event_new(l->base, -1, 0, timer_fired, t)};
    MUST(t->ev);
    return t;
}

void timer_start(struct timer *t, msec_t ms)
{
    struct timeval tv = {.tv_sec = ms > 0 ? ms / 1000 : 0, .tv_usec = ms > 0 ? (ms % 1000) * 1000 : 0};
    MUST(event_add(t->ev, &tv) == 0);
}

void timer_stop(struct timer *t)
{
    event_del(t->ev);
}

void timer_free(struct timer **t)
{
    struct timer *x = STEAL(*t);
    if (!x)
        return;
    event_free(x->ev);
    mem_free(x);
}

static void letters_here(struct watch *w)
{
    mailbox_take(w->box, &w->taken);
    w->delivering = true;
    for (struct list *x; (x = list_shift(&w->taken));)
        w->on_letter(w->ctx, CONTAINER_OF(x, struct letter, node));
    w->delivering = false;
    if (w->freed)
        mem_free(w);
}

static void watch_fired(evutil_socket_t fd, short what, void *ctx)
{
    struct watch *w = ctx;
    (void)what;
    if (w->box)
        letters_here(w);
    else
        w->fn(w->ctx, fd);
}

static struct watch *watch_add(struct loop *l, int fd, short what, struct watch init)
{
    struct watch *w = mem_new(sizeof *w);
    *w = init;
    w->ev = event_new(l->base, fd, (short)(what | EV_PERSIST), watch_fired, w);
    MUST(w->ev && event_add(w->ev, NULL) == 0);
    return w;
}

struct watch *watch_fd(struct loop *l, int fd, watch_fn *fn, void *ctx)
{
    return watch_add(l, fd, EV_READ, (struct watch){.fn = fn, .ctx = ctx});
}

struct watch *watch_signal(struct loop *l, int signal, watch_fn *fn, void *ctx)
{
    return watch_add(l, signal, EV_SIGNAL, (struct watch){.fn = fn, .ctx = ctx});
}

struct watch *watch_mailbox(struct loop *l, struct mailbox *m, letter_fn *fn, void *ctx)
{
    return watch_add(l, mailbox_fd(m), EV_READ, (struct watch){.box = m, .on_letter = fn, .ctx = ctx});
}

void watch_free(struct watch **w)
{
    struct watch *x = STEAL(*w);
    if (!x)
        return;
    event_free(x->ev);
    if (!x->delivering) {
        mem_free(x);
        return;
    }
    x->freed = true;
    /* What was taken but not delivered stays in the mailbox for whoever reads it next. */
    for (struct list *n; (n = list_shift(&x->taken));)
        mailbox_post(x->box, CONTAINER_OF(n, struct letter, node));
}
