/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the HTTP client: the connections of one credential, and the calls that go over them. */
#pragma once
#include <curl/curl.h>
#include "base/list.h"
#include "http/client.h"

struct http_pool;

struct http_call {
    struct list node; /* in its pool */
    struct http_pool *pool;
    CURL *easy;
    struct curl_slist *headers;
    char *body;
    size_t body_n, body_at;
    struct buf answer;
    size_t max_answer, head_bytes;
    const char *stopped; /* why we ended the transfer ourselves; NULL = we did not */
    char error[CURL_ERROR_SIZE];
    http_answer_fn *fn;
    void *ctx;
};

/* pool: calls with the event loop and each other */
struct http_pool *http_pool_new(struct loop *l);
void http_pool_free(struct http_pool **p); /* with its calls */
void http_pool_add(struct http_pool *p, struct http_call *c); /* takes c */
bool http_pool_is_idle(const struct http_pool *p);

/* call: one request and its answer */
struct http_call *http_call_new(const struct http_client_conf *conf, const char *method, const char *url,
                                const char *const *headers, struct sv body, http_answer_fn *fn, void *ctx);
void http_call_free(struct http_call *c); /* in no pool any more */
void http_call_end(struct http_call *c, CURLcode code); /* runs the callback and frees the call */
