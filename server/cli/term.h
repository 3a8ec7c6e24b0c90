/* SPDX-License-Identifier: Apache-2.0 */
/* What the person in front of stdout sees: how wide it is, colours, a pager, times. Nothing of it when no terminal is
 * there, but what was asked for. One command line is one process: the state is the process's. */
#pragma once
#include "server/cli/cli.h"

enum screen_colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };
enum screen_times { TIMES_AUTO, TIMES_RELATIVE, TIMES_ABSOLUTE };

/* --color, --times, --no-pager, in the call */
extern const struct cli_arg cli_screen_group[];

/* Before the verb runs; without it all is as where there is no terminal. */
void term_setup(const struct cli_call *c);
/* Columns of the terminal, else of COLUMNS, else 80. */
int term_width(void);
/* What tables are fitted to: the same, or 0 = as wide as they are (stdout is no terminal and COLUMNS is not set). */
int term_table_width(void);
bool term_is_person(void); /* stdout is a terminal */
bool term_has_colour(void);
/* What is written to stdout from now on goes through FETTLE_PAGER, PAGER or `less -FRX`; nothing without a terminal,
 * with --no-pager, or when it was called before. */
void term_page(void);
/* After the verb: waits for the pager. */
void term_close(void);

/* ---- progress: on stderr, and only where that is a terminal ---- */

struct bar {
    const char *what; /* borrowed */
    int64_t whole;    /* 0 = nobody knows */
    msec_t drawn;
};
/* A line that is drawn over: "report.tar  [#######       ]  48 %", or what was done where the whole is not known. */
void bar_draw(struct bar *b, int64_t done);
/* Takes the line away. */
void bar_end(struct bar *b);

/* ---- times ---- */

/* "2026-11-22T16:05:09.123Z" as "3 min ago" for people, else as "2026-11-22T16:05:09Z". Text that is no time stays. */
struct sv time_told(struct sv text, char ret[32]);
/* The first alone: `at` as seen from `now`. */
struct sv time_relative(msec_t at, msec_t now, char ret[32]);

/* ---- widths ---- */

/* Columns that UTF-8 takes on a terminal: wide characters of East Asia two, combining ones none. */
size_t text_width(struct sv s);
/* At most so many columns of it; "…" is its last one when something is missing. Never half a character, and no
 * combining one without what it stands on. */
void text_put_cut(struct sv s, size_t columns, struct buf *out);
/* Lines that begin with a blank, and empty ones, stay; others flow up to `columns`. The first begins at column `at`,
 * the rest at `indent`. '\x1f' is a blank that no line ends at. Ends with a line end. */
void text_wrap(struct sv text, int at, int indent, int columns, struct buf *out);
