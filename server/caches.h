/* SPDX-License-Identifier: Apache-2.0 */
/* The caches of all repositories: <state>/caches/<repository>/<entry>/. An entry is never changed. What was not used
 * for long goes, and the least recently used when there is no room. Blocking; one call at a time. */
#pragma once
#include "base/clk.h"
#include "port/archive.h"
#include "server/shelf.h"

struct cache_found {
    const char *key, *archive; /* archive: absolute path */
    bool exact;
};
/* 1 = none. Text in the arena. */
int caches_find(const char *state_dir, const struct archive_want *w, const struct archive_scopes *s, struct arena *a,
                struct cache_found *ret);
/* Under that very key, in the scope in which it would be saved. */
bool caches_has(const char *state_dir, const struct archive_want *w, const struct archive_scopes *s);
struct caches_room {
    int64_t bytes; /* of all together */
    msec_t unused; /* for so long a cache may lie there */
};
/* from: as shelf_take has left it. */
MUST_USE int caches_put(const char *state_dir, const struct archive_want *w, const struct archive_scopes *s,
                        const char *from, const struct shelf_item *item, const struct caches_room *room, msec_t now,
                        struct err *e);
/* Removes what nobody has used for long, and of the rest what does not fit beside `more` bytes. */
void caches_trim(const char *state_dir, const struct caches_room *room, int64_t more, msec_t now);
