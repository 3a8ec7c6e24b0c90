/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the git program: no shell, no fork, an environment made for it, an own process group that is killed as a
 * whole at the deadline. Blocks; any thread. */
#pragma once
#include "base/arena.h"
#include "base/clk.h"
#include "base/err.h"

enum git_world {
    GIT_ALONE,  /* an environment made from nothing: what git does for the server */
    GIT_AS_USER /* the person's own settings, variables and credentials, without those of a repository or a hook */
};

struct git_command {
    enum git_world world;
    const char *const *argv;   /* behind "git", NULL at the end */
    const char *dir;           /* -C of git, or NULL */
    const char *git_dir;       /* --git-dir, or NULL */
    const char *work_tree;     /* --work-tree, or NULL */
    const char *const *env;    /* further variables, "NAME=value", NULL at the end; they go before ours. NULL = none */
    const char *input;         /* path of a file that git reads as its input; NULL = nothing */
    const char *scheme;        /* the one protocol git may speak: "https", "http", "ssh", "file"; NULL = none */
    const char *http_header;   /* a whole header with credentials, or NULL: handed over in the environment */
    int lock_fd;               /* kept open in git and its children, so that a lock outlives us; -1 = none */
    msec_t ms;
    size_t max_out;            /* more output than this is ERR_INVALID */
};

struct git_output {
    struct buf out;
    struct buf errors; /* at most the last 16 KiB, of text for people */
    int status;        /* exit code, or 128 + signal */
};

/* 0: git ran to its end, look at ret->status. -1: it could not be started, ERR_TRANSIENT at the deadline. */
MUST_USE int git_run(const struct git_command *c, struct git_output *ret, struct err *e);
void git_output_free(struct git_output *o);
/* git_run and status 0, else an error with the class and words of what git said. */
MUST_USE int git_run_ok(const struct git_command *c, struct git_output *ret, struct err *e);
/* Fills e from what git said on stderr; returns -1. */
int git_said(const struct git_output *o, struct err *e);

/* The environment of `c`, allocated in `a`, NULL at the end. */
char **git_env(const struct git_command *c, struct arena *a);
