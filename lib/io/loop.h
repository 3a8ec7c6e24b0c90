/* SPDX-License-Identifier: Apache-2.0 */
/* One event loop per thread, on libevent. All calls on the thread of the loop unless it says otherwise. */
#pragma once
#include "base/clk.h"
#include "base/err.h"
#include "io/mailbox.h"

struct loop;
struct event_base;

struct loop *loop_new(void);
void loop_free(struct loop **l);
struct event_base *loop_base(struct loop *l); /* borrowed: for bufferevents, listeners and curl */
void loop_run(struct loop *l);                /* until loop_stop */
void loop_stop(struct loop *l);

/* Timers: one shot, milliseconds from now; starting again moves it. */
typedef void timer_fn(void *ctx);
struct timer;
struct timer *timer_new(struct loop *l, timer_fn *fn, void *ctx);
void timer_start(struct timer *t, msec_t ms);
void timer_stop(struct timer *t);
void timer_free(struct timer **t);

/* Readable file descriptors (borrowed) and signals; free with watch_free. */
typedef void watch_fn(void *ctx, int fd_or_signal);
struct watch;
struct watch *watch_fd(struct loop *l, int fd, watch_fn *fn, void *ctx);
struct watch *watch_signal(struct loop *l, int signal, watch_fn *fn, void *ctx);
void watch_free(struct watch **w);

/* Calls fn for every letter of m, in order, on the thread of l. fn takes the letter, and may free the watch: letters
 * not delivered then stay in m. */
typedef void letter_fn(void *ctx, struct letter *x);
struct watch *watch_mailbox(struct loop *l, struct mailbox *m, letter_fn *fn, void *ctx);
