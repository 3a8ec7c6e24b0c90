/* SPDX-License-Identifier: Apache-2.0 */
/* What people want: an answer to what a run asks, and another order. */
#pragma once
#include "core/policy.h"

enum approval_answer { ANSWER_APPROVE, ANSWER_REJECT };

enum queue_wish { QUEUE_PAUSE, QUEUE_RESUME, QUEUE_BUMP, QUEUE_PRIORITY };
struct queue_asked {
    enum queue_wish wish;
    int64_t run; /* of QUEUE_BUMP and QUEUE_PRIORITY */
    enum priority priority;
};
