/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/plan.h"
#include <unistd.h>
#include "server/cli/cli.h"

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

int cli_plan(int argc, char **argv)
{
    const char *text = NULL;
    bool json = false, dot = false;
    const struct cli_option options[] = {
        {"--slots", NULL, &text, NULL}, {"--json", NULL, NULL, &json}, {"--dot", NULL, NULL, &dot}};
    int64_t slots = default_slots();
    argc = cli_options(argc, argv, options, ARRAY_LEN(options));
    if (argc != 2 || (json && dot))
        return argc < 0 ? CLI_USAGE : cli_usage("plan");
    if (text && (!sv_int(sv_of(text), &slots) || slots < 1 || slots > SLOTS_MAX))
        return cli_fail(CLI_USAGE, "plan: --slots takes a number from 1 to %d", SLOTS_MAX);
    return plan(argv[1], (int)slots, json ? PLAN_JSON : dot ? PLAN_DOT : PLAN_TEXT);
}
