/* SPDX-License-Identifier: Apache-2.0 */
#include "core/limit.h"
#include "base/mem.h"

enum { US = 1000, BURST_PART = 4 };
static const int64_t MINUTE_US = 60 * 1000000ll, HOUR_US = 3600 * 1000000ll;

const char *const budget_bucket_name[] = {
#define X(id, name) [BUDGET_##id] = name,
    BUDGET_BUCKETS(X)
#undef X
};

bool call_limits_same(const struct call_limits *a, const struct call_limits *b)
{
    return a->hour == b->hour && a->minute == b->minute && a->points == b->points &&
           a->creates_minute == b->creates_minute && a->creates_hour == b->creates_hour &&
           a->write_gap == b->write_gap && a->create_gap == b->create_gap && a->flights == b->flights &&
           a->writes == b->writes && a->hold == b->hold;
}

/* ---- buckets ---- */

struct shape {            /* of a bucket */
    int64_t limit, burst; /* 0 = it has no limit */
    int64_t each_us;      /* a unit comes back */
};

static struct shape shape_of(const struct call_limits *l, enum budget_bucket k)
{
    const int64_t limits[] = {[BUDGET_HOUR] = l->hour,
                              [BUDGET_MINUTE] = l->minute,
                              [BUDGET_POINTS] = l->points,
                              [BUDGET_CREATES_MINUTE] = l->creates_minute,
                              [BUDGET_CREATES_HOUR] = l->creates_hour};
    int64_t span = k == BUDGET_HOUR || k == BUDGET_CREATES_HOUR ? HOUR_US : MINUTE_US;
    struct shape s = {.limit = limits[k]};
    if (s.limit <= 0)
        return (struct shape){0};
    s.burst = s.limit / BURST_PART;
    if (k == BUDGET_POINTS && s.burst < POINTS_WRITE)
        s.burst = POINTS_WRITE < s.limit ? POINTS_WRITE : s.limit;
    if (s.burst < 1)
        s.burst = 1;
    /* In no span more than burst + span / each_us units begin, less the one whose span is just over. */
    int64_t back = s.limit - s.burst + 1;
    s.each_us = (span + back - 1) / back;
    return s;
}

static int64_t units(enum budget_bucket b, enum call_kind k)
{
    switch (b) {
    case BUDGET_POINTS:
        return k == CALL_READ ? POINTS_READ : POINTS_WRITE;
    case BUDGET_CREATES_MINUTE:
    case BUDGET_CREATES_HOUR:
        return k == CALL_CREATE;
    default:
        return 1;
    }
}

/* In us: when so many units are there. */
static int64_t there_at(const struct budget *b, enum budget_bucket k, int64_t n)
{
    struct shape s = shape_of(&b->limits, k);
    n = n < s.burst ? n : s.burst;
    return s.limit && n ? b->full_at[k] - (s.burst - n) * s.each_us : INT64_MIN;
}

static void empty(struct budget *b, msec_t now)
{
    for (int k = 0; k < BUDGET_BUCKET_N; k++) {
        struct shape s = shape_of(&b->limits, (enum budget_bucket)k);
        b->full_at[k] = now * US + s.burst * s.each_us;
    }
}

void budget_start(struct budget *b, const struct call_limits *limits, msec_t now)
{
    *b = (struct budget){.limits = *limits, .wrote_at = now, .created_at = now};
    empty(b, now);
}

void budget_change(struct budget *b, const struct call_limits *limits, msec_t now)
{
    if (call_limits_same(&b->limits, limits))
        return;
    b->limits = *limits;
    empty(b, now);
}

/* ---- calls ---- */

static int at_least_one(int n)
{
    return n > 0 ? n : 1;
}

static msec_t later(msec_t a, msec_t b)
{
    return a > b ? a : b;
}

msec_t budget_when(const struct budget *b, enum call_kind k, int at_once, msec_t now)
{
    const struct call_limits *l = &b->limits;
    int flights = at_least_one(l->flights), writes = at_least_one(l->writes);
    if (at_once > 0 && at_once < flights)
        flights = at_once;
    if (b->flying >= flights || (k != CALL_READ && b->writing >= writes))
        return BUDGET_LATER;
    msec_t at = b->closed_until;
    for (int i = 0; i < BUDGET_BUCKET_N; i++) {
        int64_t us = there_at(b, (enum budget_bucket)i, units((enum budget_bucket)i, k));
        if (us > now * US)
            at = later(at, (us + US - 1) / US);
    }
    if (k != CALL_READ && l->write_gap)
        at = later(at, b->wrote_at + l->write_gap);
    if (k == CALL_CREATE && l->create_gap)
        at = later(at, b->created_at + l->create_gap);
    return at;
}

void budget_take(struct budget *b, enum call_kind k, msec_t now)
{
    for (int i = 0; i < BUDGET_BUCKET_N; i++) {
        struct shape s = shape_of(&b->limits, (enum budget_bucket)i);
        if (b->full_at[i] < now * US)
            b->full_at[i] = now * US;
        b->full_at[i] += units((enum budget_bucket)i, k) * s.each_us;
    }
    b->flying++;
    if (k == CALL_READ)
        return;
    b->writing++;
    b->wrote_at = now;
    if (k == CALL_CREATE)
        b->created_at = now;
}

void budget_end(struct budget *b, enum call_kind k)
{
    MUST(b->flying > 0 && (k == CALL_READ || b->writing > 0));
    b->flying--;
    b->writing -= k != CALL_READ;
}

void budget_back(struct budget *b, enum call_kind k)
{
    budget_end(b, k);
    for (int i = 0; i < BUDGET_BUCKET_N; i++)
        b->full_at[i] -= units((enum budget_bucket)i, k) * shape_of(&b->limits, (enum budget_bucket)i).each_us;
}

void budget_rest(struct budget *b, msec_t until)
{
    b->closed_until = later(b->closed_until, until);
}

void budget_heard(struct budget *b, int64_t remaining, msec_t reset_in, msec_t now)
{
    if (remaining <= 0) {
        budget_rest(b, now + later(reset_in, 0));
        return;
    }
    enum budget_bucket k = b->limits.hour ? BUDGET_HOUR : BUDGET_MINUTE;
    struct shape s = shape_of(&b->limits, k);
    int64_t left = remaining - b->flying; /* of which the forge may not know yet */
    left = left < 0 ? 0 : left > s.burst ? s.burst : left;
    if (s.limit)
        b->full_at[k] = now * US + (s.burst - left) * s.each_us;
}

int64_t budget_left(const struct budget *b, enum budget_bucket k, msec_t now)
{
    struct shape s = shape_of(&b->limits, k);
    if (!s.limit)
        return -1;
    int64_t missing = b->full_at[k] - now * US;
    if (missing <= 0)
        return s.burst;
    int64_t gone = (missing + s.each_us - 1) / s.each_us;
    return gone > s.burst ? 0 : s.burst - gone;
}
