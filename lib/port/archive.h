/* SPDX-License-Identifier: Apache-2.0 */
/* What the actions cache, upload-artifact and download-artifact ask for: files of a job go into an archive of the
 * server, or come out of one. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum archive_kind { ARCHIVE_RESTORE, ARCHIVE_SAVE, ARCHIVE_UPLOAD, ARCHIVE_DOWNLOAD };
enum archive_none { NONE_WARN, NONE_ERROR, NONE_IGNORE }; /* no file is meant */

enum {
    ARCHIVE_KEY_MAX = 512,    /* bytes of a cache's key, as at GitHub */
    ARCHIVE_RESTORE_KEYS = 10,
    ARCHIVE_NAME_MAX = 200,   /* bytes of an artifact's name */
    ARCHIVE_RETENTION_DAYS = 90
};

struct archive_want {
    enum archive_kind kind;
    const char *path; /* RESTORE, SAVE, UPLOAD: patterns, one a line; DOWNLOAD: a folder, "" = the workspace */
    /* RESTORE, SAVE */
    const char *key;          /* without a comma, at most ARCHIVE_KEY_MAX */
    const char *restore_keys; /* lines; NULL = none */
    bool must_hit, look_only;
    /* UPLOAD, DOWNLOAD */
    const char *name;    /* DOWNLOAD: NULL = all that `pattern` means */
    const char *pattern; /* * ? [a-z]; NULL = all */
    bool merge, overwrite, hidden;
    enum archive_none if_none;
    int64_t retention_days, level; /* level: 0 (none) to 9 */
    int64_t maker; /* the step, set by the engine: one that is done again replaces what it has made */
};

/* A name that can be a folder everywhere: what GitHub refuses is refused. */
bool artifact_name_ok(const char *name);

/* Where caches of a job are looked for and saved. A cache is never read by those whom its scope does not name, so that
 * what an untrusted change has saved never comes to a trusted run, or to another change. */
struct archive_scopes {
    const char *repo;         /* caches of other repositories are not seen */
    const char *own;          /* what it saves belongs to this */
    const char *const *reads; /* in this order; own is the first; NULL at the end */
    const char *version;      /* further things that have to be equal: the job's repository */
};
