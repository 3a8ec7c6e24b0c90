/* SPDX-License-Identifier: Apache-2.0 */
/* Scenario files: one command a line, `#` comments, text blocks in lines that begin with "|".
 *   slots N                                repositories  (block)      workflow NAME  (block)
 *   start                                  the server comes up (done before the first delivery by itself)
 *   deliver push REPO SHA [REF]            deliver pull_request REPO SHA NUMBER [fork]
 *   deliver repository REPO ACTION [PATH]  deliver moved-push REPO SHA PATH    the same repository, now at PATH
 *   call pre-push|pre-receive REPO SHA [REF]                  a hook of git asks, before the push
 *   tree SHA TREE                          what the commit has in it; else its own
 *   check verdict N = open|allow|deny|none [REASON]           to the N-th delivery; N as below
 *   check told SHA CONTEXT = TEXT within   the words of the newest status there
 *   copy N                                 another hook tells of the N-th delivery
 *   account LOGIN ID                       whose the server's credential is
 *   sender LOGIN ID [bot]                  of what is delivered from now on    hops N   that its commits speak of
 *   bots N TIME                            limits.bot-runs and bot-window
 *   check reason N = TEXT within           check source N = hook|recovered|reconciled    check status-at SHA CONTEXT =
 *   pass TIME                              settle [TIME]              start, restart
 *   crash [KEPT]                           reboot [KEPT]              so many change-sets reach the disk, nobody hears
 *   forge away TIME | FAULT                the next calls             forge at N FAULT      the N-th call of all
 *   forge storm FAULT TIME                 FAULT: away lost-answer 500 403 limit secondary 500-after (done, and then
 *                                          a 5xx) ok
 *   forge limits github                    what the server knows in advance, and the forge insists on; else nothing
 *   forge hold TIME                        so long a beginning is not told, an end may be near
 *   forge quota N                          so many calls in each hour, and each answer says what is left
 *   disk full TIME                         disk slow TIME TIME        a commit takes the second
 *   git at N transient|missing             the N-th reading of git or of rows fails
 *   jitter TIME                            twice                      answers come late, and in another order; twice
 *   clock +TIME, clock -TIME               the wall clock is set      seed N                of the engine
 *   configure … configured                 workflow and slots between them are a new configuration
 *   cancel N, approve N, reject N          the N-th run           replay N    the N-th delivery
 *                                          "any N" in place of N: of however many there are, perhaps none
 *   approve every                          whatever people are still asked
 *   lock NAME N                            so many may hold it   queue pause | resume | bump N
 *   queue priority N critical|high|normal|low
 *   redrive KIND                           the newest dead effect of that kind   check redriven = yes | TEXT within
 *   refusals stay                          effects may be dead in the end
 *   rerun N [failed | job JOB | from JOB STEP]                   snapshots fail | forget
 *   check runs = N                         check run N = CONCLUSION   check job N KEY = CONCLUSION
 *   check status SHA CONTEXT = STATE       check issues REPO = N      check executions = N
 *   check delivery N = STATE               check quiet                (all invariants)
 *   file ALIAS PATH [REF]  (block)         of a repository       secret NAME VALUE         var NAME VALUE
 *   check output N KEY NAME = VALUE        check detail N KEY = TEXT within        check name N KEY = TEXT
 *   check step N KEY NO = OUTCOME          check jobs N = COUNT      check run-name N = TEXT   check run-detail N =
 * TEXT check note N KEY NO = TEXT within its annotations, or none Keys and texts: an underscore stands for a blank. SHA
 * is one hex digit, standing for forty, or forty. Several commands may share a line, separated by " ; ". */
#pragma once
#include "world.h"

/* 0, or -1 with file:line and text in *e. */
int scenario_run(const char *path, struct err *e);
/* The same in a world that is there, and of what is expected perhaps the invariants alone (`check quiet`). */
enum scenario_checks { CHECK_ALL, CHECK_QUIET };
int scenario_play(struct world *w, struct sv text, enum scenario_checks checks, const char *name, struct err *e);
char *payload_push(const char *repo, const char *sha, const char *ref);
char *payload_change(const char *repo, const char *sha, int number, const char *head_repo);
