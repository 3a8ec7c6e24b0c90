/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated forge: GitHub below /github, GitLab below /gitlab, Gitea below /gitea of one address, with their REST
 * APIs as far as fettle uses them. Every repository exists, every token is right unless one is required, and nothing is
 * kept but what was posted. Below /_lab: POST, GET, DELETE faults; GET ledger?forge=&path=; GET state; GET, POST
 * limits; GET, POST clock; GET idle, which answers when no delivery is under way; POST of the words of act.h. */
#pragma once
#include "base/err.h"
#include "server/lab/app.h"
#include "server/lab/fault.h"
#include "server/lab/ledger.h"
#include "server/lab/send.h"

struct lab_conf {
    const char *listen;     /* "127.0.0.1:0" */
    const char *cert, *key; /* both: https */
    const char *unix_path;  /* NULL: none */
    const char *ledger;     /* file; NULL: in memory */
    const char *token;      /* NULL: any will do, but one must be there */
    struct lab_app_conf app; /* of the emulated GitHub */
    const char *token_ends;  /* day, "2026-12-31", of every token that was not given out here; NULL: never */
    const char *hook_ca;    /* PEM: who signs for the receivers of webhooks, besides the system's; NULL */
    const char *limits;     /* words of limits_set; NULL: off */
    int64_t seed;           /* of ids, chances and limits */
    msec_t clock;           /* where a clock begins that moves only when it is told to; 0: the real one */
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
    struct limits limits;
    struct sender *sender;
    struct map under_way; /* a token → how many requests of it are not answered yet, as a pointer to int64_t */
    VEC(struct http_req *) waiting; /* for idle */
    msec_t virtual_now;             /* 0: the clock is real */
};

struct http_req;
msec_t lab_now(const struct lab *l);
/* serve.c */
struct http_handler lab_handler(struct lab *l);
void lab_idle(struct lab *l); /* control.c: answers who waits for that, if it is so */
/* control.c: answers a request below /_lab/. */
void lab_control(struct lab *l, struct http_req *r, struct sv body);
