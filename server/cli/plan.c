/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/plan.h"
#include <unistd.h>
#include "server/cli/cli.h"
#include "server/cli/term.h"

enum { SLOTS_MAX = 4096 };

static int default_slots(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > SLOTS_MAX ? SLOTS_MAX : (int)cores;
}

static int tell(const struct plan_jobs *x, const struct err *e)
{
    AUTO(buf_free) struct buf text = {0};
    problems_write(&x->problems, &text);
    if (text.n)
        fputs(text.p, stderr);
    if (*e->msg)
        cli_fail(CLI_INVALID, "%s", e->msg);
    return e->cls == ERR_MISSING ? CLI_MISSING : e->cls == ERR_DENIED ? CLI_DENIED : CLI_INVALID;
}

static int plan(const char *file, int slots, enum plan_form form)
{
    struct plan_jobs x = {0};
    struct forecast f;
    struct err e = {0};
    size_t bad;
    int rc = CLI_OK;
    if (plan_read(&x, file, &e) < 0)
        rc = tell(&x, &e);
    else if (forecast_make(&x.graph, x.forecast.at, x.bounds.at, x.bounds.n, slots, &x.arena, &f, &bad) < 0)
        rc = cli_fail(CLI_INVALID, "%s: the job %s needs itself through others", file, x.jobs.at[bad].id);
    else
        rc = plan_print(&x, &f, slots, form);
    plan_free(&x);
    return rc;
}

struct asked {
    struct cli_call call;
    const char *file;
    int64_t slots;
    enum plan_form form;
};

static int run(void *args)
{
    const struct asked *q = args;
    return plan(q->file, q->slots ? (int)q->slots : default_slots(), q->form);
}

static const struct cli_arg operands[] = {
    {"FILE", .kind = CLI_FILE, .at = offsetof(struct asked, file), .flags = CLI_NEEDED, .doc = "a workflow file"},
    {.name = NULL},
};
static const struct cli_arg options[] = {
    {"slots", 0, CLI_NUMBER, "N", offsetof(struct asked, slots),
     .doc = "steps that run at once; by itself as many as cores", .low = 1, .high = SLOTS_MAX},
    {"json", 0, CLI_SET, NULL, offsetof(struct asked, form), .doc = "one JSON object with \"schema\": 1",
     .low = PLAN_JSON, .apart = 1},
    {"dot", 0, CLI_SET, NULL, offsetof(struct asked, form), .doc = "for graphviz", .low = PLAN_DOT, .apart = 1},
    {.name = NULL},
};
const struct cli_verb verb_plan = {
    .name = "plan",
    .doc = "the jobs of a workflow file as a graph, its critical path, and how long it takes",
    .examples = "fettle plan workflows/ci.yml --slots 2\n"
                "fettle plan workflows/ci.yml --dot | dot -Tsvg > ci.svg\n",
    .exits = 1u << CLI_INVALID | 1u << CLI_MISSING | 1u << CLI_DENIED,
    .text =
        "Each job takes what its `estimate` says (estimate: 4m), or one minute where it says nothing. The legs of a "
        "matrix and the jobs of reusable workflows are jobs of their own as far as the files say which they are. "
        "The critical path and the slack are those of the graph alone; start, end and the whole time are those "
        "with N slots, where the job with the longest remaining path goes first. A cycle exits 3.\n",
    .operands = operands,
    .options = {{options, 0}, {cli_screen_group, 0}},
    .size = sizeof(struct asked),
    .start = &(const struct asked){.form = PLAN_TEXT},
    .run = run,
};
