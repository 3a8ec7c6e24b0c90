/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics/registry.h"
#include <pthread.h>
#include <stdatomic.h>

const struct metric_row metric_rows[METRIC_N] = {
#define METRIC(id, kind, name, help, labels) [M_##id] = {kind, name, help, labels},
#include "metrics/metrics.def"
#undef METRIC
};

const int64_t metric_bounds_ms[METRIC_BUCKETS] = {1,    2,    5,    10,    25,    50,    100,    250,     500,
                                                  1000, 2500, 5000, 10000, 30000, 60000, 300000, 1800000, 7200000};

/* Open addressing over pointers that are only ever added. A table that became too small stays readable for those who
 * are in it, and is kept on `older`: all of them together are smaller than the newest. */
struct table {
    struct table *older;
    size_t cap;
    struct metric_series *_Atomic at[];
};

static struct {
    struct table *_Atomic table;
    struct metric_series *_Atomic first;
    struct metric_series *last; /* under the lock, as is n */
    size_t n;
} rows[METRIC_N];
static pthread_mutex_t first_sight = PTHREAD_MUTEX_INITIALIZER;

struct metric_series *metric_first(enum metric m)
{
    return atomic_load_explicit(&rows[m].first, memory_order_acquire);
}

static size_t label_count(enum metric m)
{
    const char *l = metric_rows[m].labels;
    size_t n = *l ? 1 : 0;
    for (; *l; l++)
        n += *l == ',';
    return n;
}

static uint64_t hash_labels(const char *const *labels, size_t n)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++) {
        for (const char *p = labels[i]; *p; p++)
            h = (h ^ (unsigned char)*p) * 0x100000001b3u;
        h = (h ^ 0xff) * 0x100000001b3u;
    }
    return h;
}

static bool same_labels(const struct metric_series *s, const char *const *labels, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(s->labels[i], labels[i]) != 0)
            return false;
    }
    return true;
}

static struct metric_series *find(enum metric m, uint64_t hash, const char *const *labels, size_t n)
{
    struct table *t = atomic_load_explicit(&rows[m].table, memory_order_acquire);
    for (size_t i = 0; t && i < t->cap; i++) {
        struct metric_series *s = atomic_load_explicit(&t->at[(hash + i) & (t->cap - 1)], memory_order_acquire);
        if (!s || (s->hash == hash && same_labels(s, labels, n)))
            return s;
    }
    return NULL;
}

static void table_put(struct table *t, struct metric_series *s)
{
    size_t i = s->hash & (t->cap - 1);
    while (atomic_load_explicit(&t->at[i], memory_order_relaxed))
        i = (i + 1) & (t->cap - 1);
    atomic_store_explicit(&t->at[i], s, memory_order_release);
}

static void table_grow(enum metric m, size_t cap)
{
    struct table *t = mem_new(sizeof *t + cap * sizeof t->at[0]);
    t->cap = cap;
    t->older = atomic_load_explicit(&rows[m].table, memory_order_relaxed);
    for (struct metric_series *s = metric_first(m); s; s = atomic_load_explicit(&s->next, memory_order_relaxed))
        table_put(t, s);
    atomic_store_explicit(&rows[m].table, t, memory_order_release);
}

static struct metric_series *add_series(enum metric m, uint64_t hash, const char *const *labels, size_t n)
{
    struct metric_series *s = mem_new(sizeof *s);
    s->hash = hash;
    for (size_t i = 0; i < n; i++)
        s->labels[i] = mem_strdup(labels[i]);
    if (metric_rows[m].kind == HISTOGRAM)
        s->hist = mem_new(sizeof *s->hist);
    if (rows[m].n * 2 >= (rows[m].table ? rows[m].table->cap : 0))
        table_grow(m, rows[m].table ? rows[m].table->cap * 2 : 8);
    table_put(rows[m].table, s);
    atomic_store_explicit(rows[m].last ? &rows[m].last->next : &rows[m].first, s, memory_order_release);
    rows[m].last = s;
    rows[m].n++;
    return s;
}

static struct metric_series *first_seen(enum metric m, const char *const *labels, size_t n)
{
    static const char *const other[METRIC_LABELS] = {"other", "other", "other", "other"};
    pthread_mutex_lock(&first_sight);
    if (n && rows[m].n >= METRIC_SETS_MAX)
        labels = other;
    uint64_t hash = hash_labels(labels, n);
    struct metric_series *s = find(m, hash, labels, n);
    if (!s)
        s = add_series(m, hash, labels, n);
    pthread_mutex_unlock(&first_sight);
    return s;
}

/* The exposition must be UTF-8 and lines short: whatever is not is made so before it becomes a key, so that two
 * series never look alike. */
static const char *tidy(const char *label, char room[METRIC_LABEL_MAX + 1])
{
    struct sv s = sv_of(label ? label : "");
    if (s.n <= METRIC_LABEL_MAX && sv_bad_utf8(s) < 0)
        return s.p;
    s = sv_cut(s, METRIC_LABEL_MAX);
    memcpy(room, s.p, s.n);
    room[s.n] = 0;
    for (ptrdiff_t bad; (bad = sv_bad_utf8(sv_of(room))) >= 0;)
        room[bad] = '?';
    return room;
}

static struct metric_series *series(enum metric m, const char *const *labels)
{
    char room[METRIC_LABELS][METRIC_LABEL_MAX + 1];
    const char *tidied[METRIC_LABELS] = {NULL};
    size_t n = label_count(m);
    MUST(n <= METRIC_LABELS && (!n || labels));
    for (size_t i = 0; i < n; i++)
        tidied[i] = tidy(labels[i], room[i]);
    struct metric_series *s = find(m, hash_labels(tidied, n), tidied, n);
    return s ? s : first_seen(m, tidied, n);
}

void metric_add(enum metric m, const char *const *labels, int64_t by)
{
    MUST(metric_rows[m].kind != HISTOGRAM);
    atomic_fetch_add_explicit(&series(m, labels)->value, by, memory_order_relaxed);
}

void metric_set(enum metric m, const char *const *labels, int64_t value)
{
    MUST(metric_rows[m].kind != HISTOGRAM && metric_rows[m].kind != COUNTER);
    atomic_store_explicit(&series(m, labels)->value, value, memory_order_relaxed);
}

void metric_observe_ms(enum metric m, const char *const *labels, int64_t ms)
{
    MUST(metric_rows[m].kind == HISTOGRAM);
    struct metric_hist *h = series(m, labels)->hist;
    size_t i = 0;
    while (i < METRIC_BUCKETS && ms > metric_bounds_ms[i])
        i++;
    atomic_fetch_add_explicit(&h->sum_ms, ms, memory_order_relaxed);
    atomic_fetch_add_explicit(&h->buckets[i], 1, memory_order_relaxed);
}

int64_t metric_total(enum metric m, const char *last)
{
    size_t n = label_count(m);
    int64_t all = 0;
    MUST(metric_rows[m].kind != HISTOGRAM && (!last || n));
    for (struct metric_series *s = metric_first(m); s; s = atomic_load_explicit(&s->next, memory_order_acquire))
        if (!last || strcmp(s->labels[n - 1], last) == 0)
            all += atomic_load_explicit(&s->value, memory_order_relaxed);
    return all;
}

int64_t metric_value(enum metric m, const char *const *labels)
{
    struct metric_series *s = series(m, labels);
    int64_t n = atomic_load_explicit(&s->value, memory_order_relaxed);
    for (size_t i = 0; s->hist && i <= METRIC_BUCKETS; i++)
        n += atomic_load_explicit(&s->hist->buckets[i], memory_order_relaxed);
    return n;
}
