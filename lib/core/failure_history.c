/* SPDX-License-Identifier: Apache-2.0 */
#include "core/classify.h"

enum { PRIOR_TRIES = 4 };

/* Passed on another try, in percent. */
static int generally(enum failure_class c)
{
    static const int rates[FAILURE_CLASS_N] = {
        [FAILURE_NETWORK] = 90,   [FAILURE_RATE_LIMIT] = 85, [FAILURE_RESOURCE] = 50, [FAILURE_LOST] = 95,
        [FAILURE_CONFLICT] = 35,  [FAILURE_TEST] = 25,       [FAILURE_BUILD] = 3,     [FAILURE_CONFIG] = 2,
        [FAILURE_PERMISSION] = 4, [FAILURE_TIMEOUT] = 35,    [FAILURE_CANCELLED] = 0, [FAILURE_UNKNOWN] = 40,
    };
    return rates[c];
}

int failure_pass_percent(enum failure_class class, const struct failure_stat *stat)
{
    int64_t passed = stat && stat->passed > 0 ? stat->passed : 0, failed = stat && stat->failed > 0 ? stat->failed : 0;
    enum { MOST = 1000000 };
    passed = passed > MOST ? MOST : passed;
    failed = failed > MOST ? MOST : failed;
    return (int)((generally(class) * PRIOR_TRIES + passed * 100) / (PRIOR_TRIES + passed + failed));
}

void failure_add_history(struct failure *f, const struct failure_stat *stat, struct arena *a)
{
    if (!stat || stat->passed + stat->failed <= 0)
        return;
    f->evidence = arena_fmt(a, "%s%sthe same failure passed %lld of %lld times when it was tried again",
                            f->evidence ? f->evidence : "", f->evidence ? "; " : "", (long long)stat->passed,
                            (long long)(stat->passed + stat->failed));
    if (f->source == FAILURE_BY_NOTHING)
        f->source = FAILURE_BY_HISTORY;
}
