/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/cron_parts.h"

enum { DAY_S = 86400, HORIZON_DAYS = 8 * 366, TEXT_MAX = 512 };
static const msec_t EARLIEST_MS = -62135596800000, LATEST_MS = 253402300799999; /* the years 1 to 9999 */

static const char *const month_names[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                          "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
static const char *const weekday_names[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

const struct cron_bounds cron_bounds[CRON_UNITS] = {
    [CRON_MINUTE] = {"minute", 0, 59, NULL},        [CRON_HOUR] = {"hour", 0, 23, NULL},
    [CRON_DAY] = {"day of the month", 1, 31, NULL}, [CRON_MONTH] = {"month", 1, 12, month_names},
    [CRON_WEEKDAY] = {"weekday", 0, 6, weekday_names},
};

struct parser {
    struct sv text;
    size_t at;
    struct err *e;
    enum cron_unit unit;
    struct cron_field *field;
};

static int bad(struct parser *p, size_t at, const char *fmt, ...) PRINTF_LIKE(3, 4);
static int bad(struct parser *p, size_t at, const char *fmt, ...)
{
    AUTO(buf_free) struct buf text = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vfmt(&text, fmt, ap);
    va_end(ap);
    err_set(p->e, ERR_INVALID, "%s", text.p);
    p->e->code = (int)at;
    return -1;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static char next_of(const struct parser *p)
{
    return p->at < p->text.n ? p->text.p[p->at] : ' ';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int take_number(struct parser *p, int *ret)
{
    size_t start = p->at;
    int n = 0;
    for (; next_of(p) >= '0' && next_of(p) <= '9'; p->at++)
        n = n < 10000 ? n * 10 + (next_of(p) - '0') : n;
    if (p->at == start) {
        char c = next_of(p);
        if (is_blank(c) || c == ',')
            return bad(p, p->at, "a value is missing in the %s", cron_bounds[p->unit].name);
        return bad(p, p->at, "\"%.*s\" does not belong into the %s: it takes numbers, `*`, `,`, `-` and `/`",
                   SV_ARG(sv_cut_chars(sv_from(p->text, p->at), 1)), cron_bounds[p->unit].name);
    }
    *ret = n;
    return 0;
}

static int take_name(struct parser *p, int *ret)
{
    const struct cron_bounds *b = &cron_bounds[p->unit];
    size_t start = p->at;
    while (is_letter(next_of(p)))
        p->at++;
    struct sv word = sv_n(p->text.p + start, p->at - start);
    for (int i = b->low; b->names && i <= b->high; i++)
        if (sv_ieq(word, sv_of(b->names[i - b->low]))) {
            *ret = i;
            return 0;
        }
    return bad(p, start, "\"%.*s\" is no %s%s", SV_ARG(sv_cut(word, 20)), b->name,
               !b->names                 ? ""
               : p->unit == CRON_MONTH ? ": months are 1 to 12 or JAN to DEC"
                                       : ": weekdays are 0 to 6 or SUN to SAT");
}

/* 7 is Sunday as well, as everywhere. */
static int highest(const struct parser *p)
{
    return cron_bounds[p->unit].high + (p->unit == CRON_WEEKDAY);
}

static int take_value(struct parser *p, int *ret)
{
    size_t start = p->at;
    if (is_letter(next_of(p)))
        return take_name(p, ret);
    if (take_number(p, ret) < 0)
        return -1;
    if (*ret < cron_bounds[p->unit].low || *ret > highest(p))
        return bad(p, start, "the %s goes from %d to %d", cron_bounds[p->unit].name, cron_bounds[p->unit].low,
                   cron_bounds[p->unit].high);
    return 0;
}

static int take_range(struct parser *p, int *ret_low, int *ret_high)
{
    const struct cron_bounds *b = &cron_bounds[p->unit];
    size_t start = p->at;
    *ret_low = b->low;
    *ret_high = b->high;
    if (next_of(p) == '*') {
        p->at++;
        return 0;
    }
    if (take_value(p, ret_low) < 0)
        return -1;
    *ret_high = *ret_low;
    if (next_of(p) == '/' && b->high > *ret_low) /* 20/15: from 20 on */
        *ret_high = b->high;
    if (next_of(p) != '-')
        return 0;
    p->at++;
    if (take_value(p, ret_high) < 0)
        return -1;
    if (*ret_high < *ret_low)
        return bad(p, start, "the range goes backwards: write it as two, with a comma");
    return 0;
}

static int take_element(struct parser *p)
{
    int low, high, step = 1;
    if (take_range(p, &low, &high) < 0)
        return -1;
    if (next_of(p) == '/') {
        size_t start = ++p->at;
        if (take_number(p, &step) < 0)
            return -1;
        if (step < 1 || step > cron_bounds[p->unit].high)
            return bad(p, start, "a step through the %s is a number from 1 to %d", cron_bounds[p->unit].name,
                       cron_bounds[p->unit].high);
    }
    for (int i = low; i <= high; i += step)
        p->field->set |= 1ull << (p->unit == CRON_WEEKDAY ? i % 7 : i);
    return 0;
}

static int take_field(struct parser *p)
{
    p->field->star = next_of(p) == '*';
    do {
        if (p->field->set)
            p->at++;
        if (take_element(p) < 0)
            return -1;
    } while (next_of(p) == ',');
    if (!is_blank(next_of(p)))
        return bad(p, p->at, "\"%.*s\" does not belong into the %s: it takes %s, `*`, `,`, `-` and `/`",
                   SV_ARG(sv_cut_chars(sv_from(p->text, p->at), 1)), cron_bounds[p->unit].name,
                   cron_bounds[p->unit].names ? "numbers, names" : "numbers");
    return 0;
}

/* GitHub does not know these either; people bring them from crontab(5). */
static int refuse_nickname(struct parser *p)
{
    static const char *const table[][2] = {
        {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"}, {"@weekly", "0 0 * * 0"},
        {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@hourly", "0 * * * *"},
    };
    struct sv word = sv_trim(sv_from(p->text, p->at));
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (sv_ieq(word, sv_of(table[i][0])))
            return bad(p, p->at, "\"%s\" is not known here: write \"%s\"", table[i][0], table[i][1]);
    return bad(p, p->at, "\"%.*s\" is not known here: a schedule has five fields: minute hour day month weekday",
               SV_ARG(sv_cut_chars(word, 20)));
}

/* Only a day of the month that no wanted month has can keep a schedule from ever coming. */
static bool never_comes(const struct cron *c)
{
    if (!c->at[CRON_DAY].star && !c->at[CRON_WEEKDAY].star)
        return false;
    for (int m = 1; m <= 12; m++)
        for (int d = 1; cron_has(c, CRON_MONTH, m) && d <= cron_days_in(2000, m); d++)
            if (cron_has(c, CRON_DAY, d))
                return false;
    return true;
}

static void skip_blanks(struct parser *p)
{
    while (p->at < p->text.n && is_blank(p->text.p[p->at]))
        p->at++;
}

int cron_compile(struct sv text, struct arena *a, const struct cron **ret, struct err *e)
{
    struct cron *c = arena_new(a, sizeof *c);
    struct parser p = {.text = text, .e = e};
    size_t starts[CRON_UNITS];
    if (text.n > TEXT_MAX)
        return bad(&p, 0, "the schedule is longer than %d bytes", TEXT_MAX);
    for (int u = 0; u < CRON_UNITS; u++) {
        skip_blanks(&p);
        if (next_of(&p) == '@')
            return refuse_nickname(&p);
        if (p.at == text.n)
            return bad(&p, p.at, "a schedule has five fields (minute hour day month weekday); there %s %d",
                       u == 1 ? "is" : "are", u);
        p.unit = (enum cron_unit)u;
        p.field = &c->at[u];
        starts[u] = p.at;
        if (take_field(&p) < 0)
            return -1;
    }
    skip_blanks(&p);
    if (p.at < text.n)
        return bad(&p, p.at, "a schedule has five fields (minute hour day month weekday); this one goes on");
    if (never_comes(c))
        return bad(&p, starts[CRON_DAY], "no month of this schedule has such a day: it would never come");
    *ret = c;
    return 0;
}

/* Howard Hinnant's calendar: years that begin in March, in eras of 400. */
int64_t cron_day_of(int64_t year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct cron_date cron_date_of(int64_t day)
{
    int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
    struct cron_date d = {.day = (int)(of_year - (153 * m + 2) / 5 + 1), .month = (int)(m < 10 ? m + 3 : m - 9)};
    d.year = y + era * 400 + (d.month <= 2);
    d.weekday = (int)(((day + 4) % 7 + 7) % 7);
    return d;
}

int cron_days_in(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

bool cron_wants_day(const struct cron *c, int64_t day)
{
    struct cron_date d = cron_date_of(day);
    if (!cron_has(c, CRON_MONTH, d.month))
        return false;
    bool by_day = cron_has(c, CRON_DAY, d.day), by_weekday = cron_has(c, CRON_WEEKDAY, d.weekday);
    return c->at[CRON_DAY].star || c->at[CRON_WEEKDAY].star ? by_day && by_weekday : by_day || by_weekday;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* The first moment that shows the local time, or that is past it when clocks never show it. */
static int64_t moment_of(const struct cron_zone *z, int64_t local)
{
    enum { WIDEST_S = 26 * 3600 }; /* RFC 8536: no offset is larger */
    struct cron_span s = cron_span_at(z, local - WIDEST_S);
    while (local - s.offset >= s.to)
        s = cron_span_at(z, s.to);
    return local - s.offset > s.from ? local - s.offset : s.from;
}

/* The moment of the first wanted minute of this day, not before minute `from`, that is later than `after`. */
static bool next_on_day(const struct cron *c, const struct cron_zone *z, int64_t day, int from, msec_t after,
                        msec_t *ret)
{
    for (int m = from; m < 24 * 60; m++) {
        if (!cron_has(c, CRON_HOUR, m / 60)) {
            m += 59 - m % 60;
            continue;
        }
        if (!cron_has(c, CRON_MINUTE, m % 60))
            continue;
        *ret = moment_of(z, day * DAY_S + m * 60) * 1000;
        if (*ret > after)
            return true;
    }
    return false;
}

msec_t cron_next(const struct cron *c, const struct cron_zone *z, msec_t after)
{
    msec_t found;
    if (after < EARLIEST_MS || after > LATEST_MS)
        return INT64_MAX;
    int64_t now = floor_div(after, 1000), local = now + cron_span_at(z, now).offset;
    int64_t day = floor_div(local, DAY_S);
    int from = (int)((local - day * DAY_S) / 60); /* earlier local times are past: moment_of never goes back */
    for (int i = 0; i <= HORIZON_DAYS; i++, day++, from = 0)
        if (cron_wants_day(c, day) && next_on_day(c, z, day, from, after, &found))
            return found;
    return INT64_MAX;
}
