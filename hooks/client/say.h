/* SPDX-License-Identifier: Apache-2.0 */
/* Lines for the pusher, on stderr. git reads them from a pipe and hands them on over the network: they are written only
 * while nobody has to wait for it. One thread. */
#pragma once
#include "base/clk.h"
#include "base/str.h"

enum say_tone { SAY_PLAIN, SAY_BAD };

struct say {
    struct buf out;
    size_t done;
    bool has_colours; /* a terminal that wants them */
    bool is_dead;     /* nobody reads any more: what is said is dropped */
};
enum { SAY_FULL = 64 << 10 }; /* bytes that wait; more should not be made */

void say_open(struct say *s);
/* "fettle: <text>" and a line end; what must not be on a terminal becomes a blank (hooks/text.h). */
void say_line(struct say *s, enum say_tone tone, struct sv text);
void say_fmt(struct say *s, enum say_tone tone, const char *fmt, ...) PRINTF_LIKE(3, 4);
bool say_waits(const struct say *s); /* there is something to write */
/* To be called when poll(2) says that stderr takes something: never waits. */
void say_some(struct say *s);
/* Writes the rest, until then (clk_mono_ms) at most, and frees. */
void say_close(struct say *s, msec_t until);
