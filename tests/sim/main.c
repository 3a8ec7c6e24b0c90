/* SPDX-License-Identifier: Apache-2.0 */
/* sim scenario FILE…           runs scenario files (scenario.h)
 * sim seeds FIRST COUNT [-v]   random histories
 * sim history SEED             one of them, as a scenario
 * sim shrink SEED|FILE         of one that fails, the least that still fails
 * sim sweep [--most N] FILE…   scenarios with a death at every crash point
 * sim effects SEED N         so many effects under a forge with limits that fails, and deaths: each once, in order, never early
 * sim recovery SEED RUNS       how much of what goes wrong in steps is recovered */
#include <stdio.h>
#include <stdlib.h>
#include "history.h"
#include "modes.h"
#include "scenario.h"

static int mode_scenarios(char *const *files)
{
    int passed = 0, bad = 0;
    for (; *files; files++) {
        struct err e = {0};
        int rc = scenario_run(*files, &e);
        printf("%s %s%s%s\n", rc == 0 ? "ok" : "FAILED", *files, rc == 0 ? "" : ": ", rc == 0 ? "" : e.msg);
        bad += rc != 0;
        passed += rc == 0;
    }
    printf("%d passed, %d failed\n", passed, bad);
    return bad > 0;
}

static int mode_history(uint64_t seed)
{
    AUTO(buf_free) struct buf text = {0};
    history_write(seed, &text);
    fputs(text.p, stdout);
    return 0;
}

int main(int argc, char **argv)
{
    struct sv mode = sv_of(argc > 2 ? argv[1] : "");
    uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 0, count = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
    if (sv_is(mode, "lives") && count)
        return mode_lives(first, count);
    if (sv_is(mode, "seeds") && count)
        return mode_seeds(argv, first, count);
    if (sv_is(mode, "scenario"))
        return mode_scenarios(argv + 2);
    if (sv_is(mode, "history"))
        return mode_history(first);
    if (sv_is(mode, "shrink"))
        return mode_shrink(argv[2]);
    if (sv_is(mode, "recovery") && count)
        return mode_recovery(first, (int)count);
    if (sv_is(mode, "downtime") && count)
        return mode_downtime(first, count, argc > 4 ? atoi(argv[4]) : 200);
    if (sv_is(mode, "effects") && count)
        return mode_effects(first, count);
    if (sv_is(mode, "sweep"))
        return mode_sweep(argv + 2);
    fprintf(stderr, "usage: sim scenario FILE… | seeds FIRST COUNT [-v] | history SEED | shrink SEED|FILE | "
                    "sweep [--most N] FILE… | recovery SEED RUNS | effects SEED N | downtime FIRST COUNT [EVENTS]\n");
    return 2;
}
