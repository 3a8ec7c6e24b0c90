/* SPDX-License-Identifier: Apache-2.0 */
/* The texts that stand in git's hooks for us: a small script that hands over to fettle-hook and runs what was there
 * before, and a block of lines for the files of tools that have a place of their own. Every text carries a line with
 * its version and a checksum of the rest, by which it is known again. Pure; any thread. Rules of hooks: githooks(5). */
#pragma once
#include "base/arena.h"

enum { SCRIPT_VERSION = 1 };

enum script_form {
    SCRIPT_ALONE, /* nothing was there */
    SCRIPT_CHAIN, /* what was there is kept beside it under KEPT_SUFFIX and runs first */
    SCRIPT_ALL,   /* for all repositories (core.hooksPath of a person): the repository's own hook runs first */
    SCRIPT_PASS,  /* the same for a hook that is not ours: only the repository's own runs */
    SCRIPT_LINES  /* lines within the file of another tool (husky), which see its input and give it back */
};
#define KEPT_SUFFIX ".before-fettle"

enum script_offline { OFFLINE_ALLOW, OFFLINE_DENY };

/* All text is borrowed; it may hold any byte but NUL. */
struct script {
    const char *hook;            /* "pre-push" */
    const char *program;         /* absolute path of fettle-hook */
    const char *server;          /* "unix:/path" or "https://host:port" */
    const char *token_file, *ca; /* NULL = none */
    enum script_offline offline;
    int64_t deadline_ms; /* 0 = the client's own */
    enum script_form form;
    bool kept_is_pre_commit; /* SCRIPT_CHAIN: the kept hook cannot run within pre-commit itself */
    const char *remarks;     /* words that the marker line carries along, for whoever takes it out again; NULL = none */
};
/* The whole file, or with SCRIPT_LINES the lines; appended. */
void script_put(const struct script *s, struct buf *out);
/* The words of the call for a shell, without the hook's own arguments: what hook.<name>.command takes; appended. */
void script_call(const struct script *s, struct buf *out);

/* One word for a shell, whatever is in it; appended. */
void script_word(const char *text, struct buf *out);

struct script_mark { /* what a text of ours says of itself */
    int version;
    enum script_form form;
    bool whole;        /* the checksum agrees: nobody edited it */
    struct sv remarks; /* of the text given */
    size_t begin, end; /* bytes of the text that are ours; with SCRIPT_LINES a part, else all of it */
};
/* The options of the call in a text of ours, in the arena; the rest of *ret stays. False: there are none. */
bool script_options(struct sv text, struct arena *a, struct script *ret);
/* False: nothing of ours is in it. */
bool script_find(struct sv text, struct script_mark *ret);

/* 16 hexadecimal digits and a NUL: against editing by accident, not against malice. */
struct script_sum {
    char text[17];
};
struct script_sum script_sum_of(struct sv text);
