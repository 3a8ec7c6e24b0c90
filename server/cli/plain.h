/* SPDX-License-Identifier: Apache-2.0 */
/* How a verb reads its words that is not carried over into the table yet (cli.h says how that is done). */
#pragma once

/* "-c FILE" / "--config FILE" anywhere in argv (removed), else FETTLE_CONFIG, else NULL. Borrowed. */
const char *cli_config_named(int *argc, char **argv);
/* The same, else ./fettle.yaml, else /etc/fettle/fettle.yaml. */
const char *cli_config(int *argc, char **argv);

struct cli_option {     /* one of value and flag is set */
    const char *name;   /* "--json" */
    const char *letter; /* "-o"; NULL = none */
    const char **value; /* takes a value: "--name V" or "--name=V" */
    bool *flag;
};
/* Takes the options out of argv; "--" ends them, "-" alone is none. Returns what argc is after, or -1 after saying
 * what is wrong. */
int cli_options(int argc, char **argv, const struct cli_option *options, size_t n);
/* Before cli_options: takes "NAME X" and "NAME=X" out of argv, as often as they stand there. Returns what argc is
 * after, or -1 after saying that nothing is behind one. */
int cli_repeated(int argc, char **argv, const char *name, struct cli_values *ret);
/* "usage: fettle VERB ARGS" from the table, to stderr; CLI_USAGE. */
int cli_usage(const char *verb);
