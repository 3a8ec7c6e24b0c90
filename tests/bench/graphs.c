/* SPDX-License-Identifier: Apache-2.0 */
#include "graphs.h"
#include "base/file.h"

enum { FILE_MOST = 16 << 20, JOBS_MOST = 100000 };

/* ---- words ---- */

struct words {
    const char *path;
    struct sv rest;
};

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct sv word(struct words *w)
{
    size_t n = 0;
    while (w->rest.n && blank(*w->rest.p))
        w->rest = sv_from(w->rest, 1);
    while (n < w->rest.n && !blank(w->rest.p[n]))
        n++;
    struct sv ret = sv_cut(w->rest, n);
    w->rest = sv_from(w->rest, n);
    return ret;
}

static int number(struct words *w, int64_t least, int64_t most, int64_t *ret, struct err *e)
{
    struct sv text = word(w);
    if (!sv_int(text, ret) || *ret < least || *ret > most)
        return err_set(e, ERR_INVALID, "%s: a number from %lld to %lld is expected, not \"%.*s\"", w->path,
                       (long long)least, (long long)most, SV_ARG(sv_cut(text, 40)));
    return 0;
}

/* Seconds with up to three places that count. */
static int seconds(struct words *w, msec_t *ret, struct err *e)
{
    struct sv text = word(w), whole, part = text;
    int64_t s, ms = 0;
    sv_next(&part, '.', &whole);
    bool ok = sv_int(whole, &s) && s >= 0 && s < INT32_MAX;
    for (size_t i = 0, weight = 100; ok && i < part.n; i++, weight /= 10) {
        ok = part.p[i] >= '0' && part.p[i] <= '9';
        ms += (part.p[i] - '0') * (int64_t)weight;
    }
    if (!ok)
        return err_set(e, ERR_INVALID, "%s: seconds are expected, not \"%.*s\"", w->path, SV_ARG(sv_cut(text, 40)));
    *ret = s * 1000 + ms;
    return 0;
}

/* Behind the next line that has the text in it. */
static int behind_line(struct words *w, const char *text, struct err *e)
{
    struct sv line;
    while (sv_next(&w->rest, '\n', &line))
        if (sv_find(line, sv_of(text)) >= 0)
            return 0;
    return err_set(e, ERR_INVALID, "%s: no line \"%s\"", w->path, text);
}

static void make(struct job_graph *g, size_t n, struct arena *a)
{
    *g = (struct job_graph){.graph = {.n = n}};
    g->takes = arena_new(a, (n + 1) * sizeof *g->takes);
    g->units = arena_new(a, (n + 1) * sizeof *g->units);
}

static int open_words(const char *path, struct buf *text, struct words *ret, struct err *e)
{
    if (file_read(path, FILE_MOST, text, e) < 0)
        return -1;
    *ret = (struct words){path, buf_view(text)};
    return 0;
}

/* ---- formats ---- */

/* Row `id` of a file that counts jobs from 1 and has a dummy before the first: those who come before it. */
static int stg_needs(struct words *w, size_t id, size_t n, struct job_graph *g, struct err *e)
{
    int64_t count, from;
    if (number(w, 0, (int64_t)n, &count, e) < 0)
        return -1;
    for (int64_t i = 0; i < count; i++) {
        if (number(w, 0, (int64_t)id - 1, &from, e) < 0)
            return -1;
        if (from > 0 && id <= n)
            graph_edge(&g->graph, (size_t)from - 1, id - 1);
    }
    return 0;
}

int graph_read_stg(const char *path, struct arena *a, struct job_graph *ret, struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    struct words w;
    int64_t n, id, takes;
    if (open_words(path, &text, &w, e) < 0 || number(&w, 1, JOBS_MOST, &n, e) < 0)
        return -1;
    make(ret, (size_t)n, a);
    for (int64_t row = 0; row < n + 2; row++) {
        if (number(&w, row, row, &id, e) < 0 || number(&w, 0, INT32_MAX, &takes, e) < 0 ||
            stg_needs(&w, (size_t)row, (size_t)n, ret, e) < 0)
            return -1;
        if (row > 0 && row <= n)
            ret->takes[row - 1] = takes * GRAPH_UNIT_MS;
    }
    return 0;
}

static int sm_edges(struct words *w, int64_t n, struct job_graph *g, struct err *e)
{
    int64_t id, modes, count, to;
    for (int64_t job = 1; job <= n; job++) {
        if (number(w, job, job, &id, e) < 0 || number(w, 1, 1, &modes, e) < 0 || number(w, 0, n, &count, e) < 0)
            return -1;
        for (int64_t i = 0; i < count; i++) {
            if (number(w, job + 1, n, &to, e) < 0)
                return -1;
            if (job > 1 && to < n)
                graph_edge(&g->graph, (size_t)job - 2, (size_t)to - 2);
        }
    }
    return 0;
}

static int sm_requests(struct words *w, int64_t n, struct job_graph *g, struct err *e)
{
    int64_t id, mode, takes, units;
    for (int64_t job = 1; job <= n; job++) {
        if (number(w, job, job, &id, e) < 0 || number(w, 1, 1, &mode, e) < 0 || number(w, 0, INT32_MAX, &takes, e) < 0)
            return -1;
        bool dummy = job == 1 || job == n;
        for (size_t kind = 0; kind < g->n_kinds; kind++) {
            if (number(w, 0, INT16_MAX, &units, e) < 0)
                return -1;
            if (!dummy)
                g->units[job - 2][kind] = (int)units;
        }
        if (!dummy)
            g->takes[job - 2] = takes * GRAPH_UNIT_MS;
    }
    return 0;
}

int graph_read_sm(const char *path, struct arena *a, struct job_graph *ret, struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    struct words w;
    int64_t n, kinds, capacity;
    if (open_words(path, &text, &w, e) < 0)
        return -1;
    ptrdiff_t jobs = sv_find(w.rest, SV("supersource/sink ):")), resources = sv_find(w.rest, SV("- renewable"));
    if (jobs < 0 || resources < 0)
        return err_set(e, ERR_INVALID, "%s: no number of jobs or of resources", path);
    struct words at = {path, sv_from(w.rest, (size_t)jobs)};
    (void)word(&at);
    (void)word(&at);
    if (number(&at, 3, JOBS_MOST, &n, e) < 0)
        return -1;
    at.rest = sv_from(w.rest, (size_t)sv_find(w.rest, SV("- renewable")));
    for (int i = 0; i < 3; i++)
        (void)word(&at); /* "-", "renewable", ":" */
    if (number(&at, 1, GRAPH_KINDS, &kinds, e) < 0)
        return -1;
    make(ret, (size_t)n - 2, a);
    ret->n_kinds = (size_t)kinds;
    if (behind_line(&w, "#successors", e) < 0 || sm_edges(&w, n, ret, e) < 0 || behind_line(&w, "------", e) < 0 ||
        sm_requests(&w, n, ret, e) < 0 || behind_line(&w, "RESOURCEAVAILABILITIES", e) < 0 ||
        behind_line(&w, "R ", e) < 0)
        return -1;
    for (size_t kind = 0; kind < ret->n_kinds; kind++) {
        if (number(&w, 1, INT16_MAX, &capacity, e) < 0)
            return -1;
        ret->capacity[kind] = (int)capacity;
    }
    return 0;
}

int graph_read_dag(const char *path, struct arena *a, struct job_graph *ret, struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    struct words w;
    struct sv line;
    size_t n = 0, row = 0;
    if (open_words(path, &text, &w, e) < 0)
        return -1;
    for (size_t i = 0; i < w.rest.n; i++)
        n += w.rest.p[i] == '\n';
    make(ret, n, a);
    while (sv_next(&w.rest, '\n', &line)) {
        struct words of = {path, line};
        int64_t id, cores, count, from;
        if (sv_starts(line, SV("#")) || !sv_trim(line).n || row == n)
            continue;
        if (number(&of, (int64_t)row, (int64_t)row, &id, e) < 0 || seconds(&of, &ret->takes[row], e) < 0 ||
            number(&of, 0, INT16_MAX, &cores, e) < 0 || number(&of, 0, (int64_t)n, &count, e) < 0)
            return -1;
        for (int64_t i = 0; i < count; i++) {
            if (number(&of, 0, (int64_t)n - 1, &from, e) < 0)
                return -1;
            graph_edge(&ret->graph, (size_t)from, row);
        }
        row++;
    }
    ret->graph.n = row;
    for (size_t i = 0; i < ret->graph.edges.n; i++)
        if (ret->graph.edges.at[i].from >= row)
            return err_set(e, ERR_INVALID, "%s: a job that is not there is needed", path);
    return row ? 0 : err_set(e, ERR_INVALID, "%s: no jobs", path);
}

int graph_read_bounds(const char *path, size_t fields, struct arena *a, struct graph_bound **ret, size_t *ret_n,
                      struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    struct words w;
    struct sv line, part;
    size_t most = 0;
    if (open_words(path, &text, &w, e) < 0)
        return -1;
    for (size_t i = 0; i < w.rest.n; i++)
        most += w.rest.p[i] == '\n';
    *ret = arena_new(a, (most + 1) * sizeof **ret);
    *ret_n = 0;
    (void)sv_next(&w.rest, '\n', &line);
    while (sv_next(&w.rest, '\n', &line)) {
        struct graph_bound *b = &(*ret)[*ret_n];
        struct sv rest = sv_trim(line);
        if (!rest.n || *ret_n == most)
            continue;
        sv_next(&rest, ',', &part);
        b->name = arena_dup(a, part);
        for (size_t i = 0; i < fields; i++)
            if (!sv_next(&rest, ',', &part) || !sv_int(part, &b->field[i]))
                return err_set(e, ERR_INVALID, "%s: not a line of numbers: \"%.*s\"", path, SV_ARG(sv_cut(line, 80)));
        ++*ret_n;
    }
    return 0;
}
