/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <signal.h>
#include "base/map.h"
#include "http/client_pool.h"

enum { POOLS = 64 }; /* with more, the idle ones go: credentials that are renewed leave theirs behind */

struct http_client {
    struct loop *loop;
    struct http_client_conf conf;
    struct map pools; /* by name */
};

static void curl_up(void)
{
    struct sigaction old;
    /* OpenSSL writes with write(2): a TLS peer that closes would end the process. */
    if (sigaction(SIGPIPE, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
        signal(SIGPIPE, SIG_IGN);
    MUST(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
}

struct http_client *http_client_new(struct loop *l, const struct http_client_conf *conf)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, curl_up);
    struct http_client *c = mem_new(sizeof *c);
    c->loop = l;
    c->conf = (struct http_client_conf){
        .ca_file = mem_strdup(conf->ca_file),
        .connect_ms = conf->connect_ms ? conf->connect_ms : 10 * 1000,
        .total_ms = conf->total_ms ? conf->total_ms : 30 * 1000,
        .max_answer = conf->max_answer ? conf->max_answer : (size_t)8 << 20,
        .user_agent = mem_strdup(conf->user_agent ? conf->user_agent : "fettle/" FETTLE_VERSION),
    };
    return c;
}

void http_client_free(struct http_client **cp)
{
    struct http_client *c = STEAL(*cp);
    if (!c)
        return;
    size_t at = 0;
    struct sv name;
    for (void *p; map_each(&c->pools, &at, &name, &p);)
        http_pool_free((struct http_pool **)&p);
    map_free(&c->pools);
    mem_free((void *)c->conf.ca_file);
    mem_free((void *)c->conf.user_agent);
    mem_free(c);
}

static void drop_idle(struct http_client *c)
{
    struct map busy = {0};
    size_t at = 0;
    struct sv name;
    for (void *p; map_each(&c->pools, &at, &name, &p);) {
        if (http_pool_is_idle(p))
            http_pool_free((struct http_pool **)&p);
        else
            map_put(&busy, name, p);
    }
    map_free(&c->pools);
    c->pools = busy;
}

static struct http_pool *pool_named(struct http_client *c, struct sv name)
{
    struct http_pool *p = map_get(&c->pools, name);
    if (p)
        return p;
    if (c->pools.n >= POOLS)
        drop_idle(c);
    p = http_pool_new(c->loop);
    map_put(&c->pools, name, p);
    return p;
}

struct http_call *http_client_call(struct http_client *c, const char *pool, const char *method, const char *url,
                                   const char *const *headers, struct sv body, http_answer_fn *fn, void *ctx)
{
    struct http_call *call = http_call_new(&c->conf, method, url, headers, body, fn, ctx);
    http_pool_add(pool_named(c, sv_of(pool ? pool : "")), call);
    return call;
}
