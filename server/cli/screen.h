/* SPDX-License-Identifier: Apache-2.0 */
/* Lines on a terminal that are drawn again in place; keys, and the end by a person. Only what differs is written.
 * Sequences: ECMA-48 (cursor, erase, colour) and what every terminal has of xterm (?25 cursor, ?1049 other screen).
 * One at a time; the process's terminal is its state. */
#pragma once
#include "base/clk.h"
#include "base/str.h"

struct screen;

enum screen_place {
    SCREEN_BELOW, /* below what is there; the last picture stays */
    SCREEN_WHOLE  /* a screen of its own, which is gone at the end */
};

/* stdout is a terminal that can do it. */
bool screen_is_possible(void);
/* The terminal's locale has UTF-8: lines and signs beyond ASCII may be drawn. */
bool screen_has_lines(void);
struct screen *screen_open(enum screen_place place);
void screen_close(struct screen **s); /* fits AUTO(screen_close); the terminal is as before */

struct screen_size {
    int rows, columns;
};
struct screen_size screen_size(void); /* as it is now; 24 and 80 when nobody knows */

/* Lines that end with '\n', each no wider than the screen less one column; what is below its end is left out. */
void screen_draw(struct screen *s, struct sv lines);

enum { SCREEN_NOTHING = 0, SCREEN_END = -1 };
/* A key, SCREEN_NOTHING when there is none in that time, SCREEN_END when a person or the system wants an end. */
int screen_wait(struct screen *s, msec_t ms);
