/* SPDX-License-Identifier: Apache-2.0 */
/* What the executor and fettle-shim agree on: descriptors, the seat file, messages, the form of the spec. Both are
 * built from one tree, but an old server may start a newer shim: WIRE_VERSION must match.
 *
 * A shim runs one attempt after the other, all of them in one seat. $STATE/seats/<n> is a file of WIRE_SEAT_SIZE bytes
 * that is never removed, never grows and is overwritten in place: making a step durable writes one block of data and no
 * metadata. $STATE/seats/<n>.in is what the step is shown of it: `script`, its text, and `event.json`, the payload of
 * its event, when there is one. The flock on the seat is held by its shim for life.
 *
 * Blocks of the seat, text, each with a sum of its own and filled up with newlines:
 *   given    by the server: the attempt that may start here now. Not synced, a power loss ends every shim too. A shim
 *            refuses any other attempt, so overwriting it under the lock revokes one that is on its way
 *   started  by the shim: first "ready" with the boot, on disk before it waits for WIRE_GO; then, when that came,
 *            "started", not synced: from here on the step may have had effects. So the sync goes on while the server
 *            commits the intent. In this boot `ready` proves that nothing ran; after a power loss it may be what is
 *            left of `started`, and counts as that. Two blocks in turn: an attempt's own stays until the one after the
 *            next begins
 *   holder   by the shim when it has the lock, not synced: "pid=… ticks=… boot=…"
 *   exit     by the shim when everything the step started is gone. It counts from the write on, also for a server
 *            that comes after a crash. The server that is told makes it durable in its own store; the shim syncs it
 *            with `ready` of the next attempt, or after a moment without one, or at once when nobody listens. Until one
 *            of these is done a power loss leaves `started` alone: the attempt is lost
 * Server and shim write different blocks. A seat gets its next attempt when the end of the one before it is committed
 * in the store (executor_settled); so the last word about an open attempt is never overwritten.
 *
 * The line is a SOCK_SEQPACKET pair. To the shim: WIRE_RUN with the descriptors of a spec and (in a sandbox) a filter;
 * "go <attempt id>", when the intent is committed and the attempt before it settled; "cancel <attempt id>". From it:
 * the text of the attempt id when `exit` is written. When the server is gone the line is too: a shim that was not told
 * to go leaves, any other ends its step, pokes the socket of a server that may have come after, and leaves.
 *
 * The spec travels in a memfd, never on a disk, because the environment in it may hold secrets: records
 * "key=value\0", the first one "fettle-spec=<WIRE_VERSION>".
 *
 * $STATE/attempts/<id>.log is stdout and stderr of the step, append-only, made with the first byte; <id>.tail is its
 * ring while the step is over the limit. */
#pragma once
#include <stdint.h>
#include <stdio.h>
#include "base/map.h"
#include "base/str.h"

#define WIRE_VERSION "2"
#define WIRE_IN ".in"
#define WIRE_SCRIPT WIRE_IN "/script"
#define WIRE_EVENT WIRE_IN "/event.json"
#define WIRE_FAILED WIRE_IN "/failed.log"
#define WIRE_LOG ".log"
#define WIRE_TAIL ".tail"
#define WIRE_RUN "run"
#define WIRE_GO "go "
#define WIRE_CANCEL "cancel "
#define WIRE_MARK "FETTLE_ATTEMPT" /* variable of every step: the text of the attempt id */
#define WIRE_POKE_SOCKET "exec.sock" /* in $STATE/run; one datagram, the text of the attempt id */

/* What a step writes for those after it, in the job's home, <WIRE_FILE><attempt>-<name>: made by the step itself, if at
 * all, because each new inode is dear. When everything of the step is gone the shim takes what is there, once, to where
 * no step can reach it: $STATE/work/<job>.kept/<attempt>, on disk before `exit` is written, which says so ("files").
 * There, for each file: "<name> <bytes>\n<content>\n", or "<name> !<what is wrong with it>\n"; last the sum. Beside
 * it `masks`: what add-mask commands of the job's steps have named, "<bytes>\n<value>\n" each. Both go with the job. */
#define WIRE_FILE ".fettle-"
#define WIRE_FILES                                                                                                     \
    {                                                                                                                  \
        "OUTPUT", "ENV", "PATH", "STATE", "STEP_SUMMARY"                                                               \
    }
#define WIRE_MASKS "masks"
enum { WIRE_FILE_N = 5, WIRE_FILE_MAX = 1 << 20, WIRE_KEPT_MAX = 6 << 20 };
enum { WIRE_WORKDIR_MAX = 200, WIRE_REPORTS_MAX = 512 };
enum wire_files { WIRE_FILES_NONE, WIRE_FILES_KEPT, WIRE_FILES_LOST /* could not be stored */, WIRE_FILES_N };

enum {
    WIRE_LINE_FD = 3,
    WIRE_SEAT_FD = 4,    /* the seat, opened for this shim alone: the lock belongs to the open file */
    WIRE_SECCOMP_FD = 5, /* filter for bwrap, in the step's first process; only in a sandbox */
    WIRE_STATUS_FD = 6,  /* bwrap's --json-status-fd, likewise */
    WIRE_STATE_FD = 7,   /* $STATE */
    WIRE_SPEC_MAX = 8 << 20,
    WIRE_LOG_MIN = 1024,
    WIRE_MESSAGE_MAX = 64
};

/* A block of 512 bytes is written whole or not at all; that `exit` is whole its sum tells. */
enum {
    WIRE_GIVEN_AT = 0,
    WIRE_STARTED_AT = 512,
    WIRE_HOLDER_AT = 1024,
    WIRE_STARTED_TOO_AT = 1536,
    WIRE_BLOCK = 512,
    WIRE_EXIT_AT = 2048,
    WIRE_EXIT_MAX = 2048,
    WIRE_SEAT_SIZE = 4096
};

/* The order of enum exit_reason in port/exec.h. */
#define WIRE_REASONS                                                                                                   \
    {                                                                                                                  \
        "normal", "timeout", "cancelled", "not_started", "silent"                                                      \
    }

/* A block: its head, lines, last "sum <16 hex>\n" over everything before it. It guards against damage, not against
 * forgery: a step cannot reach the seats. */
#define WIRE_GIVEN_HEAD "fettle-given " WIRE_VERSION "\n"
#define WIRE_READY_HEAD "fettle-ready " WIRE_VERSION "\n"
#define WIRE_STARTED_HEAD "fettle-started " WIRE_VERSION "\n"
#define WIRE_HOLDER_HEAD "fettle-holder " WIRE_VERSION "\n"
#define WIRE_EXIT_HEAD "fettle-exit " WIRE_VERSION "\n" /* lines "key value" */

static inline uint64_t wire_sum(struct sv text)
{
    static const uint8_t key[16] = "fettle-exit-sum";
    return map_siphash13(key, text.p, text.n);
}

/* Ends a block that was written into b, filled up to `size`. */
static inline void wire_seal(struct buf *b, size_t size)
{
    buf_fmt(b, "sum %016llx\n", (unsigned long long)wire_sum(buf_view(b)));
    if (b->n < size) {
        buf_reserve(b, size - b->n);
        memset(b->p + b->n, '\n', size - b->n);
        b->n = size;
    }
}

/* The lines between head and sum; SV_NONE when it is not such a block, or damaged. */
static inline struct sv wire_lines(struct sv block, const char *head)
{
    char want[32];
    ptrdiff_t at = sv_find(block, SV("\nsum "));
    struct sv body = sv_cut(block, at < 0 ? 0 : (size_t)at + 1);
    snprintf(want, sizeof want, "sum %016llx\n", (unsigned long long)wire_sum(body));
    bool good = sv_starts(body, sv_of(head)) && sv_starts(sv_from(block, body.n), sv_of(want));
    return good ? sv_from(body, strlen(head)) : SV_NONE;
}

/* `given`, `ready` and `started`: which attempt. */
static inline void wire_name(struct buf *b, const char *head, int64_t attempt_id, int64_t epoch, const char *boot)
{
    buf_fmt(b, "%sattempt %lld\nepoch %lld\nboot %s\n", head, (long long)attempt_id, (long long)epoch, boot);
    wire_seal(b, WIRE_BLOCK);
}

struct wire_named {
    int64_t attempt_id, epoch;
    struct sv boot;
};

static inline bool wire_names(struct sv block, const char *head, struct wire_named *ret)
{
    struct sv rest = wire_lines(block, head), a, e, b;
    bool whole = rest.p && sv_next(&rest, '\n', &a) && sv_next(&rest, '\n', &e) && sv_next(&rest, '\n', &b) &&
                 sv_starts(a, SV("attempt ")) && sv_starts(e, SV("epoch ")) && sv_starts(b, SV("boot "));
    if (!whole || !sv_int(sv_from(a, 8), &ret->attempt_id) || !sv_int(sv_from(e, 6), &ret->epoch))
        return false;
    ret->boot = sv_from(b, 5);
    return true;
}
