/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: one row a verb. The reader of arguments, help, man pages, completion and the reference come from
 * the rows.
 *
 * A new verb:
 *  1. a file server/cli/NAME.c with a struct that begins with `struct cli_call call;` and has a member for each thing
 *     that can be said, and `static int run(void *args)`, which gets that struct filled and returns an exit code;
 *  2. at its end the row `const struct cli_verb verb_NAME = {…}`: operands, options (of its own, and the groups that
 *     others have too: cli_config_group, cli_output_group, cli_page_group, …), or `subs` with a row for each second
 *     word, `.size = sizeof(struct …)`, and `.start` where a member begins as something else than nothing;
 *  3. its name in verbs.h (in the order of the overview);
 *  4. `fettle help commands > server/cli/commands.md`: the reference, which a test compares;
 *  5. its cases in tests/e2e/verbs/ (else e2e.verbs fails), and a schema in tests/cli/schema/ when it prints JSON. */
#pragma once
#include <stddef.h>
#include <stdio.h>
#include "base/clk.h"
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

/* What may become of a call of the server. */
#define CLI_EXITS_SERVER                                                                                               \
    (1u << CLI_INVALID | 1u << CLI_MISSING | 1u << CLI_DENIED | 1u << CLI_UNREACHABLE | 1u << CLI_TIMEOUT)

/* ---- the table ---- */

/* What a value is: how it is read, which member holds it, and what completion offers. */
enum cli_kind {
    CLI_FLAG,   /* bool; takes no value */
    CLI_SET,    /* enum: becomes `low`; takes no value */
    CLI_CHOICE, /* enum: the index in `words` */
    CLI_WORD,   /* const char *: one of `words` */
    CLI_TEXT,   /* const char *, as are all below but number and time; with CLI_MANY struct cli_values */
    CLI_FILE,
    CLI_FOLDER,
    CLI_RUN,
    CLI_DELIVERY,
    CLI_EFFECT, /* completed with those that are dead */
    CLI_WORKFLOW,
    CLI_REPOSITORY,       /* alias */
    CLI_FORGE_REPOSITORY, /* FORGE:PATH */
    CLI_TOPIC,            /* of help */
    CLI_SECOND,           /* a second word of the verb that the operand before it names */
    CLI_NUMBER,           /* int64_t from low to high */
    CLI_TIME              /* msec_t from low to high, said as 10m */
};
enum { CLI_NEEDED = 1, CLI_MANY = 2 };

struct cli_values {
    VEC(const char *) v; /* borrowed from argv */
};

struct cli_arg {      /* an option, or an operand */
    const char *name; /* option: "json", without its dashes; operand: "RUN" */
    char letter;      /* 0 = none */
    enum cli_kind kind;
    const char *value;        /* what its value is called: "FILE"; NULL = there is none, or the words say it */
    size_t at;                /* offset of the member in the struct of the group */
    const char *doc;          /* no full stop */
    const char *const *words; /* ends with NULL */
    int64_t low, high;
    unsigned flags;
    int apart; /* options of one verb with the same number, but 0, exclude one another */
};

struct cli_group {
    const struct cli_arg *args; /* the last has no name */
    size_t at;                  /* offset of the group's struct in that of the verb */
};

enum cli_words {
    CLI_OPTIONS,   /* "-x" and "--x" are options until "--" */
    CLI_SIGNS,     /* only "--x" are: an operand may begin with a sign */
    CLI_NO_OPTIONS /* all are operands; a "--" in front of them is dropped */
};

struct cli_verb {
    const char *name, *doc;      /* one line, no full stop */
    const char *text;            /* more for `fettle help NAME`, in the form of text_wrap (term.h); NULL = nothing */
    const char *examples;        /* command lines, each with a line end */
    const char *failed;          /* what exit code 1 means; NULL = that of the verb above, or refused */
    unsigned exits;              /* 1u << CLI_…, those besides 0, 1 and 2 that happen; 0 = those of the verb above */
    const struct cli_verb *subs; /* second words; the last has no name */
    bool first_sub;              /* the first of them is meant when none is said */
    const struct cli_arg *operands; /* in order; only the last may be CLI_MANY */
    struct cli_group options[7];
    enum cli_words words;
    size_t size;       /* of the struct that is filled; 0 = that of the verb above */
    const void *start; /* what it is before; NULL = zero */
    int (*run)(void *args);
};
extern const struct cli_verb *const cli_verbs[]; /* NULL at the end */
struct cli_call {                                /* the first member of every struct that is filled */
    const struct cli_verb *verb;                 /* as called */
    const struct cli_verb *sub;                  /* its second word; NULL = it has none */
    const char *conf;                            /* -c FILE, else FETTLE_CONFIG, else NULL */
    bool no_pager;
    int colour, times; /* enum screen_colour, screen_times of term.h */
};

/* -c FILE, in the call */
extern const struct cli_arg cli_config_group[];
/* -c FILE, else FETTLE_CONFIG (both are `named`), else ./fettle.yaml, else /etc/fettle/fettle.yaml. */
const char *cli_config_file(const char *named);

/* Runs what stands on the command line; argv[0] is the program. Returns the exit code. */
int cli_main(int argc, char **argv);
/* "What does not fit together", with the usage of the verb, to stderr; CLI_USAGE. */
int cli_misuse(const struct cli_call *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
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
