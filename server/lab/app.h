/* SPDX-License-Identifier: Apache-2.0 */
/* A GitHub App at the emulated GitHub: who may call what. The App's own tokens are checked with its public key and by
 * the lab's clock; the tokens it makes end, hold for the repositories and permissions they were narrowed to, and are
 * refused for a moment while they are fresh. Tokens are not in the ledger: a lab that is started again knows none. */
#pragma once
#include "server/lab/call.h"

struct lab_app_conf {
    const char *id, *key; /* key: file, public, PEM; NULL = there is no App */
    const char *granted;  /* "checks=write,contents=read"; NULL = all that fettle can use */
    msec_t skew;          /* the lab's clock shows so much more than ours */
    msec_t life, fresh;   /* of the tokens: how long they hold, and how long they are refused at first */
};

struct lab_apps;
MUST_USE int lab_apps_open(const struct lab_app_conf *conf, struct lab_apps **ret, struct err *e);
void lab_apps_free(struct lab_apps **a);

enum lab_entry {
    ENTRY_PLAIN, /* nothing of an App: as for any token */
    ENTRY_OPEN,  /* an App's token that may do this */
    ENTRY_SHUT   /* refused; answered */
};
/* The number of the installation that has the repository "owner/name"; 0: there is no App. */
int64_t lab_app_installation(struct lab_apps *apps, struct sv repo);
/* After call_parse. `apps` may be NULL. */
enum lab_entry lab_app_entry(struct lab_apps *apps, struct lab_call *c);
