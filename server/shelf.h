/* SPDX-License-Identifier: Apache-2.0 */
/* Archives on disk: a folder each with `archive` and `meta` (JSON), that appears and goes as a whole. What is made, and
 * what is being removed, lies in <state>/shelf until it is done; a start empties that. Blocking. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "fmt/json.h"

void shelf_open(const char *state_dir); /* at the start, before anything else: empties what was left half done */
/* A path for a file or folder under way, below <state>/shelf. */
void shelf_path(const char *state_dir, int64_t attempt, const char *suffix, struct buf *ret);

struct shelf_item {
    int64_t size;
    char digest[65]; /* of the archive: hex, "" = not asked for */
};
/* "5 MiB", in KiB where it is no whole number of those. */
const char *shelf_size_text(int64_t bytes, char ret[32]);
enum shelf_digest { SHELF_PLAIN, SHELF_DIGEST };
/* Takes the file that a step has made: not a link, no second name, at most `max` bytes. It is moved into a new folder
 * `to` (of shelf_path), and nobody can write to it from then on. */
MUST_USE int shelf_take(const char *file, int64_t max, enum shelf_digest how, const char *to, struct shelf_item *ret,
                        struct err *e);
enum shelf_put { SHELF_NEW, SHELF_REPLACE };
/* Writes the meta and moves folder `from` to `to`; -1 ERR_CONFLICT when it is there already (SHELF_NEW). */
MUST_USE int shelf_publish(const char *state_dir, const char *from, struct sv meta, const char *to, enum shelf_put how,
                           struct err *e);
void shelf_remove(const char *state_dir, const char *folder);

struct shelf_entry {
    const char *folder; /* absolute */
    struct jdoc *meta;
    int64_t used; /* wall clock ms: when it was made or shelf_touch'ed */
};
struct shelf_list {
    struct arena arena;
    VEC(struct shelf_entry) v;
};
/* All entries right below a folder; damaged ones are passed over. */
void shelf_list(const char *folder, struct shelf_list *ret);
void shelf_list_free(struct shelf_list *l);
void shelf_touch(const char *folder);
