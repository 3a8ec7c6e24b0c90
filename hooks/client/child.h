/* SPDX-License-Identifier: Apache-2.0 */
/* The programs that fettle-hook starts: each in a process group of its own, which is killed as a whole; with none of
 * our descriptors but those meant for it. git waits for everybody who holds a hook's stderr, so no child gets it. One
 * thread; at most CHILD_MOST at once. */
#pragma once
#include <sys/types.h>
#include "base/clk.h"
#include "base/err.h"
#include "base/str.h"

enum { CHILD_MOST = 4, CHILD_ERRORS_MOST = 4096 };

enum child_kind {
    CHILD_LIST,   /* git with an empty input, of which only the output counts */
    CHILD_FILTER, /* git with input, output and errors */
    CHILD_RELAY   /* not git, and it sees no GIT_*: one socket for input and output; errors */
};

struct child {
    pid_t pid;        /* 0 = none was started, or it was waited for */
    int in, out, err; /* our ends, which never wait; -1 = there is none, or it is closed. Of a relay out is both */
    int status;       /* as of waitpid(2), once pid is 0 */
    struct buf input; /* what child_feed writes */
    size_t fed;
    struct buf errors; /* what it said on stderr, CHILD_ERRORS_MOST bytes at most */
};
extern const struct child child_none;

/* argv[0] is looked for in PATH unless it has a slash. -1: it cannot be started. */
MUST_USE int child_start(enum child_kind kind, const char *const *argv, struct child *ret, struct err *e);
/* Writes of `input` what is taken without waiting, and closes `in` behind the last byte. */
void child_feed(struct child *c);
/* Reads what is there. 1 = appended something, 0 = nothing for now, -1 = the end: `out` is closed. */
MUST_USE int child_read(struct child *c, struct buf *out);
void child_read_errors(struct child *c);
/* The last line of what it said, borrowed; "" = none. */
struct sv child_last_words(const struct child *c);
/* True if it has ended. Never waits. */
bool child_has_ended(struct child *c);
/* Closes, kills what still runs, and waits for it until then (clk_mono_ms) at most. */
void child_close(struct child *c, msec_t until);
/* From here on a signal that ends us kills the children first; SIGPIPE is ignored. */
void child_guard(void);
