/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: one row a verb; help, completion and dispatch come from the table. */
#pragma once
#include <stdio.h>
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

enum cli_exit {
    CLI_OK = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_INVALID = 3,
    CLI_MISSING = 4,
    CLI_DENIED = 5,
    CLI_UNREACHABLE = 6,
    CLI_TIMEOUT = 7,
    CLI_CONFLICT = 8
};

struct cli_verb {
    /* In `args` stands everything a verb takes: help shows it, completion offers its lower-case words and options. */
    const char *name, *args, *doc;
    int (*run)(int argc, char **argv); /* argv[0] is the verb; returns an exit code */
};
extern const struct cli_verb cli_verbs[]; /* name NULL at the end */

/* ---- arguments ---- */

/* "-c FILE" / "--config FILE" anywhere in argv (removed), else FETTLE_CONFIG, else NULL. Borrowed. */
const char *cli_config_named(int *argc, char **argv);
/* The same, else ./fettle.yaml, else /etc/fettle/fettle.yaml. */
const char *cli_config(int *argc, char **argv);

struct cli_option { /* one of value and flag is set */
    const char *name;   /* "--json" */
    const char *letter; /* "-o"; NULL = none */
    const char **value; /* takes a value: "--name V" or "--name=V" */
    bool *flag;
};
/* Takes the options out of argv; "--" ends them, "-" alone is none. Returns what argc is after, or -1 after saying
 * what is wrong. */
int cli_options(int argc, char **argv, const struct cli_option *options, size_t n);
struct cli_values {
    VEC(const char *) v; /* borrowed from argv */
};
/* Before cli_options: takes "NAME X" and "NAME=X" out of argv, as often as they stand there. Returns what argc is
 * after, or -1 after saying that nothing is behind one. */
int cli_repeated(int argc, char **argv, const char *name, struct cli_values *ret);
/* "usage: fettle VERB ARGS" from the table, to stderr; CLI_USAGE. */
int cli_usage(const char *verb);
/* "fettle: …" to stderr; returns `code`. Outside text among the arguments is made harmless. */
int cli_fail(int code, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ---- text ---- */

/* Outside text for people: control characters (also C1, and those that turn the direction of writing) and bytes that
 * are no UTF-8 become \xNN or \u{N}. */
void cli_text(struct sv outside, struct buf *out);
/* The same for output of steps: line ends, tabs and colours (ESC [ digits m) stay. */
void cli_log_text(struct sv outside, struct buf *out);
/* Writes a buffer to stdout; CLI_OK, or CLI_FAILED when it cannot be written. */
int cli_print(const struct buf *b);

/* ---- the verbs ---- */

int cli_check(int argc, char **argv);
int cli_connect(int argc, char **argv);
int cli_disconnect(int argc, char **argv);
int cli_completion(int argc, char **argv);
int cli_deliveries(int argc, char **argv);
int cli_dispatch(int argc, char **argv);
int cli_effects(int argc, char **argv);
int cli_recoveries(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_expr(int argc, char **argv);
int cli_glob(int argc, char **argv);
int cli_help(int argc, char **argv);
int cli_import(int argc, char **argv);
int cli_init(int argc, char **argv);
int cli_lab(int argc, char **argv);
int cli_plan(int argc, char **argv);
int cli_queue(int argc, char **argv);
int cli_reload(int argc, char **argv);
int cli_run(int argc, char **argv);
int cli_runs(int argc, char **argv);
int cli_schema(int argc, char **argv);
int cli_secret(int argc, char **argv);
int cli_serve(int argc, char **argv);
int cli_store(int argc, char **argv);
int cli_status(int argc, char **argv);
int cli_version(int argc, char **argv);
