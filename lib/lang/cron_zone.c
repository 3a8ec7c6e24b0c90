/* SPDX-License-Identifier: Apache-2.0 */
/* Zones of the tz database: TZif files (RFC 8536) and the POSIX rule at their end, which holds for all later years. */
#include "base/file.h"
#include "lang/cron_parts.h"

enum { DAY_S = 86400, FILE_MAX = 256 << 10, OFFSET_MAX = 26 * 3600, RULE_HOURS = 167, NAME_MAX_N = 60 };

struct zone_day { /* when in a year the clocks change */
    enum { DAY_JULIAN, DAY_ZERO, DAY_WEEK } kind; /* Jn, n, Mm.w.d */
    int month, week, day;
    int32_t time_s;
};
struct zone_rule {
    bool known, summer;
    int32_t standard_s, summer_s; /* offsets, east is positive */
    struct zone_day begin, end;
};

struct cron_zone {
    size_t n;
    const int64_t *times; /* ascending */
    const int32_t *offsets; /* from times[i] on */
    int32_t first;          /* before times[0] */
    struct zone_rule rule;  /* after the last one */
};

static const struct cron_zone utc;

/* ---- the rule ---- */

static bool take(struct sv *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = sv_from(*s, 1);
    return true;
}

static bool take_digits(struct sv *s, int low, int high, int *ret)
{
    size_t n = 0;
    *ret = 0;
    while (n < s->n && n < 4 && s->p[n] >= '0' && s->p[n] <= '9')
        *ret = *ret * 10 + (s->p[n++] - '0');
    *s = sv_from(*s, n);
    return n > 0 && *ret >= low && *ret <= high;
}

static bool take_clock(struct sv *s, int hours, int32_t *ret)
{
    int h, m = 0, sec = 0, sign = take(s, '-') ? -1 : 1;
    if (sign > 0)
        (void)take(s, '+');
    if (!take_digits(s, 0, hours, &h) || (take(s, ':') && !take_digits(s, 0, 59, &m)) ||
        (take(s, ':') && !take_digits(s, 0, 59, &sec)))
        return false;
    *ret = sign * (h * 3600 + m * 60 + sec);
    return true;
}

static bool take_name(struct sv *s)
{
    bool quoted = take(s, '<');
    size_t n = 0;
    while (n < s->n && (quoted ? s->p[n] != '>'
                               : (s->p[n] >= 'a' && s->p[n] <= 'z') || (s->p[n] >= 'A' && s->p[n] <= 'Z')))
        n++;
    *s = sv_from(*s, n);
    return n > 0 && (!quoted || take(s, '>'));
}

static bool take_day(struct sv *s, struct zone_day *ret)
{
    bool ok;
    *ret = (struct zone_day){.time_s = 2 * 3600};
    if (take(s, 'M')) {
        ret->kind = DAY_WEEK;
        ok = take_digits(s, 1, 12, &ret->month) && take(s, '.') && take_digits(s, 1, 5, &ret->week) && take(s, '.') &&
             take_digits(s, 0, 6, &ret->day);
    } else if (take(s, 'J')) {
        ret->kind = DAY_JULIAN;
        ok = take_digits(s, 1, 365, &ret->day);
    } else {
        ret->kind = DAY_ZERO;
        ok = take_digits(s, 0, 365, &ret->day);
    }
    return ok && (!take(s, '/') || take_clock(s, RULE_HOURS, &ret->time_s));
}

/* POSIX counts offsets to the west. */
static bool rule_read(struct sv s, struct zone_rule *ret)
{
    int32_t west;
    *ret = (struct zone_rule){.known = true};
    if (!take_name(&s) || !take_clock(&s, 24, &west))
        return false;
    ret->standard_s = -west;
    if (s.n == 0)
        return true;
    ret->summer = true;
    ret->summer_s = ret->standard_s + 3600;
    if (!take_name(&s))
        return false;
    if (s.n && s.p[0] != ',') {
        if (!take_clock(&s, 24, &west))
            return false;
        ret->summer_s = -west;
    }
    return take(&s, ',') && take_day(&s, &ret->begin) && take(&s, ',') && take_day(&s, &ret->end) && s.n == 0;
}

/* Seconds from 1970 to the change in this year, on the clock that is in force before it. */
static int64_t change_in(const struct zone_day *d, int64_t year)
{
    int64_t first = cron_day_of(year, d->kind == DAY_WEEK ? d->month : 1, 1);
    if (d->kind == DAY_ZERO) {
        first += d->day;
    } else if (d->kind == DAY_JULIAN) {
        first += d->day - 1 + (d->day >= 60 && cron_days_in(year, 2) == 29);
    } else {
        int ahead = (d->day - cron_date_of(first).weekday + 7) % 7 + (d->week - 1) * 7;
        first += ahead < cron_days_in(year, d->month) ? ahead : ahead - 7;
    }
    return first * DAY_S + d->time_s;
}

static struct cron_span rule_span(const struct zone_rule *r, int64_t t)
{
    struct cron_span s = {INT64_MIN, INT64_MAX, r->standard_s};
    if (!r->summer)
        return s;
    int64_t year = cron_date_of(t / DAY_S - (t % DAY_S < 0)).year;
    for (int64_t y = year - 1; y <= year + 1; y++) {
        int64_t change[2] = {change_in(&r->begin, y) - r->standard_s, change_in(&r->end, y) - r->summer_s};
        for (int k = 0; k < 2; k++) {
            if (change[k] <= t && change[k] >= s.from) {
                s.from = change[k];
                s.offset = k == 0 ? r->summer_s : r->standard_s;
            } else if (change[k] > t && change[k] < s.to) {
                s.to = change[k];
            }
        }
    }
    return s;
}

/* ---- the table ---- */

struct cron_span cron_span_at(const struct cron_zone *z, int64_t t)
{
    if (!z)
        z = &utc;
    size_t low = 0, high = z->n; /* how many times are <= t */
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (z->times[mid] <= t)
            low = mid + 1;
        else
            high = mid;
    }
    struct cron_span s = {low ? z->times[low - 1] : INT64_MIN, low < z->n ? z->times[low] : INT64_MAX,
                          low ? z->offsets[low - 1] : z->first};
    if (low < z->n || !z->rule.known)
        return s;
    struct cron_span later = rule_span(&z->rule, t);
    later.from = later.from > s.from ? later.from : s.from;
    return later;
}

struct tzif {
    struct sv rest;
    uint32_t n_isut, n_isstd, n_leap, n_time, n_type, n_char;
    unsigned version, width;
};

static int64_t number_at(const char *p, unsigned width)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < width; i++)
        v = v << 8 | (unsigned char)p[i];
    return width == 4 ? (int64_t)(int32_t)(uint32_t)v : (int64_t)v;
}

static bool head_read(struct tzif *t, unsigned width)
{
    enum { HEAD = 44, COUNT_MAX = 1 << 16 };
    uint32_t *const counts[] = {&t->n_isut, &t->n_isstd, &t->n_leap, &t->n_time, &t->n_type, &t->n_char};
    if (t->rest.n < HEAD || !sv_starts(t->rest, SV("TZif")))
        return false;
    t->version = (unsigned char)t->rest.p[4];
    t->width = width;
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        int64_t n = number_at(t->rest.p + 20 + 4 * i, 4);
        if (n < 0 || n > COUNT_MAX)
            return false;
        *counts[i] = (uint32_t)n;
    }
    t->rest = sv_from(t->rest, HEAD);
    return t->n_type > 0;
}

static size_t block_size(const struct tzif *t)
{
    return (size_t)t->n_time * (t->width + 1) + (size_t)t->n_type * 6 + t->n_char + (size_t)t->n_leap * (t->width + 4) +
           t->n_isstd + t->n_isut;
}

static bool offset_of(const struct tzif *t, const char *types, unsigned i, int32_t *ret)
{
    if (i >= t->n_type)
        return false;
    *ret = (int32_t)number_at(types + (size_t)i * 6, 4);
    return *ret >= -OFFSET_MAX && *ret <= OFFSET_MAX;
}

static bool block_read(struct tzif *t, struct arena *a, struct cron_zone *z)
{
    if (t->rest.n < block_size(t) || t->n_leap)
        return false;
    const char *index = t->rest.p + (size_t)t->n_time * t->width, *types = index + t->n_time;
    int64_t *times = arena_new(a, (t->n_time + 1) * sizeof *times);
    int32_t *offsets = arena_new(a, (t->n_time + 1) * sizeof *offsets);
    for (uint32_t i = 0; i < t->n_time; i++) {
        times[i] = number_at(t->rest.p + (size_t)i * t->width, t->width);
        /* Room for every sum with an offset. */
        if ((i && times[i] <= times[i - 1]) || times[i] > INT64_MAX / 4 || times[i] < INT64_MIN / 4 ||
            !offset_of(t, types, (unsigned char)index[i], &offsets[i]))
            return false;
    }
    z->times = times;
    z->offsets = offsets;
    z->n = t->n_time;
    t->rest = sv_from(t->rest, block_size(t));
    return offset_of(t, types, 0, &z->first);
}

static bool footer_read(struct sv rest, struct cron_zone *z)
{
    struct sv line;
    if (!take(&rest, '\n') || sv_chr(rest, '\n') < 0)
        return false;
    return !sv_next(&rest, '\n', &line) || line.n == 0 || rule_read(line, &z->rule);
}

int cron_zone_read(struct sv file, struct arena *a, const struct cron_zone **ret, struct err *e)
{
    struct cron_zone *z = arena_new(a, sizeof *z);
    struct tzif t = {.rest = file};
    bool ok = head_read(&t, 4);
    if (ok && t.version >= '2') { /* the first block is for old readers */
        ok = t.rest.n >= block_size(&t);
        t.rest = sv_from(t.rest, block_size(&t));
        ok = ok && head_read(&t, 8) && block_read(&t, a, z) && footer_read(t.rest, z);
    } else if (ok) {
        ok = block_read(&t, a, z);
    }
    if (!ok)
        return err_set(e, ERR_INVALID, "is no time zone file that this program understands");
    *ret = z;
    return 0;
}

/* ---- names ---- */

static bool is_name(struct sv name)
{
    struct sv rest = name, part;
    if (name.n == 0 || name.n > NAME_MAX_N || sv_ends(name, SV("/")) || sv_starts(name, SV("posix/")) ||
        sv_starts(name, SV("right/")))
        return false;
    while (sv_next(&rest, '/', &part)) {
        if (part.n == 0 || part.p[0] == '-')
            return false;
        for (size_t i = 0; i < part.n; i++)
            if (!((part.p[i] >= 'a' && part.p[i] <= 'z') || (part.p[i] >= 'A' && part.p[i] <= 'Z') ||
                  (part.p[i] >= '0' && part.p[i] <= '9') || strchr("_+-", part.p[i])))
                return false;
    }
    return true;
}

int cron_zone(const char *name, struct arena *a, const struct cron_zone **ret, struct err *e)
{
    static const char folder[] = "/usr/share/zoneinfo";
    AUTO(buf_free) struct buf path = {0}, file = {0};
    *ret = &utc;
    if (!name || strcmp(name, "UTC") == 0)
        return 0;
    if (!is_name(sv_of(name)))
        return err_set(e, ERR_MISSING, "\"%.*s\" is not the name of a time zone: they look like \"Europe/Berlin\"",
                       SV_ARG(sv_cut_chars(sv_of(name), NAME_MAX_N)));
    buf_fmt(&path, "%s/%s", folder, name);
    if (file_read(path.p, FILE_MAX, &file, e) == 0 && cron_zone_read(buf_view(&file), a, ret, e) == 0)
        return 0;
    if (!file_exists(folder))
        return err_set(e, ERR_MISSING, "%s is absent: install the package tzdata", folder);
    return err_set(e, ERR_MISSING, "there is no time zone \"%s\"", name);
}
