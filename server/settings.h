/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration as it is in force, for the API and the command line. */
#pragma once
#include "config/settings.h"
#include "fmt/json.h"

/* Which of them. */
struct settings_want {
    const char *under; /* this one and those below it; NULL = all */
    bool said;         /* only what the file says */
};
bool settings_wanted(const struct settings_want *w, const struct conf_setting *s);

/* Members of an open object: `settings`, where each comes from; `files`, and whether they were touched since. `born` is
 * what the server was started with: what differs from it and counts only from the next start on is `pending`. NULL =
 * there is no server. Number of settings. */
size_t settings_put(const struct conf *c, const struct conf *born, const struct settings_want *w, struct jout *j);

/* How the newest try to load the configuration went, whether it is in force or not. Any thread. */
void settings_loaded(const struct problems *p, bool in_force, msec_t at);
/* As an object: {at, in_force, problems: […]}; null before the first. */
void settings_put_load(struct jout *j);
