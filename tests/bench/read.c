/* SPDX-License-Identifier: Apache-2.0 */
/* What reading a text costs, in three sizes, beside libyaml's events of the same bytes. A line of JSON for each text
 * and size. Every one is measured in a child of its own, so that its memory is its own.
 *     bench_read [NAME|all [ROUNDS [BYTES]]] */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <yaml.h>
#include "base/clk.h"
#include "bench/texts.h"
#include "config/workflow_set.h"
#include "fmt/json.h"
#include "lang/cron.h"
#include "lang/expr.h"
#include "lang/glob.h"

enum { SIZES = 3, ROUNDS_MOST = 99, REPOS = 300 };

struct result {
    int64_t read_us, bare_us; /* medians */
    long peak_kib;
    size_t used, errors; /* bytes of the arena, problems */
};

static struct repo_set repos;

static void repos_make(void)
{
    static struct repo at[REPOS];
    static char alias[REPOS][32];
    for (int i = 0; i < REPOS; i++) {
        snprintf(alias[i], sizeof alias[i], i ? "repository-%d" : "backend", i);
        at[i] = (struct repo){.alias = alias[i], .id = alias[i], .forge = "github", .path = alias[i]};
    }
    repos = (struct repo_set){.at = at, .n = REPOS};
}

/* ---- readers: the work of one round ---- */

static void read_workflow(struct sv text, struct result *ret)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(problems_free) struct problems p = {0};
    AUTO(buf_free) struct buf shown = {0};
    struct workflow_file file;
    workflow_file_read(text, "bench.yml", NULL, &repos, &a, &p, &file);
    workflow_set_check(&file, 1, &a, &p);
    problems_write(&p, &shown);
    ret->used = a.used;
    ret->errors = p.n_errors;
}

static void no_use(void *ctx, const struct expr_use *u)
{
    *(size_t *)ctx += u->n;
}

static void read_expression(struct sv text, struct result *ret)
{
    AUTO(arena_free) struct arena a = {0};
    const struct expr *x;
    const struct expr_world nothing = {0};
    struct val v;
    struct err e = {0};
    size_t n = 0;
    ret->errors = 1;
    if (expr_compile(text, NULL, &a, &x, &e) == 0) {
        expr_each_use(x, no_use, &n);
        ret->errors = expr_eval(x, &nothing, &a, &v, &e) < 0;
    }
    ret->used = a.used;
}

static void read_glob(struct sv text, struct result *ret)
{
    static char name[1025];
    AUTO(arena_free) struct arena a = {0};
    struct glob *g;
    struct err e = {0};
    if (!name[0])
        memset(name, 'a', sizeof name - 1);
    ret->errors = glob_compile(text, &a, &g, &e) < 0 || !glob_match(g, sv_n(name, text.n));
    ret->used = a.used;
}

static void read_cron(struct sv text, struct result *ret)
{
    AUTO(arena_free) struct arena a = {0};
    const struct cron *c;
    const struct cron_zone *z;
    struct err e = {0};
    MUST(cron_zone(NULL, &a, &z, &e) == 0);
    ret->errors = cron_compile(text, &a, &c, &e) < 0 ||
                  cron_next(c, z, 1700000000000) + cron_shortest_gap(c) <= 0;
    ret->used = a.used;
}

static void read_json(struct sv text, struct result *ret)
{
    /* Of a workflow started by hand. */
    static const struct json_limits limits = {.bytes = 256 << 10, .depth = 32, .nodes = 20000};
    AUTO(buf_free) struct buf again = {0};
    struct jdoc *doc = NULL;
    struct jout out = {.buf = &again};
    struct err e = {0};
    ret->errors = jdoc_parse(text, &limits, &doc, &e) < 0;
    jout_val(&out, jdoc_root(doc));
    jdoc_free(&doc);
}

/* libyaml takes the square of the depth for brackets, so that the limit ends here as well what is deeper. */
static void read_events(struct sv text, struct result *ret)
{
    yaml_parser_t p;
    yaml_event_t ev;
    int depth = 0;
    (void)ret;
    MUST(yaml_parser_initialize(&p));
    yaml_parser_set_input_string(&p, (const unsigned char *)text.p, text.n);
    for (bool more = true; more && depth <= YAML_DEPTH && yaml_parser_parse(&p, &ev); yaml_event_delete(&ev)) {
        depth += ev.type == YAML_SEQUENCE_START_EVENT || ev.type == YAML_MAPPING_START_EVENT;
        depth -= ev.type == YAML_SEQUENCE_END_EVENT || ev.type == YAML_MAPPING_END_EVENT;
        more = ev.type != YAML_STREAM_END_EVENT;
    }
    yaml_parser_delete(&p);
}

static void (*const readers[])(struct sv text, struct result *ret) = {
    [TEXT_WORKFLOW] = read_workflow, [TEXT_EXPRESSION] = read_expression, [TEXT_GLOB] = read_glob,
    [TEXT_CRON] = read_cron,         [TEXT_JSON] = read_json,
};

/* ---- measuring ---- */

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Short ones are repeated within a round, so that the clock can tell. */
static int64_t time_one(void (*reader)(struct sv text, struct result *ret), struct sv text, struct result *ret)
{
    enum { LEAST_US = 2000 };
    int64_t start = clk_cpu_us(), took = 0, n = 0;
    for (; n == 0 || took < LEAST_US; n++, took = clk_cpu_us() - start)
        reader(text, ret);
    return took / n;
}

static long peak_kib(void)
{
    struct rusage u;
    MUST(getrusage(RUSAGE_SELF, &u) == 0);
    return u.ru_maxrss;
}

static void measure(enum text_kind kind, struct sv text, int64_t rounds, struct result *ret)
{
    int64_t took[ROUNDS_MOST], bare[ROUNDS_MOST];
    bool yaml = kind == TEXT_WORKFLOW;
    long before = peak_kib();
    readers[kind](text, ret);
    ret->peak_kib = peak_kib() - before;
    for (int64_t i = 0; i < rounds; i++) {
        took[i] = time_one(readers[kind], text, ret);
        bare[i] = yaml ? time_one(read_events, text, ret) : 0;
    }
    qsort(took, (size_t)rounds, sizeof *took, by_size);
    qsort(bare, (size_t)rounds, sizeof *bare, by_size);
    ret->read_us = took[rounds / 2];
    ret->bare_us = bare[rounds / 2];
}

static struct result measured_in_child(enum text_kind kind, struct sv text, int64_t rounds)
{
    struct result r = {0};
    int pipes[2], status;
    MUST(pipe(pipes) == 0);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        measure(kind, text, rounds, &r);
        MUST(write(pipes[1], &r, sizeof r) == (ssize_t)sizeof r);
        _exit(0);
    }
    MUST(read(pipes[0], &r, sizeof r) == (ssize_t)sizeof r);
    MUST(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(pipes[0]);
    close(pipes[1]);
    return r;
}

static void bench(const struct text *t, int64_t rounds, size_t most)
{
    static const char *const kinds[] = {"workflow", "expression", "glob", "cron", "json"};
    AUTO(buf_free) struct buf text = {0};
    for (size_t part = 16; part; part /= 4) {
        text_make(t, most / part, &text);
        struct result r = measured_in_child(t->kind, buf_view(&text), rounds);
        printf("{\"kind\":\"%s\",\"text\":\"%s\",\"bytes\":%zu,\"read_us\":%lld,\"libyaml_us\":%lld,\"peak_kib\":%ld,"
               "\"arena\":%zu,\"problems\":%zu}\n",
               kinds[t->kind], t->name, text.n, (long long)r.read_us, (long long)r.bare_us, r.peak_kib, r.used,
               r.errors);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    int64_t rounds = 5, bytes = 0;
    const char *wanted = argc > 1 ? argv[1] : "all";
    bool any = false;
    if ((argc > 2 && !sv_int(sv_of(argv[2]), &rounds)) || (argc > 3 && !sv_int(sv_of(argv[3]), &bytes)) || argc > 4 ||
        rounds < 1 || rounds > ROUNDS_MOST || bytes < 0) {
        fprintf(stderr, "usage: bench_read [NAME|all [ROUNDS [BYTES]]]\n");
        return 2;
    }
    repos_make();
    for (size_t i = 0; i < n_texts; i++) {
        size_t most = text_most(texts[i].kind);
        if (strcmp(wanted, "all") != 0 && strcmp(wanted, texts[i].name) != 0)
            continue;
        any = true;
        bench(&texts[i], rounds, bytes && (size_t)bytes < most ? (size_t)bytes : most);
    }
    return any ? 0 : 2;
}
