/* SPDX-License-Identifier: Apache-2.0 */
/* Why an attempt did not succeed: the classes of the specification, §4, and what speaks for one. Pure. */
#pragma once
#include "base/clk.h"

#define FAILURE_CLASSES(X)                                                                                             \
    X(NONE, "")                                                                                                        \
    X(NETWORK, "network")                                                                                              \
    X(RATE_LIMIT, "rate-limit")                                                                                        \
    X(RESOURCE, "resource") /* memory, disk, processes */                                                              \
    X(LOST, "lost")         /* the machine or the server ended; what the step did is not known */                      \
    X(CONFLICT, "conflict")                                                                                            \
    X(TEST, "test")                                                                                                    \
    X(BUILD, "build")                                                                                                  \
    X(CONFIG, "config")                                                                                                \
    X(PERMISSION, "permission")                                                                                        \
    X(TIMEOUT, "timeout")                                                                                              \
    X(CANCELLED, "cancelled")                                                                                          \
    X(UNKNOWN, "unknown")
enum failure_class {
#define X(id, name) FAILURE_##id,
    FAILURE_CLASSES(X)
#undef X
        FAILURE_CLASS_N
};
extern const char *const failure_class_name[];

/* Several classes at once; "any" is all of them. */
#define FAILURE_BIT(c) (1u << (c))
#define FAILURE_ANY    (FAILURE_BIT(FAILURE_CLASS_N) - 2)

/* In the order of trust: an earlier one is believed against a later one. */
#define FAILURE_SOURCES(X)                                                                                             \
    X(US, "fettle")     /* we ended it: cancelled, its time was over */                                                \
    X(KERNEL, "kernel") /* signal, memory, disk */                                                                     \
    X(RESULT, "result") /* test reports, ::error commands, the code of an action */                                    \
    X(CODE, "code")     /* an exit code with a meaning of its own */                                                   \
    X(LOG, "log")       /* a rule found its words in the output */                                                     \
    X(HISTORY, "history")                                                                                              \
    X(NOTHING, "nothing")
enum failure_source {
#define X(id, name) FAILURE_BY_##id,
    FAILURE_SOURCES(X)
#undef X
        FAILURE_SOURCE_N
};
extern const char *const failure_source_name[];

struct failure {
    enum failure_class class;
    enum failure_source source;
    int confidence;           /* percent */
    const char *evidence;     /* one line for people: what was seen */
    const char *rule;         /* of the log rules; NULL = none */
    const char *hint;         /* what a person might do; NULL = nothing known */
    const char *excerpt;      /* of the stored log, masked; NULL = none */
    const char *fingerprint;  /* of the end of the log without what differs from run to run; NULL = no log */
    msec_t retry_after;       /* that the other side asked for; 0 = nothing */
    const char *const *tests; /* names of the tests that failed, as their runner says them */
    size_t n_tests;
};
