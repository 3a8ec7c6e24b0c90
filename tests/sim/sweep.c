/* SPDX-License-Identifier: Apache-2.0 */
/* Every crash point of a scenario, and every hit of it: the server dies there, alone or with its machine, starts again,
 * and in the end all invariants hold. Also twice in a row: the second time while it takes up its work, or soon after.
 */
#include "modes.h"
#include <stdio.h>
#include <stdlib.h>
#include "base/file.h"
#include "scenario.h"

struct sweep {
    struct buf text;
    const char *file;
    unsigned most; /* hits of a point that are tried; spread over all there are */
    uint64_t runs; /* how they end without a death; 0 = it is a matter of time */
    unsigned long deaths, bad;
};

struct ending { /* of a scenario */
    unsigned hits[POINT_N];
    unsigned deaths_left;
    uint64_t runs; /* what they are and how they ended */
    char said[120];
};

static uint64_t ends_of_runs(const struct world *w)
{
    uint64_t all = w->store.runs.n;
    for (size_t i = 0; i < w->store.runs.n; i++) {
        const struct run *r = w->store.runs.at[i];
        uint64_t one = 0xcbf29ce484222325u ^ r->conclusion;
        for (const char *p = r->workflow; *p; p++)
            one = (one ^ (unsigned char)*p) * 0x100000001b3u;
        all += one; /* in any order */
    }
    return all;
}

static int play(struct sweep *s, const struct sim_death *death, struct ending *ret, struct err *e)
{
    struct world w;
    world_init(&w, 1);
    w.death = *death;
    int rc = scenario_play(&w, buf_view(&s->text), death->hit ? CHECK_QUIET : CHECK_ALL, s->file, e);
    memcpy(ret->hits, w.death.hits, sizeof ret->hits);
    ret->deaths_left = w.death.deaths;
    ret->runs = ends_of_runs(&w);
    for (size_t i = 0, n = 0; i < w.store.runs.n && n < sizeof ret->said; i++)
        n += (size_t)snprintf(ret->said + n, sizeof ret->said - n, "%s%s %s", i ? ", " : "",
                              w.store.runs.at[i]->workflow, conclusion_name[w.store.runs.at[i]->conclusion]);
    world_done(&w);
    return rc;
}

static void one_death(struct sweep *s, const struct sim_death *d)
{
    struct ending end;
    struct err e = {0};
    int rc = play(s, d, &end, &e);
    if (rc == 0 && s->runs && !d->reboot && end.runs != s->runs)
        rc = err_set(&e, ERR_BUG, "runs end otherwise than without a death: %s", end.said);
    if (rc < 0) {
        s->bad++;
        printf("FAILED %s: %s %u%s%s: %s\n", s->file, sim_point_name[d->point], d->hit, d->deaths > 1 ? " twice" : "",
               d->reboot ? " with the machine" : "", e.msg);
    }
    s->deaths += d->deaths - end.deaths_left;
}

static void one_point(struct sweep *s, enum sim_point p, unsigned hits)
{
    unsigned every = s->most && hits > s->most ? (hits + s->most - 1) / s->most : 1;
    for (unsigned hit = 1; hit <= hits; hit += every) {
        one_death(s, &(struct sim_death){.point = p, .hit = hit, .deaths = 1});
        one_death(s, &(struct sim_death){.point = p, .hit = hit, .deaths = 2});
        one_death(s, &(struct sim_death){.point = p, .hit = hit, .deaths = 1, .reboot = true});
    }
}

static void one_file(struct sweep *s)
{
    static const char quiet[] = "\nsettle 2h\ncheck quiet\n";
    struct err e = {0};
    struct ending end;
    int rc = file_read(s->file, 1 << 20, &s->text, &e);
    if (rc == 0 && sv_starts(buf_view(&s->text), SV("# Not for a sweep of deaths"))) {
        printf("%s: not for a sweep\n", s->file);
        return;
    }
    buf_str(&s->text, quiet);
    if (rc < 0 || play(s, &(struct sim_death){0}, &end, &e) < 0) {
        printf("FAILED %s: %s\n", s->file, e.msg);
        s->bad++;
        return;
    }
    /* What a person asks for and dies with the server was not taken; what a newer run cancels is a matter of time. */
    static const char *const wishes[] = {"\ncancel ",  "\nrerun ",  "\nworkspaces ", "\nqueue ",
                                         "\napprove ", "\nreject ", "\nreplay ",     "cancel-in-progress"};
    bool timed = false;
    for (size_t i = 0; i < ARRAY_LEN(wishes); i++)
        timed |= sv_find(buf_view(&s->text), sv_of(wishes[i])) >= 0;
    s->runs = timed ? 0 : end.runs;
    unsigned long before = s->deaths;
    for (int p = 0; p < POINT_N; p++)
        one_point(s, (enum sim_point)p, end.hits[p]);
    printf("%s:", s->file);
    for (int p = 0; p < POINT_N; p++)
        printf(" %s %u", sim_point_name[p], end.hits[p]);
    printf("; %lu deaths\n", s->deaths - before);
}

int mode_sweep(char *const *words)
{
    struct sweep s = {0};
    if (*words && strcmp(*words, "--most") == 0 && words[1]) {
        s.most = (unsigned)strtoul(words[1], NULL, 10);
        words += 2;
    }
    for (; *words; words++) {
        s.file = *words;
        one_file(&s);
        buf_free(&s.text);
    }
    printf("%lu deaths passed, %lu failed\n", s.deaths, s.bad);
    return s.bad > 0;
}
