/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clk.h"
#include <errno.h>
#include <stdio.h>
#include <time.h>

static int64_t read_clock(clockid_t id, int64_t per_sec)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * per_sec + (int64_t)t.tv_nsec / (1000000000 / per_sec);
}

msec_t clk_wall_ms(void)
{
    return read_clock(CLOCK_REALTIME, 1000);
}

msec_t clk_mono_ms(void)
{
    return read_clock(CLOCK_MONOTONIC, 1000);
}

int64_t clk_mono_us(void)
{
    return read_clock(CLOCK_MONOTONIC, 1000000);
}

int64_t clk_cpu_us(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID, 1000000);
}

void clk_sleep_ms(msec_t ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};
    while (nanosleep(&t, &t) < 0 && errno == EINTR)
        ;
}

const char *when_text(msec_t wall, char ret[25])
{
    time_t sec = (time_t)(wall / 1000);
    struct tm tm;
    gmtime_r(&sec, &tm);
    char text[64];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
             tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(wall % 1000));
    memcpy(ret, text, 24);
    ret[24] = 0;
    return ret;
}

static bool digits(struct sv s, size_t at, size_t n, int *ret)
{
    int v = 0;
    for (size_t i = at; i < at + n; i++) {
        if (i >= s.n || s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (s.p[i] - '0');
    }
    *ret = v;
    return true;
}

static bool parse_zone(struct sv s, int *ret_min)
{
    int h, m;
    *ret_min = 0;
    if (sv_is(s, "Z") || sv_is(s, "z") || sv_is(s, " UTC"))
        return true;
    if (s.n && s.p[0] == ' ')
        s = sv_from(s, 1);
    if (s.n < 5 || (s.p[0] != '+' && s.p[0] != '-') || !digits(s, 1, 2, &h) || !digits(s, s.n - 2, 2, &m) || s.n > 6)
        return false;
    *ret_min = (s.p[0] == '-' ? -1 : 1) * (h * 60 + m);
    return true;
}

bool when_parse(struct sv s, msec_t *ret)
{
    struct tm tm = {0};
    int zone, ms = 0;
    size_t at = 19;
    if (!digits(s, 0, 4, &tm.tm_year) || !digits(s, 5, 2, &tm.tm_mon) || !digits(s, 8, 2, &tm.tm_mday) ||
        !digits(s, 11, 2, &tm.tm_hour) || !digits(s, 14, 2, &tm.tm_min) || !digits(s, 17, 2, &tm.tm_sec) ||
        (s.p[10] != 'T' && s.p[10] != ' ') || s.p[4] != '-' || s.p[7] != '-' || s.p[13] != ':' || s.p[16] != ':')
        return false;
    if (at < s.n && s.p[at] == '.') {
        int scale = 100;
        for (at++; at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; at++, scale /= 10)
            ms += (s.p[at] - '0') * scale;
    }
    if (!parse_zone(sv_from(s, at), &zone))
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *ret = ((msec_t)timegm(&tm) - zone * 60) * 1000 + ms;
    return true;
}

static msec_t unit_of(struct sv u)
{
    static const struct {
        const char *name;
        msec_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (sv_is(u, units[i].name))
            return units[i].ms;
    return 0;
}

bool when_duration(struct sv s, msec_t *ret)
{
    msec_t total = 0;
    if (s.n == 0)
        return false;
    while (s.n) {
        size_t d = 0, u;
        while (d < s.n && s.p[d] >= '0' && s.p[d] <= '9')
            d++;
        for (u = d; u < s.n && (s.p[u] < '0' || s.p[u] > '9'); u++)
            ;
        int64_t v;
        msec_t unit = unit_of(sv_n(s.p + d, u - d));
        if (d > 9 || !sv_int(sv_cut(s, d), &v) || unit == 0)
            return false;
        total += v * unit;
        s = sv_from(s, u);
    }
    *ret = total;
    return true;
}
