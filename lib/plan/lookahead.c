/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/lookahead.h"
#include "base/fixed.h"
#include "core/backoff.h"

enum { DRAWS = 256, PLACES = 12 }; /* draws of the normal distribution, made once, with 12 binary places */
static const fixed_t rank_spread = FIXED(0.15);  /* of the factor on a rank, where slots alone are short */
static const fixed_t rank_spread_counted = FIXED(0.3);
static const fixed_t start_spread = FIXED(0.15); /* of what is added to a start, of the whole */

struct search {
    const struct lookahead *question;
    struct timetable table;
    bool counted; /* some job takes more than slots */
    uint64_t seed;
    int64_t factor[DRAWS]; /* log-normal around 1 */
    int64_t offset[DRAWS]; /* normal around 0 */
    /* The schedule that is tried, and the best so far. */
    int64_t *rank, *best_rank;
    msec_t *start, *best_start;
    struct lookahead_answer *ret;
};

/* About normal, mean 0 and spread 1: the sum of twelve even ones. */
static fixed_t normal(uint64_t *seed)
{
    int64_t sum = 0;
    for (int draw = 0; draw < 3; draw++)
        for (uint64_t four = random_next(seed), k = 0; k < 4; k++, four >>= 16)
            sum += (int64_t)(four & 0xffff);
    return (sum - 6 * 0xffff) * (FIXED_ONE / 0x10000);
}

static void draw(struct search *s)
{
    enum { CUT = 24 - PLACES };
    for (size_t i = 0; i < DRAWS; i++) {
        fixed_t z = normal(&s->seed);
        s->factor[i] = fixed_exp(fixed_mul(s->counted ? rank_spread_counted : rank_spread, z)) >> CUT;
        s->offset[i] = fixed_mul(start_spread, z) / (1 << CUT);
    }
}

static bool takes_counted(const struct search *s)
{
    for (size_t i = 0; i < s->table.n; i++)
        for (size_t kind = 1; kind < s->table.n_kinds; kind++)
            if (s->table.jobs[i].units[kind])
                return true;
    return false;
}

/* ---- one schedule ---- */

/* Of equal ones the newest, so that what is varied moves on. */
static void keep_if_better(struct search *s, msec_t whole)
{
    if (whole > s->ret->best)
        return;
    s->ret->best = whole;
    memcpy(s->best_rank, s->rank, s->table.n * sizeof *s->rank);
    memcpy(s->best_start, s->start, s->table.n * sizeof *s->start);
}

static void try_greedy(struct search *s)
{
    msec_t whole = timetable_greedy(&s->table, s->rank, s->start);
    keep_if_better(s, whole);
}

/* From here on a rank is what lies behind the start, so that it means the same as a level. */
static void try_justified(struct search *s)
{
    msec_t whole = timetable_justify(&s->table, s->start);
    for (size_t i = 0; i < s->table.n; i++)
        s->rank[i] = whole - s->start[i];
    keep_if_better(s, whole);
}

static void shake_ranks(struct search *s)
{
    for (size_t i = 0; i < s->table.n; i++)
        s->rank[i] = (s->question->plain[i] * s->factor[random_next(&s->seed) % DRAWS]) >> PLACES;
}

static void shake_best(struct search *s)
{
    for (size_t i = 0; i < s->table.n; i++)
        s->rank[i] = s->best_rank[i] + s->ret->best * s->offset[random_next(&s->seed) % DRAWS] / (1 << PLACES);
}

static void try_another(struct search *s)
{
    bool vary = s->counted && s->ret->schedules >= s->question->schedules / 2;
    if (vary) {
        shake_best(s);
        (void)timetable_serial(&s->table, s->rank, s->start);
        try_justified(s);
        return;
    }
    shake_ranks(s);
    try_greedy(s);
    if (s->counted)
        try_justified(s);
}

static void try_known(struct search *s)
{
    size_t size = s->table.n * sizeof *s->rank;
    memcpy(s->rank, s->question->plain, size);
    s->ret->plain = s->ret->best = INT64_MAX;
    try_greedy(s);
    s->ret->plain = s->ret->best;
    if (s->counted)
        try_justified(s);
    s->ret->schedules = 1;
    if (!s->question->so_far || s->ret->best <= s->ret->bound)
        return;
    memcpy(s->rank, s->question->so_far, size);
    s->ret->schedules++;
    if (!s->counted) {
        try_greedy(s);
        return;
    }
    (void)timetable_serial(&s->table, s->rank, s->start);
    try_justified(s);
}

/* Where the plain order is as good, it stays. */
static void prefer_plain(struct search *s)
{
    if (s->ret->best < s->ret->plain)
        return;
    memcpy(s->best_rank, s->question->plain, s->table.n * sizeof *s->rank);
    (void)timetable_greedy(&s->table, s->best_rank, s->best_start);
}

int lookahead_make(const struct lookahead *l, struct arena *a, struct lookahead_answer *ret)
{
    size_t size = (l->graph->n + 1) * sizeof(int64_t);
    struct search s = {.question = l, .seed = l->seed, .ret = ret};
    *ret = (struct lookahead_answer){0};
    if (timetable_init(&s.table, l->graph, l->jobs, l->capacity, l->n_kinds, a) < 0)
        return -1;
    s.counted = takes_counted(&s);
    s.rank = arena_new(a, size);
    s.start = arena_new(a, size);
    s.best_rank = ret->rank = arena_new(a, size);
    s.best_start = ret->start = arena_new(a, size);
    ret->bound = s.table.bound;
    try_known(&s);
    if (ret->best > ret->bound)
        draw(&s);
    while (ret->best > ret->bound && ret->schedules < l->schedules && !(l->enough && l->enough(l->enough_arg))) {
        try_another(&s);
        ret->schedules++;
    }
    prefer_plain(&s);
    timetable_done(&s.table);
    return 0;
}
