/* SPDX-License-Identifier: Apache-2.0 */
/* What all readers of files share: where they are, how they complain, and how a node becomes a value. A function that
 * returns false has added a problem. Text in results is copied into the arena by the YAML reader already. */
#pragma once
#include "base/vec.h"
#include "config/problem.h"
#include "config/scope.h"
#include "core/repo.h"

enum site_kind { SITE_TEXT, SITE_CONDITION }; /* a condition is an expression with or without ${{ }} */
/* A text with expressions, to be compiled when the whole file is known. */
struct expr_site {
    const struct ynode *node;
    enum scope scope;
    int job, step; /* index of the job and the step it belongs to; -1 = none */
    enum site_kind kind;
};

struct expr_sites {
    VEC(struct expr_site) v;
};

/* A job that "fix" names, to be found when all jobs are known. */
struct fix_name {
    const struct ynode *node;
    const char *job;
    struct fix_name *next;
};

struct call_output; /* config/workflow_set.h */
struct secret_use;

/* How far the text of a node was followed through the source. */
struct text_place {
    const struct ynode *node;
    struct sv source; /* of the node */
    size_t at, i;     /* the same place in the text and in the source */
    struct ymark mark;
};

enum reading_kind { READ_SERVER, READ_REPOSITORIES, READ_WORKFLOW };

struct reading {
    enum reading_kind kind; /* READ_WORKFLOW: `${{` in any text is refused */
    const char *file;       /* what messages call it */
    const char *dir;        /* absolute: relative paths start here; NULL for workflows out of repositories */
    struct sv source;
    struct places *places; /* of the source; made when it is first asked */
    struct arena *arena;
    struct problems *problems;
    size_t first;                       /* index of this file's first problem */
    const struct repo_set *repos;       /* NULL = aliases are not checked */
    const char *key;                    /* the key being read, in quotes, for messages */
    enum scope scope;                   /* of the row being read */
    int job, step;                      /* being read: index, or -1 */
    struct expr_sites *sites;           /* workflow files: where expressions stand */
    const struct call_output **outputs; /* workflow files: what is read of called workflows, by the job that calls */
    const struct secret_use **secrets;  /* workflow files: which secrets are read */
    struct fix_name *fixes;             /* workflow files */
    size_t pattern_work;                /* steps spent on matching patterns with each other */
    struct text_place place;            /* where find_in_text was last */
    size_t misspelt;                    /* keys of the last map read that were refused, and whose meaning is known */
};

/* Absolute, also for a file that is not there. */
char *path_absolute(struct arena *a, const char *file);
/* Reads a file into *text, and sets source and dir; false after adding a problem. r->file and r->arena are set. */
bool reading_open(struct reading *r, const char *path, struct buf *text);
/* Parses the source. *ret is NULL for an empty file; false after adding the syntax error. */
bool reading_parse(struct reading *r, const struct ynode **ret);
/* An error at a node; NULL = the file as a whole. */
void say(struct reading *r, const struct ynode *at, const char *code, const char *fmt, ...) PRINTF_LIKE(4, 5);
void say_warning(struct reading *r, const struct ynode *at, const char *code, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* The same at a place inside of a node, of n characters. */
void say_at(struct reading *r, struct ymark at, int n, const char *code, const char *fmt, ...) PRINTF_LIKE(5, 6);
void say_warning_at(struct reading *r, struct ymark at, int n, const char *code, const char *fmt, ...)
    PRINTF_LIKE(5, 6);
/* An error whose source line must not be shown, because it holds a secret. */
void say_hidden(struct reading *r, const struct ynode *at, const char *code, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* True when the list of problems is full: the error is counted, and nobody needs its text. */
bool only_counted(struct reading *r);
const char *quoted(struct arena *a, struct sv s); /* "s" */
/* "a, b, c" of a list of words. */
const char *words_text(struct reading *r, const char *const *words);
/* ` (did you mean "x"?)` or "". */
const char *did_you_mean(struct reading *r, struct sv word, const char *const *names, size_t n);

/* `what` names the thing in the message: "\"jobs\"", "a step". */
bool want_map(struct reading *r, const struct ynode *n, const char *what);
bool want_seq(struct reading *r, const struct ynode *n, const char *what);
/* Any scalar but null; no NUL byte; no expression in workflow files, where a number or a truth value is the text of its
 * value. Keys of maps as well. */
bool node_text(struct reading *r, const struct ynode *n, const char *what, struct sv *ret);
/* The same on one line without control characters, 1 to 255 bytes. */
bool node_name(struct reading *r, const struct ynode *n, const char *what, const char **ret);
/* Notes a text with expressions at the job and step being read. */
void site_add(struct reading *r, const struct ynode *n, enum scope scope, enum site_kind kind);
/* node_text with ${{ }} in it, to be compiled with this scope when the file is read. */
bool expr_text(struct reading *r, const struct ynode *n, const char *what, enum scope scope, struct sv *ret);
/* The same on one line of at most 4096 bytes. */
bool expr_line(struct reading *r, const struct ynode *n, const char *what, enum scope scope, const char **ret);
/* Made absolute from r->dir. */
bool node_path(struct reading *r, const struct ynode *n, const char *what, const char **ret);
/* A list of names, or one name alone; no empty list, no name twice. ret_nodes (may be NULL) has the nodes. */
struct names {
    const char **at;
    const struct ynode **nodes;
    size_t n;
};
bool node_names(struct reading *r, const struct ynode *n, const char *what, struct names *ret);
bool expr_names(struct reading *r, const struct ynode *n, const char *what, enum scope scope, struct names *ret);
/* Bytes: "512", "26MiB", "1GiB", "512KiB". */
bool size_parse(struct sv text, int64_t *ret);
struct places *places_of(struct reading *r);
/* Where `part` stands in the source text of a node; false if it does not stand there as it is (escapes). */
bool find_in_node(struct reading *r, const struct ynode *n, const char *part, struct ymark *ret);
/* Where the byte `at` of the text of a node stands in the source; false if it cannot be told. `from` is a
 * place not behind it, say where its expression begins: where these come in the order of the text, what is in front of
 * them is walked through once for all questions. */
bool find_in_text(struct reading *r, const struct ynode *n, size_t from, size_t at, struct ymark *ret);
/* Letters, digits and the others given; the first one is no '-' and no '.'. */
bool is_word(struct sv s, const char *others);
