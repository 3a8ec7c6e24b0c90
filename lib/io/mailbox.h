/* SPDX-License-Identifier: Apache-2.0 */
/* A queue between threads: any thread posts, one thread takes. The taker is woken through an eventfd, at most once
 * for any number of posts. Letters are intrusive; posting gives them away. */
#pragma once
#include "base/list.h"

struct mailbox;
struct letter {
    struct list node; /* zero before posting */
};

struct mailbox *mailbox_new(void);
void mailbox_free(struct mailbox **m); /* must be empty */
/* Any thread. Gives x to the taker. */
void mailbox_post(struct mailbox *m, struct letter *x);
/* Moves all of `from`, a list of letters, in order: the taker is woken once, where a post each may wake it for each. */
void mailbox_post_all(struct mailbox *m, struct list *from);
/* The taker: moves everything posted so far into `into` (which is initialised here) in order of posting. */
void mailbox_take(struct mailbox *m, struct list *into);
int mailbox_fd(const struct mailbox *m);   /* readable when there may be letters */
/* The taker, without a loop: blocks until there may be letters or `ms` passed (-1 = for ever). */
void mailbox_wait(struct mailbox *m, int ms);
