/* SPDX-License-Identifier: Apache-2.0 */
/* The directory of one attempt, $STATE/attempts/<id>, seen from the server. Names and forms: exec/shim/wire.h; the
 * protocol: scheduling.md §2.5. Blocking calls on small local files. */
#pragma once
#include <sys/types.h>
#include "port/exec.h"

/* Creates the directory (never an existing one: ids are not reused) with the script. ret_fd is open on it; caller
 * closes. Not synced: only a shim started in this boot reads it. */
MUST_USE int attempt_dir_make(int attempts_fd, int64_t id, struct sv script, int *ret_fd, struct err *e);
/* ERR_MISSING when there is none. */
MUST_USE int attempt_dir_open(int attempts_fd, int64_t id, int *ret_fd, struct err *e);

/* The exit record. ERR_MISSING: none yet; ERR_INVALID: damaged, or of another attempt or epoch (0 = any epoch). */
MUST_USE int attempt_dir_exit(int dir_fd, int64_t id, int64_t epoch, struct exit_record *ret, struct err *e);

/* The truth table, decided under the lock. FOUND_NEVER_RAN leaves `revoked` behind, synced; a late shim then refuses.
 * Calling it again gives the same verdict, or FOUND_FINISHED after FOUND_RUNNING. */
MUST_USE int attempt_dir_judge(int dir_fd, int64_t id, int64_t epoch, enum found *ret, struct exit_record *ret_exit,
                               struct err *e);

/* A pidfd of the shim that holds the lock, -1 when it is gone, cannot be told from another process, or has not yet
 * written `started`. */
int attempt_dir_holder(int dir_fd, pid_t *ret_pid);

/* Kills what a shim that was killed itself may have left running: the cgroup leaf (NULL = none), and every process
 * that carries the attempt's id in its environment. Steps without a sandbox only: bwrap dies with its parent. */
void attempt_end_strays(int64_t id, const char *cgroup_leaf);

int64_t boot_ticks(pid_t pid); /* start time of a process in clock ticks since boot; -1 = no such process */
const char *boot_id(void);     /* of this boot; "" where the kernel does not say */
