/* SPDX-License-Identifier: Apache-2.0 */
#include "core/run.h"

#define X(id, name) name,
const char *const conclusion_name[] = {CONCLUSIONS(X)};
const char *const work_state_name[] = {WORK_STATES(X)};
const char *const attempt_role_name[] = {ATTEMPT_ROLES(X)};
const char *const attempt_state_name[] = {ATTEMPT_STATES(X)};
const char *const job_kind_name[] = {JOB_KINDS(X)};
const char *const job_hold_name[] = {JOB_HOLDS(X)};
#undef X

#define BIT(s) (1u << (s))
static const unsigned work_next[WORK_STATE_N] = {
    [WORK_WAITING] = BIT(WORK_READY) | BIT(WORK_RUNNING) | BIT(WORK_DONE),
    [WORK_READY] = BIT(WORK_RUNNING) | BIT(WORK_DONE) | BIT(WORK_WAITING),
    /* A job goes back to ready when its attempt is proven never to have started, and to waiting when it is to be tried
     * again later. */
    [WORK_RUNNING] = BIT(WORK_DONE) | BIT(WORK_READY) | BIT(WORK_WAITING),
    [WORK_DONE] = 0,
};

bool work_may(enum work_state from, enum work_state to)
{
    return (work_next[from] & BIT(to)) != 0;
}
