/* SPDX-License-Identifier: Apache-2.0 */
/* JSON behind a facade: a strict validator (ours) runs before json-c builds a tree, and a writer.
 * Rules of the validator, RFC 8259 made strict: well-formed UTF-8, no BOM, no NUL (also not as \u0000), no lone
 * surrogates, no control characters in strings, no duplicate keys (after unescaping), integers within int64, numbers
 * finite, nothing after the end; depth and node limits. It is iterative: stack use does not grow with the input. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Defaults, and what the limits given can be raised to. */
enum {
    JSON_BYTES = 80 << 20,
    JSON_BYTES_MOST = 1 << 30,
    JSON_DEPTH = 64,
    JSON_DEPTH_MOST = 1000,
    JSON_NODES = 2000000
};
struct json_limits {
    size_t bytes, depth, nodes; /* 0 = the default */
};

/* 0, or -1 with ERR_INVALID; e->msg says what and at which byte ("duplicate key "a" at byte 17"), e->code = the byte,
 * counted from 0. Time is linear in the text (keys of one object are compared through a keyed hash). */
MUST_USE int json_validate(struct sv text, const struct json_limits *limits, struct err *e);

/* A parsed document. Not shared between threads at the same time (json-c's counts are not atomic). */
struct jdoc;
struct jval; /* a node, borrowed from its document; NULL is accepted everywhere and means absent */

enum jkind { J_ABSENT, J_NULL, J_BOOL, J_INT, J_REAL, J_STRING, J_ARRAY, J_OBJECT };

MUST_USE int jdoc_parse(struct sv text, const struct json_limits *limits, struct jdoc **ret, struct err *e);
void jdoc_free(struct jdoc **d);
const struct jval *jdoc_root(const struct jdoc *d);

enum jkind jval_kind(const struct jval *v);
const struct jval *jval_get(const struct jval *v, const char *key); /* NULL if v is no object or has no such key */
/* Walks keys: jval_at(v, "pull_request", "head", "sha"). */
#define jval_at(v, ...) jval_path((v), (const char *const[]){__VA_ARGS__, NULL})
const struct jval *jval_path(const struct jval *v, const char *const *keys);
struct sv jval_str(const struct jval *v);            /* SV_NONE unless a string */
bool jval_int(const struct jval *v, int64_t *ret);   /* false unless an integer */
bool jval_true(const struct jval *v);                /* true only for the literal true */
int jval_bool(const struct jval *v);                 /* 1, 0, or -1 unless true or false */
double jval_real(const struct jval *v);              /* 0 unless a number */
size_t jval_len(const struct jval *v);               /* items of an array, members of an object, else 0 */
const struct jval *jval_item(const struct jval *v, size_t i);
/* Members in the order of the text. *at starts at 0. */
bool jval_each(const struct jval *v, size_t *at, struct sv *ret_key, const struct jval **ret_value);

/* Writer: commas and escapes are its business; the text is always valid UTF-8 JSON: bad bytes, and NUL,
 * become U+FFFD, so that the validator above accepts whatever was written (two equal keys are the caller's fault).
 *     struct jout j = {.buf = &b};  jout_open(&j, '{'); jout_key(&j, "id"); jout_int(&j, 7); jout_close(&j, '}');  */
struct jout {
    struct buf *buf; /* borrowed */
    bool comma;
};
void jout_open(struct jout *j, char bracket);  /* '{' or '[' */
void jout_close(struct jout *j, char bracket); /* '}' or ']' */
void jout_key(struct jout *j, const char *key);
void jout_keyv(struct jout *j, struct sv key);
void jout_str(struct jout *j, struct sv s);    /* absent is written as null */
void jout_strz(struct jout *j, const char *z); /* NULL is written as null */
void jout_int(struct jout *j, int64_t v);
void jout_real(struct jout *j, double v); /* not finite: null */
void jout_bool(struct jout *j, bool v);
void jout_null(struct jout *j);
void jout_raw(struct jout *j, struct sv json); /* already JSON */
void jout_val(struct jout *j, const struct jval *v); /* a parsed node, again as JSON */
/* key and value at once */
void jout_kstr(struct jout *j, const char *key, struct sv s);
void jout_kstrz(struct jout *j, const char *key, const char *z);
void jout_kint(struct jout *j, const char *key, int64_t v);
void jout_kbool(struct jout *j, const char *key, bool v);
void jout_kid(struct jout *j, const char *key, int64_t id); /* our ids: a string of base/id.h; 0 is null */
void jout_strs(struct jout *j, const char *const *at, size_t n); /* an array of texts */
