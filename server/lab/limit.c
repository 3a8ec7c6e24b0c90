/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lab/limit.h"

static const struct {
    const char *name;
    int64_t number;
} keys[LIMIT_KEY_N] = {
#define X(id, name, number) {name, number},
    LIMIT_KEYS(X)
#undef X
};

struct window { /* a count that begins again when its time is over */
    msec_t ends;
    int64_t used;
};

enum {
    W_CORE,
    W_SEARCH,
    W_GRAPHQL,
    W_POINTS,
    W_GRAPHQL_POINTS,
    W_CONTENT_MINUTE,
    W_CONTENT_HOUR,
    W_GITLAB,
    W_ISSUES,
    W_NOTES,
    WINDOWS
};
struct limit_state {
    struct window windows[WINDOWS];
    msec_t blocked, bucket_blocked[BUCKETS]; /* told to wait until then */
};

uint64_t draw_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void limits_init(struct limits *l, int64_t seed)
{
    *l = (struct limits){.random = (uint64_t)seed ^ 0x6c696d697473u};
    for (size_t i = 0; i < LIMIT_KEY_N; i++)
        l->of[i] = keys[i].number;
}

void limits_free(struct limits *l)
{
    map_free(&l->by_token);
    arena_free(&l->arena);
}

static int set_one(struct limits *l, struct sv word, struct err *e)
{
    ptrdiff_t eq = sv_chr(word, '=');
    int64_t n;
    if (sv_is(word, "on") || sv_is(word, "off")) {
        l->on = sv_is(word, "on");
        return 0;
    }
    for (size_t i = 0; eq > 0 && i < LIMIT_KEY_N; i++)
        if (sv_is(sv_cut(word, (size_t)eq), keys[i].name)) {
            if (!sv_int(sv_from(word, (size_t)eq + 1), &n) || n < 1 || n > 1000000000)
                return err_set(e, ERR_INVALID, "%s is a number from 1", keys[i].name);
            l->of[i] = n;
            l->on = true;
            return 0;
        }
    return err_set(e, ERR_INVALID, "`%.*s` is no limit: on, off, core=N, points=N, content-minute=N, minute-ms=N …",
                   SV_ARG(sv_cut_utf8(word, 60)));
}

int limits_set(struct limits *l, struct sv words, struct err *e)
{
    struct sv word;
    while (sv_next(&words, ',', &word))
        if (set_one(l, word, e) < 0)
            return -1;
    return 0;
}

void limits_list(const struct limits *l, struct buf *out)
{
    struct jout j = {.buf = out};
    jout_open(&j, '{');
    jout_kbool(&j, "on", l->on);
    for (size_t i = 0; i < LIMIT_KEY_N; i++)
        jout_kint(&j, keys[i].name, l->of[i]);
    jout_close(&j, '}');
    buf_chr(out, '\n');
}

/* ---- counting ---- */

static struct limit_state *state_of(struct limits *l, const struct limit_ask *a)
{
    AUTO(buf_free) struct buf key = {0};
    buf_chr(&key, (char)('0' + (int)a->forge));
    buf_sv(&key, a->token);
    struct limit_state *s = map_get(&l->by_token, buf_view(&key));
    if (!s) {
        s = arena_new(&l->arena, sizeof *s);
        map_put(&l->by_token, buf_view(&key), s);
    }
    return s;
}

static struct window *window_at(struct limit_state *s, size_t which, msec_t now, msec_t length)
{
    struct window *w = &s->windows[which];
    if (now >= w->ends)
        *w = (struct window){now + length, 0};
    return w;
}

static const struct {
    size_t window;
    enum limit_key key;
    int minutes;
} buckets[BUCKETS] = {{W_CORE, LIMIT_CORE, 60}, {W_SEARCH, LIMIT_SEARCH, 1}, {W_GRAPHQL, LIMIT_GRAPHQL, 60}};

static struct window *bucket_window(struct limits *l, struct limit_state *s, enum limit_bucket b, msec_t now)
{
    return window_at(s, buckets[b].window, now, l->of[LIMIT_MINUTE_MS] * buckets[b].minutes);
}

/* The end of a window as it is told: whole seconds, never too soon. */
static int64_t reset_of(const struct window *w)
{
    return (w->ends + 999) / 1000;
}

struct limit_bucket_state limits_bucket(struct limits *l, const struct limit_ask *a, enum limit_bucket b)
{
    struct window *w = bucket_window(l, state_of(l, a), b, a->now);
    int64_t limit = l->of[buckets[b].key], used = w->used < limit ? w->used : limit;
    return (struct limit_bucket_state){limit, used, limit - used, reset_of(w)};
}

static struct limit_verdict secondary(struct limits *l, const struct limit_ask *a)
{
    uint64_t drawn = draw_next(&l->random);
    msec_t minute = l->of[LIMIT_MINUTE_MS];
    /* Half are 403, half 429; two of three do not say how long. */
    struct limit_verdict v = {LIMITED_SECONDARY, drawn & 1 ? 403 : 429, minute, (drawn >> 1) % 3 == 0};
    if (v.says_wait)
        v.wait = (minute + 999) / 1000 * 1000;
    limits_block(l, a, LIMITED_SECONDARY, a->now + v.wait);
    return v;
}

static bool is_over(struct limits *l, struct limit_state *s, size_t window, int minutes, enum limit_key key,
                    int64_t points, msec_t now)
{
    return window_at(s, window, now, l->of[LIMIT_MINUTE_MS] * minutes)->used + points > l->of[key];
}

static struct limit_verdict ask_github(struct limits *l, struct limit_state *s, const struct limit_ask *a)
{
    bool graphql = a->bucket == BUCKET_GRAPHQL;
    int64_t points = a->write && !graphql ? 5 : 1;
    size_t points_window = graphql ? W_GRAPHQL_POINTS : W_POINTS;
    enum limit_key points_key = graphql ? LIMIT_GRAPHQL_POINTS : LIMIT_POINTS;
    struct window *w = bucket_window(l, s, a->bucket, a->now);
    if (a->now < s->blocked)
        return (struct limit_verdict){LIMITED_SECONDARY, 403, s->blocked - a->now, false};
    if (!a->free && w->used >= l->of[buckets[a->bucket].key]) {
        limits_block(l, a, LIMITED_PRIMARY, reset_of(w) * 1000);
        return (struct limit_verdict){LIMITED_PRIMARY, 403, reset_of(w) * 1000 - a->now, false};
    }
    if (a->under_way > l->of[LIMIT_CONCURRENT] || is_over(l, s, points_window, 1, points_key, points, a->now) ||
        (a->content && (is_over(l, s, W_CONTENT_MINUTE, 1, LIMIT_CONTENT_MINUTE, 1, a->now) ||
                        is_over(l, s, W_CONTENT_HOUR, 60, LIMIT_CONTENT_HOUR, 1, a->now))))
        return secondary(l, a);
    w->used += a->free ? 0 : 1;
    s->windows[points_window].used += points;
    if (a->content) {
        s->windows[W_CONTENT_MINUTE].used++;
        s->windows[W_CONTENT_HOUR].used++;
    }
    return (struct limit_verdict){0};
}

static struct limit_verdict ask_gitlab(struct limits *l, struct limit_state *s, const struct limit_ask *a)
{
    struct window *w = window_at(s, W_GITLAB, a->now, l->of[LIMIT_MINUTE_MS]);
    size_t resource = a->content == CONTENT_ISSUE ? W_ISSUES : W_NOTES;
    enum limit_key key = a->content == CONTENT_ISSUE ? LIMIT_GITLAB_ISSUES : LIMIT_GITLAB_NOTES;
    bool counted = a->content == CONTENT_ISSUE || a->content == CONTENT_NOTE;
    w->used++; /* refused ones are observed too */
    if (w->used > l->of[LIMIT_GITLAB]) {
        msec_t wait = (w->ends - a->now + 999) / 1000 * 1000;
        limits_block(l, a, LIMITED_SECONDARY, a->now + wait);
        return (struct limit_verdict){LIMITED_PRIMARY, 429, wait, true};
    }
    if (counted && is_over(l, s, resource, 1, key, 1, a->now)) {
        msec_t wait = (s->windows[resource].ends - a->now + 999) / 1000 * 1000;
        return (struct limit_verdict){LIMITED_RESOURCE, 429, wait, true};
    }
    if (counted)
        s->windows[resource].used++;
    return (struct limit_verdict){0};
}

struct limit_verdict limits_ask(struct limits *l, const struct limit_ask *a)
{
    if (!l->on || a->forge == LAB_GITEA)
        return (struct limit_verdict){0};
    struct limit_state *s = state_of(l, a);
    return a->forge == LAB_GITHUB ? ask_github(l, s, a) : ask_gitlab(l, s, a);
}

bool limits_early(struct limits *l, const struct limit_ask *a)
{
    const struct limit_state *s = state_of(l, a);
    return a->now < s->blocked || (!a->free && a->now < s->bucket_blocked[a->bucket]);
}

void limits_block(struct limits *l, const struct limit_ask *a, enum limit_kind kind, msec_t until)
{
    struct limit_state *s = state_of(l, a);
    msec_t *at = kind == LIMITED_PRIMARY ? &s->bucket_blocked[a->bucket] : &s->blocked;
    if (until > *at)
        *at = until;
}

void limits_charge(struct limits *l, const struct limit_ask *a, int64_t points)
{
    struct window *w = bucket_window(l, state_of(l, a), a->bucket, a->now);
    w->used = w->used + points < 0 ? 0 : w->used + points;
}

/* ---- telling ---- */

void limits_headers(struct limits *l, const struct limit_ask *a, struct buf *out)
{
    static const char *const names[BUCKETS] = {"core", "search", "graphql"};
    if (!l->on || a->forge == LAB_GITEA)
        return;
    if (a->forge == LAB_GITHUB) {
        struct limit_bucket_state b = limits_bucket(l, a, a->bucket);
        if (!b.remaining) /* tells it as well as a refusal does */
            limits_block(l, a, LIMITED_PRIMARY, b.reset * 1000);
        buf_fmt(out,
                "X-RateLimit-Limit: %lld\r\nX-RateLimit-Remaining: %lld\r\nX-RateLimit-Used: %lld\r\n"
                "X-RateLimit-Reset: %lld\r\nX-RateLimit-Resource: %s\r\n",
                (long long)b.limit, (long long)b.remaining, (long long)b.used, (long long)b.reset, names[a->bucket]);
        return;
    }
    struct window *w = window_at(state_of(l, a), W_GITLAB, a->now, l->of[LIMIT_MINUTE_MS]);
    int64_t limit = l->of[LIMIT_GITLAB];
    buf_fmt(out,
            "RateLimit-Limit: %lld\r\nRateLimit-Name: throttle_authenticated_api\r\nRateLimit-Observed: %lld\r\n"
            "RateLimit-Remaining: %lld\r\nRateLimit-Reset: %lld\r\n",
            (long long)limit, (long long)w->used, (long long)(w->used < limit ? limit - w->used : 0),
            (long long)reset_of(w));
}

void limits_buckets(struct limits *l, const struct limit_ask *a, struct jout *j)
{
    static const char *const names[BUCKETS] = {"core", "search", "graphql"};
    for (size_t i = 0; i < BUCKETS; i++) {
        struct limit_bucket_state b = limits_bucket(l, a, (enum limit_bucket)i);
        jout_key(j, names[i]);
        jout_open(j, '{');
        jout_kint(j, "limit", b.limit);
        jout_kint(j, "used", b.used);
        jout_kint(j, "remaining", b.remaining);
        jout_kint(j, "reset", b.reset);
        jout_close(j, '}');
    }
}
