/* SPDX-License-Identifier: Apache-2.0 */
/* The only place, with io/loop.c, that asks for the time. Pure code takes `now` as a parameter. Any thread. */
#pragma once
#include "base/str.h"

typedef int64_t msec_t;

msec_t clk_wall_ms(void); /* UTC, since 1970 */
msec_t clk_mono_ms(void);
int64_t clk_mono_us(void);
int64_t clk_cpu_us(void); /* processor time of this process, all its threads */
void clk_sleep_ms(msec_t ms); /* for programs and worker threads, never on a loop */

/* "2026-11-22T16:05:09.123Z"; ret holds 25 bytes. */
const char *when_text(msec_t wall, char ret[25]);
/* RFC 3339 with Z or offset, fraction optional; also GitLab's "2016-08-12 15:23:28 UTC". */
bool when_parse(struct sv text, msec_t *ret);
/* "90s", "5m", "1h30m", "250ms", "2d"; a bare number is refused. */
bool when_duration(struct sv text, msec_t *ret);
