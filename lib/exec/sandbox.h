/* SPDX-License-Identifier: Apache-2.0 */
/* How a step is shut in, by bubblewrap (bwrap). A step sees: the system read-only, its job's workspace and home
 * writable at their real paths, a /tmp of the job, a fresh /dev, /proc, /run; own pid, ipc, uts, mount and cgroup
 * namespaces, and an empty network namespace unless the step has the network. It does not see the state directory,
 * `hide`, the home of the server's user, or any socket below /run and /tmp.
 *
 * Who it is: a server run by an ordinary user shares that user with its steps, in a user namespace. A server run by
 * root uses no user namespace (inside one a file of root would stay readable): bwrap keeps CAP_SETUID and CAP_SETGID
 * just long enough for `fettle-shim drop` to become STEP_UID, and the workspace is given to that user before. */
#pragma once
#include "base/vec.h"
#include "exec/seccomp.h"
#include "port/exec.h"

enum { STEP_UID = 65534, STEP_MAX_PROCS = 1024, USER_MAX_PROCS = 4096 };

struct sandbox {
    const char *state_dir, *shim;   /* absolute, borrowed */
    const char *const *hide;        /* borrowed */
    const char *bwrap;              /* NULL = not installed */
    char *resolv, *home;            /* to show, to hide; NULL = nothing */
    char *cgroup;                   /* folder for leaves; NULL = none can be made */
    bool root, counts_procs;        /* the cgroup limits processes */
    int filter_fd[SECCOMP_N];       /* memfds */
};

struct sandbox_paths { /* of one attempt, absolute */
    const char *script, *event, *failed; /* in the folder `in`; event, failed NULL = none */
    const char *in, *work, *home, *tmp, *cwd;
};

struct argv {
    VEC(const char *) v;
};

MUST_USE int sandbox_init(struct sandbox *s, const char *state_dir, const struct exec_conf *c, struct err *e);
void sandbox_free(struct sandbox *s);
/* Looks for bwrap again when it was not there: it may be installed while we run. */
bool sandbox_ready(struct sandbox *s);
/* Appends bwrap and its options, ending before the command. Strings live in `a` or as long as s and p. */
void sandbox_argv(const struct sandbox *s, const struct exec_spec *spec, const struct sandbox_paths *p,
                  struct arena *a, struct argv *ret);
/* A descriptor of its own (own offset) of the filter for this step; caller closes. -1 = no filter on this machine. */
int sandbox_filter(const struct sandbox *s, const struct exec_spec *spec);
int64_t sandbox_max_procs(const struct sandbox *s);
/* The folder in which leaves can be made, from /proc/self/cgroup; NULL when none. Caller frees. */
char *sandbox_find_cgroup(bool *ret_counts_procs);
