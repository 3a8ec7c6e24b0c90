/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>
#include "config/conf.h"
#include "server/cli/cli.h"

static int check_one(const char *file, const bool *quiet)
{
    struct problems p = {0};
    AUTO(buf_free) struct buf text = {0};
    if (access(file, F_OK) != 0)
        return cli_fail(CLI_MISSING, "%s: there is no such file", file);
    int rc = conf_check_file(file, &p);
    problems_write(&p, &text);
    if (text.n && !*quiet)
        fputs(text.p, stderr);
    problems_free(&p);
    if (rc == 0 && !*quiet)
        printf("%s: ok\n", file);
    return rc < 0 ? CLI_INVALID : CLI_OK;
}

int cli_check(int argc, char **argv)
{
    bool quiet = false;
    const struct cli_option options[] = {{"--quiet", "-q", NULL, &quiet}};
    int worst = CLI_OK;
    argc = cli_options(argc, argv, options, ARRAY_LEN(options));
    if (argc < 2)
        return argc < 0 ? CLI_USAGE : cli_usage("check");
    for (int i = 1; i < argc; i++) {
        int rc = check_one(argv[i], &quiet);
        if (rc == CLI_INVALID || worst == CLI_OK)
            worst = rc;
    }
    return worst;
}
