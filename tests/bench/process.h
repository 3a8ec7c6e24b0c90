/* SPDX-License-Identifier: Apache-2.0 */
/* Processor time and memory of the processes that make up a server, from /proc. */
#pragma once
#include "base/vec.h"

struct process_set {
    VEC(int) pids;
};
void process_add(struct process_set *s, int pid);
/* User and system time, with that of children which ended and were waited for. The kernel counts in ticks of 10 ms. */
int64_t process_cpu_us(const struct process_set *s);
int64_t process_rss_kb(const struct process_set *s);
