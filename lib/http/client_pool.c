/* SPDX-License-Identifier: Apache-2.0 */
/* curl says which sockets and which time it waits for; we wait and tell it. Callbacks of users run only after curl has
 * returned, so they may do what they like. */
#include <event2/event.h>
#include "http/client_pool.h"
#include "io/loop.h"

enum { HOST_CONNECTIONS = 16, STREAMS = 100 };

struct http_pool {
    struct loop *loop;
    CURLM *multi;
    struct timer *timer;
    struct list calls, sockets;
    bool draining, over; /* over: freed by a callback of drain, which releases it when it is through */
};

struct pool_socket {
    struct list node;
    struct http_pool *pool;
    struct event *ev;
};

static void release(struct http_pool *p);

static void drain(struct http_pool *p)
{
    int left;
    p->draining = true;
    for (CURLMsg *m; !p->over && (m = curl_multi_info_read(p->multi, &left));) {
        if (m->msg != CURLMSG_DONE)
            continue;
        struct http_call *c;
        CURLcode code = m->data.result; /* m is gone with the handle */
        MUST(curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&c) == CURLE_OK);
        curl_multi_remove_handle(p->multi, c->easy);
        list_remove(&c->node);
        c->pool = NULL;
        http_call_end(c, code);
    }
    p->draining = false;
    if (p->over)
        release(p);
}

static void act(struct http_pool *p, curl_socket_t fd, int what)
{
    int running;
    curl_multi_socket_action(p->multi, fd, what, &running);
    drain(p);
}

static void socket_fired(evutil_socket_t fd, short what, void *ctx)
{
    struct pool_socket *s = ctx;
    act(s->pool, fd, (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void timer_fired(void *ctx)
{
    act(ctx, CURL_SOCKET_TIMEOUT, 0);
}

static void socket_free(struct pool_socket *s)
{
    if (s->ev)
        event_free(s->ev);
    list_remove(&s->node);
    mem_free(s);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *known)
{
    struct http_pool *p = ctx;
    struct pool_socket *s = known;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (s)
            socket_free(s);
        return 0;
    }
    if (!s) {
        s = mem_new(sizeof *s);
        s->pool = p;
        list_push(&p->sockets, &s->node);
        curl_multi_assign(p->multi, fd, s);
    }
    if (s->ev)
        event_free(s->ev);
    short want = (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
    s->ev = event_new(loop_base(p->loop), fd, want, socket_fired, s);
    MUST(s->ev && event_add(s->ev, NULL) == 0);
    return 0;
}

static int on_timer(CURLM *multi, long ms, void *ctx)
{
    struct http_pool *p = ctx;
    (void)multi;
    if (ms < 0)
        timer_stop(p->timer);
    else
        timer_start(p->timer, ms);
    return 0;
}

struct http_pool *http_pool_new(struct loop *l)
{
    struct http_pool *p = mem_new(sizeof *p);
    p->loop = l;
    list_init(&p->calls);
    list_init(&p->sockets);
    p->timer = timer_new(l, timer_fired, p);
    p->multi = curl_multi_init();
    MUST(p->multi);
    curl_multi_setopt(p->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(p->multi, CURLMOPT_SOCKETDATA, p);
    curl_multi_setopt(p->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(p->multi, CURLMOPT_TIMERDATA, p);
    curl_multi_setopt(p->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    curl_multi_setopt(p->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)HOST_CONNECTIONS);
    /* By itself curl keeps four for each call under way, and closes the others when there is one alone. */
    curl_multi_setopt(p->multi, CURLMOPT_MAXCONNECTS, (long)HOST_CONNECTIONS);
    curl_multi_setopt(p->multi, CURLMOPT_MAX_CONCURRENT_STREAMS, (long)STREAMS);
    return p;
}

static void release(struct http_pool *p)
{
    for (struct list *x; (x = list_shift(&p->calls));) {
        struct http_call *c = CONTAINER_OF(x, struct http_call, node);
        curl_multi_remove_handle(p->multi, c->easy);
        http_call_free(c);
    }
    curl_multi_cleanup(p->multi);
    LIST_EACH(&p->sockets, x)
        socket_free(CONTAINER_OF(x, struct pool_socket, node));
    timer_free(&p->timer);
    mem_free(p);
}

void http_pool_free(struct http_pool **pp)
{
    struct http_pool *p = STEAL(*pp);
    if (p && p->draining)
        p->over = true;
    else if (p)
        release(p);
}

void http_pool_add(struct http_pool *p, struct http_call *c)
{
    c->pool = p;
    list_push(&p->calls, &c->node);
    MUST(curl_multi_add_handle(p->multi, c->easy) == CURLM_OK);
}

bool http_pool_is_idle(const struct http_pool *p)
{
    return list_empty(&p->calls) && !p->draining;
}

void http_call_cancel(struct http_call **cp)
{
    struct http_call *c = STEAL(*cp);
    if (!c)
        return;
    curl_multi_remove_handle(c->pool->multi, c->easy);
    list_remove(&c->node);
    http_call_free(c);
}
