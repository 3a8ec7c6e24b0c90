/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/duration.h"

enum { EVEN = 4 }; /* so many count alike */
/* Of the spread seen, against 1 of the one assumed: weighted as they are, the ends say about as much as so many. */
enum { WEIGHT_MOST = 6 };
static const fixed_t newest = FIXED(0.3);
static const fixed_t var_assumed = FIXED(0.25);
static const fixed_t ninth_tenth = FIXED(1.28);
static const fixed_t mean_most = FIXED(27), var_most = FIXED(27.0 * 27); /* e^27 ms are 16 years */

static void row_free(struct duration_row *r)
{
    mem_free(r->key);
    mem_free(r);
}

void duration_news_free(struct duration_news *n)
{
    for (size_t i = 0; i < n->n_dropped; i++)
        mem_free(n->dropped[i]);
    *n = (struct duration_news){0};
}

void durations_init(struct durations *d, size_t most)
{
    MUST(most >= DURATION_LEVELS);
    *d = (struct durations){.most = most};
    list_init(&d->oldest);
}

void durations_free(struct durations *d)
{
    for (struct list *x; (x = list_shift(&d->oldest));)
        row_free(CONTAINER_OF(x, struct duration_row, oldest));
    map_free(&d->rows);
}

/* ---- keys ---- */

/* A tab and the text; what would make it look like another key, or cannot be printed, becomes a blank. */
static void add_part(struct buf *b, struct sv part)
{
    buf_chr(b, '\t');
    size_t from = b->n;
    buf_sv(b, part);
    for (size_t i = from; i < b->n; i++)
        if ((unsigned char)b->p[i] < ' ' || b->p[i] == 0x7f)
            b->p[i] = ' ';
}

/* Labels of legs are long: FNV-1a of them, 64 bits. It is only to tell the legs of one job apart. */
static void add_hash(struct buf *b, struct sv text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < text.n; i++)
        hash = (hash ^ (unsigned char)text.p[i]) * 0x100000001b3u;
    buf_chr(b, '\t');
    if (text.n)
        buf_fmt(b, "%016llx", (unsigned long long)hash);
}

/* False: there is no such row for this job. */
static bool make_key(struct buf *b, const struct duration_key *k, enum duration_level level)
{
    buf_clear(b);
    switch (level) {
    case DURATION_OF_JOB:
    case DURATION_OF_LEGS:
        buf_str(b, level == DURATION_OF_JOB ? "job" : "legs");
        add_part(b, k->repo);
        add_part(b, k->workflow);
        add_part(b, k->job);
        if (level == DURATION_OF_JOB) {
            add_part(b, k->event);
            add_hash(b, k->matrix);
        }
        return true;
    case DURATION_OF_NAME:
        buf_str(b, "name");
        add_part(b, k->organisation);
        add_part(b, k->job);
        return k->organisation.n && k->job.n;
    case DURATION_OF_KIND:
        buf_str(b, "kind");
        add_part(b, k->kind);
        return k->kind.n;
    case DURATION_LEVELS:
        break;
    }
    return false;
}

/* ---- rows ---- */

static struct duration_row *add_row(struct durations *d, struct sv key)
{
    struct duration_row *r = mem_new(sizeof *r);
    r->key = mem_dup(key.p, key.n);
    map_put(&d->rows, key, r);
    list_push(&d->oldest, &r->oldest);
    return r;
}

bool durations_load(struct durations *d, struct sv key, const struct duration_seen *s)
{
    if (!key.n || d->rows.n >= d->most || map_get(&d->rows, key))
        return false;
    if (s->n < 0 || s->mean < 0 || s->mean > mean_most || s->var < 0 || s->var > var_most)
        return false;
    add_row(d, key)->seen = *s;
    return true;
}

static struct duration_row *row_to_learn(struct durations *d, struct sv key, struct duration_news *news)
{
    struct duration_row *r = map_get(&d->rows, key);
    if (r) {
        list_remove(&r->oldest);
        list_push(&d->oldest, &r->oldest);
        return r;
    }
    if (d->rows.n >= d->most) {
        struct duration_row *old = CONTAINER_OF(list_shift(&d->oldest), struct duration_row, oldest);
        map_remove(&d->rows, sv_of(old->key));
        news->dropped[news->n_dropped++] = STEAL(old->key);
        row_free(old);
    }
    return add_row(d, key);
}

static void count_success(struct duration_seen *s, fixed_t x)
{
    s->n += s->n < INT64_MAX;
    if (s->n == 1) {
        s->mean = x;
        s->var = 0;
        return;
    }
    fixed_t share = s->n <= EVEN ? FIXED_ONE / s->n : newest;
    fixed_t off = x - s->mean, step = fixed_mul(share, off);
    s->mean += step;
    s->var = fixed_mul(FIXED_ONE - share, s->var + fixed_mul(off, step));
}

void durations_learn(struct durations *d, const struct duration_key *k, enum duration_end how, msec_t took, msec_t now,
                     struct duration_news *ret)
{
    AUTO(buf_free) struct buf key = {0};
    fixed_t x = fixed_ln(took);
    if (x > mean_most)
        x = mean_most;
    *ret = (struct duration_news){0};
    /* That one ran out of time says nothing of its relatives. */
    enum duration_level end = how == DURATION_SUCCESS ? DURATION_LEVELS : DURATION_OF_LEGS;
    for (enum duration_level level = 0; level < end; level++) {
        if (!make_key(&key, k, level))
            continue;
        struct duration_row *r = row_to_learn(d, buf_view(&key), ret);
        if (how == DURATION_SUCCESS)
            count_success(&r->seen, x);
        else if (r->seen.mean < x)
            r->seen.mean = x;
        r->seen.at = now;
        ret->put[ret->n_put++] = r;
    }
}

/* ---- guesses ---- */

static fixed_t spread(const struct duration_seen *s)
{
    int64_t weight = s->n < WEIGHT_MOST ? s->n : WEIGHT_MOST;
    return fixed_sqrt((s->var * weight + var_assumed) / (weight + 1));
}

static struct duration_guess guess_by(const struct duration_seen *s, enum duration_source source)
{
    return (struct duration_guess){.estimate = fixed_exp_whole(s->mean),
                                   .p90 = fixed_exp_whole(s->mean + fixed_mul(ninth_tenth, spread(s))),
                                   .source = source};
}

static struct duration_guess guess_of(msec_t estimate, enum duration_source source)
{
    struct duration_seen s = {.mean = fixed_ln(estimate)};
    if (s.mean > mean_most)
        s.mean = mean_most;
    struct duration_guess g = guess_by(&s, source);
    g.estimate = estimate; /* as it was said, not as its logarithm was rounded */
    return g;
}

static const struct duration_seen *seen_of(const struct durations *d, const struct duration_key *k,
                                           enum duration_level level)
{
    AUTO(buf_free) struct buf key = {0};
    const struct duration_row *r = make_key(&key, k, level) ? map_get(&d->rows, buf_view(&key)) : NULL;
    return r ? &r->seen : NULL;
}

static struct duration_guess guess_elsewhere(const struct durations *d, const struct duration_key *k, msec_t said)
{
    if (said > 0)
        return guess_of(said, DURATION_SAID);
    for (enum duration_level level = DURATION_OF_LEGS; level < DURATION_LEVELS; level++) {
        const struct duration_seen *s = seen_of(d, k, level);
        if (s && s->n)
            return guess_by(s, DURATION_SAME_JOB + (level - DURATION_OF_LEGS));
    }
    return guess_of(DURATION_UNKNOWN_MS, DURATION_UNKNOWN);
}

struct duration_guess durations_guess(const struct durations *d, const struct duration_key *k, msec_t said)
{
    const struct duration_seen *own = seen_of(d, k, DURATION_OF_JOB);
    if (own && own->n)
        return guess_by(own, DURATION_LEARNED);
    struct duration_guess g = guess_elsewhere(d, k, said);
    msec_t bound = own ? fixed_exp_whole(own->mean) : 0;
    return bound > g.estimate ? guess_of(bound, g.source) : g;
}
