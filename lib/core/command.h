/* SPDX-License-Identifier: Apache-2.0 */
/* What people tell fettle itself at a forge: "/fettle retest" as the first line of a comment, the buttons of a check
 * run. Read from the event that it is about alone, never from a title or an earlier text. Pure. */
#pragma once
#include "core/hook_event.h"

#define COMMAND_VERBS(X)                                                                                               \
    X(NONE, "")                                                                                                        \
    X(RETEST, "retest")   /* what failed of the newest runs; "retest all", "retest NAME" */                            \
    X(CANCEL, "cancel")   /* what is under way */                                                                      \
    X(APPROVE, "approve") /* what waits for an answer about that commit: "approve SHA" */                              \
    X(REJECT, "reject")                                                                                                \
    X(EXPLAIN, "explain") /* what started, what did not, what waits and why */                                         \
    X(UNKNOWN, "help")    /* some other word: what there is */
enum command_verb {
#define X(id, name) COMMAND_##id,
    COMMAND_VERBS(X)
#undef X
        COMMAND_VERB_N
};
extern const char *const command_verb_name[];

struct command {
    enum command_verb verb;
    struct sv rest;            /* what stands behind it, trimmed; borrowed from the event */
    bool whole_check;          /* asked for by a button: everything of `context`, or of the commit where that is NULL */
    const char *sha, *context; /* of a check run or suite; NULL = the change or issue of the comment */
};

/* False: the event is none. Whether its sender may is another question. */
bool command_of(const struct hook_event *ev, struct command *ret);
