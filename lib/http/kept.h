/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of an HTTP client whose answers to GETs are kept (http/cache.h): one that is young is handed out without a
 * call, an older one when the server says 304, and several GETs of the same at once are one call. The credential is
 * known by the header it comes in, so another token never sees the answers of the first. A request with "Cache-Control:
 * no-cache" is always a call. Only JSON that can be read is kept. Thread of the loop. */
#pragma once
#include "http/cache.h"
#include "http/client.h"

struct http_kept;
struct http_kept_conf {
    size_t max_bytes; /* default 16 MiB */
    msec_t young_ms;  /* default 5 s */
};

/* Borrows the client, which has to live longer than the calls. */
struct http_kept *http_kept_new(struct loop *l, struct http_client *client, const struct http_kept_conf *conf);
void http_kept_free(struct http_kept **k); /* before the client; calls that wait end without their callback */
/* As http_client_call. An answer that was handed out has status 200, its body, ETag and Link; `kept` says so. */
void http_kept_call(struct http_kept *k, const char *pool, const char *method, const char *url,
                    const char *const *headers, struct sv body, http_answer_fn *fn, void *ctx);
