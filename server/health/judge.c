/* SPDX-License-Identifier: Apache-2.0 */
#include "server/health/judge.h"
#include <stdio.h>
#include "port/store.h"

static const int64_t MIB = 1 << 20, GIB = 1 << 30, DAY_S = 86400;
static const msec_t LATE_WARN = 1000, LATE_FAIL = 10000;

const char *const health_state_name[] = {"ok", "warn", "fail"};

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* It fails where the store takes no deliveries any more, and warns while there is time to do something. A small disk is
 * not low by itself. */
enum health_state health_of_disk(int64_t free, int64_t size)
{
    if (free < (int64_t)store_reserve((uint64_t)size))
        return HEALTH_FAIL;
    return free < larger(smaller(GIB, size / 4), smaller(size / 20, 10 * GIB)) ? HEALTH_WARN : HEALTH_OK;
}

enum health_state health_of_end(int64_t seconds_left)
{
    return seconds_left <= 0 ? HEALTH_FAIL : seconds_left < HEALTH_SOON_DAYS * DAY_S ? HEALTH_WARN : HEALTH_OK;
}

static struct health_check check(const char *name, enum health_state state)
{
    struct health_check c = {.state = state};
    snprintf(c.name, sizeof c.name, "%s", name);
    return c;
}

#define TELL(c, ...) snprintf((c)->detail, sizeof(c)->detail, __VA_ARGS__)

static struct health_check of_loop(const char *name, msec_t silent, msec_t stall)
{
    struct health_check c = check(name, silent > stall ? HEALTH_FAIL : HEALTH_OK);
    c.stalled = c.state == HEALTH_FAIL;
    if (c.stalled)
        TELL(&c, "its loop has not turned for %lld s", (long long)silent / 1000);
    return c;
}

static struct health_check of_store(const struct health_facts *f)
{
    struct health_check c = check("store", f->store > f->stall || !f->writable ? HEALTH_FAIL : HEALTH_OK);
    c.stalled = f->store > f->stall;
    if (c.stalled)
        TELL(&c, "it has owed an answer for %lld s", (long long)f->store / 1000);
    else
        TELL(&c, "%s", f->writable ? "writable" : f->why);
    return c;
}

static struct health_check of_disks(const struct health_facts *f)
{
    struct health_check c = check("disk", HEALTH_OK);
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(f->disks); i++) {
        const struct health_disk *d = &f->disks[i];
        if (!d->place || d->size <= 0)
            continue;
        enum health_state s = health_of_disk(d->free, d->size);
        if (s > c.state)
            c.state = s;
        n += (size_t)snprintf(c.detail + n, sizeof c.detail - n, "%s%lld MiB (%lld %%) left for the %s", n ? ", " : "",
                              (long long)(d->free / MIB), (long long)(d->free * 100 / d->size), d->place);
        if (n >= sizeof c.detail)
            break;
    }
    return c;
}

static struct health_check of_lag(const struct health_facts *f)
{
    struct health_check c = check("lag", f->late_now > LATE_FAIL ? HEALTH_FAIL
                                         : f->late > LATE_WARN   ? HEALTH_WARN
                                                                 : HEALTH_OK);
    TELL(&c, "%lld ms at the worst of the last minute", (long long)f->late);
    return c;
}

static struct health_check of_certificate(const struct health_facts *f)
{
    struct health_check c = check("certificate", health_of_end(f->certificate));
    if (f->certificate > 0)
        TELL(&c, "that of %s ends in %lld days", f->address, (long long)(f->certificate / DAY_S));
    else
        TELL(&c, "that of %s has ended, or cannot be read", f->address);
    return c;
}

/* One that is away takes nothing in: events come from it, and what is for it waits. */
static struct health_check of_forge(const struct health_forge *x)
{
    struct health_check c = check("", HEALTH_OK);
    char at[25];
    snprintf(c.name, sizeof c.name, "forge:%s", x->name);
    bool away = x->breaker != FORGE_CALLED || (x->failed && x->failed > x->answered);
    if (away || (x->token_left && health_of_end(x->token_left) != HEALTH_OK))
        c.state = HEALTH_WARN;
    if (away && x->answered)
        TELL(&c, "its calls fail; the last answer was at %s", when_text(x->answered, at));
    else if (away)
        TELL(&c, "its calls fail, and none was answered since the start");
    else if (c.state == HEALTH_WARN && x->token_left > 0)
        TELL(&c, "its token ends in %lld days", (long long)(x->token_left / DAY_S));
    else if (c.state == HEALTH_WARN)
        TELL(&c, "its token has ended");
    else if (x->answered)
        TELL(&c, "answered at %s", when_text(x->answered, at));
    else
        TELL(&c, "not called since the start");
    return c;
}

size_t health_judge(const struct health_facts *f, struct health_check *ret)
{
    size_t n = 0;
    ret[n++] = of_loop("engine", f->engine, f->stall);
    if (!f->draining) /* their loops end */
        ret[n++] = of_loop("intake", f->intake, f->stall);
    ret[n++] = of_store(f);
    ret[n++] = of_disks(f);
    ret[n++] = of_lag(f);
    if (f->address)
        ret[n++] = of_certificate(f);
    ret[n] = check("configuration", f->not_loaded ? HEALTH_WARN : HEALTH_OK);
    if (f->not_loaded)
        TELL(&ret[n], "the newest was refused, the one before is in force: %s", f->not_loaded);
    n++;
    ret[n++] = check("draining", f->draining ? HEALTH_FAIL : HEALTH_OK);
    for (size_t i = 0; i < f->n_forges; i++)
        ret[n++] = of_forge(&f->forges[i]);
    return n;
}

bool health_is_ready(const struct health_check *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c[i].state == HEALTH_FAIL)
            return false;
    return true;
}

const struct health_check *health_stalled(const struct health_check *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c[i].stalled)
            return &c[i];
    return NULL;
}
