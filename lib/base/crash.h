/* SPDX-License-Identifier: Apache-2.0 */
/* Places where a test kills a program: between two things of which the outside, or a restart, sees the first and not
 * the second (a commit, a sync, a spawn, a request, a word to another process). CRASHPOINT("who.done") stands there,
 * with a name of its own. Without the build option FETTLE_CRASHPOINTS it is nothing. tests/e2e/killpoint --crash goes
 * over all of them.
 *
 * FETTLE_CRASH in the environment is NAME:HIT:FILE. Each process that comes by the point NAME appends a byte to FILE,
 * and the one that makes it HIT bytes long kills itself with SIGKILL: hits are counted over all processes and restarts,
 * and each number is hit once. */
#pragma once

#ifdef FETTLE_CRASHPOINTS
#define CRASHPOINT(name) crash_point(name)
void crash_point(const char *name); /* any thread */
/* The variable as it stands in the environment, for programs that are started without one; NULL = not set. */
char *crash_variable(void);
#else
#define CRASHPOINT(name) ((void)0)
static inline char *crash_variable(void)
{
    return (char *)0;
}
#endif
