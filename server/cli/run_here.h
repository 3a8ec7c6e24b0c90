/* SPDX-License-Identifier: Apache-2.0 */
/* `fettle run`: the server's engine, executor and store in a folder of their own that goes away after, without
 * listeners and forges. */
#pragma once
#include "base/vec.h"
#include "server/app.h"
#include "server/cli/cli.h"

struct conf_work_secret;
struct conf_var;

struct here_call { /* to a forge, to be answered */
    int64_t id;    /* of the effect, or of the delivery whose sender is asked about */
    enum { CALL_ASK, CALL_LIST, CALL_TELL, CALL_MEMBER } kind;
};

struct here {
    struct cli_call call;
    struct arena arena;
    /* as asked */
    const char *file, *kind, *event, *payload_file, *dir, *isolation;
    const char *conf_file;                     /* whose secrets, variables and environments it has; NULL = none */
    struct cli_values secrets_said, vars_said; /* NAME or NAME=FILE; NAME=VALUE */
    int64_t slots;
    bool dirty, quiet;
    /* run_values.c: what steps see of them */
    struct conf *lent; /* of conf_file */
    VEC(struct conf_work_secret) secrets;
    VEC(struct conf_var) vars;
    /* run_repo.c: the working copy */
    const char *root;         /* of the repository, absolute */
    const char *url;          /* what the mirror fetches: root, or the copy of what is not committed */
    const char *sha, *parent; /* HEAD and the commit before it; parent NULL = none */
    const char *branch, *message, *author, *email;
    bool changed; /* there is something that is not committed */
    /* run_event.c: the event */
    const char *name; /* of the event, as the forge says it */
    struct buf payload;
    const char *repo_id, *alias, *default_branch;
    /* run_conf.c: the folder */
    const char *temp;
    /* the run */
    struct app app;
    int64_t delivery;
    struct here_show *show;
    VEC(struct here_call) calls;
    struct timer *answers;
    int exit_code;
};

/* Each: an exit code, after saying what is wrong. */
MUST_USE int here_values(struct here *h);
MUST_USE int here_repo(struct here *h);  /* needs temp */
MUST_USE int here_event(struct here *h); /* needs here_repo */
MUST_USE int here_conf(struct here *h);  /* needs here_event; h->app.conf */
MUST_USE int here_temp(struct here *h);
void here_values_give(struct here *h); /* to h->app.conf, which lives no longer than h */
void here_values_free(struct here *h);
bool here_has_commit(struct here *h, const char *oid); /* NULL: no */
/* The file with its `on` made to listen to a push, for a run that no event is named for. False: it is no workflow. */
bool here_listens(struct sv source, struct arena *a, struct buf *out);

/* run_show.c: prints what is new; called again and again. True once all is over; h->exit_code is set then. */
bool here_show(struct here *h, struct reader *r);
void here_show_free(struct here *h);
