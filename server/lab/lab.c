/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/lab.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "http/server.h"
#include "io/loop.h"

enum { CONNECTIONS = 20000, TAG_TLS = 1 };

msec_t lab_now(const struct lab *l)
{
    return l->virtual_now ? l->virtual_now : clk_wall_ms();
}

/* ---- life ---- */

static void on_signal(void *ctx, int signal)
{
    struct lab *l = ctx;
    (void)signal;
    loop_stop(l->loop);
}

static int listen_all(struct lab *l, struct err *e)
{
    const struct lab_conf *c = l->conf;
    int port = 0;
    bool tls = c->cert && c->key;
    struct http_listen tcp = {.kind = tls ? LISTEN_HTTPS : LISTEN_HTTP,
                              .address = c->listen,
                              .cert = c->cert,
                              .key = c->key,
                              .tag = tls ? TAG_TLS : 0};
    struct http_listen local = {.kind = LISTEN_UNIX, .address = c->unix_path};
    const char *colon = strrchr(c->listen, ':');
    if (http_server_listen(l->server, &tcp, &port, e) < 0)
        return err_add(e, "listen on %s", c->listen);
    if (c->unix_path && http_server_listen(l->server, &local, NULL, e) < 0)
        return err_add(e, "listen on %s", c->unix_path);
    if (c->unix_path)
        printf("listening unix:%s\n", c->unix_path);
    printf("listening %s://%.*s:%d\n", tls ? "https" : "http", (int)(colon ? colon - c->listen : 0), c->listen, port);
    fflush(stdout);
    return 0;
}

static int run(struct lab *l, struct err *e)
{
    struct http_handler h = lab_handler(l);
    struct http_conf hc = {.connections = CONNECTIONS, .per_address = CONNECTIONS};
    l->world.seed = l->faults.seed = l->conf->seed;
    l->virtual_now = l->conf->clock;
    limits_init(&l->limits, l->conf->seed);
    if (l->conf->limits && limits_set(&l->limits, sv_of(l->conf->limits), e) < 0)
        return err_add(e, "--limits");
    l->world.token_ends = l->conf->token_ends;
    if (lab_apps_open(&l->conf->app, &l->world.apps, e) < 0)
        return -1;
    if (ledger_open(l->conf->ledger, &l->ledger, e) < 0 || ledger_replay(l->ledger, &l->world, e) < 0)
        return -1;
    l->loop = loop_new();
    l->sender = sender_new(l);
    l->server = http_server_new(l->loop, &hc, &h);
    if (listen_all(l, e) < 0)
        return -1;
    struct watch *stops[] = {watch_signal(l->loop, SIGTERM, on_signal, l), watch_signal(l->loop, SIGINT, on_signal, l)};
    loop_run(l->loop);
    for (size_t i = 0; i < ARRAY_LEN(stops); i++)
        watch_free(&stops[i]);
    return 0;
}

int lab_serve(const struct lab_conf *conf, struct err *e)
{
    struct lab l = {.conf = conf};
    int rc = run(&l, e);
    http_server_free(&l.server);
    sender_free(&l.sender);
    loop_free(&l.loop);
    ledger_close(&l.ledger);
    faults_clear(&l.faults);
    limits_free(&l.limits);
    map_free(&l.under_way);
    VEC_FREE(&l.waiting);
    lab_apps_free(&l.world.apps);
    world_free(&l.world);
    return rc;
}
