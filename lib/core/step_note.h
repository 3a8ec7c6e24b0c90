/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of step_result: notes, and text from outside made fit to be kept. Pure. */
#pragma once
#include "core/step_result.h"

/* A copy with U+FFFD for what is not UTF-8 and for NUL. */
const char *result_text(struct arena *a, struct sv s);
/* The same for people: at most `max` bytes, trimmed, without terminal sequences and control characters but LF, tab. */
const char *note_text(struct arena *a, struct sv s, size_t max);
void note_plain(struct buf *b, struct sv s); /* appends what is seen of it */

enum note_origin { NOTE_SAID, NOTE_FOUND }; /* by a command: as often as it was said; else the same note once */
/* Copies the text of a note that is kept. Ignored when it has none. */
void note_add(struct step_result *r, const struct step_note *n, enum note_origin origin);

/* `file` as a path relative to the workspace, from the folder `base` below it; NULL when it lies outside. */
const char *note_file(struct arena *a, struct sv file, struct sv workspace, struct sv base);

/* step_match.c: what programs say about lines of files, of one output line after the other. */
struct note_match {
    struct step_result *r;
    const struct result_place *place;
    /* Borrowed from the log, or from `kept`. */
    struct sv heading;    /* a line that names a file for those below it (eslint) */
    struct sv frame_file; /* of a Python traceback, innermost in the workspace */
    struct sv message;    /* of rustc, whose place follows */
    int frame_line;
    enum note_level message_level;
    struct buf plain, kept[3]; /* a line without its colours, and what is to be remembered of such lines */
};
/* `line` must live as long as *m. */
void note_match(struct note_match *m, struct sv line);
void note_match_end(struct note_match *m);
