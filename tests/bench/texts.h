/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of any size for bench_read: right ones, wrong ones, and such as were made to take long. */
#pragma once
#include "base/str.h"

enum text_kind { TEXT_WORKFLOW, TEXT_EXPRESSION, TEXT_GLOB, TEXT_CRON, TEXT_JSON };

/* A head, then pieces until the text is as long as wanted, then a tail. `every` pieces stand behind one `group`. In
 * group and piece, % is the number of the piece and @ that of the group. */
struct text {
    enum text_kind kind;
    const char *name, *head;
    size_t every;
    const char *group, *piece, *tail;
    void (*make)(struct buf *out, size_t bytes); /* instead of all these: bench/texts_made.h */
};
extern const struct text texts[];
extern const size_t n_texts;

size_t text_most(enum text_kind kind); /* bytes that are read of this kind at most */
/* Not longer than `bytes`, where these are 64 KiB or more. */
void text_make(const struct text *t, size_t bytes, struct buf *out);
