/* SPDX-License-Identifier: Apache-2.0 */
/* What the second words of `fettle lab` share: where the lab is, and one request to it. */
#pragma once
#include "server/cli/cli.h"
#include "server/lab/ask.h"

extern const struct cli_arg lab_address_group[]; /* --url, --ca, --insecure in a struct lab_address */
/* Prints the answer; returns the exit code. */
int lab_request(const struct lab_address *a, const char *method, struct sv path, struct sv body);
int lab_failed(const struct err *e, int code); /* says it and returns code */

struct lab_told { /* all that can be said of something that is to happen (lab_act.c) */
    struct cli_call call;
    struct lab_address lab;
    const char *what; /* "open", "advance"; NULL = none */
    const char *forge, *repo, *ref, *sha, *message, *user, *title, *body, *head, *base, *fork, *label, *to, *branch;
    const char *target, *secret, *signing, *events, *refs, *branches, *owner, *app;
    int64_t number, id, ms;
    bool gone, forced, draft, system, form, inactive;
};
extern const struct cli_arg lab_push_options[], lab_change_options[], lab_repo_options[], lab_hook_options[],
    lab_clock_options[], lab_change_operands[], lab_repo_operands[], lab_hook_operands[], lab_clock_operands[],
    lab_limits_operands[];
int lab_tell(void *args);  /* push, change, repo, hook */
int lab_clock(void *args); /* clock */
int lab_limits(void *args);
int lab_wait(void *args);
