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

int cli_serve(int argc, char **argv)
{
    bool checks = false;
    const struct cli_option options[] = {{"--check", NULL, NULL, &checks}};
    const char *file = cli_config(&argc, argv);
    argc = cli_options(argc, argv, options, ARRAY_LEN(options));
    if (argc != 1)
        return argc < 0 ? CLI_USAGE : cli_usage("serve");
    if (access(file, F_OK) != 0)
        return cli_fail(CLI_MISSING, "%s: there is no such file; `fettle init` makes one", file);
    return checks ? check(file) : app_serve(file);
}
