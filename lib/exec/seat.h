/* SPDX-License-Identifier: Apache-2.0 */
/* A seat, $STATE/seats/<n>, seen from the server. Its form and the protocol: exec/shim/wire.h and scheduling.md §2.5.
 * Blocking calls on one small local file. */
#pragma once
#include <sys/types.h>
#include "port/exec.h"

/* Opens the seat, making it when it is not there: then with its name durable. Caller closes. */
MUST_USE int seat_open(int seats_fd, int no, int *ret_fd, struct err *e);
/* The text of the step, under a name that only processes of this attempt read: the file is overwritten when `fresh` is
 * false, which needs the attempt before it to have left nothing running; else the folder is made anew, and no event is
 * in it. */
MUST_USE int seat_script(int seats_fd, int no, struct sv script, bool fresh, struct err *e);
MUST_USE int seat_give(int fd, int64_t id, int64_t epoch, struct err *e); /* 0, 0 revokes */

/* The exit record. ERR_MISSING: the attempt has none here; ERR_INVALID: damaged, or of another epoch (0 = any). */
MUST_USE int seat_exit(int fd, int64_t id, int64_t epoch, struct exit_record *ret, struct err *e);
bool seat_names(int fd, int64_t id); /* given, started or ended here, and nothing else was since */

/* The truth table, decided under the lock. FOUND_NEVER_RAN leaves the attempt revoked: a late shim then refuses.
 * Calling it again gives the same verdict, or FOUND_FINISHED after FOUND_RUNNING. */
MUST_USE int seat_judge(int fd, int64_t id, int64_t epoch, enum found *ret, struct exit_record *ret_exit,
                        struct err *e);
bool seat_is_started(int fd, int64_t id);
bool seat_is_held(int fd); /* a shim sits there, or one that was there cannot be told to be gone */

/* A pidfd of the shim that holds the lock, -1 when it is gone or cannot be told from another process. */
int seat_holder(int fd, pid_t *ret_pid);

/* Kills what a shim that was killed itself may have left running: the cgroup leaf (NULL = none), and every process
 * that carries the attempt's id in its environment. Steps without a sandbox only: bwrap dies with its parent. */
void attempt_end_strays(int64_t id, const char *cgroup_leaf);

int64_t boot_ticks(pid_t pid); /* start time of a process in clock ticks since boot; -1 = no such process */
const char *boot_id(void);     /* of this boot; "" where the kernel does not say */
