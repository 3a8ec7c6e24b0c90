/* SPDX-License-Identifier: Apache-2.0 */
/* A page of one of the store's lists: {"schema":1,"<key>":[…],"next":cursor or null}. */
#pragma once
#include "port/store.h"
#include "server/api/api.h"

/* Deliveries, runs, effects and recoveries: the newest first, filtered as the query says. */
void api_page(const struct api_call *c, enum listing what, const char *key);
/* Flaky tests, the journal: of the run, or of everything with NULL. */
void api_page_on(const struct api_call *c, enum listing what, const char *key, const char *run);

/* What the query says. In the arena; NULL = nothing. A repository is said by its alias or its id, and is an id then. */
const char *api_said(const struct api_call *c, const char *name, struct arena *a);
const char *api_said_repository(const struct api_call *c, struct arena *a);
/* Of a page: what `limit` says, else 50; never more than `most`. */
int api_limit(const struct api_call *c, int most);

/* A cursor says of which list it is and where that goes on; people are not to read it. */
void api_cursor_put(enum listing what, struct sv place, struct buf *ret);
MUST_USE bool api_cursor_get(enum listing what, struct sv text, struct buf *ret);
