/* SPDX-License-Identifier: Apache-2.0 */
/* How far the scheduler stays behind the best schedules known, in three sets of graphs: README.md.
 *     bench_schedule DATA [stg|psplib|dag]
 * Ends with 1 when a goal was missed. Nothing depends on the speed of the machine but the times told. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/file.h"
#include "core/backoff.h"
#include "drive.h"
#include "plan/duration.h"
#include "plan/path.h"

enum { SCHEDULES = 200 }; /* of a lookahead: scheduling.md says 100 to 200 */

struct score {
    double gap, worst; /* sum and greatest, in percent over the best known */
    long n, hits;      /* hits: as good as that */
    int64_t lookaheads, us;
};

struct bench {
    const char *data;
    struct arena arena; /* of one graph */
    int missed;
};

static void quit(const struct err *e)
{
    fprintf(stderr, "schedule: %s\n", e->msg);
    exit(2);
}

/* ---- scores ---- */

static void count(struct score *s, const struct drive *d, msec_t best)
{
    double gap = best > 0 ? 100.0 * (double)(d->makespan - best) / (double)best : 0;
    s->gap += gap;
    s->worst = gap > s->worst ? gap : s->worst;
    s->hits += d->makespan <= best;
    s->n++;
    s->lookaheads += d->lookaheads;
    s->us += d->lookahead_us;
}

static void run(struct drive d, struct score *s, msec_t best)
{
    struct err e = {0};
    if (drive(&d, &e) < 0)
        quit(&e);
    count(s, &d, best);
}

static void head(const char *set)
{
    printf("\n%-44s %8s %8s %8s %8s\n", set, "mean %", "worst %", "best", "goal %");
}

/* goal 0: none, it is there to compare with. */
static void tell(struct bench *b, const char *rule, const struct score *s, double goal)
{
    double mean = s->gap / (double)s->n;
    printf("  %-42s %8.2f %8.1f %7.0f%%", rule, mean, s->worst, 100.0 * (double)s->hits / (double)s->n);
    if (goal > 0)
        printf(" %8.2f %s", goal, mean <= goal ? "reached" : "MISSED");
    if (s->lookaheads)
        printf("  (%.2f ms a lookahead)", (double)s->us / 1000.0 / (double)s->lookaheads);
    printf("\n");
    b->missed += goal > 0 && mean > goal;
}

/* A line in place of a table where the set is not there. */
static bool there(struct bench *b, const char *path)
{
    if (file_exists(path))
        return true;
    printf("%s is not there, skipped\n", path);
    arena_free(&b->arena);
    return false;
}

/* ---- stg ---- */

static void stg_case(struct bench *b, const struct graph_bound *x, struct score score[3])
{
    AUTO(arena_free) struct arena a = {0};
    struct job_graph g;
    struct err e = {0};
    if (graph_read_stg(arena_fmt(&a, "%s/stg/%s", b->data, x->name), &a, &g, &e) < 0)
        quit(&e);
    struct drive d = {.jobs = &g, .estimate = g.takes, .slots = (int)x->field[0], .schedules = SCHEDULES};
    for (d.rule = DRIVE_FIRST_COME; d.rule <= DRIVE_LOOKAHEAD; d.rule++)
        run(d, &score[d.rule], x->field[2] * GRAPH_UNIT_MS);
    graph_free(&g.graph);
}

static void stg(struct bench *b)
{
    struct graph_bound *bounds;
    struct score score[3] = {0};
    struct err e = {0};
    size_t n, unproven = 0;
    const char *path = arena_fmt(&b->arena, "%s/stg/bounds.csv", b->data);
    if (!there(b, path))
        return;
    if (graph_read_bounds(path, 3, &b->arena, &bounds, &n, &e) < 0)
        quit(&e);
    for (size_t i = 0; i < n; i++)
        if (bounds[i].field[1] == bounds[i].field[2])
            stg_case(b, &bounds[i], score);
        else
            unproven++;
    if (!score[0].n)
        return;
    head(arena_fmt(&b->arena, "STG, over the optimum (%ld, unproven %zu)", score[0].n, unproven));
    tell(b, "first come", &score[DRIVE_FIRST_COME], 0);
    tell(b, "longest remaining path", &score[DRIVE_PLAIN], 0.37);
    tell(b, "with lookahead", &score[DRIVE_LOOKAHEAD], 0.12);
}

/* ---- psplib ---- */

static void psplib_case(struct bench *b, const struct graph_bound *x, struct score score[3])
{
    AUTO(arena_free) struct arena a = {0};
    struct job_graph g;
    struct err e = {0};
    if (graph_read_sm(arena_fmt(&a, "%s/psplib-j30/%s.sm", b->data, x->name), &a, &g, &e) < 0)
        quit(&e);
    struct drive d = {.jobs = &g, .estimate = g.takes, .slots = (int)g.graph.n, .schedules = SCHEDULES};
    for (d.rule = DRIVE_FIRST_COME; d.rule <= DRIVE_LOOKAHEAD; d.rule++)
        run(d, &score[d.rule], x->field[0] * GRAPH_UNIT_MS);
    graph_free(&g.graph);
}

static void psplib(struct bench *b)
{
    struct graph_bound *bounds;
    struct score score[3] = {0};
    struct err e = {0};
    size_t n;
    const char *path = arena_fmt(&b->arena, "%s/psplib-j30/bounds.csv", b->data);
    if (!there(b, path))
        return;
    if (graph_read_bounds(path, 2, &b->arena, &bounds, &n, &e) < 0)
        quit(&e);
    for (size_t i = 0; i < n; i++)
        psplib_case(b, &bounds[i], score);
    if (!n)
        return;
    head(arena_fmt(&b->arena, "PSPLIB J30, over the best known (%zu)", n));
    tell(b, "first come", &score[DRIVE_FIRST_COME], 0);
    tell(b, "latest finish", &score[DRIVE_PLAIN], 4.1);
    tell(b, "with lookahead", &score[DRIVE_LOOKAHEAD], 0.6);
}

/* ---- dag ---- */

enum { RUNS_LEARNED = 5, SEEDS = 5 };
static const double spread_wide = 0.5, spread_usual = 0.4; /* of a job from run to run, of the logarithm */

struct dag_scores {
    struct score rule[3], spread, learned;
};
struct learned_error {
    double squares;
    long n;
};

static double normal(uint64_t *seed)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += (double)(random_next(seed) >> 11) * 0x1p-53;
    return sum;
}

static msec_t off_by(msec_t takes, double spread, uint64_t *seed)
{
    msec_t ms = (msec_t)((double)takes * exp(spread * normal(seed)) + 0.5);
    return ms > 0 ? ms : 1;
}

/* No schedule on so many slots takes less. */
static msec_t dag_bound(const struct job_graph *g, int slots, struct arena *a)
{
    msec_t work = 0, longest = 0;
    size_t bad;
    msec_t *level = arena_new(a, (g->graph.n + 1) * sizeof *level);
    if (path_levels(&g->graph, g->takes, a, level, &bad) < 0)
        quit(&(struct err){.msg = "a graph has a cycle"});
    for (size_t i = 0; i < g->graph.n; i++) {
        work += g->takes[i];
        longest = level[i] > longest ? level[i] : longest;
    }
    msec_t shared = (work + slots - 1) / slots;
    return shared > longest ? shared : longest;
}

/* What plan/duration.h says after some runs in which each job took about as long, and how far off the next run is. */
static void learn(const struct job_graph *g, double noise, uint64_t *seed, msec_t *ret, struct learned_error *error)
{
    struct durations d;
    char name[24];
    durations_init(&d, 4 * g->graph.n + DURATION_LEVELS);
    for (size_t i = 0; i < g->graph.n; i++) {
        snprintf(name, sizeof name, "%zu", i);
        struct duration_key k = {.repo = SV("acme/api"), .workflow = SV("ci"), .job = sv_of(name)};
        for (int r = 0; r < RUNS_LEARNED; r++) {
            struct duration_news news;
            durations_learn(&d, &k, DURATION_SUCCESS, off_by(g->takes[i], noise, seed), r, &news);
            duration_news_free(&news);
        }
        ret[i] = durations_guess(&d, &k, 0).estimate;
        double off = log((double)ret[i] / (double)off_by(g->takes[i], noise, seed));
        error->squares += off * off;
        error->n++;
    }
    durations_free(&d);
}

static void dag_case(const struct job_graph *g, int slots, struct arena *a, struct dag_scores *score,
                     struct learned_error *error)
{
    msec_t bound = dag_bound(g, slots, a), *estimate = arena_new(a, (g->graph.n + 1) * sizeof *estimate);
    struct drive d = {.jobs = g, .estimate = g->takes, .slots = slots, .schedules = SCHEDULES};
    for (d.rule = DRIVE_FIRST_COME; d.rule <= DRIVE_LOOKAHEAD; d.rule++)
        run(d, &score->rule[d.rule], bound);
    d.rule = DRIVE_PLAIN;
    d.estimate = estimate;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t dice = seed;
        for (size_t i = 0; i < g->graph.n; i++)
            estimate[i] = off_by(g->takes[i], spread_wide, &dice);
        run(d, &score->spread, bound);
        learn(g, spread_usual, &dice, estimate, &error[0]);
        learn(g, spread_wide, &dice, estimate, &error[1]);
        run(d, &score->learned, bound);
    }
}

static int by_name(const void *x, const void *y)
{
    return strcmp(*(char *const *)x, *(char *const *)y);
}

static char **list_dags(struct bench *b, const char *folder, size_t *ret_n)
{
    VEC(char *) names = {0};
    DIR *dir = opendir(folder);
    for (struct dirent *f; dir && (f = readdir(dir));)
        if (sv_ends(sv_of(f->d_name), SV(".dag")))
            VEC_PUSH(&names, arena_fmt(&b->arena, "%s/%s", folder, f->d_name));
    if (dir)
        closedir(dir);
    char **ret = arena_new(&b->arena, (names.n + 1) * sizeof *ret);
    for (size_t i = 0; i < names.n; i++)
        ret[i] = names.at[i];
    *ret_n = names.n;
    VEC_FREE(&names);
    qsort(ret, *ret_n, sizeof *ret, by_name);
    return ret;
}

static void tell_error(struct bench *b, const char *what, const struct learned_error *e, double goal)
{
    double spread = sqrt(e->squares / (double)e->n);
    printf("  %-42s %8.2f %26.2f %s\n", what, spread, goal, spread <= goal ? "reached" : "MISSED");
    b->missed += spread > goal;
}

static void dag_slots(struct bench *b, char **paths, size_t n, int slots, double goal)
{
    struct dag_scores score = {0};
    struct learned_error error[2] = {0};
    for (size_t i = 0; i < n; i++) {
        AUTO(arena_free) struct arena a = {0};
        struct job_graph g;
        struct err e = {0};
        if (graph_read_dag(paths[i], &a, &g, &e) < 0)
            quit(&e);
        dag_case(&g, slots, &a, &score, error);
        graph_free(&g.graph);
    }
    double plain = score.rule[DRIVE_PLAIN].gap / (double)score.rule[DRIVE_PLAIN].n;
    head(arena_fmt(&b->arena, "%zu workflows on %d slots, over the bound", n, slots));
    tell(b, "first come", &score.rule[DRIVE_FIRST_COME], 0);
    tell(b, "longest remaining path", &score.rule[DRIVE_PLAIN], goal);
    tell(b, "with lookahead", &score.rule[DRIVE_LOOKAHEAD], 0);
    tell(b, "learned from 5 runs that spread by 0.5", &score.learned, plain + 1);
    tell(b, "estimates themselves off by 0.5", &score.spread, 0);
    tell_error(b, "error of what 5 runs of 0.4 teach (spread)", &error[0], 0.5);
}

static void dag(struct bench *b)
{
    const char *folder = arena_fmt(&b->arena, "%s/workflows-dag", b->data);
    size_t n;
    if (!there(b, folder))
        return;
    char **paths = list_dags(b, folder, &n);
    if (!n)
        return;
    dag_slots(b, paths, n, 4, 4.7);
    dag_slots(b, paths, n, 16, 6.8);
}

int main(int argc, char **argv)
{
    struct bench b = {.data = argc > 1 ? argv[1] : "../shared/data"};
    const char *only = argc > 2 ? argv[2] : "";
    if (!*only || !strcmp(only, "stg"))
        stg(&b);
    if (!*only || !strcmp(only, "psplib"))
        psplib(&b);
    if (!*only || !strcmp(only, "dag"))
        dag(&b);
    arena_free(&b.arena);
    return b.missed ? 1 : 0;
}
