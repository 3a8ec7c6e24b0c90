/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>
#include "base/file.h"
#include "config/conf.h"
#include "lang/cron.h"
#include "server/cli/cli.h"

static void print_times(const char *file, const struct wf_schedule *s, struct arena *a, msec_t now)
{
    const struct cron *cron;
    const struct cron_zone *zone;
    struct err e = {0};
    char at[25];
    if (cron_compile(sv_of(s->cron), a, &cron, &e) < 0 || cron_zone(s->timezone, a, &zone, &e) < 0)
        return;
    printf("%s:%d: \"%s\"%s%s starts next at", file, s->line, s->cron, s->timezone ? " in " : "",
           s->timezone ? s->timezone : "");
    for (int i = 0; i < 3 && now < INT64_MAX; i++) {
        now = cron_next(cron, zone, now);
        if (now < INT64_MAX)
            printf("%s %s", i ? "," : "", when_text(now, at));
    }
    putchar('\n');
}

/* A workflow file that is right; NULL = it is none. */
static const struct workflow *read_workflow(const char *file, struct arena *a)
{
    AUTO(problems_free) struct problems unsaid = {0};
    AUTO(buf_free) struct buf text = {0};
    struct err e = {0};
    if (file_read(file, YAML_BYTES + 1, &text, &e) < 0)
        return NULL;
    return workflow_read(buf_view(&text), file, NULL, NULL, a, &unsaid);
}

/* The next three times of each schedule of a workflow file that is right. */
static void print_schedules(const char *file)
{
    AUTO(arena_free) struct arena a = {0};
    const struct workflow *w = read_workflow(file, &a);
    for (size_t i = 0; w && i < w->n_triggers; i++)
        for (size_t k = 0; k < w->triggers[i].n_schedules; k++)
            print_times(file, &w->triggers[i].schedules[k], &a, clk_wall_ms());
}

/* Warnings that only a server's configuration can tell; without one there are none. */
static void check_around(const char *file, const char *conf, struct problems *p)
{
    AUTO(arena_free) struct arena a = {0};
    AUTO(conf_unref) struct conf *c = NULL;
    AUTO(problems_free) struct problems unsaid = {0};
    const struct workflow *w = read_workflow(file, &a);
    if (w && w->report.check && conf_load(conf, &c, &unsaid) == 0)
        conf_check_forges(file, c, p);
}

enum check_tells { TELLS_ALL, TELLS_NOTHING };

static int check_one(const char *file, const char *conf, enum check_tells tells)
{
    struct problems p = {0};
    AUTO(buf_free) struct buf text = {0};
    if (access(file, F_OK) != 0)
        return cli_fail(CLI_MISSING, "%s: there is no such file", file);
    int rc = conf_check_file(file, &p);
    if (rc == 0 && tells == TELLS_ALL)
        check_around(file, conf, &p);
    problems_write(&p, &text);
    if (text.n && tells == TELLS_ALL)
        fputs(text.p, stderr);
    problems_free(&p);
    if (rc == 0 && tells == TELLS_ALL)
        printf("%s: ok\n", file);
    return rc < 0 ? CLI_INVALID : CLI_OK;
}

struct asked {
    struct cli_call call;
    struct cli_values files;
    bool quiet, times;
};

static int run(void *args)
{
    const struct asked *q = args;
    const char *conf = cli_config_file(q->call.conf);
    int worst = CLI_OK;
    for (size_t i = 0; i < q->files.v.n; i++) {
        int rc = check_one(q->files.v.at[i], conf, q->quiet ? TELLS_NOTHING : TELLS_ALL);
        if (rc == CLI_INVALID || worst == CLI_OK)
            worst = rc;
        if (q->times && rc == CLI_OK)
            print_schedules(q->files.v.at[i]);
    }
    return worst;
}

static const struct cli_arg operands[] = {
    {"FILE", .kind = CLI_FILE, .at = offsetof(struct asked, files), .doc = "a server, repository or workflow file",
     .flags = CLI_NEEDED | CLI_MANY},
    {.name = NULL},
};
static const struct cli_arg options[] = {
    {"quiet", 'q', CLI_FLAG, NULL, offsetof(struct asked, quiet), .doc = "says nothing: the exit code tells"},
    {"times", 0, CLI_FLAG, NULL, offsetof(struct asked, times), .doc = "prints when each schedule starts next"},
    {.name = NULL},
};
const struct cli_verb verb_check = {
    .name = "check",
    .doc = "validates server, repository and workflow files",
    .examples = "fettle check fettle.yaml workflows/*.yml\n"
                "fettle check --times workflows/nightly.yml\n",
    .exits = 1u << CLI_INVALID | 1u << CLI_MISSING,
    .text = "Workflow files that call or follow others are checked with the files beside them. Where there is a "
            "configuration (-c), a workflow with `report: {check: true}` is told which of its repositories are at a "
            "forge without check runs.\n",
    .operands = operands,
    .options = {{options, 0}, {cli_config_group, 0}},
    .size = sizeof(struct asked),
    .run = run,
};
