/* SPDX-License-Identifier: Apache-2.0 */
/* The running server: what it is made of and which thread owns what.
 *   engine thread (main)  loop, host (engine), executor, client, timers, signals
 *   store thread          the only writing connection
 *   intake threads        one loop and HTTP server each
 *   pool threads          decoding, git
 * They share nothing but the configuration (immutable, counted) and talk through mailboxes. */
#pragma once
#include "config/conf.h"
#include "engine/engine.h"
#include "http/kept.h"
#include "io/loop.h"
#include "io/pool.h"

struct audit;
struct credentials;
struct health;
struct hook_desk;
struct host;
struct intake;
struct otlp;
struct sampler;
struct session_desk;
struct vitals;

struct app {
    struct conf *conf; /* engine thread's reference */
    struct conf *born; /* as it was started; any thread */
    struct loop *loop;
    struct store *store;
    struct gits *gits;
    struct pool *pool;                   /* git */
    struct pool *decoder;                /* one thread, that gives way to those who accept */
    struct reader *_Atomic spare_reader; /* of the decoder */
    _Atomic int storing;                 /* deliveries that the store has now */
    _Atomic msec_t stored_at;            /* the last one, monotonic */
    _Atomic msec_t ahead;                /* the time of the engine (host_now) before the monotonic one */
    struct executor *executor;
    struct log_rules *rules; /* for the classes of failures; see exit_class.h */
    struct vitals *vitals;   /* NULL: nobody looks (fettle run) */
    struct health *health;   /* likewise */
    struct sampler *sampler; /* likewise */
    struct otlp *otlp;       /* likewise */
    struct http_client *client;
    struct credentials *credentials;
    struct token_expiry *expiry; /* NULL: nothing is called (fettle run) */
    struct http_kept *kept;      /* calls of it, with answers that are kept */
    struct host *host;
    struct hook_desk *desk; /* calls of local hooks; NULL: there are none (fettle run) */
    struct audit *audit;
    struct session_desk *sessions; /* NULL: nobody signs in (fettle run) */
    struct intake **intakes;
    size_t n_intakes;
    _Atomic int viewers; /* of live events, in all of them */
    int *ports;          /* of each listener, as they were bound; engine thread */
    size_t n_ports;
    struct mailbox *inbox; /* letters to the engine thread: struct app_letter */
    struct watch *watches[8];
    size_t n_watches;
    struct timer *files_timer, *drain_timer;
    char *conf_file, *db_path;
    int draining;     /* intakes that have not drained yet */
    int64_t ready_at; /* wall clock, ms */
    int exit_code;
    /* for `fettle run`, where one file alone starts and there are no forges to call */
    bool central_only;                                         /* workflow files of repositories are only called */
    void (*on_call)(struct app *a, struct engine_action *act); /* ACT_CALL, ACT_ASK; takes the request */
};

/* Letters to the engine thread. */
enum app_letter_kind {
    LETTER_DELIVERY,
    LETTER_REPLAY,
    LETTER_CANCEL,
    LETTER_APPROVE,
    LETTER_REJECT,
    LETTER_RERUN,
    LETTER_QUEUE,
    LETTER_HOOKS,
    LETTER_WHY,
    LETTER_PAUSE,
    LETTER_RESUME,
    LETTER_BUMP,
    LETTER_PRIORITY,
    LETTER_REDRIVE,
    LETTER_EXPLAIN,
    LETTER_RELOAD,
    LETTER_DISPATCH,
    LETTER_SIGN_IN, /* these five, and what they carry: server/session/desk.h */
    LETTER_SIGN_OUT,
    LETTER_SESSION_END,
    LETTER_SESSION_SEEN,
    LETTER_ONE_TIME,
    LETTER_DRAINED
};
struct app_letter {
    struct letter letter;
    enum app_letter_kind kind;
    int64_t id;               /* REPLAY, EXPLAIN: delivery; CANCEL, APPROVE, REJECT, RERUN, WHY, BUMP, PRIORITY: run;
                               * REDRIVE: effect; QUEUE: most. Text of APPROVE and REJECT is sha\nlogin, of RERUN
                               * what\0job\0step\0login, of PRIORITY its name */
    struct delivery_put *put; /* DELIVERY: given */
    const char *event;        /* DISPATCH: a literal; text is the body, guid makes it happen once */
    char guid[64];            /* SIGN_IN: the address it came from */
    char trace[56];           /* DISPATCH, and of the new run RERUN: as of trace_keep; "" = none */
    bool look;  /* DISPATCH: of a repository's workflow, whose file has to be read first; SIGN_IN: from this machine */
    int status; /* DISPATCH, SIGN_IN refused: of the answer; 0 = it could not be stored */
    /* CANCEL, APPROVE, REJECT, RERUN (then id is the new run), RELOAD, DISPATCH (then id is the delivery): the answer
     * is posted back here when `reply` is set */
    struct mailbox *reply;
    void *owner;
    char by[80]; /* who wants it, for the journal; "" = nobody is to be named */
    bool ok;
    int64_t ends; /* SIGN_IN, ONE_TIME: when what was made is over */
    struct buf text;
};

void app_letter_free(struct app_letter *l);

/* Runs the server until it is told to stop. Exit code of the program. */
int app_serve(const char *conf_file);
/* All but the listeners; a->conf is set, the loop does not run yet. app_close also after a failure. */
MUST_USE int app_open(struct app *a, struct err *e);
void app_close(struct app *a);
/* reload.c. Sets a->conf; problems are told to stderr. -1: it has errors. */
MUST_USE int app_load(struct app *a);
/* Builds the new configuration and swaps it, or changes nothing; problems are appended to *ret_text. Engine thread. */
bool app_reload(struct app *a, struct buf *ret_text);

/* audit.c: who asked the server for what, in the journal: kind "api", to = what, cause = who. It is on disk no later
 * than what was asked for, for the store keeps the order. Engine thread. */
struct audit *audit_new(struct app *a);
void audit_free(struct audit **t);                              /* the store is closed: all of it has come back */
void audit_letter(struct audit *t, const struct app_letter *l); /* one that carries l->by; others are nobody's wish */

/* session/desk.c: who signs in. Engine thread. */
struct session_desk *session_desk_new(struct app *a); /* the host has booted */
void session_desk_free(struct session_desk **d);      /* the store is closed */
/* Takes one of LETTER_SIGN_IN to LETTER_ONE_TIME, and posts it back when it is decided and on disk. */
void session_desk_letter(struct session_desk *d, struct app_letter *l);
void session_desk_conf(struct session_desk *d); /* app->conf is a new one: sessions of tokens that are gone end */

/* life.c */
void life_start(struct app *a); /* signals, certificate watching, vitals */
void life_stop(struct app *a);
void life_ready(void);                                /* systemd hears of it */
void life_reloaded(struct app *a, struct sv problem); /* "": a->conf is the new one */
void life_end(struct app *a);   /* behind store_close: what life_start made and the store answered to */
void life_drain(struct app *a); /* stop accepting, then stop the loop */
void life_drained(struct app *a);
