/* SPDX-License-Identifier: Apache-2.0 */
/* Scenario files: one command a line, `#` comments, text blocks in lines that begin with "|".
 *   slots N                                repositories  (block)      workflow NAME  (block)
 *   start                                  the server comes up (done before the first delivery by itself)
 *   deliver push REPO SHA [REF]            deliver pull_request REPO SHA NUMBER [fork]
 *   pass TIME                              settle [TIME]              crash ; restart ; reboot
 *   forge away TIME | lost-answer | 500 | limit      the next calls
 *   cancel N                               the N-th run
 *   lock NAME N                            so many may hold it   queue pause | resume | bump N
 *   check runs = N                         check run N = CONCLUSION   check job N KEY = CONCLUSION
 *   check status SHA CONTEXT = STATE       check issues REPO = N      check executions = N
 *   check delivery N = STATE               check quiet                (all invariants)
 *   file ALIAS PATH [REF]  (block)         of a repository       secret NAME VALUE         var NAME VALUE
 *   check output N KEY NAME = VALUE        check detail N KEY = TEXT within        check name N KEY = TEXT
 *   check step N KEY NO = OUTCOME          check jobs N = COUNT      check run-name N = TEXT   check run-detail N = TEXT
 *   check note N KEY NO = TEXT within its annotations, or none
 *   check class N KEY NO = CLASS           check evidence N KEY NO = TEXT within     (of the step's newest attempt)
 *   check why N KEY = TEXT within the reason why a job is not done     check queue = KEY,KEY of what waits, in order
 * Keys and texts: an underscore stands for a blank. SHA is one hex digit, standing for forty of it. Several commands
 * may share a line, separated by " ; ". */
#pragma once
#include "world.h"

/* 0, or -1 with file:line and text in *e. */
int scenario_run(const char *path, struct err *e);
char *payload_push(const char *repo, const char *sha, const char *ref);
char *payload_change(const char *repo, const char *sha, int number, const char *head_repo);
