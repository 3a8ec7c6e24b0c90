/* SPDX-License-Identifier: Apache-2.0 */
#include "http/kept.h"
#include <stdio.h>
#include "base/list.h"
#include "base/map.h"
#include "base/vec.h"
#include "fmt/hmac.h"
#include "fmt/json.h"
#include "io/loop.h"
#include "metrics/metrics.h"

enum { MAX_BYTES = 16 << 20, YOUNG_MS = 5000, HEADERS_MOST = 16 };
static const struct json_limits readable = {.bytes = 4 << 20, .depth = 32, .nodes = 500000};

struct waiter {
    http_answer_fn *fn;
    void *ctx;
};
struct flight { /* a call under way, or an answer that is handed out on the loop */
    struct list node;
    struct http_kept *owner;
    struct buf key; /* empty: it is no GET */
    char *credential, *url, *accept;
    uint64_t mark;
    bool joins; /* others may wait for it too */
    VEC(struct waiter) waiters;
    struct buf body, link, etag; /* handed out */
};
struct http_kept {
    struct loop *loop;
    struct http_client *client;
    struct http_cache *cache;
    msec_t young_ms;
    uint64_t evicted;
    struct list flights, ready; /* ready: answers to be handed out */
    struct map by_key;          /* flights that may be joined */
    struct timer *timer;
};

static void flight_free(struct flight *f)
{
    if (f->joins)
        map_remove(&f->owner->by_key, buf_view(&f->key));
    list_remove(&f->node);
    buf_free(&f->key);
    mem_free(f->credential);
    mem_free(f->url);
    mem_free(f->accept);
    VEC_FREE(&f->waiters);
    buf_free(&f->body);
    buf_free(&f->link);
    buf_free(&f->etag);
    mem_free(f);
}

void http_kept_free(struct http_kept **kp)
{
    struct http_kept *k = STEAL(*kp);
    if (!k)
        return;
    LIST_EACH(&k->flights, n)
    flight_free(CONTAINER_OF(n, struct flight, node));
    LIST_EACH(&k->ready, n)
    flight_free(CONTAINER_OF(n, struct flight, node));
    timer_free(&k->timer);
    map_free(&k->by_key);
    http_cache_free(&k->cache);
    mem_free(k);
}

/* ---- what is kept ---- */

struct handed { /* an answer out of the cache */
    struct http_answer answer;
    const struct flight *flight;
    const struct http_answer *fresh; /* the 304; NULL = there was no call */
};

static struct sv handed_header(const struct http_answer *a, const char *name)
{
    const struct handed *h = CONTAINER_OF(a, struct handed, answer);
    struct sv n = sv_of(name);
    if (sv_ieq(n, SV("link")))
        return h->flight->link.n ? buf_view(&h->flight->link) : SV_NONE;
    if (sv_ieq(n, SV("etag")))
        return h->flight->etag.n ? buf_view(&h->flight->etag) : SV_NONE;
    return h->fresh ? h->fresh->header(h->fresh, name) : SV_NONE;
}

static struct http_cache_key key_of(const struct flight *f)
{
    return (struct http_cache_key){f->credential, f->url, f->accept};
}

static void copy_kept(struct flight *f, const struct http_cached *x)
{
    buf_sv(&f->body, x->body);
    buf_sv(&f->link, x->link);
    buf_sv(&f->etag, x->etag);
}

static void gauge(struct http_kept *k)
{
    struct http_cache_stats s;
    http_cache_stats(k->cache, &s);
    metric_set(M_CACHE_BYTES, NULL, (int64_t)s.bytes);
    metric_set(M_CACHE_ENTRIES, NULL, (int64_t)s.entries);
    metric_add(M_CACHE_EVICTED, NULL, (int64_t)(s.evicted - k->evicted));
    k->evicted = s.evicted;
}

/* ---- answers ---- */

/* f is in no list any more; k may be gone after the first of them. */
static void tell(struct flight *f, const struct http_answer *a)
{
    for (size_t i = 0; i < f->waiters.n; i++)
        f->waiters.at[i].fn(f->waiters.at[i].ctx, a);
}

static void part(struct http_kept *k, struct flight *f)
{
    if (f->joins)
        map_remove(&k->by_key, buf_view(&f->key));
    f->joins = false;
    list_remove(&f->node);
}

static void on_ready(void *ctx)
{
    struct http_kept *k = ctx;
    struct list *n = list_shift(&k->ready);
    if (!n)
        return;
    struct flight *f = CONTAINER_OF(n, struct flight, node);
    struct handed h = {.answer = {.status = 200, .kept = true, .body = buf_view(&f->body), .header = handed_header},
                       .flight = f};
    if (!list_empty(&k->ready))
        timer_start(k->timer, 0);
    part(k, f);
    tell(f, &h.answer);
    flight_free(f);
}

/* What came broken, with a validator for the whole, would be handed out broken for ever: 304 says it is the same. */
static bool is_whole(struct sv body)
{
    struct err ignored = {0};
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    return jdoc_parse(body, &readable, &doc, &ignored) == 0;
}

static void on_read(struct http_kept *k, struct flight *f, const struct http_answer *a)
{
    struct http_cache_key key = key_of(f);
    if (a->status == 304)
        http_cache_still(k->cache, &key, clk_mono_ms());
    if (a->status != 200 || !is_whole(a->body))
        return;
    struct http_cached x = {a->body, a->header(a, "etag"), a->header(a, "link"), clk_mono_ms()};
    http_cache_put(k->cache, &key, f->mark, &x);
    gauge(k);
}

static void on_answer(void *ctx, const struct http_answer *a)
{
    struct flight *f = ctx;
    struct http_kept *k = f->owner;
    struct handed h = {
        .answer = {.status = 200, .body = buf_view(&f->body), .header = handed_header}, .flight = f, .fresh = a};
    if (f->key.n)
        on_read(k, f, a);
    else
        http_cache_wrote(k->cache, f->credential, f->url);
    part(k, f);
    bool same = a->status == 304 && f->etag.n;
    if (f->key.n)
        COUNT(same ? M_CACHE_HITS : M_CACHE_MISSES);
    tell(f, same ? &h.answer : a);
    flight_free(f);
}

/* ---- requests ---- */

struct http_kept *http_kept_new(struct loop *l, struct http_client *client, const struct http_kept_conf *conf)
{
    struct http_kept *k = mem_new(sizeof *k);
    k->loop = l;
    k->client = client;
    k->cache = http_cache_new(conf && conf->max_bytes ? conf->max_bytes : MAX_BYTES);
    k->young_ms = conf && conf->young_ms ? conf->young_ms : YOUNG_MS;
    list_init(&k->flights);
    list_init(&k->ready);
    k->timer = timer_new(l, on_ready, k);
    return k;
}

static struct sv value_of(const char *line, struct sv name)
{
    struct sv s = sv_of(line);
    return sv_istarts(s, name) ? sv_trim(sv_from(s, name.n)) : SV_NONE;
}

/* What makes one credential another: the pool and, hashed, the line with the token. */
static void credential_of(const char *pool, const char *const *headers, struct buf *out)
{
    buf_str(out, pool);
    for (; headers && *headers; headers++) {
        uint8_t digest[SHA256_LEN];
        if (!value_of(*headers, SV("authorization:")).p && !value_of(*headers, SV("private-token:")).p)
            continue;
        sha256(*headers, strlen(*headers), digest);
        for (size_t i = 0; i < SHA256_LEN / 2; i++)
            buf_fmt(out, "%02x", digest[i]);
    }
}

static bool wants_fresh(const char *const *headers)
{
    for (; headers && *headers; headers++)
        if (sv_is(value_of(*headers, SV("cache-control:")), "no-cache"))
            return true;
    return false;
}

static const char *accept_of(const char *const *headers)
{
    for (; headers && *headers; headers++)
        if (value_of(*headers, SV("accept:")).p)
            return *headers;
    return "";
}

static struct flight *flight_new(struct http_kept *k, const char *pool, const char *url, const char *const *headers,
                                 struct waiter w)
{
    AUTO(buf_free) struct buf credential = {0};
    struct flight *f = mem_new(sizeof *f);
    credential_of(pool, headers, &credential);
    f->owner = k;
    f->credential = mem_strdup(credential.p);
    f->url = mem_strdup(url);
    f->accept = mem_strdup(accept_of(headers));
    VEC_PUSH(&f->waiters, w);
    return f;
}

static void fly(struct http_kept *k, struct flight *f, const char *pool, const char *method, const char *const *headers,
                struct sv body)
{
    const char *lines[HEADERS_MOST + 2];
    AUTO(buf_free) struct buf validator = {0};
    size_t n = 0;
    for (; headers && *headers; headers++) {
        MUST(n < HEADERS_MOST);
        lines[n++] = *headers;
    }
    if (f->etag.n) {
        buf_str(&validator, "If-None-Match: ");
        buf_sv(&validator, buf_view(&f->etag));
        lines[n++] = validator.p;
    }
    lines[n] = NULL;
    list_push(&k->flights, &f->node);
    http_client_call(k->client, pool, method, f->url, lines, body, on_answer, f);
}

/* True: an earlier GET of the same is under way, and no write of ours began since. */
static bool join(struct http_kept *k, struct flight *f)
{
    struct flight *other = map_get(&k->by_key, buf_view(&f->key));
    if (!other || other->mark != f->mark)
        return false;
    VEC_PUSH(&other->waiters, f->waiters.at[0]);
    COUNT(M_CACHE_HITS);
    flight_free(f);
    return true;
}

static void read_call(struct http_kept *k, struct flight *f, const char *pool, const char *const *headers)
{
    struct http_cache_key key = key_of(f);
    struct http_cached x;
    bool fresh = wants_fresh(headers);
    buf_fmt(&f->key, "%s\n%s\n%s", f->credential, f->url, f->accept);
    f->mark = http_cache_mark(k->cache, f->credential, f->url);
    if (!fresh && join(k, f))
        return;
    if (http_cache_find(k->cache, &key, &x)) {
        copy_kept(f, &x);
        if (!fresh && clk_mono_ms() - x.at < k->young_ms) {
            COUNT(M_CACHE_HITS);
            list_push(&k->ready, &f->node);
            timer_start(k->timer, 0);
            return;
        }
    }
    f->joins = !map_get(&k->by_key, buf_view(&f->key));
    if (f->joins)
        map_put(&k->by_key, buf_view(&f->key), f);
    fly(k, f, pool, "GET", headers, SV_NONE);
}

void http_kept_call(struct http_kept *k, const char *pool, const char *method, const char *url,
                    const char *const *headers, struct sv body, http_answer_fn *fn, void *ctx)
{
    struct flight *f = flight_new(k, pool, url, headers, (struct waiter){fn, ctx});
    if (strcmp(method, "GET") == 0 && !body.n) {
        read_call(k, f, pool, headers);
        return;
    }
    http_cache_wrote(k->cache, f->credential, url);
    fly(k, f, pool, method, headers, body);
}
