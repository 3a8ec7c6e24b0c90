/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP client: libcurl multi on a loop, HTTP/2 where the server offers it, one connection pool per credential, no
 * redirects followed, proxies of the environment ignored, answers capped. All calls on the loop's thread.
 * A request with a body is never sent a second time behind the caller's back: curl would do that when a kept
 * connection dies before the answer, although the first one may have had its effect. */
#pragma once
#include "base/clk.h"
#include "base/err.h"
#include "base/str.h"

struct loop;
struct http_client;
struct http_call;

struct http_client_conf {
    const char *ca_file;     /* PEM bundle besides the system's; NULL = the system's alone */
    msec_t connect_ms, total_ms; /* defaults 10 s, 30 s */
    size_t max_answer;       /* default 8 MiB */
    const char *user_agent;
};

struct http_answer {
    int status;       /* 0 = no whole answer */
    bool maybe_sent;  /* status 0: bytes of the request may have reached the server; false is a promise */
    bool kept;        /* handed out of a cache (http/kept.h): there was no call */
    struct sv body;
    struct sv (*header)(const struct http_answer *a, const char *name); /* last field of that name; absent = SV_NONE */
    const char *problem; /* status 0 */
};
/* Everything in *a is borrowed for the call. The call itself is over: its handle must not be used any more. May start
 * and cancel other calls and free the client. */
typedef void http_answer_fn(void *ctx, const struct http_answer *a);

/* The first one makes the whole process ignore SIGPIPE, unless that has a handler. */
struct http_client *http_client_new(struct loop *l, const struct http_client_conf *c);
void http_client_free(struct http_client **c); /* pending calls end without their callback */
/* Copies everything. headers: "Name: value" each, NULL at the end. `pool`: calls with the same pool name share
 * connections, different ones never do. Only http:// and https:// urls without user names. Never fails at once: what is
 * wrong comes as an answer of status 0, on the loop. */
struct http_call *http_client_call(struct http_client *c, const char *pool, const char *method, const char *url,
                                   const char *const *headers, struct sv body, http_answer_fn *fn, void *ctx);
void http_call_cancel(struct http_call **c); /* no callback; what was sent was sent */
