/* SPDX-License-Identifier: Apache-2.0 */
/* A page of one of the API's lists, as its verb shows it. */
#pragma once
#include "server/cli/remote.h"
#include "server/cli/table.h"

struct list_kind {
    const char *room;         /* "deliveries": path and key of the list */
    const char *const *heads; /* ends with NULL */
    void (*row)(struct table *t, const struct jval *item);
    const char *ranks; /* of its columns, as in struct table */
};
int list_print(const struct list_kind *k, struct remote *r, const struct listing *l);

/* "key      value" lines for `show`; absent ones are left out. */
void field_text(struct buf *b, const char *key, struct sv value);
void field_member(struct buf *b, const char *key, const struct jval *o, const char *member);
/* state, or the conclusion where there is one. */
struct sv shown_state(const struct jval *o);
