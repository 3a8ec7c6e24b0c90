/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <time.h>
#include "base/clk.h"
#include "lang/cron_parts.h"

static const struct cron *compiled(struct arena *a, const char *text)
{
    const struct cron *c = NULL;
    struct err e = {0};
    if (cron_compile(sv_of(text), a, &c, &e) < 0)
        fail_msg("%s: %s", text, e.msg);
    return c;
}

static const struct cron_zone *zone(struct arena *a, const char *name)
{
    const struct cron_zone *z = NULL;
    struct err e = {0};
    if (cron_zone(name, a, &z, &e) < 0)
        fail_msg("%s: %s", name, e.msg);
    return z;
}

static msec_t at(const char *utc)
{
    msec_t t;
    if (!when_parse(sv_of(utc), &t))
        fail_msg("%s is no time", utc);
    return t;
}

static const struct next_case {
    const char *text, *zone, *after, *next[3];
} nexts[] = {
    {"* * * * *", NULL, "2026-11-22T16:05:09.123Z", {"2026-11-22T16:06:00Z", "2026-11-22T16:07:00Z"}},
    {"* * * * *", NULL, "2026-11-22T16:05:00Z", {"2026-11-22T16:06:00Z"}},
    {"* * * * *", NULL, "2026-11-22T16:04:59.999Z", {"2026-11-22T16:05:00Z"}},
    {"*/15 * * * *", NULL, "2026-11-22T23:46:00Z", {"2026-11-23T00:00:00Z", "2026-11-23T00:15:00Z"}},
    {"20/15 * * * *", NULL, "2026-11-22T00:00:00Z",
     {"2026-11-22T00:20:00Z", "2026-11-22T00:35:00Z", "2026-11-22T00:50:00Z"}},
    {"30 5,17 * * *", NULL, "2026-11-22T06:00:00Z", {"2026-11-22T17:30:00Z", "2026-11-23T05:30:00Z"}},
    {"0 0 29 2 *", NULL, "2026-11-22T00:00:00Z", {"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"}},
    {"0 0 29 2 *", NULL, "2096-03-01T00:00:00Z", {"2104-02-29T00:00:00Z"}},
    {"0 0 31 * *", NULL, "2026-01-31T00:00:00Z",
     {"2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z", "2026-07-31T00:00:00Z"}},
    {"0 12 * * MON-FRI", NULL, "2026-11-20T13:00:00Z", {"2026-11-23T12:00:00Z", "2026-11-24T12:00:00Z"}},
    {"0 12 * jan,JUL sun", NULL, "2026-11-20T13:00:00Z", {"2027-01-03T12:00:00Z"}},
    {"0 12 * * 7", NULL, "2026-11-22T12:00:00Z", {"2026-11-29T12:00:00Z"}},
    {"0 12 * * 5-7", NULL, "2026-11-22T12:00:00Z", {"2026-11-27T12:00:00Z", "2026-11-28T12:00:00Z"}},
    {"0 0 13 * FRI", NULL, "2026-11-07T00:00:00Z",
     {"2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z", "2026-11-27T00:00:00Z"}},
    {"0 0 13 * FRI", NULL, "2026-12-12T00:00:00Z", {"2026-12-13T00:00:00Z", "2026-12-18T00:00:00Z"}},
    {"0 0 */2 * MON", NULL, "2026-11-01T00:00:00Z",
     {"2026-11-09T00:00:00Z", "2026-11-23T00:00:00Z", "2026-12-07T00:00:00Z"}},
    {"0 0 1-31 * MON", NULL, "2026-11-01T00:00:00Z", {"2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z"}},
    /* Berlin: +1, summer from 2026-03-29 02:00 to 2026-10-25 03:00 */
    {"30 2 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z",
     {"2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
    {"*/20 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", {"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"}},
    {"30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", {"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
    {"*/30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z",
     {"2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z", "2026-10-25T02:30:00Z"}},
    {"30 2 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z", {"2026-10-26T01:30:00Z"}},
    {"0 9 * * 1", "Europe/Berlin", "2090-07-01T00:00:00Z", {"2090-07-03T07:00:00Z"}},
    {"0 9 * * 1", "Europe/Berlin", "2090-12-01T00:00:00Z", {"2090-12-04T08:00:00Z"}},
    /* New York: -5, summer from 2026-03-08 02:00 to 2026-11-01 02:00 */
    {"30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", {"2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"}},
    {"30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", {"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"}},
    {"0 0 4 7 *", "America/New_York", "2100-01-01T00:00:00Z", {"2100-07-04T04:00:00Z"}},
    /* Lord Howe: +10:30, summer is half an hour; it begins 2026-10-04 02:00, it ended 2026-04-05 02:00 */
    {"15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", {"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"}},
    {"45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", {"2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"}},
    {"0 0 * * *", "Asia/Kolkata", "2026-11-22T16:00:00Z", {"2026-11-22T18:30:00Z", "2026-11-23T18:30:00Z"}},
    {"0 0 * * *", "Etc/GMT+5", "2026-11-22T16:00:00Z", {"2026-11-23T05:00:00Z"}},
    {"0 0 * * *", "UTC", "1969-12-31T12:00:00Z", {"1970-01-01T00:00:00Z"}},
    /* Samoa had no 30 December 2011. */
    {"0 12 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", {"2011-12-30T10:00:00Z", "2012-12-29T22:00:00Z"}},
};

static void the_next_times_are_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(nexts); i++) {
        AUTO(arena_free) struct arena a = {0};
        const struct cron *c = compiled(&a, nexts[i].text);
        const struct cron_zone *z = zone(&a, nexts[i].zone);
        msec_t t = at(nexts[i].after);
        for (int k = 0; k < 3 && nexts[i].next[k]; k++) {
            char is[25];
            t = cron_next(c, z, t);
            if (t != at(nexts[i].next[k]))
                fail_msg("%s in %s: %s, wanted %s", nexts[i].text, nexts[i].zone ? nexts[i].zone : "UTC",
                         when_text(t, is), nexts[i].next[k]);
        }
    }
}

static void there_is_none_within_eight_years(void **state)
{
    (void)state;
    AUTO(arena_free) struct arena a = {0};
    /* Both must hold, because of the star: 29 February as a Sunday or Saturday, which 2036 and 2040 are not. */
    const struct cron *c = compiled(&a, "0 0 29 2 */6");
    assert_true(cron_next(c, zone(&a, NULL), at("2032-03-01T00:00:00Z")) == INT64_MAX);
    assert_true(cron_next(c, zone(&a, NULL), INT64_MIN) == INT64_MAX);
    assert_true(cron_next(c, zone(&a, NULL), INT64_MAX - 1) == INT64_MAX);
}

/* ---- an oracle that walks minute by minute on the C library's clock ---- */

struct walk {
    const struct cron *c;
    int64_t highest; /* local minute that was shown already */
};

static int64_t local_minute(int64_t t)
{
    time_t at_s = (time_t)t;
    struct tm tm;
    assert_non_null(localtime_r(&at_s, &tm));
    return (t + tm.tm_gmtoff) / 60;
}

static bool wants(const struct cron *c, int64_t minute)
{
    time_t at_s = (time_t)(minute * 60);
    struct tm tm;
    assert_non_null(gmtime_r(&at_s, &tm));
    bool day = cron_has(c, CRON_DAY, tm.tm_mday), weekday = cron_has(c, CRON_WEEKDAY, tm.tm_wday);
    bool both = c->at[CRON_DAY].star || c->at[CRON_WEEKDAY].star;
    return cron_has(c, CRON_MINUTE, tm.tm_min) && cron_has(c, CRON_HOUR, tm.tm_hour) &&
           cron_has(c, CRON_MONTH, tm.tm_mon + 1) && (both ? day && weekday : day || weekday);
}

static bool comes(struct walk *w, int64_t t)
{
    bool hit = false;
    int64_t now = local_minute(t);
    for (int64_t m = w->highest + 1; m <= now; m++)
        hit |= wants(w->c, m);
    if (now > w->highest)
        w->highest = now;
    return hit;
}

static void check_walk(const char *text, const char *name, const char *from, int days)
{
    AUTO(arena_free) struct arena a = {0};
    const struct cron *c = compiled(&a, text);
    const struct cron_zone *z = zone(&a, name);
    int64_t start = at(from) / 1000, end = start + days * 86400;
    struct walk w = {.c = c, .highest = local_minute(start - 86400)};
    for (int64_t t = start - 86400 + 60; t <= start; t += 60)
        (void)comes(&w, t);
    msec_t next = cron_next(c, z, start * 1000);
    for (int64_t t = start + 60; t < end; t += 60) {
        bool hit = comes(&w, t);
        if (hit != (next == t * 1000)) {
            char is[25], said[25];
            fail_msg("%s in %s: the walk %s at %s, cron_next says %s", text, name, hit ? "comes" : "does not come",
                     when_text(t * 1000, is), when_text(next, said));
        }
        if (hit)
            next = cron_next(c, z, next);
    }
}

static void a_walk_minute_by_minute_finds_the_same_times(void **state)
{
    (void)state;
    static const char *const texts[] = {"*/7 * * * *", "30 2 * * *", "5,45 1-3 * * SUN", "0 0 1 * 1", "17 */5 */3 * 0",
                                        "59 23 28-31 * *"};
    static const struct {
        const char *zone, *from;
    } places[] = {
        {"UTC", "2026-02-20T00:00:00Z"},           {"Europe/Berlin", "2026-03-20T00:00:00Z"},
        {"Europe/Berlin", "2026-10-15T00:00:00Z"}, {"America/New_York", "2026-02-28T00:00:00Z"},
        {"America/New_York", "2040-10-20T00:00:00Z"}, {"Australia/Lord_Howe", "2026-03-25T00:00:00Z"},
        {"Australia/Lord_Howe", "2026-09-25T00:00:00Z"}, {"Asia/Kolkata", "2026-12-20T00:00:00Z"},
        {"America/St_Johns", "2008-03-01T00:00:00Z"}, {"Pacific/Apia", "2011-12-20T00:00:00Z"},
        {"Africa/Casablanca", "2026-02-10T00:00:00Z"}, {"Europe/Dublin", "2045-10-15T00:00:00Z"},
        {"Asia/Gaza", "2060-03-15T00:00:00Z"},
    };
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        assert_int_equal(setenv("TZ", places[i].zone, 1), 0);
        tzset();
        for (size_t k = 0; k < ARRAY_LEN(texts); k++)
            check_walk(texts[k], places[i].zone, places[i].from, 20);
    }
}

/* Every zone of the machine, offsets of every few days, against the C library: the table and the rule behind it. */
static void offsets_are_those_of_the_c_library(void **state)
{
    (void)state;
    static const char *const names[] = {
        "Europe/Berlin",   "America/New_York",   "Australia/Lord_Howe", "Asia/Kolkata",       "Africa/Casablanca",
        "Asia/Gaza",       "America/Nuuk",       "Antarctica/Troll",    "Europe/Dublin",      "America/Santiago",
        "Pacific/Apia",    "Asia/Tehran",        "Africa/Cairo",        "Pacific/Chatham",    "America/Sao_Paulo",
        "Europe/Istanbul", "Asia/Kathmandu",     "America/Caracas",     "Pacific/Kiritimati", "Etc/GMT-14",
        "EST5EDT",         "America/St_Johns",   "Asia/Jerusalem",      "Australia/Sydney",   "Europe/London",
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        AUTO(arena_free) struct arena a = {0};
        const struct cron_zone *z = zone(&a, names[i]);
        assert_int_equal(setenv("TZ", names[i], 1), 0);
        tzset();
        for (int64_t t = at("1905-01-01T00:00:00Z") / 1000; t < at("2130-01-01T00:00:00Z") / 1000; t += 86400 + 4321) {
            time_t at_s = (time_t)t;
            struct tm tm;
            assert_non_null(localtime_r(&at_s, &tm));
            struct cron_span s = cron_span_at(z, t);
            if (s.offset != tm.tm_gmtoff || s.from > t || s.to <= t) {
                char is[25];
                fail_msg("%s at %s: %d, the C library says %ld", names[i], when_text(t * 1000, is), (int)s.offset,
                         tm.tm_gmtoff);
            }
        }
    }
}

/* ---- texts ---- */

static void wrong_schedules_are_refused_at_the_byte(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
        int at;
    } rows[] = {
        {"", "a schedule has five fields (minute hour day month weekday); there are 0", 0},
        {"* * * *", "a schedule has five fields (minute hour day month weekday); there are 4", 7},
        {"5 ", "a schedule has five fields (minute hour day month weekday); there is 1", 2},
        {"* * * * * *", "a schedule has five fields (minute hour day month weekday); this one goes on", 10},
        {"@daily", "\"@daily\" is not known here: write \"0 0 * * *\"", 0},
        {" @Hourly ", "\"@hourly\" is not known here: write \"0 * * * *\"", 1},
        {"@reboot", "\"@reboot\" is not known here: a schedule has five fields: minute hour day month weekday", 0},
        {"60 * * * *", "the minute goes from 0 to 59", 0},
        {"* 24 * * *", "the hour goes from 0 to 23", 2},
        {"* * 0 * *", "the day of the month goes from 1 to 31", 4},
        {"* * 32 * *", "the day of the month goes from 1 to 31", 4},
        {"* * * 13 *", "the month goes from 1 to 12", 6},
        {"* * * * 8", "the weekday goes from 0 to 6", 8},
        {"* * * foo *", "\"foo\" is no month: months are 1 to 12 or JAN to DEC", 6},
        {"* * * * MO", "\"MO\" is no weekday: weekdays are 0 to 6 or SUN to SAT", 8},
        {"MON * * * *", "\"MON\" is no minute", 0},
        {"5-1 * * * *", "the range goes backwards: write it as two, with a comma", 0},
        {"* * * * FRI-MON", "the range goes backwards: write it as two, with a comma", 8},
        {"*/0 * * * *", "a step through the minute is a number from 1 to 59", 2},
        {"*/60 * * * *", "a step through the minute is a number from 1 to 59", 2},
        {"0 1/24 * * *", "a step through the hour is a number from 1 to 23", 4},
        {"0 0 * * */7", "a step through the weekday is a number from 1 to 6", 10},
        {"*/x * * * *", "\"x\" does not belong into the minute: it takes numbers, `*`, `,`, `-` and `/`", 2},
        {"1,,2 * * * *", "a value is missing in the minute", 2},
        {"1, * * * *", "a value is missing in the minute", 2},
        {"1- * * * *", "a value is missing in the minute", 2},
        {"* * ? * *", "\"?\" does not belong into the day of the month: it takes numbers, `*`, `,`, `-` and `/`", 4},
        {"* * L * *", "\"L\" is no day of the month", 4},
        {"* * 15W * *", "\"W\" does not belong into the day of the month: it takes numbers, `*`, `,`, `-` and `/`", 6},
        {"* * * * 5#2", "\"#\" does not belong into the weekday: it takes numbers, names, `*`, `,`, `-` and `/`", 9},
        {"-1 * * * *", "\"-\" does not belong into the minute: it takes numbers, `*`, `,`, `-` and `/`", 0},
        {"99999999999999999999 * * * *", "the minute goes from 0 to 59", 0},
        {"0 0 30 2 *", "no month of this schedule has such a day: it would never come", 4},
        {"0 0 31 4,6,9,11 *", "no month of this schedule has such a day: it would never come", 4},
        {"0 0 30 2 */2", "no month of this schedule has such a day: it would never come", 4},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        const struct cron *c;
        struct err e = {0};
        assert_int_equal(cron_compile(sv_of(rows[i].text), &a, &c, &e), -1);
        assert_int_equal(e.cls, ERR_INVALID);
        if (strcmp(e.msg, rows[i].why) != 0 || e.code != rows[i].at)
            fail_msg("%s: \"%s\" at %d", rows[i].text, e.msg, e.code);
    }
}

static void texts_are_written_in_one_form(void **state)
{
    (void)state;
    static const struct {
        const char *text, *canonical, *said;
        int gap;
    } rows[] = {
        {"* * * * *", "* * * * *", "every minute", 1},
        {"*/5  *\t* * *", "*/5 * * * *", "every 5 minutes", 5},
        {"0-59/5 * * * *", "*/5 * * * *", "every 5 minutes", 5},
        {"5 4 * * *", "5 4 * * *", "every day at 04:05", 1440},
        {"0 0,12 * * *", "0 0,12 * * *", "every day at 00:00 and 12:00", 720},
        {"20/15 * * * *", "20,35,50 * * * *", "at minutes 20, 35 and 50 of every hour", 15},
        {"7 * * * *", "7 * * * *", "at minute 7 of every hour", 60},
        {"0 9-17 * * MON-FRI", "0 9-17 * * 1-5", "on Monday to Friday at minute 0 of the hours 9 to 17", 60},
        {"0 22 * * 7", "0 22 * * 0", "on Sunday at 22:00", 7 * 1440},
        {"0 0 1 JAN *", "0 0 1 1 *", "on day 1 of the month at 00:00 in January", 365 * 1440},
        {"0 0 13 * FRI", "0 0 13 * 5", "on day 13 of the month and on Friday at 00:00", 1440},
        {"0 0 */10 * FRI", "0 0 */10 * 5", "on days 1, 11, 21 and 31 of the month that are also Friday at 00:00", 21 * 1440},
        {"0 0 1-31 * 1", "0 0 1-31 * 1", "every day at 00:00", 1440},
        {"0 0 */2,4 * *", "0 0 */2,4 * *",
         "on days 1, 3 to 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29 and 31 of the month at 00:00", 1440},
        {"0,58 23,0 * * *", "0,58 0,23 * * *", "every day at 00:00, 00:58, 23:00 and 23:58", 2},
        {"0 0 29 2 *", "0 0 29 2 *", "on day 29 of the month at 00:00 in February", 1461 * 1440},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        AUTO(buf_free) struct buf text = {0}, said = {0}, again = {0};
        const struct cron *c = compiled(&a, rows[i].text);
        cron_write(c, &text);
        cron_describe(c, &said);
        assert_string_equal(text.p, rows[i].canonical);
        assert_string_equal(said.p, rows[i].said);
        if (cron_shortest_gap(c) != rows[i].gap)
            fail_msg("%s: gap %d", rows[i].text, cron_shortest_gap(c));
        cron_write(compiled(&a, text.p), &again);
        assert_string_equal(again.p, text.p);
    }
}

static void only_names_of_zones_are_looked_up(void **state)
{
    (void)state;
    static const char *const bad[] = {"",          "/etc/passwd",         "../../etc/passwd", "Europe/../UTC",
                                      "Europe/",   "Europe//Berlin",      "posix/UTC",        "right/UTC",
                                      "Mars/Base", "europe/berlin",       "zone.tab",         "Europe",
                                      "tzdata\n",  "Europe/Berlin ",      "-x",               "posixrules2"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO(arena_free) struct arena a = {0};
        const struct cron_zone *z;
        struct err e = {0};
        if (cron_zone(bad[i], &a, &z, &e) != -1 || e.cls != ERR_MISSING)
            fail_msg("\"%s\" is taken for a zone", bad[i]);
    }
}

#define HEAD(version, counts) "TZif" version "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" counts
#define NOTHING "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define ONE_TYPE NOTHING "\0\0\0\1" "\0\0\0\1"
#define TYPE(offset) offset "\0\0" "\0"
static void zone_files_are_read_with_care(void **state)
{
    (void)state;
#define V1 HEAD("2", ONE_TYPE) TYPE("\0\0\0\0")
    static const struct {
        const char *what;
        struct sv file;
        int offset; /* of an instant in July 2026; -1 = refused */
    } rows[] = {
        {"nothing", SV(""), -1},
        {"another magic", SV("TZxx" "2" NOTHING NOTHING NOTHING), -1},
        {"an old file", SV(HEAD("\0", ONE_TYPE) TYPE("\0\0\x0e\x10")), 3600},
        {"a fixed zone", SV(V1 HEAD("2", ONE_TYPE) TYPE("\0\0\x0e\x10") "\nX-1\n"), 3600},
        {"the rule decides", SV(V1 HEAD("3", ONE_TYPE) TYPE("\0\0\0\0") "\nA-1B,M3.5.0,M10.5.0/3\n"), 7200},
        {"no rule", SV(V1 HEAD("2", ONE_TYPE) TYPE("\0\0\x0e\x10") "\n\n"), 3600},
        {"no end", SV(V1 HEAD("2", ONE_TYPE) TYPE("\0\0\x0e\x10") "\nX-1"), -1},
        {"a bad rule", SV(V1 HEAD("2", ONE_TYPE) TYPE("\0\0\x0e\x10") "\nX-1Y\n"), -1},
        {"quoted names", SV(V1 HEAD("2", ONE_TYPE) TYPE("\0\0\x0e\x10") "\n<+03>-3<+04>,J1/0,J365/25\n"), 14400},
        {"an offset too large", SV(V1 HEAD("2", ONE_TYPE) TYPE("\x7f\0\0\0") "\nX-1\n"), -1},
        {"cut off", SV(V1 HEAD("2", ONE_TYPE) "\0\0"), -1},
        {"leap seconds", SV(V1 HEAD("2", "\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\1") TYPE("\0\0\0\0")
                            "0123456789ab" "\nX-1\n"), -1},
        {"no type", SV(V1 HEAD("2", NOTHING NOTHING) "\nX-1\n"), -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(arena_free) struct arena a = {0};
        const struct cron_zone *z;
        struct err e = {0};
        int rc = cron_zone_read(rows[i].file, &a, &z, &e);
        int is = rc < 0 ? -1 : cron_span_at(z, at("2026-07-01T00:00:00Z") / 1000).offset;
        if (is != rows[i].offset)
            fail_msg("%s: %d", rows[i].what, is);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_times_are_right),
        cmocka_unit_test(there_is_none_within_eight_years),
        cmocka_unit_test(a_walk_minute_by_minute_finds_the_same_times),
        cmocka_unit_test(offsets_are_those_of_the_c_library),
        cmocka_unit_test(wrong_schedules_are_refused_at_the_byte),
        cmocka_unit_test(texts_are_written_in_one_form),
        cmocka_unit_test(only_names_of_zones_are_looked_up),
        cmocka_unit_test(zone_files_are_read_with_care),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
