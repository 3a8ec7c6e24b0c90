/* SPDX-License-Identifier: Apache-2.0 */
/* Up to the first NUL: a schedule; the rest: a time zone file. A schedule is written and read again, its next times
 * are compared with a search minute by minute, and the fields are judged by a reader of their own. In the zone of the
 * file, whatever it says, times only go forward. */
#include "lang/cron_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WALK_MINUTES = 3 * 1440 };
static const msec_t starts[] = {0, 951782340000, 1792886400000, 4107542340000};

/* Fields of numbers alone, read the simple way: whatever this reads must be read alike. */
static bool plain_set(struct sv field, int low, int high, int modulus, uint64_t *ret)
{
    struct sv element;
    for (*ret = 0; sv_next(&field, ',', &element);) {
        int64_t from, to;
        struct sv rest = element, first;
        if (!sv_next(&rest, '-', &first) || !sv_int(first, &from) || first.n > 2)
            return false;
        to = from;
        if (first.n < element.n && (!sv_int(rest, &to) || rest.n > 2))
            return false;
        if (from < low || to > high || from > to)
            return false;
        for (int64_t v = from; v <= to; v++)
            *ret |= 1ull << v % modulus;
    }
    return *ret != 0;
}

static void judge_fields(struct sv text, const struct cron *c)
{
    static const int bounds[CRON_UNITS][3] = {{0, 59, 64}, {0, 23, 64}, {1, 31, 64}, {1, 12, 64}, {0, 7, 7}};
    struct sv field;
    uint64_t set;
    if (sv_chr(text, '\t') >= 0)
        return;
    for (int u = 0; u < CRON_UNITS && sv_next(&text, ' ', &field); u++) {
        if (field.n == 0)
            return; /* more than one blank */
        if (plain_set(field, bounds[u][0], bounds[u][1], bounds[u][2], &set))
            MUST(set == c->at[u].set && !c->at[u].star);
    }
}

static void judge_again(const struct cron *c, struct arena *a)
{
    AUTO(buf_free) struct buf text = {0}, again = {0}, said = {0};
    const struct cron *other;
    struct err e = {0};
    cron_write(c, &text);
    MUST(cron_compile(buf_view(&text), a, &other, &e) == 0);
    for (int u = 0; u < CRON_UNITS; u++)
        MUST(c->at[u].set == other->at[u].set);
    MUST(c->at[CRON_DAY].star == other->at[CRON_DAY].star && c->at[CRON_WEEKDAY].star == other->at[CRON_WEEKDAY].star);
    cron_write(other, &again);
    MUST(sv_eq(buf_view(&text), buf_view(&again)));
    cron_describe(c, &said);
    MUST(said.n > 0 && sv_bad_utf8(buf_view(&said)) < 0);
}

static msec_t walk(const struct cron *c, msec_t after)
{
    int64_t minute = after / 60000 + 1;
    for (int64_t end = minute + WALK_MINUTES; minute < end; minute++)
        if (cron_has(c, CRON_MINUTE, (int)(minute % 60)) && cron_has(c, CRON_HOUR, (int)(minute / 60 % 24)) &&
            cron_wants_day(c, minute / 1440))
            return minute * 60000;
    return -1;
}

static void judge_times(const struct cron *c, const struct cron_zone *utc)
{
    int gap = cron_shortest_gap(c);
    MUST(gap >= 1);
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        msec_t next = cron_next(c, utc, starts[i]), found = walk(c, starts[i]);
        MUST(next > starts[i] && next % 60000 == 0);
        MUST(found < 0 ? next > starts[i] + WALK_MINUTES * 60000ll : next == found);
        if (next == INT64_MAX)
            continue;
        MUST(cron_next(c, utc, next - 1) == next);
        msec_t later = cron_next(c, utc, next);
        MUST(later == INT64_MAX || later - next >= gap * 60000ll);
    }
}

static void judge_zone(const struct cron *c, struct sv file, struct arena *a)
{
    const struct cron_zone *z;
    struct err e = {0};
    if (cron_zone_read(file, a, &z, &e) < 0) {
        MUST(e.cls == ERR_INVALID && e.msg[0]);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        int64_t t = starts[i] / 1000;
        struct cron_span s = cron_span_at(z, t);
        MUST(s.from <= t && t < s.to && s.offset >= -26 * 3600 && s.offset <= 26 * 3600);
        MUST(cron_next(c, z, starts[i]) > starts[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sv all = sv_n((const char *)data, size), text = all;
    ptrdiff_t end = sv_chr(all, '\0');
    AUTO(arena_free) struct arena a = {0};
    const struct cron *c;
    const struct cron_zone *utc;
    struct err e = {0};
    if (end >= 0)
        text = sv_cut(all, (size_t)end);
    if (cron_compile(text, &a, &c, &e) < 0) {
        MUST(e.cls == ERR_INVALID && e.msg[0] && e.code >= 0 && (size_t)e.code <= text.n);
        return 0;
    }
    judge_fields(text, c);
    judge_again(c, &a);
    MUST(cron_zone(NULL, &a, &utc, &e) == 0);
    judge_times(c, utc);
    if (end >= 0)
        judge_zone(c, sv_from(all, (size_t)end + 1), &a);
    return 0;
}
