/* SPDX-License-Identifier: Apache-2.0 */
/* What the executor and fettle-shim agree on: descriptors, names in the attempt directory, the form of the spec and of
 * the exit record. Both are built from one tree, but an old server may start a newer shim: WIRE_VERSION must match.
 *
 * The spec travels in a memfd, never on a disk, because the environment in it may hold secrets: records
 * "key=value\0", the first one "fettle-spec=<WIRE_VERSION>".
 *
 * $STATE/attempts/<id>/
 *   script    text of the step
 *   (itself)  the lock: a flock on the directory, held by the shim for its whole life. Not a file of its own, because
 *             each new inode is a good part of what starting a step costs
 *   started   created O_EXCL and made durable before the step runs: "pid=… ticks=… boot=…" of the shim, then attempt,
 *             epoch and command
 *   revoked   created O_EXCL and synced by a recovering server, under the lock: the shim must not start
 *   out.log   stdout and stderr of the step, append-only; out.tail is its ring while the step is over the limit
 *   exit      the exit record, tmp + fsync + rename + fsync of the directory
 */
#pragma once
#include <stdint.h>
#include "base/map.h"
#include "base/str.h"

#define WIRE_VERSION "1"
#define WIRE_SCRIPT "script"
#define WIRE_STARTED "started"
#define WIRE_REVOKED "revoked"
#define WIRE_LOG "out.log"
#define WIRE_TAIL "out.tail"
#define WIRE_EXIT "exit"
#define WIRE_EXIT_TMP "exit.tmp" /* until it is whole; whole and without its shim it counts as well */
#define WIRE_MARK "FETTLE_ATTEMPT" /* variable of every step: the text of the attempt id */
#define WIRE_POKE_SOCKET "exec.sock" /* in $STATE/run; one datagram, the text of the attempt id */

enum {
    WIRE_SPEC_FD = 3,    /* memfd with the spec, at offset 0 */
    WIRE_DIR_FD = 4,     /* the attempt directory */
    WIRE_SECCOMP_FD = 5, /* filter for bwrap; only in a sandbox */
    WIRE_STATUS_FD = 6,  /* bwrap's --json-status-fd, made by the shim */
    WIRE_SPEC_MAX = 8 << 20,
    WIRE_EXIT_MAX = 2048,
    WIRE_LOG_MIN = 1024
};

/* The order of enum exit_reason in port/exec.h. */
#define WIRE_REASONS                                                                                                   \
    {                                                                                                                  \
        "normal", "timeout", "cancelled", "not_started"                                                                \
    }

/* The exit record: "fettle-exit 1\n", lines "key value\n", last "sum <16 hex>\n" over everything before it. It guards
 * against damage, not against forgery: a step cannot reach the directory. */
#define WIRE_EXIT_HEAD "fettle-exit " WIRE_VERSION "\n"

static inline uint64_t wire_sum(struct sv text)
{
    static const uint8_t key[16] = "fettle-exit-sum";
    return map_siphash13(key, text.p, text.n);
}
