/* SPDX-License-Identifier: Apache-2.0 */
/* What writing a comment over and over has in common at all forges. It is known by its number or else by the marker
 * that is its last line; the oldest that we may write to counts. One with the marker that we may not write to is
 * somebody's copy: the next one is taken, and a new one is made when there is none. After a lost answer to a new one
 * the list is looked through, as always when no number is known. Pure; any thread. */
#pragma once
#include "port/harmless.h"
#include "port/talk.h"

struct comment_words {      /* how a forge calls things */
    const char *body, *url; /* members; url may be NULL. The number is "id" everywhere */
    enum text_slash slash;
    const struct talk_dialect *dialect;
    int list, edit, remove, create; /* stages: the turns of the forge */
};

/* The first stage. remove is only ever reached where something is to be removed. */
int comment_first(const struct effect *x, const struct effect_talk *t, const struct comment_words *w);
/* {"<words->body>": …}, for edit and create. */
void comment_put(const struct effect *x, const struct comment_words *w, struct buf *out);

/* ---- list: oldest first or not; every page ---- */

/* Path of the next page; NULL: the first one, which the forge writes itself. */
const char *comment_page(const struct effect_talk *t);
/* A page came, for lists with Link headers. A page that cannot be read is TALK_RETRY; after TALK_PAGES pages what was
 * found counts. */
enum talk_next comment_listed(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                              const struct comment_words *w, struct err *e);
/* The same in two parts, for lists whose pages are counted: number of items on the page, or -1 with TALK_RETRY's *e;
 * and what comes after the last one. */
int comment_scan(const struct effect *x, struct effect_talk *t, struct sv json, const struct comment_words *w,
                 struct err *e);
enum talk_next comment_scanned(const struct effect *x, struct effect_talk *t, const struct comment_words *w,
                               struct err *e);

/* ---- what the other turns do with their answers ---- */

/* edit, create: TALK_SENT; TALK_UNCERTAIN when what was created cannot be read. */
enum talk_next comment_written(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                               const struct comment_words *w, struct err *e);
/* edit, remove: gone, or not ours to write. What is gone needs no removing. */
enum talk_next comment_refused(const struct effect *x, struct effect_talk *t, const struct api_reply *r,
                               enum talk_next usual, const struct comment_words *w, struct err *e);
enum talk_next comment_removed(struct effect_talk *t);
