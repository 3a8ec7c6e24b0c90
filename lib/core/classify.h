/* SPDX-License-Identifier: Apache-2.0 */
/* From what is known of an attempt that did not succeed to its class, and what speaks for it. Pure: signs in, failure
 * out; the same signs give the same failure. Sources in their order of trust: reference/scheduling.md, §3.1. */
#pragma once
#include "base/arena.h"
#include "core/failure.h"
#include "core/log_rules.h"
#include "core/step_result.h"
#include "core/test_report.h"

enum {
    FAILURE_TESTS = 50,    /* names of failing tests that are kept */
    FAILURE_EXCERPT = 1000 /* bytes */
};

enum attempt_end { END_ITSELF, END_TIMEOUT, END_SILENT, END_CANCELLED, END_NOT_STARTED, END_LOST };

struct failure_signs { /* all borrowed; zero = not known */
    enum attempt_end end;
    int exit_code, signal; /* of END_ITSELF */
    bool oom;              /* the kernel ended something of it for want of memory */
    bool output_lost;      /* its output could not be stored */
    const char *remark;    /* of END_NOT_STARTED, END_LOST: why */
    const struct err *err; /* of an action, of git: what went wrong */
    const char *problem;   /* its files ($GITHUB_OUTPUT …) are malformed: with this text */
    const struct step_result *result;
    const struct test_report *tests;
    struct sv tail; /* the end of the stored output, see log_tail: secrets are masked in it */
};

/* An earlier source is believed when it is sure enough, else the surest of all. Text in *ret lives in the arena. */
void failure_classify(const struct failure_signs *s, const struct log_rules *rules, struct arena *a,
                      struct failure *ret);
/* Of what our own calls say: a transient error is taken for the network's. */
enum failure_class failure_class_of_err(enum err_class c);
/* What the other side asked to wait, as text says it near the end: "Retry-After: 30", "try again in 5 minutes", "retry
 * in 1m30s"; at most a day. 0 = nothing. */
msec_t failure_asked_wait(struct sv text);
/* Names of failing tests in the output of common test programs, each once, in their order; at most `max`. */
size_t failure_test_names(struct sv text, struct arena *a, const char **ret, size_t max);
