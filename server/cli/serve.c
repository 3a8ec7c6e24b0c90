/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>
#include "server/app.h"
#include "server/cli/cli.h"

static int check(const char *file)
{
    struct problems problems = {0};
    struct conf *c = NULL;
    AUTO(buf_free) struct buf text = {0};
    /* The server starts without a workflow file that has errors; whoever asks wants to know. */
    bool ok = conf_load(file, &c, &problems) == 0 && problems.n_errors == 0;
    problems_write(&problems, &text);
    if (text.n)
        fputs(text.p, stderr);
    problems_free(&problems);
    conf_unref(&c);
    return ok ? CLI_OK : CLI_INVALID;
}

struct asked {
    struct cli_call call;
    bool checks;
};

static int run(void *args)
{
    const struct asked *q = args;
    const char *file = cli_config_file(q->call.conf);
    if (access(file, F_OK) != 0)
        return cli_fail(CLI_MISSING, "%s: there is no such file; `fettle init` makes one", file);
    return q->checks ? check(file) : app_serve(file);
}

static const struct cli_arg options[] = {
    {"check", .kind = CLI_FLAG, .at = offsetof(struct asked, checks), .doc = "validates everything and exits"},
    {.name = NULL},
};
const struct cli_verb verb_serve = {
    .name = "serve",
    .doc = "the server; --check validates everything and exits",
    .examples = "fettle serve -c /srv/fettle/fettle.yaml\n"
                "fettle serve --check\n",
    .failed = "the server cannot start",
    .exits = 1u << CLI_INVALID | 1u << CLI_MISSING,
    .options = {{options, 0}, {cli_config_group, 0}},
    .size = sizeof(struct asked),
    .run = run,
};
