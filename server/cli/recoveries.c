/* SPDX-License-Identifier: Apache-2.0 */
/* fettle recoveries: what was done about failures, and which tests are flaky. */
#include "server/cli/list.h"

static const char *const recovery_heads[] = {"ID", "AT", "RUN", "CLASS", "STRATEGY", "OUTCOME", "DETAIL", NULL};
static const char *const flaky_heads[] = {"REPOSITORY", "JOB", "TEST", "FLIPS", "LAST", NULL};

static void recovery_row(struct table *t, const struct jval *x)
{
    char at[20];
    table_member(t, x, "id");
    table_add(t, time_short(jval_str(jval_get(x, "at")), at));
    table_member(t, x, "run");
    table_member(t, x, "class");
    table_member(t, x, "strategy");
    table_member(t, x, "outcome");
    table_member(t, x, "detail");
}

static void flaky_row(struct table *t, const struct jval *x)
{
    char at[20];
    table_member(t, x, "repository");
    table_member(t, x, "job");
    table_member(t, x, "id");
    table_member(t, x, "flips");
    table_add(t, time_short(jval_str(jval_get(x, "last_at")), at));
}

int cli_recoveries(int argc, char **argv)
{
    static const struct list_kind recoveries = {"recoveries", recovery_heads, recovery_row};
    static const struct list_kind flaky = {"flaky", flaky_heads, flaky_row};
    struct listing l;
    struct remote *r = NULL;
    const char *conf = cli_config_named(&argc, argv);
    argc = listing_options(argc, argv, &l);
    if (argc < 0)
        return CLI_USAGE;
    const char *what = argc > 1 ? argv[1] : "list";
    bool tests = strcmp(what, "flaky") == 0;
    if (argc > 2 || (!tests && strcmp(what, "list") != 0) || l.follow || l.dry_run || (tests && (l.state || l.before)))
        return cli_usage("recoveries");
    int rc = remote_open(conf, &r);
    if (rc == CLI_OK)
        rc = list_print(tests ? &flaky : &recoveries, r, &l);
    remote_close(&r);
    return rc;
}
