/* SPDX-License-Identifier: Apache-2.0 */
/* The deny-list of system calls for steps, as the BPF program that bwrap loads. It takes kernel surface away that a
 * build does not need; the namespaces are the wall. x86_64 and aarch64; elsewhere there is no filter. Pure. */
#pragma once
#include <linux/filter.h>
#include "base/mem.h"

enum seccomp_kind {
    SECCOMP_UNTRUSTED,
    SECCOMP_TRUSTED, /* may ptrace within its own pid namespace: debuggers, strace, LeakSanitizer */
    SECCOMP_N
};
enum { SECCOMP_MAX = 256 };

/* Number of instructions written to ret, 0 = none for this machine. */
size_t seccomp_program(enum seccomp_kind kind, struct sock_filter ret[SECCOMP_MAX]);
