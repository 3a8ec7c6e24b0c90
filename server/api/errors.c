/* SPDX-License-Identifier: Apache-2.0 */
/* Failures in groups, and how long jobs take: what was learned from runs. */
#include "store/errors.h"
#include "fmt/enc.h"
#include "fmt/json.h"
#include "server/api/page.h"
#include "store/durations.h"

enum { GROUPS_MOST = 50, ROWS_MOST = 100, ERROR_TEXT = 64 };

static const struct range {
    const char *name;
    enum error_span span;
    int buckets;
} ranges[] = {{"24h", ERRORS_BY_HOUR, 24}, {"7d", ERRORS_BY_DAY, 7}, {"30d", ERRORS_BY_DAY, 30}};

/* NULL = from the first on. False: it is answered. */
static bool cursor_of(const struct api_call *c, enum listing what, struct arena *a, const char **ret)
{
    AUTO(buf_free) struct buf text = {0}, place = {0};
    struct sv v = api_query(c, "cursor", &text);
    *ret = NULL;
    if (!v.p)
        return true;
    if (!api_cursor_get(what, v, &place)) {
        api_problem(c, 400, "cursor is none of this list", NULL);
        return false;
    }
    *ret = arena_dup(a, buf_view(&place));
    return true;
}

static void put_next(struct jout *j, enum listing what, struct sv place)
{
    AUTO(buf_free) struct buf next = {0};
    if (place.n)
        api_cursor_put(what, place, &next);
    jout_kstr(j, "next", place.n ? buf_view(&next) : SV_NONE);
    jout_close(j, '}');
    buf_chr(j->buf, '\n');
}

static const struct range *range_of(const struct api_call *c)
{
    AUTO(buf_free) struct buf text = {0};
    struct sv v = api_query(c, "range", &text);
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
        if (v.p && sv_is(v, ranges[i].name))
            return &ranges[i];
    return &ranges[1];
}

static void put_span(struct jout *j, const struct range *range, const struct error_page *p)
{
    char at[25];
    jout_kstrz(j, "range", range->name);
    jout_kstrz(j, "since", when_text(p->since, at));
    jout_kint(j, "step_s", p->step / 1000);
    jout_key(j, "at");
    jout_open(j, '[');
    for (int i = 0; i < range->buckets; i++)
        jout_int(j, (p->since + i * p->step) / 1000);
    jout_close(j, ']');
}

static void put_row(void *ctx, struct sv json)
{
    jout_raw(ctx, json);
}

/* ---- groups ---- */

static void answer_errors(const struct api_call *c, const struct range *range, struct error_page *p, struct sv rows)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    put_span(&j, range, p);
    jout_kint(&j, "total", p->total);
    jout_kint(&j, "groups", p->groups);
    char from[25];
    jout_kstrz(&j, "counted_from", when_text(p->counted_from, from));
    jout_key(&j, "errors");
    jout_raw(&j, rows);
    put_next(&j, LIST_ERRORS, buf_view(&p->next));
    api_json(c, 200, buf_view(&b));
}

void api_errors(const struct api_call *c)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf rows = {0};
    struct jout j = {.buf = &rows};
    struct err e = {0};
    struct error_page p = {0};
    struct reader *r = intake_reader(c->intake);
    const struct range *range = range_of(c);
    const char *order = api_said(c, "sort", &a);
    struct error_ask ask = {.span = range->span,
                            .buckets = range->buckets,
                            .now = clk_wall_ms(),
                            .class = api_said(c, "class", &a),
                            .repository = api_said_repository(c, &a),
                            .order = order && strcmp(order, "most") == 0 ? ERRORS_MOST : ERRORS_NEWEST,
                            .limit = api_limit(c, GROUPS_MOST)};
    if (!cursor_of(c, LIST_ERRORS, &a, &ask.after))
        return;
    jout_open(&j, '[');
    int rc = r ? read_errors(r, &ask, &p, put_row, &j, &e) : -1;
    jout_close(&j, ']');
    if (rc < 0)
        api_no_store(c, &e);
    else
        answer_errors(c, range, &p, buf_view(&rows));
    buf_free(&p.next);
}

/* ---- one of them ---- */

struct attempts {
    struct jout j;
    int n, limit;
    bool more;
    char last[ID_TEXT];
};

static void put_attempt(void *ctx, struct sv json)
{
    struct attempts *x = ctx;
    static const struct sv id = {"{\"id\":\"", 7};
    x->more = x->n == x->limit;
    if (x->more)
        return;
    jout_raw(&x->j, json);
    x->n++;
    if (sv_starts(json, id) && json.n > id.n + ID_TEXT) {
        memcpy(x->last, json.p + id.n, ID_TEXT - 1);
        x->last[ID_TEXT - 1] = 0;
    }
}

static void answer_error(const struct api_call *c, const struct range *range, const struct error_page *p,
                         struct sv group, const struct attempts *x)
{
    AUTO(buf_free) struct buf b = {0};
    struct jout j = {.buf = &b};
    jout_open(&j, '{');
    jout_kint(&j, "schema", 1);
    jout_kstr(&j, "fingerprint", c->rest);
    put_span(&j, range, p);
    jout_key(&j, "group");
    jout_raw(&j, group.n ? group : SV("null"));
    jout_key(&j, "attempts");
    jout_raw(&j, buf_view(x->j.buf));
    put_next(&j, LIST_ERROR_ATTEMPTS, x->more ? sv_of(x->last) : SV_NONE);
    api_json(c, 200, buf_view(&b));
}

void api_error(const struct api_call *c)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf group = {0}, rows = {0};
    struct err e = {0};
    struct error_page p = {0};
    struct jout one = {.buf = &group};
    struct reader *r = intake_reader(c->intake);
    const struct range *range = range_of(c);
    const char *error = arena_dup(&a, c->rest), *cursor;
    struct error_ask ask = {
        .span = range->span, .buckets = range->buckets, .now = clk_wall_ms(), .error = error, .limit = 1};
    struct attempts x = {.j = {.buf = &rows}, .limit = api_limit(c, ROWS_MOST)};
    int64_t before = 0;
    if (!cursor_of(c, LIST_ERROR_ATTEMPTS, &a, &cursor))
        return;
    if (cursor && !id_parse(sv_of(cursor), &before)) {
        api_problem(c, 400, "cursor is none of this list", NULL);
        return;
    }
    jout_open(&x.j, '[');
    int rc = r && c->rest.n < ERROR_TEXT ? read_errors(r, &ask, &p, put_row, &one, &e) : -1;
    if (rc == 0)
        rc = read_error_attempts(r, error, before, x.limit + 1, put_attempt, &x, &e);
    jout_close(&x.j, ']');
    if (c->rest.n >= ERROR_TEXT || (rc == 0 && !group.n && !x.n && !cursor))
        api_problem(c, 404, "no such error", NULL);
    else if (rc < 0)
        api_no_store(c, &e);
    else
        answer_error(c, range, &p, buf_view(&group), &x);
    buf_free(&p.next);
}

/* ---- durations ---- */

struct durations_page {
    struct jout j;
    int n, limit;
    bool more;
    struct buf last;
};

static void put_duration(void *ctx, struct sv json)
{
    struct durations_page *p = ctx;
    p->more = p->n == p->limit;
    if (p->more)
        return;
    jout_raw(&p->j, json);
    p->n++;
    buf_clear(&p->last);
    buf_sv(&p->last, json);
}

/* The key of the row shown last. */
static void put_key(struct sv row, struct buf *ret)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err e;
    if (jdoc_parse(row, NULL, &doc, &e) == 0)
        buf_sv(ret, jval_str(jval_get(jdoc_root(doc), "key")));
}

/* Keys begin with what they are of, and those of jobs go on with their repository. */
static const char *prefix_of(const struct api_call *c, struct arena *a)
{
    const char *of = api_said(c, "of", a), *repository = api_said_repository(c, a);
    if (repository)
        return arena_fmt(a, "%s\t%s\t", of ? of : "job", repository);
    return of ? arena_fmt(a, "%s\t", of) : "";
}

void api_durations(const struct api_call *c)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf b = {0}, next = {0};
    struct err e = {0};
    struct reader *r = intake_reader(c->intake);
    struct durations_page p = {.j = {.buf = &b}, .limit = api_limit(c, ROWS_MOST)};
    const char *prefix = prefix_of(c, &a), *cursor;
    if (!cursor_of(c, LIST_DURATIONS, &a, &cursor))
        return;
    jout_open(&p.j, '{');
    jout_kint(&p.j, "schema", 1);
    jout_key(&p.j, "durations");
    jout_open(&p.j, '[');
    const char *below = prefix[0] ? arena_fmt(&a, "%.*s\n", (int)strlen(prefix) - 1, prefix) : "";
    int rc = r ? read_durations(r, cursor ? cursor : prefix, below, p.limit + 1, put_duration, &p, &e) : -1;
    jout_close(&p.j, ']');
    if (p.more)
        put_key(buf_view(&p.last), &next);
    put_next(&p.j, LIST_DURATIONS, buf_view(&next));
    if (rc < 0)
        api_no_store(c, &e);
    else
        api_json(c, 200, buf_view(&b));
    buf_free(&p.last);
}
