/* SPDX-License-Identifier: Apache-2.0 */
/* A schedule as text again, for machines and for people, and how often it comes. */
#include "lang/cron_parts.h"

static uint64_t progression(enum cron_unit u, int step)
{
    uint64_t set = 0;
    for (int i = cron_bounds[u].low; i <= cron_bounds[u].high; i += step)
        set |= 1ull << i;
    return set;
}

static int count(uint64_t set)
{
    return __builtin_popcountll(set);
}

static int lowest(uint64_t set)
{
    return __builtin_ctzll(set);
}

static bool is_full(const struct cron *c, enum cron_unit u)
{
    return c->at[u].set == progression(u, 1);
}

/* The length of the run of values that begins with this one. */
static int run_at(uint64_t set, int value)
{
    int n = 0;
    while (value + n < 64 && set >> (value + n) & 1)
        n++;
    return n;
}

static void write_list(uint64_t set, bool comma, struct buf *out)
{
    while (set) {
        int from = lowest(set), n = run_at(set, from);
        n = n < 3 ? 1 : n;
        buf_fmt(out, n < 3 ? "%s%d" : "%s%d-%d", comma ? "," : "", from, from + n - 1);
        comma = true;
        for (int i = from; i < from + n; i++)
            set &= ~(1ull << i);
    }
}

static void write_field(const struct cron *c, enum cron_unit u, struct buf *out)
{
    const struct cron_field *f = &c->at[u];
    bool matters = u == CRON_DAY || u == CRON_WEEKDAY; /* with or without a star is a difference */
    if (matters && !f->star) {
        write_list(f->set, false, out);
        return;
    }
    int step = 1;
    while (progression(u, step) & ~f->set && step <= cron_bounds[u].high)
        step++;
    uint64_t rest = f->set & ~progression(u, step);
    if (!matters && (rest || (step > 1 && count(f->set) < 3))) {
        write_list(f->set, false, out);
        return;
    }
    buf_str(out, "*");
    if (step > 1)
        buf_fmt(out, "/%d", step);
    write_list(rest, true, out);
}

void cron_write(const struct cron *c, struct buf *out)
{
    for (int u = 0; u < CRON_UNITS; u++) {
        if (u)
            buf_chr(out, ' ');
        write_field(c, (enum cron_unit)u, out);
    }
}

/* ---- for people ---- */

static const char *const weekdays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
static const char *const months[] = {"",     "January", "February",  "March",   "April",    "May",     "June",
                                     "July", "August",  "September", "October", "November", "December"};

static void say_value(int value, const char *const *names, struct buf *out)
{
    if (names)
        buf_str(out, names[value]);
    else
        buf_int(out, value);
}

/* "1, 3 and 5 to 7" */
static void say_list(uint64_t set, const char *const *names, struct buf *out)
{
    for (bool first = true; set; first = false) {
        int from = lowest(set), n = run_at(set, from);
        n = n < 3 ? 1 : n;
        for (int i = from; i < from + n; i++)
            set &= ~(1ull << i);
        if (!first)
            buf_str(out, set ? ", " : " and ");
        say_value(from, names, out);
        if (n > 1) {
            buf_str(out, " to ");
            say_value(from + n - 1, names, out);
        }
    }
}

/* 0 unless it is a step through the whole hour. */
static int minute_step(const struct cron *c)
{
    for (int step = 2; step <= 30; step++)
        if (c->at[CRON_MINUTE].set == progression(CRON_MINUTE, step))
            return step;
    return 0;
}

static void say_minutes(const struct cron *c, struct buf *out)
{
    uint64_t set = c->at[CRON_MINUTE].set;
    if (is_full(c, CRON_MINUTE)) {
        buf_str(out, "every minute");
    } else if (minute_step(c)) {
        buf_fmt(out, "every %d minutes", minute_step(c));
    } else {
        buf_str(out, count(set) == 1 ? "at minute " : "at minutes ");
        say_list(set, NULL, out);
    }
}

static void say_hours(const struct cron *c, struct buf *out)
{
    enum { CLOCKS = 6 };
    uint64_t hours = c->at[CRON_HOUR].set, minutes = c->at[CRON_MINUTE].set;
    int left = count(hours) * count(minutes);
    if (left > CLOCKS) {
        say_minutes(c, out);
        buf_str(out, count(hours) == 1 ? " of the hour " : " of the hours ");
        say_list(hours, NULL, out);
        return;
    }
    buf_str(out, "at ");
    for (int h = 0; h < 24; h++)
        for (int m = 0; m < 60; m++)
            if (cron_has(c, CRON_HOUR, h) && cron_has(c, CRON_MINUTE, m)) {
                left--;
                buf_fmt(out, "%02d:%02d%s", h, m, left > 1 ? ", " : left == 1 ? " and " : "");
            }
}

static void say_days(const struct cron *c, struct buf *out)
{
    bool any_day = is_full(c, CRON_DAY), any_weekday = is_full(c, CRON_WEEKDAY);
    bool either = !c->at[CRON_DAY].star && !c->at[CRON_WEEKDAY].star;
    if ((any_day && any_weekday) || (either && (any_day || any_weekday))) {
        buf_str(out, "every day");
        return;
    }
    if (!any_day) {
        buf_str(out, count(c->at[CRON_DAY].set) == 1 ? "on day " : "on days ");
        say_list(c->at[CRON_DAY].set, NULL, out);
        buf_str(out, " of the month");
    }
    if (any_weekday)
        return;
    buf_str(out, any_day ? "on " : either ? " and on " : " that are also ");
    say_list(c->at[CRON_WEEKDAY].set, weekdays, out);
}

void cron_describe(const struct cron *c, struct buf *out)
{
    AUTO(buf_free) struct buf days = {0};
    say_days(c, &days);
    if (!is_full(c, CRON_HOUR)) {
        buf_sv(out, buf_view(&days));
        buf_chr(out, ' ');
        say_hours(c, out);
    } else {
        say_minutes(c, out);
        if (!is_full(c, CRON_MINUTE) && !minute_step(c))
            buf_str(out, " of every hour");
        if (!sv_is(buf_view(&days), "every day"))
            buf_fmt(out, " %s", days.p);
    }
    if (!is_full(c, CRON_MONTH)) {
        buf_str(out, " in ");
        say_list(c->at[CRON_MONTH].set, months, out);
    }
}

/* ---- how often ---- */

/* Within a day, and its first and last minute. */
static int gap_of_day(const struct cron *c, int *ret_first, int *ret_last)
{
    int gap = INT32_MAX;
    *ret_first = *ret_last = -1;
    for (int m = 0; m < 24 * 60; m++) {
        if (!cron_has(c, CRON_HOUR, m / 60) || !cron_has(c, CRON_MINUTE, m % 60))
            continue;
        if (*ret_first < 0)
            *ret_first = m;
        else if (m - *ret_last < gap)
            gap = m - *ret_last;
        *ret_last = m;
    }
    return gap;
}

int cron_shortest_gap(const struct cron *c)
{
    enum { YEARS_28 = 28 * 366 }; /* after which days, weekdays and leap years come again alike */
    int first, last, gap = gap_of_day(c, &first, &last), before = -1, start = (int)cron_day_of(2000, 1, 1);
    for (int d = 0; d < YEARS_28; d++) {
        if (!cron_wants_day(c, start + d))
            continue;
        int between = (d - before) * 24 * 60 - last + first;
        if (before >= 0 && between < gap)
            gap = between;
        before = d;
    }
    return gap;
}
