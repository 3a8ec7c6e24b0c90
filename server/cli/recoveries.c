/* SPDX-License-Identifier: Apache-2.0 */
/* fettle recoveries: what was done about failures, and which tests are flaky. */
#include "core/recovery.h"
#include "server/cli/list.h"
#include "server/cli/term.h"

static const char *const recovery_heads[] = {"ID", "AT", "RUN", "CLASS", "STRATEGY", "OUTCOME", "DETAIL", NULL};
static const char *const flaky_heads[] = {"REPOSITORY", "JOB", "TEST", "FLIPS", "LAST", NULL};

static void recovery_row(struct table *t, const struct jval *x)
{
    table_member(t, x, "id");
    table_time(t, x, "at");
    table_member(t, x, "run");
    table_member(t, x, "class");
    table_member(t, x, "strategy");
    table_member(t, x, "outcome");
    table_member(t, x, "detail");
}

static void flaky_row(struct table *t, const struct jval *x)
{
    table_member(t, x, "repository");
    table_member(t, x, "job");
    table_member(t, x, "id");
    table_member(t, x, "flips");
    table_time(t, x, "last_at");
}

struct asked {
    struct cli_call call;
    struct listing l;
};

static int print(const struct asked *q, const struct list_kind *kind)
{
    struct remote *r = NULL;
    int rc = remote_open(q->call.conf, &r);
    if (rc == CLI_OK)
        rc = list_print(kind, r, &q->l);
    remote_close(&r);
    return rc;
}

static int run_list(void *args)
{
    static const struct list_kind kind = {"recoveries", recovery_heads, recovery_row, "0123214"};
    return print(args, &kind);
}

static int run_flaky(void *args)
{
    static const struct list_kind kind = {"flaky", flaky_heads, flaky_row, "32102"};
    return print(args, &kind);
}

static const char *const outcomes[] = {
#define X(id, name) name,
    RECOVERY_OUTCOMES(X)
#undef X
        NULL};
static const struct cli_arg list_options[] = {
    {"state", .kind = CLI_WORD, .at = offsetof(struct asked, l.state), .words = outcomes, .doc = "only those"},
    {.name = NULL},
};
static const struct cli_arg flaky_options[] = {
    {"limit", 0, CLI_NUMBER, "N", offsetof(struct asked, l.limit), .doc = "at most so many", .low = 1, .high = 1000},
    {.name = NULL},
};
enum { SHOWN = offsetof(struct asked, l) };
static const struct cli_verb subs[] = {
    {.name = "list",
     .doc = "what was done, the newest first",
     .options = {{list_options, 0},
                 {cli_page_group, SHOWN},
                 {cli_output_group, SHOWN},
                 {cli_screen_group, 0},
                 {cli_config_group, 0}},
     .run = run_list},
    {.name = "flaky",
     .doc = "tests that failed and succeeded on the same code",
     .options = {{flaky_options, 0}, {cli_output_group, SHOWN}, {cli_screen_group, 0}, {cli_config_group, 0}},
     .run = run_flaky},
    {.name = NULL},
};
const struct cli_verb verb_recoveries = {
    .name = "recoveries",
    .doc = "what was done about failures, and the tests that are flaky",
    .examples = "fettle recoveries --state failed\n"
                "fettle recoveries flaky\n",
    .exits = CLI_EXITS_SERVER,
    .subs = subs,
    .first_sub = true,
    .size = sizeof(struct asked),
};
