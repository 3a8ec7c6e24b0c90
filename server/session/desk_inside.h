/* SPDX-License-Identifier: Apache-2.0 */
/* The desk from the inside. */
#pragma once
#include "base/map.h"
#include "port/store.h"
#include "server/session/desk.h"
#include "server/session/once.h"

#define SESSION_SETTING "signed-in" /* when somebody did for the first time */

struct session_desk {
    struct app *app;
    struct conf *born;      /* listeners and state do not change with a new one */
    struct mailbox *stored; /* change-sets that are on disk */
    struct watch *watch;
    struct map waiting; /* seq of a change-set -> the letter that is answered with it */
    struct map seen;    /* session -> when it was written that it was seen */
    struct buckets *buckets;
    struct onces onces;
    struct timer *sweep, *setup_end;
    struct id_gen ids;
    int64_t seq;
    bool signed_in; /* somebody has, at any time */
};

/* The letter, which may be NULL, is answered when it is on disk; takes both. */
void session_commit(struct session_desk *d, struct change_set *cs, struct app_letter *l);
void session_answer(struct app_letter *l);
void session_journal(struct change_set *cs, const char *what, int64_t session, const char *cause);

/* sign_in.c */
void session_sign_in(struct session_desk *d, struct app_letter *l);

/* setup.c: the file with a token, while nobody ever signed in */
void session_setup(struct session_desk *d);
void session_setup_over(void *desk); /* the token is used, or not needed, or its time is over: the file goes */
