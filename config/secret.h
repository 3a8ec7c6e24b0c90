/* SPDX-License-Identifier: Apache-2.0 */
/* {file: PATH} | {env: NAME} | {credential: NAME}: where a secret comes from. Its value is read at once, so that a
 * configuration that was accepted works. */
#pragma once
#include "config/conf.h"
#include "config/reading.h"

/* Names of secrets, and of variables. */
#define WORK_NAME_PATTERN "^(?![Gg][Ii][Tt][Hh][Uu][Bb]_|[Ff][Ee][Tt][Tt][Ll][Ee]_)[A-Za-z_][A-Za-z0-9_]{0,99}$"

enum secret_lines {
    LINES_NONE, /* a token ends up in an HTTP header */
    LINES_MANY  /* a key of a workflow in a file */
};
enum { SECRET_MAX = 8192, VAR_MAX = 48 << 10 }; /* bytes */
/* Why not, as the end of a sentence; NULL = nothing is wrong. */
const char *secret_fault(struct sv value, enum secret_lines lines);
const char *work_name_fault(struct sv name); /* of a secret, of a variable */

extern const struct object secret_object, work_secret_object; /* {file: …} alone, and with who may see it */

/* False after adding a problem. `what` names it: "\"token\"". */
bool secret_read(struct reading *r, const struct ynode *n, const char *what, struct conf_secret *ret);
/* The same; its value may have several lines: a key. */
bool secret_lines_read(struct reading *r, const struct ynode *n, const char *what, struct conf_secret *ret);
/* One that the file at `n` does not name: a file beside. False after adding a problem; 0 problems, and *ret as it was:
 * there is no such file. */
bool secret_beside_read(struct reading *r, const struct ynode *n, const char *path, struct conf_secret *ret);
/* One of `secrets:`: the same, with `repos` and `environments` beside it; its value may have several lines. */
bool work_secret_read(struct reading *r, const struct ynode *n, const char *what, struct conf_work_secret *ret);
