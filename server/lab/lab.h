/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated forge: GitHub below /github, GitLab below /gitlab, Gitea below /gitea of one address, with their REST
 * APIs as far as fettle uses them. Every repository exists, every token is right unless one is required, and nothing is
 * kept but what was posted. Below /_lab: POST, GET, DELETE faults; GET ledger?forge=&path=; GET state. */
#pragma once
#include "base/err.h"
#include "server/lab/fault.h"
#include "server/lab/ledger.h"

struct lab_conf {
    const char *listen;      /* "127.0.0.1:0" */
    const char *cert, *key;  /* both: https */
    const char *unix_path;   /* NULL: none */
    const char *ledger;      /* file; NULL: in memory */
    const char *token;       /* NULL: any will do, but one must be there */
};

/* Serves until SIGTERM or SIGINT. Says "listening http://127.0.0.1:PORT" on stdout, a line a listener. */
MUST_USE int lab_serve(const struct lab_conf *conf, struct err *e);

struct lab {
    const struct lab_conf *conf;
    struct loop *loop;
    struct http_server *server;
    struct lab_world world;
    struct ledger *ledger;
    struct faults faults;
};

struct http_req;
/* control.c: answers a request below /_lab/. */
void lab_control(struct lab *l, struct http_req *r, struct sv body);
