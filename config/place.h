/* SPDX-License-Identifier: Apache-2.0 */
/* Where lines and columns stand in a source text. Each answer takes the same small time however long the text and its
 * lines are, so that many problems in one large file cost no more than reading it. Not for sharing between threads. */
#pragma once
#include "base/arena.h"
#include "fmt/yaml.h"

struct places;

/* The source is borrowed and is looked through at the first question; all memory is of the arena. */
struct places *places_new(struct sv source, struct arena *arena);
struct sv places_source(const struct places *p);
/* Byte offset of a mark, whose columns may go on into the lines behind it; the length of the source beyond its end. */
size_t places_offset(struct places *p, struct ymark at);
/* The line without its end; absent when there is none. */
struct sv places_line(struct places *p, int line);
