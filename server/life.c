/* SPDX-License-Identifier: Apache-2.0 */
/* Signals, certificates that change, retention, and the end. */
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "server/health/health.h"
#include "server/health/notify.h"
#include "server/host.h"
#include "server/intake.h"
#include "server/otlp/otlp.h"
#include "server/sampler.h"
#include "store/retain.h"

static const msec_t FILES_MS = 5000, DRAIN_MS = 10000, RETAIN_EVERY_MS = 3600000;

/* What changes when a certificate or its key is replaced, whichever way. */
static uint64_t files_stamp(const struct conf *c)
{
    uint64_t stamp = 0;
    for (size_t i = 0; i < c->n_listens; i++) {
        const char *const files[] = {c->listens[i].cert, c->listens[i].key};
        for (size_t k = 0; k < ARRAY_LEN(files); k++) {
            struct stat st;
            if (files[k] && stat(files[k], &st) == 0)
                stamp = stamp * 31 + (uint64_t)st.st_ino + (uint64_t)st.st_mtim.tv_sec * 1000003 +
                        (uint64_t)st.st_mtim.tv_nsec;
        }
    }
    return stamp;
}

static uint64_t last_stamp;
static msec_t last_retain;
static bool payloads_went;

static void on_files(void *ctx)
{
    struct app *a = ctx;
    uint64_t stamp = files_stamp(a->conf);
    msec_t now = clk_wall_ms();
    if (stamp != last_stamp) {
        last_stamp = stamp;
        log_info("certificates changed");
        health_certificates(a->health, a->conf);
        for (size_t i = 0; i < a->n_intakes; i++)
            intake_certs(a->intakes[i]);
    }
    if (payloads_went) /* by now: the store thread has been at it since the last time here */
        executor_forget_events(a->executor);
    payloads_went = false;
    if (now - last_retain >= RETAIN_EVERY_MS) {
        last_retain = now;
        payloads_went = true;
        struct retain_ages ages = {.bodies = a->conf->retention.payloads,
                                   .deliveries = a->conf->retention.deliveries,
                                   .runs = a->conf->retention.runs};
        store_retain(a->store, now, ages);
        /* A run may wait for long or have many jobs one after the other: the logs of an open one stay. */
        msec_t oldest = host_oldest_run(a->host), logs = now - a->conf->retention.logs;
        executor_retain(a->executor, oldest < logs ? oldest : logs);
        msec_t runs = a->conf->retention.runs ? now - a->conf->retention.runs : 0;
        archives_trim(a, oldest < runs ? oldest : runs);
        snapshots_trim(a);
        hook_desk_trim(a);
    }
    timer_start(a->files_timer, FILES_MS);
}

void life_ready(void)
{
    notify_tell("READY=1\n");
}

void life_reloaded(struct app *a, struct sv problem)
{
    health_configuration(a->health, problem);
    if (!problem.n)
        health_certificates(a->health, a->conf);
}

static void on_hup(void *ctx, int sig)
{
    (void)sig;
    AUTO(buf_free) struct buf text = {0};
    app_reload(ctx, &text);
}

static void on_term(void *ctx, int sig)
{
    (void)sig;
    life_drain(ctx);
}

/* Everything accepted is with the store by now; what the store still commits is waited for by store_close. */
static void on_drained_timer(void *ctx)
{
    struct app *a = ctx;
    if (host_uncommitted(a->host) == 0 && otlp_end(a->otlp))
        loop_stop(a->loop);
    else
        timer_start(a->drain_timer, 10);
}

void life_start(struct app *a)
{
    a->files_timer = timer_new(a->loop, on_files, a);
    a->drain_timer = timer_new(a->loop, on_drained_timer, a);
    last_stamp = files_stamp(a->conf);
    timer_start(a->files_timer, FILES_MS);
    a->health = health_new(a);
    a->sampler = sampler_new(a);
    a->vitals = vitals_new(a);
    a->otlp = otlp_new(a);
    a->watches[a->n_watches++] = watch_signal(a->loop, SIGHUP, on_hup, a);
    a->watches[a->n_watches++] = watch_signal(a->loop, SIGTERM, on_term, a);
    a->watches[a->n_watches++] = watch_signal(a->loop, SIGINT, on_term, a);
}

void life_stop(struct app *a)
{
    vitals_free(&a->vitals);
    health_free(&a->health);
    if (a->sampler)
        sampler_end(a->sampler);
    otlp_free(&a->otlp);
    timer_free(&a->files_timer);
    timer_free(&a->drain_timer);
}

void life_end(struct app *a)
{
    sampler_free(&a->sampler);
}

void life_drain(struct app *a)
{
    if (a->draining)
        return;
    log_info("draining", LI("intakes", a->n_intakes));
    health_draining(a->health);
    notify_tell("STOPPING=1\n");
    a->draining = (int)a->n_intakes;
    for (size_t i = 0; i < a->n_intakes; i++)
        intake_drain(a->intakes[i], DRAIN_MS);
    if (a->n_intakes == 0)
        loop_stop(a->loop);
}

void life_drained(struct app *a)
{
    if (--a->draining > 0)
        return;
    a->draining = 1;
    timer_start(a->drain_timer, 1);
}
