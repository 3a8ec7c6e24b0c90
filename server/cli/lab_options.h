/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of `fettle lab` share: their options, their complaints, and one request to a running lab. */
#pragma once
#include "base/err.h"
#include "base/str.h"
#include "server/lab/ask.h"

enum { PAIRS_MOST = 64 };
enum option_kind { OPTION_TEXT, OPTION_NUMBER, OPTION_FLAG, OPTION_PAIR };
struct lab_option { /* the last has no name */
    const char *name;
    enum option_kind kind;
    void *into; /* const char *, int64_t, bool, struct lab_pairs */
};
struct lab_pairs {
    const char *at[PAIRS_MOST]; /* "KEY=VALUE" */
    size_t n;
};

int lab_complain(const char *what, const char *arg); /* -1 */
int lab_failed(const struct err *e, int code);       /* says it and returns code */
/* "--name value" and "--name=value"; one word that is no option goes to *ret_word, if there is room for one. -1 after
 * complaining. */
MUST_USE int lab_options(int argc, char **argv, const struct lab_option *options, const char **ret_word);
/* Prints the answer; returns the exit code. */
int lab_request(const struct lab_address *a, const char *method, struct sv path, struct sv body);

/* lab_act.c: push, change, repo, hook, limits, clock, wait. */
int lab_act(int argc, char **argv); /* -1: argv[0] is none of these */
