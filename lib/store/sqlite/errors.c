/* SPDX-License-Identifier: Apache-2.0 */
#include "store/errors.h"
#include <stdlib.h>
#include "base/map.h"
#include "store/sqlite/error_group.h"
#include "store/sqlite/reader.h"

struct counting {
    const struct error_ask *ask;
    struct error_page *page;
    struct arena a;
    struct map by_error; /* -> struct error_group */
    VEC(struct error_group *) all;
};

/* ---- counts into groups ---- */

static bool fits(const char *want, const char *have)
{
    return !want || strcmp(want, have) == 0;
}

static struct error_group *group_of(struct counting *k, const char *error, const char *class)
{
    struct error_group *g = map_get(&k->by_error, sv_of(error));
    if (g)
        return g;
    g = arena_new(&k->a, sizeof *g);
    *g = (struct error_group){
        .error = arena_strdup(&k->a, error), .class = arena_strdup(&k->a, class), .first_at = INT64_MAX};
    map_put(&k->by_error, sv_of(g->error), g);
    VEC_PUSH(&k->all, g);
    return g;
}

static void take_count(struct counting *k, struct cur *c)
{
    msec_t at = col_int(c);
    const char *error = col_text(c), *class = col_text(c);
    if (!error || !class || !fits(k->ask->class, class))
        return;
    struct error_group *g = group_of(k, error, class);
    int64_t n = col_int(c), bucket = (at - k->page->since) / k->page->step;
    msec_t first = col_int(c), last = col_int(c);
    int64_t newest = col_int(c);
    g->n += n;
    g->first_at = first < g->first_at ? first : g->first_at;
    g->last_at = last > g->last_at ? last : g->last_at;
    g->newest = newest > g->newest ? newest : g->newest;
    if (bucket >= 0 && bucket < k->ask->buckets)
        g->trend[bucket] += (int)n;
    k->page->total += n;
}

static int take_counts(struct counting *k, struct reader *r, struct err *e)
{
    struct cur c = cur_on(&r->db, SQL_ERROR_COUNTS);
    int rc, seen = 0;
    cur_int(&c, k->page->step);
    cur_must_text(&c, k->ask->repository);
    cur_int(&c, k->page->since);
    cur_int(&c, ERROR_ROWS + 1);
    while ((rc = cur_next(&c, e)) > 0 && seen++ < ERROR_ROWS)
        take_count(k, &c);
    if (rc > 0) /* some of that bucket may be counted */
        k->page->counted_from = col_int(&c) + k->page->step;
    cur_end(&c);
    return rc < 0 ? -1 : 0;
}

/* Of one error each bucket is found at once. */
static int take_counts_of(struct counting *k, struct reader *r, struct err *e)
{
    int rc = 0;
    for (int i = 0; rc >= 0 && i < k->ask->buckets; i++) {
        struct cur c = cur_on(&r->db, SQL_ERROR_COUNT);
        cur_int(&c, k->page->step);
        cur_must_text(&c, k->ask->repository);
        cur_int(&c, k->page->since + i * k->page->step);
        cur_text(&c, k->ask->error);
        if ((rc = cur_next(&c, e)) > 0)
            take_count(k, &c);
        cur_end(&c);
    }
    return rc < 0 ? -1 : 0;
}

/* ---- their order, and pages of it ---- */

static int by_error(const struct error_group *a, const struct error_group *b)
{
    return strcmp(a->error, b->error);
}

static int newest_first(const void *x, const void *y)
{
    const struct error_group *a = *(const struct error_group *const *)x, *b = *(const struct error_group *const *)y;
    return a->last_at != b->last_at ? (a->last_at < b->last_at ? 1 : -1) : by_error(a, b);
}

static int most_first(const void *x, const void *y)
{
    const struct error_group *a = *(const struct error_group *const *)x, *b = *(const struct error_group *const *)y;
    return a->n != b->n ? (a->n < b->n ? 1 : -1) : newest_first(x, y);
}

/* "number\nerror": what it is ordered by, and whose it is. False: it is no place. */
static bool place_get(struct sv text, struct error_group *ret, char error[64])
{
    ptrdiff_t lf = sv_chr(text, '\n');
    struct sv name = lf < 0 ? SV("") : sv_from(text, (size_t)lf + 1), rest = sv_cut(text, lf < 0 ? 0 : (size_t)lf), n;
    if (name.n >= 64 || !sv_next(&rest, ' ', &n) || !sv_int(n, &ret->n) || !sv_int(rest, &ret->last_at))
        return false;
    memcpy(error, name.p, name.n);
    error[name.n] = 0;
    ret->error = error;
    return true;
}

/* Index of the first that stands behind the place. */
static size_t first_behind(const struct counting *k)
{
    char error[64];
    struct error_group place = {0};
    const struct error_group *at = &place;
    size_t i = 0;
    if (!k->ask->after || !place_get(sv_of(k->ask->after), &place, error))
        return 0;
    while (i < k->all.n &&
           (k->ask->order == ERRORS_MOST ? most_first(&k->all.at[i], &at) : newest_first(&k->all.at[i], &at)) <= 0)
        i++;
    return i;
}

static int show_page(struct counting *k, struct reader *r, row_fn *row, void *ctx, struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    size_t i = first_behind(k), end = i + (size_t)k->ask->limit;
    for (; i < k->all.n && i < end; i++) {
        struct jout o = {.buf = &text};
        buf_clear(&text);
        if (error_group_json(r, k->all.at[i], k->ask, k->page, &o, e) < 0)
            return -1;
        row(ctx, buf_view(&text));
    }
    if (i < k->all.n && i > 0) {
        const struct error_group *last = k->all.at[i - 1];
        buf_fmt(&k->page->next, "%lld %lld\n%s", (long long)last->n, (long long)last->last_at, last->error);
    }
    return 0;
}

int read_errors(struct reader *r, const struct error_ask *ask, struct error_page *ret, row_fn *row, void *ctx,
                struct err *e)
{
    static const msec_t steps[] = {[ERRORS_BY_HOUR] = 3600000, [ERRORS_BY_DAY] = 86400000};
    struct counting k = {.ask = ask, .page = ret};
    if (ask->buckets < 1 || ask->buckets > ERROR_BUCKETS || ask->limit < 1)
        return err_set(e, ERR_BUG, "no such page of errors");
    *ret = (struct error_page){.step = steps[ask->span]};
    ret->since = ask->now - ask->now % ret->step - (ask->buckets - 1) * ret->step;
    ret->counted_from = ret->since;
    if (reader_begin(r, e) < 0)
        return -1;
    int rc = ask->error ? take_counts_of(&k, r, e) : take_counts(&k, r, e);
    if (rc == 0 && k.all.n)
        qsort(k.all.at, k.all.n, sizeof *k.all.at, ask->order == ERRORS_MOST ? most_first : newest_first);
    ret->groups = (int64_t)k.all.n;
    if (rc == 0)
        rc = show_page(&k, r, row, ctx, e);
    reader_end(r);
    map_free(&k.by_error);
    VEC_FREE(&k.all);
    arena_free(&k.a);
    return rc;
}
