/* SPDX-License-Identifier: Apache-2.0 */
#include "server/health/health.h"
#include <pthread.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include "base/map.h"
#include "metrics/metrics.h"
#include "port/store.h"
#include "server/app.h"
#include "server/health/cert.h"
#include "server/health/notify.h"

enum { INTAKES_MAX = 64 };

struct certificate {
    const char *address; /* of a listener; the configuration's as it was at the start */
    msec_t end;
};
struct known_forge {
    msec_t answered, failed; /* wall clock */
};
struct known_check {
    enum health_state state;
    msec_t since;
};

struct health {
    struct app *app;
    struct timer *timer;
    struct pulse engine, intakes[INTAKES_MAX];
    size_t n_intakes;
    msec_t watchdog, fed; /* how often, and when last; monotonic */
    _Atomic bool draining;
    struct conf *born;    /* listeners do not change with a new one */
    pthread_mutex_t lock; /* for all below */
    VEC(struct certificate) certificates;
    char not_loaded[HEALTH_DETAIL]; /* "" = it is in force */
    struct map forges, checks;      /* by name: known_forge, known_check */
};

struct pulse *health_pulse_engine(struct health *h)
{
    return &h->engine;
}

struct pulse *health_pulse_intake(struct health *h)
{
    MUST(h->n_intakes < INTAKES_MAX);
    struct pulse *p = &h->intakes[h->n_intakes++];
    p->turned = clk_mono_ms();
    return p;
}

/* ---- what is learned ---- */

void health_certificates(struct health *h, const struct conf *c)
{
    if (!h)
        return;
    pthread_mutex_lock(&h->lock);
    h->certificates.n = 0;
    for (size_t i = 0; i < c->n_listens && i < h->born->n_listens; i++)
        if (c->listens[i].cert)
            VEC_PUSH(&h->certificates,
                     ((struct certificate){h->born->listens[i].address, cert_end(c->listens[i].cert)}));
    pthread_mutex_unlock(&h->lock);
}

void health_configuration(struct health *h, struct sv problem)
{
    if (!h)
        return;
    ptrdiff_t line = sv_chr(problem, '\n');
    pthread_mutex_lock(&h->lock);
    snprintf(h->not_loaded, sizeof h->not_loaded, "%.*s", SV_ARG(line < 0 ? problem : sv_cut(problem, (size_t)line)));
    pthread_mutex_unlock(&h->lock);
}

void health_called(struct health *h, const char *forge, enum health_call how)
{
    if (!h)
        return;
    pthread_mutex_lock(&h->lock);
    struct known_forge *k = map_get(&h->forges, sv_of(forge));
    if (!k) {
        k = mem_new(sizeof *k);
        map_put(&h->forges, sv_of(forge), k);
    }
    *(how == HEALTH_ANSWERED ? &k->answered : &k->failed) = clk_wall_ms();
    pthread_mutex_unlock(&h->lock);
}

void health_draining(struct health *h)
{
    if (h)
        h->draining = true;
}

/* ---- facts ---- */

static void add_disk(struct health_facts *f, size_t i, const char *place)
{
    const char *const label[] = {place};
    f->disks[i] = (struct health_disk){place, metric_value(M_DISK_FREE, label), metric_value(M_DISK_SIZE, label)};
}

static void add_forges(struct health *h, const struct conf *c, struct health_forge *ret)
{
    for (size_t i = 0; i < c->n_forges; i++) {
        const char *const label[] = {c->forges[i].name};
        const struct known_forge *k = map_get(&h->forges, sv_of(c->forges[i].name));
        int64_t breaker = metric_value(M_API_BREAKER, label);
        ret[i] = (struct health_forge){.name = c->forges[i].name,
                                       .breaker = breaker == 2   ? FORGE_LEFT_ALONE
                                                  : breaker == 1 ? FORGE_PROBED
                                                                 : FORGE_CALLED,
                                       .answered = k ? k->answered : 0,
                                       .failed = k ? k->failed : 0,
                                       .token_left = metric_value(M_TOKEN_EXPIRY, label)};
    }
}

/* The lock is held: what f points at is good as long as it is. */
static void gather(struct health *h, const struct conf *c, struct health_facts *f)
{
    msec_t now = clk_mono_ms(), oldest = now, owes = store_owes_since(h->app->store);
    f->now = clk_wall_ms();
    f->stall = c->limits.stall;
    f->draining = h->draining;
    f->engine = now - h->engine.turned;
    for (size_t i = 0; i < h->n_intakes; i++)
        if (h->intakes[i].turned < oldest)
            oldest = h->intakes[i].turned;
    f->intake = now - oldest;
    f->late_now = h->engine.last;
    f->late = now - h->engine.late_at <= PULSE_KEEP_MS ? h->engine.late : 0;
    f->store = owes ? now - owes : 0;
    add_disk(f, 0, "store");
    add_disk(f, 1, "state");
    for (size_t i = 0; i < h->certificates.n; i++) {
        const struct certificate *x = &h->certificates.at[i];
        int64_t left = x->end ? (x->end - f->now) / 1000 : 0;
        if (!f->address || left < f->certificate) {
            f->certificate = left;
            f->address = x->address;
        }
    }
    f->not_loaded = h->not_loaded[0] ? h->not_loaded : NULL;
}

/* Since when each is as it is; what has changed is said. */
static void remember(struct health *h, struct health_check *c, msec_t now)
{
    struct known_check *k = map_get(&h->checks, sv_of(c->name));
    bool first = !k;
    if (first) {
        k = mem_new(sizeof *k);
        map_put(&h->checks, sv_of(c->name), k);
    }
    if (first || k->state != c->state) {
        bool news = !sv_is(sv_of(c->name), "draining"); /* that was asked for */
        if (news && c->state != HEALTH_OK)
            log_warn("not all is well", LS("check", c->name), LS("state", health_state_name[c->state]),
                     LS("cause", c->detail));
        else if (news && !first)
            log_info("well again", LS("check", c->name));
        *k = (struct known_check){c->state, now};
    }
    c->since = k->since;
}

void health_ask(struct health *h, const struct conf *c, struct health_answer *ret)
{
    char why[160];
    struct health_facts f = {0};
    struct health_forge *forges = mem_new((c->n_forges + 1) * sizeof *forges);
    struct health_check *checks = mem_new((c->n_forges + HEALTH_OWN) * sizeof *checks);
    f.writable = store_is_writable(h->app->store, why);
    f.why = why;
    pthread_mutex_lock(&h->lock);
    gather(h, c, &f);
    add_forges(h, c, forges);
    f.forges = forges;
    f.n_forges = c->n_forges;
    size_t n = health_judge(&f, checks);
    for (size_t i = 0; i < n; i++)
        remember(h, &checks[i], f.now);
    pthread_mutex_unlock(&h->lock);
    mem_free(forges);
    *ret = (struct health_answer){.ready = health_is_ready(checks, n)};
    ret->checks.at = checks;
    ret->checks.n = ret->checks.cap = n;
    ret->stalled = health_stalled(checks, n);
}

void health_answer_free(struct health_answer *x)
{
    VEC_FREE(&x->checks);
}

/* ---- looking by ourselves ---- */

static void show_certificates(struct health *h)
{
    msec_t now = clk_wall_ms();
    pthread_mutex_lock(&h->lock);
    for (size_t i = 0; i < h->certificates.n; i++) {
        const struct certificate *x = &h->certificates.at[i];
        metric_set(M_CERT_EXPIRY, (const char *const[]){x->address}, x->end ? (x->end - now) / 1000 : 0);
    }
    pthread_mutex_unlock(&h->lock);
}

static void look_at_disk(const char *place, const char *path)
{
    struct statvfs s;
    if (statvfs(path, &s) != 0)
        return;
    metric_set(M_DISK_FREE, (const char *const[]){place}, (int64_t)(s.f_bavail * s.f_frsize));
    metric_set(M_DISK_SIZE, (const char *const[]){place}, (int64_t)(s.f_blocks * s.f_frsize));
}

/* A process that stands still is not fed, and ends by systemd's hand. */
static void look(void *ctx)
{
    struct health *h = ctx;
    struct health_answer x;
    msec_t now = clk_mono_ms();
    show_certificates(h);
    look_at_disk("store", h->app->db_path);
    look_at_disk("state", h->app->conf->state_dir);
    health_ask(h, h->app->conf, &x);
    if (h->watchdog && !x.stalled && now - h->fed >= h->watchdog / 3) {
        h->fed = now;
        notify_tell("WATCHDOG=1\n");
    }
    health_answer_free(&x);
    timer_start(h->timer, h->watchdog && h->watchdog / 3 < PULSE_MS ? h->watchdog / 3 : PULSE_MS);
}

struct health *health_new(struct app *a)
{
    struct health *h = mem_new(sizeof *h);
    h->app = a;
    h->born = conf_ref(a->conf);
    h->engine.turned = clk_mono_ms();
    h->watchdog = notify_watchdog_ms();
    MUST(pthread_mutex_init(&h->lock, NULL) == 0);
    health_certificates(h, a->conf);
    h->timer = timer_new(a->loop, look, h);
    look(h);
    return h;
}

static void free_values(struct map *m)
{
    size_t at = 0;
    struct sv name;
    for (void *v; map_each(m, &at, &name, &v);)
        mem_free(v);
    map_free(m);
}

void health_free(struct health **hp)
{
    struct health *h = STEAL(*hp);
    if (!h)
        return;
    timer_free(&h->timer);
    free_values(&h->forges);
    free_values(&h->checks);
    VEC_FREE(&h->certificates);
    conf_unref(&h->born);
    pthread_mutex_destroy(&h->lock);
    mem_free(h);
}
