/* SPDX-License-Identifier: Apache-2.0 */
/* A circuit breaker: when half of at least twenty tries in a minute failed, the next ones wait for half a minute; then
 * one may try, then three at a time, and when those pass it is closed (M. Nygard, "Release It!"). Pure. */
#pragma once
#include "base/clk.h"

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_PROBING };
struct breaker {
    enum breaker_state state;
    msec_t since;    /* in this state */
    int64_t slot[6]; /* which ten seconds are counted there */
    int passed[6], failed[6];
    int probes; /* that may be under way at once, while probing */
    int flying;
};

void breaker_saw_pass(struct breaker *b, msec_t now);
void breaker_saw_failure(struct breaker *b, msec_t now);
/* 0: the next try may go, and counts as a probe where those are counted; else the time to ask again. */
msec_t breaker_ask(struct breaker *b, msec_t now);
