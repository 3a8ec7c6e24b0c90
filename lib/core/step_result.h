/* SPDX-License-Identifier: Apache-2.0 */
/* What a step leaves behind besides its exit code: its files ($GITHUB_OUTPUT ENV PATH STATE STEP_SUMMARY) and the
 * commands in its output (::error:: …). Pure: text in, values out. Rules: GitHub docs, "Workflow commands". */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "core/test_report.h"

enum {
    RESULT_FILE_MAX = 1 << 20,  /* of one of the files; GitHub's limit for the summary and all outputs of a job */
    RESULT_NOTES_MAX = 50,      /* annotations kept of one step */
    RESULT_NAMES_MAX = 1000,    /* in one of the files, entries of PATH alike */
    RESULT_TITLE_MAX = 255,     /* bytes of a note's title, */
    RESULT_TEXT_MAX = 4096      /* and of its text and file */
};

struct name_value {
    const char *name, *value;
};
struct name_values {
    VEC(struct name_value) v;
};

enum note_level { NOTE_NOTICE, NOTE_WARNING, NOTE_ERROR };
extern const char *const note_level_name[]; /* "notice", … */
struct step_note { /* an annotation */
    enum note_level level;
    const char *file, *title, *text; /* file, title NULL = none */
    int line, end_line, col, end_col; /* 0 = none */
};

struct step_result {
    struct arena arena; /* owns all text, which is well-formed UTF-8 whatever the step wrote */
    struct name_values outputs, env, state;
    struct {
        VEC(const char *) v;
    } path; /* in the order added: the last one is looked at first */
    struct {
        VEC(struct step_note) v;
    } notes;
    int notes_cut;       /* more than were kept: an error is kept rather than a warning, that rather than a notice */
    const char *summary; /* Markdown; NULL = none */
    const char *problem; /* a file is malformed: the step fails with this text */
    /* Of a step that failed, for its class (core/classify.h): */
    struct sv tail;           /* the end of its output, see log_tail; absent = none */
    struct test_report tests; /* `files` 0 = there was none */
};
void step_result_free(struct step_result *r);

enum result_file { RESULT_OUTPUT, RESULT_ENV, RESULT_PATH, RESULT_STATE, RESULT_SUMMARY, RESULT_FILE_N };
extern const char *const result_file_name[]; /* "OUTPUT", "ENV", "PATH", "STATE", "STEP_SUMMARY" */
/* The text of one file as the step left it. name=value lines, and name<<DELIMITER blocks; CRLF is LF; a later value of
 * a name replaces an earlier one. Names that could change how programs are loaded, or what we say ourselves
 * (NODE_OPTIONS, LD_*, GITHUB_*, RUNNER_*, FETTLE_*), are refused in ENV with a note, which does not fail the step (nor
 * does a summary that is too large), as at GitHub. What was read before a malformed line stays. */
void step_result_file(struct step_result *r, enum result_file which, struct sv text);

/* The file was there and is not taken; `why` follows its name: "is not a plain file". */
void step_result_refused(struct step_result *r, enum result_file which, const char *why);

struct result_place { /* what paths in the output are meant from */
    struct sv workspace; /* absolute; absent = unknown */
    struct sv workdir;   /* of the step, below the workspace; absent = the workspace */
};
/* The lines of the output that begin with `::`: error, warning, notice, set-output and save-state (refused, with
 * advice), group, endgroup, debug, stop-commands. Anything else is output; in it, complaints of compilers and test
 * programs become notes as well. Files of notes are relative to the workspace; one outside of it is left out. */
void step_result_log(struct step_result *r, struct sv log, const struct result_place *place);
