/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the inputs of an action that writes to a forge. Every refusal names the input and the action, and sets
 * e->code as action_ops.resolve says. Pure; any thread. */
#pragma once
#include "port/action.h"

enum { ACTION_TITLE_MAX = 255, ACTION_TEXT_MAX = 60000, ACTION_NAME_MAX = 255, ACTION_LIST_MAX = 100 };

struct action_reading {
    const struct action_call *call;
    const char *action; /* its name, for messages */
    struct err *e;
};

/* The input, or NULL when it is not given or empty. */
const struct action_input *action_input(const struct action_reading *r, const char *name);
/* Always -1: "<name>" of <action> <why>. */
int action_refuse(const struct action_reading *r, const struct action_input *in, const char *why);
/* All below: 0, or -1. An input that is not given leaves *ret alone. */
int action_line(const struct action_reading *r, const char *name, size_t most, const char **ret); /* without controls */
int action_text(const struct action_reading *r, const char *name, const char **ret);              /* many lines */
int action_flag(const struct action_reading *r, const char *name, bool *ret);                     /* true or false */
int action_word(const struct action_reading *r, const char *name, const char *const *words, size_t n, size_t *ret);
int action_list(const struct action_reading *r, const char *name, const char ***ret,
                size_t *ret_n); /* lines or commas */
int action_branch(const struct action_reading *r, const char *name,
                  const char **ret); /* a name git takes, not an option */
int action_commit(const struct action_reading *r, const char *name, const char **ret); /* 40 or 64 hexadecimal digits */
/* success, failure, error, timed_out, cancelled or skipped: a pending one would have nobody who ends it. */
int action_end(const struct action_reading *r, const char *name, enum status_state *ret, const char **ret_word);
/* `change` or `issue`, not both: the thread at the forge; neither leaves number 0, which means that of the event. */
int action_thread(const struct action_reading *r, int64_t *ret_number, enum thread_kind *ret_at);
/* "Reported by job …", with the run's address where there is one. */
const char *action_default_text(const struct action_call *c);
