/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments against the row of a verb, and what is said when they do not fit. Pure but for FETTLE_CONFIG. */
#pragma once
#include "server/cli/cli.h"

enum args_end { ARGS_RIGHT, ARGS_WRONG, ARGS_HELP /* was asked for */ };

struct args_fault {
    const char *code; /* "unknown-option" */
    int word;         /* index in argv of the word that is wrong; argc = one is missing behind the last */
    int shift;        /* bytes of it that are right: "--name=" */
    bool usage;       /* how the verb is used is of help */
    struct buf text;
};

struct args {
    const struct cli_verb *verb, *sub; /* sub NULL = the verb has none, or none was said */
    char *into;                        /* the verb's struct; args_free frees it and what is repeated in it */
    struct args_fault fault;
};

/* argv[0] is the verb; argv must live as long as *ret, which is filled in any case. */
enum args_end args_read(const struct cli_verb *v, int argc, char **argv, struct args *ret);
void args_free(struct args *a); /* fits AUTO(args_free) */

/* "fettle: runs list: unknown option "--stat" (did you mean "--state"?) [unknown-option]", the line with the place
 * below it, and how the verb is used. */
void args_complain(const struct args *a, int argc, char **argv, struct buf *out);

/* ---- what others make of the table ---- */

/* The row whose options and operands count: the second word's, else the verb's. */
static inline const struct cli_verb *args_row(const struct cli_verb *verb, const struct cli_verb *sub)
{
    return sub ? sub : verb;
}
/* The options of a row one by one, in order: *at begins at 0. NULL at the end; *ret_base = the group's offset. */
const struct cli_arg *args_each(const struct cli_verb *row, size_t *at, size_t *ret_base);
const struct cli_verb *args_verb(const char *name);                          /* NULL = there is none */
const struct cli_verb *args_sub(const struct cli_verb *v, const char *name); /* likewise */
static inline bool arg_has_value(const struct cli_arg *a)
{
    return a->kind != CLI_FLAG && a->kind != CLI_SET;
}
/* "FILE", or "a|b|c" of words that are few and short. */
void arg_value_text(const struct cli_arg *a, struct buf *out);
/* "fettle runs show RUN [--json] [-o FORMAT]": to be wrapped at its blanks, so those inside brackets are no-break
 * spaces of one byte, '\x1f'. */
void usage_write(const struct cli_verb *verb, const struct cli_verb *sub, struct buf *out);
