/* SPDX-License-Identifier: Apache-2.0 */
/* Fields out of a webhook's payload, each one checked for its type and its form. The first fault is kept and every
 * later field reads as absent, so that a decoder reads straight on and asks once, at its end. A path is dotted:
 * "pull_request.head.sha". JSON null counts as absent. Pure. */
#pragma once
#include "core/hook_event.h"
#include "fmt/json.h"

enum need { OPTIONAL, NEEDED }; /* NEEDED: absence is a fault ("pull_request.head.sha is missing") */

struct forge_read {
    const struct jval *root;
    struct arena *arena;   /* gets all text */
    struct hook_event *ev; /* filled; ev->forge is set by the caller */
    struct err *e;         /* all zero at the start; a class in it is the fault found first */
    const char *under;     /* where root is, for people; NULL = the whole body */
    bool (*is_repo_path)(struct sv path); /* one of the two below */
    bool loose_keys;       /* a key may be followed by blanks: bodies written by hand, as templates (GitLab) */
};

/* 0, or -1 when something was found wrong: what a decoder returns at its end. */
static inline int read_end(const struct forge_read *r)
{
    return r->e->cls != ERR_OK ? -1 : 0;
}
/* Keeps the first fault only. */
void read_fault(struct forge_read *r, const char *fmt, ...) PRINTF_LIKE(2, 3);

const struct jval *read_at(const struct forge_read *r, const char *path); /* NULL if absent or null */
static inline bool read_has(const struct forge_read *r, const char *path)
{
    return read_at(r, path) != NULL;
}

/* A wrong type is a fault. Text is copied into the arena; NULL if absent. */
const char *read_text(struct forge_read *r, const char *path, enum need need);
int64_t read_int(struct forge_read *r, const char *path, enum need need); /* 0 if absent */
enum tristate read_bool(struct forge_read *r, const char *path);          /* UNKNOWN if absent */
const char *read_json(struct forge_read *r, const char *path);            /* an object, as JSON; NULL if absent */
void read_object(struct forge_read *r, const char *path);                 /* it must be there and be an object */
void read_nothing(struct forge_read *r, const char *path);                /* it must not be there: not of this event */
bool read_array(struct forge_read *r, const char *path, size_t *ret_n);   /* false if absent */

/* The whole body as ev->identity: a digest of its JSON, however that is spaced. */
void read_identity(struct forge_read *r);

/* A reader of the object at `path` (one key), which must be there; it shares its faults with r. */
struct forge_read read_below(struct forge_read *r, const char *path);

/* The same with a form. */
const char *read_oid(struct forge_read *r, const char *path, enum need need);    /* 40 or 64 digits */
const char *read_word(struct forge_read *r, const char *path, enum need need);   /* 1 to 400 bytes, no controls */
const char *read_ref(struct forge_read *r, const char *path, enum need need);    /* a whole ref: refs/… */
const char *read_branch(struct forge_read *r, const char *path, enum need need); /* the short name of a branch or tag */
/* A short name, returned as a whole ref: folder is "refs/heads/" or "refs/tags/". */
const char *read_ref_in(struct forge_read *r, const char *folder, const char *path, enum need need);
const char *read_repo_path(struct forge_read *r, const char *path, enum need need);
/* The same with the forge's name in front: "github:acme/backend". */
const char *read_repo_id(struct forge_read *r, const char *path, enum need need);

/* The field `field` of each item of an array of objects. Absent is none. */
void read_labels(struct forge_read *r, const char *path, const char *field, const char ***ret, size_t *ret_n);

/* The rules of git check-ref-format for a whole ref below refs/; no branch or tag starts with '-'. */
bool ref_is_valid(struct sv ref);
/* "owner/name" of A-Z a-z 0-9 . _ - ; neither is "." or "..", the owner does not start with '-'. */
bool repo_path_is_plain(struct sv path);
/* Two or more segments in any language, none empty, "." or "..", none starting with '-', no control characters,
 * blanks or backslashes (GitLab's groups in groups). */
bool repo_path_is_nested(struct sv path);
