/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/page.h"
#include <limits.h>
#include "fmt/enc.h"
#include "fmt/json.h"

enum { LIMIT_DEFAULT = 50 };

struct page {
    struct jout j;
    int n, limit;
    struct buf last; /* the newest row that was written */
    bool more;
};

void api_cursor_put(enum listing what, struct sv place, struct buf *ret)
{
    AUTO(buf_free) struct buf plain = {0};
    buf_chr(&plain, (char)('a' + (int)what));
    buf_sv(&plain, place);
    hex_put(ret, plain.p, plain.n);
}

bool api_cursor_get(enum listing what, struct sv text, struct buf *ret)
{
    size_t n = text.n / 2;
    AUTO(buf_free) struct buf plain = {0};
    buf_reserve(&plain, n + 1);
    if (n < 1 || text.n % 2 || !hex_get(text, (uint8_t *)plain.p, n) || plain.p[0] != 'a' + (int)what ||
        memchr(plain.p, 0, n))
        return false;
    buf_add(ret, plain.p + 1, n - 1);
    return n > 1;
}

int api_limit(const struct api_call *c, int most)
{
    AUTO(buf_free) struct buf text = {0};
    int64_t n = LIMIT_DEFAULT;
    struct sv v = api_query(c, "limit", &text);
    if (!v.p || !sv_int(v, &n))
        n = LIMIT_DEFAULT;
    return n < most ? (int)n : most;
}

/* 1 = there is a cursor. */
static int take_cursor(const struct api_call *c, enum listing what, struct buf *ret)
{
    AUTO(buf_free) struct buf text = {0};
    struct sv v = api_query(c, "cursor", &text);
    if (!v.p)
        return 0;
    if (api_cursor_get(what, v, ret))
        return 1;
    api_problem(c, 400, "cursor is none of this list", NULL);
    return -1;
}

static void add_row(void *ctx, struct sv json)
{
    struct page *p = ctx;
    p->more = p->n == p->limit;
    if (p->more)
        return;
    jout_raw(&p->j, json);
    buf_clear(&p->last);
    buf_sv(&p->last, json);
    p->n++;
}

static void open_page(struct page *p, const char *key)
{
    jout_open(&p->j, '{');
    jout_kint(&p->j, "schema", 1);
    jout_key(&p->j, key);
    jout_open(&p->j, '[');
}

/* place: where the next page begins; SV_NONE = there is none. */
static void close_page(const struct api_call *c, struct page *p, enum listing what, struct sv place)
{
    AUTO(buf_free) struct buf next = {0};
    jout_close(&p->j, ']');
    if (place.p)
        api_cursor_put(what, place, &next);
    jout_kstr(&p->j, "next", place.p ? buf_view(&next) : SV_NONE);
    jout_close(&p->j, '}');
    buf_chr(p->j.buf, '\n');
    api_json(c, 200, buf_view(p->j.buf));
}

/* ---- filtered lists ---- */

const char *api_said(const struct api_call *c, const char *name, struct arena *a)
{
    AUTO(buf_free) struct buf text = {0};
    struct sv v = api_query(c, name, &text);
    return v.n ? arena_dup(a, v) : NULL;
}

const char *api_said_repository(const struct api_call *c, struct arena *a)
{
    const char *name = api_said(c, "repository", a);
    const struct repo *r = name ? repo_by_alias(&intake_conf_of(c->intake)->repos, sv_of(name)) : NULL;
    return r ? arena_strdup(a, r->id) : name;
}

/* Effects have forge and path. */
static void take_repository(const struct api_call *c, struct arena *a, struct list_filter *f)
{
    f->repository = api_said_repository(c, a);
    ptrdiff_t colon = sv_chr(sv_of(f->repository), ':');
    f->repo = colon < 0 ? f->repository : f->repository + colon + 1;
    if (colon > 0 && !f->forge)
        f->forge = arena_dup(a, sv_n(f->repository, (size_t)colon));
}

static void take_filter(const struct api_call *c, enum listing what, struct arena *a, struct list_filter *f)
{
    const char *ref = api_said(c, "ref", a);
    *f = (struct list_filter){.state = api_said(c, "state", a),
                              .forge = api_said(c, "forge", a),
                              .event = api_said(c, "event", a),
                              .source = api_said(c, "source", a),
                              .workflow = api_said(c, "workflow", a),
                              .sha = api_said(c, "sha", a),
                              .kind = api_said(c, "kind", a),
                              .strategy = api_said(c, "strategy", a),
                              .class = api_said(c, "class", a)};
    if (ref)
        f->ref = sv_starts(sv_of(ref), SV("refs/")) ? ref : arena_fmt(a, "refs/heads/%s", ref);
    if (what == LIST_RUNS || what == LIST_EFFECTS)
        take_repository(c, a, f);
    if (what == LIST_DELIVERIES)
        f->repository = api_said_repository(c, a);
}

/* By a cursor, or by `before`. */
static bool take_before(const struct api_call *c, enum listing what, int64_t *ret)
{
    AUTO(buf_free) struct buf place = {0}, before = {0};
    int cursor = take_cursor(c, what, &place);
    struct sv v = cursor ? buf_view(&place) : api_query(c, "before", &before);
    *ret = 0;
    if (cursor < 0)
        return false;
    if (!v.p || id_parse(v, ret))
        return true;
    api_problem(c, 400, "cursor is none of this list", NULL);
    return false;
}

void api_page(const struct api_call *c, enum listing what, const char *key)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(buf_free) struct buf b = {0};
    struct err e = {0};
    struct reader *r = intake_reader(c->intake);
    struct list_filter f;
    struct list_page at = {.limit = api_limit(c, INT_MAX)};
    struct page p = {.j = {.buf = &b}, .limit = at.limit};
    char next[ID_TEXT];
    if (!take_before(c, what, &at.before))
        return;
    take_filter(c, what, &a, &f);
    open_page(&p, key);
    if (!r || read_page(r, what, &f, &at, add_row, &p, &e) < 0)
        api_no_store(c, &e);
    else
        close_page(c, &p, what, at.next ? sv_of(id_text(at.next, next)) : SV_NONE);
    buf_free(&p.last);
}

/* ---- lists that go on from what was last ---- */

/* The place of the row: its number, or the name of its test. */
static void put_place(struct sv row, enum listing what, struct buf *ret)
{
    AUTO(jdoc_free) struct jdoc *doc = NULL;
    struct err e;
    int64_t seq = 0;
    if (jdoc_parse(row, NULL, &doc, &e) < 0)
        return;
    const struct jval *v = jdoc_root(doc);
    if (what == LIST_JOURNAL && jval_int(jval_get(v, "seq"), &seq))
        buf_int(ret, seq);
    else
        buf_fmt(ret, "%.*s\n%.*s\n%.*s", SV_ARG(jval_str(jval_get(v, "repository"))),
                SV_ARG(jval_str(jval_get(v, "job"))), SV_ARG(jval_str(jval_get(v, "id"))));
}

static bool take_after(const struct api_call *c, struct sv place, int64_t *ret)
{
    AUTO(buf_free) struct buf after = {0};
    struct sv v = place.p ? place : api_query(c, "after", &after);
    *ret = 0;
    if (!v.p || (sv_int(v, ret) && *ret >= 0))
        return true;
    api_problem(c, 400, "cursor is none of this list", NULL);
    return false;
}

void api_page_on(const struct api_call *c, enum listing what, const char *key, const char *run)
{
    AUTO(buf_free) struct buf b = {0}, place = {0}, next = {0};
    struct err e = {0};
    struct reader *r = intake_reader(c->intake);
    struct page p = {.j = {.buf = &b}, .limit = api_limit(c, INT_MAX)};
    int64_t after = 0;
    int cursor = take_cursor(c, what, &place);
    if (cursor < 0 || (what == LIST_JOURNAL && !take_after(c, cursor ? buf_view(&place) : SV_NONE, &after)))
        return;
    const char *filter = what == LIST_FLAKY && cursor ? place.p : run;
    open_page(&p, key);
    if (!r || read_list(r, what, filter, after, p.limit + 1, add_row, &p, &e) < 0) {
        api_no_store(c, &e);
    } else if (run && !p.n && !after) { /* its first entry tells of its beginning */
        api_problem(c, 404, "no such run", NULL);
    } else {
        if (p.more)
            put_place(buf_view(&p.last), what, &next);
        close_page(c, &p, what, p.more ? buf_view(&next) : SV_NONE);
    }
    buf_free(&p.last);
}
