/* SPDX-License-Identifier: Apache-2.0 */
/* Every setting there is, what it is, and where that comes from: walked out of the tables of keys (field.h) along the
 * tree of the file, so a key is here as soon as it has its row. Secrets are told by the place that they are in, never
 * by their value. */
#pragma once
#include "config/conf.h"

enum setting_from {
    SETTING_FILE,        /* the server file says so, at `line` */
    SETTING_DEFAULT,     /* nobody says anything */
    SETTING_MACHINE,     /* nobody says anything, and it follows from this machine */
    SETTING_ENVIRONMENT, /* the file names a variable of the environment */
    SETTING_FROM_N
};
extern const char *const setting_from_name[]; /* "file" … */
enum setting_secret {
    SETTING_OPEN,     /* no secret */
    SETTING_READABLE, /* the value is the place of one that can be read now */
    SETTING_UNREADABLE,
    SETTING_VEILED /* there is a value, and it is not told */
};

struct conf_setting {  /* borrowed for the call */
    const char *path;  /* "limits.body", "listen[0].https", "forges.github.token" */
    const char *value; /* as it is written; NULL = none */
    const char *doc;   /* of its row */
    const char *key;   /* of its row */
    enum setting_from from;
    int line; /* of the file; 0 = none */
    enum setting_secret secret;
    bool restart; /* a change of it counts from the next start on */
};
typedef void setting_fn(void *ctx, const struct conf_setting *s);
/* In the order of the tables. Any thread: it looks at the files of secrets, and changes nothing. */
void settings_each(const struct conf *c, setting_fn *fn, void *ctx);
/* The paths whose value differs and counts only from the next start on, with ", " between; nothing when all is in
 * force that can be. `born` is what the server was started with. */
void settings_pending(const struct conf *born, const struct conf *now, struct buf *ret);
